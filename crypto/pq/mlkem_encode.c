// Coefficients to bytes and back, compressing where bits are few (FIPS 203 section 4.2.1).
#include "crypto/pq/mlkem_poly.h"

#include "crypto/pq/pq_wide.h"

// round(2^bits x / q) mod 2^bits. The division is a multiplication by 2^34 / q, exact for every
// x below q: a divide instruction would tell the secret by its time.
static inline unsigned compress(int16_t x, unsigned bits)
{
	uint64_t scaled = ((uint64_t)(uint16_t)x << bits) + MLKEM_Q / 2;

	return (unsigned)(scaled * 5160670 >> 34) & ((1u << bits) - 1);
}

// round(q y / 2^bits)
static inline int16_t decompress(unsigned y, unsigned bits)
{
	return (int16_t)((y * MLKEM_Q + (1u << (bits - 1))) >> bits);
}

void mlkem_encode12(uint8_t out[MLKEM_ENCODED(12)], const struct mlkem_poly *f)
{
	for (unsigned i = 0; i < MLKEM_N; i += 2, out += 3) {
		unsigned pair = (unsigned)f->c[i] | (unsigned)f->c[i + 1] << 12;

		out[0] = (uint8_t)pair;
		out[1] = (uint8_t)(pair >> 8);
		out[2] = (uint8_t)(pair >> 16);
	}
}

void mlkem_encode10(uint8_t out[MLKEM_ENCODED(10)], const struct mlkem_poly *f)
{
	uint16_t word[MLKEM_N];

	for (unsigned i = 0; i < MLKEM_N; i++)
		word[i] = (uint16_t)compress(f->c[i], 10);
	for (unsigned i = 0; i < MLKEM_N; i += 4, out += 5) {
		uint64_t four = word[i] | (uint64_t)word[i + 1] << 10 |
		                (uint64_t)word[i + 2] << 20 | (uint64_t)word[i + 3] << 30;

		for (unsigned k = 0; k < 5; k++)
			out[k] = (uint8_t)(four >> 8 * k);
	}
}

void mlkem_encode4(uint8_t out[MLKEM_ENCODED(4)], const struct mlkem_poly *f)
{
	for (unsigned i = 0; i < MLKEM_N; i += 2)
		out[i / 2] = (uint8_t)(compress(f->c[i], 4) | compress(f->c[i + 1], 4) << 4);
}

void mlkem_encode1(uint8_t out[MLKEM_ENCODED(1)], const struct mlkem_poly *f)
{
	for (unsigned i = 0; i < MLKEM_N; i += 8) {
		unsigned byte = 0;

		for (unsigned k = 0; k < 8; k++)
			byte |= compress(f->c[i + k], 1) << k;
		out[i / 8] = (uint8_t)byte;
	}
}

bool mlkem_decode12(struct mlkem_poly *out, const uint8_t in[MLKEM_ENCODED(12)])
{
	unsigned below = ~0u; // the sign of c - q, as long as every one is negative

	for (unsigned i = 0; i < MLKEM_N; i += 2, in += 3) {
		unsigned pair = in[0] | (unsigned)in[1] << 8 | (unsigned)in[2] << 16;

		out->c[i] = (int16_t)(pair & 0xfff);
		out->c[i + 1] = (int16_t)(pair >> 12);
		below &= ((pair & 0xfff) - MLKEM_Q) & ((pair >> 12) - MLKEM_Q);
	}
	return below >> 31;
}

void mlkem_decode10(struct mlkem_poly *out, const uint8_t in[MLKEM_ENCODED(10)])
{
	for (unsigned i = 0; i < MLKEM_N; i += 4, in += 5) {
		uint64_t four = 0;

		for (unsigned k = 0; k < 5; k++)
			four |= (uint64_t)in[k] << 8 * k;
		for (unsigned k = 0; k < 4; k++)
			out->c[i + k] = decompress((unsigned)(four >> 10 * k) & 0x3ff, 10);
	}
}

void mlkem_decode4(struct mlkem_poly *out, const uint8_t in[MLKEM_ENCODED(4)])
{
	for (unsigned i = 0; i < MLKEM_N; i += 2) {
		out->c[i] = decompress(in[i / 2] & 15, 4);
		out->c[i + 1] = decompress(in[i / 2] >> 4, 4);
	}
}

// A bit becomes 0 or (q + 1) / 2; hidden from the compiler, which would branch on it.
void mlkem_decode1(struct mlkem_poly *out, const uint8_t in[MLKEM_ENCODED(1)])
{
	for (unsigned i = 0; i < MLKEM_N; i++) {
		uint32_t bit = pq_opaque(in[i / 8] >> i % 8 & 1u);

		out->c[i] = (int16_t)(-bit & ((MLKEM_Q + 1) / 2));
	}
}
