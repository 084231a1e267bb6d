// Products in the rings of sntrup761, and the maps between the rings.
#include "crypto/pq/sntrup_mod.h"

#include "crypto/core/secret.h"
#include "crypto/pq/pq_wide.h"

#include <assert.h>

// Twelve rows of the schoolbook product at a time: as many as 16 bits hold between reductions,
// since 13 q/2 is below 2^15.
#define ROWS   12
#define WIDTH  784 // P + ROWS - 1 in whole vectors
#define MARGIN 16  // zeros below the first coefficient

static_assert(SNTRUP_SIZED % ROWS == 0, "rows come in whole blocks");
static_assert(WIDTH >= SNTRUP_P + ROWS - 1 && MARGIN >= ROWS, "zeros around the coefficients");

PQ_BODY void add_rows(int16_t *restrict sum, const int16_t *restrict a, const int16_t b[ROWS])
{
	for (unsigned k = 0; k < WIDTH; k++) {
		int16_t s = sum[k];

		for (unsigned row = 0; row < ROWS; row++)
			s = (int16_t)(s + sntrup_low(a[k + ROWS - row], b[row]));
		sum[k] = sntrup_reduce(s);
	}
}

PQ_BODY void multiply_body(int16_t sum[SNTRUP_SIZED + WIDTH], const int16_t *a,
                           const int16_t b[SNTRUP_SIZED])
{
	for (unsigned row = 0; row < SNTRUP_SIZED; row += ROWS)
		add_rows(sum + row, a, b + row);
}

PQ_TWICE(static, multiply, (int16_t * sum, const int16_t *a, const int16_t *b), (sum, a, b))

// x^761 = x + 1: what lies beyond comes back in two places.
static void fold(struct sntrup_poly *out, const int16_t *sum)
{
	const int16_t *beyond = sum + SNTRUP_P;

	out->c[0] = sntrup_centre((int16_t)(sum[0] + beyond[0]));
	for (unsigned i = 1; i < SNTRUP_P; i++)
		out->c[i] = sntrup_centre((int16_t)(sum[i] + beyond[i] + beyond[i - 1]));
}

void sntrup_times(struct sntrup_poly *out, const struct sntrup_poly *a,
                  const struct sntrup_small *b)
{
	struct {
		int16_t sum[SNTRUP_SIZED + WIDTH];
		int16_t a[MARGIN + WIDTH], b[SNTRUP_SIZED];
	} w = {0};

	memcpy(w.a + MARGIN, a->c, sizeof(a->c));
	for (unsigned i = 0; i < SNTRUP_P; i++)
		w.b[i] = b->c[i];
	multiply(w.sum, w.a + MARGIN - ROWS, w.b);
	fold(out, w.sum);
	secret_wipe(&w, sizeof(w));
}

// x minus three times x / 3 rounded, for centred x; moved up by 6000, because multiplying by
// 2^16 / 3 rounds down exactly only above zero.
static inline int16_t remainder_of_3(int16_t x)
{
	int16_t third = (int16_t)(sntrup_high((int16_t)(x + 1 + 6000), 21846) - 2000);

	return (int16_t)(x - 3 * third);
}

void sntrup_triple(struct sntrup_poly *f)
{
	for (unsigned i = 0; i < SNTRUP_P; i++)
		f->c[i] = sntrup_centre((int16_t)(3 * f->c[i]));
}

void sntrup_round(struct sntrup_poly *f)
{
	for (unsigned i = 0; i < SNTRUP_P; i++)
		f->c[i] = (int16_t)(f->c[i] - remainder_of_3(f->c[i]));
}

void sntrup_mod3(struct sntrup_small *out, const struct sntrup_poly *f)
{
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out->c[i] = (int8_t)remainder_of_3(f->c[i]);
}

void sntrup_widen(struct sntrup_poly *out, const struct sntrup_small *f)
{
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out->c[i] = f->c[i];
}
