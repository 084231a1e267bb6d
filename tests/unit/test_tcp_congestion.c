// The congestion window over virtual time.
#include "tests/unit/tcp_peer.h"

// A connection whose window is 70 segments after a loss at 100, 100 ms from its peer.
static struct peer *after_a_loss(uint32_t rtt_us)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);
	struct conn *c = p->conn;

	c->cwnd = 100000;
	c->snd_max = c->snd_una + 100000;
	tcp_congestion_lost(p->tcp, c);
	c->snd_max = c->snd_una;
	c->cwnd = c->ssthresh;
	c->srtt_us = rtt_us;
	return p;
}

// Full windows are acknowledged, one a round trip.
static void passes(struct peer *p, uint64_t us)
{
	struct conn *c = p->conn;

	for (uint64_t end = p->now + us; p->now < end; p->now += c->srtt_us) {
		uint32_t cwnd = c->cwnd;

		tcp_clock(p->tcp, p->now);
		for (uint32_t at = 0; at + 2000 <= cwnd; at += 2000)
			tcp_congestion_acked(p->tcp, c, 2000, c->cwnd);
	}
}

TEST(a_loss_leaves_seven_tenths)
{
	struct peer *p = after_a_loss(100000);

	CHECK_EQ(p->conn->ssthresh, 70000);
	CHECK_EQ(p->conn->cubic_most, 100000);
	peer_end(p);
}

TEST(the_window_is_back_at_its_maximum_after_k)
{
	struct peer *p = after_a_loss(100000);

	// K is the cube root of 30 segments through 0.4: 4.2 s.
	passes(p, 2200000);
	CHECK_EQ(p->conn->cubic_k_ms, 4217);
	CHECK(p->conn->cwnd > 93000 && p->conn->cwnd < 99500);
	passes(p, 2000000);
	CHECK(p->conn->cwnd > 98000 && p->conn->cwnd < 102000);
	peer_end(p);
}

TEST(beyond_the_maximum_the_window_grows_ever_faster)
{
	struct peer *p = after_a_loss(100000);
	uint32_t a, b;

	passes(p, 5000000);
	a = p->conn->cwnd;
	passes(p, 2000000);
	b = p->conn->cwnd;
	passes(p, 2000000);
	CHECK(p->conn->cwnd - b > 2 * (b - a));
	peer_end(p);
}

TEST(a_short_path_grows_at_least_as_reno_does)
{
	struct peer *p = after_a_loss(1000);

	passes(p, 200000); // 200 round trips of 9/17 segment, then of one
	CHECK(p->conn->cwnd > 150000);
	peer_end(p);
}

TEST(a_second_loss_on_the_way_up_gives_way_to_others)
{
	struct peer *p = after_a_loss(100000);

	p->conn->snd_max = p->conn->snd_una + 70000;
	tcp_congestion_lost(p->tcp, p->conn);
	p->conn->snd_max = p->conn->snd_una;
	CHECK_EQ(p->conn->cubic_most, 59500);
	peer_end(p);
}

TEST(silence_forgets_half_of_the_window_each_time_out)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	p->conn->cwnd = 200000;
	p->conn->ssthresh = 20000;
	p->conn->sent_ms = (uint32_t)(p->now / 1000);
	p->conn->rto_us = 200000;
	peer_waits(p, 450 * PEER_MS);
	peer_app_sends(p, 1);
	CHECK_EQ(p->conn->cwnd, 50000);
	CHECK_EQ(p->conn->ssthresh, 150000);
	peer_end(p);
}

TEST(a_congestion_signal_counts_once_a_round_trip)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_app_sends(p, 10000);
	tcp_congestion_reduce(p->tcp, p->conn);
	tcp_congestion_reduce(p->tcp, p->conn);
	CHECK_EQ(p->conn->cwnd, 7000);
	peer_sends(p, .flags = ACK, .ack = 10000);
	peer_app_sends(p, 7000);
	tcp_congestion_reduce(p->tcp, p->conn);
	CHECK(p->conn->cwnd < 7000);
	peer_end(p);
}

CHECK_MAIN()
