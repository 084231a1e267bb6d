// Polynomials to bytes and back: small ones four to a byte, others in mixed radix, which packs
// numbers below moduli that are not powers of two (NTRU Prime, "Encode" and "Decode").
#include "crypto/pq/sntrup_mod.h"

#include "crypto/core/secret.h"

#include <string.h>

void sntrup_small_encode(uint8_t out[SNTRUP_SMALL_BYTES], const struct sntrup_small *f)
{
	memset(out, 0, SNTRUP_SMALL_BYTES);
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out[i / 4] |= (uint8_t)((f->c[i] + 1) << 2 * (i % 4));
}

void sntrup_small_decode(struct sntrup_small *out, const uint8_t in[SNTRUP_SMALL_BYTES])
{
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out->c[i] = (int8_t)((in[i / 4] >> 2 * (i % 4) & 3) - 1);
}

// A list of numbers below public moduli: one for all of them but the last, which has its own.
// Halving joins neighbours and puts their low bytes out until their joint modulus is below
// LIMIT.
#define LIMIT 16384

struct radix {
	unsigned count;
	uint32_t modulus, last;
};

#define RADIX_HALVINGS 10 // of 761 numbers
#define RADIX_PAIRS    SNTRUP_P

static uint32_t without_byte(uint32_t modulus)
{
	return (modulus + 255) >> 8;
}

static uint32_t below_limit(uint32_t modulus)
{
	while (modulus >= LIMIT)
		modulus = without_byte(modulus);
	return modulus;
}

static struct radix halve(struct radix x)
{
	return (struct radix){
	        .count = (x.count + 1) / 2,
	        .modulus = below_limit(x.modulus * x.modulus),
	        .last = x.count % 2 == 0 ? below_limit(x.modulus * x.last) : x.last,
	};
}

// The modulus of the second number of the pair at i.
static uint32_t second_modulus(const struct radix *x, unsigned i)
{
	return i + 2 == x->count ? x->last : x->modulus;
}

static void radix_encode(uint8_t *out, uint16_t *number, struct radix x)
{
	for (; x.count > 1; x = halve(x)) {
		for (unsigned i = 0; i + 1 < x.count; i += 2) {
			uint32_t joint = number[i] + x.modulus * number[i + 1];
			uint32_t modulus = x.modulus * second_modulus(&x, i);

			for (; modulus >= LIMIT; modulus = without_byte(modulus)) {
				*out++ = (uint8_t)joint;
				joint >>= 8;
			}
			number[i / 2] = (uint16_t)joint;
		}
		if (x.count % 2 != 0)
			number[x.count / 2] = number[x.count - 1];
	}
	for (; x.last > 1; x.last = without_byte(x.last)) {
		*out++ = (uint8_t)number[0];
		number[0] >>= 8;
	}
}

// A public divisor below LIMIT, and 2^32 over it.
struct divisor {
	uint32_t by, inverse;
};

static struct divisor divisor_of(uint32_t by)
{
	return (struct divisor){by, (uint32_t)((1ull << 32) / by)};
}

// The estimate is short by one at most.
static uint32_t divide(uint32_t x, struct divisor d, uint32_t *remainder)
{
	uint32_t quotient = (uint32_t)((uint64_t)x * d.inverse >> 32);
	uint32_t rest = x - quotient * d.by, again = (rest - d.by) >> 31 ^ 1;

	*remainder = rest - (d.by & -again);
	return quotient + again;
}

// Bytes that each pair put out, little-endian, and how many.
struct low_bytes {
	uint16_t value;
	uint8_t bits;
};

static const uint8_t *read_pairs(const uint8_t *in, struct low_bytes *low, struct radix x)
{
	for (unsigned i = 0; i + 1 < x.count; i += 2, low++) {
		uint32_t modulus = x.modulus * second_modulus(&x, i);

		*low = (struct low_bytes){0, 0};
		for (; modulus >= LIMIT; modulus = without_byte(modulus)) {
			low->value |= (uint16_t)(*in++ << low->bits);
			low->bits += 8;
		}
	}
	return in;
}

// Undo one halving in place, from the end, since the list grows.
static void split_pairs(uint16_t *number, const struct low_bytes *low, struct radix x)
{
	struct divisor first = divisor_of(x.modulus), last = divisor_of(x.last);

	if (x.count % 2 != 0)
		number[x.count - 1] = number[x.count / 2];
	for (unsigned i = x.count / 2 * 2; i > 0; i -= 2) {
		const struct low_bytes *l = &low[i / 2 - 1];
		uint32_t joint = l->value + ((uint32_t)number[i / 2 - 1] << l->bits), a, b;

		b = divide(joint, first, &a);
		divide(b, i == x.count ? last : first, &b);
		number[i - 2] = (uint16_t)a;
		number[i - 1] = (uint16_t)b;
	}
}

static void radix_decode(uint16_t *number, const uint8_t *in, struct radix x)
{
	struct low_bytes low[RADIX_PAIRS], *at = low;
	struct radix level[RADIX_HALVINGS];
	uint32_t value = 0, modulus;
	unsigned depth = 0;

	for (; x.count > 1; x = halve(x)) {
		level[depth++] = x;
		in = read_pairs(in, at, x);
		at += x.count / 2;
	}
	modulus = x.last;
	for (unsigned bits = 0; modulus > 1; modulus = without_byte(modulus), bits += 8)
		value |= (uint32_t)*in++ << bits;
	divide(value, divisor_of(x.last), &value);
	number[0] = (uint16_t)value;

	while (depth > 0) {
		x = level[--depth];
		at -= x.count / 2;
		split_pairs(number, at, x);
	}
}

static const struct radix whole = {SNTRUP_P, SNTRUP_Q, SNTRUP_Q};

// Multiples of three: there are (q + 2) / 3.
static const struct radix thirds = {SNTRUP_P, (SNTRUP_Q + 2) / 3, (SNTRUP_Q + 2) / 3};

void sntrup_poly_encode(uint8_t out[SNTRUP_POLY_BYTES], const struct sntrup_poly *f)
{
	uint16_t number[SNTRUP_P];

	for (unsigned i = 0; i < SNTRUP_P; i++)
		number[i] = (uint16_t)(f->c[i] + SNTRUP_Q_HALF);
	radix_encode(out, number, whole);
}

void sntrup_poly_decode(struct sntrup_poly *out, const uint8_t in[SNTRUP_POLY_BYTES])
{
	uint16_t number[SNTRUP_P];

	radix_decode(number, in, whole);
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out->c[i] = (int16_t)(number[i] - SNTRUP_Q_HALF);
}

void sntrup_rounded_encode(uint8_t out[SNTRUP_ROUNDED_BYTES], const struct sntrup_poly *f)
{
	uint16_t number[SNTRUP_P];

	// 10923 is 2^15 / 3, exact for multiples of three in this range.
	for (unsigned i = 0; i < SNTRUP_P; i++)
		number[i] = (uint16_t)((uint32_t)(f->c[i] + SNTRUP_Q_HALF) * 10923 >> 15);
	radix_encode(out, number, thirds);
	secret_wipe(number, sizeof(number));
}

void sntrup_rounded_decode(struct sntrup_poly *out, const uint8_t in[SNTRUP_ROUNDED_BYTES])
{
	uint16_t number[SNTRUP_P];

	radix_decode(number, in, thirds);
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out->c[i] = (int16_t)(3 * number[i] - SNTRUP_Q_HALF);
}
