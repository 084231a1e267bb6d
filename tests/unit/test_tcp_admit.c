// Limits on new connections: of all, of one source, and of memory.
#include "tests/unit/tcp_peer.h"

static void opens(struct peer *p, uint8_t host, uint16_t port)
{
	p->tuple.remote.bytes[15] = host;
	p->tuple.remote_port = port;
	peer_handshake(p);
}

TEST(one_source_has_its_limit_and_others_have_theirs)
{
	struct peer *p = peer_new(
	        (struct tcp_config){.slots = 64, .syn_slots = 64, .source_connections = 3});

	for (uint16_t i = 0; i < 5; i++)
		opens(p, 2, (uint16_t)(1000 + i));
	CHECK_EQ(p->app.opened, 3);
	CHECK_EQ(COUNTED(p, tcp_source_full), 2);
	opens(p, 3, 1000);
	CHECK_EQ(p->app.opened, 4);
	peer_end(p);
}

TEST(requests_that_came_together_do_not_pass_the_limit)
{
	struct peer *p = peer_new(
	        (struct tcp_config){.slots = 64, .syn_slots = 64, .source_connections = 2});
	uint32_t iss[4];

	for (uint16_t i = 0; i < 4; i++) {
		p->tuple.remote_port = (uint16_t)(1000 + i);
		peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
		iss[i] = p->iss;
	}
	for (uint16_t i = 0; i < 4; i++) {
		p->tuple.remote_port = (uint16_t)(1000 + i);
		p->iss = iss[i];
		peer_sends(p, .flags = ACK);
	}
	CHECK_EQ(p->app.opened, 2);
	CHECK_EQ(COUNTED(p, tcp_source_full), 2);
	CHECK_EQ(p->out[(p->sent - 1) % OUT_MAX].flags, RST);
	CHECK_EQ(peer_gauges(p).half_open, 0);
	peer_end(p);
}

// --- several workers -----------------------------------------------------------------------------

// Two that share their limits; `a` has `in_a` connections of one source.
struct pair {
	struct peer *a, *b;
};

static struct pair pair_new(struct tcp_config config, uint16_t in_a)
{
	static struct peer other;
	struct pair pair = {peer_new(config), peer_start(&other, config)};

	pair.b->tcp->source_key.k0 ^= 1; // each has secrets of its own
	tcp_share((struct tcp *[]){pair.a->tcp, pair.b->tcp}, 2);
	for (uint16_t i = 0; i < in_a; i++)
		opens(pair.a, 2, (uint16_t)(1000 + i));
	CHECK_EQ(pair.a->app.opened, in_a);
	return pair;
}

static void pair_end(struct pair *pair)
{
	peer_end(pair->a);
	peer_end(pair->b);
}

TEST(workers_count_the_connections_of_a_source_together)
{
	struct pair pair =
	        pair_new((struct tcp_config){.slots = 64, .source_connections = 3}, 2);

	for (uint16_t i = 0; i < 2; i++)
		opens(pair.b, 2, (uint16_t)(2000 + i));
	CHECK_EQ(pair.b->app.opened, 1);
	CHECK_EQ(COUNTED(pair.b, tcp_source_full), 1);
	opens(pair.b, 3, 2000);
	CHECK_EQ(pair.b->app.opened, 2);
	tcp_abort(pair.a->tcp, pair.a->app.id);
	opens(pair.b, 2, 2002);
	CHECK_EQ(pair.b->app.opened, 3);
	pair_end(&pair);
}

TEST(workers_count_all_connections_together)
{
	struct pair pair = pair_new((struct tcp_config){.slots = 64, .connections_most = 3}, 2);

	for (uint8_t i = 0; i < 2; i++)
		opens(pair.b, (uint8_t)(3 + i), 2000);
	CHECK_EQ(pair.b->app.opened, 1);
	CHECK_EQ(COUNTED(pair.b, tcp_slots_full), 1);
	pair_end(&pair);
}

TEST(workers_count_half_open_requests_together)
{
	struct pair pair = pair_new((struct tcp_config){.syn_slots = 64,
	                                                .syn_high_water = 4,
	                                                .source_half_open = 2},
	                            0);

	peer_sends(pair.a, .flags = SYN, .seq = (uint32_t)-1);
	for (uint16_t i = 0; i < 2; i++) {
		pair.b->tuple.remote_port = (uint16_t)(2000 + i);
		peer_sends(pair.b, .flags = SYN, .seq = (uint32_t)-1);
	}
	CHECK_EQ(COUNTED(pair.b, tcp_cookie_out), 1); // two of one source
	for (uint8_t i = 0; i < 3; i++) {
		pair.b->tuple.remote.bytes[15] = (uint8_t)(20 + i);
		peer_sends(pair.b, .flags = SYN, .seq = (uint32_t)-1);
	}
	CHECK_EQ(COUNTED(pair.b, tcp_cookie_out), 2); // four of all
	pair_end(&pair);
}

TEST(a_connection_that_ends_makes_room_for_its_source)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 64, .source_connections = 1});

	opens(p, 2, 1000);
	tcp_abort(p->tcp, p->app.id);
	opens(p, 2, 1001);
	CHECK_EQ(p->app.opened, 2);
	peer_end(p);
}

TEST(addresses_of_one_ipv6_link_are_one_source)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 64, .source_connections = 1});

	memset(p->tuple.remote.bytes, 0x20, 16);
	memset(p->tuple.local.bytes, 0x20, 16);
	opens(p, 2, 1000);
	opens(p, 3, 1000);
	CHECK_EQ(p->app.opened, 1);
	CHECK_EQ(COUNTED(p, tcp_source_full), 1);
	peer_end(p);
}

TEST(half_open_requests_of_one_source_beyond_its_limit_are_not_remembered)
{
	struct peer *p = peer_new((struct tcp_config){.syn_slots = 64, .source_half_open = 2});

	for (uint16_t i = 0; i < 5; i++) {
		p->tuple.remote_port = (uint16_t)(1000 + i);
		peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	}
	CHECK_EQ(peer_gauges(p).half_open, 2);
	CHECK_EQ(COUNTED(p, tcp_cookie_out), 3);
	p->tuple.remote.bytes[15] = 9;
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	CHECK_EQ(peer_gauges(p).half_open, 3);
	peer_waits(p, 120 * PEER_SEC); // they expire, and their source is free again
	p->tuple.remote.bytes[15] = 2;
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	CHECK_EQ(peer_gauges(p).half_open, 1);
	peer_end(p);
}

TEST(the_limit_of_all_connections_is_silent)
{
	struct peer *p = peer_new((struct tcp_config){.slots = 64, .connections_most = 2});

	for (uint16_t i = 0; i < 3; i++)
		opens(p, 2, (uint16_t)(1000 + i));
	CHECK_EQ(p->app.opened, 2);
	CHECK_EQ(COUNTED(p, tcp_slots_full), 1);
	peer_skip(p);
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_gets_nothing(p);
	peer_end(p);
}

TEST(short_memory_refuses_the_new_and_serves_the_old)
{
	struct peer *p =
	        peer_in_with(TCP_ESTABLISHED, (struct tcp_config){.slab_bytes = 1 << 16});

	CHECK_EQ(tcp_send(p->tcp, p->app.id, span_of(p->out, 48000)), STATUS_OK);
	p->tuple.remote_port++;
	peer_skip(p);
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	CHECK_EQ(COUNTED(p, tcp_memory_short), 1);
	CHECK_EQ(peer_gauges(p).half_open, 0);
	p->tuple.remote_port--;
	peer_sends(p, .flags = ACK, .text = "old");
	CHECK_EQ(p->app.got, 3);
	peer_end(p);
}

TEST(resets_to_strangers_have_a_random_budget)
{
	struct peer *p = peer_new((struct tcp_config){0});
	uint32_t first;

	for (uint32_t i = 0; i < 3000; i++)
		peer_sends(p, .flags = ACK, .ack = i);
	first = p->sent;
	CHECK(first >= TCP_ANSWERS_A_SECOND && first < 2 * TCP_ANSWERS_A_SECOND);
	p->now += PEER_SEC;
	for (uint32_t i = 0; i < 3000; i++)
		peer_sends(p, .flags = ACK, .ack = i);
	CHECK(p->sent - first != first);
	peer_end(p);
}

CHECK_MAIN()
