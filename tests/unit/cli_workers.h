// Two workers as cli sees them: one interface, few routes, neighbours and connections, and probes
// that go as the test says.
#pragma once

#include "dataplane/base/counters_page.h"
#include "dataplane/link/net_msg.h"
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static struct net_port port_now;
static unsigned ports_now;          // the others are like it
static struct net_probe probes[64]; // seen
static struct net_echo echoes[64];  // the answers, in turn
static unsigned probe_count;
static unsigned forgotten[NET_ASKS]; // NET_DO calls by question
static uint32_t forgotten_list;
static uint8_t reset_which;

static inline struct ip_addr ip(const char *text)
{
	struct ip_addr a = {0};

	if (!ip_from_text(span_text(text), &a))
		abort();
	return a;
}

static inline void port_fresh(void)
{
	ports_now = 1;
	port_now = (struct net_port){.ether = {2, 0, 0, 0, 0, 1},
	                             .link = true,
	                             .mtu = 1500,
	                             .mtu_most = 1500,
	                             .driver = "net_test"};
	port_now.address[0].ip = ip("192.0.2.2");
	port_now.address[0].bits = 96 + 24;
	port_now.address[1].ip = ip("2001:db8::2");
	port_now.address[1].bits = 64;
	port_now.address[2].ip = ip("fe80::2");
	port_now.address[2].bits = 10;
	for (unsigned i = 0; i < 3; i++)
		port_now.address[i].state = NET_PREFERRED;
}

static inline void ports_answer(struct builder *b)
{
	for (unsigned i = 0; i < ports_now; i++) {
		struct net_port row = port_now;

		row.port = (uint8_t)i;
		if (i > 0)
			row.address[0].ip = ip("198.51.100.2");
		net_port_emit(b, &row);
	}
}

static inline void route_row_emit(struct builder *b, const char *prefix, const char *hop)
{
	struct net_route_row row = {0};

	if (!ip_prefix_from_text(span_text(prefix), &row.prefix, &row.bits))
		abort();
	if (hop != NULL)
		row.hop = ip(hop);
	row.port = ports_now > 1 && hop == NULL && strcmp(prefix, "198.51.100.0/24") == 0;
	net_route_emit(b, &row);
}

static inline void connection_emit(struct builder *b, uint32_t slot, const char *local,
                                   const char *remote, const char *state)
{
	struct net_connection row = {.local = ip(local),
	                             .remote = ip(remote),
	                             .local_port = 22,
	                             .remote_port = strcmp(state, "LISTEN") == 0 ? 0 : 4000,
	                             .slot = slot,
	                             .mss = 1448,
	                             .srtt_us = 1234,
	                             .retransmits = 7};

	snprintf(row.state, sizeof(row.state), "%s", state);
	net_connection_emit(b, &row);
}

// As a worker would: by slot, by the peer's end, or all of the families asked for.
static inline void connections_answer(struct builder *b, struct cursor *c, uint32_t worker)
{
	struct net_filter f;

	net_filter_parse(c, &f);
	if (f.kind == NET_ALL && (f.families & 1u << NET_IPV4) != 0)
		connection_emit(b, 0, "0.0.0.0", "0.0.0.0", "LISTEN");
	if (f.kind == NET_ALL && (f.families & 1u << NET_IPV6) != 0)
		connection_emit(b, 9, "2001:db8::2", "2001:db8::1", "ESTABLISHED");
	if ((f.kind == NET_ALL && (f.families & 1u << NET_IPV4) != 0) ||
	    (f.kind == NET_BY_SLOT && f.slot == 5) ||
	    (f.kind == NET_BY_PEER && f.remote_port == 4000 && worker == 1))
		connection_emit(b, 5, "192.0.2.2", worker == 0 ? "192.0.2.1" : "192.0.2.7",
		                "ESTABLISHED");
}

static inline void neighbors_answer(struct builder *b, uint32_t worker)
{
	struct net_neighbor row = {.ip = ip("192.0.2.1"),
	                           .ether = {2, 0, 0, 0, 0, 9},
	                           .reach = NET_REACHABLE,
	                           .seconds = 120 * (worker + 1)};

	net_neighbor_emit(b, &row);
	row.ip = ip("2001:db8::1");
	net_neighbor_emit(b, &row);
	if (worker == 1) {
		row.port = (uint8_t)(ports_now - 1);
		row.ip = ip("192.0.2.9");
		row.reach = NET_INCOMPLETE;
		net_neighbor_emit(b, &row);
	}
}

static inline void counter_emit(struct builder *b, enum counter row, uint64_t value)
{
	builder_text(b, counters_row(row).name);
	builder_text(b, counters_row(row).text);
	builder_u64(b, value);
}

static inline enum status show_answer(struct dialogue_request *r, struct cursor *c,
                                      struct builder *b)
{
	uint32_t worker = (uint32_t)(r->cursor >> 32);
	uint8_t ask = cursor_u8(c);

	switch (ask) {
	case NET_ASK_PORT:
		ports_answer(b);
		return STATUS_OK;
	case NET_ASK_ROUTES:
		route_row_emit(b, "192.0.2.0/24", NULL);
		route_row_emit(b, "10.0.0.0/8", "192.0.2.1");
		if (ports_now > 1)
			route_row_emit(b, "198.51.100.0/24", NULL);
		route_row_emit(b, "2001:db8::/64", NULL);
		route_row_emit(b, "::/0", "2001:db8::1");
		return STATUS_OK;
	case NET_ASK_NEIGHBORS:
		neighbors_answer(b, worker);
		break;
	case NET_ASK_CONNECTIONS:
		connections_answer(b, c, worker);
		break;
	case NET_ASK_HITS:
		net_hits_emit(b, &(struct net_hits){NET_IPV4, 2000, 5, 2});
		break;
	case NET_ASK_PROBE:
		if (net_probe_parse(cursor_rest(c), &probes[probe_count % 64]) != STATUS_OK)
			return STATUS_MALFORMED;
		net_echo_emit(b, &echoes[probe_count++ % 64]);
		return STATUS_OK;
	default:
		return STATUS_UNSUPPORTED;
	}
	r->more = worker == 0;
	r->cursor = 1ull << 32;
	return STATUS_OK;
}

static inline enum status workers_answer(struct dialogue_request *r, struct span payload,
                                         struct builder *b)
{
	struct cursor c = cursor_over(payload);
	uint8_t ask;

	switch (r->call) {
	case API_NET_SHOW:
		return show_answer(r, &c, b);
	case API_NET_DO:
		ask = cursor_u8(&c);
		forgotten[ask]++;
		forgotten_list = cursor_u32(&c);
		r->more = r->cursor == 0;
		r->cursor = 1ull << 32;
		return STATUS_OK;
	case API_COUNTERS:
		counter_emit(b, COUNTER_frames_in, 77);
		counter_emit(b, COUNTER_frame_bytes_in, 7700);
		counter_emit(b, COUNTER_tcp_segments_in, 55);
		if (ports_now > 1) {
			counter_emit(b, COUNTER_port1_frames_in, 7);
			counter_emit(b, COUNTER_port1_bytes_in, 700);
		}
		return STATUS_OK;
	case API_RESET_COUNTERS:
		reset_which = cursor_u8(&c);
		return STATUS_OK;
	case API_POOLS:
		builder_text(b, "dataplane open connections");
		builder_u64(b, 3);
		builder_u64(b, 3);
		builder_u64(b, 9);
		return STATUS_OK;
	default:
		return STATUS_UNSUPPORTED;
	}
}

static inline struct fixture *workers_new(void)
{
	struct fixture *f = fixture_new();

	port_fresh();
	probe_count = 0;
	memset(echoes, 0, sizeof(echoes));
	memset(forgotten, 0, sizeof(forgotten));
	f->workers = workers_answer;
	return f;
}

static inline bool says(struct fixture *f, const char *command, const char *line)
{
	const char *text = fixture_exec(f, command), *at = strstr(text, line);

	if (at == NULL)
		printf("  %s says:\n%s\n", command, text);
	return at != NULL;
}
