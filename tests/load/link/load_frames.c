// In from the port, out from TCP, ARP and NDP. No echo: a generator is not there to be pinged.
#include "tests/load/link/load_frames.h"

#include <arpa/inet.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <time.h>

#include "crypto/core/random.h"
#include "tests/load/link/load_link.h"

#define FRAMES       16383u
#define FRAME_CACHE  256u
#define BURST        64u
#define LINK_WAIT_MS 5000
#define GREET_US     3000000u

static uint32_t last_word(const struct ip_addr *a)
{
	uint32_t v;

	memcpy(&v, a->bytes + 12, 4);
	return ntohl(v);
}

struct ip_addr load_frames_address(const struct load_frames *f, uint32_t i)
{
	struct ip_addr a = f->first;
	uint32_t v = htonl(last_word(&a) + i);

	memcpy(a.bytes + 12, &v, 4);
	return a;
}

// --- which of our addresses ----------------------------------------------------------------------

static void wear(struct load_frames *f, uint32_t i)
{
	enum host_address_name name = ip_is_ipv4(&f->first) ? HOST_IPV4 : HOST_IPV6;

	f->host.address[name].ip = load_frames_address(f, i < f->addresses ? i : 0);
	f->host.address[name].used = true;
}

static void wear_address(struct load_frames *f, const struct ip_addr *a)
{
	if (memcmp(a->bytes, f->first.bytes, 12) == 0)
		wear(f, last_word(a) - last_word(&f->first));
	else if (ip_is_group(a)) // a solicited group tells three bytes of the address
		wear(f, (last_word(a) - last_word(&f->first)) & 0xffffff);
}

// The address a frame is for, before it is judged: anything else is harmless.
static void wear_for(struct load_frames *f, struct span frame)
{
	struct ip_addr to = {{[10] = 0xff, [11] = 0xff}};
	unsigned type;

	if (f->addresses == 1 || frame.len < FRAME_ETHER_BYTES + 28u)
		return;
	type = (unsigned)frame.data[12] << 8 | frame.data[13];
	if (type == FRAME_TYPE_IPV4)
		memcpy(to.bytes + 12, frame.data + 30, 4);
	else if (type == FRAME_TYPE_ARP)
		memcpy(to.bytes + 12, frame.data + 38, 4);
	else if (type == FRAME_TYPE_IPV6 && frame.len >= FRAME_ETHER_BYTES + 40u)
		memcpy(to.bytes, frame.data + 38, 16);
	else
		return;
	wear_address(f, &to);
}

// --- the port's memory, which is gone when a memif's server is ------------------------------------

static void port_enter(struct load_frames *f)
{
	if (f->depth++ == 0)
		rounds_begin(&f->rounds);
}

static void port_leave(struct load_frames *f)
{
	if (--f->depth == 0)
		rounds_end(&f->rounds);
}

// A full batch leaves at once.
static void frame_send(struct load_frames *f, unsigned queue, struct rte_mbuf *m)
{
	port_enter(f);
	batch_add(&f->batch[queue], m);
	port_leave(f);
}

// --- out -----------------------------------------------------------------------------------------

static struct rte_mbuf *frame_new(struct load_frames *f)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(f->pool);

	f->count[COUNTER_transmit_no_buffer] += m == NULL;
	return m;
}

static void frame_length(struct rte_mbuf *m, size_t len)
{
	m->data_len = (uint16_t)len;
	m->pkt_len = (uint32_t)len;
}

static void on_send(void *frames, const uint8_t *bytes, size_t len)
{
	struct load_frames *f = frames;
	struct rte_mbuf *m = frame_new(f);

	if (m == NULL)
		return;
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), bytes, len);
	frame_length(m, len);
	frame_send(f, 0, m);
}

static void on_ready(void *frames, void *waiting, struct ether_addr ether)
{
	struct load_frames *f = frames;

	frame_address(rte_pktmbuf_mtod((struct rte_mbuf *)waiting, uint8_t *), ether);
	frame_send(f, 0, waiting);
}

static void on_drop(void *frames, void *waiting)
{
	rte_pktmbuf_free(waiting); // NULL is fine
}

static struct neighbor_out neighbor_out_of(struct load_frames *f)
{
	return (struct neighbor_out){f, on_send, on_ready, on_drop};
}

void load_frames_emit(void *frames, const struct tcp_emission *segment)
{
	struct load_frames *f = frames;
	struct neighbor_out out = neighbor_out_of(f);
	bool is_ipv4 = ip_is_ipv4(&segment->from.remote);
	struct rte_mbuf *m = frame_new(f);
	struct ether_addr ether;
	struct ip_addr hop;

	if (m == NULL)
		return;
	wear_address(f, &segment->from.local);
	frame_length(m, frame_write(&f->host, segment, f->port.partial_sums,
	                            rte_pktmbuf_mtod(m, uint8_t *)));
	if (f->port.partial_sums) {
		m->l2_len = FRAME_ETHER_BYTES;
		m->l3_len = is_ipv4 ? FRAME_IPV4_BYTES : FRAME_IPV6_BYTES;
		m->l4_len = segment->header_bytes;
		m->ol_flags = (is_ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6) |
		              RTE_MBUF_F_TX_TCP_CKSUM;
	}
	if (!route_next_hop(&f->host.routes, &segment->from.remote, &hop)) {
		rte_pktmbuf_free(m);
		return;
	}
	if (!neighbor_resolve(&f->neighbors, &f->host, &out, f->now_us, &hop, m, &ether))
		return;
	frame_address(rte_pktmbuf_mtod(m, uint8_t *), ether);
	// A flow keeps to one queue, which need not be its owner's at the other end.
	frame_send(f, segment->from.local_port % f->port.queues, m);
}

// --- in ------------------------------------------------------------------------------------------

static void frame_take(struct load_frames *f, const struct rte_mbuf *m)
{
	struct span bytes =
	        span_of(rte_pktmbuf_mtod(m, const uint8_t *), rte_pktmbuf_data_len(m));
	struct neighbor_out out = neighbor_out_of(f);
	struct frame frame;

	wear_for(f, bytes);
	frame = frame_parse(&f->host, bytes, port_checksum(&f->port, m));
	switch (frame.verdict) {
	case FRAME_TCP:
		tcp_input(f->tcp, f->now_us, &frame.segment);
		return;
	case FRAME_ARP:
		arp_input(&f->neighbors, &f->host, &out, f->now_us, frame.packet, false);
		return;
	case FRAME_NDP:
		ndp_input(&f->neighbors, &f->host, &out, f->now_us, &frame, false);
		return;
	case FRAME_DROP:
		f->count[frame.why]++;
		return;
	default: // what is not for a generator
		return;
	}
}

static unsigned queue_receive(struct load_frames *f, uint16_t queue)
{
	struct rte_mbuf *frames[BURST];
	uint16_t n = rte_eth_rx_burst(f->port.id, queue, frames, BURST);

	for (uint16_t i = 0; i < n; i++) {
		if (frames[i]->nb_segs == 1)
			frame_take(f, frames[i]);
		rte_pktmbuf_free(frames[i]);
	}
	return n;
}

unsigned load_frames_receive(struct load_frames *f)
{
	unsigned n = 0;

	port_look(&f->port);
	port_enter(f);
	for (uint16_t queue = 0; queue < f->port.queues; queue++)
		n += queue_receive(f, queue);
	port_leave(f);
	f->count[COUNTER_frames_in] += n;
	return n;
}

bool load_frames_flush(struct load_frames *f)
{
	unsigned frames = 0;

	port_enter(f);
	for (uint16_t queue = 0; queue < f->port.queues; queue++) {
		frames += f->batch[queue].frames;
		batch_flush(&f->batch[queue]);
	}
	port_leave(f);
	return frames > 0;
}

void load_frames_timers(struct load_frames *f)
{
	struct neighbor_out out = neighbor_out_of(f);

	neighbor_timers(&f->neighbors, &f->host, &out, f->now_us);
}

// --- the neighbour -------------------------------------------------------------------------------

static void neighbor_ask(struct load_frames *f, const struct ip_addr *hop)
{
	const struct neighbor *n = neighbor_find(&f->neighbors, hop);
	struct neighbor_out out = neighbor_out_of(f);

	for (uint32_t i = 1; n != NULL && i < f->addresses; i++) {
		wear(f, i);
		if (ip_is_ipv4(hop))
			arp_ask(&f->host, &out, n, true);
		else
			ndp_ask(&f->host, &out, n, true);
	}
	load_frames_flush(f);
}

bool load_frames_greet(struct load_frames *f, const struct ip_addr *target)
{
	struct neighbor_out out = neighbor_out_of(f);
	uint64_t end_us = load_now_us() + GREET_US;
	struct ether_addr ether;
	struct ip_addr hop;

	if (!route_next_hop(&f->host.routes, target, &hop)) {
		fputs("sallyport-load: no way to the target: --source, --prefix, --gateway\n",
		      stderr);
		return false;
	}
	for (f->now_us = load_now_us(); f->now_us < end_us; f->now_us = load_now_us()) {
		if (neighbor_resolve(&f->neighbors, &f->host, &out, f->now_us, &hop, NULL,
		                     &ether)) {
			neighbor_ask(f, &hop);
			return true;
		}
		load_frames_receive(f);
		load_frames_timers(f);
		load_frames_flush(f);
	}
	return true; // sessions will tell that nobody answers
}

// --- start ---------------------------------------------------------------------------------------

static bool link_wait(const struct load_frames *f)
{
	struct timespec ms = {0, 1000000};
	struct rte_eth_link link = {0};

	for (int i = 0; i < LINK_WAIT_MS; i++) {
		if (rte_eth_link_get_nowait(f->port.id, &link) == 0 && link.link_status != 0)
			return true;
		nanosleep(&ms, NULL);
	}
	fputs("sallyport-load: the link stays down: is the other end there?\n", stderr);
	return false;
}

bool load_frames_init(struct load_frames *f, uint16_t queues)
{
	struct rte_mempool *pools[PORT_WORKERS_MAX];
	uint8_t secret[16];

	f->pool = rte_pktmbuf_pool_create("load_frames", FRAMES, FRAME_CACHE, 0,
	                                  RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (f->pool == NULL) {
		fputs("sallyport-load: no memory for frames\n", stderr);
		return false;
	}
	for (uint16_t queue = 0; queue < queues; queue++) {
		pools[queue] = f->pool;
		f->batch[queue].count = f->count;
		f->batch[queue].queue = queue;
	}
	unmap_wait_for(&(struct rounds *){&f->rounds}, 1);
	if (!port_open(&f->port, NULL, FRAME_MTU, queues, pools) || !link_wait(f))
		return false;
	f->host.ether = f->port.ether;
	f->host.mtu = FRAME_MTU;
	random_fill(secret, sizeof(secret));
	f->host.label_key = hash_key_from(secret);
	neighbor_init(&f->neighbors, secret, f->count);
	for (uint16_t queue = 0; queue < queues; queue++)
		f->batch[queue].port = f->port.id;
	wear(f, 0);
	return true;
}
