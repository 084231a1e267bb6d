// crypto/pq/sntrup_code.c.
#include "tests/unit/check.h"
#include "tests/unit/sntrup_any.h"

TEST(small_polynomials_come_back)
{
	struct sntrup_small f = any_small(), g;
	uint8_t bytes[SNTRUP_SMALL_BYTES];

	sntrup_small_encode(bytes, &f);
	sntrup_small_decode(&g, bytes);
	CHECK_MEM(g.c, f.c, sizeof(f.c));
}

TEST(small_coefficients_are_two_bits_from_the_low_end)
{
	struct sntrup_small f = {.c = {-1, 0, 1, 1, 1}};
	uint8_t bytes[SNTRUP_SMALL_BYTES];

	sntrup_small_encode(bytes, &f);
	CHECK_EQ(bytes[0], 0xa4);
	CHECK_EQ(bytes[1], 0x56);
	CHECK_EQ(bytes[190], 0x01);
}

TEST(polynomials_come_back)
{
	for (int i = 0; i < 200; i++) {
		struct sntrup_poly f = any_poly(), g;
		uint8_t bytes[SNTRUP_POLY_BYTES];

		sntrup_poly_encode(bytes, &f);
		sntrup_poly_decode(&g, bytes);
		CHECK_MEM(g.c, f.c, sizeof(f.c));
	}
}

TEST(rounded_polynomials_come_back)
{
	for (int i = 0; i < 200; i++) {
		struct sntrup_poly f = any_poly(), g;
		uint8_t bytes[SNTRUP_ROUNDED_BYTES];

		sntrup_round(&f);
		sntrup_rounded_encode(bytes, &f);
		sntrup_rounded_decode(&g, bytes);
		CHECK_MEM(g.c, f.c, sizeof(f.c));
	}
}

TEST(the_extremes_come_back)
{
	struct sntrup_poly f, g;
	uint8_t bytes[SNTRUP_POLY_BYTES];

	for (int sign = -1; sign <= 1; sign += 2) {
		for (unsigned i = 0; i < SNTRUP_P; i++)
			f.c[i] = (int16_t)(sign * (SNTRUP_Q / 2));
		sntrup_poly_encode(bytes, &f);
		sntrup_poly_decode(&g, bytes);
		CHECK_MEM(g.c, f.c, sizeof(f.c));
	}
}

static int out_of_range(const struct sntrup_poly *f)
{
	int count = 0;

	for (unsigned i = 0; i < SNTRUP_P; i++)
		count += abs(f->c[i]) > SNTRUP_Q / 2;
	return count;
}

TEST(any_bytes_decode_to_coefficients_in_range)
{
	uint8_t bytes[SNTRUP_POLY_BYTES];
	struct sntrup_poly f;

	for (int round = 0; round < 300; round++) {
		for (unsigned i = 0; i < sizeof(bytes); i++)
			bytes[i] = round == 0 ? 0xff : (uint8_t)any_below(256);
		sntrup_poly_decode(&f, bytes);
		CHECK_EQ(out_of_range(&f), 0);
		sntrup_rounded_decode(&f, bytes);
		CHECK_EQ(out_of_range(&f), 0);
	}
}

CHECK_MAIN()
