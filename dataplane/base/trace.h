// Follow one connection through all processes: each step writes a fixed record in a ring that the
// supervisor made (RUN/trace/<process>) and anyone may read later. Off, a step costs one
// predictable branch; on, a clock reading and a cache line. Any thread.
#pragma once

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_RECORDS  65536u // newest kept
#define TRACE_FUNCTION 40

struct trace_record {
	uint64_t ns; // CLOCK_MONOTONIC; 0 while the record is being written
	uint32_t slot, life;
	uint32_t pid, thread;
	char function[TRACE_FUNCTION]; // cut, NUL-padded
};
static_assert(sizeof(struct trace_record) == 64, "one cache line");

// The file: a header page, then the records.
struct trace_ring {
	uint32_t magic, version;
	_Alignas(64) _Atomic uint64_t next; // records ever written; writers: all threads
	_Alignas(4096) struct trace_record records[TRACE_RECORDS];
};
#define TRACE_BYTES sizeof(struct trace_ring)

extern struct trace_ring *trace_ring; // NULL: off. Writer: trace_attach, before other threads

// Size and label an empty file; a file that is one already keeps its records. False with errno.
[[nodiscard]] bool trace_create(int fd);

// Write into this file from now on; the descriptor stays the caller's and may be closed. False
// (and tracing stays as it was) when it is not such a file.
bool trace_attach(int fd);

void trace_write(const char *function, uint32_t slot, uint32_t life);

static inline void trace_step(const char *function, uint32_t slot, uint32_t life)
{
	if (__builtin_expect(trace_ring != NULL, 0))
		trace_write(function, slot, life);
}

#define TRACE_STEP(slot, life) trace_step(__func__, (slot), (life))

// Read the finished records of a file, in order of writing, into `out` (TRACE_RECORDS of them);
// returns how many. The file is untrusted: text is made printable.
size_t trace_read(int fd, struct trace_record *out);
