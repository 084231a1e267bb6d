// Opening and closing: every way through the states, and what the application is told.
#include "tests/unit/tcp_peer.h"

TEST(we_close_first)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_app_closes(p);
	peer_gets(p, .flags = FIN | ACK);
	CHECK_EQ(peer_state(p), TCP_FIN_WAIT_1);
	peer_sends(p, .flags = ACK, .ack = 1);
	CHECK_EQ(peer_state(p), TCP_FIN_WAIT_2);
	peer_sends(p, .flags = FIN | ACK, .ack = 1);
	peer_gets(p, .flags = ACK, .seq = 1, .ack = 1);
	CHECK_EQ(p->app.why, TCP_END_CLOSED);
	CHECK_EQ(peer_gauges(p).connections, 0);
	CHECK_EQ(peer_gauges(p).time_wait, 1);
	peer_end(p);
}

TEST(the_peer_closes_first)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = FIN | ACK);
	peer_gets(p, .flags = ACK, .ack = 1);
	CHECK(tcp_peer_closed(p->tcp, p->app.id));
	peer_app_closes(p);
	peer_gets(p, .flags = FIN | ACK, .ack = 1);
	CHECK_EQ(peer_state(p), TCP_LAST_ACK);
	peer_sends(p, .flags = ACK, .seq = 1, .ack = 1);
	CHECK_EQ(p->app.why, TCP_END_CLOSED);
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(peer_gauges(p).time_wait, 0);
	peer_end(p);
}

TEST(both_close_at_once)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_1);

	peer_sends(p, .flags = FIN | ACK);
	peer_gets(p, .flags = ACK, .seq = 1, .ack = 1);
	CHECK_EQ(peer_state(p), TCP_CLOSING);
	peer_sends(p, .flags = ACK, .seq = 1, .ack = 1);
	CHECK_EQ(p->app.why, TCP_END_CLOSED);
	CHECK_EQ(peer_gauges(p).time_wait, 1);
	peer_end(p);
}

TEST(fin_and_acknowledgement_in_one_segment_end_fin_wait_1)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_1);

	peer_sends(p, .flags = FIN | ACK, .ack = 1);
	peer_gets(p, .flags = ACK, .seq = 1, .ack = 1);
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(peer_gauges(p).time_wait, 1);
	peer_end(p);
}

TEST(last_ack_answers_a_repeated_fin)
{
	struct peer *p = peer_in(TCP_LAST_ACK);

	peer_sends(p, .flags = FIN | ACK);
	peer_gets(p, .flags = ACK, .seq = 1, .ack = 1);
	CHECK_EQ(peer_state(p), TCP_LAST_ACK);
	peer_end(p);
}

TEST(last_ack_repeats_its_fin)
{
	struct peer *p = peer_in(TCP_LAST_ACK);

	peer_waits(p, 2 * PEER_SEC);
	peer_gets(p, .flags = FIN | ACK, .ack = 1);
	peer_end(p);
}

TEST(a_half_closed_connection_goes_on_receiving)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_2);

	peer_sends(p, .flags = ACK, .ack = 1, .text = "more");
	CHECK_EQ(p->app.got, 4);
	peer_waits(p, 6 * PEER_MS);
	peer_gets(p, .flags = ACK, .seq = 1, .ack = 4);
	peer_end(p);
}

TEST(a_half_closed_peer_goes_on_receiving)
{
	struct peer *p = peer_in(TCP_CLOSE_WAIT);

	peer_app_sends(p, 100);
	peer_gets(p, .flags = ACK, .ack = 1, .len = 100);
	peer_end(p);
}

TEST(nothing_is_sent_after_close)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_1);

	CHECK_EQ(tcp_send(p->tcp, p->app.id, span_text("x")), STATUS_NOT_FOUND);
	CHECK_EQ(tcp_send_room(p->tcp, p->app.id), 0);
	peer_end(p);
}

TEST(the_fin_follows_what_is_queued)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	CHECK_EQ(tcp_send(p->tcp, p->app.id, span_text("bye")), STATUS_OK);
	peer_app_closes(p);
	peer_gets(p, .flags = FIN | ACK, .len = 3);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(the_fin_waits_for_the_window)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .window = 1000);
	peer_app_sends(p, 1500);
	peer_app_closes(p);
	peer_gets(p, .flags = ACK, .len = 1000);
	peer_gets_nothing(p);
	peer_sends(p, .flags = ACK, .ack = 1000);
	peer_gets(p, .flags = FIN | ACK, .seq = 1000, .len = 500);
	peer_end(p);
}

TEST(closing_twice_is_closing_once)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_1);

	peer_app_closes(p);
	peer_gets_nothing(p);
	CHECK_EQ(peer_state(p), TCP_FIN_WAIT_1);
	peer_end(p);
}

TEST(fin_wait_2_does_not_wait_for_ever)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_2);

	peer_waits(p, 59 * PEER_SEC);
	CHECK_EQ(p->app.closed, 0);
	peer_waits(p, 2 * PEER_SEC);
	CHECK_EQ(p->app.why, TCP_END_TIMEOUT);
	peer_gets(p, .flags = RST | ACK, .seq = 1);
	peer_end(p);
}

TEST(a_peer_that_goes_on_sending_keeps_fin_wait_2)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_2);

	peer_waits(p, 50 * PEER_SEC);
	peer_sends(p, .flags = ACK, .ack = 1, .text = "more");
	peer_waits(p, 59 * PEER_SEC);
	CHECK_EQ(p->app.closed, 0);
	peer_waits(p, 2 * PEER_SEC);
	CHECK_EQ(p->app.why, TCP_END_TIMEOUT);
	peer_end(p);
}

TEST(it_is_kept_for_as_long_as_is_configured)
{
	struct peer *p =
	        peer_in_with(TCP_FIN_WAIT_2, (struct tcp_config){.fin_wait_us = 20 * PEER_SEC});

	peer_waits(p, 15 * PEER_SEC);
	peer_sends(p, .flags = ACK, .ack = 1, .text = "more");
	peer_waits(p, 19 * PEER_SEC);
	CHECK_EQ(p->app.closed, 0);
	peer_waits(p, 2 * PEER_SEC);
	CHECK_EQ(p->app.why, TCP_END_TIMEOUT);
	peer_end(p);
}

TEST(what_is_old_does_not_keep_fin_wait_2)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_2);

	peer_sends(p, .flags = ACK, .ack = 1, .text = "more");
	peer_waits(p, 50 * PEER_SEC);
	peer_sends(p, .flags = ACK, .ack = 1, .text = "more");
	peer_waits(p, 11 * PEER_SEC);
	CHECK_EQ(p->app.why, TCP_END_TIMEOUT);
	peer_end(p);
}

TEST(data_with_the_fin_is_told_of_once)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->app.close_on_end = true;
	peer_sends(p, .flags = FIN | ACK, .text = "bye");
	CHECK_EQ(p->app.readable, 1);
	CHECK_EQ(p->app.got, 3);
	CHECK_EQ(peer_state(p), TCP_LAST_ACK);
	peer_gets(p, .flags = FIN | ACK, .ack = 4);
	peer_end(p);
}

TEST(an_early_fin_counts_when_the_gap_is_filled)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = FIN | ACK, .seq = 5);
	CHECK_EQ(peer_state(p), TCP_ESTABLISHED);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .text = "hello");
	CHECK_EQ(peer_state(p), TCP_CLOSE_WAIT);
	peer_gets(p, .flags = ACK, .ack = 6);
	peer_end(p);
}

TEST(text_behind_the_fin_is_ignored)
{
	struct peer *p = peer_in(TCP_CLOSE_WAIT);

	peer_sends(p, .flags = ACK, .seq = 1, .text = "ghost");
	CHECK_EQ(p->app.got, 0);
	peer_gets(p, .flags = ACK, .ack = 1);
	peer_end(p);
}

TEST(unread_text_survives_the_end_of_both_sides)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_2);

	p->app.consume = false;
	peer_sends(p, .flags = FIN | ACK, .ack = 1, .text = "last words");
	CHECK_EQ(p->app.closed, 0);
	CHECK_EQ(tcp_readable(p->tcp, p->app.id), 10);
	peer_sends(p, .flags = RST, .seq = 11); // cannot take them away
	peer_read(p);
	CHECK_MEM(p->app.bytes, "last words", 10);
	peer_waits(p, 5 * PEER_MS);
	CHECK_EQ(p->app.why, TCP_END_CLOSED);
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(unread_text_survives_last_ack)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->app.consume = false;
	peer_sends(p, .flags = FIN | ACK, .text = "last words");
	peer_app_closes(p);
	peer_sends(p, .flags = ACK, .seq = 11, .ack = 1);
	CHECK_EQ(p->app.closed, 0);
	peer_read(p);
	peer_waits(p, 5 * PEER_MS);
	CHECK_EQ(p->app.got, 10);
	CHECK_EQ(p->app.why, TCP_END_CLOSED);
	peer_end(p);
}

TEST(what_is_never_read_is_given_up)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_2);

	p->app.consume = false;
	peer_sends(p, .flags = FIN | ACK, .ack = 1, .text = "last words");
	peer_waits(p, 61 * PEER_SEC);
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(abort_resets_and_tells_once)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_app_sends(p, 10);
	peer_skip(p);
	tcp_abort(p->tcp, p->app.id);
	peer_gets(p, .flags = RST | ACK, .seq = 10);
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(p->app.why, TCP_END_ABORTED);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(the_closing_gauge_returns_to_zero)
{
	struct peer *p = peer_in(TCP_FIN_WAIT_1);

	CHECK_EQ(peer_gauges(p).closing, 1);
	peer_sends(p, .flags = ACK, .ack = 1);
	CHECK_EQ(peer_gauges(p).closing, 1);
	peer_sends(p, .flags = RST);
	CHECK_EQ(peer_gauges(p).closing, 0);
	peer_end(p);
}

// --- active open ---------------------------------------------------------------------------------

static struct peer *connecting(void)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->app.id = tcp_connect(p->tcp, p->now, &p->tuple);
	p->conn = &p->tcp->conns[p->app.id.slot];
	peer_flush(p);
	return p;
}

TEST(connect_sends_a_syn_with_all_options)
{
	struct peer *p = connecting();

	p->irs = 0;
	peer_gets(p, .flags = SYN, .seq = (uint32_t)-1);
	CHECK(p->out[0].options.has_mss && p->out[0].options.has_scale);
	CHECK(p->out[0].options.has_timestamp && p->out[0].options.sack_permitted);
	peer_end(p);
}

TEST(a_syn_ack_completes_connect)
{
	struct peer *p = connecting();

	peer_skip(p);
	peer_sends(p, .flags = SYN | ACK, .seq = (uint32_t)-1);
	peer_gets(p, .flags = ACK);
	CHECK_EQ(p->app.opened, 1);
	CHECK_EQ(peer_state(p), TCP_ESTABLISHED);
	peer_end(p);
}

TEST(a_wrong_syn_ack_is_reset_and_connect_goes_on)
{
	struct peer *p = connecting();

	peer_skip(p);
	peer_sends(p, .flags = SYN | ACK, .seq = (uint32_t)-1, .ack = 9);
	peer_gets(p, .flags = RST, .seq = 9);
	CHECK_EQ(peer_state(p), TCP_SYN_SENT);
	peer_end(p);
}

TEST(a_refused_connect_is_told_as_reset)
{
	struct peer *p = connecting();

	peer_sends(p, .flags = RST | ACK);
	CHECK_EQ(p->app.why, TCP_END_RESET);
	CHECK_EQ(p->app.opened, 0);
	peer_end(p);
}

TEST(connect_repeats_its_syn_and_gives_up)
{
	struct peer *p = connecting();

	peer_waits(p, 1001 * PEER_MS);
	CHECK_EQ(p->sent, 2);
	peer_waits(p, 100 * PEER_SEC);
	CHECK_EQ(p->app.why, TCP_END_TIMEOUT);
	peer_end(p);
}

TEST(both_may_open_at_once)
{
	struct peer *p = connecting();

	peer_skip(p);
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_gets(p, .flags = SYN | ACK, .seq = (uint32_t)-1);
	CHECK_EQ(peer_state(p), TCP_SYN_RECEIVED);
	peer_sends(p, .flags = ACK, .text = "hi");
	CHECK_EQ(peer_state(p), TCP_ESTABLISHED);
	CHECK_EQ(p->app.got, 2);
	peer_end(p);
}

TEST(closing_before_our_syn_is_acknowledged_sends_everything_first)
{
	struct peer *p = connecting();

	peer_app_sends(p, 5);
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_app_closes(p);
	CHECK_EQ(peer_state(p), TCP_SYN_RECEIVED);
	CHECK_EQ(tcp_send_room(p->tcp, p->app.id), 0);
	peer_skip(p);
	peer_sends(p, .flags = ACK);
	peer_gets(p, .flags = FIN | ACK, .len = 5);
	CHECK_EQ(peer_state(p), TCP_FIN_WAIT_1);
	peer_end(p);
}

TEST(what_is_sent_while_connecting_follows_the_handshake)
{
	struct peer *p = connecting();

	peer_skip(p);
	peer_app_sends(p, 5);
	peer_gets_nothing(p);
	peer_sends(p, .flags = SYN | ACK, .seq = (uint32_t)-1);
	peer_gets(p, .flags = ACK, .len = 5);
	peer_end(p);
}

TEST(a_tuple_in_use_cannot_be_connected)
{
	struct peer *p = connecting();

	CHECK_EQ(tcp_connect(p->tcp, p->now, &p->tuple).life, 0);
	peer_end(p);
}

CHECK_MAIN()
