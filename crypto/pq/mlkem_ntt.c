// The number-theoretic transform of ML-KEM and arithmetic on polynomials (FIPS 203 section
// 4.3), in 16-bit Montgomery arithmetic that vectorises.
#include "crypto/pq/mlkem_poly.h"

#include "crypto/core/secret.h"
#include "crypto/pq/pq_wide.h"

#define Q         MLKEM_Q
#define Q_INVERSE (-3327) // of q mod 2^16
#define RADIX_2   1353    // 2^32 mod q
#define RADIX_128 1441    // 2^32 / 128 mod q

// 17^BitRev7(i) mod q in Montgomery form (FIPS 203 appendix A).
// clang-format off
static const int16_t zetas[128] = {
        -1044, -758, -359, -1517, 1493, 1422, 287, 202, -171, 622, 1577, 182, 962, -1202,
        -1474, 1468, 573, -1325, 264, 383, -829, 1458, -1602, -130, -681, 1017, 732, 608,
        -1542, 411, -205, -1571, 1223, 652, -552, 1015, -1293, 1491, -282, -1544, 516, -8,
        -320, -666, -1618, -1162, 126, 1469, -853, -90, -271, 830, 107, -1421, -247, -951,
        -398, 961, -1508, -725, 448, -1065, 677, -1275, -1103, 430, 555, 843, -1251, 871,
        1550, 105, 422, 587, 177, -235, -291, -460, 1574, 1653, -246, 778, 1159, -147, -777,
        1483, -602, 1119, -1590, 644, -872, 349, 418, 329, -156, -75, 817, 1097, 603, 610,
        1322, -1285, -1465, 384, -1215, -136, 1218, -1335, -874, 220, -1187, -1659, -1185,
        -1530, -1278, 794, -1510, -854, -870, 478, -108, -308, 996, 991, 958, -1460, 1522,
        1628,
};

// 17^(2 BitRev7(i) + 1), the same way.
static const int16_t gammas[MLKEM_N / 2] = {
	-1103, 1103, 430, -430, 555, -555, 843, -843, -1251, 1251, 871, -871, 1550, -1550,
	105, -105, 422, -422, 587, -587, 177, -177, -235, 235, -291, 291, -460, 460, 1574,
	-1574, 1653, -1653, -246, 246, 778, -778, 1159, -1159, -147, 147, -777, 777, 1483,
	-1483, -602, 602, 1119, -1119, -1590, 1590, 644, -644, -872, 872, 349, -349, 418,
	-418, 329, -329, -156, 156, -75, 75, 817, -817, 1097, -1097, 603, -603, 610, -610,
	1322, -1322, -1285, 1285, -1465, 1465, 384, -384, -1215, 1215, -136, 136, 1218,
	-1218, -1335, 1335, -874, 874, 220, -220, -1187, 1187, -1659, 1659, -1185, 1185,
	-1530, 1530, -1278, 1278, 794, -794, -1510, 1510, -854, 854, -870, 870, 478, -478,
	-108, 108, -308, 308, 996, -996, 991, -991, 958, -958, -1460, 1460, 1522, -1522,
	1628, -1628,
};
// clang-format on

static inline int16_t high(int16_t a, int16_t b)
{
	return (int16_t)((int32_t)a * b >> 16);
}

static inline int16_t low(int16_t a, int16_t b)
{
	return (int16_t)((uint32_t)a * (uint32_t)b);
}

// a b / 2^16 mod q; below q in size when |a b| < 2^15 q.
static inline int16_t times(int16_t a, int16_t b)
{
	return (int16_t)(high(a, b) - high(low(low(a, b), Q_INVERSE), Q));
}

// Any a to |c| <= q/2 + 1: a minus q times a / q rounded (20159 is 2^26 / q).
static inline int16_t reduce(int16_t a)
{
	return (int16_t)(a - (int16_t)((high(a, 20159) + 512) >> 10) * Q);
}

// One layer's butterflies over a block: `x` its first half, `y` its second.
PQ_BODY void forward(int16_t *restrict x, int16_t *restrict y, unsigned len, int16_t zeta)
{
	for (unsigned i = 0; i < len; i++) {
		int16_t t = times(y[i], zeta);

		y[i] = (int16_t)(x[i] - t);
		x[i] = (int16_t)(x[i] + t);
	}
}

PQ_BODY void backward(int16_t *restrict x, int16_t *restrict y, unsigned len, int16_t zeta)
{
	for (unsigned i = 0; i < len; i++) {
		int16_t t = x[i];

		x[i] = reduce((int16_t)(t + y[i]));
		y[i] = times((int16_t)(y[i] - t), zeta);
	}
}

// Seven layers add at most q each to a small input: no overflow before the reduction at the
// end.
PQ_BODY void mlkem_ntt_body(struct mlkem_poly *f)
{
	const int16_t *zeta = zetas + 1;

	for (unsigned len = 128; len >= 2; len /= 2) {
		for (unsigned start = 0; start < MLKEM_N; start += 2 * len)
			forward(f->c + start, f->c + start + len, len, *zeta++);
	}
	for (unsigned i = 0; i < MLKEM_N; i++)
		f->c[i] = reduce(f->c[i]);
}

PQ_TWICE(extern, mlkem_ntt, (struct mlkem_poly * f), (f))

PQ_BODY void mlkem_ntt_inv_body(struct mlkem_poly *f)
{
	const int16_t *zeta = zetas + 127;

	for (unsigned len = 2; len <= 128; len *= 2) {
		for (unsigned start = 0; start < MLKEM_N; start += 2 * len)
			backward(f->c + start, f->c + start + len, len, *zeta--);
	}
	for (unsigned i = 0; i < MLKEM_N; i++)
		f->c[i] = reduce(times(f->c[i], RADIX_128));
}

PQ_TWICE(extern, mlkem_ntt_inv, (struct mlkem_poly * f), (f))

// Coefficients 2 i and 2 i + 1 are a polynomial modulo X^2 - gamma i (algorithm 12).
struct halves {
	int16_t even[MLKEM_N / 2], odd[MLKEM_N / 2];
};

PQ_BODY void split(struct halves *out, const struct mlkem_poly *f)
{
	for (unsigned i = 0; i < MLKEM_N / 2; i++) {
		out->even[i] = f->c[2 * i];
		out->odd[i] = f->c[2 * i + 1];
	}
}

PQ_BODY void add_product(struct halves *restrict sum, int16_t *restrict wrapped,
                         const struct halves *restrict x, const struct halves *restrict y)
{
	for (unsigned i = 0; i < MLKEM_N / 2; i++) {
		int16_t a = x->even[i], b = x->odd[i], c = y->even[i], d = y->odd[i];

		sum->even[i] = (int16_t)(sum->even[i] + times(a, c));
		sum->odd[i] = (int16_t)(sum->odd[i] + times(a, d) + times(b, c));
		wrapped[i] = (int16_t)(wrapped[i] + times(b, d));
	}
}

PQ_BODY void mlkem_dot_body(struct mlkem_poly *out, const struct mlkem_vector *a,
                            const struct mlkem_vector *b)
{
	struct {
		struct halves sum, x, y;
		int16_t wrapped[MLKEM_N / 2];
	} w;

	memset(&w, 0, sizeof(w));
	for (unsigned k = 0; k < MLKEM_K; k++) {
		split(&w.x, &a->p[k]);
		split(&w.y, &b->p[k]);
		add_product(&w.sum, w.wrapped, &w.x, &w.y);
	}
	for (unsigned i = 0; i < MLKEM_N / 2; i++) {
		int16_t even = (int16_t)(w.sum.even[i] + times(w.wrapped[i], gammas[i]));

		out->c[2 * i] = reduce(even);
		out->c[2 * i + 1] = reduce(w.sum.odd[i]);
	}
	secret_wipe(&w, sizeof(w));
}

PQ_TWICE(extern, mlkem_dot,
         (struct mlkem_poly * out, const struct mlkem_vector *a, const struct mlkem_vector *b),
         (out, a, b))

void mlkem_montgomery(struct mlkem_poly *f)
{
	for (unsigned i = 0; i < MLKEM_N; i++)
		f->c[i] = times(f->c[i], RADIX_2);
}

void mlkem_add(struct mlkem_poly *f, const struct mlkem_poly *g)
{
	for (unsigned i = 0; i < MLKEM_N; i++)
		f->c[i] = reduce((int16_t)(f->c[i] + g->c[i]));
}

void mlkem_subtract(struct mlkem_poly *f, const struct mlkem_poly *g)
{
	for (unsigned i = 0; i < MLKEM_N; i++)
		f->c[i] = reduce((int16_t)(g->c[i] - f->c[i]));
}

void mlkem_canonical(struct mlkem_poly *f)
{
	for (unsigned i = 0; i < MLKEM_N; i++) {
		int16_t c = reduce(f->c[i]);

		f->c[i] = (int16_t)(c + (c >> 15 & Q));
	}
}
