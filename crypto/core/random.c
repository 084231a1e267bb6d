// Random bytes from OpenSSL's per-thread DRBG, so that a small draw costs no system call.
#include "crypto/core/random.h"

#include <openssl/rand.h>
#include <stdlib.h>

static void system_fill(void *out, size_t len)
{
	if (RAND_bytes(out, (int)len) != 1)
		abort();
}

static void (*fill)(void *out, size_t len) = system_fill;

void random_fill(void *out, size_t len)
{
	if (len > 0)
		fill(out, len);
}

uint32_t random_below(uint32_t bound)
{
	uint32_t limit = UINT32_MAX - UINT32_MAX % bound;
	uint32_t draw;

	do {
		random_fill(&draw, sizeof(draw));
	} while (draw >= limit);
	return draw % bound;
}

void random_source_set(void (*source)(void *out, size_t len))
{
	fill = source != NULL ? source : system_fill;
}
