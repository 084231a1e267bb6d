// Inside crypto/pq: 16-bit arithmetic modulo 4591 that vectorises.
#pragma once

#include "crypto/pq/sntrup_poly.h"

#define SNTRUP_Q_INVERSE 15631 // of q mod 2^16
#define SNTRUP_Q_HALF    2295

static inline int16_t sntrup_high(int16_t a, int16_t b)
{
	return (int16_t)((int32_t)a * b >> 16);
}

static inline int16_t sntrup_low(int16_t a, int16_t b)
{
	return (int16_t)((uint32_t)a * (uint32_t)b);
}

// Any a to |c| <= q/2 + 8: a minus q times a / q rounded (14618 is 2^26 / q).
static inline int16_t sntrup_reduce(int16_t a)
{
	return (int16_t)(a - (int16_t)((sntrup_high(a, 14618) + 512) >> 10) * SNTRUP_Q);
}

// Any a to its centred value.
static inline int16_t sntrup_centre(int16_t a)
{
	int16_t c = sntrup_reduce(a);

	c = (int16_t)(c - ((int16_t)(SNTRUP_Q_HALF - c) >> 15 & SNTRUP_Q));
	return (int16_t)(c + ((int16_t)(SNTRUP_Q_HALF + c) >> 15 & SNTRUP_Q));
}

// a b / 2^16 mod q, where `b_scaled` is b / q mod 2^16. Within q/2 + |a b| / 2^16.
static inline int16_t sntrup_montgomery(int16_t a, int16_t b, int16_t b_scaled)
{
	return (int16_t)(sntrup_high(a, b) - sntrup_high(sntrup_low(a, b_scaled), SNTRUP_Q));
}
