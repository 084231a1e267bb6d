// TCP as the operator sees it: connections, statistics, limits.
#include "cli/commands/cmd_net.h"

#include <stdio.h>

#define SLOT_BITS 20u // of a session's name: worker, then slot

// --- connections ---------------------------------------------------------------------------------

struct connections {
	uint64_t open; // of all, from the gauges
};

static uint32_t pid_of(const struct task *t, const struct net_connection *c)
{
	return (uint32_t)(t->ask_cursor >> 32) << SLOT_BITS | c->slot;
}

static void filter_emit(struct task *t, struct builder *b)
{
	struct span pid = task_arg(t, ARG_PID_WORD), port = task_arg(t, ARG_PORT_WORD),
	            four = task_arg(t, ARG_IPV4_WORD), six = task_arg(t, ARG_IPV6_WORD);
	struct net_filter f = {.families =
	                               task_has(t, "ipv6") ? 1u << NET_IPV6 : 1u << NET_IPV4};

	if (pid.len > 0) {
		f.kind = NET_BY_SLOT;
		f.slot = arg_number(pid) & ((1u << SLOT_BITS) - 1);
	} else if (port.len > 0) {
		f.kind = NET_BY_PEER;
		f.remote = arg_ip(four.len > 0 ? four : six);
		f.remote_port = (uint16_t)arg_number(port);
	}
	if (f.kind != NET_ALL)
		f.families = 1u << NET_IPV4 | 1u << NET_IPV6;
	net_filter_emit(b, &f);
}

// Ports listened on are the same everywhere: told once. Another worker's slot of the same number is
// not the session asked for.
static bool is_shown(const struct task *t, const struct net_connection *c)
{
	struct span pid = task_arg(t, ARG_PID_WORD);

	if (c->remote_port == 0 && t->ask_cursor >> 32 != 0)
		return false;
	return pid.len == 0 || pid_of(t, c) == arg_number(pid);
}

static const char *end_text(const struct ip_addr *ip, uint16_t port, char out[IP_TEXT_MAX + 8])
{
	char text[IP_TEXT_MAX];

	snprintf(out, IP_TEXT_MAX + 8, ip_is_ipv4(ip) ? "%s:%u" : "%s->%u", ip_text(ip, text),
	         port);
	return out;
}

static const struct column tcp4_columns[] = {{"Local Addr:port", 22, 0},
                                             {"Foreign Addr:port", 22, 0},
                                             {"State", 12, 0},
                                             {"PCB", 0, 0},
                                             {"UserPid", 0, COLUMN_JSON | COLUMN_NUMBER}};
static TABLE_OF(tcp4, " ", false);

static const struct column tcp6_columns[] = {{"LAddr->port", 25, 0},
                                             {"FAddr->port", 25, 0},
                                             {"State", 13, 0},
                                             {"PCB", 0, 0},
                                             {"UserPid", 0, COLUMN_JSON | COLUMN_NUMBER}};
static TABLE_OF(tcp6, " ", false);

static void connection_row(struct task *t, struct cursor *c)
{
	struct net_connection row;
	char local[IP_TEXT_MAX + 8], remote[IP_TEXT_MAX + 8];

	net_connection_parse(c, &row);
	if (!cursor_ok(c) || !is_shown(t, &row))
		return;
	table_value(&t->table, "%s", end_text(&row.local, row.local_port, local));
	table_value(&t->table, "%s", end_text(&row.remote, row.remote_port, remote));
	table_value(&t->table, "%s", row.state);
	table_value(&t->table, "0x%016x", pid_of(t, &row));
	table_value(&t->table, "%u", pid_of(t, &row));
}

static const struct listing connection_rows = {API_NET_SHOW, NET_ASK_CONNECTIONS,
                                               connection_row, task_table_end, filter_emit};

static enum turn run_connections(struct task *t)
{
	bool six = task_has(t, "ipv6");

	if (!t->json)
		task_print(t, " *: %s connection with authentication\n", six ? "TCP6" : "TCP");
	task_table(t, six ? &tcp6 : &tcp4);
	return task_list(t, &connection_rows);
}

// --- each in full --------------------------------------------------------------------------------

static const struct column verbose_columns[] = {
        {"Connection info: src = ", 0, 0, "Source"},
        {"                 dst = ", 0, 0, "Destination"},
        {"Connection state: ", 0, 0},
        {"UserPid: ", 0, COLUMN_NUMBER},
        {"Maximum segment size: ", 0, COLUMN_NUMBER},
        {"Send window: ", 0, COLUMN_NUMBER},
        {"Receive window: ", 0, COLUMN_NUMBER},
        {"Congestion window: ", 0, COLUMN_NUMBER},
        {"Round-trip time: ", 0, 0},
        {"Retransmission timeout: ", 0, 0},
        {"Sending buffer: ", 0, COLUMN_NUMBER},
        {"Receiving buffer: ", 0, COLUMN_NUMBER},
        {"Retransmitted segments: ", 0, COLUMN_NUMBER},
        {"Bytes received: ", 0, COLUMN_NUMBER},
        {"Bytes sent: ", 0, COLUMN_NUMBER}};
static TABLE_OF(verbose, "", true);

static void verbose_numbers(struct task *t, const struct net_connection *c)
{
	table_value(&t->table, "%u", c->mss);
	table_value(&t->table, "%u", c->send_window);
	table_value(&t->table, "%u", c->receive_window);
	table_value(&t->table, "%u", c->congestion_window);
	table_value(&t->table, "%u.%03u ms", c->srtt_us / 1000, c->srtt_us % 1000);
	table_value(&t->table, "%u.%03u ms", c->rto_us / 1000, c->rto_us % 1000);
	table_value(&t->table, "%u", c->send_queue);
	table_value(&t->table, "%u", c->receive_queue);
	table_value(&t->table, "%u", c->retransmits);
	table_value(&t->table, "%llu", (unsigned long long)c->bytes_in);
	table_value(&t->table, "%llu", (unsigned long long)c->bytes_out);
}

static void verbose_row(struct task *t, struct cursor *c)
{
	struct net_connection row;
	char text[IP_TEXT_MAX + 8];

	net_connection_parse(c, &row);
	if (!cursor_ok(c) || !is_shown(t, &row) || row.remote_port == 0)
		return;
	table_note(&t->table, "\n");
	table_value(&t->table, "%s", end_text(&row.local, row.local_port, text));
	table_value(&t->table, "%s", end_text(&row.remote, row.remote_port, text));
	table_value(&t->table, "%s", row.state);
	table_value(&t->table, "%u", pid_of(t, &row));
	verbose_numbers(t, &row);
}

static const struct listing verbose_rows = {API_NET_SHOW, NET_ASK_CONNECTIONS, verbose_row,
                                            task_table_end, filter_emit};

// The total comes from a gauge, however many there are.
static void gauge_row(struct task *t, struct cursor *c)
{
	struct span name = cursor_string_max(c, 80);
	uint64_t in_use = cursor_u64(c);

	cursor_u64(c);
	cursor_u64(c);
	if (cursor_ok(c) && span_is(name, "dataplane open connections"))
		((struct connections *)t->own)->open = in_use;
}

static enum turn gauges_end(struct task *t)
{
	const struct connections *c = t->own;

	if (!t->json)
		task_print(t, "TCP inpcb number: %llu(tcpcb number: %llu)\n",
		           (unsigned long long)c->open, (unsigned long long)c->open);
	task_table(t, &verbose);
	return task_list(t, &verbose_rows);
}

static const struct listing gauge_rows = {API_POOLS, 0, gauge_row, gauges_end};

static enum turn run_verbose(struct task *t)
{
	if (task_own(t, sizeof(struct connections), NULL) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &gauge_rows);
}

// --- statistics ----------------------------------------------------------------------------------

// What is shown, under which heading ("" above the first of each), from which counter.
// clang-format off
#define STATISTICS(X)                                                                          \
	X("Received packets:\n", "     Total: ",                          tcp_segments_in)     \
	X("", "     bytes in sequence: ",                                 tcp_bytes_in)        \
	X("", "     checksum error: ",                                    tcp_checksum_bad)    \
	X("", "     header error: ",                                      tcp_header_bad)      \
	X("", "     packets dropped due to PAWS: ",                       tcp_paws)            \
	X("", "     duplicate bytes: ",                                   tcp_duplicate)       \
	X("", "     out-of-order packets: ",                              tcp_out_of_order)    \
	X("", "     packets with data after window: ",                    tcp_outside_window)  \
	X("", "     duplicate ACK packets: ",                             tcp_ack_duplicate)   \
	X("", "     ACK packets for unsent data: ",                       tcp_ack_future)      \
	X("", "     packets for no connection: ",                         tcp_no_connection)   \
	X("", "     packets for no listener: ",                           tcp_no_listener)     \
	X("\nSent packets:\n", "     Total sent: ",                       tcp_segments_out)    \
	X("", "     data bytes: ",                                        tcp_bytes_out)       \
	X("", "     data packets retransmitted: ",                        tcp_retransmit)      \
	X("", "     unnecessary packet retransmissions: ",                tcp_needless)        \
	X("", "     window probe packets: ",                              tcp_probe)           \
	X("", "     reset packets: ",                                     tcp_reset_out)       \
	X("", "     challenge ACK packets: ",                             tcp_challenge_ack)   \
	X("\nTimers:\n", "     Retransmitted timeout: ",                  tcp_rto)             \
	X("", "     tail loss probe: ",                                   tcp_tail_probe)      \
	X("", "     fast retransmit: ",                                   tcp_fast_retransmit) \
	X("", "     keepalive probe: ",                                   tcp_alive_probe)     \
	X("", "     connections dropped in timeout: ",                    tcp_timeout)         \
	X("\nConnections:\n", "     requests: ",                          tcp_syn_in)          \
	X("", "     established connections: ",                           tcp_opened)          \
	X("", "     Closed connections: ",                                tcp_closed)          \
	X("", "     reset by the peer: ",                                 tcp_reset_in)        \
	X("", "     SYN cookies sent: ",                                  tcp_cookie_out)      \
	X("", "     connections opened by a cookie: ",                    tcp_cookie_in)       \
	X("", "     half-open connections expired: ",                     tcp_syn_expired)     \
	X("", "     requests refused by a rule: ",                        acl_refused)         \
	X("", "     requests dropped, one source's limit: ",              tcp_source_full)     \
	X("", "     requests dropped, limit of all: ",                    tcp_slots_full)      \
	X("", "     requests dropped for lack of memory: ",               tcp_memory_short)
// clang-format on

static const struct column statistics_columns[] = {
#define X(heading, text, counter) {text, 0, COLUMN_NUMBER},
        STATISTICS(X)
#undef X
};
static TABLE_OF(statistics, "", true);

static enum turn statistics_print(struct task *t)
{
	const struct net_counts *counts = t->own;

	task_table(t, &statistics);
#define X(heading, text, counter)                                                              \
	table_note(&t->table, "%s", heading);                                                  \
	table_value(&t->table, "%llu", NET_COUNT(counts, counter));
	STATISTICS(X)
#undef X
	return task_table_end(t);
}

static enum turn run_statistics(struct task *t)
{
	if (task_own(t, sizeof(struct net_counts), NULL) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_counts(t, statistics_print);
}

static enum turn run_reset(struct task *t)
{
	struct builder b = task_request(t);

	builder_u8(&b, API_COUNTERS_TCP);
	t->ask_cursor = 0;
	return task_ask(t, API_RESET_COUNTERS, &b, task_end);
}

// --- limits --------------------------------------------------------------------------------------

static const struct column limits_columns[] = {{"SYN cookie: ", 0, 0},
                                               {"TCP window size: ", 0, 0},
                                               {"TCP MSS: ", 0, 0},
                                               {"SYN timeout: ", 0, 0},
                                               {"FIN timeout: ", 0, 0},
                                               {"Keepalive: ", 0, 0},
                                               {"Connections: ", 0, 0},
                                               {"Connections of one source: ", 0, 0},
                                               {"Half-open connections: ", 0, 0},
                                               {"Half-open connections of one source: ", 0, 0},
                                               {"One source is: ", 0, 0}};
static TABLE_OF(limits, " ", true);

static void limit_print(struct task *t, uint32_t n, const char *unit, const char *usual)
{
	if (n != 0)
		table_value(&t->table, "%u%s", n, unit);
	else
		table_value(&t->table, "%s", usual);
}

static enum turn limits_print(struct task *t)
{
	struct api_record r;

	if (!task_record(t, &r))
		return task_fail_status(t, t->status);
	task_table(t, &limits);
	table_value(&t->table, "%s",
	            record_number(&r, API_TCP_COOKIES) ? "Enabled" : "Under pressure");
	limit_print(t, record_number(&r, API_TCP_WINDOW), " KB", "256 KB");
	limit_print(t, record_number(&r, API_TCP_MSS), " bytes", "as the MTU allows");
	limit_print(t, record_number(&r, API_TCP_SYN_SECONDS), " second(s)", "63 second(s)");
	limit_print(t, record_number(&r, API_TCP_FIN_SECONDS), " second(s)", "60 second(s)");
	if (record_number(&r, API_TCP_ALIVE_SECONDS) == 0)
		table_value(&t->table, "Disabled");
	else
		table_value(&t->table, "after %u second(s), every %u second(s), %u times",
		            record_number(&r, API_TCP_ALIVE_SECONDS),
		            record_number(&r, API_TCP_ALIVE_INTERVAL),
		            record_number(&r, API_TCP_ALIVE_PROBES));
	limit_print(t, record_number(&r, API_TCP_CONNECTIONS), "", "Unlimited");
	limit_print(t, record_number(&r, API_TCP_SOURCE_CONNECTIONS), "", "Unlimited");
	limit_print(t, record_number(&r, API_TCP_HALF_OPEN), "", "12288 of each worker");
	limit_print(t, record_number(&r, API_TCP_SOURCE_HALF_OPEN), "", "2048 of each worker");
	table_value(&t->table, "an IPv4 /%u, an IPv6 /%u",
	            record_number(&r, API_TCP_SOURCE_BITS),
	            record_number(&r, API_TCP_SOURCE6_BITS));
	return task_table_end(t);
}

static enum turn run_limits(struct task *t)
{
	return task_get(t, API_CLASS_TCP, span_text(""), limits_print);
}

static enum turn run_keepalive(struct task *t)
{
	struct api_record r = {.class = API_CLASS_TCP};
	struct span interval = task_arg(t, ARG_ALIVEINTERVAL_WORD),
	            probes = task_arg(t, ARG_ALIVEPROBES_WORD);

	record_add(&r, API_TCP_ALIVE_SECONDS, arg_number(task_arg(t, ARG_ALIVE_WORD)));
	record_add(&r, API_TCP_ALIVE_INTERVAL, interval.len > 0 ? arg_number(interval) : 75);
	record_add(&r, API_TCP_ALIVE_PROBES, probes.len > 0 ? arg_number(probes) : 9);
	return task_put(t, &r, task_end);
}

static void emit_keepalive(struct config_out *out, const struct command *row,
                           const struct api_record *record)
{
	uint32_t seconds = record_number(record, API_TCP_ALIVE_SECONDS);

	if (seconds > 0)
		config_line(out, 1, "tcp keepalive %u interval %u count %u", seconds,
		            record_number(record, API_TCP_ALIVE_INTERVAL),
		            record_number(record, API_TCP_ALIVE_PROBES));
}

// clang-format off
#define TCP(name) API_CLASS_TCP, API_TCP_##name
static const struct command net_tcp[] = {
	{ "tcp syn-cookie enable",       run_flag,    API_ROLE_ADMIN, "Answer every request by a cookie, not only under pressure", TCP(COOKIES), 1, emit_flag },
	{ "undo tcp syn-cookie enable",  run_default, API_ROLE_ADMIN, "Answer by cookies under pressure only", TCP(COOKIES) },
	{ "tcp window WINDOW",           run_setting, API_ROLE_ADMIN, "Specify the receive window", TCP(WINDOW), 0, emit_setting },
	{ "undo tcp window",             run_default, API_ROLE_ADMIN, "Restore the receive window", TCP(WINDOW) },
	{ "tcp mss MSS",                 run_setting, API_ROLE_ADMIN, "Specify the longest segment", TCP(MSS), 0, emit_setting },
	{ "undo tcp mss",                run_default, API_ROLE_ADMIN, "Restore the longest segment", TCP(MSS) },
	{ "tcp timer syn-timeout SYNTIME", run_setting, API_ROLE_ADMIN, "Specify how long a half-open connection waits", TCP(SYN_SECONDS), 0, emit_setting },
	{ "undo tcp timer syn-timeout",  run_default, API_ROLE_ADMIN, "Restore how long a half-open connection waits", TCP(SYN_SECONDS) },
	{ "tcp timer fin-timeout FINTIME", run_setting, API_ROLE_ADMIN, "Specify how long a connection waits in FIN_WAIT_2", TCP(FIN_SECONDS), 0, emit_setting },
	{ "undo tcp timer fin-timeout",  run_default, API_ROLE_ADMIN, "Restore how long a connection waits in FIN_WAIT_2", TCP(FIN_SECONDS) },
	{ "tcp keepalive ALIVE [ interval ALIVEINTERVAL ] [ count ALIVEPROBES ]", run_keepalive, API_ROLE_ADMIN, "Probe connections that are silent for so long", TCP(ALIVE_SECONDS), 0, emit_keepalive },
	{ "undo tcp keepalive",          run_default, API_ROLE_ADMIN, "Probe no silent connections", TCP(ALIVE_SECONDS) },
	{ "tcp connection-limit CONNECTIONS", run_setting, API_ROLE_ADMIN, "Limit the connections", TCP(CONNECTIONS), 0, emit_setting },
	{ "undo tcp connection-limit",   run_default, API_ROLE_ADMIN, "Restore the limit of connections", TCP(CONNECTIONS) },
	{ "tcp connection-limit per-source CONNECTIONS", run_setting, API_ROLE_ADMIN, "Limit the connections of one source", TCP(SOURCE_CONNECTIONS), 0, emit_setting },
	{ "undo tcp connection-limit per-source", run_default, API_ROLE_ADMIN, "Restore the limit of connections of one source", TCP(SOURCE_CONNECTIONS) },
	{ "tcp connection-limit source-prefix PREFIX4BITS", run_setting, API_ROLE_ADMIN, "Specify which IPv4 addresses are one source", TCP(SOURCE_BITS), 0, emit_setting },
	{ "undo tcp connection-limit source-prefix", run_default, API_ROLE_ADMIN, "Each IPv4 address is a source", TCP(SOURCE_BITS) },
	{ "tcp connection-limit ipv6-source-prefix PREFIX6BITS", run_setting, API_ROLE_ADMIN, "Specify which IPv6 addresses are one source", TCP(SOURCE6_BITS), 0, emit_setting },
	{ "undo tcp connection-limit ipv6-source-prefix", run_default, API_ROLE_ADMIN, "Each IPv6 /64 is a source", TCP(SOURCE6_BITS) },
	{ "tcp half-open-limit HALFOPEN", run_setting, API_ROLE_ADMIN, "Limit the half-open connections; cookies answer beyond", TCP(HALF_OPEN), 0, emit_setting },
	{ "undo tcp half-open-limit",    run_default, API_ROLE_ADMIN, "Restore the limit of half-open connections", TCP(HALF_OPEN) },
	{ "tcp half-open-limit per-source HALFOPEN", run_setting, API_ROLE_ADMIN, "Limit the half-open connections of one source", TCP(SOURCE_HALF_OPEN), 0, emit_setting },
	{ "undo tcp half-open-limit per-source", run_default, API_ROLE_ADMIN, "Restore the limit of half-open connections of one source", TCP(SOURCE_HALF_OPEN) },
};

static const struct command net_tcp_show[] = {
	{ "display tcp",               run_connections, API_ROLE_OPERATOR, "Display IPv4 connections", .flags = COMMAND_TABLE },
	{ "display ipv6 tcp",          run_connections, API_ROLE_OPERATOR, "Display IPv6 connections", .flags = COMMAND_TABLE },
	{ "display tcp verbose [ session PID | remote { IPV4 | IPV6 } PORT ]", run_verbose, API_ROLE_OPERATOR, "Display IPv4 connections, or one, in full", .flags = COMMAND_TABLE },
	{ "display ipv6 tcp verbose",  run_verbose,     API_ROLE_OPERATOR, "Display IPv6 connections in full", .flags = COMMAND_TABLE },
	{ "display tcp statistics",    run_statistics,  API_ROLE_OPERATOR, "Display what TCP has counted", .flags = COMMAND_TABLE },
	{ "display tcp limits",        run_limits,      API_ROLE_OPERATOR, "Display the limits and timers of TCP", .flags = COMMAND_TABLE },
	{ "reset tcp statistics",      run_reset,       API_ROLE_ADMIN,    "Set what TCP has counted to zero" },
};
// clang-format on

TABLE(net_tcp);
TABLE(net_tcp_show);
