// The shared memory behind a joint: how it is laid out, made and checked. Private to
// dataplane/link.
//
//	header page | A to B: lane, cells, returned names, small, large | B to A: the same
#pragma once

#include <stdatomic.h>

#include "dataplane/link/link.h"

#define LINK_LINE        64u
#define LINK_PAGE        4096u
#define LINK_CELLS_MAX   (1u << 20)
#define LINK_BUFFERS_MAX (1u << 20)
#define LINK_BUFFER_MAX  (1u << 20) // bytes of one buffer

enum link_asleep { LINK_AWAKE, LINK_ASLEEP, LINK_ASLEEP_WANTING };

// Indices of one direction. They run freely and wrap; only their distances matter.
struct link_lane {
	_Alignas(64) _Atomic uint32_t tail; // cells posted; writer: producer
	_Alignas(64) _Atomic uint32_t head; // cells whose effect is stored; writer: consumer
	_Atomic uint32_t returned;          // buffer names given back; writer: consumer
	_Atomic uint32_t place;             // link_place.h; writer: consumer
	// Of the consuming end: writers: consumer (falls asleep), producer (rings)
	_Alignas(64) _Atomic uint32_t asleep;
};
static_assert(sizeof(struct link_lane) == 3 * LINK_LINE, "one writer a line");
static_assert(ATOMIC_INT_LOCK_FREE == 2, "indices are shared between processes");

// Where the parts of one direction start, counted from the segment's start.
struct link_plan {
	struct link_shape shape;
	uint32_t names;       // buffers of both sizes
	uint32_t return_mask; // places in the ring of returned names, minus one
	size_t lane, cells, returns, small, large, end;
};

// Lay one direction out from `start`. False when the shape is not one that we make.
[[nodiscard]] bool link_plan_make(const struct link_shape *shape, size_t start,
                                  struct link_plan *out);

// Check a segment's size, seals and header; make both plans and map it. NULL with errno.
void *link_segment_map(int memfd, struct link_plan plans[2], size_t *bytes);
