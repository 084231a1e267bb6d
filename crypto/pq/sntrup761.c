// The KEM of sntrup761: a short polynomial r is hidden as the rounding of h r, and hashes of r
// are the confirmation in the ciphertext and the shared secret.
#include "crypto/pq/sntrup761.h"

#include "crypto/core/digest.h"
#include "crypto/core/random.h"
#include "crypto/core/secret.h"
#include "crypto/pq/pq_wide.h"
#include "crypto/pq/sntrup_poly.h"

#include <assert.h>

#define HASH 32 // of the 64 bytes of SHA-512

// Prefixes that keep the uses of the hash apart.
enum use { USE_REJECTED = 0, USE_ACCEPTED = 1, USE_CONFIRM = 2, USE_INPUT = 3, USE_KEY = 4 };

// A secret key is f, 1/g, the public key, rho and the hash of the public key.
#define AT_INVERSE SNTRUP_SMALL_BYTES
#define AT_PK      (2 * SNTRUP_SMALL_BYTES)
#define AT_RHO     (AT_PK + SNTRUP761_PK)
#define AT_HASH    (AT_RHO + SNTRUP_SMALL_BYTES)

static_assert(SNTRUP761_SK == AT_HASH + HASH && SNTRUP761_PK == SNTRUP_POLY_BYTES, "sizes");
static_assert(SNTRUP761_CT == SNTRUP_ROUNDED_BYTES + HASH, "sizes");

static void hash_two(enum use use, struct span a, struct span b, uint8_t out[HASH])
{
	uint8_t prefix = (uint8_t)use, whole[DIGEST_BYTES_MAX];
	struct digest d;

	digest_init(&d, DIGEST_SHA512);
	digest_update(&d, span_of(&prefix, 1));
	digest_update(&d, a);
	digest_update(&d, b);
	digest_final(&d, whole);
	memcpy(out, whole, HASH);
	secret_wipe(whole, sizeof(whole));
}

static void hash_one(enum use use, struct span message, uint8_t out[HASH])
{
	hash_two(use, message, span_of(NULL, 0), out);
}

// Uniform enough: -1, 0 or 1 by the top of 30 random bits times 3.
static void small_random(struct sntrup_small *out)
{
	uint32_t draw[SNTRUP_P];

	random_fill(draw, sizeof(draw));
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out->c[i] = (int8_t)(((draw[i] & 0x3fffffff) * 3 >> 30) - 1);
	secret_wipe(draw, sizeof(draw));
}

// Exactly 286 coefficients are not zero. Their two low bits say what they are, and sorting by
// the bits above shuffles them; the filling sorts to the end.
static void short_random(struct sntrup_small *out)
{
	uint32_t draw[SNTRUP_SORTED];

	random_fill(draw, SNTRUP_P * sizeof(draw[0]));
	for (unsigned i = 0; i < SNTRUP_WEIGHT; i++)
		draw[i] &= ~1u; // 0 or 2: -1 or 1
	for (unsigned i = SNTRUP_WEIGHT; i < SNTRUP_P; i++)
		draw[i] = (draw[i] & ~2u) | 1; // 1: 0
	for (unsigned i = SNTRUP_P; i < SNTRUP_SORTED; i++)
		draw[i] = UINT32_MAX;
	sntrup_sort(draw);
	for (unsigned i = 0; i < SNTRUP_P; i++)
		out->c[i] = (int8_t)((draw[i] & 3) - 1);
	secret_wipe(draw, sizeof(draw));
}

void sntrup761_keygen(uint8_t pk[SNTRUP761_PK], uint8_t sk[SNTRUP761_SK])
{
	struct {
		struct sntrup_small f, g, g_inverse;
		struct sntrup_poly f_inverse, h;
	} w;

	do {
		small_random(&w.g);
	} while (!sntrup_invert_mod3(&w.g_inverse, &w.g));
	short_random(&w.f);
	sntrup_invert_triple(&w.f_inverse, &w.f);
	sntrup_times(&w.h, &w.f_inverse, &w.g);

	sntrup_poly_encode(pk, &w.h);
	sntrup_small_encode(sk, &w.f);
	sntrup_small_encode(sk + AT_INVERSE, &w.g_inverse);
	memcpy(sk + AT_PK, pk, SNTRUP761_PK);
	random_fill(sk + AT_RHO, SNTRUP_SMALL_BYTES);
	hash_one(USE_KEY, span_of(pk, SNTRUP761_PK), sk + AT_HASH);
	secret_wipe(&w, sizeof(w));
}

// The ciphertext of r under a public key, and the hash of r that the shared secret takes.
static void hide(uint8_t ct[SNTRUP761_CT], uint8_t input_hash[HASH],
                 const uint8_t encoded[SNTRUP_SMALL_BYTES], const struct sntrup_small *r,
                 const uint8_t pk[SNTRUP761_PK], const uint8_t pk_hash[HASH])
{
	struct {
		struct sntrup_poly h, product;
	} w;

	sntrup_poly_decode(&w.h, pk);
	sntrup_times(&w.product, &w.h, r);
	sntrup_round(&w.product);
	sntrup_rounded_encode(ct, &w.product);
	hash_one(USE_INPUT, span_of(encoded, SNTRUP_SMALL_BYTES), input_hash);
	hash_two(USE_CONFIRM, span_of(input_hash, HASH), span_of(pk_hash, HASH),
	         ct + SNTRUP_ROUNDED_BYTES);
	secret_wipe(&w, sizeof(w));
}

enum status sntrup761_encaps(struct span pk, uint8_t ct[SNTRUP761_CT],
                             uint8_t key[SNTRUP761_KEY])
{
	struct {
		struct sntrup_small r;
		uint8_t encoded[SNTRUP_SMALL_BYTES], input_hash[HASH], pk_hash[HASH];
	} w;

	if (pk.len != SNTRUP761_PK)
		return STATUS_BAD_KEY;
	short_random(&w.r);
	sntrup_small_encode(w.encoded, &w.r);
	hash_one(USE_KEY, pk, w.pk_hash);
	hide(ct, w.input_hash, w.encoded, &w.r, pk.data, w.pk_hash);
	hash_two(USE_ACCEPTED, span_of(w.input_hash, HASH), span_of(ct, SNTRUP761_CT), key);
	secret_wipe(&w, sizeof(w));
	return STATUS_OK;
}

// All ones when r has the weight that a short polynomial has, zero otherwise.
static uint32_t weight_mask(const struct sntrup_small *r)
{
	uint32_t weight = 0, off;

	for (unsigned i = 0; i < SNTRUP_P; i++)
		weight += r->c[i] & 1u;
	off = weight ^ SNTRUP_WEIGHT;
	return -pq_opaque((off - 1) >> 31);
}

// r from the hidden polynomial; some fixed short polynomial when there is none.
static void reveal(struct sntrup_small *r, const uint8_t *hidden, const uint8_t *sk)
{
	struct {
		struct sntrup_small f, g_inverse, e;
		struct sntrup_poly c, product;
	} w;
	uint32_t mask;

	sntrup_rounded_decode(&w.c, hidden);
	sntrup_small_decode(&w.f, sk);
	sntrup_small_decode(&w.g_inverse, sk + AT_INVERSE);
	sntrup_times(&w.product, &w.c, &w.f);
	sntrup_triple(&w.product);
	sntrup_mod3(&w.e, &w.product);
	sntrup_widen(&w.c, &w.e);
	sntrup_times(&w.product, &w.c, &w.g_inverse);
	sntrup_mod3(r, &w.product);

	mask = weight_mask(r);
	for (unsigned i = 0; i < SNTRUP_P; i++)
		r->c[i] = (int8_t)((r->c[i] & mask) | (~mask & (i < SNTRUP_WEIGHT)));
	secret_wipe(&w, sizeof(w));
}

enum status sntrup761_decaps(struct span sk, struct span ct, uint8_t key[SNTRUP761_KEY])
{
	struct {
		struct sntrup_small r;
		uint8_t encoded[SNTRUP_SMALL_BYTES], input_hash[HASH], rejected_hash[HASH];
		uint8_t again[SNTRUP761_CT];
	} w;
	uint32_t mask;

	if (sk.len != SNTRUP761_SK || ct.len != SNTRUP761_CT)
		return STATUS_BAD_KEY;
	reveal(&w.r, ct.data, sk.data);
	sntrup_small_encode(w.encoded, &w.r);
	hide(w.again, w.input_hash, w.encoded, &w.r, sk.data + AT_PK, sk.data + AT_HASH);
	hash_one(USE_INPUT, span_of(sk.data + AT_RHO, SNTRUP_SMALL_BYTES), w.rejected_hash);

	// The secret of a forged ciphertext hashes rho in place of r, under another prefix.
	mask = pq_equal_mask(w.again, ct.data, SNTRUP761_CT);
	for (unsigned i = 0; i < HASH; i++)
		w.input_hash[i] = pq_choose(mask, w.input_hash[i], w.rejected_hash[i]);
	hash_two(USE_REJECTED + (mask & 1), span_of(w.input_hash, HASH), ct, key);
	secret_wipe(&w, sizeof(w));
	return STATUS_OK;
}
