// dataplane/tcp/tcp_limits.c: limits that change while connections are open.
#include "tests/unit/tcp_peer.h"

static const struct tcp_limits usual = {.mss = 1460};

static void opens(struct peer *p, uint8_t host, uint16_t port)
{
	p->tuple.remote.bytes[15] = host;
	p->tuple.remote_port = port;
	peer_handshake(p);
}

TEST(a_limit_of_one_source_holds_from_now_on)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 64, .syn_slots = 64});
	struct tcp_limits limits = usual;

	opens(p, 2, 1000);
	opens(p, 2, 1001);
	limits.source_connections = 2;
	tcp_limits_set(p->tcp, &limits);
	opens(p, 2, 1002);
	CHECK_EQ(p->app.opened, 2);
	CHECK_EQ(COUNTED(p, tcp_source_full), 1);
	peer_end(p);
}

TEST(a_wider_prefix_counts_those_that_are_open_already)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 64, .syn_slots = 64});
	struct tcp_limits limits = usual;

	opens(p, 2, 1000);
	opens(p, 3, 1000);
	limits.source_connections = 2;
	limits.source_bits = 24;
	tcp_limits_set(p->tcp, &limits);
	opens(p, 4, 1000);
	CHECK_EQ(p->app.opened, 2);
	tcp_abort(p->tcp, p->app.id);
	opens(p, 4, 1001);
	CHECK_EQ(p->app.opened, 3);
	tcp_check(p->tcp);
	peer_end(p);
}

TEST(cookies_may_answer_every_request)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 64, .syn_slots = 64});
	struct tcp_limits limits = usual;

	limits.cookies = true;
	tcp_limits_set(p->tcp, &limits);
	opens(p, 2, 1000);
	CHECK_EQ(COUNTED(p, tcp_cookie_out), 1);
	CHECK_EQ(COUNTED(p, tcp_cookie_in), 1);
	CHECK_EQ(p->app.opened, 1);
	peer_end(p);
}

TEST(a_connection_is_found_by_its_slot_and_by_its_ends)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 64, .syn_slots = 64});
	struct conn_id id = {0, 0};
	struct tcp_tuple other;

	opens(p, 2, 1000);
	CHECK(tcp_at(p->tcp, p->app.id.slot, &id) != NULL);
	CHECK_EQ(id.life, p->app.id.life);
	CHECK(tcp_at(p->tcp, 60, &id) == NULL);
	other = *tcp_tuple_of(p->tcp, p->app.id);
	id.life = 0;
	CHECK(tcp_find(p->tcp, &other, &id));
	CHECK_EQ(id.life, p->app.id.life);
	other.remote_port++;
	CHECK(!tcp_find(p->tcp, &other, &id));
	peer_end(p);
}

TEST(segments_become_as_short_as_the_link_carries_now)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 64, .syn_slots = 64});
	struct tcp_limits limits = usual;
	struct tcp_info info;

	opens(p, 2, 1000);
	limits.mss = 600;
	tcp_limits_set(p->tcp, &limits);
	tcp_shorten(p->tcp, p->app.id);
	CHECK(tcp_info(p->tcp, p->app.id, &info));
	CHECK_EQ(info.mss, 600);
	peer_end(p);
}

TEST(a_half_open_entry_waits_as_long_as_configured)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 64, .syn_slots = 64});
	struct tcp_limits limits = usual;

	limits.syn_us = 3 * TCP_SECOND_US;
	tcp_limits_set(p->tcp, &limits);
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	CHECK_EQ(peer_gauges(p).half_open, 1);
	peer_waits(p, 2 * TCP_SECOND_US);
	CHECK_EQ(peer_gauges(p).half_open, 1);
	peer_waits(p, 2 * TCP_SECOND_US);
	CHECK_EQ(peer_gauges(p).half_open, 0);
	CHECK_EQ(COUNTED(p, tcp_syn_expired), 1);
	peer_end(p);
}

CHECK_MAIN()
