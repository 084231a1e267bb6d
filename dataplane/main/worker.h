// One poll-mode worker: everything of it that changes hangs off struct worker. The loop is
// receive, judge, time, drain the joint with control, send; it sleeps only when all of these have
// nothing to do (worker_idle.c).
#pragma once

#include <stdatomic.h>

#include "dataplane/base/rounds.h"
#include "dataplane/link/link_place.h"
#include "dataplane/main/capture.h"
#include "dataplane/main/net_serve.h"
#include "dataplane/main/offers.h"
#include "dataplane/nic/batch.h"
#include "dataplane/nic/proof.h"

struct rte_ring;

#define WORKER_BURST  64u
#define WORKER_FRAMES 16384u // receive and transmit buffers of one worker

struct idle {
	int epoll;
	int link_fd;             // doorbell of the joint, or -1
	uint64_t quiet_since_us; // 0: busy
	uint64_t spin_us;        // how long to poll before the next sleep
	bool spin;               // never sleep
	bool naps;               // frames may come to a queue of its without a word
	struct link_place place;
	_Atomic bool asleep; // writer: this worker; readers: those that hand frames over
};

// What one worker has of one port.
struct worker_port {
	struct worker *worker;
	const struct port *port;
	struct interface *interface; // who we are on it
	struct batch batch;
	uint64_t *own;      // its rows in the page (enum port_counter); NULL: the first port
	struct proof proof; // of the port's word on checksums
	uint32_t index;
	int fd;                // wakes when frames arrive, or -1
	bool look;             // frames may wait in it
	struct worker *sender; // whose queue is ours too; NULL: we have one
	struct rte_ring
	        *leaving[PORT_WORKERS_MAX]; // from worker i, which sends through our queue
};

struct worker {
	// hot
	uint64_t now_us; // of this loop
	struct tcp *tcp;
	uint64_t *count; // in the page; writer: this core
	struct rte_mempool *pool;
	struct worker_port port[NET_PORTS_MAX];
	uint32_t ports;
	struct data_serve data;
	struct capture_ring *capture; // NULL: none offered
	uint32_t index;
	struct rounds rounds; // a round is a worker_turn
	// warm
	struct idle idle;
	struct limit echoes;
	struct source_limit refusals; // ICMP errors sent
	uint64_t gauges_us;           // when the page's gauges were written
	uint64_t tsc_start, tsc_per_us, us_start;
	struct interfaces interfaces;
	struct net_serve net; // rules, probes, the operator's questions
	struct counters_page *page;
	// shared
	struct worker *all; // of all workers; each reads only what is marked so
	uint32_t workers;
	int wake_fd;                    // eventfd; writers: main, other workers
	_Atomic bool stop;              // writer: main
	_Atomic(struct link *) offered; // a new joint; writer: main, taken by this worker
	struct rte_ring
	        *handed[PORT_WORKERS_MAX]; // from worker i; single producer and consumer
	_Atomic bool over;                 // writer: this worker; readers: its senders
	struct hash_key flow_key;          // the same in all workers; written at start only
};

struct worker_config {
	const struct options *options;
	const struct port *port; // all of them
	const struct host *host; // of each
	const struct worker_offer *offer;
	struct rte_mempool *pool;
	struct worker *all;
	uint32_t index;
};

// Map, allocate, attach. Complains on stderr.
[[nodiscard]] bool worker_init(struct worker *w, const struct worker_config *config);
void worker_fini(struct worker *w);

// Run until told to stop; then tell all peers, at most for WORKER_FAREWELL_US.
#define WORKER_FAREWELL_US 500000u
int worker_run(void *worker);

// From the main thread: stop, or take a joint with a new control.
void worker_stop(struct worker *w);
void worker_offer_link(struct worker *w, struct link *link);

// --- shared by the worker's files ----------------------------------------------------------------

uint64_t worker_clock(const struct worker *w);

// One turn of the loop. Answers whether there was anything to do.
bool worker_turn(struct worker *w);

// worker_frames.c
struct neighbor_out worker_neighbor_out(struct worker_port *p);
void worker_emit(void *worker, const struct tcp_emission *segment);
enum net_echo_kind worker_probe(void *worker, const struct probe *p);
// A burst from a port; then judge it. The first answers how many.
unsigned worker_take(struct worker_port *p, struct rte_mbuf **frames);
void worker_judge(struct worker_port *p, struct rte_mbuf **frames, unsigned n);
// Judge what other workers handed over. Answers how many.
unsigned worker_take_handed(struct worker *w);
// What the turn leaves, ours and that of workers without a queue. Answers whether there was any.
bool worker_send(struct worker *w);

// worker_idle.c
[[nodiscard]] bool idle_init(struct worker *w, bool spin);
void idle_link_changed(struct worker *w);
void idle_step(struct worker *w, bool busy);
void idle_wake(struct worker *w); // from any thread
void idle_fini(struct worker *w);
