// Requests that are answered and forgotten.
#include "tests/unit/tcp_peer.h"

// Every request is answered by a cookie.
static struct peer *with_cookies(bool options)
{
	struct peer *p = peer_new((struct tcp_config){.syn_slots = 4, .syn_high_water = 1});

	p->tuple.remote_port--;
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1); // fills the cache
	p->tuple.remote_port++;
	if (options) {
		p->syn.has_timestamp = p->syn.sack_permitted = p->syn.has_scale = true;
		p->syn.scale = 5;
	}
	p->syn.mss = 1400;
	peer_skip(p);
	return p;
}

static uint32_t echo_of_syn_ack(const struct peer *p)
{
	return p->out[(p->sent - 1) % OUT_MAX].options.ts_value;
}

TEST(beyond_the_high_water_a_request_costs_nothing)
{
	struct peer *p = with_cookies(false);

	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_gets(p, .flags = SYN | ACK, .seq = (uint32_t)-1);
	CHECK_EQ(peer_gauges(p).half_open, 1);
	CHECK_EQ(COUNTED(p, tcp_cookie_out), 1);
	peer_end(p);
}

TEST(the_acknowledgement_of_a_cookie_opens_the_connection)
{
	struct peer *p = with_cookies(false);

	peer_handshake(p);
	CHECK_EQ(p->app.opened, 1);
	CHECK_EQ(COUNTED(p, tcp_cookie_in), 1);
	CHECK_EQ(p->conn->mss, 1360); // the next lower of the eight sizes
	CHECK(!(p->conn->flags & (CONN_SACK | CONN_TIMESTAMPS)));
	peer_sends(p, .flags = ACK, .text = "SSH-2.0-x");
	CHECK_EQ(p->app.got, 9);
	peer_end(p);
}

TEST(options_come_back_in_the_timestamp)
{
	struct peer *p = with_cookies(true);

	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_sends(p, .flags = ACK, .echo = echo_of_syn_ack(p), .window = 1000);
	CHECK_EQ(p->app.opened, 1);
	CHECK(p->conn->flags & CONN_SACK);
	CHECK(p->conn->flags & CONN_TIMESTAMPS);
	CHECK_EQ(p->conn->snd_scale, 5);
	CHECK_EQ(p->conn->snd_wnd, 32000);
	peer_end(p);
}

TEST(a_cookies_timestamp_is_not_ahead_of_the_clock)
{
	struct peer *p = with_cookies(true);

	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	CHECK(seq_upto(echo_of_syn_ack(p),
	               tcp_ts_clock(p->tcp, tcp_ts_offset(p->tcp, &p->tuple))));
	peer_end(p);
}

TEST(data_may_come_with_the_acknowledgement_of_a_cookie)
{
	struct peer *p = with_cookies(false);

	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_sends(p, .flags = ACK, .text = "SSH-2.0-x");
	CHECK_EQ(p->app.opened, 1);
	CHECK_EQ(p->app.got, 9);
	peer_end(p);
}

TEST(a_guessed_cookie_opens_nothing)
{
	struct peer *p = with_cookies(false);

	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_skip(p);
	for (uint32_t i = 1; i < 1000; i++)
		peer_sends(p, .flags = ACK, .ack = i);
	peer_sends(p, .flags = ACK, .seq = 1);
	p->tuple.remote_port++;
	peer_sends(p, .flags = ACK);
	CHECK_EQ(p->app.opened, 0);
	CHECK_EQ(COUNTED(p, tcp_cookie_bad), 1001);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(a_cookie_is_good_for_a_minute_and_not_for_three)
{
	struct peer *p = with_cookies(false);

	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	p->now += 60 * PEER_SEC;
	peer_sends(p, .flags = ACK);
	CHECK_EQ(p->app.opened, 1);
	p->tuple.remote_port++;
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	p->now += 180 * PEER_SEC;
	peer_sends(p, .flags = ACK);
	CHECK_EQ(p->app.opened, 1);
	peer_end(p);
}

TEST(without_pressure_an_acknowledgement_is_no_cookie)
{
	struct peer *p = peer_new((struct tcp_config){0});

	p->iss = 1;
	peer_sends(p, .flags = ACK);
	CHECK_EQ(COUNTED(p, tcp_cookie_bad), 0);
	CHECK_EQ(COUNTED(p, tcp_reset_out), 1);
	peer_end(p);
}

CHECK_MAIN()
