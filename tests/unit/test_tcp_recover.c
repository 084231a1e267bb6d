// Losses: the timer, fast retransmit, NewReno, selective acknowledgements, giving up.
#include "tests/unit/tcp_peer.h"

#define RTT_US (8 * PEER_MS)

// The flight of a peer with selective acknowledgements is one round trip old.
static struct peer *with_flight(bool sack, uint32_t bytes)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->syn.sack_permitted = sack;
	peer_handshake(p);
	peer_app_sends(p, bytes);
	peer_skip(p);
	p->now += sack ? RTT_US : 0;
	return p;
}

static void peer_repeats_ack(struct peer *p, uint32_t ack, int times)
{
	for (int i = 0; i < times; i++)
		peer_sends(p, .flags = ACK, .ack = ack);
}

static void peer_times_out(struct peer *p)
{
	peer_waits(p, p->conn->timer_us - p->now);
}

TEST(an_unanswered_segment_is_sent_again_by_the_timer)
{
	struct peer *p = with_flight(false, 100);

	peer_times_out(p);
	peer_gets(p, .flags = ACK, .len = 100);
	CHECK(COUNTED(p, tcp_rto) == 1);
	peer_end(p);
}

TEST(the_timer_backs_off)
{
	struct peer *p = with_flight(false, 100);
	uint64_t first;

	peer_waits(p, p->conn->timer_us - p->now);
	first = p->conn->timer_us - p->now;
	peer_waits(p, first);
	CHECK_EQ(p->conn->timer_us - p->now, 2 * first);
	peer_end(p);
}

TEST(the_time_out_is_at_least_200_ms_and_at_most_60_s)
{
	struct peer *p = with_flight(false, 100);

	p->now += 100;
	peer_sends(p, .flags = ACK, .ack = 100);
	CHECK_EQ(p->conn->rto_us, TCP_RTO_LEAST_US);
	p->conn->backoff = 40;
	CHECK_EQ(tcp_timeout_us(p->conn), TCP_RTO_MOST_US);
	peer_end(p);
}

TEST(a_time_out_leaves_one_segment_in_flight)
{
	struct peer *p = with_flight(false, 10000);

	peer_times_out(p);
	peer_gets(p, .flags = ACK, .len = 1000);
	peer_gets_nothing(p);
	CHECK_EQ(p->conn->cwnd, 1000);
	CHECK_EQ(p->conn->ssthresh, 7000);
	peer_end(p);
}

TEST(after_a_time_out_the_rest_follows_in_slow_start)
{
	struct peer *p = with_flight(false, 10000);

	peer_times_out(p);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .ack = 1000);
	peer_gets(p, .flags = ACK, .seq = 1000, .len = 1000);
	peer_gets(p, .flags = ACK, .seq = 2000, .len = 1000);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(after_a_time_out_a_late_acknowledgement_moves_on)
{
	struct peer *p = with_flight(false, 10000);

	peer_times_out(p);
	peer_sends(p, .flags = ACK, .ack = 10000);
	CHECK_EQ(p->app.acked, 10000);
	CHECK_EQ(p->conn->timer_us, 0);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(a_repeated_segment_gives_no_round_trip_sample)
{
	struct peer *p = with_flight(false, 100);
	uint32_t before = p->conn->srtt_us;

	peer_times_out(p);
	p->now += 5 * PEER_MS;
	peer_sends(p, .flags = ACK, .ack = 100);
	CHECK_EQ(p->conn->srtt_us, before);
	peer_end(p);
}

TEST(no_answer_for_three_minutes_ends_the_connection)
{
	struct peer *p = with_flight(false, 100);

	peer_waits(p, 170 * PEER_SEC);
	CHECK_EQ(p->app.closed, 0);
	peer_waits(p, 100 * PEER_SEC);
	CHECK_EQ(p->app.why, TCP_END_TIMEOUT);
	CHECK_EQ(COUNTED(p, tcp_timeout), 1);
	CHECK_EQ(peer_gauges(p).slab_used_bytes, 0);
	peer_end(p);
}

TEST(three_repeated_acknowledgements_repair_before_the_timer)
{
	struct peer *p = with_flight(false, 10000);

	peer_repeats_ack(p, 0, 2);
	CHECK_EQ(COUNTED(p, tcp_fast_retransmit), 0);
	peer_repeats_ack(p, 0, 1);
	peer_gets(p, .flags = ACK, .len = 1000);
	CHECK_EQ(COUNTED(p, tcp_fast_retransmit), 1);
	CHECK_EQ(p->conn->ssthresh, 7000);
	peer_end(p);
}

TEST(a_segment_with_data_is_no_repeated_acknowledgement)
{
	struct peer *p = with_flight(false, 10000);

	for (uint32_t i = 0; i < 5; i++)
		peer_sends(p, .flags = ACK, .seq = i, .len = 1);
	CHECK_EQ(COUNTED(p, tcp_ack_duplicate), 0);
	peer_end(p);
}

TEST(a_window_update_is_no_repeated_acknowledgement)
{
	struct peer *p = with_flight(false, 10000);

	for (int i = 1; i < 6; i++)
		peer_sends(p, .flags = ACK, .window = PEER_WINDOW + i);
	CHECK_EQ(COUNTED(p, tcp_ack_duplicate), 0);
	peer_end(p);
}

TEST(a_partial_acknowledgement_repairs_the_next_hole)
{
	struct peer *p = with_flight(false, 10000);

	peer_repeats_ack(p, 0, 3);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .ack = 4000);
	peer_gets(p, .flags = ACK, .seq = 4000, .len = 1000);
	CHECK(p->conn->flags & CONN_RECOVERING);
	peer_sends(p, .flags = ACK, .ack = 10000);
	CHECK(!(p->conn->flags & CONN_RECOVERING));
	CHECK(p->conn->cwnd <= p->conn->ssthresh);
	peer_end(p);
}

TEST(repeated_acknowledgements_after_a_time_out_repair_nothing_twice)
{
	struct peer *p = with_flight(false, 10000);

	peer_times_out(p);
	peer_repeats_ack(p, 0, 5);
	CHECK_EQ(COUNTED(p, tcp_fast_retransmit), 0);
	peer_end(p);
}

TEST(two_repeated_acknowledgements_let_two_new_segments_out)
{
	struct peer *p = with_flight(false, 20000);

	peer_repeats_ack(p, 0, 1);
	peer_gets(p, .flags = ACK, .seq = 10000, .len = 1000);
	peer_repeats_ack(p, 0, 1);
	peer_gets(p, .flags = ACK, .seq = 11000, .len = 1000);
	peer_end(p);
}

TEST(selective_acknowledgements_repair_exactly_the_holes)
{
	struct peer *p = with_flight(true, 10000);

	// 0, 3000 and 6000 were lost.
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 2000}});
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 3000}});
	peer_sends(p, .flags = ACK, .sacks = 2, .sack = {{4000, 6000}, {1000, 3000}});
	peer_sends(p, .flags = ACK, .sacks = 3,
	           .sack = {{7000, 9000}, {4000, 6000}, {1000, 3000}});
	peer_sends(p, .flags = ACK, .sacks = 3,
	           .sack = {{7000, 10000}, {4000, 6000}, {1000, 3000}});
	peer_gets(p, .flags = ACK, .len = 1000);
	peer_gets(p, .flags = ACK, .seq = 3000, .len = 1000);
	peer_gets(p, .flags = ACK, .seq = 6000, .len = 1000);
	peer_gets_nothing(p);
	peer_sends(p, .flags = ACK, .ack = 10000);
	CHECK_EQ(p->conn->flight, SLAB_NONE);
	CHECK_EQ(COUNTED(p, tcp_rto), 0);
	peer_end(p);
}

TEST(repeated_acknowledgements_without_news_are_not_losses)
{
	struct peer *p = with_flight(true, 10000);

	for (int i = 0; i < 10; i++)
		peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 1500}});
	CHECK_EQ(COUNTED(p, tcp_fast_retransmit), 0);
	peer_end(p);
}

TEST(absurd_blocks_are_ignored)
{
	struct peer *p = with_flight(true, 10000);

	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{2000, 1000}});
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{5000, 5000}});
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{9000, 11000}});
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{(uint32_t)-500, 600}});
	for (uint32_t i = 0; i < 10; i++)
		CHECK_EQ(tcp_flight(p->tcp, p->conn)->seg[i].flags, 0);
	peer_end(p);
}

TEST(the_scoreboard_is_bounded)
{
	struct peer *p = with_flight(true, 10000);

	for (uint32_t i = 1; i < 400; i++)
		peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{20 * i, 20 * i + 10}});
	CHECK(p->conn->chunks <= 16384 + 256);
	peer_sends(p, .flags = ACK, .ack = 10000);
	CHECK_EQ(p->conn->chunks, 0);
	peer_end(p);
}

TEST(the_peer_may_take_back_what_it_acknowledged_selectively)
{
	struct peer *p = with_flight(true, 3000);

	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 3000}});
	peer_waits(p, 20 * PEER_MS); // the hole is repaired, in vain
	peer_times_out(p);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .ack = 1000); // and says nothing of the rest
	peer_gets(p, .flags = ACK, .seq = 1000, .len = 1000);
	peer_gets(p, .flags = ACK, .seq = 2000, .len = 1000);
	peer_end(p);
}

TEST(the_same_bytes_are_sent_again)
{
	struct peer *p = with_flight(false, 1000);
	const struct peer_segment *s;

	peer_times_out(p);
	s = peer_next(p);
	for (uint32_t i = 0; i < 1000; i++)
		CHECK_EQ(s->data[i], filler(i));
	peer_end(p);
}

TEST(acknowledgements_carry_the_highest_number_sent)
{
	struct peer *p = with_flight(false, 5000);

	peer_times_out(p); // snd_nxt has gone back
	peer_skip(p);
	peer_sends(p, .flags = ACK, .seq = 5, .text = "early");
	peer_gets(p, .flags = ACK, .seq = 5000);
	peer_end(p);
}

TEST(recovery_works_after_two_gibibytes)
{
	struct peer *p = with_flight(false, 10000);

	peer_sends(p, .flags = ACK, .ack = 10000);
	for (uint32_t i = 0; i < 4; i++) { // as if that much had been sent and acknowledged
		struct conn *c = p->conn;

		c->snd_una = c->snd_max = c->snd_una + 0x30000000;
		c->snd_wl2 = c->snd_una;
		p->iss = c->snd_una;
		peer_app_sends(p, 1000);
		peer_sends(p, .flags = ACK, .ack = 1000);
		p->iss += 1000;
	}
	peer_app_sends(p, 10000);
	peer_repeats_ack(p, 0, 3);
	CHECK_EQ(COUNTED(p, tcp_fast_retransmit), 1);
	peer_end(p);
}

TEST(a_lost_tail_is_probed_before_the_timer)
{
	struct peer *p = with_flight(true, 3000);

	peer_waits(p, 15 * PEER_MS);
	peer_gets(p, .flags = ACK, .seq = 2000, .len = 1000);
	peer_gets_nothing(p);
	CHECK_EQ(COUNTED(p, tcp_rto), 0);
	CHECK_EQ(p->conn->backoff, 0);
	peer_end(p);
}

TEST(a_lone_segment_is_probed_after_the_peers_delay)
{
	struct peer *p = with_flight(true, 100);

	peer_waits(p, 45 * PEER_MS);
	peer_gets_nothing(p);
	peer_waits(p, 20 * PEER_MS);
	peer_gets(p, .flags = ACK, .len = 100);
	peer_end(p);
}

TEST(the_tail_is_probed_once)
{
	struct peer *p = with_flight(true, 3000);

	peer_waits(p, 190 * PEER_MS);
	CHECK_EQ(p->sent - p->seen, 1);
	peer_end(p);
}

TEST(a_lost_fin_is_probed)
{
	struct peer *p = with_flight(true, 100);

	peer_sends(p, .flags = ACK, .ack = 100);
	peer_app_closes(p);
	peer_skip(p);
	peer_waits(p, 70 * PEER_MS);
	peer_gets(p, .flags = FIN | ACK, .seq = 100);
	peer_end(p);
}

TEST(news_after_a_probe_proves_the_loss_before_it)
{
	struct peer *p = with_flight(true, 3000);

	peer_waits(p, 15 * PEER_MS);
	peer_skip(p);
	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{2000, 3000}});
	peer_gets(p, .flags = ACK, .len = 1000);
	peer_sends(p, .flags = ACK, .ack = 1000, .sacks = 1, .sack = {{2000, 3000}});
	peer_gets(p, .flags = ACK, .seq = 1000, .len = 1000);
	CHECK_EQ(COUNTED(p, tcp_rto), 0);
	peer_end(p);
}

TEST(a_hole_too_small_to_prove_is_repaired_after_two_round_trips)
{
	struct peer *p = with_flight(true, 2000);

	peer_sends(p, .flags = ACK, .sacks = 1, .sack = {{1000, 2000}});
	peer_gets_nothing(p);
	peer_waits(p, 15 * PEER_MS);
	peer_gets(p, .flags = ACK, .len = 1000);
	CHECK_EQ(COUNTED(p, tcp_fast_retransmit), 1);
	peer_end(p);
}

TEST(without_selective_acknowledgements_the_tail_is_not_probed)
{
	struct peer *p = with_flight(false, 3000);

	peer_waits(p, 190 * PEER_MS);
	peer_gets_nothing(p);
	peer_end(p);
}

CHECK_MAIN()
