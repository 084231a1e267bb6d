// Inverses of polynomials by division steps: "Fast constant-time gcd computation and modular
// inversion" (Bernstein and Yang, 2019), as the NTRU Prime submission uses them.
//
// f and g start as the modulus and the input, both with coefficients reversed; v and r follow
// them so that v is the inverse up to a constant once g has vanished. A step takes v to x v,
// swaps the pairs when delta > 0 and g(0) is not 0, cancels g(0), and divides g by x. Instead
// of moving coefficients, the views of v and g move along their buffers.
#include "crypto/pq/sntrup_mod.h"

#include "crypto/core/secret.h"
#include "crypto/pq/pq_wide.h"

#include <string.h>

#define STEPS (2 * SNTRUP_P - 1)
#define THIRD (-1530) // 1/3 in Z_q

// All ones or zero: does this step swap?
static inline int swap_mask(int delta, int g0)
{
	uint32_t positive = (uint32_t)-delta >> 31;
	uint32_t nonzero = ((uint32_t)g0 | -(uint32_t)g0) >> 31;

	return -(int)pq_opaque(positive & nonzero);
}

static inline int delta_after(int delta, int swap)
{
	return (delta ^ (swap & (delta ^ -delta))) + 1;
}

// Swap by the mask, then b = f0 b - g0 a over 2^16: what is left of b stays within 5300, and
// the factor is the same for g and r.
PQ_BODY void step_q_body(int16_t *restrict a, int16_t *restrict b, int16_t swap, int16_t f0,
                         int16_t g0)
{
	int16_t f0_scaled = sntrup_low(f0, SNTRUP_Q_INVERSE);
	int16_t g0_scaled = sntrup_low(g0, SNTRUP_Q_INVERSE);

	for (unsigned i = 0; i < SNTRUP_SIZED; i++) {
		int16_t t = (int16_t)((a[i] ^ b[i]) & swap);
		int16_t x = (int16_t)(a[i] ^ t), y = (int16_t)(b[i] ^ t);

		a[i] = x;
		b[i] = (int16_t)(sntrup_montgomery(y, f0, f0_scaled) -
		                 sntrup_montgomery(x, g0, g0_scaled));
	}
}

PQ_TWICE(static, step_q, (int16_t * a, int16_t *b, int16_t swap, int16_t f0, int16_t g0),
         (a, b, swap, f0, g0))

static int16_t multiply_q(int16_t a, int16_t b)
{
	int64_t product = (int32_t)a * b;

	product -= ((product * 935518 + (1ll << 31)) >> 32) * SNTRUP_Q; // 2^32 / q
	return sntrup_centre((int16_t)product);
}

// a^(q-2) = 1/a
static int16_t invert_q(int16_t a)
{
	int16_t power = 1;

	for (unsigned bit = 1u << 12; bit > 0; bit >>= 1) {
		power = multiply_q(power, power);
		if ((SNTRUP_Q - 2) & bit)
			power = multiply_q(power, a);
	}
	return power;
}

void sntrup_invert_triple(struct sntrup_poly *out, const struct sntrup_small *in)
{
	struct {
		int16_t f[SNTRUP_SIZED], r[SNTRUP_SIZED];
		int16_t g[SNTRUP_SIZED + STEPS], v[STEPS + SNTRUP_SIZED];
	} w = {.f = {[0] = 1, [SNTRUP_P - 1] = -1, [SNTRUP_P] = -1}, .r = {THIRD}};
	int16_t *g = w.g, *v = w.v + STEPS, scale;
	int delta = 1;

	for (unsigned i = 0; i < SNTRUP_P; i++)
		g[i] = in->c[SNTRUP_P - 1 - i];

	for (unsigned step = 0; step < STEPS; step++) {
		int16_t f0 = sntrup_centre(w.f[0]), g0 = sntrup_centre(g[0]);
		int16_t swap = (int16_t)swap_mask(delta, g0), t = (int16_t)((f0 ^ g0) & swap);

		delta = delta_after(delta, swap);
		f0 ^= t;
		g0 ^= t;
		step_q(w.f, g++, swap, f0, g0);
		step_q(--v, w.r, swap, f0, g0);
	}
	scale = invert_q(sntrup_centre(w.f[0]));
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out->c[i] = multiply_q(scale, sntrup_centre(v[SNTRUP_P - 1 - i]));
	secret_wipe(&w, sizeof(w));
}

// As step_q, where f0 is 1 or -1, so that b = b - f0 g0 a does.
PQ_BODY void step_3_body(int8_t *restrict a, int8_t *restrict b, int8_t swap, int8_t add,
                         int8_t subtract)
{
	for (unsigned i = 0; i < SNTRUP_SIZED; i++) {
		int8_t t = (int8_t)((a[i] ^ b[i]) & swap);
		int8_t x = (int8_t)(a[i] ^ t), y = (int8_t)(b[i] ^ t);

		y = (int8_t)(y + (x & add) - (x & subtract)); // -2..2
		y = (int8_t)(y - ((int8_t)(1 - y) >> 7 & 3));
		a[i] = x;
		b[i] = (int8_t)(y + ((int8_t)(1 + y) >> 7 & 3));
	}
}

PQ_TWICE(static, step_3, (int8_t * a, int8_t *b, int8_t swap, int8_t add, int8_t subtract),
         (a, b, swap, add, subtract))

bool sntrup_invert_mod3(struct sntrup_small *out, const struct sntrup_small *in)
{
	struct {
		int8_t f[SNTRUP_SIZED], r[SNTRUP_SIZED];
		int8_t g[SNTRUP_SIZED + STEPS], v[STEPS + SNTRUP_SIZED];
	} w = {.f = {[0] = 1, [SNTRUP_P - 1] = -1, [SNTRUP_P] = -1}, .r = {1}};
	int8_t *g = w.g, *v = w.v + STEPS, f0;
	int delta = 1;

	for (unsigned i = 0; i < SNTRUP_P; i++)
		g[i] = in->c[SNTRUP_P - 1 - i];

	for (unsigned step = 0; step < STEPS; step++) {
		int8_t swap = (int8_t)swap_mask(delta, g[0]);
		int8_t product = (int8_t)(w.f[0] * g[0]), add = product >> 7;
		int8_t subtract = (int8_t)-product >> 7;

		delta = delta_after(delta, swap);
		step_3(w.f, g++, swap, add, subtract);
		step_3(--v, w.r, swap, add, subtract);
	}
	f0 = w.f[0];
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out->c[i] = (int8_t)(f0 * v[SNTRUP_P - 1 - i]);
	secret_wipe(&w, sizeof(w));
	return delta == 0;
}
