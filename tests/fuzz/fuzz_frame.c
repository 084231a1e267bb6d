// Whatever a link can deliver: the frame parser, the neighbour table and what is answered. The
// first two bytes of the input are the checksum state and a step of the clock.
#include <stdlib.h>

#include "dataplane/nic/arp.h"
#include "dataplane/nic/presence.h"
#include "dataplane/nic/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct link {
	struct host host;
	struct neighbor_table table;
	struct presence presence;
	struct probe_table probes;
	uint64_t count[COUNTERS], now;
};

static const struct host owner = {
        .ether = {{2, 0, 0, 0, 0, 1}},
        .mtu = FRAME_MTU,
        .address = {[HOST_IPV4] = {{{[10] = 0xff, 0xff, 192, 0, 2, 2}}, 96 + 24, true},
                    [HOST_IPV6] = {{{0x20, 1, 0xd, 0xb8, [15] = 2}}, 64, true},
                    [HOST_LINK_LOCAL] = {{{0xfe, 0x80, [15] = 2}}, 10, true}},
        .routes = {.routes = 4,
                   .row = {{{{[10] = 0xff, 0xff, 192, 0, 2}}, .bits = 96 + 24},
                           {{{[10] = 0xff, 0xff}}, {{[10] = 0xff, 0xff, 192, 0, 2, 1}}, 96},
                           {{{0x20, 1, 0xd, 0xb8}}, .bits = 64},
                           {{{0xfe, 0x80}}, .bits = 10}}},
};

static void on_send(void *link, const uint8_t *frame, size_t len)
{
	const struct host *host = link;

	if (len > NEIGHBOR_FRAME || memcmp(frame + 6, host->ether.bytes, 6) != 0)
		abort();
}

static void on_ready(void *link, void *waiting, struct ether_addr ether)
{
	free(waiting);
}

static void on_drop(void *link, void *waiting)
{
	free(waiting);
}

static void inside(struct span inner, struct span outer)
{
	if (inner.len > 0 &&
	    (inner.data < outer.data || inner.data + inner.len > outer.data + outer.len))
		abort();
}

static enum net_echo_kind on_probe(void *link, const struct probe *p)
{
	return 0;
}

// One echo request and one datagram are under way.
static void probes_start(struct link *l)
{
	static const struct probe_out out = {NULL, on_probe};
	struct net_probe ask = {.to = {{[10] = 0xff, 0xff, 192, 0, 2, 1}},
	                        .hops = 1,
	                        .port = 33434,
	                        .timeout_ms = 1000};

	probe_init(&l->probes, 1);
	for (unsigned i = 0; i < 2; i++) {
		ask.udp = i == 1;
		if (probe_start(&l->probes, l->now, &ask, i, 1) == NULL)
			abort();
	}
	probe_timers(&l->probes, &out, l->now);
}

// A segment makes us speak to its sender.
static void answer(struct link *l, const struct neighbor_out *out, const struct frame *f)
{
	struct ether_addr ether;
	struct ip_addr hop;
	void *frame;

	if (!route_next_hop(&l->host.routes, &f->remote, &hop))
		return;
	frame = malloc(1);
	if (neighbor_resolve(&l->table, &l->host, out, l->now, &hop, frame, &ether))
		free(frame);
}

static void judge(struct link *l, const struct neighbor_out *out, const struct frame *f)
{
	uint8_t reply[FRAME_HEAD_MAX + FRAME_MTU];
	enum host_address_name name;

	switch (f->verdict) {
	case FRAME_DROP:
		if (f->why >= COUNTERS)
			abort();
		return;
	case FRAME_ARP:
		if (arp_input(&l->table, &l->host, out, l->now, f->packet, false))
			presence_claimed(&l->presence, &l->host, out, l->now, HOST_IPV4);
		return;
	case FRAME_NDP:
		name = ndp_input(&l->table, &l->host, out, l->now, f, false);
		if (name != HOST_ADDRESSES)
			presence_claimed(&l->presence, &l->host, out, l->now, name);
		return;
	case FRAME_GROUPS:
		presence_queried(&l->presence, &l->host, out, l->now);
		return;
	case FRAME_ECHO:
		if (frame_write_echo(&l->host, f, reply) > sizeof(reply))
			abort();
		return;
	case FRAME_REFUSE:
		if (frame_write_refusal(&l->host, f, reply) > sizeof(reply))
			abort();
		return;
	case FRAME_PROBE:
		probe_heard(&l->probes, l->now, f);
		return;
	case FRAME_ICMP_ERROR:
	case FRAME_TCP:
		answer(l, out, f);
		return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct link l;
	struct neighbor_out out = {&l.host, on_send, on_ready, on_drop};
	uint8_t flow[FRAME_FLOW_BYTES];
	struct span bytes;
	struct frame f;

	if (size < 2)
		return 0;
	if (l.now == 0) {
		l.now = 1;
		l.host = owner;
		neighbor_init(&l.table, (const uint8_t[16]){0}, l.count);
		presence_start(&l.presence, &l.host, &out, l.now, l.count, false);
		probes_start(&l);
	}
	bytes = span_of(data + 2, size - 2);
	l.now += data[1] * 10000u;
	f = frame_parse(&l.host, bytes, data[0] % (FRAME_PERHAPS_PARTIAL + 1));
	inside(f.packet, bytes);
	inside(f.segment.bytes, bytes);
	frame_owner_of(bytes, flow);
	judge(&l, &out, &f);
	neighbor_timers(&l.table, &l.host, &out, l.now);
	presence_timers(&l.presence, &l.host, &out, l.now);
	return 0;
}
