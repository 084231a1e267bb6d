// The interfaces: their view, and what there is to see of them.
#include "cli/commands/cmd_net.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define TEXT_MAX  256
#define NAME_SIZE (sizeof(NET_INTERFACE) + 1) // with the number of the port
#define ANY_PORT  NET_PORTS_MAX

// --- its view ------------------------------------------------------------------------------------

// The number may stand behind a blank, but only once.
static bool interface_is_whole(const struct task *t)
{
	struct span name = task_arg(t, ARG_IFACE_WORD), number = task_arg(t, ARG_IFNUM_WORD);
	bool has_number = name.len > 0 && isdigit(name.data[name.len - 1]);

	return name.len == 0 || has_number != (number.len > 0);
}

// The port that the words name; ANY_PORT: they name none.
static unsigned port_asked(const struct task *t)
{
	struct span name = task_arg(t, ARG_IFACE_WORD), number = task_arg(t, ARG_IFNUM_WORD);

	if (number.len == 0)
		number = name;
	return number.len > 0 ? number.data[number.len - 1] - (unsigned)'0' : ANY_PORT;
}

static struct span interface_name(unsigned port, char out[NAME_SIZE])
{
	return span_of(out, (size_t)snprintf(out, NAME_SIZE, NET_INTERFACE "%u", port % 10));
}

static enum turn interface_entered(struct task *t)
{
	char name[NAME_SIZE];

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	dialogue_view(t->dialogue, VIEW_INTERFACE, interface_name(port_asked(t), name));
	return TURN_DONE;
}

static enum turn run_interface(struct task *t)
{
	struct api_record r = {.class = API_CLASS_INTERFACE};
	char name[NAME_SIZE];

	if (!interface_is_whole(t))
		return task_fail(t, "The interface does not exist.");
	r.key = interface_name(port_asked(t), name);
	return task_put(t, &r, interface_entered);
}

// The record of the view.
static struct span view_interface(const struct task *t)
{
	return span_text(t->dialogue->name != NULL ? t->dialogue->name : "");
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
		config_line(out, 0, "interface %.*s", (int)record->key.len,
		            (const char *)record->key.data);
}

// An address to be set, if no other interface has one of the same network.
struct wanted {
	struct ip_addr ip;
	uint8_t bits, field;
	bool overlaps;
};

static void other_row(struct task *t, struct cursor *c)
{
	struct wanted *w = t->own;
	struct api_record r;
	struct ip_addr ip;
	uint8_t bits;

	if (api_record_parse(c, &r) != STATUS_OK || span_equal(r.key, view_interface(t)) ||
	    !ip_prefix_from_text(record_text(&r, w->field), &ip, &bits))
		return;
	w->overlaps |= ip_has_prefix(&ip, &w->ip, bits < w->bits ? bits : w->bits);
}

static enum turn others_end(struct task *t)
{
	struct api_record r = {.class = API_CLASS_INTERFACE, .key = view_interface(t)};
	const struct wanted *w = t->own;
	char text[IP_TEXT_MAX];

	if (w->overlaps)
		return task_fail(t, "The IP address overlaps with that of another interface.");
	ip_prefix_text(&w->ip, w->bits, text);
	record_add_text(&r, w->field, span_text(text));
	return task_put(t, &r, task_end);
}

static const struct listing other_rows = {API_LIST, API_CLASS_INTERFACE, other_row, others_end};

static enum turn address_put(struct task *t, uint8_t field, struct ip_addr ip, unsigned bits)
{
	struct ip_addr net = ip_prefix_of(&ip, bits);
	struct wanted *w;

	if (!ip_is_host(&ip) || (bits < 127 && ip_equal(&ip, &net)))
		return task_fail(t, "The IP address is invalid.");
	w = task_own(t, sizeof(*w), NULL);
	if (w == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	*w = (struct wanted){.ip = ip, .bits = (uint8_t)bits, .field = field};
	return task_list(t, &other_rows);
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
	struct api_record r = {.class = API_CLASS_INTERFACE, .key = view_interface(t)};
	char text[TEXT_MAX];

	arg_text(t, ARG_IFTEXT_WORD, text, sizeof(text));
	record_add_text(&r, API_INTERFACE_DESCRIPTION, span_text(text));
	return task_put(t, &r, task_end);
}

// --- what there is to see ------------------------------------------------------------------------

struct shown {
	struct net_counts counts; // first
	struct net_port port[NET_PORTS_MAX];
	uint32_t ports; // seen
	char description[NET_PORTS_MAX][TEXT_MAX];
	uint32_t at; // to be shown next
	void (*print)(struct task *t, const struct shown *s, unsigned port);
	enum turn (*begin)(struct task *t);
};

static void port_row(struct task *t, struct cursor *c)
{
	struct shown *s = t->own;
	struct net_port row;

	net_port_parse(c, &row);
	if (!cursor_ok(c) || row.port != s->ports)
		return;
	snprintf(s->description[row.port], TEXT_MAX, NET_INTERFACE "%u Interface", row.port);
	s->port[s->ports++] = row;
}

static void record_row(struct task *t, struct cursor *c)
{
	struct shown *s = t->own;
	struct api_record r;
	struct span text;
	char name[NAME_SIZE];

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	text = record_text(&r, API_INTERFACE_DESCRIPTION);
	for (unsigned i = 0; i < s->ports && text.len > 0; i++) {
		if (span_equal(interface_name(i, name), r.key))
			snprintf(s->description[i], TEXT_MAX, "%.*s", (int)text.len,
			         (const char *)text.data);
	}
}

static enum turn ports_more(struct task *t)
{
	unsigned asked = port_asked(t);
	struct shown *s = t->own;

	for (; s->at < s->ports && task_room(t); s->at++) {
		if (asked == ANY_PORT || asked == s->at)
			s->print(t, s, s->at);
	}
	return s->at < s->ports ? TURN_AGAIN : task_table_end(t);
}

static enum turn counts_end(struct task *t)
{
	t->next = ports_more;
	return ((struct shown *)t->own)->begin(t);
}

static enum turn records_end(struct task *t)
{
	return task_counts(t, counts_end);
}

static const struct listing record_rows = {API_LIST, API_CLASS_INTERFACE, record_row,
                                           records_end};

static enum turn ports_end(struct task *t)
{
	unsigned asked = port_asked(t);
	const struct shown *s = t->own;

	if (s->ports == 0)
		return task_fail_status(t, STATUS_MALFORMED);
	if (asked != ANY_PORT && asked >= s->ports)
		return task_fail(t, "The interface does not exist.");
	return task_list(t, &record_rows);
}

static const struct listing port_rows = {API_NET_SHOW, NET_ASK_PORT, port_row, ports_end};

// `begin` opens the table, `print` adds the rows of a port.
static enum turn gather(struct task *t, enum turn (*begin)(struct task *t),
                        void (*print)(struct task *t, const struct shown *s, unsigned port))
{
	struct shown *s = task_own(t, sizeof(*s), NULL);

	if (s == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	if (!interface_is_whole(t))
		return task_fail(t, "The interface does not exist.");
	s->begin = begin;
	s->print = print;
	return task_list(t, &port_rows);
}

static bool is_up(const struct net_port *p)
{
	return p->link && !p->down;
}

static const char *address_text(const struct net_port *p, unsigned name, char out[IP_TEXT_MAX])
{
	if (ip_is_none(&p->address[name].ip))
		return "--";
	if (ip_is_link_local(&p->address[name].ip))
		return ip_text(&p->address[name].ip, out);
	return ip_prefix_text(&p->address[name].ip, p->address[name].bits, out);
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

static void addresses_print(struct task *t, const struct net_port *p)
{
	char text[IP_TEXT_MAX];

	for (unsigned i = 0; i < 3; i++)
		table_value(&t->table, "%s%s", address_text(p, i, text),
		            i == 0 ? ip_is_none(&p->address[0].ip) ? "" : " (primary)"
		                   : states6[p->address[i].state]);
}

// What is counted of all ports, and what of that the others have.
static unsigned long long of_port(const struct net_counts *c, unsigned port,
                                  enum port_counter which, unsigned long long all)
{
	if (port > 0)
		return c->value[counter_of_port(port, which)];
	for (unsigned i = 1; i < NET_PORTS_MAX; i++)
		all -= c->value[counter_of_port(i, which)];
	return all;
}

static unsigned long long errors_in(const struct net_counts *c)
{
	unsigned long long all = 0;

	for (unsigned i = 0; i < COUNTERS; i++)
		all += counter_is_input_error(i) ? c->value[i] : 0;
	return all;
}

static void totals_print(struct task *t, const struct net_counts *c, unsigned port)
{
	table_value(&t->table, "%llu packets, %llu bytes",
	            of_port(c, port, PORT_FRAMES_IN, NET_COUNT(c, frames_in)),
	            of_port(c, port, PORT_BYTES_IN, NET_COUNT(c, frame_bytes_in)));
	table_value(&t->table, "%llu", of_port(c, port, PORT_ERRORS_IN, errors_in(c)));
	table_value(&t->table, "%llu packets, %llu bytes",
	            of_port(c, port, PORT_FRAMES_OUT, NET_COUNT(c, frames_out)),
	            of_port(c, port, PORT_BYTES_OUT, NET_COUNT(c, frame_bytes_out)));
	table_value(&t->table, "%llu",
	            of_port(c, port, PORT_ERRORS_OUT,
	                    NET_COUNT(c, transmit_full) + NET_COUNT(c, transmit_no_buffer) +
	                            NET_COUNT(c, transmit_long)));
}

static void interface_print(struct task *t, const struct shown *s, unsigned port)
{
	const struct net_port *p = &s->port[port];
	char ether[ETHER_TEXT_MAX];

	table_value(&t->table, NET_INTERFACE "%u", port);
	table_value(&t->table, "%s",
	            p->down   ? "Administratively DOWN"
	            : p->link ? "UP"
	                      : "DOWN");
	table_value(&t->table, "%s", is_up(p) ? "UP" : "DOWN");
	table_value(&t->table, "%s", s->description[port]);
	table_value(&t->table, "%u", p->mtu);
	addresses_print(t, p);
	table_value(&t->table, "%s", ether_text(p->ether, ether));
	if (p->vlan != 0)
		table_value(&t->table, "%u", p->vlan);
	else
		table_value(&t->table, "untagged");
	table_value(&t->table, "%s", p->driver);
	totals_print(t, &s->counts, port);
}

static enum turn show_begin(struct task *t)
{
	task_table(t, &interfaces);
	return ports_more(t);
}

static enum turn run_show(struct task *t)
{
	return gather(t, show_begin, interface_print);
}

// --- in brief ------------------------------------------------------------------------------------

static enum turn brief_table(struct task *t, const char *text, const struct table *table)
{
	if (!t->json)
		task_print(t, "%s", text);
	task_table(t, table);
	return ports_more(t);
}

static const struct column brief_columns[] = {{"Interface", 21, 0},
                                              {"Link", 5, 0},
                                              {"Protocol", 9, 0},
                                              {"Primary IP", 16, 0},
                                              {"Description", 0, 0}};
static TABLE_OF(brief, "", false);

static void brief_print(struct task *t, const struct shown *s, unsigned port)
{
	const struct net_port *p = &s->port[port];
	char text[IP_TEXT_MAX];

	table_value(&t->table, NET_INTERFACE_SHORT "%u", port);
	table_value(&t->table, "%s", p->down ? "ADM" : p->link ? "UP" : "DOWN");
	table_value(&t->table, "%s", is_up(p) ? "UP" : "DOWN");
	table_value(&t->table, "%s",
	            ip_is_none(&p->address[0].ip) ? "--" : ip_text(&p->address[0].ip, text));
	table_value(&t->table, "%.27s", s->description[port]);
}

static enum turn brief_begin(struct task *t)
{
	return brief_table(t,
	                   "Brief information on interfaces in route mode:\n"
	                   "Link: ADM - administratively down; Stby - standby\n"
	                   "Protocol: (s) - spoofing\n",
	                   &brief);
}

static enum turn run_brief(struct task *t)
{
	return gather(t, brief_begin, brief_print);
}

static const char *physical(const struct net_port *p)
{
	return p->down ? "*down" : p->link ? "up" : "down";
}

static const struct column ip_brief_columns[] = {
        {"Interface", 20, 0},       {"Physical", 9, 0},      {"Protocol", 9, 0},
        {"IP address/Mask", 19, 0}, {"VPN instance", 13, 0}, {"Description", 0, 0}};
static TABLE_OF(ip_brief, "", false);

static void ip_brief_print(struct task *t, const struct shown *s, unsigned port)
{
	const struct net_port *p = &s->port[port];
	char text[IP_TEXT_MAX];

	table_value(&t->table, NET_INTERFACE_SHORT "%u", port);
	table_value(&t->table, "%s", physical(p));
	table_value(&t->table, "%s", is_up(p) ? "up" : "down");
	table_value(&t->table, "%s", address_text(p, 0, text));
	table_value(&t->table, "--");
	table_value(&t->table, "%.12s", s->description[port]);
}

static enum turn ip_brief_begin(struct task *t)
{
	return brief_table(t, "*down: administratively down\n(s): spoofing  (l): loopback\n",
	                   &ip_brief);
}

static enum turn run_ip_brief(struct task *t)
{
	return gather(t, ip_brief_begin, ip_brief_print);
}

static const struct column ip6_brief_columns[] = {
        {"Interface", 41, 0}, {"Physical", 9, 0}, {"Protocol", 9, 0}, {"IPv6 Address", 0, 0}};
static TABLE_OF(ip6_brief, "", false);

static void ip6_brief_print(struct task *t, const struct shown *s, unsigned port)
{
	const struct net_port *p = &s->port[port];
	char text[IP_TEXT_MAX];

	table_value(&t->table, NET_INTERFACE "%u", port);
	table_value(&t->table, "%s", physical(p));
	table_value(&t->table, "%s", is_up(p) ? "up" : "down");
	table_value(&t->table, "%s",
	            ip_is_none(&p->address[1].ip) ? "Unassigned"
	                                          : ip_text(&p->address[1].ip, text));
}

static enum turn ip6_brief_begin(struct task *t)
{
	return brief_table(t, "*down: administratively down\n(s): spoofing\n", &ip6_brief);
}

static enum turn run_ip6_brief(struct task *t)
{
	return gather(t, ip6_brief_begin, ip6_brief_print);
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
	{ "display interface [ IFACE [ IFNUM ] ]",       run_show,  API_ROLE_OPERATOR, "Display the interfaces", .flags = COMMAND_TABLE },
	{ "display interface [ IFACE [ IFNUM ] ] brief", run_brief, API_ROLE_OPERATOR, "Display the interfaces in one line each", .flags = COMMAND_TABLE },
	{ "display ip interface [ IFACE [ IFNUM ] ] brief",   run_ip_brief,  API_ROLE_OPERATOR, "Display the IPv4 addresses in one line each", .flags = COMMAND_TABLE },
	{ "display ipv6 interface [ IFACE [ IFNUM ] ] brief", run_ip6_brief, API_ROLE_OPERATOR, "Display the IPv6 addresses in one line each", .flags = COMMAND_TABLE },
	{ "reset counters interface [ IFACE [ IFNUM ] ]", run_reset, API_ROLE_ADMIN, "Set the counters of all interfaces to zero" },
};
// clang-format on

TABLE(net_interface);
TABLE(net_interface_view);
TABLE(net_interface_show);
