// Who is on the link: ARP and IPv6 neighbours.
#include "cli/commands/cmd_net.h"

#include <stdlib.h>

#define ROWS_FIRST 64u
#define ROWS_MAX   65536u // of all workers

struct neighbors {
	struct net_neighbor *row; // owned
	uint32_t count, room, at;
};

static void neighbors_fini(void *own)
{
	free(((struct neighbors *)own)->row);
}

static struct net_neighbor *row_new(struct neighbors *n)
{
	uint32_t room = n->room > 0 ? n->room * 2 : ROWS_FIRST;
	struct net_neighbor *grown;

	if (n->count == n->room) {
		grown = room <= ROWS_MAX ? realloc(n->row, room * sizeof(*grown)) : NULL;
		if (grown == NULL)
			return NULL;
		n->row = grown;
		n->room = room;
	}
	return &n->row[n->count++];
}

static void neighbor_row(struct task *t, struct cursor *c)
{
	struct net_neighbor row, *kept;

	net_neighbor_parse(c, &row);
	if (!cursor_ok(c) || ip_is_ipv4(&row.ip) == task_has(t, "ipv6"))
		return;
	kept = row_new(t->own);
	if (kept != NULL)
		*kept = row;
}

// By address and port; of two workers' rows the one heard last comes first.
static int row_order(const void *a, const void *b)
{
	const struct net_neighbor *x = a, *y = b;
	int order = memcmp(x->ip.bytes, y->ip.bytes, 16);

	if (order == 0)
		order = (int)x->port - (int)y->port;
	return order != 0 ? order : (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

static const struct column arp_columns[] = {{"IP address", 16, 0},       {"MAC address", 15, 0},
                                            {"VLAN/VSI name", 14, 0},    {"Interface", 25, 0},
                                            {"Aging", 6, COLUMN_NUMBER}, {"Type", 0, 0}};
static TABLE_OF(arp, "", false);

static const struct column neighbor_columns[] = {
        {"IPv6 address", 26, 0},    {"MAC address", 15, 0}, {"VLAN/VSI", 11, 0},
        {"Interface", 18, 0},       {"State", 6, 0},        {"T", 3, 0},
        {"Aging", 0, COLUMN_NUMBER}};
static TABLE_OF(neighbor, "", false);

static const char *const reach_names[] = {[NET_INCOMPLETE] = "INCMP",
                                          [NET_REACHABLE] = "REACH",
                                          [NET_STALE] = "STALE",
                                          [NET_DELAY] = "DELAY",
                                          [NET_PROBING] = "PROBE"};

static void arp_print(struct task *t, const struct net_neighbor *n)
{
	char ip[IP_TEXT_MAX], ether[ETHER_TEXT_MAX];

	table_value(&t->table, "%s", ip_text(&n->ip, ip));
	table_value(&t->table, "%s",
	            n->reach == NET_INCOMPLETE ? "N/A" : ether_text(n->ether, ether));
	table_value(&t->table, "--");
	table_value(&t->table, NET_INTERFACE_SHORT "%u", n->port);
	table_value(&t->table, "%u", n->seconds / 60);
	table_value(&t->table, n->reach == NET_INCOMPLETE ? "I" : "D");
}

static void neighbor_print(struct task *t, const struct net_neighbor *n)
{
	char ip[IP_TEXT_MAX], ether[ETHER_TEXT_MAX];

	table_value(&t->table, "%s", ip_text(&n->ip, ip));
	table_value(&t->table, "%s",
	            n->reach == NET_INCOMPLETE ? "N/A" : ether_text(n->ether, ether));
	table_value(&t->table, "--");
	table_value(&t->table, NET_INTERFACE_SHORT "%u", n->port);
	table_value(&t->table, "%s", reach_names[n->reach]);
	table_value(&t->table, "D");
	table_value(&t->table, "%u", n->seconds);
}

static bool is_same(const struct net_neighbor *a, const struct net_neighbor *b)
{
	return a->port == b->port && ip_equal(&a->ip, &b->ip);
}

static enum turn rows_more(struct task *t)
{
	struct neighbors *n = t->own;

	for (; n->at < n->count && task_room(t); n->at++) {
		if (n->at > 0 && is_same(&n->row[n->at], &n->row[n->at - 1]))
			continue; // another worker knows it too
		if (task_has(t, "ipv6"))
			neighbor_print(t, &n->row[n->at]);
		else
			arp_print(t, &n->row[n->at]);
	}
	return n->at < n->count ? TURN_AGAIN : task_table_end(t);
}

static enum turn rows_end(struct task *t)
{
	struct neighbors *n = t->own;
	bool six = task_has(t, "ipv6");

	if (n->count > 0)
		qsort(n->row, n->count, sizeof(n->row[0]), row_order);
	if (!t->json)
		task_print(t, six ? "Type: S-Static    D-Dynamic    O-Openflow     R-Rule    "
		                    "IS-Invalid static\n"
		                  : "  Type: S-Static   D-Dynamic   O-Openflow   R-Rule   "
		                    "M-Multiport  I-Invalid\n");
	task_table(t, six ? &neighbor : &arp);
	t->next = rows_more;
	return rows_more(t);
}

static const struct listing neighbor_rows = {API_NET_SHOW, NET_ASK_NEIGHBORS, neighbor_row,
                                             rows_end};

static enum turn run_show(struct task *t)
{
	if (task_own(t, sizeof(struct neighbors), neighbors_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &neighbor_rows);
}

static enum turn run_reset(struct task *t)
{
	return task_net_do(t, NET_ASK_FORGET_NEIGHBORS, 0, task_end);
}

// clang-format off
static const struct command net_neighbor_show[] = {
	{ "display arp [ all | dynamic ]",            run_show,  API_ROLE_OPERATOR, "Display the ARP table", .flags = COMMAND_TABLE },
	{ "display ipv6 neighbors [ all | dynamic ]", run_show,  API_ROLE_OPERATOR, "Display the IPv6 neighbours", .flags = COMMAND_TABLE },
	{ "reset arp [ all | dynamic ]",              run_reset, API_ROLE_ADMIN,    "Forget all neighbours: they are asked for again" },
	{ "reset ipv6 neighbors [ all | dynamic ]",   run_reset, API_ROLE_ADMIN,    "Forget all neighbours: they are asked for again" },
};
// clang-format on

TABLE(net_neighbor_show);
