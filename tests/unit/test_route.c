// dataplane/nic/route.c
#include "tests/unit/frame_bytes.h"

static struct ip_addr hop_of(const struct route_table *t, struct ip_addr to)
{
	struct ip_addr hop = {0};

	CHECK(route_next_hop(t, &to, &hop));
	return hop;
}

#define CHECK_HOP(table, to, expected)                                                         \
	do {                                                                                   \
		struct ip_addr wanted_ = expected;                                             \
		struct ip_addr got_ = hop_of(table, to);                                       \
		CHECK_MEM(got_.bytes, wanted_.bytes, 16);                                      \
	} while (0)

TEST(a_host_on_our_link_is_its_own_next_hop)
{
	CHECK_HOP(&us.routes, IPV4(192, 0, 2, 77), IPV4(192, 0, 2, 77));
	CHECK_HOP(&us.routes, IPV6_HERE(7), IPV6_HERE(7));
}

TEST(beyond_it_the_gateway_is)
{
	CHECK_HOP(&us.routes, IPV4(10, 1, 1, 1), IPV4(192, 0, 2, 1));
}

TEST(a_family_without_a_gateway_ends_at_its_link)
{
	struct ip_addr far = {{0x20, 1, 0xd, 0xb9}}, hop;

	CHECK(!route_next_hop(&us.routes, &far, &hop));
}

TEST(an_ipv6_gateway_takes_no_ipv4_packet)
{
	struct route_table t = {0};
	struct ip_addr four = IPV4(10, 1, 1, 1), hop;

	CHECK(route_add(&t, &(struct route){.hop = IPV6_HERE(1), .bits = 0}));
	CHECK_HOP(&t, IPV6_HERE(9), IPV6_HERE(1));
	CHECK(!route_next_hop(&t, &four, &hop));
}

TEST(the_longest_prefix_decides_in_whatever_order_they_came)
{
	struct route_table t = us.routes;

	CHECK(route_add(&t, &(struct route){IPV4(10, 0, 0, 0), IPV4(192, 0, 2, 3), 96 + 8}));
	CHECK(route_add(&t, &(struct route){IPV4(10, 1, 1, 1), IPV4(192, 0, 2, 5), 96 + 32}));
	CHECK(route_add(&t, &(struct route){IPV4(10, 1, 0, 0), IPV4(192, 0, 2, 4), 96 + 15}));
	CHECK_HOP(&t, IPV4(10, 9, 0, 0), IPV4(192, 0, 2, 3));
	CHECK_HOP(&t, IPV4(10, 0, 9, 9), IPV4(192, 0, 2, 4));
	CHECK_HOP(&t, IPV4(10, 1, 1, 1), IPV4(192, 0, 2, 5));
	CHECK_HOP(&t, IPV4(11, 1, 1, 1), IPV4(192, 0, 2, 1));
}

TEST(a_prefix_stands_once_and_the_table_has_an_end)
{
	struct route_table t = us.routes;
	struct route r = {IPV4(10, 0, 0, 0), IPV4(192, 0, 2, 3), 96 + 32};

	CHECK(route_add(&t, &r));
	CHECK(!route_add(&t, &r));
	for (unsigned i = 1; t.routes < ROUTES_MAX; i++) {
		r.prefix.bytes[15] = (uint8_t)i;
		CHECK(route_add(&t, &r));
	}
	r.prefix.bytes[14] = 1;
	CHECK(!route_add(&t, &r));
}

CHECK_MAIN()
