// Arbitrary but repeatable polynomials for the tests of sntrup761, and slow arithmetic.
#pragma once

#include "crypto/pq/sntrup_poly.h"

static uint64_t any_state = 1;

static inline unsigned any_below(unsigned bound)
{
	any_state = any_state * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(any_state >> 33) % bound;
}

static inline struct sntrup_small any_small(void)
{
	struct sntrup_small f;

	for (unsigned i = 0; i < SNTRUP_P; i++)
		f.c[i] = (int8_t)((int)any_below(3) - 1);
	return f;
}

static inline struct sntrup_poly any_poly(void)
{
	struct sntrup_poly f;

	for (unsigned i = 0; i < SNTRUP_P; i++)
		f.c[i] = (int16_t)((int)any_below(SNTRUP_Q) - SNTRUP_Q / 2);
	return f;
}

// The centred remainder.
static inline int centred(int64_t x, int modulus)
{
	int r = (int)(x % modulus);

	if (r > modulus / 2)
		return r - modulus;
	return r < -(modulus / 2) ? r + modulus : r;
}

// The product modulo x^761 - x - 1, over the integers.
static inline void slow_product(int64_t out[SNTRUP_P], const struct sntrup_poly *a,
                                const struct sntrup_small *b)
{
	int64_t sum[2 * SNTRUP_P] = {0};

	for (unsigned i = 0; i < SNTRUP_P; i++) {
		for (unsigned k = 0; k < SNTRUP_P; k++)
			sum[i + k] += a->c[i] * b->c[k];
	}
	for (unsigned i = 2 * SNTRUP_P - 2; i >= SNTRUP_P; i--) {
		sum[i - SNTRUP_P] += sum[i];
		sum[i - SNTRUP_P + 1] += sum[i];
	}
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out[i] = sum[i];
}
