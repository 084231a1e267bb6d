// dataplane/nic/interface.c
#include "dataplane/nic/interface.h"
#include "tests/unit/frame_bytes.h"

static struct host start[2];
static struct interface links[2];
static const struct interfaces both = {2, links, start};

// The first is `us` with a default route, the second has 198.51.100.2/24 and 2001:db8:5::2/64.
static void starts(void)
{
	start[0] = us;
	start[1] = (struct host){.ether = {{2, 0, 0, 0, 0, 2}}, .mtu = 1400};
	start[1].address[HOST_IPV4] =
	        (struct host_address){IPV4(198, 51, 100, 2), 96 + 24, false};
	start[1].address[HOST_IPV6] =
	        (struct host_address){{{0x20, 1, 0xd, 0xb8, 0, 5, [15] = 2}}, 64, false};
	for (unsigned i = 0; i < both.count; i++)
		links[i].host = start[i];
}

static void settles(const struct net_settings *s)
{
	interfaces_apply(&both, s);
	for (unsigned i = 0; i < both.count; i++) {
		for (unsigned a = 0; a < HOST_ADDRESSES; a++)
			links[i].host.address[a].used =
			        !ip_is_none(&links[i].host.address[a].ip);
	}
}

static void starts_alone(void)
{
	static const struct net_settings nothing;

	starts();
	settles(&nothing);
}

// Does a packet from `from` leave by this interface, to this neighbour?
static bool leaves(struct ip_addr from, struct ip_addr to, unsigned port, struct ip_addr hop)
{
	struct ip_addr found = {0};

	return interface_towards(&both, &from, &to, &found) == &links[port] &&
	       ip_equal(&found, &hop);
}

static bool is_lost(struct ip_addr to)
{
	struct ip_addr any = {0}, hop;

	return interface_towards(&both, &any, &to, &hop) == NULL;
}

static const struct ip_addr any;

TEST(a_packet_leaves_by_the_interface_whose_network_holds_its_destination)
{
	struct ip_addr six = {{0x20, 1, 0xd, 0xb8, 0, 5, [15] = 9}};

	starts_alone();
	CHECK(leaves(any, IPV4(192, 0, 2, 7), 0, IPV4(192, 0, 2, 7)));
	CHECK(leaves(any, IPV4(198, 51, 100, 7), 1, IPV4(198, 51, 100, 7)));
	CHECK(leaves(any, six, 1, six));
	CHECK(leaves(IPV4(198, 51, 100, 2), IPV4(192, 0, 2, 7), 0, IPV4(192, 0, 2, 7)));
}

TEST(all_else_leaves_by_the_default_route)
{
	starts_alone();
	CHECK(leaves(any, IPV4(8, 8, 8, 8), 0, IPV4(192, 0, 2, 1)));
	CHECK(leaves(IPV4(198, 51, 100, 2), IPV4(8, 8, 8, 8), 0, IPV4(192, 0, 2, 1)));
	CHECK(is_lost((struct ip_addr){{0x20, 2}}));
}

TEST(of_equal_ways_the_one_of_the_address_that_speaks_is_taken)
{
	struct ip_addr first = links[0].host.address[HOST_LINK_LOCAL].ip, second;

	starts_alone();
	first = links[0].host.address[HOST_LINK_LOCAL].ip;
	second = links[1].host.address[HOST_LINK_LOCAL].ip;
	CHECK(leaves(first, IPV6_LINK_LOCAL(9), 0, IPV6_LINK_LOCAL(9)));
	CHECK(leaves(second, IPV6_LINK_LOCAL(9), 1, IPV6_LINK_LOCAL(9)));
	CHECK(leaves(any, IPV6_LINK_LOCAL(9), 0, IPV6_LINK_LOCAL(9)));
}

TEST(a_static_route_belongs_to_the_interface_that_its_hop_is_on)
{
	struct net_settings s = {.routes = 2,
	                         .route = {{IPV4(10, 0, 0, 0), IPV4(198, 51, 100, 1), 96 + 8},
	                                   {IPV4(0, 0, 0, 0), IPV4(198, 51, 100, 9), 96}}};

	starts();
	settles(&s);
	CHECK(leaves(any, IPV4(10, 1, 1, 1), 1, IPV4(198, 51, 100, 1)));
	CHECK(leaves(any, IPV4(8, 8, 8, 8), 1, IPV4(198, 51, 100, 9))); // not the start's
}

TEST(a_route_whose_hop_is_on_no_link_is_left_out)
{
	struct net_settings s = {.port = {{.address = {{IPV4(10, 0, 0, 9), 96 + 8}}}},
	                         .routes = 1,
	                         .route = {{IPV4(11, 0, 0, 0), IPV4(172, 16, 0, 1), 96 + 8}}};

	starts();
	settles(&s);
	CHECK(is_lost(IPV4(8, 8, 8, 8))); // the hop of the start's was on the old network
	CHECK(is_lost(IPV4(11, 1, 1, 1)));
	CHECK(leaves(any, IPV4(10, 1, 1, 1), 0, IPV4(10, 1, 1, 1)));
}

TEST(by_an_interface_that_is_shut_down_nothing_leaves)
{
	struct net_settings s = {.port = {{.down = true}}};

	starts();
	settles(&s);
	CHECK(is_lost(IPV4(192, 0, 2, 7)));
	CHECK(is_lost(IPV4(8, 8, 8, 8)));
	CHECK(leaves(any, IPV4(198, 51, 100, 7), 1, IPV4(198, 51, 100, 7)));
}

TEST(each_address_has_one_interface)
{
	struct ip_addr second = IPV4(198, 51, 100, 2), stranger = IPV4(198, 51, 100, 3);

	starts_alone();
	CHECK(interface_of(&both, &us.address[HOST_IPV4].ip) == &links[0]);
	CHECK(interface_of(&both, &second) == &links[1]);
	CHECK(interface_of(&both, &stranger) == NULL);
	CHECK(interfaces_have(&both, &second) && !interfaces_have(&both, &stranger));
	links[1].host.address[HOST_IPV4].used = false;
	CHECK(!interfaces_have(&both, &second));
}

// RFC 1122 section 3.3.4.2, the strong model.
TEST(a_packet_for_an_address_of_another_interface_is_not_taken)
{
	struct made m = tcp_from_peer("hello");
	struct frame f;

	starts_alone();
	f = frame_parse(&links[0].host, span_of(m.bytes, m.len), FRAME_GOOD);
	CHECK_EQ(f.verdict, FRAME_TCP);
	memcpy(m.bytes, links[1].host.ether.bytes, 6);
	f = frame_parse(&links[1].host, span_of(m.bytes, m.len), FRAME_GOOD);
	CHECK_EQ(f.verdict, FRAME_DROP);
	CHECK_EQ(f.why, COUNTER_ip_not_ours);
}

TEST(segments_are_short_enough_for_every_interface)
{
	starts_alone();
	CHECK_EQ(interfaces_mtu(&both), 1400);
}

CHECK_MAIN()
