// The loop, and a worker's life around it.
#include "dataplane/main/worker.h"

#include <rte_cycles.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/core/random.h"
#include "dataplane/base/trace.h"
#include "dataplane/main/discard.h"

#define SYN_SLOTS       16384u
#define TIME_WAIT_SLOTS 65536u
#define STREAM_BYTES    (1ull << 30) // reserved, lazily used
#define RECEIVE_WINDOW  (256u * 1024)
#define SEND_SPARE      4096u // above control's credit: identification line, DISCONNECT
#define PENDING_KEYS    32768u
#define GAUGES_US       200000u
#define RING_FRAMES     1024u

// --- time ----------------------------------------------------------------------------------------

static void clock_start(struct worker *w)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	w->us_start = (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000;
	w->tsc_start = rte_rdtsc();
	w->tsc_per_us = rte_get_tsc_hz() / 1000000u;
	w->now_us = w->us_start;
}

uint64_t worker_clock(const struct worker *w)
{
	return w->us_start + (rte_rdtsc() - w->tsc_start) / w->tsc_per_us;
}

// --- gauges --------------------------------------------------------------------------------------

static void gauge_set(struct worker *w, enum gauge row, uint64_t in_use, uint64_t capacity)
{
	struct gauge_value *g = &w->page->gauge[row];

	g->in_use = in_use;
	g->capacity = capacity;
	if (in_use > g->peak)
		g->peak = in_use;
}

static uint32_t neighbors_known(const struct worker *w)
{
	uint32_t known = 0;

	for (uint32_t i = 0; i < w->interfaces.count; i++)
		known += w->interfaces.at[i].neighbors.in_use;
	return known;
}

static void gauges_write(struct worker *w)
{
	struct link_stats link = {0};
	struct tcp_gauges g;

	tcp_gauges(w->tcp, &g);
	if (w->data.link != NULL)
		link_stats(w->data.link, &link);
	gauge_set(w, GAUGE_connections, g.connections, w->data.slots);
	gauge_set(w, GAUGE_half_open, g.half_open, SYN_SLOTS);
	gauge_set(w, GAUGE_time_wait, g.time_wait, TIME_WAIT_SLOTS);
	gauge_set(w, GAUGE_closing, g.closing, 0);
	gauge_set(w, GAUGE_slots_touched, g.slots_touched, w->data.slots);
	gauge_set(w, GAUGE_stream_bytes, g.slab_used_bytes, STREAM_BYTES);
	w->page->gauge[GAUGE_stream_bytes].peak = g.slab_peak_bytes;
	gauge_set(w, GAUGE_frame_buffers, rte_mempool_in_use_count(w->pool), w->pool->size);
	gauge_set(w, GAUGE_keys_pending, record_core_pending(w->data.record), PENDING_KEYS);
	gauge_set(w, GAUGE_close_owed, w->data.owed_tail - w->data.owed_head, 0);
	gauge_set(w, GAUGE_neighbors, neighbors_known(w),
	          NEIGHBORS * (uint64_t)w->interfaces.count);
	gauge_set(w, GAUGE_link_small, link.small_out, 0);
	gauge_set(w, GAUGE_link_large, link.large_out, 0);
	w->page->written_us = w->now_us;
	w->gauges_us = w->now_us;
}

// --- the loop ------------------------------------------------------------------------------------

static void link_take(struct worker *w)
{
	struct link *link = atomic_exchange(&w->offered, NULL);

	if (link == NULL)
		return;
	link_free(data_attach(&w->data, link));
	idle_link_changed(w);
}

static void interfaces_timers(struct worker *w)
{
	for (uint32_t i = 0; i < w->interfaces.count; i++) {
		struct interface *one = &w->interfaces.at[i];

		neighbor_timers(&one->neighbors, &one->host, &one->out, w->now_us);
		presence_timers(&one->presence, &one->host, &one->out, w->now_us);
	}
}

static bool worker_poll(struct worker *w)
{
	struct rte_mbuf *frames[NET_PORTS_MAX][WORKER_BURST];
	unsigned taken[NET_PORTS_MAX], n = 0;
	bool busy;

	for (uint32_t i = 0; i < w->ports; i++)
		n += taken[i] = worker_take(&w->port[i], frames[i]);
	if (n > 0)
		TRACE_STEP(UINT32_MAX, 0);
	w->now_us = worker_clock(w);
	for (uint32_t i = 0; i < w->ports; i++)
		worker_judge(&w->port[i], frames[i], taken[i]);
	busy = n + worker_take_handed(w) > 0;
	if (tcp_next_us(w->tcp) <= w->now_us)
		tcp_timers(w->tcp, w->now_us);
	interfaces_timers(w);
	busy |= data_drain(&w->data, w->now_us);
	busy |= net_step(&w->net, w->now_us);
	busy |= data_retry(&w->data);
	tcp_flush(w->tcp, w->now_us);
	data_flush(&w->data);
	busy |= worker_send(w);
	return busy;
}

bool worker_turn(struct worker *w)
{
	bool busy;

	rounds_begin(&w->rounds);
	busy = worker_poll(w);
	rounds_end(&w->rounds);
	return busy;
}

// Workers that send through a queue of ours and have not ended.
static bool has_senders(const struct worker *w)
{
	for (uint32_t i = 0; i < w->workers; i++) {
		for (uint32_t k = 0; k < w->ports; k++) {
			if (w->port[k].leaving[i] != NULL && !atomic_load(&w->all[i].over))
				return true;
		}
	}
	return false;
}

static void senders_wake(struct worker *w)
{
	for (uint32_t i = 0; i < w->ports; i++) {
		if (w->port[i].sender != NULL)
			idle_wake(w->port[i].sender);
	}
}

// Tell every peer, then give the answers a moment to arrive.
static void farewell(struct worker *w)
{
	uint64_t end = worker_clock(w) + WORKER_FAREWELL_US;
	struct tcp_gauges g;

	data_stop(&w->data);
	do {
		if (!worker_turn(w))
			idle_step(w, false);
		tcp_gauges(w->tcp, &g);
	} while ((g.connections > 0 || !data_is_idle(&w->data) || has_senders(w)) &&
	         worker_clock(w) < end);
	worker_send(w);
	atomic_store(&w->over, true);
	senders_wake(w);
	gauges_write(w);
}

// The tap driver's signals say that frames have come. They end only a worker's sleep.
static void signals_let_in(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
		sigaddset(&set, number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void ports_start(struct worker *w)
{
	for (uint32_t i = 0; i < w->ports; i++) {
		struct interface *one = w->port[i].interface;

		if (w->port[i].port->is_tap)
			signals_let_in();
		presence_start(&one->presence, &one->host, &one->out, w->now_us, w->count,
		               w->index != 0);
	}
}

int worker_run(void *worker)
{
	struct worker *w = worker;

	w->now_us = worker_clock(w);
	link_place_start(&w->idle.place, w->now_us);
	ports_start(w);
	while (!atomic_load_explicit(&w->stop, memory_order_relaxed)) {
		bool busy = worker_turn(w);

		if (atomic_load_explicit(&w->offered, memory_order_relaxed) != NULL)
			link_take(w);
		if (w->now_us - w->gauges_us >= GAUGES_US)
			gauges_write(w);
		idle_step(w, busy);
	}
	farewell(w);
	return 0;
}

// --- from the main thread ------------------------------------------------------------------------

void worker_stop(struct worker *w)
{
	atomic_store(&w->stop, true);
	idle_wake(w);
}

void worker_offer_link(struct worker *w, struct link *link)
{
	link_free(atomic_exchange(&w->offered, link));
	idle_wake(w);
}

// --- life ----------------------------------------------------------------------------------------

static bool complain(const struct worker *w, const char *what)
{
	fprintf(stderr, "sallyport-dataplane: worker %u: no %s\n", w->index, what);
	return false;
}

static bool tcp_start(struct worker *w, const struct conn_arena *arena)
{
	struct tcp_config config = {
	        .slots = arena->slots,
	        .arena = arena->tcp,
	        .syn_slots = SYN_SLOTS,
	        .time_wait_slots = TIME_WAIT_SLOTS,
	        .slab_bytes = STREAM_BYTES,
	        .mss = (uint16_t)(interfaces_mtu(&w->interfaces) - FRAME_IPV4_BYTES - 20),
	        .receive_window = RECEIVE_WINDOW,
	        .send_limit = DATA_SEND_WIDE + SEND_SPARE,
	        .count = w->count + COUNTER_TCP_FIRST,
	        .app_ops = w->data.discard_port != 0 ? &discard_ops : &data_serve_ops,
	        .app = &w->data,
	        .emit = worker_emit,
	        .out = w,
	};

	random_fill(config.secret, sizeof(config.secret));
	w->tcp = tcp_new(&config);
	w->data.tcp = w->tcp;
	if (w->tcp != NULL && w->data.discard_port != 0)
		tcp_listen(w->tcp, w->data.discard_port, true);
	return w->tcp != NULL;
}

static bool data_start(struct worker *w, const struct worker_offer *offer,
                       uint16_t discard_port)
{
	struct data_config config = {.pending_keys = PENDING_KEYS, .count = w->count};
	struct conn_arena arena;
	struct link *link;

	if (!conn_arena_map(offer->conns, &arena))
		return complain(w, "connection arena of a useful size");
	config.conns = arena.conns;
	config.slots = arena.slots;
	if (data_init(&w->data, &config) != STATUS_OK)
		return complain(w, "memory for connections");
	w->data.discard_port = discard_port;
	if (!tcp_start(w, &arena))
		return complain(w, "memory for connections");
	link = link_attach(offer->data[0], offer->data[1], offer->data[2], LINK_A);
	if (link == NULL)
		return complain(w, "usable joint with control");
	data_attach(&w->data, link);
	return true;
}

static void net_port_tell(void *worker, uint32_t i, struct net_port *row)
{
	const struct port *port = ((const struct worker *)worker)->port[i].port;

	row->link = port_is_up(port);
	memcpy(row->driver, port->driver, sizeof(row->driver));
}

static void net_start(struct worker *w)
{
	struct net_config config = {
	        .interfaces = &w->interfaces,
	        .data = &w->data,
	        .out = {w, worker_probe, net_port_tell},
	        .count = w->count,
	};

	random_fill(&config.probe_id, sizeof(config.probe_id));
	net_init(&w->net, &config);
	w->data.net = &w->net;
}

static struct rte_ring *ring_make(const char *kind, uint32_t port, uint32_t from, uint32_t to)
{
	char name[32];

	snprintf(name, sizeof(name), "%s%u_%u_%u", kind, port, from, to);
	return rte_ring_create(name, RING_FRAMES, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

// Frames that leave by this port through our queue, or ours through another's.
static bool leaving_start(struct worker_port *p)
{
	struct worker *w = p->worker;
	uint32_t queues = p->port->queues;

	if (w->index >= queues) {
		p->sender = &w->all[w->index % queues];
		p->batch.through = p->sender->port[p->index].leaving[w->index];
		return true;
	}
	for (uint32_t from = w->index + queues; from < w->workers; from += queues) {
		p->leaving[from] = ring_make("leaving", p->index, from, w->index);
		if (p->leaving[from] == NULL)
			return false;
	}
	return true;
}

// Rings from the others to us: frames of our flows, and frames that leave through our queues.
static bool rings_start(struct worker *w)
{
	for (uint32_t from = 0; from < w->workers; from++) {
		if (from == w->index)
			continue;
		w->handed[from] = ring_make("handed", 0, from, w->index);
		if (w->handed[from] == NULL)
			return false;
	}
	for (uint32_t i = 0; i < w->ports; i++) {
		if (!leaving_start(&w->port[i]))
			return false;
	}
	return true;
}

static bool interfaces_start(struct worker *w, const struct worker_config *config)
{
	uint8_t secret[16];

	w->ports = config->options->ports;
	w->interfaces = (struct interfaces){.count = w->ports, .start = config->host};
	w->interfaces.at = calloc(w->ports, sizeof(struct interface));
	for (uint32_t i = 0; w->interfaces.at != NULL && i < w->ports; i++) {
		struct interface *one = &w->interfaces.at[i];
		struct worker_port *p = &w->port[i];

		*p = (struct worker_port){.worker = w,
		                          .port = &config->port[i],
		                          .interface = one,
		                          .proof = {.count = w->count},
		                          .batch = {.count = w->count,
		                                    .port = config->port[i].id,
		                                    .queue = (uint16_t)w->index},
		                          .index = i};
		if (i > 0)
			p->own = p->batch.own = &w->count[counter_of_port(i, PORT_FRAMES_IN)];
		one->host = config->host[i];
		one->out = worker_neighbor_out(p);
		random_fill(secret, sizeof(secret));
		neighbor_init(&one->neighbors, secret, w->count);
	}
	return w->interfaces.at != NULL;
}

bool worker_init(struct worker *w, const struct worker_config *config)
{
	static const struct net_settings none;
	uint8_t secret[16];

	w->index = config->index;
	w->workers = config->options->workers;
	w->all = config->all;
	w->pool = config->pool;
	clock_start(w);
	w->page = counters_page_map(config->offer->counters);
	if (w->page == NULL)
		return complain(w, "counters page of a useful size");
	w->count = w->page->count;
	if (!interfaces_start(w, config))
		return complain(w, "memory for its interfaces");
	interfaces_apply(&w->interfaces, &none);
	if (config->offer->capture >= 0 && !capture_attach(config->offer->capture, &w->capture))
		return complain(w, "capture file of a useful size");
	random_fill(secret, sizeof(secret));
	w->refusals.key = hash_key_from(secret);
	if (!data_start(w, config->offer, config->options->discard_port))
		return false;
	net_start(w);
	if (!rings_start(w) || !idle_init(w, config->options->spin))
		return complain(w, "rings or descriptors");
	idle_link_changed(w);
	gauges_write(w);
	return true;
}

void worker_fini(struct worker *w)
{
	for (uint32_t i = 0; i < w->ports; i++)
		neighbor_fini(&w->interfaces.at[i].neighbors, &w->interfaces.at[i].out);
	free(w->interfaces.at);
	tcp_free(w->tcp);
	data_fini(&w->data);
	link_free(w->data.link);
	link_free(atomic_exchange(&w->offered, NULL));
	idle_fini(w);
}
