// crypto/pq/mlkem_ntt.c against arithmetic done slowly.
#include "crypto/pq/mlkem_poly.h"
#include "tests/unit/check.h"

static int modulo(int64_t x)
{
	int r = (int)(x % MLKEM_Q);

	return r < 0 ? r + MLKEM_Q : r;
}

static uint64_t state = 1;

static int16_t next_below(unsigned bound)
{
	state = state * 6364136223846793005 + 1442695040888963407;
	return (int16_t)((state >> 33) % bound);
}

static struct mlkem_poly any_poly(void)
{
	struct mlkem_poly f;

	for (unsigned i = 0; i < MLKEM_N; i++)
		f.c[i] = next_below(MLKEM_Q);
	return f;
}

// The product modulo X^256 + 1, added to `sum`.
static void add_product(int64_t sum[MLKEM_N], const struct mlkem_poly *a,
                        const struct mlkem_poly *b)
{
	for (unsigned i = 0; i < MLKEM_N; i++) {
		for (unsigned k = 0; k < MLKEM_N; k++)
			sum[(i + k) % MLKEM_N] +=
			        (i + k < MLKEM_N ? 1 : -1) * a->c[i] * b->c[k];
	}
}

TEST(products_of_the_transforms_are_the_transform_of_the_products)
{
	struct mlkem_vector a, b;
	int64_t want[MLKEM_N] = {0};
	struct mlkem_poly got;
	int wrong = 0;

	for (unsigned k = 0; k < MLKEM_K; k++) {
		a.p[k] = any_poly();
		b.p[k] = any_poly();
		add_product(want, &a.p[k], &b.p[k]);
		mlkem_ntt(&a.p[k]);
		mlkem_ntt(&b.p[k]);
	}
	mlkem_dot(&got, &a, &b);
	mlkem_ntt_inv(&got);
	mlkem_canonical(&got);
	for (unsigned i = 0; i < MLKEM_N; i++)
		wrong += got.c[i] != modulo(want[i]);
	CHECK_EQ(wrong, 0);
}

// Zeta^BitRev7(0) = 17 mod q is the root that the first pair is reduced by.
TEST(the_transform_evaluates_at_the_roots)
{
	struct mlkem_poly f = {.c = {[2] = 1}}; // X^2 is 17 modulo X^2 - 17

	mlkem_ntt(&f);
	mlkem_canonical(&f);
	CHECK_EQ(f.c[0], 17);
	CHECK_EQ(f.c[1], 0);
	CHECK_EQ(f.c[2], MLKEM_Q - 17);
}

TEST(the_transform_holds_the_largest_input)
{
	struct mlkem_poly f, g = {.c = {0}};
	int out_of_range = 0;

	for (unsigned i = 0; i < MLKEM_N; i++)
		f.c[i] = 2 * MLKEM_Q;
	mlkem_ntt(&f);
	mlkem_canonical(&f);
	mlkem_canonical(&g);
	for (unsigned i = 0; i < MLKEM_N; i++)
		out_of_range += f.c[i] != 0 || g.c[i] != 0; // 2 q is zero
	CHECK_EQ(out_of_range, 0);
}

TEST(every_number_has_its_canonical_value)
{
	int wrong = 0;

	for (int first = INT16_MIN; first <= INT16_MAX; first += MLKEM_N) {
		struct mlkem_poly f;

		for (int i = 0; i < MLKEM_N; i++)
			f.c[i] = (int16_t)(first + i);
		mlkem_canonical(&f);
		for (int i = 0; i < MLKEM_N; i++)
			wrong += f.c[i] != modulo(first + i);
	}
	CHECK_EQ(wrong, 0);
}

CHECK_MAIN()
