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

static void frame_send(struct worker *w, struct rte_mbuf *m)
{
	if (w->host.down) {
		w->count[COUNTER_frame_down]++;
		rte_pktmbuf_free(m);
		return;
	}
	frame_capture(w, m, CAPTURE_OUT);
	batch_add(&w->batch, m);
}

static struct rte_mbuf *frame_new(struct worker *w)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(w->pool);

	w->count[COUNTER_transmit_no_buffer] += m == NULL;
	return m;
}

static void frame_length(struct rte_mbuf *m, size_t len)
{
	m->data_len = (uint16_t)len;
	m->pkt_len = (uint32_t)len;
}

static void on_neighbor_send(void *worker, const uint8_t *frame, size_t len)
{
	struct worker *w = worker;
	struct rte_mbuf *m = frame_new(w);

	if (m == NULL)
		return;
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), frame, len);
	frame_length(m, len);
	frame_send(w, m);
}

static void on_neighbor_ready(void *worker, void *waiting, struct ether_addr ether)
{
	frame_address(rte_pktmbuf_mtod((struct rte_mbuf *)waiting, uint8_t *), ether);
	frame_send(worker, waiting);
}

static void on_neighbor_drop(void *worker, void *waiting)
{
	rte_pktmbuf_free(waiting);
}

struct neighbor_out worker_neighbor_out(struct worker *w)
{
	return (struct neighbor_out){w, on_neighbor_send, on_neighbor_ready, on_neighbor_drop};
}

// Send an IP frame to its next hop, now or when that is known.
static void frame_route(struct worker *w, struct rte_mbuf *m, const struct ip_addr *to)
{
	struct neighbor_out out = worker_neighbor_out(w);
	struct ether_addr ether;
	struct ip_addr hop;

	if (!route_next_hop(&w->host.routes, to, &hop)) {
		w->count[COUNTER_route_none]++;
		rte_pktmbuf_free(m);
		return;
	}
	if (!neighbor_resolve(&w->neighbors, &w->host, &out, w->now_us, &hop, m, &ether))
		return;
	frame_address(rte_pktmbuf_mtod(m, uint8_t *), ether);
	frame_send(w, m);
}

void worker_emit(void *worker, const struct tcp_emission *segment)
{
	struct worker *w = worker;
	bool is_ipv4 = ip_is_ipv4(&segment->from.remote);
	struct rte_mbuf *m = frame_new(w);
	size_t len;

	if (m == NULL)
		return;
	len = frame_write(&w->host, segment, w->port->partial_sums,
	                  rte_pktmbuf_mtod(m, uint8_t *));
	if (len == 0) { // the MTU is less than it was; TCP is being told
		w->count[COUNTER_transmit_long]++;
		rte_pktmbuf_free(m);
		return;
	}
	frame_length(m, len);
	if (w->port->partial_sums) {
		m->l2_len = frame_head_bytes(&w->host);
		m->l3_len = is_ipv4 ? FRAME_IPV4_BYTES : FRAME_IPV6_BYTES;
		m->l4_len = segment->header_bytes;
		m->ol_flags = (is_ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6) |
		              RTE_MBUF_F_TX_TCP_CKSUM;
	}
	frame_route(w, m, &segment->from.remote);
}

enum net_echo_kind worker_probe(void *worker, const struct probe *p)
{
	struct worker *w = worker;
	struct ip_addr hop;
	struct rte_mbuf *m;
	size_t len;

	if (!route_next_hop(&w->host.routes, &p->ask.to, &hop) ||
	    host_source(&w->host, &p->ask.to) == NULL)
		return NET_ECHO_NO_ROUTE;
	m = frame_new(w);
	if (m == NULL)
		return 0; // as if it were lost
	len = frame_write_probe(&w->host, p, rte_pktmbuf_mtod(m, uint8_t *));
	if (len == 0) {
		rte_pktmbuf_free(m);
		return NET_ECHO_TOO_BIG;
	}
	frame_length(m, len);
	w->count[COUNTER_probe_out]++;
	frame_route(w, m, &p->ask.to);
	return 0;
}

// --- in ------------------------------------------------------------------------------------------

static void echo_answer(struct worker *w, const struct frame *request)
{
	struct rte_mbuf *m;

	if (!limit_take(&w->echoes, w->now_us, ECHO_BURST, ECHO_US_PER_TOKEN)) {
		w->count[COUNTER_icmp_limited]++;
		return;
	}
	m = frame_new(w);
	if (m == NULL)
		return;
	frame_length(m, frame_write_echo(&w->host, request, rte_pktmbuf_mtod(m, uint8_t *)));
	w->count[COUNTER_icmp_echo]++;
	frame_route(w, m, &request->remote);
}

static void refusal_answer(struct worker *w, const struct frame *refused)
{
	struct rte_mbuf *m;

	w->count[refused->why]++;
	if (!source_limit_take(&w->refusals, w->now_us, &refused->remote)) {
		w->count[COUNTER_icmp_error_limited]++;
		return;
	}
	m = frame_new(w);
	if (m == NULL)
		return;
	frame_length(m, frame_write_refusal(&w->host, refused, rte_pktmbuf_mtod(m, uint8_t *)));
	w->count[COUNTER_icmp_error_out]++;
	frame_route(w, m, &refused->remote);
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

static void arp_judge(struct worker *w, const struct frame *f, bool handed)
{
	struct neighbor_out out = worker_neighbor_out(w);

	if (arp_input(&w->neighbors, &w->host, &out, w->now_us, f->packet, handed))
		presence_claimed(&w->presence, &w->host, &out, w->now_us, HOST_IPV4);
}

static void ndp_judge(struct worker *w, const struct frame *f, bool handed)
{
	struct neighbor_out out = worker_neighbor_out(w);
	enum host_address_name claimed =
	        ndp_input(&w->neighbors, &w->host, &out, w->now_us, f, handed);

	if (claimed != HOST_ADDRESSES)
		presence_claimed(&w->presence, &w->host, &out, w->now_us, claimed);
}

static void groups_judge(struct worker *w)
{
	struct neighbor_out out = worker_neighbor_out(w);

	presence_queried(&w->presence, &w->host, &out, w->now_us);
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
static void frame_judge(struct worker *w, struct rte_mbuf *m, bool handed, struct burst *b)
{
	enum frame_checksum said = port_checksum(w->port, m);
	struct frame f = frame_parse(&w->host, frame_span(m), proof_word(&w->proof, said));

	if (proof_is_open(&w->proof))
		proof_hear(&w->proof, said, &f);
	b->frame[b->frames++] = m;
	switch (f.verdict) {
	case FRAME_TCP:
		if (net_admits(&w->net, w->now_us, &f.segment))
			b->segment[b->segments++] = f.segment;
		return;
	case FRAME_ARP:
		arp_judge(w, &f, handed);
		return;
	case FRAME_NDP:
		ndp_judge(w, &f, handed);
		return;
	case FRAME_GROUPS:
		groups_judge(w);
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
		return;
	}
}

// --- steering: only with several workers ---------------------------------------------------------

static void frame_hand(struct worker *w, struct rte_mbuf *m, uint32_t to)
{
	struct worker *other = &w->all[to];

	if (rte_ring_sp_enqueue(other->handed[w->index], m) != 0) {
		w->count[COUNTER_steer_full]++;
		rte_pktmbuf_free(m);
		return;
	}
	w->count[COUNTER_steered]++;
	idle_wake(other);
}

// Every worker keeps its own neighbours, so each sees every packet about them.
static void frame_share(struct worker *w, const struct rte_mbuf *m)
{
	for (uint32_t i = 0; i < w->workers; i++) {
		struct rte_mbuf *copy;

		if (i == w->index)
			continue;
		copy = rte_pktmbuf_copy(m, w->pool, 0, UINT32_MAX);
		if (copy != NULL)
			frame_hand(w, copy, i);
	}
}

// However the port spreads flows, a flow's hash names the worker that owns it.
static bool frame_steer(struct worker *w, struct rte_mbuf *m)
{
	uint8_t flow[FRAME_FLOW_BYTES];
	uint32_t owner = 0;

	switch (frame_owner_of(frame_span(m), flow)) {
	case FRAME_TO_ALL:
		frame_share(w, m);
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
	frame_hand(w, m, owner);
	return true;
}

static void frame_receive(struct worker *w, struct rte_mbuf *m, struct burst *b)
{
	w->count[COUNTER_frame_bytes_in] += m->pkt_len;
	frame_capture(w, m, CAPTURE_IN);
	if (w->host.down) {
		w->count[COUNTER_frame_down]++;
		rte_pktmbuf_free(m);
	} else if (m->nb_segs > 1) {
		w->count[COUNTER_frame_scattered]++;
		rte_pktmbuf_free(m);
	} else if (w->workers == 1 || !frame_steer(w, m)) {
		frame_judge(w, m, false, b);
	}
}

static unsigned handed_receive(struct worker *w)
{
	struct rte_mbuf *frames[WORKER_BURST];
	unsigned total = 0;
	struct burst b;

	for (uint32_t from = 0; from < w->workers; from++) {
		unsigned n;

		if (from == w->index)
			continue;
		n = rte_ring_sc_dequeue_burst(w->handed[from], (void **)frames, WORKER_BURST,
		                              NULL);
		b.segments = b.frames = 0;
		for (unsigned i = 0; i < n; i++)
			frame_judge(w, frames[i], true, &b);
		burst_end(w, &b);
		total += n;
	}
	return total;
}

// What workers without a queue of their own have handed over.
static bool senders_pass(struct worker *w)
{
	struct rte_mbuf *frames[WORKER_BURST];
	bool any = false;

	for (uint32_t i = w->index + w->port->queues; i < w->workers; i += w->port->queues) {
		unsigned n = rte_ring_sc_dequeue_burst(w->leaving[i], (void **)frames,
		                                       WORKER_BURST, NULL);

		batch_pass(&w->batch, frames, n);
		any |= n > 0;
	}
	return any;
}

bool worker_send(struct worker *w)
{
	bool any = w->batch.frames > 0;

	batch_flush(&w->batch);
	if (w->sender == NULL)
		return any | senders_pass(w);
	if (!rte_ring_empty(w->batch.through))
		idle_wake(w->sender);
	return any;
}

unsigned worker_take(struct worker *w, struct rte_mbuf **frames)
{
	unsigned n;

	if (w->sender != NULL)
		return 0;
	if (w->idle.look)
		port_look(w->port);
	n = rte_eth_rx_burst(w->port->id, (uint16_t)w->index, frames, WORKER_BURST);
	w->count[COUNTER_frames_in] += n;
	return n;
}

unsigned worker_judge(struct worker *w, struct rte_mbuf **frames, unsigned n)
{
	struct burst b;

	b.segments = b.frames = 0;
	for (unsigned i = 0; i < n && i < PREFETCH; i++)
		rte_prefetch0(rte_pktmbuf_mtod(frames[i], void *));
	for (unsigned i = 0; i < n; i++) {
		if (i + PREFETCH < n)
			rte_prefetch0(rte_pktmbuf_mtod(frames[i + PREFETCH], void *));
		frame_receive(w, frames[i], &b);
	}
	burst_end(w, &b);
	return w->workers > 1 ? n + handed_receive(w) : n;
}
