// dataplane/nic/acl.c
#include "dataplane/nic/acl.h"
#include "tests/unit/frame_bytes.h"

static const struct net_ports all_ports = {0, UINT16_MAX};

static struct net_pattern pattern(struct ip_addr ip, unsigned bits)
{
	static const struct ip_addr ones = {{255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	                                     255, 255, 255, 255, 255, 255}};

	return (struct net_pattern){ip_prefix_of(&ip, bits), ip_prefix_of(&ones, bits)};
}

static void rule_add(struct acl *acl, bool permit, struct ip_addr from, unsigned bits)
{
	struct net_rules *r = &acl->rules[ip_is_ipv4(&from) ? NET_IPV4 : NET_IPV6];

	r->in_force = true;
	r->rule[r->count] = (struct net_rule){
	        .from = pattern(from, bits),
	        .from_port = all_ports,
	        .to_port = all_ports,
	        .number = 5 * r->count,
	        .permit = permit,
	};
	r->count++;
}

static struct acl_verdict judged(struct acl *acl, struct ip_addr from)
{
	struct tcp_tuple to = {.remote = from,
	                       .local = ip_is_ipv4(&from) ? IPV4(192, 0, 2, 2) : IPV6_HERE(2),
	                       .remote_port = 40000,
	                       .local_port = 22};

	return acl_judge(acl, &to);
}

static bool may(struct acl *acl, struct ip_addr from)
{
	return !judged(acl, from).refused;
}

TEST(without_a_list_in_force_everyone_may)
{
	struct acl acl = {0};

	CHECK(may(&acl, IPV4(192, 0, 2, 1)) && may(&acl, IPV6_HERE(1)));
}

TEST(an_empty_list_in_force_refuses_all_of_its_family)
{
	struct acl acl = {.rules[NET_IPV4].in_force = true};

	CHECK(!may(&acl, IPV4(192, 0, 2, 1)));
	CHECK(judged(&acl, IPV4(192, 0, 2, 1)).rule == NULL);
	CHECK(may(&acl, IPV6_HERE(1)));
}

TEST(the_first_rule_that_fits_decides)
{
	struct acl acl = {0};

	rule_add(&acl, false, IPV4(192, 0, 2, 7), 128);
	rule_add(&acl, true, IPV4(192, 0, 2, 0), 96 + 24);
	rule_add(&acl, true, IPV6_HERE(0), 64);
	CHECK(!may(&acl, IPV4(192, 0, 2, 7)));
	CHECK(may(&acl, IPV4(192, 0, 2, 8)));
	CHECK(!may(&acl, IPV4(192, 0, 3, 8)));
	CHECK(may(&acl, IPV6_HERE(9)));
}

TEST(bits_that_matter_need_not_stand_together)
{
	struct acl acl = {0};

	rule_add(&acl, true, IPV4(10, 0, 7, 0), 128);
	acl.rules[NET_IPV4].rule[0].from.mask.bytes[13] = 0;
	acl.rules[NET_IPV4].rule[0].from.mask.bytes[15] = 0;
	CHECK(may(&acl, IPV4(10, 99, 7, 1)));
	CHECK(!may(&acl, IPV4(10, 99, 8, 1)));
}

TEST(a_rule_may_be_of_some_ports_and_of_one_address_of_ours)
{
	struct acl acl = {0};
	struct net_rule *rule = &acl.rules[NET_IPV4].rule[0];

	rule_add(&acl, true, IPV4(192, 0, 2, 0), 96 + 24);
	rule->from_port = (struct net_ports){1024, 40000};
	rule->to_port = (struct net_ports){22, 22};
	rule->to = pattern(IPV4(192, 0, 2, 2), 128);
	CHECK(may(&acl, IPV4(192, 0, 2, 1)));
	rule->from_port.last = 39999;
	CHECK(!may(&acl, IPV4(192, 0, 2, 1)));
	rule->from_port.last = 40000;
	rule->to_port.first = rule->to_port.last = 830;
	CHECK(!may(&acl, IPV4(192, 0, 2, 1)));
	rule->to_port.first = 22;
	rule->to = pattern(IPV4(192, 0, 2, 3), 128);
	CHECK(!may(&acl, IPV4(192, 0, 2, 1)));
}

TEST(hits_are_counted_by_rule_until_they_are_forgotten)
{
	struct acl acl = {.rules[NET_IPV4].list = 2000};

	rule_add(&acl, false, IPV4(192, 0, 2, 7), 128);
	rule_add(&acl, true, IPV4(192, 0, 2, 0), 96 + 24);
	may(&acl, IPV4(192, 0, 2, 7));
	may(&acl, IPV4(192, 0, 2, 8));
	may(&acl, IPV4(192, 0, 2, 9));
	CHECK_EQ(acl.hits[NET_IPV4][0], 1);
	CHECK_EQ(acl.hits[NET_IPV4][1], 2);
	acl_forget_hits(&acl, 2001);
	CHECK_EQ(acl.hits[NET_IPV4][1], 2);
	acl_forget_hits(&acl, 2000);
	CHECK_EQ(acl.hits[NET_IPV4][1], 0);
}

TEST(another_list_replaces_the_whole)
{
	static struct net_rules none = {.in_force = true};
	struct acl acl = {0};

	rule_add(&acl, true, IPV4(192, 0, 2, 0), 96 + 24);
	may(&acl, IPV4(192, 0, 2, 8));
	acl_set(&acl, NET_IPV4, &none);
	CHECK(!may(&acl, IPV4(192, 0, 2, 8)));
	CHECK_EQ(acl.hits[NET_IPV4][0], 0);
}

static bool concerned(uint8_t flags)
{
	struct made m = tcp_from_peer("");
	struct frame f;

	m.bytes[34 + 13] = flags;
	tcp_seal(&m);
	f = parsed(&m);
	CHECK_EQ(f.verdict, FRAME_TCP);
	return acl_concerns(&f.segment);
}

TEST(only_requests_for_connections_are_judged)
{
	CHECK(!concerned(0x10));
	CHECK(concerned(0x02));
	CHECK(concerned(0xc2));
	CHECK(!concerned(0x12));
}

CHECK_MAIN()
