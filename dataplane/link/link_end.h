// One end of a joint, as its files see it. Private to dataplane/link.
#pragma once

#include "dataplane/link/link_segment.h"

enum buffer_state { BUFFER_FREE, BUFFER_TAKEN, BUFFER_OUT };

// The direction that we write. All but `lane` and what it points to is private.
struct producer {
	struct link_plan plan;
	struct link_lane *lane;
	struct link_cell *cells;   // shared; we write
	_Atomic uint32_t *returns; // shared; the consumer writes
	uint8_t *state;            // enum buffer_state of each name
	uint32_t *free_names[2];   // stacks: small, large
	uint32_t free_count[2];
	uint32_t tail, head_seen; // ours; the consumer's, checked
	uint32_t returns_taken;
	uint32_t flushed; // tail at the last flush
};

// The direction that we read.
struct consumer {
	struct link_plan plan;
	struct link_lane *lane;
	const struct link_cell *cells; // shared; the producer writes
	_Atomic uint32_t *returns;     // shared; we write
	uint8_t *held;                 // 1: this name is with us
	uint32_t head, tail_seen;
	uint32_t returned;
	uint32_t head_flushed, returned_flushed;
	bool in_hand; // between link_next and link_done
	uint32_t buffer_in_hand;
};

struct link {
	struct producer out;
	struct consumer in;
	uint8_t *base;
	size_t bytes;
	int memfd, wake_self, wake_peer;
	bool announced;  // asleep, as far as the other side knows
	bool rung;       // the doorbell has been, or is about to be, written
	uint32_t unrung; // wakes that it had no part in
	bool starved;    // something was refused for want of room since the last word of room
	struct link_stats stats;
};

// Bytes and capacity of a buffer whose name has been checked.
static inline uint8_t *link_buffer_at(const struct link *l, const struct link_plan *p,
                                      uint32_t name, size_t *capacity)
{
	if (name < p->shape.small_count) {
		*capacity = p->shape.small_bytes;
		return l->base + p->small + (size_t)name * p->shape.small_bytes;
	}
	*capacity = p->shape.large_bytes;
	return l->base + p->large +
	       (size_t)(name - p->shape.small_count) * p->shape.large_bytes;
}

// Has the consumer of our direction given anything back that we had not yet looked at?
bool link_room_came(struct link *l);

// Is there a cell to take? An index that cannot be is counted and means no.
bool link_cell_waits(struct link *l);
