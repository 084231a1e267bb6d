// The one source of random bytes. Tests may replace it to make a run repeatable.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Fill with random bytes; aborts the process when the system has none. Any thread.
void random_fill(void *out, size_t len);

// Uniform in [0, bound); bound > 0.
uint32_t random_below(uint32_t bound);

// Tests only: replace the source; NULL restores the system's. Not while other threads draw.
void random_source_set(void (*source)(void *out, size_t len));
