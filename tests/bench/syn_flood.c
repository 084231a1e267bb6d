// An attacker on a memif port of the appliance: from SIGUSR1 to SIGUSR2 it fills what room the port
// has with connection requests from addresses all over 10.0.0.0/8, whose answers come back to it,
// the link's gateway. It rests only while the port is full: the core is the appliance's too. Ends
// at SIGTERM and says what it did.
//
// syn_flood SOCKET TARGET GATEWAY PORT
#include <arpa/inet.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "crypto/core/random.h"
#include "dataplane/nic/arp.h"
#include "tests/load/link/load_eal.h"
#include "tests/load/link/load_link.h"

#define BURST       64u
#define FRAMES      16383u
#define FRAME_CACHE 256u
#define DESCRIPTORS 1024u
#define SYN_BYTES   40u   // with the options that everybody sends
#define TAKE_TRIES  16u   // bursts at once
#define REST_NS     50000 // a small part of what a full port holds
#define FIND_US     5000000u

struct attacker {
	uint16_t port;
	struct rte_mempool *pool;
	struct host host; // the gateway
	struct neighbor_table neighbors;
	struct ip_addr target;
	struct tcp_emission syn;
	uint64_t now_us, random;
	uint64_t count[COUNTERS]; // the neighbours'
	// what it says at its end
	uint64_t offered, rests, answers;
	uint64_t flood_us;
	struct rte_mbuf *syns[BURST]; // made, not gone yet
	uint16_t syns_at, syns_end;
};

static _Atomic bool flooding, ending;

static void on_signal(int number)
{
	if (number == SIGTERM)
		ending = true;
	else
		flooding = number == SIGUSR1;
}

// --- the port ------------------------------------------------------------------------------------

static bool port_start(struct attacker *h, const char *socket)
{
	struct rte_eth_conf conf = {0};
	char device[256];

	snprintf(device, sizeof(device), "memif:socket=%s", socket);
	if (!load_eal_start(device))
		return false;
	h->pool = rte_pktmbuf_pool_create("syns", FRAMES, FRAME_CACHE, 0,
	                                  RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	return h->pool != NULL && rte_eth_dev_get_port_by_name("net_memif0", &h->port) == 0 &&
	       rte_eth_dev_configure(h->port, 1, 1, &conf) == 0 &&
	       rte_eth_rx_queue_setup(h->port, 0, DESCRIPTORS, SOCKET_ID_ANY, NULL, h->pool) ==
	               0 &&
	       rte_eth_tx_queue_setup(h->port, 0, DESCRIPTORS, SOCKET_ID_ANY, NULL) == 0 &&
	       rte_eth_dev_start(h->port) == 0;
}

// --- the gateway ---------------------------------------------------------------------------------

static void on_send(void *attacker, const uint8_t *frame, size_t len)
{
	struct attacker *h = attacker;
	struct rte_mbuf *m = rte_pktmbuf_alloc(h->pool);

	if (m == NULL)
		return;
	memcpy(rte_pktmbuf_append(m, (uint16_t)len), frame, len);
	if (rte_eth_tx_burst(h->port, 0, &m, 1) == 0)
		rte_pktmbuf_free(m);
}

static void on_ready(void *attacker, void *waiting, struct ether_addr ether)
{
}

static void on_drop(void *attacker, void *waiting)
{
}

static struct neighbor_out out_of(struct attacker *h)
{
	return (struct neighbor_out){h, on_send, on_ready, on_drop};
}

static bool target_resolve(struct attacker *h, struct ether_addr *ether)
{
	struct neighbor_out out = out_of(h);

	neighbor_timers(&h->neighbors, &h->host, &out, h->now_us);
	return neighbor_resolve(&h->neighbors, &h->host, &out, h->now_us, &h->target, NULL,
	                        ether);
}

static void frame_take(struct attacker *h, const struct rte_mbuf *m)
{
	const uint8_t *at = rte_pktmbuf_mtod(m, const uint8_t *);
	struct neighbor_out out = out_of(h);
	struct frame f = frame_parse(&h->host, span_of(at, m->data_len), FRAME_GOOD);

	if (f.verdict == FRAME_ARP)
		arp_input(&h->neighbors, &h->host, &out, h->now_us, f.packet, false);
	else
		h->answers += memcmp(at, h->host.ether.bytes, 6) == 0;
}

// Answers whether there may be more.
static bool answers_take(struct attacker *h)
{
	struct rte_mbuf *frames[BURST];
	uint16_t n = rte_eth_rx_burst(h->port, 0, frames, BURST);

	for (uint16_t i = 0; i < n; i++)
		frame_take(h, frames[i]);
	if (n > 0)
		rte_pktmbuf_free_bulk(frames, n);
	return n == BURST;
}

// --- the flood -----------------------------------------------------------------------------------

static uint64_t random_next(struct attacker *h)
{
	h->random = h->random * 6364136223846793005ull + 1442695040888963407ull;
	return h->random >> 16;
}

static void syn_prepare(struct attacker *h, uint16_t port)
{
	static const uint8_t options[] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0,
	                                  0, 1, 0, 0,    0, 0, 1, 3,  3, 7};
	struct tcp_emission *s = &h->syn;

	s->from.local = (struct ip_addr){{[10] = 0xff, [11] = 0xff, [12] = 10}};
	s->from.remote = h->target;
	s->from.remote_port = port;
	s->header_bytes = SYN_BYTES;
	s->header[2] = (uint8_t)(port >> 8);
	s->header[3] = (uint8_t)port;
	s->header[12] = SYN_BYTES / 4 << 4;
	s->header[13] = 0x02;
	s->header[14] = 0xff;
	memcpy(s->header + 20, options, sizeof(options));
}

static struct rte_mbuf *syn_make(struct attacker *h, struct ether_addr to)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(h->pool);
	uint64_t where = random_next(h), what = random_next(h);
	size_t len;

	if (m == NULL)
		return NULL;
	memcpy(h->syn.from.local.bytes + 13, &where, 3);
	h->syn.header[0] = (uint8_t)(where >> 24 | 4); // a port of 1024 or more
	h->syn.header[1] = (uint8_t)(where >> 32);
	memcpy(h->syn.header + 4, &what, 4);
	len = frame_write(&h->host, &h->syn, false, rte_pktmbuf_mtod(m, uint8_t *));
	rte_pktmbuf_append(m, (uint16_t)len);
	frame_address(rte_pktmbuf_mtod(m, uint8_t *), to);
	return m;
}

static void syns_make(struct attacker *h)
{
	struct ether_addr to;

	h->syns_at = h->syns_end = 0;
	if (!target_resolve(h, &to))
		return;
	while (h->syns_end < BURST && (h->syns[h->syns_end] = syn_make(h, to)) != NULL)
		h->syns_end++;
}

static void flood(struct attacker *h)
{
	uint16_t sent;

	if (h->syns_at == h->syns_end)
		syns_make(h);
	sent = rte_eth_tx_burst(h->port, 0, h->syns + h->syns_at, h->syns_end - h->syns_at);
	h->syns_at += sent;
	h->offered += sent;
}

// --- life ----------------------------------------------------------------------------------------

static void run(struct attacker *h)
{
	const struct timespec rest = {0, REST_NS};

	prctl(PR_SET_TIMERSLACK, 1);
	while (!ending) {
		uint64_t now_us = load_now_us();

		if (flooding)
			h->flood_us += now_us - h->now_us;
		h->now_us = now_us;
		for (unsigned i = 0; i < TAKE_TRIES && answers_take(h); i++)
			;
		if (flooding)
			flood(h);
		if (!flooding || h->syns_at < h->syns_end) {
			h->rests++;
			nanosleep(&rest, NULL);
		}
	}
}

// The appliance must be there, and say where, before anybody is told that we are ready.
static bool target_find(struct attacker *h)
{
	uint64_t end_us = load_now_us() + FIND_US;
	struct ether_addr to;

	for (h->now_us = load_now_us(); h->now_us < end_us; h->now_us = load_now_us()) {
		if (target_resolve(h, &to))
			return true;
		answers_take(h);
	}
	fputs("syn_flood: the appliance does not answer\n", stderr);
	return false;
}

static void tell(const struct attacker *h)
{
	double seconds = (double)h->flood_us / 1e6;

	printf("flooded %.1f s, requests %.0f, a second %.0f, rests %.0f, answers %.0f\n",
	       seconds, (double)h->offered, seconds > 0 ? (double)h->offered / seconds : 0,
	       (double)h->rests, (double)h->answers);
}

static bool address_read(const char *text, struct ip_addr *out)
{
	struct ipv4_addr a;

	if (inet_pton(AF_INET, text, a.bytes) != 1)
		return false;
	*out = ip_from_ipv4(a);
	return true;
}

int main(int argc, char **argv)
{
	static struct attacker attacker;
	struct attacker *h = &attacker;
	struct sigaction act = {.sa_handler = on_signal};
	struct rte_ether_addr own;
	uint8_t secret[16];

	if (argc != 5 || !address_read(argv[2], &h->target) ||
	    !address_read(argv[3], &h->host.address[HOST_IPV4].ip)) {
		fputs("syn_flood SOCKET TARGET GATEWAY PORT\n", stderr);
		return 2;
	}
	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGUSR2, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	if (!port_start(h, argv[1]) || rte_eth_macaddr_get(h->port, &own) != 0)
		return 1;
	memcpy(h->host.ether.bytes, own.addr_bytes, 6);
	h->host.mtu = FRAME_MTU;
	h->host.address[HOST_IPV4].used = true;
	random_fill(secret, sizeof(secret));
	memcpy(&h->random, secret, sizeof(h->random));
	neighbor_init(&h->neighbors, secret, h->count);
	syn_prepare(h, (uint16_t)strtoul(argv[4], NULL, 10));
	if (!target_find(h))
		return 1;
	puts("ready");
	fflush(stdout);
	run(h);
	tell(h);
	return 0;
}
