// Static routes, the routing tables, and who is on the link.
#include "cli/commands/cmd_net.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUTE_ROWS_MAX 256u

// --- static routes -------------------------------------------------------------------------------

// The prefix typed, as the key of its record. False: bits stand behind it.
static bool route_key(const struct task *t, char key[IP_TEXT_MAX])
{
	struct span four = task_arg(t, ARG_MASK_WORD);
	unsigned bits = four.len > 0 ? IPV4_MAPPED_BITS + arg_mask(four)
	                             : arg_number(task_arg(t, ARG_PREFIXLEN_WORD));
	struct ip_addr ip = arg_ip(task_arg(t, four.len > 0 ? ARG_IPV4_WORD : ARG_IPV6_WORD));
	struct ip_addr prefix = ip_prefix_of(&ip, bits);

	ip_prefix_text(&prefix, bits, key);
	return ip_equal(&ip, &prefix);
}

static struct span hop_of(const struct task *t)
{
	bool is_ipv4 = task_arg(t, ARG_MASK_WORD).len > 0;

	return match_arg(&t->match, is_ipv4 ? ARG_IPV4_WORD : ARG_IPV6_WORD, 1);
}

static enum turn run_route(struct task *t)
{
	struct api_record r = {.class = API_CLASS_ROUTE};
	struct span preference = task_arg(t, ARG_PREFERENCE_WORD);
	char key[IP_TEXT_MAX], hop[IP_TEXT_MAX], text[64];
	struct ip_addr ip = arg_ip(hop_of(t));

	if (!route_key(t, key))
		return task_fail(t, "The destination has bits behind its mask.");
	if (!ip_is_host(&ip))
		return task_fail(t, "The next hop address is invalid.");
	arg_text(t, ARG_ROUTETEXT_WORD, text, sizeof(text));
	r.key = span_text(key);
	record_add_text(&r, API_ROUTE_HOP, span_text(ip_text(&ip, hop)));
	record_add(&r, API_ROUTE_PREFERENCE, preference.len > 0 ? arg_number(preference) : 60);
	record_add_text(&r, API_ROUTE_DESCRIPTION, span_text(text));
	return task_put(t, &r, task_end);
}

static enum turn undo_done(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The route does not exist.");
	return task_end(t);
}

static enum turn undo_found(struct task *t)
{
	struct ip_addr asked = arg_ip(hop_of(t)), hop;
	struct api_record r;
	char key[IP_TEXT_MAX];

	if (!task_record(t, &r))
		return undo_done(t);
	if (hop_of(t).len > 0 &&
	    (!ip_from_text(record_text(&r, API_ROUTE_HOP), &hop) || !ip_equal(&hop, &asked)))
		return task_fail(t, "The route does not exist.");
	route_key(t, key);
	return task_delete(t, API_CLASS_ROUTE, span_text(key), undo_done);
}

static enum turn run_undo_route(struct task *t)
{
	char key[IP_TEXT_MAX];

	route_key(t, key);
	return task_get(t, API_CLASS_ROUTE, span_text(key), undo_found);
}

static void emit_route(struct config_out *out, const struct command *row,
                       const struct api_record *record)
{
	struct span hop = record_text(record, API_ROUTE_HOP);
	struct span text = record_text(record, API_ROUTE_DESCRIPTION);
	uint32_t preference = record_number(record, API_ROUTE_PREFERENCE);
	char word[CONFIG_WORD_MAX], address[IP_TEXT_MAX], extra[CONFIG_WORD_MAX + 64] = "";
	struct ip_addr ip;
	uint8_t bits;
	size_t len = 0;

	if (!ip_prefix_from_text(record->key, &ip, &bits))
		return;
	if (preference != 60)
		len = (size_t)snprintf(extra, sizeof(extra), " preference %u", preference);
	if (text.len > 0)
		snprintf(extra + len, sizeof(extra) - len, " description %s",
		         config_word(text, word));
	config_line(out, 1, "%s route-static %s %u %.*s%s", ip_is_ipv4(&ip) ? "ip" : "ipv6",
	            ip_text(&ip, address), ip_is_ipv4(&ip) ? bits - IPV4_MAPPED_BITS : bits,
	            (int)hop.len, (const char *)hop.data, extra);
}

// --- the tables ----------------------------------------------------------------------------------

struct routes {
	struct net_port port[NET_PORTS_MAX];
	struct net_route_row row[ROUTE_ROWS_MAX];
	uint32_t preference[ROUTE_ROWS_MAX];
	uint32_t count, at;
};

static bool is_wanted(const struct task *t, const struct ip_addr *prefix, uint8_t bits)
{
	bool is_ipv4 = ip_is_ipv4(prefix) && bits >= IPV4_MAPPED_BITS;

	return is_ipv4 != task_has(t, "ipv6");
}

static void route_row(struct task *t, struct cursor *c)
{
	struct net_route_row row;
	struct routes *r = t->own;

	net_route_parse(c, &row);
	if (!cursor_ok(c) || r->count == ROUTE_ROWS_MAX || !is_wanted(t, &row.prefix, row.bits))
		return;
	r->preference[r->count] = ip_is_none(&row.hop) ? 0 : 60;
	r->row[r->count++] = row;
}

// What the operator said of a route in force.
static void record_row(struct task *t, struct cursor *c)
{
	struct routes *r = t->own;
	struct api_record record;
	struct ip_addr prefix, hop;
	uint8_t bits;

	if (api_record_parse(c, &record) != STATUS_OK ||
	    !ip_prefix_from_text(record.key, &prefix, &bits) ||
	    !ip_from_text(record_text(&record, API_ROUTE_HOP), &hop))
		return;
	for (uint32_t i = 0; i < r->count; i++) {
		if (r->row[i].bits == bits && ip_equal(&r->row[i].prefix, &prefix) &&
		    ip_equal(&r->row[i].hop, &hop))
			r->preference[i] = record_number(&record, API_ROUTE_PREFERENCE);
	}
}

static int route_order(const void *a, const void *b)
{
	const struct net_route_row *x = a, *y = b;
	int order = memcmp(x->prefix.bytes, y->prefix.bytes, 16);

	if (order == 0)
		order = (int)x->bits - (int)y->bits;
	return order != 0 ? order : (int)x->port - (int)y->port;
}

// Our own address stands for the hop on our own link.
static struct ip_addr hop_shown(const struct routes *r, const struct net_route_row *row)
{
	for (unsigned i = 0; i < 3 && ip_is_none(&row->hop); i++) {
		const struct ip_addr *own = &r->port[row->port].address[i].ip;

		if (ip_has_prefix(own, &row->prefix, row->bits))
			return *own;
	}
	return row->hop;
}

static const struct column routes4_columns[] = {
        {"Destination/Mask", 19, 0}, {"Proto", 8, 0},    {"Pre", 4, COLUMN_NUMBER},
        {"Cost", 13, COLUMN_NUMBER}, {"NextHop", 16, 0}, {"Interface", 0, 0}};
static TABLE_OF(routes4, "", false);

static void route4_print(struct task *t, const struct routes *r, uint32_t i)
{
	struct ip_addr hop = hop_shown(r, &r->row[i]);
	char text[IP_TEXT_MAX];

	table_value(&t->table, "%s", ip_prefix_text(&r->row[i].prefix, r->row[i].bits, text));
	table_value(&t->table, "%s", ip_is_none(&r->row[i].hop) ? "Direct" : "Static");
	table_value(&t->table, "%u", r->preference[i]);
	table_value(&t->table, "0");
	table_value(&t->table, "%s", ip_text(&hop, text));
	table_value(&t->table, NET_INTERFACE_SHORT "%u", r->row[i].port);
}

// Two values a line, as the manual has it; JSON does not see the difference.
static const struct column routes6_columns[] = {
        {"Destination", 0, COLUMN_JSON}, {"Protocol", 0, COLUMN_JSON},
        {"NextHop", 0, COLUMN_JSON},     {"Preference", 0, COLUMN_JSON | COLUMN_NUMBER},
        {"Interface", 0, COLUMN_JSON},   {"Cost", 0, COLUMN_JSON | COLUMN_NUMBER}};
static TABLE_OF(routes6, "", true);

static void route6_print(struct task *t, const struct routes *r, uint32_t i)
{
	const char *protocol = ip_is_none(&r->row[i].hop) ? "Direct" : "Static";
	struct ip_addr hop = hop_shown(r, &r->row[i]);
	char text[IP_TEXT_MAX], next[IP_TEXT_MAX], by[sizeof(NET_INTERFACE_SHORT) + 4];

	ip_prefix_text(&r->row[i].prefix, r->row[i].bits, text);
	ip_text(&hop, next);
	snprintf(by, sizeof(by), NET_INTERFACE_SHORT "%u", r->row[i].port);
	table_value(&t->table, "%s", text);
	table_value(&t->table, "%s", protocol);
	table_value(&t->table, "%s", next);
	table_value(&t->table, "%u", r->preference[i]);
	table_value(&t->table, "%s", by);
	table_value(&t->table, "0");
	table_note(&t->table, "Destination: %-43s Protocol  : %s\n", text, protocol);
	table_note(&t->table, "NextHop    : %-43s Preference: %u\n", next, r->preference[i]);
	table_note(&t->table, "Interface  : %-43s Cost      : 0\n\n", by);
}

static enum turn routes_more(struct task *t)
{
	struct routes *r = t->own;

	for (; r->at < r->count && task_room(t); r->at++) {
		if (task_has(t, "ipv6"))
			route6_print(t, r, r->at);
		else
			route4_print(t, r, r->at);
	}
	return r->at < r->count ? TURN_AGAIN : task_table_end(t);
}

static enum turn routes_print(struct task *t)
{
	struct routes *r = t->own;

	if (!t->json)
		task_print(t, "\nDestinations : %u        Routes : %u\n\n", r->count, r->count);
	task_table(t, task_has(t, "ipv6") ? &routes6 : &routes4);
	t->next = routes_more;
	return routes_more(t);
}

static const struct listing record_rows = {API_LIST, API_CLASS_ROUTE, record_row, routes_print};

static enum turn rows_end(struct task *t)
{
	struct routes *r = t->own;

	qsort(r->row, r->count, sizeof(r->row[0]), route_order);
	for (uint32_t i = 0; i < r->count; i++)
		r->preference[i] = ip_is_none(&r->row[i].hop) ? 0 : 60;
	return task_list(t, &record_rows);
}

static const struct listing route_rows = {API_NET_SHOW, NET_ASK_ROUTES, route_row, rows_end};

static void port_row(struct task *t, struct cursor *c)
{
	struct net_port row;

	net_port_parse(c, &row);
	if (cursor_ok(c))
		((struct routes *)t->own)->port[row.port] = row;
}

static enum turn port_end(struct task *t)
{
	return task_list(t, &route_rows);
}

static const struct listing port_rows = {API_NET_SHOW, NET_ASK_PORT, port_row, port_end};

static enum turn run_table(struct task *t)
{
	if (task_own(t, sizeof(struct routes), NULL) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &port_rows);
}

// clang-format off
static const struct command net_route[] = {
	{ "ip route-static IPV4 MASK IPV4 [ preference PREFERENCE ] [ description ROUTETEXT... ]", run_route, API_ROLE_ADMIN, "Add a static route", API_CLASS_ROUTE, .emit = emit_route },
	{ "undo ip route-static IPV4 MASK [ IPV4 ]", run_undo_route, API_ROLE_ADMIN, "Delete a static route" },
	{ "ipv6 route-static IPV6 PREFIXLEN IPV6 [ preference PREFERENCE ] [ description ROUTETEXT... ]", run_route, API_ROLE_ADMIN, "Add a static IPv6 route" },
	{ "undo ipv6 route-static IPV6 PREFIXLEN [ IPV6 ]", run_undo_route, API_ROLE_ADMIN, "Delete a static IPv6 route" },
};

static const struct command net_route_show[] = {
	{ "display ip routing-table",   run_table, API_ROLE_OPERATOR, "Display the IPv4 routes in force", .flags = COMMAND_TABLE },
	{ "display ipv6 routing-table", run_table, API_ROLE_OPERATOR, "Display the IPv6 routes in force", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(net_route);
TABLE(net_route_show);
