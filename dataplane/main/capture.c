// The worker's end of a capture ring.
#include "dataplane/main/capture.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

bool capture_attach(int fd, struct capture_ring **out)
{
	struct capture_ring *ring;
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_size < (off_t)(CAPTURE_HEADER + 65536))
		return false;
	ring = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED)
		return false;
	ring->magic = CAPTURE_MAGIC;
	ring->version = CAPTURE_VERSION;
	ring->bytes = ((uint64_t)st.st_size - CAPTURE_HEADER) / 8 * 8;
	*out = ring;
	return true;
}

static void ring_put(struct capture_ring *ring, uint64_t at, const void *from, size_t len)
{
	size_t start = at % ring->bytes;
	size_t first = len < ring->bytes - start ? len : ring->bytes - start;

	memcpy(ring->data + start, from, first);
	memcpy(ring->data, (const uint8_t *)from + first, len - first);
}

bool capture_write(struct capture_ring *ring, struct span frame, enum capture_direction which)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
	struct capture_entry entry = {.direction = which};
	struct timespec now;
	size_t whole;

	clock_gettime(CLOCK_REALTIME, &now);
	entry.unix_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	entry.length =
	        (uint32_t)(frame.len < CAPTURE_FRAME_MAX ? frame.len : CAPTURE_FRAME_MAX);
	whole = sizeof(entry) + (entry.length + 7u) / 8 * 8;
	if (head - tail + whole > ring->bytes) {
		atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
		return false;
	}
	ring_put(ring, head, &entry, sizeof(entry));
	ring_put(ring, head + sizeof(entry), frame.data, entry.length);
	atomic_store_explicit(&ring->head, head + whole, memory_order_release);
	return true;
}
