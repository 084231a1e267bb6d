// Segments out: coalescing, windows, probes, and when to acknowledge.
#include "tests/unit/tcp_peer.h"

// The first eight acknowledgements are quick; these tests want the ordinary ones.
static struct peer *past_quick_acks(void)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->conn->quick_acks = 0;
	return p;
}

TEST(small_writes_leave_in_one_segment)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	for (int i = 0; i < 10; i++)
		CHECK_EQ(tcp_send(p->tcp, p->app.id, span_text("0123456789")), STATUS_OK);
	peer_flush(p);
	peer_gets(p, .flags = ACK, .len = 100);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(large_writes_leave_in_full_segments)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_app_sends(p, 2500);
	peer_gets(p, .flags = ACK, .len = 1000);
	peer_gets(p, .flags = ACK, .seq = 1000, .len = 1000);
	CHECK(p->out[p->seen % OUT_MAX].flags & TCP_PSH);
	peer_gets(p, .flags = ACK, .seq = 2000, .len = 500);
	peer_end(p);
}

TEST(the_bytes_that_leave_are_the_bytes_written)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	const struct peer_segment *s;
	uint32_t at = 0;

	peer_app_sends(p, 9000);
	while ((s = peer_next(p)) != NULL)
		for (uint32_t i = 0; i < s->len; i++)
			CHECK_EQ(s->data[i], filler(at++));
	CHECK_EQ(at, 9000);
	peer_end(p);
}

TEST(the_last_small_segment_does_not_wait)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_app_sends(p, 10);
	peer_app_sends(p, 10);
	peer_gets(p, .flags = ACK, .len = 10);
	peer_gets(p, .flags = ACK, .seq = 10, .len = 10);
	peer_end(p);
}

TEST(the_initial_window_is_ten_segments)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_app_sends(p, 30000);
	CHECK_EQ(p->sent - p->seen, 10);
	peer_end(p);
}

TEST(slow_start_doubles_the_window)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_app_sends(p, 60000);
	peer_skip(p);
	for (uint32_t i = 2; i <= 10; i += 2)
		peer_sends(p, .flags = ACK, .ack = 1000 * i);
	CHECK_EQ(p->sent - p->seen, 20);
	peer_end(p);
}

TEST(a_window_that_is_not_used_does_not_grow)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	uint32_t before = p->conn->cwnd;

	peer_app_sends(p, 100);
	peer_sends(p, .flags = ACK, .ack = 100);
	CHECK_EQ(p->conn->cwnd, before);
	peer_end(p);
}

TEST(the_window_of_the_peer_is_respected)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .window = 2000);
	peer_app_sends(p, 5000);
	CHECK_EQ(p->sent - p->seen, 2);
	peer_sends(p, .flags = ACK, .ack = 1000, .window = 2000);
	CHECK_EQ(p->sent - p->seen, 3);
	peer_end(p);
}

TEST(a_silly_window_is_not_used)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .window = 2300);
	peer_app_sends(p, 5000);
	CHECK_EQ(p->sent - p->seen, 2);
	peer_end(p);
}

TEST(a_small_window_is_used_when_nothing_better_comes)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .window = 300);
	peer_app_sends(p, 5000);
	peer_gets_nothing(p);
	peer_waits(p, 2 * PEER_SEC);
	peer_gets(p, .flags = ACK, .len = 300);
	peer_end(p);
}

TEST(a_closed_window_is_probed_with_backoff)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .window = -1);
	peer_app_sends(p, 100);
	peer_gets_nothing(p);
	for (int i = 0; i < 5; i++) {
		peer_waits(p, p->conn->timer_us - p->now);
		peer_gets(p, .flags = ACK, .seq = (uint32_t)-1);
		peer_sends(p, .flags = ACK, .window = -1);
	}
	CHECK_EQ(COUNTED(p, tcp_probe), 5);
	CHECK(p->conn->timer_us - p->now > 5 * PEER_SEC);
	peer_end(p);
}

TEST(a_closed_window_that_is_answered_is_waited_for)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .window = -1);
	peer_app_sends(p, 100);
	for (int i = 0; i < 100; i++) {
		peer_waits(p, 20 * PEER_SEC);
		peer_sends(p, .flags = ACK, .window = -1);
	}
	CHECK_EQ(peer_state(p), TCP_ESTABLISHED);
	peer_skip(p);
	peer_sends(p, .flags = ACK);
	peer_gets(p, .flags = ACK, .len = 100);
	CHECK(p->conn->timer_us - p->now <= PEER_SEC);
	peer_end(p);
}

TEST(a_closed_window_that_is_never_answered_ends_the_connection)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .window = -1);
	peer_app_sends(p, 100);
	peer_waits(p, 300 * PEER_SEC);
	CHECK_EQ(p->app.why, TCP_END_TIMEOUT);
	peer_end(p);
}

TEST(an_old_segment_does_not_change_the_window)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .text = "hello", .window = 2000);
	peer_sends(p, .flags = ACK, .seq = 5, .text = "x", .window = 2000);
	peer_sends(p, .flags = ACK, .text = "hellox", .window = 9000);
	CHECK_EQ(p->conn->snd_wnd, 2000);
	peer_end(p);
}

TEST(the_first_segments_are_acknowledged_within_six_milliseconds)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	for (uint32_t i = 0; i < TCP_QUICK_ACKS; i++) {
		peer_sends(p, .flags = ACK, .seq = i, .len = 1);
		peer_gets_nothing(p);
		peer_waits(p, 6 * PEER_MS);
		peer_gets(p, .flags = ACK, .ack = i + 1);
	}
	peer_sends(p, .flags = ACK, .seq = TCP_QUICK_ACKS, .len = 1);
	peer_waits(p, 6 * PEER_MS);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(the_application_can_have_a_segment_acknowledged_at_once)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .text = "hello");
	peer_gets_nothing(p);
	tcp_ack_now(p->tcp, p->app.id);
	tcp_flush(p->tcp, p->now);
	peer_gets(p, .flags = ACK, .ack = 5);
	peer_waits(p, 50 * PEER_MS);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(a_quick_acknowledgement_waits_for_the_answer)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .text = "hello");
	peer_waits(p, 500);
	peer_gets_nothing(p);
	peer_app_sends(p, 3);
	peer_gets(p, .flags = ACK, .ack = 5, .len = 3);
	peer_sends(p, .flags = ACK, .seq = 5, .ack = 3);
	peer_waits(p, 10 * PEER_MS);
	peer_gets_nothing(p);
	CHECK_EQ(p->conn->quick_acks, TCP_QUICK_ACKS);
	peer_end(p);
}

TEST(a_quick_acknowledgement_of_two_full_segments_does_not_wait)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_injects(p, .flags = ACK, .len = 1000);
	peer_sends(p, .flags = ACK, .seq = 1000, .len = 1000);
	peer_gets(p, .flags = ACK, .ack = 2000);
	peer_end(p);
}

TEST(the_worker_may_sleep_while_an_acknowledgement_waits)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK, .text = "hello");
	CHECK(tcp_next_us(p->tcp) >= p->now + TCP_ACK_QUICK_US);
	CHECK(tcp_next_us(p->tcp) <= p->now + TCP_ACK_QUICK_US + TCP_TICK_US);
	peer_end(p);
}

TEST(small_segments_are_acknowledged_together)
{
	struct peer *p = past_quick_acks();

	for (uint32_t i = 0; i < 5; i++)
		peer_sends(p, .flags = ACK, .seq = i, .len = 1);
	peer_gets_nothing(p);
	peer_waits(p, 42 * PEER_MS);
	peer_gets(p, .flags = ACK, .ack = 5);
	peer_end(p);
}

TEST(a_single_segment_is_acknowledged_within_the_delay)
{
	struct peer *p = past_quick_acks();

	peer_sends(p, .flags = ACK, .text = "x");
	peer_waits(p, 39 * PEER_MS);
	peer_gets_nothing(p);
	peer_waits(p, 6 * PEER_MS);
	peer_gets(p, .flags = ACK, .ack = 1);
	peer_end(p);
}

TEST(every_second_segment_is_acknowledged_at_once)
{
	struct peer *p = past_quick_acks();

	peer_sends(p, .flags = ACK, .len = 1000);
	peer_gets_nothing(p);
	peer_sends(p, .flags = ACK, .seq = 1000, .len = 1000);
	peer_gets(p, .flags = ACK, .ack = 2000);
	peer_waits(p, 50 * PEER_MS);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(an_answer_carries_the_delayed_acknowledgement)
{
	struct peer *p = past_quick_acks();

	peer_sends(p, .flags = ACK, .text = "x");
	peer_app_sends(p, 1);
	peer_gets(p, .flags = ACK, .ack = 1, .len = 1);
	peer_sends(p, .flags = ACK, .seq = 1, .ack = 1);
	peer_waits(p, 100 * PEER_MS);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(a_burst_is_acknowledged_once)
{
	struct peer *p = past_quick_acks();

	for (uint32_t i = 0; i < 8; i++)
		peer_injects(p, .flags = ACK, .seq = 1000 * i, .len = 1000);
	peer_flush(p);
	peer_gets(p, .flags = ACK, .ack = 8000);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(an_acknowledgement_is_not_acknowledged)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_sends(p, .flags = ACK);
	peer_waits(p, PEER_SEC);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(the_send_limit_is_all_or_nothing)
{
	struct peer *p = peer_in_with(TCP_ESTABLISHED, (struct tcp_config){.send_limit = 100});

	CHECK_EQ(tcp_send_room(p->tcp, p->app.id), 100);
	peer_app_sends(p, 60);
	CHECK_EQ(tcp_send(p->tcp, p->app.id, span_of(p->out, 41)), STATUS_NO_ROOM);
	CHECK_EQ(p->conn->send.bytes, 60);
	peer_sends(p, .flags = ACK, .ack = 30);
	CHECK_EQ(p->app.acked, 30);
	CHECK_EQ(tcp_send_room(p->tcp, p->app.id), 70);
	peer_end(p);
}

TEST(sending_without_memory_queues_nothing)
{
	struct peer *p =
	        peer_in_with(TCP_ESTABLISHED, (struct tcp_config){.slab_bytes = 16384});

	CHECK_EQ(tcp_send(p->tcp, p->app.id, span_of(p->out, 100)), STATUS_OK);
	CHECK_EQ(tcp_send(p->tcp, p->app.id, span_of(p->out, 20000)), STATUS_NO_MEMORY);
	CHECK_EQ(p->conn->send.bytes, 100);
	CHECK_EQ(p->conn->chunks, 512); // the bytes, and what is in flight
	peer_flush(p);
	peer_gets(p, .flags = ACK, .len = 100);
	peer_end(p);
}

TEST(many_pieces_make_a_shorter_segment_and_lose_nothing)
{
	struct peer *p =
	        peer_in_with(TCP_ESTABLISHED, (struct tcp_config){.slab_bytes = 1 << 20});
	uint32_t total = 0;
	const struct peer_segment *s;

	p->syn.mss = 1460;
	for (int i = 0; i < 40; i++) // tails of many sizes
		CHECK_EQ(tcp_send(p->tcp, p->app.id, span_of(p->out, 200)), STATUS_OK);
	peer_flush(p);
	while ((s = peer_next(p)) != NULL)
		total += s->len;
	CHECK_EQ(total, 8000);
	peer_end(p);
}

TEST(silence_brings_back_the_initial_window)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->conn->cwnd = 200000;
	peer_waits(p, 60 * PEER_SEC);
	peer_app_sends(p, 40000);
	CHECK_EQ(p->sent - p->seen, 10);
	peer_end(p);
}

CHECK_MAIN()
