// Probes from the device: ping and tracert. The worker sends one at a time and says what became of
// it; counting, pacing and showing is done here.
#include "cli/commands/cmd_net.h"

#include <stdio.h>

#define TRACE_BYTES 12u

struct ping {
	struct net_probe probe;
	uint32_t count, sent, received;
	uint32_t interval_ms;
	uint32_t least_us, most_us;
	uint64_t sum_us, squares;
	bool quiet, told; // the statistics were told
};

static enum turn probe_ask(struct task *t, const struct net_probe *p,
                           enum turn (*next)(struct task *t))
{
	struct builder b = task_request(t);

	builder_u8(&b, NET_ASK_PROBE);
	net_probe_emit(&b, p);
	t->ask_cursor = 0;
	return task_ask(t, API_NET_SHOW, &b, next);
}

static bool echo_got(struct task *t, struct net_echo *echo)
{
	struct cursor c = cursor_over(span_blob(&t->reply));

	net_echo_parse(&c, echo);
	if (t->status == STATUS_OK && cursor_end(&c) != STATUS_OK)
		t->status = STATUS_MALFORMED;
	return t->status == STATUS_OK;
}

static uint32_t number_or(const struct task *t, uint8_t arg, uint32_t usual)
{
	struct span word = task_arg(t, arg);

	return word.len > 0 ? arg_number(word) : usual;
}

static bool is_ipv6(const struct task *t)
{
	return task_has(t, "ipv6");
}

static struct ip_addr target(const struct task *t)
{
	return arg_ip(task_arg(t, is_ipv6(t) ? ARG_IPV6_WORD : ARG_IPV4_WORD));
}

// --- ping ----------------------------------------------------------------------------------------

static uint64_t square_root(uint64_t n)
{
	uint64_t root = 0;

	for (uint64_t bit = 1ull << 31; bit > 0; bit >>= 1) {
		if ((root + bit) * (root + bit) <= n)
			root += bit;
	}
	return root;
}

#define MS(us) (unsigned long long)(us) / 1000, (unsigned long long)(us) % 1000

static void statistics(struct task *t)
{
	struct ping *p = t->own;
	char ip[IP_TEXT_MAX];
	uint64_t mean, spread, lost;

	if (p->told || p->sent == 0)
		return;
	p->told = true;
	lost = (uint64_t)(p->sent - p->received) * 1000 / p->sent;
	task_print(t, "\n--- %s statistics for %s ---\n", is_ipv6(t) ? "Ping6" : "Ping",
	           ip_text(&p->probe.to, ip));
	task_print(t, "%u packet(s) transmitted, %u packet(s) received, %u.%u%% packet loss\n",
	           p->sent, p->received, (unsigned)(lost / 10), (unsigned)(lost % 10));
	if (p->received == 0)
		return;
	mean = p->sum_us / p->received;
	spread = p->squares / p->received;
	spread = spread > mean * mean ? square_root(spread - mean * mean) : 0;
	task_print(t,
	           "round-trip min/avg/max/std-dev = "
	           "%llu.%03llu/%llu.%03llu/%llu.%03llu/%llu.%03llu ms\n",
	           MS(p->least_us), MS(mean), MS(p->most_us), MS(spread));
}

static void count_reply(struct ping *p, uint32_t rtt_us)
{
	if (p->received == 0 || rtt_us < p->least_us)
		p->least_us = rtt_us;
	if (rtt_us > p->most_us)
		p->most_us = rtt_us;
	p->received++;
	p->sum_us += rtt_us;
	p->squares += (uint64_t)rtt_us * rtt_us;
}

static const char *const failures[NET_ECHO_KINDS] = {
        [NET_ECHO_TIMEOUT] = "Request time out",
        [NET_ECHO_EXCEEDED] = "Time exceeded, from",
        [NET_ECHO_UNREACHABLE] = "Destination unreachable, from",
        [NET_ECHO_TOO_BIG] = "Packet too big, from",
        [NET_ECHO_NO_ROUTE] = "No route to the destination",
};

static void echo_print(struct task *t, const struct net_echo *e)
{
	struct ping *p = t->own;
	uint32_t number = p->sent - 1;
	char ip[IP_TEXT_MAX];

	if (e->kind == NET_ECHO_REPLY)
		count_reply(p, e->rtt_us);
	if (p->quiet)
		return;
	ip_text(&e->from, ip);
	if (e->kind == NET_ECHO_REPLY && is_ipv6(t))
		task_print(t, "%u bytes from %s, icmp_seq=%u hlim=%u time=%llu.%03llu ms\n",
		           e->bytes, ip, number, e->hops, MS(e->rtt_us));
	else if (e->kind == NET_ECHO_REPLY)
		task_print(t, "%u bytes from %s: icmp_seq=%u ttl=%u time=%llu.%03llu ms\n",
		           e->bytes, ip, number, e->hops, MS(e->rtt_us));
	else if (e->kind == NET_ECHO_TIMEOUT || e->kind == NET_ECHO_NO_ROUTE)
		task_print(t, "%s\n", failures[e->kind]);
	else
		task_print(t, "%s %s\n", failures[e->kind], ip);
}

static enum turn ping_got(struct task *t)
{
	struct ping *p = t->own;
	struct net_echo echo;

	if (!echo_got(t, &echo))
		return task_fail_status(t, t->status);
	p->sent++;
	echo_print(t, &echo);
	if (p->sent < p->count) {
		p->probe.wait_ms = p->interval_ms;
		return probe_ask(t, &p->probe, ping_got);
	}
	statistics(t);
	return TURN_DONE;
}

static enum turn run_ping(struct task *t)
{
	struct ping *p = task_own(t, sizeof(*p), NULL);
	char ip[IP_TEXT_MAX], own[IP_TEXT_MAX];

	if (p == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	p->probe = (struct net_probe){
	        .to = target(t),
	        .hops = (uint8_t)number_or(t, ARG_HOPS_WORD, 255),
	        .class = (uint8_t)number_or(t, ARG_TOS_WORD, 0),
	        .bytes = (uint16_t)number_or(t, ARG_PINGSIZE_WORD, 56),
	        .timeout_ms = number_or(t, ARG_PINGTIMEOUT_WORD, 2000),
	};
	p->count = number_or(t, ARG_PINGS_WORD, 5);
	p->interval_ms = number_or(t, ARG_PINGINTERVAL_WORD, 200);
	p->quiet = task_has(t, "-q");
	if (!ip_is_host(&p->probe.to))
		return task_fail(t, "The destination address is invalid.");
	t->interrupted = statistics;
	ip_text(&p->probe.to, ip);
	snprintf(own, sizeof(own), "%s", ip);
	if (is_ipv6(t))
		task_print(t, "Ping6(%u data bytes) --> %s, press CTRL+C to break\n",
		           p->probe.bytes, ip);
	else
		task_print(t, "Ping %s (%s): %u data bytes, press CTRL+C to break\n", ip, own,
		           p->probe.bytes);
	return probe_ask(t, &p->probe, ping_got);
}

// --- tracert -------------------------------------------------------------------------------------

struct trace {
	struct net_probe probe;
	uint32_t hops_most, queries;
	uint32_t query; // of this hop
	struct ip_addr last;
	bool arrived;
};

// What a router says when it does not pass a datagram on, as traceroute marks it.
static const char *mark_of(const struct task *t, uint8_t code)
{
	static const char *const four[] = {" !N", " !H", " !P", "",    " !F", " !S", " !N",
	                                   " !H", " !H", " !A", " !A", " !N", " !H", " !X"};
	static const char *const six[] = {" !N", " !X", " !S", " !H", "", " !S", " !X"};
	size_t most =
	        is_ipv6(t) ? sizeof(six) / sizeof(six[0]) : sizeof(four) / sizeof(four[0]);

	if (code >= most)
		return " !?";
	return is_ipv6(t) ? six[code] : four[code];
}

static void answer_print(struct task *t, const struct net_echo *e)
{
	struct trace *tr = t->own;
	char ip[IP_TEXT_MAX];

	if (e->kind == NET_ECHO_TIMEOUT) {
		task_print(t, "  *");
		return;
	}
	if (!ip_equal(&e->from, &tr->last)) {
		ip_text(&e->from, ip);
		task_print(t, " %s (%s)", ip, ip);
	}
	tr->last = e->from;
	task_print(t, "  %llu.%03llu ms%s", MS(e->rtt_us),
	           e->kind == NET_ECHO_UNREACHABLE ? mark_of(t, e->code) : "");
}

static enum turn trace_got(struct task *t);

static enum turn trace_ask(struct task *t)
{
	struct trace *tr = t->own;

	if (tr->query == 0)
		task_print(t, "%2u ", tr->probe.hops);
	return probe_ask(t, &tr->probe, trace_got);
}

static enum turn trace_got(struct task *t)
{
	struct trace *tr = t->own;
	struct net_echo echo;

	if (!echo_got(t, &echo))
		return task_fail_status(t, t->status);
	if (echo.kind == NET_ECHO_NO_ROUTE) {
		task_print(t, "\n");
		return task_fail(t, "There is no route to the destination.");
	}
	answer_print(t, &echo);
	tr->arrived |= echo.kind != NET_ECHO_TIMEOUT && echo.kind != NET_ECHO_EXCEEDED;
	tr->probe.port++;
	if (++tr->query < tr->queries)
		return trace_ask(t);
	task_print(t, "\n");
	if (tr->arrived || tr->probe.hops >= tr->hops_most)
		return TURN_DONE;
	tr->query = 0;
	tr->last = (struct ip_addr){0};
	tr->probe.hops++;
	return trace_ask(t);
}

static enum turn run_trace(struct task *t)
{
	struct trace *tr = task_own(t, sizeof(*tr), NULL);
	char ip[IP_TEXT_MAX];

	if (tr == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	tr->probe = (struct net_probe){
	        .to = target(t),
	        .udp = true,
	        .hops = (uint8_t)number_or(t, ARG_FIRSTHOP_WORD, 1),
	        .port = (uint16_t)number_or(t, ARG_PORT_WORD, 33434),
	        .bytes = TRACE_BYTES,
	        .timeout_ms = number_or(t, ARG_PINGTIMEOUT_WORD, 5000),
	};
	tr->hops_most = number_or(t, ARG_HOPS_WORD, 30);
	tr->queries = number_or(t, ARG_QUERIES_WORD, 3);
	if (!ip_is_host(&tr->probe.to))
		return task_fail(t, "The destination address is invalid.");
	if (tr->probe.hops > tr->hops_most)
		return task_fail(t, "The first hop is behind the last.");
	ip_text(&tr->probe.to, ip);
	task_print(t,
	           "%s to %s (%s), %u hops at most, %u bytes each packet, press CTRL+C to "
	           "break\n",
	           is_ipv6(t) ? "traceroute6" : "traceroute", ip, ip, tr->hops_most,
	           (is_ipv6(t) ? 48u : 28u) + TRACE_BYTES);
	return trace_ask(t);
}

// clang-format off
#define PING_OPTIONS  "[ -c PINGS | -h HOPS | -m PINGINTERVAL | -q | -s PINGSIZE | -t PINGTIMEOUT | -tos TOS ]..."
#define TRACE_OPTIONS "[ -f FIRSTHOP | -m HOPS | -p PORT | -q QUERIES | -w PINGTIMEOUT ]..."
static const struct command net_ping[] = {
	{ "ping [ ip ] " PING_OPTIONS " IPV4",  run_ping,  API_ROLE_OPERATOR, "Test whether a host can be reached" },
	{ "ping ipv6 " PING_OPTIONS " IPV6",    run_ping,  API_ROLE_OPERATOR, "Test whether an IPv6 host can be reached" },
	{ "tracert " TRACE_OPTIONS " IPV4",      run_trace, API_ROLE_OPERATOR, "Trace the way to a host" },
	{ "tracert ipv6 " TRACE_OPTIONS " IPV6", run_trace, API_ROLE_OPERATOR, "Trace the way to an IPv6 host" },
};
// clang-format on

TABLE(net_ping);
