// Does crypto/pq branch on or index by a secret? Secrets are marked as uninitialised memory, so
// that valgrind reports every jump and every address that depends on one. With the argument
// "leak" one secret is branched upon, to see that this is noticed.
#include "crypto/core/random.h"
#include "crypto/pq/mlkem768.h"
#include "crypto/pq/mlkem_poly.h"
#include "crypto/pq/sntrup761.h"
#include "crypto/pq/sntrup_poly.h"

#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

static void hide(void *secret, size_t len)
{
	VALGRIND_MAKE_MEM_UNDEFINED(secret, len);
}

static void publish(void *value, size_t len)
{
	VALGRIND_MAKE_MEM_DEFINED(value, len);
}

static void draw_hidden(void *out, size_t len)
{
	static uint64_t state = 1;
	uint8_t *bytes = out;

	for (size_t i = 0; i < len; i++) {
		state = state * 6364136223846793005 + 1442695040888963407;
		bytes[i] = (uint8_t)(state >> 56);
	}
	hide(out, len);
}

static bool equal(uint8_t *a, uint8_t *b, size_t len)
{
	publish(a, len);
	publish(b, len);
	return memcmp(a, b, len) == 0;
}

// The private key but for the public key within.
static void hide_mlkem_key(uint8_t dk[MLKEM768_DK])
{
	hide(dk, MLKEM_SK);
	hide(dk + MLKEM768_DK - MLKEM_SEED, MLKEM_SEED);
}

static bool run_mlkem(bool forged)
{
	uint8_t seed[64] = {1}, ek[MLKEM768_EK], dk[MLKEM768_DK], ct[MLKEM768_CT];
	uint8_t m[MLKEM768_KEY], ours[MLKEM768_KEY], theirs[MLKEM768_KEY];

	mlkem768_keygen(seed, seed + 32, ek, dk);
	draw_hidden(m, sizeof(m));
	if (mlkem768_encaps(span_of(ek, sizeof(ek)), m, ct, theirs) != STATUS_OK)
		return false;
	publish(ct, sizeof(ct));
	ct[3] ^= forged;
	hide_mlkem_key(dk);
	if (mlkem768_decaps(span_of(dk, sizeof(dk)), span_of(ct, sizeof(ct)), ours) !=
	    STATUS_OK)
		return false;
	return equal(ours, theirs, sizeof(ours)) != forged;
}

// What key generation does with its secret seed; the other seed, of the matrix, is public and
// comes from the same hash, which valgrind cannot know.
static void run_mlkem_keygen(void)
{
	struct mlkem_vector rows[MLKEM_K], s;
	uint8_t sigma[MLKEM_SEED], rho[MLKEM_SEED] = {1}, out[MLKEM_ENCODED(12)];
	struct mlkem_poly t;

	draw_hidden(sigma, sizeof(sigma));
	mlkem_sample_matrix(rows, rho, false);
	mlkem_sample_noise(s.p, sigma, 0, MLKEM_K);
	for (unsigned i = 0; i < MLKEM_K; i++)
		mlkem_ntt(&s.p[i]);
	mlkem_dot(&t, &rows[0], &s);
	mlkem_montgomery(&t);
	mlkem_add(&t, &s.p[0]);
	mlkem_canonical(&t);
	mlkem_encode12(out, &t);
}

// The private key but for the public key and its hash within.
static void hide_sntrup_key(uint8_t sk[SNTRUP761_SK])
{
	hide(sk, 2 * SNTRUP_SMALL_BYTES);
	hide(sk + 2 * SNTRUP_SMALL_BYTES + SNTRUP761_PK, SNTRUP_SMALL_BYTES);
}

static bool run_sntrup(bool forged)
{
	uint8_t pk[SNTRUP761_PK], sk[SNTRUP761_SK], ct[SNTRUP761_CT];
	uint8_t ours[SNTRUP761_KEY], theirs[SNTRUP761_KEY];

	random_source_set(NULL);
	sntrup761_keygen(pk, sk);
	random_source_set(draw_hidden);
	if (sntrup761_encaps(span_of(pk, sizeof(pk)), ct, theirs) != STATUS_OK)
		return false;
	publish(ct, sizeof(ct));
	ct[3] ^= forged;
	hide_sntrup_key(sk);
	if (sntrup761_decaps(span_of(sk, sizeof(sk)), span_of(ct, sizeof(ct)), ours) !=
	    STATUS_OK)
		return false;
	return equal(ours, theirs, sizeof(ours)) != forged;
}

// Key generation but for its loop, which may tell how many polynomials had no inverse.
static void run_sntrup_keygen(void)
{
	struct sntrup_small f, g_inverse;
	struct sntrup_poly h, f_inverse;
	uint8_t out[SNTRUP_POLY_BYTES];

	for (unsigned i = 0; i < SNTRUP_P; i++)
		f.c[i] = (int8_t)((int)(i * i % 3) - 1);
	hide(&f, sizeof(f));
	sntrup_invert_mod3(&g_inverse, &f);
	sntrup_invert_triple(&f_inverse, &f);
	sntrup_times(&h, &f_inverse, &g_inverse);
	sntrup_poly_encode(out, &h);
	sntrup_small_encode(out, &f);
}

int main(int argc, char **argv)
{
	bool agreed;

	if (argc > 1 && strcmp(argv[1], "leak") == 0) {
		uint8_t secret;

		draw_hidden(&secret, 1);
		puts(secret > 128 ? "more" : "less");
		return 0;
	}
	agreed = run_mlkem(false) && run_mlkem(true) && run_sntrup(false) && run_sntrup(true);
	run_mlkem_keygen();
	run_sntrup_keygen();
	puts(agreed ? "secrets agree where they should" : "secrets are wrong");
	return !agreed;
}
