// Frames on their way out, sent in bursts: when full, and at the end of every loop. Owner core
// only.
#pragma once

#include "dataplane/nic/port.h"

#define BATCH_FRAMES 64u
#define BATCH_TRIES  8u

struct rte_ring;

struct batch {
	uint64_t *count;          // writer: this core
	uint64_t *own;            // the port's own rows, or NULL
	struct rte_ring *through; // to the core whose queue sends them; NULL: the queue is ours
	uint16_t port, queue;
	uint16_t frames;
	struct rte_mbuf *frame[BATCH_FRAMES];
};

// Takes the frame over.
void batch_add(struct batch *b, struct rte_mbuf *frame);

// Hand all to the port. What it does not take after a few tries is dropped and counted: TCP sends
// again.
void batch_flush(struct batch *b);

// Send what another core has handed over, the same way, at once.
void batch_pass(struct batch *b, struct rte_mbuf **frames, unsigned n);
