// The generator's clock, by itself: a test has one of its own.
#include "tests/load/link/load_link.h"

#include <time.h>

uint64_t load_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000;
}
