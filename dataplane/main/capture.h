// Frames of one worker in a file that a reader may watch: a ring with one writer (the worker) and
// one reader (sallyport-dataplane --capture). The worker writes only while a reader says so.
#pragma once

#include <assert.h>
#include <stdatomic.h>

#include "crypto/core/span.h"
#include "crypto/core/status.h"
#include "dataplane/main/pcapng.h"

#define CAPTURE_MAGIC       0x53505243u // "SPRC"
#define CAPTURE_VERSION     1u
#define CAPTURE_FRAME_MAX   2048u
#define CAPTURE_HEADER      4096u
#define CAPTURE_PATIENCE_US (2u * 1000 * 1000) // a reader silent for longer is gone

struct capture_ring {
	uint32_t magic, version;
	uint64_t bytes;                     // of the data behind the header page
	_Alignas(64) _Atomic uint64_t head; // written; writer: worker
	_Atomic uint64_t lost;              // writer: worker
	_Alignas(64) _Atomic uint64_t tail; // read; writer: reader
	_Atomic uint64_t wanted_until_us;   // CLOCK_MONOTONIC; writer: reader
	_Alignas(CAPTURE_HEADER) uint8_t data[];
};
static_assert(sizeof(struct capture_ring) == CAPTURE_HEADER, "one page, then frames");

// In the ring, each followed by its bytes and padding to 8.
struct capture_entry {
	uint32_t length; // bytes kept
	uint32_t direction;
	uint64_t unix_ns;
};

// The worker's end. False when the file cannot be one.
[[nodiscard]] bool capture_attach(int fd, struct capture_ring **out);

static inline bool capture_is_wanted(const struct capture_ring *ring, uint64_t now_us)
{
	return ring != NULL &&
	       atomic_load_explicit(&ring->wanted_until_us, memory_order_relaxed) > now_us;
}

// Keep a frame. False: no room, it is lost to the reader.
bool capture_write(struct capture_ring *ring, struct span frame, enum capture_direction which);

struct options;
// The reader: frames of all rings in a folder into a pcapng file. An exit code.
int capture_run(const struct options *options);
