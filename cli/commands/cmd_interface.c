// The interface: its view, and what there is to see of it.
#include "cli/commands/cmd_net.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define TEXT_MAX 256

// --- its view ------------------------------------------------------------------------------------

// The number may stand behind a blank, but only once.
static bool interface_is_whole(const struct task *t)
{
	struct span name = task_arg(t, ARG_IFACE_WORD), number = task_arg(t, ARG_IFNUM_WORD);
	bool has_number = name.len > 0 && name.data[name.len - 1] == '0';

	return name.len == 0 || has_number != (number.len > 0);
}

static enum turn run_interface(struct task *t)
{
	if (!interface_is_whole(t))
		return task_fail(t, "The interface does not exist.");
	dialogue_view(t->dialogue, VIEW_INTERFACE, span_text(NET_INTERFACE));
	return TURN_DONE;
}

static bool is_default(const struct api_record *r)
{
	return record_text(r, API_INTERFACE_IPV4).len == 0 &&
	       record_text(r, API_INTERFACE_IPV6).len == 0 &&
	       record_text(r, API_INTERFACE_DESCRIPTION).len == 0 &&
	       record_number(r, API_INTERFACE_MTU) == 0 &&
	       record_number(r, API_INTERFACE_DOWN) == 0;
}

static void emit_interface(struct config_out *out, const struct command *row,
                           const struct api_record *record)
{
	if (!is_default(record))
		config_line(out, 0, "interface " NET_INTERFACE);
}

static enum turn address_put(struct task *t, uint8_t field, struct ip_addr ip, unsigned bits)
{
	struct api_record r = {.class = API_CLASS_INTERFACE};
	struct ip_addr net = ip_prefix_of(&ip, bits);
	char text[IP_TEXT_MAX];

	if (!ip_is_host(&ip) || (bits < 127 && ip_equal(&ip, &net)))
		return task_fail(t, "The IP address is invalid.");
	ip_prefix_text(&ip, bits, text);
	record_add_text(&r, field, span_text(text));
	return task_put(t, &r, task_end);
}

static enum turn run_ipv4(struct task *t)
{
	return address_put(t, API_INTERFACE_IPV4, arg_ip(task_arg(t, ARG_IPV4_WORD)),
	                   IPV4_MAPPED_BITS + arg_mask(task_arg(t, ARG_MASK_WORD)));
}

static enum turn run_ipv6(struct task *t)
{
	struct span whole = task_arg(t, ARG_PREFIX6_WORD);
	struct ip_addr ip = arg_ip(task_arg(t, ARG_IPV6_WORD));
	uint8_t bits = (uint8_t)arg_number(task_arg(t, ARG_PREFIXLEN_WORD));

	if (whole.len > 0)
		(void)ip_prefix_from_text(whole, &ip, &bits);
	return address_put(t, API_INTERFACE_IPV6, ip, bits);
}

static void emit_ipv4(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	static const struct ip_addr ones = {{[10] = 255, 255, 255, 255, 255, 255}};
	char address[IP_TEXT_MAX], mask[IP_TEXT_MAX];
	struct ip_addr ip, m = ones;
	uint8_t bits;

	if (!ip_prefix_from_text(record_text(record, API_INTERFACE_IPV4), &ip, &bits))
		return;
	m = ip_prefix_of(&m, bits);
	config_line(out, 1, "ip address %s %s", ip_text(&ip, address), ip_text(&m, mask));
}

static void emit_ipv6(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	struct span text = record_text(record, API_INTERFACE_IPV6);

	if (text.len > 0)
		config_line(out, 1, "ipv6 address %.*s", (int)text.len,
		            (const char *)text.data);
}

static enum turn run_description(struct task *t)
{
	struct api_record r = {.class = API_CLASS_INTERFACE};
	char text[TEXT_MAX];

	arg_text(t, ARG_IFTEXT_WORD, text, sizeof(text));
	record_add_text(&r, API_INTERFACE_DESCRIPTION, span_text(text));
	return task_put(t, &r, task_end);
}

// --- what there is to see ------------------------------------------------------------------------

struct shown {
	struct net_counts counts; // first
	struct net_port port;
	bool has_port;
	char description[TEXT_MAX];
	enum turn (*end)(struct task *t);
};

static void port_row(struct task *t, struct cursor *c)
{
	struct shown *s = t->own;

	net_port_parse(c, &s->port);
	s->has_port = cursor_ok(c);
}

static enum turn record_got(struct task *t)
{
	struct shown *s = t->own;
	struct api_record r;
	struct span text;

	if (!task_record(t, &r))
		return task_fail_status(t, t->status);
	text = record_text(&r, API_INTERFACE_DESCRIPTION);
	snprintf(s->description, sizeof(s->description), "%.*s",
	         (int)(text.len > 0 ? text.len : strlen(NET_INTERFACE " Interface")),
	         text.len > 0 ? (const char *)text.data : NET_INTERFACE " Interface");
	return task_counts(t, s->end);
}

static enum turn port_end(struct task *t)
{
	if (!((struct shown *)t->own)->has_port)
		return task_fail_status(t, STATUS_MALFORMED);
	return task_get(t, API_CLASS_INTERFACE, span_text(""), record_got);
}

static const struct listing port_rows = {API_NET_SHOW, NET_ASK_PORT, port_row, port_end};

static enum turn gather(struct task *t, enum turn (*end)(struct task *t))
{
	struct shown *s = task_own(t, sizeof(*s), NULL);

	if (s == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	if (!interface_is_whole(t))
		return task_fail(t, "The interface does not exist.");
	s->end = end;
	return task_list(t, &port_rows);
}

static bool is_up(const struct shown *s)
{
	return s->port.link && !s->port.down;
}

static const char *address_text(const struct shown *s, unsigned name, char out[IP_TEXT_MAX])
{
	if (ip_is_none(&s->port.address[name].ip))
		return "--";
	if (ip_is_link_local(&s->port.address[name].ip))
		return ip_text(&s->port.address[name].ip, out);
	return ip_prefix_text(&s->port.address[name].ip, s->port.address[name].bits, out);
}

static const struct column interfaces_columns[] = {
        {"", 0, 0, "Interface"},
        {"Current state: ", 0, 0},
        {"Line protocol state: ", 0, 0},
        {"Description: ", 0, 0},
        {"Maximum transmission unit: ", 0, COLUMN_NUMBER},
        {"Internet address: ", 0, 0},
        {"IPv6 address: ", 0, 0},
        {"IPv6 link-local address: ", 0, 0},
        {"IP packet frame type: Ethernet II, hardware address: ", 0, 0, "Hardware address"},
        {"802.1Q VLAN: ", 0, 0},
        {"Driver: ", 0, 0},
        {"Input (total):  ", 0, 0, "Input"},
        {"Input errors:  ", 0, COLUMN_NUMBER},
        {"Output (total): ", 0, 0, "Output"},
        {"Output errors: ", 0, COLUMN_NUMBER}};
static TABLE_OF(interfaces, "", true);

static const char *const states6[] = {[NET_TENTATIVE] = " [TENTATIVE]",
                                      [NET_PREFERRED] = "",
                                      [NET_DUPLICATE] = " [DUPLICATE]"};

static void addresses_print(struct task *t, const struct shown *s)
{
	char text[IP_TEXT_MAX];

	for (unsigned i = 0; i < 3; i++)
		table_value(&t->table, "%s%s", address_text(s, i, text),
		            i == 0 ? ip_is_none(&s->port.address[0].ip) ? "" : " (primary)"
		                   : states6[s->port.address[i].state]);
}

static unsigned long long input_errors(const struct net_counts *c)
{
	return NET_COUNT(c, frame_short) + NET_COUNT(c, frame_scattered) +
	       NET_COUNT(c, ip_header_bad) + NET_COUNT(c, ip_checksum_bad) +
	       NET_COUNT(c, tcp_checksum_bad) + NET_COUNT(c, icmp_bad);
}

static void totals_print(struct task *t, const struct net_counts *c)
{
	table_value(&t->table, "%llu packets, %llu bytes", NET_COUNT(c, frames_in),
	            NET_COUNT(c, frame_bytes_in));
	table_value(&t->table, "%llu", input_errors(c));
	table_value(&t->table, "%llu packets, %llu bytes", NET_COUNT(c, frames_out),
	            NET_COUNT(c, frame_bytes_out));
	table_value(&t->table, "%llu",
	            NET_COUNT(c, transmit_full) + NET_COUNT(c, transmit_no_buffer) +
	                    NET_COUNT(c, transmit_long));
}

static enum turn interface_print(struct task *t)
{
	const struct shown *s = t->own;
	char ether[ETHER_TEXT_MAX];

	task_table(t, &interfaces);
	table_value(&t->table, NET_INTERFACE);
	table_value(&t->table, "%s",
	            s->port.down   ? "Administratively DOWN"
	            : s->port.link ? "UP"
	                           : "DOWN");
	table_value(&t->table, "%s", is_up(s) ? "UP" : "DOWN");
	table_value(&t->table, "%s", s->description);
	table_value(&t->table, "%u", s->port.mtu);
	addresses_print(t, s);
	table_value(&t->table, "%s", ether_text(s->port.ether, ether));
	if (s->port.vlan != 0)
		table_value(&t->table, "%u", s->port.vlan);
	else
		table_value(&t->table, "untagged");
	table_value(&t->table, "%s", s->port.driver);
	totals_print(t, &s->counts);
	return task_table_end(t);
}

static enum turn run_show(struct task *t)
{
	return gather(t, interface_print);
}

// --- in brief ------------------------------------------------------------------------------------

static void heading(struct task *t, const char *text)
{
	if (!t->json)
		task_print(t, "%s", text);
}

static const struct column brief_columns[] = {{"Interface", 21, 0},
                                              {"Link", 5, 0},
                                              {"Protocol", 9, 0},
                                              {"Primary IP", 16, 0},
                                              {"Description", 0, 0}};
static TABLE_OF(brief, "", false);

static enum turn brief_print(struct task *t)
{
	const struct shown *s = t->own;
	char text[IP_TEXT_MAX];

	heading(t, "Brief information on interfaces in route mode:\n"
	           "Link: ADM - administratively down; Stby - standby\n"
	           "Protocol: (s) - spoofing\n");
	task_table(t, &brief);
	table_value(&t->table, NET_INTERFACE_SHORT);
	table_value(&t->table, "%s", s->port.down ? "ADM" : s->port.link ? "UP" : "DOWN");
	table_value(&t->table, "%s", is_up(s) ? "UP" : "DOWN");
	table_value(&t->table, "%s",
	            ip_is_none(&s->port.address[0].ip) ? "--"
	                                               : ip_text(&s->port.address[0].ip, text));
	table_value(&t->table, "%.27s", s->description);
	return task_table_end(t);
}

static enum turn run_brief(struct task *t)
{
	return gather(t, brief_print);
}

static const char *physical(const struct shown *s)
{
	return s->port.down ? "*down" : s->port.link ? "up" : "down";
}

static const struct column ip_brief_columns[] = {
        {"Interface", 20, 0},       {"Physical", 9, 0},      {"Protocol", 9, 0},
        {"IP address/Mask", 19, 0}, {"VPN instance", 13, 0}, {"Description", 0, 0}};
static TABLE_OF(ip_brief, "", false);

static enum turn ip_brief_print(struct task *t)
{
	const struct shown *s = t->own;
	char text[IP_TEXT_MAX];

	heading(t, "*down: administratively down\n(s): spoofing  (l): loopback\n");
	task_table(t, &ip_brief);
	table_value(&t->table, NET_INTERFACE_SHORT);
	table_value(&t->table, "%s", physical(s));
	table_value(&t->table, "%s", is_up(s) ? "up" : "down");
	table_value(&t->table, "%s", address_text(s, 0, text));
	table_value(&t->table, "--");
	table_value(&t->table, "%.12s", s->description);
	return task_table_end(t);
}

static enum turn run_ip_brief(struct task *t)
{
	return gather(t, ip_brief_print);
}

static const struct column ip6_brief_columns[] = {
        {"Interface", 41, 0}, {"Physical", 9, 0}, {"Protocol", 9, 0}, {"IPv6 Address", 0, 0}};
static TABLE_OF(ip6_brief, "", false);

static enum turn ip6_brief_print(struct task *t)
{
	const struct shown *s = t->own;
	char text[IP_TEXT_MAX];

	heading(t, "*down: administratively down\n(s): spoofing\n");
	task_table(t, &ip6_brief);
	table_value(&t->table, NET_INTERFACE);
	table_value(&t->table, "%s", physical(s));
	table_value(&t->table, "%s", is_up(s) ? "up" : "down");
	table_value(&t->table, "%s",
	            ip_is_none(&s->port.address[1].ip) ? "Unassigned"
	                                               : ip_text(&s->port.address[1].ip, text));
	return task_table_end(t);
}

static enum turn run_ip6_brief(struct task *t)
{
	return gather(t, ip6_brief_print);
}

static enum turn run_reset(struct task *t)
{
	struct builder b;

	if (!interface_is_whole(t))
		return task_fail(t, "The interface does not exist.");
	b = task_request(t);
	builder_u8(&b, API_COUNTERS_INTERFACE);
	t->ask_cursor = 0;
	return task_ask(t, API_RESET_COUNTERS, &b, task_end);
}

// clang-format off
#define IFACE(name) API_CLASS_INTERFACE, API_INTERFACE_##name
static const struct command net_interface[] = {
	{ "interface IFACE [ IFNUM ]", run_interface, API_ROLE_ADMIN, "Enter the view of an interface", API_CLASS_INTERFACE, .emit = emit_interface },
};

static const struct command net_interface_view[] = {
	{ "description IFTEXT...",     run_description, API_ROLE_ADMIN, "Describe the interface", IFACE(DESCRIPTION), 0, emit_setting },
	{ "undo description",          run_default, API_ROLE_ADMIN, "Restore the description", IFACE(DESCRIPTION) },
	{ "ip address IPV4 MASK",      run_ipv4,    API_ROLE_ADMIN, "Specify the IPv4 address", IFACE(IPV4), 0, emit_ipv4 },
	{ "undo ip address [ IPV4 MASK ]", run_default, API_ROLE_ADMIN, "Restore the IPv4 address of the start", IFACE(IPV4) },
	{ "ipv6 address { IPV6 PREFIXLEN | PREFIX6 }", run_ipv6, API_ROLE_ADMIN, "Specify the IPv6 address", IFACE(IPV6), 0, emit_ipv6 },
	{ "undo ipv6 address [ IPV6 PREFIXLEN | PREFIX6 ]", run_default, API_ROLE_ADMIN, "Restore the IPv6 address of the start", IFACE(IPV6) },
	{ "mtu MTU",                   run_setting, API_ROLE_ADMIN, "Specify the longest packet", IFACE(MTU), 0, emit_setting },
	{ "undo mtu",                  run_default, API_ROLE_ADMIN, "Restore the longest packet", IFACE(MTU) },
	{ "shutdown",                  run_flag,    API_ROLE_ADMIN, "Shut the interface down: sessions through it are cut off", IFACE(DOWN), 1, emit_flag },
	{ "undo shutdown",             run_default, API_ROLE_ADMIN, "Bring the interface up", IFACE(DOWN) },
};

static const struct command net_interface_show[] = {
	{ "display interface [ IFACE [ IFNUM ] ]",       run_show,  API_ROLE_OPERATOR, "Display the interface", .flags = COMMAND_TABLE },
	{ "display interface [ IFACE [ IFNUM ] ] brief", run_brief, API_ROLE_OPERATOR, "Display the interface in one line", .flags = COMMAND_TABLE },
	{ "display ip interface [ IFACE [ IFNUM ] ] brief",   run_ip_brief,  API_ROLE_OPERATOR, "Display the IPv4 address in one line", .flags = COMMAND_TABLE },
	{ "display ipv6 interface [ IFACE [ IFNUM ] ] brief", run_ip6_brief, API_ROLE_OPERATOR, "Display the IPv6 address in one line", .flags = COMMAND_TABLE },
	{ "reset counters interface [ IFACE [ IFNUM ] ]", run_reset, API_ROLE_ADMIN, "Set the counters of the interface to zero" },
};
// clang-format on

TABLE(net_interface);
TABLE(net_interface_view);
TABLE(net_interface_show);
