// What the path says: too big, unreachable, silent, congested.
#include "tests/unit/tcp_peer.h"

static struct peer *with_flight(uint32_t bytes)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->syn.mss = 1400;
	peer_handshake(p);
	peer_app_sends(p, bytes);
	peer_skip(p);
	return p;
}

static void too_big(struct peer *p, uint32_t seq, uint32_t mtu)
{
	tcp_icmp_packet_too_big(p->tcp, p->now, &p->tuple, p->iss + seq, mtu);
	peer_flush(p);
}

TEST(a_packet_too_big_is_sent_again_in_smaller_ones)
{
	struct peer *p = with_flight(2800);
	uint32_t cwnd = p->conn->cwnd;

	too_big(p, 0, 1040);
	CHECK_EQ(p->conn->mss, 1000);
	peer_gets(p, .flags = ACK, .len = 1000);
	peer_gets(p, .flags = ACK, .seq = 1000, .len = 400);
	peer_gets(p, .flags = ACK, .seq = 1400, .len = 1000);
	peer_gets(p, .flags = ACK, .seq = 2400, .len = 400);
	CHECK_EQ(p->conn->cwnd, cwnd); // no congestion
	peer_sends(p, .flags = ACK, .ack = 2800);
	peer_app_sends(p, 1400);
	peer_gets(p, .flags = ACK, .seq = 2800, .len = 1000);
	peer_end(p);
}

TEST(a_packet_too_big_must_name_a_segment_in_flight)
{
	struct peer *p = with_flight(2800);

	too_big(p, 2800, 1040);
	too_big(p, (uint32_t)-1, 1040);
	p->tuple.remote_port++;
	too_big(p, 0, 1040);
	p->tuple.remote_port--;
	CHECK_EQ(p->conn->mss, 1400);
	CHECK_EQ(COUNTED(p, tcp_icmp_ignored), 3);
	peer_end(p);
}

TEST(nobody_makes_packets_smaller_than_576)
{
	struct peer *p = with_flight(2800);

	too_big(p, 0, 68);
	CHECK_EQ(p->conn->mss, 536);
	peer_end(p);
}

TEST(over_ipv6_nobody_makes_packets_smaller_than_1280)
{
	struct peer *p = peer_new((struct tcp_config){0});

	memset(p->tuple.remote.bytes, 0x20, 16);
	memset(p->tuple.local.bytes, 0x20, 16);
	p->syn.mss = 1400;
	peer_handshake(p);
	peer_app_sends(p, 2800);
	too_big(p, 0, 296);
	CHECK_EQ(p->conn->mss, 1220);
	peer_end(p);
}

TEST(a_packet_that_was_not_too_big_changes_nothing)
{
	struct peer *p = with_flight(2800);

	too_big(p, 0, 9000);
	CHECK_EQ(p->conn->mss, 1400);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(an_unreachable_peer_does_not_end_an_open_connection)
{
	struct peer *p = with_flight(100);

	tcp_icmp_unreachable(p->tcp, p->now, &p->tuple, p->iss, true);
	CHECK_EQ(p->app.closed, 0);
	CHECK_EQ(COUNTED(p, tcp_icmp_in), 1);
	peer_end(p);
}

TEST(an_unreachable_peer_ends_an_open_that_was_never_answered)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->tuple.remote_port = 443;
	p->app.id = tcp_connect(p->tcp, p->now, &p->tuple);
	peer_flush(p);
	tcp_icmp_unreachable(p->tcp, p->now, &p->tuple, p->iss - 1, false);
	CHECK_EQ(p->app.closed, 0);
	tcp_icmp_unreachable(p->tcp, p->now, &p->tuple, p->iss - 1, true);
	CHECK_EQ(p->app.closed, 1);
	peer_end(p);
}

TEST(a_path_that_swallows_full_segments_gets_smaller_ones)
{
	struct peer *p = with_flight(2800);

	for (int i = 0; i < 2; i++)
		peer_waits(p, p->conn->timer_us - p->now);
	CHECK_EQ(p->conn->mss, 1400);
	peer_skip(p);
	peer_waits(p, p->conn->timer_us - p->now);
	CHECK_EQ(p->conn->mss, 1360);
	CHECK_EQ(COUNTED(p, tcp_black_hole), 1);
	peer_gets(p, .flags = ACK, .len = 1360);
	for (int i = 0; i < 3; i++)
		peer_waits(p, p->conn->timer_us - p->now);
	CHECK_EQ(p->conn->mss, 536);
	peer_end(p);
}

TEST(small_segments_that_are_lost_accuse_no_path)
{
	struct peer *p = with_flight(100);

	peer_waits(p, 20 * PEER_SEC);
	CHECK(COUNTED(p, tcp_rto) > 3);
	CHECK_EQ(COUNTED(p, tcp_black_hole), 0);
	peer_end(p);
}

// --- congestion notification ---------------------------------------------------------------------

static struct peer *with_ecn(void)
{
	struct peer *p = peer_new((struct tcp_config){0});

	peer_sends(p, .flags = SYN | ECE | CWR, .seq = (uint32_t)-1);
	peer_gets(p, .flags = SYN | ACK | ECE, .seq = (uint32_t)-1);
	peer_sends(p, .flags = ACK);
	return p;
}

TEST(who_asks_for_congestion_notification_gets_it)
{
	struct peer *p = with_ecn();

	CHECK(p->conn->flags & CONN_ECN);
	peer_app_sends(p, 100);
	CHECK_EQ(peer_next(p)->ecn, IP_ECT);
	peer_end(p);
}

TEST(who_does_not_ask_gets_none)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_app_sends(p, 100);
	CHECK_EQ(peer_next(p)->ecn, 0);
	peer_sends(p, .flags = ACK | ECE);
	CHECK_EQ(COUNTED(p, tcp_congested_out), 0);
	peer_end(p);
}

TEST(acknowledgements_and_repeats_are_not_marked)
{
	struct peer *p = with_ecn();

	peer_app_sends(p, 100);
	peer_skip(p);
	peer_waits(p, p->conn->timer_us - p->now);
	CHECK_EQ(peer_next(p)->ecn, 0);
	peer_sends(p, .flags = ACK, .seq = 5, .text = "gap");
	CHECK_EQ(peer_next(p)->ecn, 0);
	peer_end(p);
}

TEST(congestion_is_echoed_until_the_peer_slows_down)
{
	struct peer *p = with_ecn();

	peer_sends(p, .flags = ACK, .len = 10, .ecn = IP_CE);
	peer_waits(p, 6 * PEER_MS);
	peer_gets(p, .flags = ACK | ECE, .ack = 10);
	peer_sends(p, .flags = ACK, .seq = 10, .len = 10);
	peer_waits(p, 6 * PEER_MS);
	peer_gets(p, .flags = ACK | ECE, .ack = 20);
	peer_sends(p, .flags = ACK | CWR, .seq = 20, .len = 10);
	peer_waits(p, 6 * PEER_MS);
	peer_gets(p, .flags = ACK, .ack = 30);
	peer_end(p);
}

TEST(an_echo_of_congestion_slows_us_down_once_a_round_trip)
{
	struct peer *p = with_ecn();

	peer_app_sends(p, 20000);
	peer_skip(p);
	peer_sends(p, .flags = ACK | ECE, .ack = 2000);
	peer_sends(p, .flags = ACK | ECE, .ack = 4000);
	CHECK_EQ(COUNTED(p, tcp_congested_out), 1);
	CHECK_EQ(p->conn->ssthresh, 7000);
	CHECK_EQ(COUNTED(p, tcp_retransmit), 0);
	peer_sends(p, .flags = ACK, .ack = 10000);
	CHECK(p->out[p->seen % OUT_MAX].flags & CWR);
	CHECK(!(p->out[(p->seen + 1) % OUT_MAX].flags & CWR));
	peer_end(p);
}

CHECK_MAIN()
