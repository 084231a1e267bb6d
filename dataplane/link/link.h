// One joint between two processes: two directions, each a single-producer single-consumer ring of
// 64-byte cells and a set of shared message buffers, in one sealed memfd. Many sessions share a
// joint; {slot, life} names whose cell it is. No pointer ever crosses.
//
// The other side is not trusted: whatever it writes is copied once, then checked, then used. A
// full ring or an empty buffer pool is an answer, never a loss: the producer stops what feeds it.
// No DPDK here. One thread per end.
#pragma once

#include <assert.h>

#include "crypto/core/span.h"
#include "crypto/core/status.h"

#define LINK_BODY_BYTES 32
#define LINK_NO_BUFFER  UINT32_MAX

struct link_cell {
	uint16_t kind;     // a row of this joint's message list
	uint16_t flags;    // meaning given by the row
	uint32_t slot;     // session or dialogue ...
	uint32_t life;     // ... and which life of that slot
	uint32_t buffer;   // name of a message buffer, or LINK_NO_BUFFER
	uint32_t length;   // bytes used in that buffer; 0 without one
	uint32_t reserved; // zero
	uint64_t
	        offset; // bytes this session has sent in this direction before this cell (decision:
	// a replay after a restart is recognised by it); 0 where it has no meaning
	uint8_t body[LINK_BODY_BYTES];
};
static_assert(sizeof(struct link_cell) == 64, "a cell is one cache line");

// Shape of one direction. Counts are powers of two. Large buffers hold any SSH message.
struct link_shape {
	uint32_t cells;
	uint32_t small_bytes, small_count;
	uint32_t large_bytes, large_count;
};

enum link_side { LINK_A, LINK_B };

// Bytes that a joint of these shapes takes; make the memfd (sealed against resizing, close-on-exec,
// lazily committed). Returns the descriptor, or -1 with errno.
size_t link_bytes(const struct link_shape *a_to_b, const struct link_shape *b_to_a);
int link_create(const char *name, const struct link_shape *a_to_b,
                const struct link_shape *b_to_a);

// One end. Private memory of its owner.
struct link;

// Map an end. `wake_self` and `wake_peer` are eventfds (doorbells). The shapes are read from the
// memfd's header once and checked. Descriptors stay the caller's until link_free, which closes
// them. NULL with errno when the segment is not what it should be.
struct link *link_attach(int memfd, int wake_self, int wake_peer, enum link_side side);
void link_free(struct link *l); // NULL is fine

// --- producing ---------------------------------------------------------------------------------

// Cells that can be posted now. Asks the other side's index at most once per call.
uint32_t link_room(struct link *l);

// A refusal (full ring, no buffer, link_room or link_buffers_free answering 0) is remembered: the
// next sleep ends when the other side gives anything back. Who stops earlier of his own accord
// says so here.
void link_want_room(struct link *l);

// Borrow a message buffer of at least `bytes` for writing; NULL when there is none of that size
// (or bytes is larger than any). It is ours until posted or dropped.
void *link_buffer_take(struct link *l, size_t bytes, uint32_t *name, size_t *capacity);
void link_buffer_drop(struct link *l, uint32_t name);
uint32_t link_buffers_free(struct link *l, bool large);

// Post a cell; with a buffer, its ownership passes. False when the ring is full: nothing changed.
[[nodiscard]] bool link_post(struct link *l, const struct link_cell *cell);

// Take a buffer, copy `payload` into it, post. False when ring or pool is full: nothing changed.
[[nodiscard]] bool link_send(struct link *l, struct link_cell *cell, struct span payload);

// Wake the other side if it sleeps and there is something new. Once per loop, not per cell.
void link_flush(struct link *l);

// --- consuming ---------------------------------------------------------------------------------

// Copy the next cell out; `payload` is its bytes in shared memory (the peer may still write them:
// copy before parsing anything that matters). False when the ring is empty. A cell whose buffer
// name or length is out of bounds is counted, consumed and skipped. Call link_done when its
// effect is stored: only then is it published as consumed and its buffer given back.
bool link_next(struct link *l, struct link_cell *cell, struct span *payload);
void link_done(struct link *l);

// As link_done, but keeps the buffer for later; give it back with link_buffer_return.
void link_done_keep(struct link *l);
void link_buffer_return(struct link *l, uint32_t name);

// --- sleeping ----------------------------------------------------------------------------------

int link_doorbell(const struct link *l); // eventfd to wait on

// Announce sleep; false when there is work after all (do not sleep). After waking, link_awake
// clears the announcement and the eventfd.
[[nodiscard]] bool link_sleep(struct link *l);
void link_awake(struct link *l);

// --- watching ----------------------------------------------------------------------------------

struct link_stats {
	uint64_t posted, received, full, no_buffer, bad_index, bad_return, doorbells;
	uint32_t small_out, large_out; // our buffers held by the other side or being written
	uint64_t bad_cell; // cells skipped for their buffer name, length or reserved field
};
void link_stats(const struct link *l, struct link_stats *out);
