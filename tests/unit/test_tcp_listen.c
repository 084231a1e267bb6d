// Handshakes: the SYN cache, its retransmissions, its attackers, and what options agree on.
#include "tests/unit/tcp_peer.h"

static struct peer *with_syn(struct tcp_config config)
{
	struct peer *p = peer_new(config);

	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	return p;
}

TEST(a_syn_is_answered_and_costs_no_slot)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_gets(p, .flags = SYN | ACK, .seq = (uint32_t)-1);
	CHECK_EQ(peer_gauges(p).connections, 0);
	CHECK_EQ(peer_gauges(p).half_open, 1);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(the_third_segment_opens_the_connection)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_sends(p, .flags = ACK);
	CHECK_EQ(p->app.opened, 1);
	CHECK_EQ(peer_state(p), TCP_ESTABLISHED);
	CHECK_EQ(peer_gauges(p).half_open, 0);
	peer_end(p);
}

TEST(data_may_ride_on_the_third_segment)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_sends(p, .flags = ACK, .text = "SSH-2.0-x");
	CHECK_EQ(p->app.opened, 1);
	CHECK_EQ(p->app.got, 9);
	CHECK_MEM(p->app.bytes, "SSH-2.0-x", 9);
	peer_end(p);
}

TEST(data_opens_the_connection_when_the_third_segment_is_lost)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_sends(p, .flags = ACK, .seq = 5, .text = "world");
	CHECK_EQ(p->app.opened, 1);
	peer_sends(p, .flags = ACK, .text = "hello");
	CHECK_EQ(p->app.got, 10);
	CHECK_MEM(p->app.bytes, "helloworld", 10);
	peer_end(p);
}

TEST(a_closed_port_answers_a_syn_with_a_reset)
{
	struct peer *p = peer_new((struct tcp_config){0});

	tcp_listen(p->tcp, 22, false);
	p->iss = 0;
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_gets(p, .flags = RST | ACK);
	CHECK_EQ(COUNTED(p, tcp_no_listener), 1);
	peer_end(p);
}

TEST(an_ack_for_nothing_is_reset_with_its_own_number)
{
	struct peer *p = peer_new((struct tcp_config){0});

	peer_sends(p, .flags = ACK, .ack = 777);
	peer_gets(p, .flags = RST, .seq = 777);
	peer_end(p);
}

TEST(a_reset_for_nothing_is_not_answered)
{
	struct peer *p = peer_new((struct tcp_config){0});

	peer_sends(p, .flags = RST);
	peer_sends(p, .flags = RST | ACK);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(resets_for_nothing_are_rate_limited)
{
	struct peer *p = peer_new((struct tcp_config){0});
	uint64_t before;

	for (int i = 0; i < 5000; i++)
		peer_injects(p, .flags = ACK);
	before = COUNTED(p, tcp_reset_out);
	CHECK(before < 2 * TCP_ANSWERS_A_SECOND);
	peer_waits(p, PEER_SEC);
	peer_injects(p, .flags = ACK);
	CHECK_EQ(COUNTED(p, tcp_reset_out), before + 1);
	peer_end(p);
}

TEST(the_syn_ack_is_repeated_with_backoff_and_given_up)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_waits(p, 999 * PEER_MS);
	CHECK_EQ(p->sent, 1);
	peer_waits(p, 6 * PEER_MS);
	CHECK_EQ(p->sent, 2);
	peer_waits(p, 2 * PEER_SEC);
	CHECK_EQ(p->sent, 3);
	peer_waits(p, 60 * PEER_SEC);
	CHECK_EQ(p->sent, TCP_SYN_TRIES);
	CHECK_EQ(peer_gauges(p).half_open, 0);
	CHECK_EQ(COUNTED(p, tcp_syn_expired), 1);
	peer_end(p);
}

TEST(a_repeated_syn_gets_the_same_answer)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_skip(p);
	p->now += 5 * PEER_MS;
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_gets(p, .flags = SYN | ACK, .seq = (uint32_t)-1);
	CHECK_EQ(p->out[0].seq, p->out[1].seq);
	CHECK_EQ(peer_gauges(p).half_open, 1);
	peer_end(p);
}

TEST(another_syn_does_not_take_the_entry)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_skip(p);
	peer_sends(p, .flags = SYN, .seq = 90000);
	peer_gets(p, .flags = ACK);
	peer_sends(p, .flags = ACK);
	CHECK_EQ(p->app.opened, 1);
	peer_end(p);
}

TEST(a_half_open_connection_falls_to_the_exact_reset_only)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_skip(p);
	peer_sends(p, .flags = RST, .seq = 100000);
	peer_gets_nothing(p);
	peer_sends(p, .flags = RST, .seq = 1);
	peer_gets(p, .flags = ACK);
	CHECK_EQ(peer_gauges(p).half_open, 1);
	peer_sends(p, .flags = RST);
	CHECK_EQ(peer_gauges(p).half_open, 0);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(a_wrong_acknowledgement_of_our_syn_is_reset)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_skip(p);
	peer_sends(p, .flags = ACK, .ack = 5);
	peer_gets(p, .flags = RST, .seq = 5);
	CHECK_EQ(p->app.opened, 0);
	CHECK_EQ(peer_gauges(p).half_open, 1);
	peer_end(p);
}

TEST(a_third_segment_outside_the_window_opens_nothing)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_sends(p, .flags = ACK, .seq = 1000000);
	CHECK_EQ(p->app.opened, 0);
	peer_end(p);
}

TEST(a_syn_with_fin_is_malformed)
{
	struct peer *p = peer_new((struct tcp_config){0});

	peer_sends(p, .flags = SYN | FIN);
	peer_gets_nothing(p);
	CHECK_EQ(COUNTED(p, tcp_header_bad), 1);
	peer_end(p);
}

TEST(a_full_cache_evicts_and_counts)
{
	struct peer *p =
	        peer_new((struct tcp_config){.syn_slots = 4, .syn_high_water = UINT32_MAX});

	for (uint16_t i = 0; i < 100; i++) {
		p->tuple.remote_port = (uint16_t)(1000 + i);
		peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	}
	CHECK_EQ(peer_gauges(p).half_open, 4);
	CHECK_EQ(COUNTED(p, tcp_syn_full), 96);
	peer_sends(p, .flags = ACK);
	CHECK_EQ(p->app.opened, 1);
	peer_end(p);
}

TEST(without_a_free_slot_the_handshake_ends_in_a_reset)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 1});
	uint32_t iss;

	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	iss = p->iss;
	p->tuple.remote_port++;
	peer_handshake(p);
	p->tuple.remote_port--;
	p->iss = iss;
	peer_sends(p, .flags = ACK);
	peer_gets(p, .flags = RST);
	CHECK_EQ(COUNTED(p, tcp_slots_full), 1);
	CHECK_EQ(p->app.opened, 1);
	peer_end(p);
}

TEST(an_application_may_refuse_in_opened)
{
	struct peer *p = with_syn((struct tcp_config){0});

	peer_skip(p);
	p->app.abort_opened = true;
	peer_sends(p, .flags = ACK, .text = "hello");
	peer_gets(p, .flags = RST | ACK, .ack = 0);
	CHECK_EQ(p->app.why, TCP_END_ABORTED);
	CHECK_EQ(p->app.readable, 0);
	CHECK_EQ(peer_gauges(p).connections, 0);
	peer_end(p);
}

TEST(options_are_offered_only_where_asked_for)
{
	struct peer *p = with_syn((struct tcp_config){0});

	CHECK(p->out[0].options.has_mss);
	CHECK(!p->out[0].options.has_scale);
	CHECK(!p->out[0].options.has_timestamp);
	CHECK(!p->out[0].options.sack_permitted);
	peer_end(p);
}

TEST(all_options_are_agreed_on)
{
	struct peer *p = peer_new((struct tcp_config){.receive_window = 1 << 20});

	p->syn.has_scale = p->syn.has_timestamp = p->syn.sack_permitted = true;
	p->syn.scale = 7;
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1, .ts = 4242);
	CHECK_EQ(p->out[0].options.mss, 1460);
	CHECK_EQ(p->out[0].options.scale, 5);
	CHECK(p->out[0].options.has_scale);
	CHECK(p->out[0].options.sack_permitted);
	CHECK_EQ(p->out[0].options.ts_echo, 4242);
	peer_sends(p, .flags = ACK, .window = 1000);
	CHECK_EQ(p->conn->snd_wnd, 128000);
	peer_end(p);
}

TEST(an_absurd_segment_size_is_raised)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->syn.mss = 8;
	peer_handshake(p);
	CHECK_EQ(p->conn->mss, TCP_MSS_LEAST);
	peer_end(p);
}

TEST(without_the_option_the_segment_size_is_536)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->syn.has_mss = false;
	peer_handshake(p);
	CHECK_EQ(p->conn->mss, 536);
	peer_end(p);
}

TEST(over_ipv6_segments_are_twenty_bytes_smaller)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->tuple.local.bytes[0] = p->tuple.remote.bytes[0] = 0x20;
	p->syn.mss = 9000;
	peer_handshake(p);
	CHECK_EQ(p->out[0].options.mss, 1440);
	CHECK_EQ(p->conn->mss, 1440);
	peer_end(p);
}

TEST(sequence_numbers_of_one_tuple_grow_with_time)
{
	struct peer *p = peer_new((struct tcp_config){0});
	uint32_t first = tcp_iss(p->tcp, &p->tuple);

	p->tcp->now_us += PEER_SEC;
	CHECK_EQ(tcp_iss(p->tcp, &p->tuple) - first, 250000);
	peer_end(p);
}

TEST(sequence_numbers_of_two_tuples_are_unrelated)
{
	struct peer *p = peer_new((struct tcp_config){0});
	uint32_t first = tcp_iss(p->tcp, &p->tuple);

	p->tuple.remote_port++;
	CHECK(tcp_iss(p->tcp, &p->tuple) - first > 1000);
	peer_end(p);
}

TEST(timestamps_of_two_tuples_are_unrelated)
{
	struct peer *p = peer_new((struct tcp_config){0});
	uint32_t first = tcp_ts_offset(p->tcp, &p->tuple);

	CHECK_EQ(tcp_ts_offset(p->tcp, &p->tuple), first);
	p->tuple.remote_port++;
	CHECK(tcp_ts_offset(p->tcp, &p->tuple) - first > 1000);
	peer_end(p);
}

TEST(a_slot_freed_last_is_used_first_with_another_life)
{
	struct peer *p = peer_new((struct tcp_config){0});
	struct conn_id first;

	peer_handshake(p);
	first = p->app.id;
	tcp_abort(p->tcp, first);
	CHECK(!tcp_alive(p->tcp, first));
	p->tuple.remote_port++;
	peer_handshake(p);
	CHECK_EQ(p->app.id.slot, first.slot);
	CHECK_EQ(p->app.id.life, first.life + 1);
	CHECK_EQ(peer_gauges(p).slots_touched, 1);
	peer_end(p);
}

TEST(a_life_is_never_zero)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->conn->life = UINT32_MAX;
	tcp_abort(p->tcp, (struct conn_id){p->app.id.slot, UINT32_MAX});
	CHECK_EQ(p->conn->life, 1);
	peer_end(p);
}

TEST(a_stale_name_is_answered_by_nothing)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	struct conn_id id = {p->app.id.slot, p->app.id.life + 1};
	struct conn_id wild = {0xfffffff0, 1};

	CHECK(!tcp_alive(p->tcp, id) && !tcp_alive(p->tcp, wild));
	CHECK_EQ(tcp_send(p->tcp, id, span_text("x")), STATUS_NOT_FOUND);
	CHECK_EQ(tcp_send_room(p->tcp, wild), 0);
	CHECK_EQ(tcp_readable(p->tcp, id), 0);
	CHECK_EQ(tcp_front(p->tcp, id).len, 0);
	CHECK(tcp_tuple_of(p->tcp, wild) == NULL);
	tcp_close(p->tcp, id);
	tcp_abort(p->tcp, wild);
	CHECK_EQ(peer_state(p), TCP_ESTABLISHED);
	peer_end(p);
}

CHECK_MAIN()
