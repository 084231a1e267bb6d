// dataplane/nic/presence.c
#include "tests/unit/neighbor_link.h"

static struct presence presence;
static struct host host;

static void starts(bool quiet)
{
	fresh();
	host = us;
	for (unsigned i = 0; i < HOST_ADDRESSES; i++)
		host.address[i].used = false;
	presence_start(&presence, &host, &out, 1000, count, quiet);
}

static void passes(uint64_t after)
{
	presence_timers(&presence, &host, &out, 1000 + after);
}

TEST(ipv4_is_used_and_told_at_once_and_told_again)
{
	starts(false);
	CHECK(host.address[HOST_IPV4].used);
	CHECK_MEM(sent[0].bytes, "\xff\xff\xff\xff\xff\xff", 6);
	CHECK_MEM(sent[0].bytes + 28, "\xc0\0\2\2", 4);
	CHECK_MEM(sent[0].bytes + 38, "\xc0\0\2\2", 4);
	passes(PRESENCE_STEP_US);
	passes(3 * PRESENCE_STEP_US);
	CHECK_EQ(count[COUNTER_arp_request_out], 2);
	CHECK_EQ(presence.due_us, UINT64_MAX);
}

TEST(ipv6_is_checked_for_a_second_before_it_is_used)
{
	starts(false);
	CHECK_EQ(count[COUNTER_ndp_solicit_out], 2);
	CHECK(!host.address[HOST_IPV6].used);
	passes(PRESENCE_STEP_US - 1);
	CHECK(!host.address[HOST_IPV6].used);
	CHECK_EQ(count[COUNTER_ndp_advert_out], 0);
	passes(PRESENCE_STEP_US);
	CHECK(host.address[HOST_IPV6].used && host.address[HOST_LINK_LOCAL].used);
	CHECK_EQ(count[COUNTER_ndp_advert_out], 2);
}

TEST(an_address_that_another_owns_is_never_used)
{
	starts(false);
	presence_claimed(&presence, &host, &out, 2000, HOST_IPV6);
	presence_claimed(&presence, &host, &out, 2001, HOST_IPV6);
	passes(PRESENCE_STEP_US);
	passes(2 * PRESENCE_STEP_US);
	CHECK(!host.address[HOST_IPV6].used && host.address[HOST_LINK_LOCAL].used);
	CHECK_EQ(count[COUNTER_ndp_duplicate], 1);
}

TEST(an_address_in_use_is_defended_once_in_ten_seconds)
{
	starts(false);
	sends = 0;
	presence_claimed(&presence, &host, &out, 2000, HOST_IPV4);
	presence_claimed(&presence, &host, &out, 3000, HOST_IPV4);
	CHECK_EQ(sends, 1);
	presence_claimed(&presence, &host, &out, 2000 + PRESENCE_DEFEND_US, HOST_IPV4);
	CHECK_EQ(sends, 2);
	CHECK(host.address[HOST_IPV4].used);
}

TEST(one_worker_of_several_speaks)
{
	starts(true);
	presence_claimed(&presence, &host, &out, 2000, HOST_IPV4);
	passes(PRESENCE_STEP_US);
	passes(2 * PRESENCE_STEP_US);
	CHECK_EQ(sends, 0);
	CHECK(host.address[HOST_IPV6].used);
}

TEST(a_router_that_asks_for_groups_is_told_once_a_second)
{
	starts(false);
	sends = 0;
	presence_queried(&presence, &host, &out, 5000);
	presence_queried(&presence, &host, &out, 6000);
	CHECK_EQ(sends, 1);
	presence_queried(&presence, &host, &out, 5000 + PRESENCE_STEP_US);
	CHECK_EQ(sends, 2);
}

TEST(without_ipv6_nothing_is_said_of_it)
{
	fresh();
	host = us;
	host.address[HOST_IPV6].ip = host.address[HOST_LINK_LOCAL].ip = (struct ip_addr){0};
	presence_start(&presence, &host, &out, 1000, count, false);
	passes(PRESENCE_STEP_US);
	CHECK_EQ(sends, 1);
}

CHECK_MAIN()
