// dataplane/nic/acl.c
#include "dataplane/nic/acl.h"
#include "tests/unit/frame_bytes.h"

static bool may(const struct acl *acl, struct ip_addr from)
{
	return acl_permits(acl, &from, 22);
}

TEST(without_rules_the_rest_decides)
{
	static const struct acl open = {.permit_rest = true}, closed = {0};

	CHECK(may(&open, IPV4(192, 0, 2, 1)) && may(&open, IPV6_HERE(1)));
	CHECK(!may(&closed, IPV4(192, 0, 2, 1)) && !may(&closed, IPV6_HERE(1)));
}

TEST(the_first_rule_that_fits_decides)
{
	struct acl acl = {
	        .rules = 3,
	        .rule = {{IPV4(192, 0, 2, 7), 96 + 32, false, 0},
	                 {IPV4(192, 0, 2, 0), 96 + 24, true, 0},
	                 {IPV6_HERE(0), 64, true, 0}},
	};

	CHECK(!may(&acl, IPV4(192, 0, 2, 7)));
	CHECK(may(&acl, IPV4(192, 0, 2, 8)));
	CHECK(!may(&acl, IPV4(192, 0, 3, 8)));
	CHECK(may(&acl, IPV6_HERE(9)));
}

TEST(a_rule_for_all_of_ipv6_says_nothing_of_ipv4)
{
	struct acl acl = {.rules = 1, .rule = {{.bits = 0, .permit = true}}};

	CHECK(may(&acl, IPV6_HERE(9)));
	CHECK(!may(&acl, IPV4(192, 0, 2, 8)));
}

TEST(a_rule_may_be_of_one_listener)
{
	struct acl acl = {.permit_rest = true,
	                  .rules = 1,
	                  .rule = {{IPV4(192, 0, 2, 0), 96 + 24, false, 830}}};
	struct ip_addr peer = IPV4(192, 0, 2, 1);

	CHECK(acl_permits(&acl, &peer, 22));
	CHECK(!acl_permits(&acl, &peer, 830));
}

static bool admitted(uint8_t flags)
{
	static const struct acl closed = {0};
	struct made m = tcp_from_peer("");
	struct frame f;

	m.bytes[34 + 13] = flags;
	tcp_seal(&m);
	f = parsed(&m);
	CHECK_EQ(f.verdict, FRAME_TCP);
	return acl_admits(&closed, &f.segment);
}

TEST(only_requests_for_connections_are_refused)
{
	CHECK(admitted(0x10));
	CHECK(!admitted(0x02));
	CHECK(!admitted(0xc2));
	CHECK(admitted(0x12));
}

CHECK_MAIN()
