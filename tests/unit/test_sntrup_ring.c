// crypto/pq/sntrup_ring.c against arithmetic done slowly.
#include "tests/unit/check.h"
#include "tests/unit/sntrup_any.h"

static int wrong_products(const struct sntrup_poly *a, const struct sntrup_small *b)
{
	int64_t want[SNTRUP_P];
	struct sntrup_poly got;
	int wrong = 0;

	slow_product(want, a, b);
	sntrup_times(&got, a, b);
	for (unsigned i = 0; i < SNTRUP_P; i++)
		wrong += got.c[i] != centred(want[i], SNTRUP_Q);
	return wrong;
}

TEST(products_agree_with_the_schoolbook)
{
	for (int i = 0; i < 20; i++) {
		struct sntrup_poly a = any_poly();
		struct sntrup_small b = any_small();

		CHECK_EQ(wrong_products(&a, &b), 0);
	}
}

TEST(the_largest_coefficients_do_not_overflow)
{
	struct sntrup_poly a, minus_a;
	struct sntrup_small b;

	memset(b.c, 1, sizeof(b.c));
	for (unsigned i = 0; i < SNTRUP_P; i++) {
		a.c[i] = SNTRUP_Q / 2;
		minus_a.c[i] = -(SNTRUP_Q / 2);
	}
	CHECK_EQ(wrong_products(&a, &b), 0);
	CHECK_EQ(wrong_products(&minus_a, &b), 0);
}

// Every centred coefficient there is, 761 at a time.
static struct sntrup_poly part(int n)
{
	struct sntrup_poly f;

	for (int i = 0; i < SNTRUP_P; i++)
		f.c[i] = (int16_t)centred(n * SNTRUP_P + i, SNTRUP_Q);
	return f;
}

TEST(every_coefficient_rounds_to_the_nearest_multiple_of_three)
{
	int wrong = 0;

	for (int n = 0; n < 7; n++) {
		struct sntrup_poly f = part(n), g = f;
		struct sntrup_small m;

		sntrup_round(&g);
		sntrup_mod3(&m, &f);
		for (unsigned i = 0; i < SNTRUP_P; i++) {
			wrong += g.c[i] % 3 != 0 || abs(g.c[i] - f.c[i]) > 1;
			wrong += m.c[i] != centred(f.c[i], 3);
		}
	}
	CHECK_EQ(wrong, 0);
}

TEST(every_coefficient_triples)
{
	int wrong = 0;

	for (int n = 0; n < 7; n++) {
		struct sntrup_poly f = part(n), g = f;

		sntrup_triple(&g);
		for (unsigned i = 0; i < SNTRUP_P; i++)
			wrong += g.c[i] != centred(3 * f.c[i], SNTRUP_Q);
	}
	CHECK_EQ(wrong, 0);
}

CHECK_MAIN()
