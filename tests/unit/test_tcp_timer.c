// Keepalive, and how long hope lasts.
#include "tests/unit/tcp_peer.h"

static struct peer *kept_alive(void)
{
	struct tcp_config config = {.alive_idle_us = 60 * PEER_SEC,
	                            .alive_every_us = 10 * PEER_SEC,
	                            .alive_probes = 3};

	return peer_in_with(TCP_ESTABLISHED, config);
}

TEST(a_silent_peer_is_probed)
{
	struct peer *p = kept_alive();

	peer_waits(p, 59 * PEER_SEC);
	peer_gets_nothing(p);
	peer_waits(p, 2 * PEER_SEC);
	peer_gets(p, .flags = ACK, .seq = (uint32_t)-1);
	CHECK_EQ(COUNTED(p, tcp_alive_probe), 1);
	peer_end(p);
}

TEST(a_peer_that_answers_is_left_alone_for_as_long_again)
{
	struct peer *p = kept_alive();

	peer_waits(p, 61 * PEER_SEC);
	peer_skip(p);
	peer_sends(p, .flags = ACK);
	peer_waits(p, 58 * PEER_SEC);
	peer_gets_nothing(p);
	peer_waits(p, 3 * PEER_SEC);
	peer_gets(p, .flags = ACK, .seq = (uint32_t)-1);
	peer_end(p);
}

TEST(a_peer_that_never_answers_is_given_up)
{
	struct peer *p = kept_alive();

	peer_waits(p, 85 * PEER_SEC);
	CHECK_EQ(p->app.closed, 0);
	CHECK_EQ(p->sent - p->seen, 3);
	peer_waits(p, 10 * PEER_SEC);
	CHECK_EQ(p->app.closed, 1);
	CHECK_EQ(p->app.why, TCP_END_TIMEOUT);
	peer_end(p);
}

TEST(without_keepalive_silence_costs_nothing)
{
	struct peer *p = peer_in(TCP_ESTABLISHED);

	peer_waits(p, 86400 * PEER_SEC);
	peer_gets_nothing(p);
	CHECK_EQ(tcp_next_us(p->tcp), UINT64_MAX);
	peer_end(p);
}

TEST(the_user_timeout_bounds_how_long_data_goes_unanswered)
{
	struct peer *p = peer_in_with(TCP_ESTABLISHED,
	                              (struct tcp_config){.user_timeout_us = 20 * PEER_SEC});

	peer_app_sends(p, 100);
	peer_waits(p, 15 * PEER_SEC);
	CHECK_EQ(p->app.closed, 0);
	peer_waits(p, 25 * PEER_SEC);
	CHECK_EQ(p->app.why, TCP_END_TIMEOUT);
	peer_end(p);
}

CHECK_MAIN()
