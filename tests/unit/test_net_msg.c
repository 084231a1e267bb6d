// dataplane/link/net_msg.c and net_rows.c
#include "dataplane/link/net_msg.h"
#include "tests/unit/frame_bytes.h"

static uint8_t bytes[NET_RULES_BYTES];
static struct builder b;

static struct span written(void)
{
	CHECK(builder_ok(&b));
	return builder_span(&b);
}

static void fresh(void)
{
	b = builder_over(bytes, sizeof(bytes));
}

static struct net_settings settings_some(void)
{
	struct net_settings s = {
	        .port = {{.address = {{IPV4(192, 0, 2, 9), 96 + 24}, {IPV6_HERE(9), 64}}},
	                 {.mtu = 1400, .down = true}},
	        .dscp = {48, 10},
	        .routes = 1,
	        .route = {{IPV4(10, 0, 0, 0), IPV4(192, 0, 2, 1), 96 + 8}},
	        .limits = {.receive_window = 65536, .alive_seconds = 60, .alive_interval = 5},
	};

	s.limits.alive_probes = 3;
	return s;
}

static enum status settings_pass(const struct net_settings *s, struct net_settings *out)
{
	fresh();
	net_settings_emit(&b, s);
	return net_settings_parse(written(), out);
}

TEST(settings_arrive_as_they_were_sent)
{
	struct net_settings s = settings_some(), out;

	CHECK_EQ(settings_pass(&s, &out), STATUS_OK);
	CHECK_MEM(&out.port[0].address, &s.port[0].address, sizeof(s.port[0].address));
	CHECK_EQ(out.port[1].mtu, 1400);
	CHECK(out.port[1].down && !out.port[0].down);
	CHECK_MEM(out.dscp, s.dscp, 2);
	CHECK_EQ(out.routes, 1);
	CHECK_MEM(&out.route[0], &s.route[0], sizeof(s.route[0]));
	CHECK_EQ(out.limits.alive_probes, 3);
}

TEST(a_code_point_of_more_than_six_bits_is_refused)
{
	struct net_settings s = settings_some(), out;

	s.dscp[NET_IPV6] = 64;
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
}

TEST(settings_cut_or_lengthened_are_refused)
{
	struct net_settings s = settings_some(), out;
	struct span whole;

	CHECK_EQ(settings_pass(&s, &out), STATUS_OK);
	whole = builder_span(&b);
	for (size_t len = 0; len < whole.len; len++)
		CHECK(net_settings_parse(span_of(whole.data, len), &out) != STATUS_OK);
	CHECK_EQ(net_settings_parse(span_of(whole.data, whole.len + 1), &out), STATUS_TRAILING);
}

TEST(addresses_that_no_host_has_are_refused)
{
	struct net_settings s = settings_some(), out;

	s.port[3].address[NET_IPV4].ip = IPV4(224, 0, 0, 1);
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
	s = settings_some();
	s.port[0].address[NET_IPV4].ip = IPV6_HERE(3);
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
	s = settings_some();
	s.port[0].address[NET_IPV4].bits = 24;
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
}

TEST(routes_of_two_families_or_with_bits_behind_the_prefix_are_refused)
{
	struct net_settings s = settings_some(), out;

	s.route[0].hop = IPV6_HERE(1);
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
	s = settings_some();
	s.route[0].prefix = IPV4(10, 0, 0, 1);
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
	s = settings_some();
	s.route[0].bits = 200;
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
}

TEST(limits_outside_their_range_are_refused)
{
	struct net_settings s = settings_some(), out;

	s.limits.receive_window = 100;
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
	s = settings_some();
	s.limits.alive_interval = 0;
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
	s = settings_some();
	s.limits.source_bits = 33;
	CHECK_EQ(settings_pass(&s, &out), STATUS_MALFORMED);
}

TEST(too_many_routes_are_refused)
{
	struct net_settings s = settings_some(), out;

	CHECK_EQ(settings_pass(&s, &out), STATUS_OK);
	put16(bytes + b.len - 33 - 2, NET_ROUTES_MAX + 1);
	CHECK_EQ(net_settings_parse(builder_span(&b), &out), STATUS_TOO_MANY);
}

TEST(the_longest_list_of_rules_has_room)
{
	static struct net_rules r, out;
	enum net_family family;

	r = (struct net_rules){.in_force = true, .list = 3999, .count = NET_RULES_MAX};
	r.rule[NET_RULES_MAX - 1].number = 65534;
	fresh();
	net_rules_emit(&b, NET_IPV6, &r);
	CHECK_EQ(net_rules_parse(written(), &family, &out), STATUS_OK);
	CHECK_EQ(family, NET_IPV6);
	CHECK_EQ(out.list, 3999);
	CHECK_EQ(out.rule[NET_RULES_MAX - 1].number, 65534);
}

TEST(a_rule_with_bits_that_do_not_matter_is_refused)
{
	static struct net_rules r = {.count = 1, .rule = {{.from = {.ip = {{1}}}}}}, out;
	enum net_family family;

	fresh();
	net_rules_emit(&b, NET_IPV4, &r);
	CHECK_EQ(net_rules_parse(written(), &family, &out), STATUS_MALFORMED);
}

TEST(a_connection_arrives_as_it_was_sent)
{
	struct net_connection row = {.local = IPV4(192, 0, 2, 2),
	                             .remote_port = 4,
	                             .state = "ESTABLISHED",
	                             .srtt_us = 77,
	                             .bytes_out = 1ull << 40};
	struct net_connection out;
	struct cursor c;

	fresh();
	net_connection_emit(&b, &row);
	c = cursor_over(written());
	net_connection_parse(&c, &out);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_TEXT(out.state, "ESTABLISHED");
	CHECK_EQ(out.srtt_us, 77);
	CHECK_EQ(out.bytes_out, 1ull << 40);
}

TEST(a_row_of_a_port_that_cannot_be_is_refused)
{
	struct net_neighbor row = {.reach = NET_STALE, .port = NET_PORTS_MAX - 1}, out;
	struct cursor c;

	fresh();
	net_neighbor_emit(&b, &row);
	c = cursor_over(written());
	net_neighbor_parse(&c, &out);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_EQ(out.port, NET_PORTS_MAX - 1);
	row.port = NET_PORTS_MAX;
	fresh();
	net_neighbor_emit(&b, &row);
	c = cursor_over(written());
	net_neighbor_parse(&c, &out);
	CHECK_EQ(cursor_end(&c), STATUS_MALFORMED);
}

TEST(texts_that_a_terminal_must_not_see_are_refused)
{
	struct net_connection row = {.state = "\x1b[2J"}, out;
	struct cursor c;

	fresh();
	net_connection_emit(&b, &row);
	c = cursor_over(written());
	net_connection_parse(&c, &out);
	CHECK_EQ(cursor_end(&c), STATUS_MALFORMED);
}

TEST(probes_to_groups_or_without_hops_are_refused)
{
	struct net_probe p = {.to = IPV4(192, 0, 2, 1), .hops = 255, .bytes = 56}, out;

	fresh();
	net_probe_emit(&b, &p);
	CHECK_EQ(net_probe_parse(written(), &out), STATUS_OK);
	fresh();
	p.hops = 0;
	net_probe_emit(&b, &p);
	CHECK_EQ(net_probe_parse(written(), &out), STATUS_MALFORMED);
	fresh();
	p = (struct net_probe){.to = IPV4(224, 0, 0, 1), .hops = 1};
	net_probe_emit(&b, &p);
	CHECK_EQ(net_probe_parse(written(), &out), STATUS_MALFORMED);
}

CHECK_MAIN()
