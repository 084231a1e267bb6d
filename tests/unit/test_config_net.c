// control/config/config_net.c
#include "control/config/config_net.h"
#include "tests/unit/frame_bytes.h"

static struct settings *settings;
static struct net_settings out;
static struct net_rules rules;

static void starts(void)
{
	settings_free(settings);
	settings = settings_new();
}

static void put(const struct api_record *r)
{
	CHECK_EQ(settings_put(settings, r), STATUS_OK);
}

static void put_text(uint8_t class, uint8_t field, const char *key, const char *text)
{
	put(&(struct api_record){.class = class,
	                         .key = span_text(key),
	                         .count = 1,
	                         .values = {{field, 0, span_text(text)}}});
}

#define FIRST  API_INTERFACE_NAME "0"
#define SECOND API_INTERFACE_NAME "1"

static void put_interface(const char *name, uint8_t field, uint32_t number)
{
	put(&(struct api_record){.class = API_CLASS_INTERFACE,
	                         .key = span_text(name),
	                         .count = 1,
	                         .values = {{field, number, {0}}}});
}

static void put_number(uint8_t class, uint8_t field, uint32_t number)
{
	put(&(struct api_record){.class = class, .count = 1, .values = {{field, number, {0}}}});
}

static void reads(uint32_t workers)
{
	config_net_settings(settings, workers, &out);
}

// Rule `number` of IPv4 list 2000, from `source`.
static void rule(uint32_t number, bool permit, uint32_t protocol, const char *source)
{
	char key[24];
	size_t len = api_acl_key(key, sizeof(key), false, 2000, number);

	put(&(struct api_record){.class = API_CLASS_ACL,
	                         .key = span_of(key, len),
	                         .count = 4,
	                         .values = {{API_ACL_NUMBER, number, {0}},
	                                    {API_ACL_PERMIT, permit, {0}},
	                                    {API_ACL_PROTOCOL, protocol, {0}},
	                                    {API_ACL_SOURCE, 0, span_text(source)}}});
}

TEST(defaults_leave_everything_as_it_was_started)
{
	starts();
	reads(1);
	CHECK(ip_is_none(&out.port[0].address[NET_IPV4].ip) &&
	      ip_is_none(&out.port[0].address[NET_IPV6].ip));
	CHECK_EQ(out.port[0].mtu, 0);
	CHECK(!out.port[0].down);
	CHECK_EQ(out.limits.alive_seconds, 0);
	CHECK_EQ(out.limits.source_bits, 32);
}

TEST(whatever_the_store_takes_a_worker_takes)
{
	static uint8_t bytes[8192];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct net_settings again;

	starts();
	put_number(API_CLASS_TCP, API_TCP_MSS, 1);
	put_number(API_CLASS_TCP, API_TCP_SYN_SECONDS, 1);
	put_number(API_CLASS_TCP, API_TCP_FIN_SECONDS, 1);
	put_number(API_CLASS_TCP, API_TCP_WINDOW, 1);
	put_interface(FIRST, API_INTERFACE_MTU, 1);
	put_text(API_CLASS_INTERFACE, API_INTERFACE_IPV4, FIRST, "224.0.0.1/4");
	put_text(API_CLASS_ROUTE, API_ROUTE_HOP, "10.0.0.1/8", "nowhere");
	put_text(API_CLASS_ROUTE, API_ROUTE_HOP, "11.0.0.1/8", "192.0.2.1");
	reads(3);
	net_settings_emit(&b, &out);
	CHECK_EQ(net_settings_parse(builder_span(&b), &again), STATUS_OK);
	CHECK_EQ(again.port[0].mtu, 1280);
	CHECK_EQ(again.routes, 1);
}

TEST(addresses_and_routes_are_read)
{
	starts();
	put_text(API_CLASS_INTERFACE, API_INTERFACE_IPV4, FIRST, "192.0.2.9/24");
	put_text(API_CLASS_INTERFACE, API_INTERFACE_IPV6, FIRST, "2001:db8::9/64");
	put_text(API_CLASS_ROUTE, API_ROUTE_HOP, "10.0.0.0/8", "192.0.2.1");
	reads(1);
	CHECK(ip_equal(&out.port[0].address[NET_IPV4].ip, &IPV4(192, 0, 2, 9)));
	CHECK_EQ(out.port[0].address[NET_IPV4].bits, 120);
	CHECK(ip_equal(&out.port[0].address[NET_IPV6].ip, &IPV6_HERE(9)));
	CHECK_EQ(out.routes, 1);
	CHECK(ip_equal(&out.route[0].hop, &IPV4(192, 0, 2, 1)));
}

TEST(each_interface_has_settings_of_its_own)
{
	starts();
	put_text(API_CLASS_INTERFACE, API_INTERFACE_IPV4, SECOND, "198.51.100.2/24");
	put_interface(SECOND, API_INTERFACE_DOWN, 1);
	put_interface(API_INTERFACE_NAME "7", API_INTERFACE_MTU, 1400); // there is no such port
	reads(1);
	CHECK(ip_is_none(&out.port[0].address[NET_IPV4].ip) && !out.port[0].down);
	CHECK(ip_equal(&out.port[1].address[NET_IPV4].ip, &IPV4(198, 51, 100, 2)));
	CHECK(out.port[1].down);
	CHECK_EQ(out.port[3].mtu, 0);
}

TEST(workers_share_what_is_counted_of_all)
{
	starts();
	put_number(API_CLASS_TCP, API_TCP_CONNECTIONS, 1001);
	put_number(API_CLASS_TCP, API_TCP_SOURCE_CONNECTIONS, 10);
	reads(2);
	CHECK_EQ(out.limits.connections, 501);
	CHECK_EQ(out.limits.source_connections, 10);
}

TEST(without_a_list_named_none_is_in_force)
{
	starts();
	rule(0, false, 256, "");
	config_net_rules(settings, NET_IPV4, &rules);
	CHECK(!rules.in_force);
}

TEST(a_list_that_does_not_exist_lets_nobody_in)
{
	starts();
	put_number(API_CLASS_SSH_SERVER, API_SSH_SERVER_ACL, 2000);
	config_net_rules(settings, NET_IPV4, &rules);
	CHECK(rules.in_force);
	CHECK_EQ(rules.count, 0);
}

TEST(rules_stand_in_the_order_of_their_numbers)
{
	starts();
	put_number(API_CLASS_SSH_SERVER, API_SSH_SERVER_ACL, 2000);
	rule(10, false, 256, "");
	rule(5, true, 6, "192.0.2.0 0.0.0.255");
	rule(7, true, 17, "");
	config_net_rules(settings, NET_IPV4, &rules);
	CHECK_EQ(rules.count, 2); // that of UDP never fits
	CHECK_EQ(rules.rule[0].number, 5);
	CHECK(rules.rule[0].permit);
	CHECK(ip_equal(&rules.rule[0].from.ip, &IPV4(192, 0, 2, 0)));
	CHECK_EQ(rules.rule[0].from.mask.bytes[14], 0xff);
	CHECK_EQ(rules.rule[0].from.mask.bytes[15], 0);
	CHECK_EQ(rules.rule[1].number, 10);
	CHECK_EQ(rules.rule[1].to_port.last, 65535);
}

TEST(rules_of_another_list_are_not_in_this_one)
{
	char key[24];

	starts();
	put_number(API_CLASS_SSH_SERVER, API_SSH_SERVER_ACL, 2000);
	rule(5, true, 256, "");
	api_acl_key(key, sizeof(key), false, 2001, 0);
	put_text(API_CLASS_ACL, API_ACL_SOURCE, key, "");
	api_acl_key(key, sizeof(key), true, 2000, 0);
	put_text(API_CLASS_ACL, API_ACL_SOURCE, key, "");
	config_net_rules(settings, NET_IPV4, &rules);
	CHECK_EQ(rules.count, 1);
}

TEST(code_points_are_48_unless_the_server_has_others)
{
	starts();
	reads(1);
	CHECK_EQ(out.dscp[NET_IPV4], 48);
	CHECK_EQ(out.dscp[NET_IPV6], 48);
	put_number(API_CLASS_SSH_SERVER, API_SSH_SERVER_DSCP, 0);
	put_number(API_CLASS_SSH_SERVER, API_SSH_SERVER_DSCP6, 10);
	reads(1);
	CHECK_EQ(out.dscp[NET_IPV4], 0);
	CHECK_EQ(out.dscp[NET_IPV6], 10);
}

CHECK_MAIN()
