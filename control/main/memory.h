// The allocator of this process: jemalloc, one arena per shard; the system's in sanitizer builds.
#pragma once

#include <stddef.h>

// Give the calling thread an arena of its own.
void memory_own_arena(void);

// A statistic by its mallctl name, brought up to date; 0 when there is none.
size_t memory_stat(const char *name);
