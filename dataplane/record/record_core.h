// Inside of the record layer's per-worker part. Private to dataplane/record.
#pragma once

#include "crypto/suite/ssh1_cipher.h"
#include "dataplane/record/record.h"

#define CONTEXT_WAYS 4u
#define CONTEXT_SETS 16u
#define NOISE_BYTES  1024u

// Whose expanded key a context holds.
struct context_name {
	uint32_t slot, life;
	uint16_t generation;
	bool sealing;
	bool used;
};

struct context_set {
	struct context_name name[CONTEXT_WAYS];
	struct suite_ctx *ctx[CONTEXT_WAYS];
	bool recent[CONTEXT_WAYS]; // clock: used since the hand last passed
	uint8_t suite[CONTEXT_WAYS];
	unsigned hand;
};

struct pending_keys {
	struct suite_keys keys;
	uint32_t next_free;
	uint8_t suite;
};

#define V1_CONTEXTS 16u
#define V1_MARKS    16384u // places for the blocks of one record: a quarter is in use at most

// An expanded SSH-1 key and whose it is; both directions share it.
struct v1_context {
	uint32_t slot, life; // life 0: free
	struct ssh1_cipher cipher;
};

struct record_core {
	uint64_t *count; // writer: this core
	struct context_set sets[CONTEXT_SETS];
	uint8_t *contexts; // one run of memory behind all ctx pointers
	struct pending_keys *pending;
	uint32_t pending_max, pending_used;
	uint32_t pending_free;    // first of the given-back ones, or RECORD_NO_KEYS
	uint32_t pending_touched; // those from here on were never used
	size_t noise_left;
	uint8_t noise[NOISE_BYTES]; // random padding, drawn in bulk
	_Alignas(64) uint8_t plain[RECORD_MAX + 64];
	_Alignas(64) uint8_t wire[RECORD_MAX + 64];
	// Touched by SSH-1 alone.
	uint64_t v1_seed; // of the places in v1_marks; 0: none yet
	uint16_t v1_marks[V1_MARKS];
	struct v1_context v1[V1_CONTEXTS];
};
static_assert(RECORD_MAX / SSH1_BLOCK < V1_MARKS / 2, "a place for every block");

// The expanded context of one direction's keys in force, made anew when it is not in the cache.
struct suite_ctx *record_context(struct record_core *core, const struct record_half *half,
                                 struct conn_id id, bool sealing);

// The keys that wait become those in force; strict KEX starts the sequence again.
void record_newkeys(struct record_core *core, struct record_half *half, bool strict);

void record_noise(struct record_core *core, uint8_t *out, size_t len);
