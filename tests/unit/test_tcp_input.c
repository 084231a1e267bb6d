// The verdict on arriving segments: windows, resets, blind attackers, timestamps.
#include "tests/unit/tcp_peer.h"

static struct peer *with_timestamps(void)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->syn.has_timestamp = true;
	peer_handshake(p);
	return p;
}

TEST(the_exact_reset_ends_the_connection)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = RST);
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(p->app.why, TCP_END_RESET);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(a_reset_elsewhere_in_the_window_is_challenged)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = RST, .seq = 100);
	peer_gets(p, .flags = ACK);
	CHECK_EQ(peer_state(p), TCP_ESTABLISHED);
	CHECK_EQ(COUNTED(p, tcp_challenge_ack), 1);
	peer_end(p);
}

TEST(a_reset_outside_the_window_is_ignored)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = RST, .seq = 1000000);
	peer_sends(p, .flags = RST, .seq = (uint32_t)-1);
	peer_gets_nothing(p);
	CHECK_EQ(COUNTED(p, tcp_reset_ignored), 2);
	peer_end(p);
}

TEST(a_blind_syn_is_challenged)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = SYN, .seq = 10);
	peer_gets(p, .flags = ACK);
	CHECK_EQ(peer_state(p), TCP_ESTABLISHED);
	peer_end(p);
}

TEST(challenges_of_one_connection_are_rare)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	for (int i = 0; i < 20; i++)
		peer_sends(p, .flags = SYN, .seq = 10);
	CHECK_EQ(COUNTED(p, tcp_challenge_ack), 1);
	peer_waits(p, 150 * PEER_MS);
	peer_sends(p, .flags = SYN, .seq = 10);
	CHECK_EQ(COUNTED(p, tcp_challenge_ack), 2);
	peer_end(p);
}

TEST(an_acknowledgement_of_the_future_is_refused_with_its_data)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .ack = 1, .text = "injected");
	peer_gets(p, .flags = ACK);
	CHECK_EQ(p->app.got, 0);
	CHECK_EQ(COUNTED(p, tcp_ack_future), 1);
	peer_end(p);
}

TEST(an_acknowledgement_of_the_distant_past_is_refused_with_its_data)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .ack = (uint32_t)-60000, .text = "injected");
	CHECK_EQ(p->app.got, 0);
	CHECK_EQ(COUNTED(p, tcp_challenge_ack), 1);
	peer_end(p);
}

TEST(data_without_an_acknowledgement_is_dropped)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .text = "hello");
	CHECK_EQ(p->app.got, 0);
	peer_end(p);
}

TEST(data_beyond_the_window_is_answered_and_dropped)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .seq = 100000, .text = "far");
	peer_gets(p, .flags = ACK);
	CHECK_EQ(COUNTED(p, tcp_outside_window), 1);
	peer_end(p);
}

TEST(old_data_is_acknowledged_again_at_once)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .text = "hello");
	peer_skip(p);
	peer_sends(p, .flags = ACK, .text = "hello");
	peer_gets(p, .flags = ACK, .ack = 5);
	peer_sends(p, .flags = ACK, .text = "hel");
	peer_gets(p, .flags = ACK, .ack = 5);
	CHECK_EQ(p->app.got, 5);
	peer_end(p);
}

TEST(a_keepalive_is_answered)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .seq = (uint32_t)-1);
	peer_gets(p, .flags = ACK);
	peer_end(p);
}

TEST(a_header_that_runs_past_the_segment_is_malformed)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	uint8_t bytes[20] = {[12] = 0x60, [13] = ACK};
	struct tcp_segment segment = {.to = p->tuple, .bytes = span_of(bytes, 20)};

	tcp_input(p->tcp, p->now, &segment);
	bytes[12] = 0x40;
	tcp_input(p->tcp, p->now, &segment);
	segment.bytes.len = 19;
	tcp_input(p->tcp, p->now, &segment);
	CHECK_EQ(COUNTED(p, tcp_header_bad), 3);
	peer_end(p);
}

TEST(sequence_numbers_wrap)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->irs = (uint32_t)-3;
	peer_handshake(p);
	peer_sends(p, .flags = ACK, .text = "hello");
	peer_waits(p, 6 * PEER_MS);
	peer_gets(p, .flags = ACK, .ack = 5);
	peer_sends(p, .flags = ACK, .seq = 8, .text = "ld");
	peer_sends(p, .flags = ACK, .seq = 5, .text = "wor");
	CHECK_MEM(p->app.bytes, "helloworld", 10);
	peer_end(p);
}

TEST(an_old_timestamp_is_refused)
{
	struct peer *p = with_timestamps();

	peer_sends(p, .flags = ACK, .ts = 3000000, .text = "new");
	peer_skip(p);
	peer_sends(p, .flags = ACK, .ts = 2999999, .seq = 3, .text = "old");
	peer_gets(p, .flags = ACK, .ack = 3);
	CHECK_EQ(COUNTED(p, tcp_paws), 1);
	CHECK_EQ(p->app.got, 3);
	peer_end(p);
}

TEST(a_missing_timestamp_is_refused)
{
	struct peer *p = with_timestamps();

	peer_sends(p, .flags = ACK, .no_ts = true, .text = "injected");
	CHECK_EQ(p->app.got, 0);
	CHECK_EQ(COUNTED(p, tcp_paws), 1);
	peer_end(p);
}

TEST(a_reset_needs_no_timestamp)
{
	struct peer *p = with_timestamps();

	peer_sends(p, .flags = RST, .no_ts = true);
	CHECK_EQ(p->app.why, TCP_END_RESET);
	peer_end(p);
}

TEST(after_24_days_of_silence_any_timestamp_will_do)
{
	struct peer *p = with_timestamps();

	peer_waits(p, 25ull * 86400 * PEER_SEC);
	peer_sends(p, .flags = ACK, .ts = 1, .text = "hello");
	CHECK_EQ(p->app.got, 5);
	peer_end(p);
}

TEST(timestamps_are_echoed)
{
	struct peer *p = with_timestamps();

	peer_sends(p, .flags = ACK, .ts = 3000000, .text = "x");
	peer_waits(p, 6 * PEER_MS);
	CHECK_EQ(peer_next(p)->options.ts_echo, 3000000);
	peer_end(p);
}

TEST(the_timestamp_of_an_early_segment_is_not_echoed)
{
	struct peer *p = with_timestamps();

	peer_sends(p, .flags = ACK, .ts = 3000000, .text = "x");
	peer_skip(p);
	peer_sends(p, .flags = ACK, .ts = 3000500, .seq = 10, .text = "y");
	CHECK_EQ(peer_next(p)->options.ts_echo, 3000000);
	peer_end(p);
}

TEST(aborting_in_readable_is_safe)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->app.abort_read = true;
	peer_sends(p, .flags = ACK, .text = "hello");
	peer_gets(p, .flags = RST | ACK, .ack = 5);
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(aborting_in_readable_without_reading_is_safe)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->app.abort_read = true;
	p->app.consume = false;
	peer_sends(p, .flags = ACK | FIN, .text = "hello");
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(aborting_in_acked_is_safe)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_app_sends(p, 3000);
	p->app.abort_acked = true;
	peer_sends(p, .flags = ACK, .ack = 1000, .text = "never read");
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(p->app.readable, 0);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(closing_in_readable_sends_the_fin_with_the_acknowledgement)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->app.close_read = true;
	peer_sends(p, .flags = ACK, .text = "bye");
	peer_gets(p, .flags = FIN | ACK, .ack = 3);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(an_answer_in_readable_carries_the_acknowledgement)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->app.echo = true;
	peer_sends(p, .flags = ACK, .text = "key");
	peer_gets(p, .flags = ACK, .ack = 3, .len = 3);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(a_burst_that_was_prefetched_is_found)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	struct tcp_segment s[3] = {{.to = p->tuple}, {.to = p->tuple}, {.to = p->tuple}};
	uint64_t strangers = COUNTED(p, tcp_no_connection);

	s[1].to.remote_port++;
	tcp_prefetch(p->tcp, s, 3);
	CHECK_EQ(s[0].hash, tcp_hash(p->tcp, &p->tuple));
	CHECK_EQ(s[2].hash, s[0].hash);
	CHECK(s[1].hash != s[0].hash);
	CHECK_EQ(table_find(&p->tcp->conn_table, s[0].hash, &s[0].to),
	         conn_slot(p->tcp, p->conn));
	CHECK_EQ(COUNTED(p, tcp_no_connection), strangers);
	peer_end(p);
}

TEST(a_listener_is_silent_to_what_neither_asks_nor_acknowledges)
{
	struct peer *p = peer_new((struct tcp_config){0});

	peer_sends(p, .flags = FIN);
	peer_sends(p, .flags = 0, .text = "hello");
	peer_gets_nothing(p);
	CHECK_EQ(COUNTED(p, tcp_no_connection), 2);
	p->tuple.local_port++;
	peer_sends(p, .flags = FIN);
	CHECK_EQ(p->sent - p->seen, 1); // nobody listens there
	peer_end(p);
}

CHECK_MAIN()
