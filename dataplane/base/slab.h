// Chunks of a few sizes from one fixed reservation. Taking and giving are O(1); memory is
// committed when first touched and reused most recent first. A chunk is named by a 32-bit
// reference, so that a structure holding it stays position independent, and its size is charged
// to the account of its user. One thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLAB_NONE      0u
#define SLAB_CHUNK_MAX 4096u // the largest chunk

struct slab;

// Reserve `bytes` (rounded up to 16 KiB); NULL when that fails.
struct slab *slab_new(size_t bytes);
void slab_free(struct slab *s);

// A chunk of at least `bytes` (at most SLAB_CHUNK_MAX), or SLAB_NONE. Its content is arbitrary.
uint32_t slab_take(struct slab *s, size_t bytes, uint32_t *account);
// Give it back; `account` is the one it was charged to.
void slab_give(struct slab *s, uint32_t ref, uint32_t *account);

void *slab_at(const struct slab *s, uint32_t ref);
size_t slab_size(const struct slab *s, uint32_t ref);

struct slab_gauges {
	size_t used_bytes; // in chunks in use
	size_t peak_bytes;
	size_t held_bytes; // in pages with at least one chunk in use: what cannot serve another size
	size_t limit_bytes; // the reservation
};
struct slab_gauges slab_gauges(const struct slab *s);
