// crypto/pq/sntrup_invert.c: an inverse is what multiplies to one.
#include "tests/unit/check.h"
#include "tests/unit/sntrup_any.h"

// Coefficients of a b that differ from `constant` + 0 x + ... modulo `modulus`.
static int not_constant(const struct sntrup_poly *a, const struct sntrup_small *b, int constant,
                        int modulus)
{
	int64_t product[SNTRUP_P];
	int wrong;

	slow_product(product, a, b);
	wrong = centred(product[0] - constant, modulus) != 0;
	for (unsigned i = 1; i < SNTRUP_P; i++)
		wrong += centred(product[i], modulus) != 0;
	return wrong;
}

TEST(an_inverse_of_the_triple_times_the_triple_is_one)
{
	for (int i = 0; i < 5; i++) {
		struct sntrup_small f = any_small();
		struct sntrup_poly inverse;

		sntrup_invert_triple(&inverse, &f);
		sntrup_triple(&inverse); // 1 / f
		CHECK_EQ(not_constant(&inverse, &f, 1, SNTRUP_Q), 0);
	}
}

TEST(an_inverse_modulo_three_times_its_polynomial_is_one)
{
	int found = 0;

	for (int i = 0; i < 8; i++) {
		struct sntrup_small g = any_small(), inverse;
		struct sntrup_poly wide;

		if (!sntrup_invert_mod3(&inverse, &g))
			continue;
		found++;
		sntrup_widen(&wide, &inverse);
		CHECK_EQ(not_constant(&wide, &g, 1, 3), 0);
	}
	CHECK(found > 0);
}

// x^761 - x - 1 has factors modulo 3, so some polynomials have none.
TEST(zero_has_no_inverse_modulo_three)
{
	struct sntrup_small zero = {.c = {0}}, inverse;

	CHECK(!sntrup_invert_mod3(&inverse, &zero));
}

TEST(one_is_its_own_inverse_modulo_three)
{
	struct sntrup_small one = {.c = {1}}, inverse;

	CHECK(sntrup_invert_mod3(&inverse, &one));
	CHECK_MEM(inverse.c, one.c, sizeof(one.c));
}

CHECK_MAIN()
