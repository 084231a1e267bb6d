// Frames on their way out, sent in bursts: when full, and at the end of every loop. Owner core
// only.
#pragma once

#include "dataplane/nic/port.h"

#define BATCH_FRAMES 64u
#define BATCH_TRIES  8u

struct batch {
	uint64_t *count; // writer: this core
	uint16_t port, queue;
	uint16_t frames;
	struct rte_mbuf *frame[BATCH_FRAMES];
};

// Takes the frame over.
void batch_add(struct batch *b, struct rte_mbuf *frame);

// Hand all to the port. What it does not take after a few tries is dropped and counted: TCP sends
// again.
void batch_flush(struct batch *b);
