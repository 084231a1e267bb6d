// crypto/pq/mlkem_encode.c: compression is checked for every coefficient there is.
#include "crypto/pq/mlkem_poly.h"
#include "tests/unit/check.h"

#define POLYS ((MLKEM_Q + MLKEM_N - 1) / MLKEM_N)

// All coefficients below q are in the polynomials 0 to POLYS - 1.
static struct mlkem_poly part(unsigned n)
{
	struct mlkem_poly f;

	for (unsigned i = 0; i < MLKEM_N; i++)
		f.c[i] = (int16_t)((n * MLKEM_N + i) % MLKEM_Q);
	return f;
}

// round(2^bits x / q) mod 2^bits by a division (FIPS 203, 4.7).
static unsigned compressed(unsigned x, unsigned bits)
{
	return ((x << (bits + 1)) + MLKEM_Q) / (2 * MLKEM_Q) % (1u << bits);
}

static unsigned bits_at(const uint8_t *bytes, unsigned index, unsigned bits)
{
	unsigned value = 0;

	for (unsigned i = 0; i < bits; i++) {
		unsigned at = index * bits + i;

		value |= (bytes[at / 8] >> at % 8 & 1u) << i;
	}
	return value;
}

static int wrongly_compressed(void (*encode)(uint8_t *, const struct mlkem_poly *),
                              unsigned bits)
{
	uint8_t bytes[MLKEM_ENCODED(12)];
	int wrong = 0;

	for (unsigned n = 0; n < POLYS; n++) {
		struct mlkem_poly f = part(n);

		encode(bytes, &f);
		for (unsigned i = 0; i < MLKEM_N; i++)
			wrong += bits_at(bytes, i, bits) != compressed((unsigned)f.c[i], bits);
	}
	return wrong;
}

TEST(every_coefficient_is_compressed_as_division_would)
{
	CHECK_EQ(wrongly_compressed(mlkem_encode1, 1), 0);
	CHECK_EQ(wrongly_compressed(mlkem_encode4, 4), 0);
	CHECK_EQ(wrongly_compressed(mlkem_encode10, 10), 0);
}

TEST(twelve_bits_keep_every_coefficient)
{
	for (unsigned n = 0; n < POLYS; n++) {
		struct mlkem_poly f = part(n), g;
		uint8_t bytes[MLKEM_ENCODED(12)];

		mlkem_encode12(bytes, &f);
		CHECK(mlkem_decode12(&g, bytes));
		CHECK_MEM(g.c, f.c, sizeof(f.c));
	}
}

TEST(a_coefficient_of_q_is_noticed_wherever_it_is)
{
	for (unsigned i = 0; i < MLKEM_N; i++) {
		struct mlkem_poly f = {.c = {0}}, g;
		uint8_t bytes[MLKEM_ENCODED(12)];

		f.c[i] = MLKEM_Q - 1;
		mlkem_encode12(bytes, &f);
		CHECK(mlkem_decode12(&g, bytes));
		f.c[i] = MLKEM_Q;
		mlkem_encode12(bytes, &f);
		CHECK(!mlkem_decode12(&g, bytes));
		f.c[i] = 4095;
		mlkem_encode12(bytes, &f);
		CHECK(!mlkem_decode12(&g, bytes));
	}
}

TEST(what_is_decompressed_compresses_to_the_same_bytes)
{
	uint8_t ten[MLKEM_ENCODED(10)], four[MLKEM_ENCODED(4)], one[MLKEM_ENCODED(1)];
	uint8_t again[MLKEM_ENCODED(10)];
	struct mlkem_poly f;

	for (unsigned i = 0; i < sizeof(ten); i++)
		ten[i] = (uint8_t)(i * 151 + 3);
	memcpy(four, ten, sizeof(four));
	memcpy(one, ten, sizeof(one));

	mlkem_decode10(&f, ten);
	mlkem_encode10(again, &f);
	CHECK_MEM(again, ten, sizeof(ten));
	mlkem_decode4(&f, four);
	mlkem_encode4(again, &f);
	CHECK_MEM(again, four, sizeof(four));
	mlkem_decode1(&f, one);
	mlkem_encode1(again, &f);
	CHECK_MEM(again, one, sizeof(one));
}

CHECK_MAIN()
