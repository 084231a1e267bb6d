// What this process holds, from the allocator itself.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define MEMORY_ROWS 4

struct memory_row {
	const char *what;
	uint64_t bytes;
};

// Fills `rows`, returns how many; none where the allocator is not jemalloc (sanitizers).
size_t memory_read(struct memory_row rows[MEMORY_ROWS]);
