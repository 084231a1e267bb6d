// Frames between a port and the dataplane's TCP, for a host that has many addresses.
#pragma once

#include "dataplane/nic/arp.h"
#include "dataplane/nic/batch.h"
#include "dataplane/nic/ndp.h"
#include "dataplane/nic/unmap.h"

struct load_frames {
	struct port port;
	struct rte_mempool *pool;
	struct batch batch[PORT_WORKERS_MAX]; // one a queue
	struct host host; // its one address is whichever of ours the frame in hand is about
	struct ip_addr first;
	uint32_t addresses;
	struct neighbor_table neighbors;
	uint64_t count[COUNTERS];
	uint64_t now_us;
	struct tcp *tcp;
	struct rounds rounds; // in which the port's memory is touched
	uint32_t depth;       // of calls within one
};

// Open the port with so many queue pairs and wait for its link. Complains on stderr.
bool load_frames_init(struct load_frames *f, uint16_t queues);

struct ip_addr load_frames_address(const struct load_frames *f, uint32_t i);
// Find who the target's frames go to, and make each of our addresses known there, so that no
// connection waits for it. Once, when tcp is set.
bool load_frames_greet(struct load_frames *f, const struct ip_addr *target);
void load_frames_emit(void *frames, const struct tcp_emission *segment);
unsigned load_frames_receive(struct load_frames *f); // how many came
bool load_frames_flush(struct load_frames *f);       // did any leave?
void load_frames_timers(struct load_frames *f);
