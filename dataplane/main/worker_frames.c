// Frames of a worker: in from the port and from other workers, out from TCP, ARP and echo.
#include "dataplane/main/worker.h"

#include <rte_ethdev.h>
#include <rte_ring.h>

#include "dataplane/nic/arp.h"

#define PREFETCH          4u
#define ECHO_BURST        1000u
#define ECHO_US_PER_TOKEN 100u // ten thousand answers a second

static struct span frame_span(const struct rte_mbuf *m)
{
	return span_of(rte_pktmbuf_mtod(m, const uint8_t *), rte_pktmbuf_data_len(m));
}

static void frame_capture(struct worker *w, const struct rte_mbuf *m,
                          enum capture_direction which)
{
	if (!capture_is_wanted(w->capture, w->now_us))
		return;
	w->count[COUNTER_capture_lost] += !capture_write(w->capture, frame_span(m), which);
}

// --- out -----------------------------------------------------------------------------------------

static void frame_send(struct worker_port *p, struct rte_mbuf *m)
{
	struct worker *w = p->worker;

	if (p->interface->host.down) {
		w->count[COUNTER_frame_down]++;
		rte_pktmbuf_free(m);
		return;
	}
	frame_capture(w, m, CAPTURE_OUT);
	batch_add(&p->batch, m);
}

static void own_add(const struct worker_port *p, enum port_counter which, uint64_t n)
{
	if (p->own != NULL)
		p->own[which] += n;
}

static struct rte_mbuf *frame_new(struct worker_port *p)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(p->worker->pool);

	if (m == NULL) {
		p->worker->count[COUNTER_transmit_no_buffer]++;
		own_add(p, PORT_ERRORS_OUT, 1);
	}
	return m;
}

static void frame_length(struct rte_mbuf *m, size_t len)
{
	m->data_len = (uint16_t)len;
	m->pkt_len = (uint32_t)len;
}

static void on_neighbor_send(void *port, const uint8_t *frame, size_t len)
{
	struct worker_port *p = port;
	struct rte_mbuf *m = frame_new(p);

	if (m == NULL)
		return;
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), frame, len);
	frame_length(m, len);
	frame_send(p, m);
}

static void on_neighbor_ready(void *port, void *waiting, struct ether_addr ether)
{
	frame_address(rte_pktmbuf_mtod((struct rte_mbuf *)waiting, uint8_t *), ether);
	frame_send(port, waiting);
}

static void on_neighbor_drop(void *port, void *waiting)
{
	rte_pktmbuf_free(waiting);
}

struct neighbor_out worker_neighbor_out(struct worker_port *p)
{
	return (struct neighbor_out){p, on_neighbor_send, on_neighbor_ready, on_neighbor_drop};
}

// Where a packet leaves: the port, and whom it is handed to.
struct way {
	struct worker_port *by; // NULL: there is none
	struct ip_addr hop;
};

static struct way way_find(struct worker *w, const struct ip_addr *from,
                           const struct ip_addr *to)
{
	struct way way = {0};
	const struct interface *one = interface_towards(&w->interfaces, from, to, &way.hop);

	if (one != NULL)
		way.by = &w->port[one - w->interfaces.at];
	else
		w->count[COUNTER_route_none]++;
	return way;
}

// Send an IP frame on its way, now or when the neighbour is known.
static void frame_go(struct worker *w, const struct way *way, struct rte_mbuf *m)
{
	struct interface *one = way->by->interface;
	struct ether_addr ether;

	if (!neighbor_resolve(&one->neighbors, &one->host, &one->out, w->now_us, &way->hop, m,
	                      &ether))
		return;
	frame_address(rte_pktmbuf_mtod(m, uint8_t *), ether);
	frame_send(way->by, m);
}

void worker_emit(void *worker, const struct tcp_emission *segment)
{
	struct worker *w = worker;
	struct way way = way_find(w, &segment->from.local, &segment->from.remote);
	bool is_ipv4 = ip_is_ipv4(&segment->from.remote), partial;
	const struct host *host;
	struct rte_mbuf *m;
	size_t len;

	if (way.by == NULL || (m = frame_new(way.by)) == NULL)
		return;
	host = &way.by->interface->host;
	partial = way.by->port->partial_sums;
	len = frame_write(host, segment, partial, rte_pktmbuf_mtod(m, uint8_t *));
	if (len == 0) { // the MTU is less than it was; TCP is being told
		w->count[COUNTER_transmit_long]++;
		own_add(way.by, PORT_ERRORS_OUT, 1);
		rte_pktmbuf_free(m);
		return;
	}
	frame_length(m, len);
	if (partial) {
		m->l2_len = frame_head_bytes(host);
		m->l3_len = is_ipv4 ? FRAME_IPV4_BYTES : FRAME_IPV6_BYTES;
		m->l4_len = segment->header_bytes;
		m->ol_flags = (is_ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6) |
		              RTE_MBUF_F_TX_TCP_CKSUM;
	}
	frame_go(w, &way, m);
}

enum net_echo_kind worker_probe(void *worker, const struct probe *p)
{
	static const struct ip_addr any;
	struct worker *w = worker;
	struct rte_mbuf *m;
	struct way way;
	size_t len;

	if (interfaces_have(&w->interfaces, &p->ask.to))
		return NET_ECHO_REPLY;
	way = way_find(w, &any, &p->ask.to);
	if (way.by == NULL || host_source(&way.by->interface->host, &p->ask.to) == NULL)
		return NET_ECHO_NO_ROUTE;
	m = frame_new(way.by);
	if (m == NULL)
		return 0; // as if it were lost
	len = frame_write_probe(&way.by->interface->host, p, rte_pktmbuf_mtod(m, uint8_t *));
	if (len == 0) {
		rte_pktmbuf_free(m);
		return NET_ECHO_TOO_BIG;
	}
	frame_length(m, len);
	w->count[COUNTER_probe_out]++;
	frame_go(w, &way, m);
	return 0;
}

// --- in ------------------------------------------------------------------------------------------

// What answers `asked` leaves where its sender is, written by `write` for the port there. False: it
// does not.
static bool answer_send(struct worker *w, const struct frame *asked,
                        size_t (*write)(const struct host *host, const struct frame *asked,
                                        uint8_t *out))
{
	struct way way = way_find(w, &asked->local, &asked->remote);
	struct rte_mbuf *m;
	size_t len;

	if (way.by == NULL || (m = frame_new(way.by)) == NULL)
		return false;
	len = write(&way.by->interface->host, asked, rte_pktmbuf_mtod(m, uint8_t *));
	if (len == 0) { // no address of ours fits
		rte_pktmbuf_free(m);
		return false;
	}
	frame_length(m, len);
	frame_go(w, &way, m);
	return true;
}

static void echo_answer(struct worker *w, const struct frame *request)
{
	if (!limit_take(&w->echoes, w->now_us, ECHO_BURST, ECHO_US_PER_TOKEN)) {
		w->count[COUNTER_icmp_limited]++;
		return;
	}
	w->count[COUNTER_icmp_echo] += answer_send(w, request, frame_write_echo);
}

static void refusal_answer(struct worker *w, const struct frame *refused)
{
	w->count[refused->why]++;
	if (!source_limit_take(&w->refusals, w->now_us, &refused->remote)) {
		w->count[COUNTER_icmp_error_limited]++;
		return;
	}
	w->count[COUNTER_icmp_error_out] += answer_send(w, refused, frame_write_refusal);
}

static void error_judge(struct worker *w, const struct frame *f)
{
	w->count[COUNTER_icmp_error_in]++;
	if (f->told.too_big)
		tcp_icmp_packet_too_big(w->tcp, w->now_us, &f->segment.to, f->told.seq,
		                        f->told.mtu);
	else
		tcp_icmp_unreachable(w->tcp, w->now_us, &f->segment.to, f->told.seq,
		                     f->told.hard);
}

static void arp_judge(struct worker_port *p, const struct frame *f, bool handed)
{
	struct interface *one = p->interface;
	uint64_t now_us = p->worker->now_us;

	if (arp_input(&one->neighbors, &one->host, &one->out, now_us, f->packet, handed))
		presence_claimed(&one->presence, &one->host, &one->out, now_us, HOST_IPV4);
}

static void ndp_judge(struct worker_port *p, const struct frame *f, bool handed)
{
	struct interface *one = p->interface;
	uint64_t now_us = p->worker->now_us;
	enum host_address_name claimed =
	        ndp_input(&one->neighbors, &one->host, &one->out, now_us, f, handed);

	if (claimed != HOST_ADDRESSES)
		presence_claimed(&one->presence, &one->host, &one->out, now_us, claimed);
}

static void groups_judge(struct worker_port *p)
{
	struct interface *one = p->interface;

	presence_queried(&one->presence, &one->host, &one->out, p->worker->now_us);
}

// What one burst brings: its frames stay until all its segments have been looked up and taken.
struct burst {
	struct tcp_segment segment[WORKER_BURST];
	struct rte_mbuf *frame[WORKER_BURST];
	unsigned segments, frames;
};

// Look up all connections before the first is touched, so that memory is waited for once.
static void burst_end(struct worker *w, struct burst *b)
{
	if (b->segments > 1)
		tcp_prefetch(w->tcp, b->segment, b->segments);
	for (unsigned i = 0; i < b->segments; i++)
		tcp_input(w->tcp, w->now_us, &b->segment[i]);
	rte_pktmbuf_free_bulk(b->frame, b->frames);
}

// Takes the frame over.
static void frame_judge(struct worker_port *p, struct rte_mbuf *m, bool handed, struct burst *b)
{
	struct worker *w = p->worker;
	enum frame_checksum said = port_checksum(p->port, m);
	struct frame f =
	        frame_parse(&p->interface->host, frame_span(m), proof_word(&p->proof, said));

	if (proof_is_open(&p->proof))
		proof_hear(&p->proof, said, &f);
	b->frame[b->frames++] = m;
	switch (f.verdict) {
	case FRAME_TCP:
		if (net_admits(&w->net, w->now_us, &f.segment))
			b->segment[b->segments++] = f.segment;
		return;
	case FRAME_ARP:
		arp_judge(p, &f, handed);
		return;
	case FRAME_NDP:
		ndp_judge(p, &f, handed);
		return;
	case FRAME_GROUPS:
		groups_judge(p);
		return;
	case FRAME_ECHO:
		echo_answer(w, &f);
		return;
	case FRAME_REFUSE:
		refusal_answer(w, &f);
		return;
	case FRAME_ICMP_ERROR:
		error_judge(w, &f);
		return;
	case FRAME_PROBE:
		w->count[COUNTER_probe_in]++;
		probe_heard(&w->net.probes, w->now_us, &f);
		return;
	case FRAME_DROP:
		w->count[f.why]++;
		own_add(p, PORT_ERRORS_IN, counter_is_input_error(f.why));
		return;
	}
}

// --- steering: only with several workers ---------------------------------------------------------

// The frame tells by which port it came: an index of ours, the same in all workers.
static void frame_hand(const struct worker_port *p, struct rte_mbuf *m, uint32_t to)
{
	struct worker *w = p->worker, *other = &w->all[to];

	m->port = (uint16_t)p->index;
	if (rte_ring_sp_enqueue(other->handed[w->index], m) != 0) {
		w->count[COUNTER_steer_full]++;
		rte_pktmbuf_free(m);
		return;
	}
	w->count[COUNTER_steered]++;
	idle_wake(other);
}

// Every worker keeps its own neighbours, so each sees every packet about them.
static void frame_share(const struct worker_port *p, const struct rte_mbuf *m)
{
	const struct worker *w = p->worker;

	for (uint32_t i = 0; i < w->workers; i++) {
		struct rte_mbuf *copy;

		if (i == w->index)
			continue;
		copy = rte_pktmbuf_copy(m, w->pool, 0, UINT32_MAX);
		if (copy != NULL)
			frame_hand(p, copy, i);
	}
}

// However the port spreads flows, a flow's hash names the worker that owns it.
static bool frame_steer(const struct worker_port *p, struct rte_mbuf *m)
{
	const struct worker *w = p->worker;
	uint8_t flow[FRAME_FLOW_BYTES];
	uint32_t owner = 0;

	switch (frame_owner_of(frame_span(m), flow)) {
	case FRAME_TO_ALL:
		frame_share(p, m);
		return false;
	case FRAME_TO_ANY:
		return false;
	case FRAME_TO_FIRST:
		owner = 0;
		break;
	case FRAME_TO_OWNER:
		owner = (uint32_t)(keyed_hash(&w->flow_key, flow, sizeof(flow)) % w->workers);
		break;
	}
	if (owner == w->index)
		return false;
	frame_hand(p, m, owner);
	return true;
}

static void frame_receive(struct worker_port *p, struct rte_mbuf *m, struct burst *b)
{
	struct worker *w = p->worker;

	w->count[COUNTER_frame_bytes_in] += m->pkt_len;
	own_add(p, PORT_BYTES_IN, m->pkt_len);
	frame_capture(w, m, CAPTURE_IN);
	if (p->interface->host.down) {
		w->count[COUNTER_frame_down]++;
		rte_pktmbuf_free(m);
	} else if (m->nb_segs > 1) {
		w->count[COUNTER_frame_scattered]++;
		own_add(p, PORT_ERRORS_IN, 1);
		rte_pktmbuf_free(m);
	} else if (w->workers == 1 || !frame_steer(p, m)) {
		frame_judge(p, m, false, b);
	}
}

unsigned worker_take_handed(struct worker *w)
{
	struct rte_mbuf *frames[WORKER_BURST];
	unsigned total = 0;
	struct burst b;

	for (uint32_t from = 0; w->workers > 1 && from < w->workers; from++) {
		unsigned n;

		if (from == w->index)
			continue;
		n = rte_ring_sc_dequeue_burst(w->handed[from], (void **)frames, WORKER_BURST,
		                              NULL);
		b.segments = b.frames = 0;
		for (unsigned i = 0; i < n; i++)
			frame_judge(&w->port[frames[i]->port], frames[i], true, &b);
		burst_end(w, &b);
		total += n;
	}
	return total;
}

// What workers without a queue of their own have handed over.
static bool senders_pass(struct worker_port *p)
{
	const struct worker *w = p->worker;
	struct rte_mbuf *frames[WORKER_BURST];
	bool any = false;

	for (uint32_t i = w->index + p->port->queues; i < w->workers; i += p->port->queues) {
		unsigned n = rte_ring_sc_dequeue_burst(p->leaving[i], (void **)frames,
		                                       WORKER_BURST, NULL);

		batch_pass(&p->batch, frames, n);
		any |= n > 0;
	}
	return any;
}

static bool port_send(struct worker_port *p)
{
	bool any = p->batch.frames > 0;

	batch_flush(&p->batch);
	if (p->sender == NULL)
		return any | senders_pass(p);
	if (!rte_ring_empty(p->batch.through))
		idle_wake(p->sender);
	return any;
}

bool worker_send(struct worker *w)
{
	bool any = false;

	for (uint32_t i = 0; i < w->ports; i++)
		any |= port_send(&w->port[i]);
	return any;
}

unsigned worker_take(struct worker_port *p, struct rte_mbuf **frames)
{
	struct worker *w = p->worker;
	unsigned n;

	if (p->sender != NULL)
		return 0;
	if (p->look)
		port_look(p->port);
	n = rte_eth_rx_burst(p->port->id, (uint16_t)w->index, frames, WORKER_BURST);
	w->count[COUNTER_frames_in] += n;
	own_add(p, PORT_FRAMES_IN, n);
	return n;
}

void worker_judge(struct worker_port *p, struct rte_mbuf **frames, unsigned n)
{
	struct burst b;

	b.segments = b.frames = 0;
	for (unsigned i = 0; i < n && i < PREFETCH; i++)
		rte_prefetch0(rte_pktmbuf_mtod(frames[i], void *));
	for (unsigned i = 0; i < n; i++) {
		if (i + PREFETCH < n)
			rte_prefetch0(rte_pktmbuf_mtod(frames[i + PREFETCH], void *));
		frame_receive(p, frames[i], &b);
	}
	burst_end(p->worker, &b);
}
