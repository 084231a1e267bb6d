// Probes under way.
#include "dataplane/nic/probe.h"

#include "dataplane/nic/checksum.h"
#include "dataplane/nic/frame_packet.h"

#define UDP_HEAD       8u
#define UDP_CHECKSUM   6u
#define UDP_PORT_FIRST 49152u // of our datagrams; a turn follows it

void probe_init(struct probe_table *t, uint16_t id)
{
	*t = (struct probe_table){.id = id, .next_us = UINT64_MAX};
}

struct probe *probe_start(struct probe_table *t, uint64_t now_us, const struct net_probe *ask,
                          uint32_t slot, uint32_t life)
{
	for (uint32_t i = 0; i < PROBES_MAX; i++) {
		struct probe *p = &t->row[i];

		if (p->state != PROBE_FREE)
			continue;
		*p = (struct probe){.ask = *ask, .slot = slot, .life = life};
		p->state = PROBE_WAITS;
		p->due_us = now_us + ask->wait_ms * 1000ull;
		p->name.is_udp = ask->udp;
		p->name.first = t->id;
		p->name.second = t->turn++;
		if (ask->udp) {
			p->name.first = (uint16_t)(UDP_PORT_FIRST + p->name.second % 16384);
			p->name.second = ask->port;
		}
		t->in_use++;
		t->next_us = p->due_us < t->next_us ? p->due_us : t->next_us;
		return p;
	}
	return NULL;
}

static void probe_finish(struct probe_table *t, struct probe *p, enum net_echo_kind kind)
{
	p->echo.kind = (uint8_t)kind;
	p->state = PROBE_DONE;
	t->done++;
}

static void probe_due(struct probe_table *t, struct probe *p, const struct probe_out *out,
                      uint64_t now_us)
{
	enum net_echo_kind at_once;

	if (p->state == PROBE_SENT) {
		probe_finish(t, p, NET_ECHO_TIMEOUT);
		return;
	}
	p->sent_us = now_us;
	p->due_us = now_us + p->ask.timeout_ms * 1000ull;
	p->echo.from = p->ask.to;
	p->echo.bytes = p->ask.bytes;
	p->echo.hops = PACKET_HOPS; // of an answer of our own
	p->state = PROBE_SENT;
	at_once = out->send(out->owner, p);
	if (at_once != 0)
		probe_finish(t, p, at_once);
}

uint64_t probe_timers(struct probe_table *t, const struct probe_out *out, uint64_t now_us)
{
	if (now_us < t->next_us)
		return t->next_us;
	t->next_us = UINT64_MAX;
	for (uint32_t i = 0; i < PROBES_MAX && t->in_use > 0; i++) {
		struct probe *p = &t->row[i];

		if (p->state == PROBE_FREE || p->state == PROBE_DONE)
			continue;
		if (p->due_us <= now_us)
			probe_due(t, p, out, now_us);
		if (p->state != PROBE_DONE && p->due_us < t->next_us)
			t->next_us = p->due_us;
	}
	return t->next_us;
}

static bool name_equal(const struct probe_name *a, const struct probe_name *b)
{
	return a->is_udp == b->is_udp && a->first == b->first && a->second == b->second;
}

// A reply comes from whom was asked, an error from anyone on the way.
void probe_heard(struct probe_table *t, uint64_t now_us, const struct frame *f)
{
	for (uint32_t i = 0; i < PROBES_MAX && t->in_use > 0; i++) {
		struct probe *p = &t->row[i];

		if (p->state != PROBE_SENT || !name_equal(&p->name, &f->probe.name) ||
		    (f->probe.kind == NET_ECHO_REPLY && !ip_equal(&f->remote, &p->ask.to)))
			continue;
		p->echo = (struct net_echo){
		        .code = f->probe.code,
		        .hops = f->probe.hops,
		        .bytes = (uint16_t)(f->probe.kind == NET_ECHO_REPLY
		                                    ? f->packet.len - ICMP_HEAD
		                                    : p->ask.bytes),
		        .from = f->remote,
		        .rtt_us = (uint32_t)(now_us - p->sent_us),
		};
		probe_finish(t, p, f->probe.kind);
		return;
	}
}

struct probe *probe_done(struct probe_table *t)
{
	for (uint32_t i = 0; i < PROBES_MAX && t->done > 0; i++) {
		if (t->row[i].state == PROBE_DONE)
			return &t->row[i];
	}
	return NULL;
}

void probe_end(struct probe_table *t, struct probe *p)
{
	t->done -= p->state == PROBE_DONE;
	t->in_use--;
	p->state = PROBE_FREE;
}

// --- on the wire ---------------------------------------------------------------------------------

static void payload_fill(struct builder *b, uint16_t bytes)
{
	for (uint16_t i = 0; i < bytes; i++)
		builder_u8(b, (uint8_t)i);
}

static void udp_write(struct builder *b, const struct probe *p)
{
	builder_u16(b, p->name.first);
	builder_u16(b, p->name.second);
	builder_u16(b, (uint16_t)(UDP_HEAD + p->ask.bytes));
	builder_u16(b, 0);
	payload_fill(b, p->ask.bytes);
}

static void echo_write(struct builder *b, const struct probe *p, bool is_ipv4)
{
	builder_u8(b, is_ipv4 ? ICMP_ECHO : ICMP6_ECHO);
	builder_u8(b, 0);
	builder_u16(b, 0);
	builder_u16(b, p->name.first);
	builder_u16(b, p->name.second);
	payload_fill(b, p->ask.bytes);
}

// ICMP alone sums no pseudo header; a UDP sum of zero is written as all ones.
static void probe_seal(const struct packet *ip, uint8_t *at, size_t len)
{
	bool is_udp = ip->protocol == PROTO_UDP;
	uint64_t sum = ip->protocol == PROTO_ICMP
	                       ? 0
	                       : packet_pseudo_sum(&ip->from, &ip->to, ip->protocol, len);
	uint16_t value = checksum_finish(checksum_add(sum, at, len));

	checksum_store(at + (is_udp ? UDP_CHECKSUM : 2),
	               is_udp && value == 0 ? UINT16_MAX : value);
}

size_t frame_write_probe(const struct host *host, const struct probe *p, uint8_t *out)
{
	const struct ip_addr *from = host_source(host, &p->ask.to);
	bool is_ipv4 = ip_is_ipv4(&p->ask.to);
	size_t len = UDP_HEAD + p->ask.bytes; // an ICMP head is as long
	struct packet ip = {
	        .to = p->ask.to,
	        .protocol = p->ask.udp ? PROTO_UDP
	                    : is_ipv4  ? PROTO_ICMP
	                               : PROTO_ICMP6,
	        .class = p->ask.class,
	        .hops = p->ask.hops,
	};
	struct builder b;
	uint8_t *at;

	if (from == NULL)
		return 0;
	ip.from = *from;
	b = packet_begin(host, &ip, len, out);
	at = out + b.len;
	if (p->ask.udp)
		udp_write(&b, p);
	else
		echo_write(&b, p, is_ipv4);
	if (builder_end(&b) != STATUS_OK)
		return 0;
	probe_seal(&ip, at, len);
	return b.len;
}
