// Losses by time, probes of the tail, proportional reduction, and repairs that are undone.
#include "tests/unit/tcp_peer.h"

#define RTT_US (20 * PEER_MS)

// `segments` of 1000 bytes in flight for one round trip of 20 ms.
static struct peer *with_segments(uint32_t segments, bool timestamps)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->syn.sack_permitted = true;
	p->syn.has_timestamp = timestamps;
	if (timestamps)
		p->syn.mss = PEER_MSS + TCP_TIMESTAMP_BYTES;
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	p->now += RTT_US;
	peer_sends(p, .flags = ACK);
	p->conn->cwnd = most_u32(p->conn->cwnd, 1000 * segments);
	peer_app_sends(p, 1000 * segments);
	peer_skip(p);
	p->now += RTT_US;
	return p;
}

static const struct sent *segment_of(struct peer *p, uint32_t i)
{
	return &tcp_flight(p->tcp, p->conn)->seg[i];
}

TEST(a_little_reordering_is_no_loss)
{
	struct peer *p = with_segments(4, false);

	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 2000}});
	peer_waits(p, 3 * PEER_MS);
	peer_gets_nothing(p);
	peer_sends(p, .flags = ACK, .ack = 2000);
	peer_waits(p, 5 * PEER_MS);
	peer_gets_nothing(p);
	CHECK_EQ(COUNTED(p, tcp_fast_retransmit), 0);
	peer_end(p);
}

TEST(a_hole_is_a_loss_when_the_reordering_window_has_passed)
{
	struct peer *p = with_segments(4, false);

	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 2000}});
	peer_waits(p, 7 * PEER_MS); // a quarter of the round trip, and the tick
	peer_gets(p, .flags = ACK, .len = 1000);
	CHECK_EQ(COUNTED(p, tcp_fast_retransmit), 1);
	CHECK_EQ(COUNTED(p, tcp_rto), 0);
	peer_end(p);
}

TEST(three_reports_prove_a_loss_where_no_reordering_was_seen)
{
	struct peer *p = with_segments(5, false);

	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 2000}});
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 3000}});
	peer_gets_nothing(p);
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 4000}});
	peer_gets(p, .flags = ACK, .len = 1000);
	peer_end(p);
}

TEST(after_reordering_three_reports_prove_nothing)
{
	struct peer *p = with_segments(6, false);

	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 2000}});
	peer_sends(p, .flags = ACK, .ack = 2000); // late, not lost
	CHECK(p->conn->flags & CONN_REORDERED);
	peer_sends(p, .flags = ACK, .ack = 2000, .sacks = 1, .sack = {{3000, 6000}});
	peer_gets_nothing(p);
	peer_waits(p, 7 * PEER_MS);
	peer_gets(p, .flags = ACK, .seq = 2000, .len = 1000);
	peer_end(p);
}

TEST(a_repeat_that_is_lost_too_is_sent_again_before_the_timer)
{
	struct peer *p = with_segments(8, false);

	peer_app_sends(p, 8000);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 8000}});
	CHECK_EQ(p->out[p->seen % OUT_MAX].seq, 0);
	peer_skip(p);
	p->now += RTT_US; // what was sent after the repeat arrives, the repeat does not
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 12000}});
	peer_waits(p, 7 * PEER_MS);
	CHECK_EQ(p->out[p->seen % OUT_MAX].seq, 0);
	CHECK_EQ(COUNTED(p, tcp_rto), 0);
	CHECK_EQ(COUNTED(p, tcp_fast_retransmit), 1);
	peer_end(p);
}

TEST(a_report_of_a_duplicate_widens_the_reordering_window)
{
	struct peer *p = with_segments(6, false);

	peer_sends(p, .flags = ACK, .ack = 2000, .sacks = 1, .sack = {{0, 1000}});
	CHECK_EQ(COUNTED(p, tcp_dsack_in), 1);
	CHECK_EQ(p->conn->reorder_steps, 1);
	peer_sends(p, .flags = ACK, .ack = 2000, .sacks = 1, .sack = {{0, 1000}});
	CHECK_EQ(p->conn->reorder_steps, 1); // once a round trip
	peer_sends(p, .flags = ACK, .ack = 2000, .sacks = 1, .sack = {{3000, 6000}});
	peer_waits(p, 7 * PEER_MS);
	peer_gets_nothing(p);
	peer_waits(p, 5 * PEER_MS);
	peer_gets(p, .flags = ACK, .seq = 2000, .len = 1000);
	peer_end(p);
}

TEST(bytes_received_again_are_reported)
{
	struct peer *p = with_segments(1, false);
	const struct peer_segment *s;

	peer_sends(p, .flags = ACK, .ack = 1000, .len = 100);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .ack = 1000, .len = 100);
	s = peer_next(p);
	CHECK(s != NULL && s->options.sacks == 1);
	CHECK_EQ(s->options.sack[0].start - p->irs, 0);
	CHECK_EQ(s->options.sack[0].end - p->irs, 100);
	CHECK_EQ(COUNTED(p, tcp_dsack_out), 1);
	peer_sends(p, .flags = ACK, .ack = 1000, .seq = 200, .len = 100);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .ack = 1000, .seq = 200, .len = 100);
	s = peer_next(p);
	CHECK(s != NULL && s->options.sacks == 2);
	CHECK_EQ(s->options.sack[0].start - p->irs, 200);
	peer_end(p);
}

TEST(while_recovering_what_leaves_follows_what_arrives)
{
	struct peer *p = with_segments(20, false);
	uint32_t before;

	peer_app_sends(p, 20000); // waits for the window
	peer_skip(p);
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 4000}});
	CHECK(p->conn->flags & CONN_RECOVERING);
	before = p->sent;
	for (uint32_t end = 5000; end <= 20000; end += 1000)
		peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, end}});
	CHECK(p->sent - before >= 9 && p->sent - before <= 13); // about seven tenths of 16
	CHECK_EQ(p->conn->ssthresh, 14000);
	peer_sends(p, .flags = ACK, .ack = 20000);
	CHECK(p->conn->cwnd >= 14000 && p->conn->cwnd <= 15000);
	peer_end(p);
}

TEST(a_needless_time_out_is_undone)
{
	struct peer *p = with_segments(10, true);
	uint32_t cwnd = p->conn->cwnd, echo = tcp_ts_clock(p->tcp, p->conn->ts_offset);

	p->conn->tail_us = 0;
	peer_waits(p, PEER_SEC);
	CHECK(COUNTED(p, tcp_rto) >= 1);
	CHECK(p->conn->flags & CONN_LOSS);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .ack = 2000, .echo = echo); // of the first sending
	CHECK_EQ(COUNTED(p, tcp_needless), 1);
	CHECK(p->conn->cwnd >= cwnd);
	CHECK(!(p->conn->flags & CONN_LOSS));
	CHECK_EQ(segment_of(p, 0)->flags & SENT_LOST, 0);
	peer_end(p);
}

TEST(a_needed_repair_is_not_undone)
{
	struct peer *p = with_segments(10, true);

	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 5000}}, .echo = 1);
	CHECK(p->conn->flags & CONN_RECOVERING);
	p->now += RTT_US;
	peer_sends(p, .flags = ACK, .ack = 10000,
	           .echo = tcp_ts_clock(p->tcp, p->conn->ts_offset));
	CHECK_EQ(COUNTED(p, tcp_needless), 0);
	CHECK_EQ(p->conn->cwnd, p->conn->ssthresh);
	peer_end(p);
}

TEST(a_loss_that_the_probe_repaired_is_a_loss)
{
	struct peer *p = with_segments(10, false);

	peer_waits(p, 50 * PEER_MS);
	CHECK_EQ(COUNTED(p, tcp_tail_probe), 1);
	p->conn->cwnd = 20000;
	peer_app_sends(p, 1000);
	peer_sends(p, .flags = ACK, .ack = 11000);
	CHECK_EQ(p->conn->ssthresh, 7700);
	CHECK(p->conn->cwnd < 9000);
	peer_end(p);
}

TEST(a_probe_that_arrived_twice_is_no_loss)
{
	struct peer *p = with_segments(10, false);

	peer_waits(p, 50 * PEER_MS);
	peer_sends(p, .flags = ACK, .ack = 10000, .sacks = 1, .sack = {{9000, 10000}});
	CHECK(p->conn->cwnd >= 10000);
	peer_end(p);
}

TEST(new_data_serves_as_the_probe)
{
	struct peer *p = with_segments(10, false);

	peer_sends(p, .flags = ACK, .window = 10000);
	peer_app_sends(p, 1000);
	peer_gets_nothing(p); // the peer's window
	peer_inject(p, (struct peer_send){.flags = ACK, .window = 12000});
	p->conn->flags |= CONN_TAIL_NOW;
	peer_flush(p);
	CHECK_EQ(p->out[p->seen % OUT_MAX].seq, 10000);
	CHECK(!(p->conn->flags & CONN_TAIL_AGAIN));
	peer_end(p);
}

CHECK_MAIN()
