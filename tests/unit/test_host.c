// dataplane/nic/host.c
#include "dataplane/nic/host.h"
#include "tests/unit/frame_bytes.h"

static const struct net_settings nothing;
static struct host host;

// As after start with `us`; all addresses in use.
static void starts(void)
{
	host = us;
	host_apply(&host, &us, &nothing, 0);
	for (unsigned i = 0; i < HOST_ADDRESSES; i++)
		host.address[i].used = true;
}

static bool leads(struct ip_addr to, struct ip_addr hop)
{
	struct ip_addr found;

	return route_next_hop(&host.routes, &to, &found) && ip_equal(&found, &hop);
}

TEST(without_settings_it_is_what_it_was_at_start)
{
	starts();
	CHECK(ip_equal(&host.address[HOST_IPV4].ip, &us.address[HOST_IPV4].ip));
	CHECK(leads(IPV6_HERE(1), IPV6_HERE(1)));
	CHECK_EQ(host.mtu, FRAME_MTU);
}

TEST(a_new_address_is_not_used_yet_and_the_others_stay)
{
	struct net_settings s = {.port = {{.address = {{IPV4(192, 0, 2, 9), 96 + 24}}}}};

	starts();
	host_apply(&host, &us, &s, 0);
	CHECK(!host.address[HOST_IPV4].used);
	CHECK(host.address[HOST_IPV6].used && host.address[HOST_LINK_LOCAL].used);
	CHECK_EQ(host_name_of(&host, &us.address[HOST_IPV4].ip), HOST_ADDRESSES);
}

TEST(settings_taken_back_bring_the_address_of_the_start)
{
	struct net_settings s = {.port = {{.address = {{IPV4(10, 0, 0, 9), 96 + 8}}}}};

	starts();
	host_apply(&host, &us, &s, 0);
	CHECK(leads(IPV4(10, 1, 1, 1), IPV4(10, 1, 1, 1)));
	host_apply(&host, &us, &nothing, 0);
	CHECK(ip_equal(&host.address[HOST_IPV4].ip, &us.address[HOST_IPV4].ip));
	CHECK(!leads(IPV4(10, 1, 1, 1), IPV4(10, 1, 1, 1)));
}

TEST(the_mtu_is_at_most_that_of_the_start)
{
	struct net_settings s = {.port = {{.mtu = 1400}}};

	starts();
	host_apply(&host, &us, &s, 0);
	CHECK_EQ(host.mtu, 1400);
	s.port[0].mtu = 9000;
	host_apply(&host, &us, &s, 0);
	CHECK_EQ(host.mtu, FRAME_MTU);
}

CHECK_MAIN()
