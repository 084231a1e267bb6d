// The KEM around K-PKE (FIPS 203 sections 6 and 7): the coins come from the message, so that
// whoever decrypts can encrypt again and see whether the ciphertext was made honestly.
#include "crypto/pq/mlkem768.h"

#include "crypto/core/secret.h"
#include "crypto/pq/keccak.h"
#include "crypto/pq/mlkem_poly.h"
#include "crypto/pq/pq_wide.h"

#include <assert.h>

// A decapsulation key is the K-PKE key, the encapsulation key, its hash and z.
#define AT_EK   MLKEM_SK
#define AT_HASH (MLKEM_SK + MLKEM_EK)
#define AT_Z    (AT_HASH + SHA3_256_BYTES)

static_assert(MLKEM768_EK == MLKEM_EK && MLKEM768_CT == MLKEM_CT, "sizes of FIPS 203 table 3");
static_assert(MLKEM768_DK == AT_Z + MLKEM_SEED && MLKEM768_KEY == MLKEM_SEED, "the same");

static void hash_ek(const uint8_t ek[MLKEM_EK], uint8_t hash[SHA3_256_BYTES])
{
	keccak_of(KECCAK_SHA3_256, span_of(ek, MLKEM_EK), hash, SHA3_256_BYTES);
}

// The key and the coins: G(m || H(ek)).
static void key_and_coins(const uint8_t m[MLKEM_SEED], const uint8_t hash[SHA3_256_BYTES],
                          uint8_t out[2 * MLKEM_SEED])
{
	struct keccak k;

	keccak_init(&k, KECCAK_SHA3_512);
	keccak_absorb(&k, span_of(m, MLKEM_SEED));
	keccak_absorb(&k, span_of(hash, SHA3_256_BYTES));
	keccak_squeeze(&k, out, 2 * MLKEM_SEED);
	secret_wipe(&k, sizeof(k));
}

// The key that answers a forged ciphertext: J(z || c).
static void rejection_key(const uint8_t z[MLKEM_SEED], const uint8_t ct[MLKEM_CT],
                          uint8_t key[MLKEM_SEED])
{
	struct keccak k;

	keccak_init(&k, KECCAK_SHAKE256);
	keccak_absorb(&k, span_of(z, MLKEM_SEED));
	keccak_absorb(&k, span_of(ct, MLKEM_CT));
	keccak_squeeze(&k, key, MLKEM_SEED);
	secret_wipe(&k, sizeof(k));
}

void mlkem768_keygen(const uint8_t d[MLKEM768_KEY], const uint8_t z[MLKEM768_KEY],
                     uint8_t ek[MLKEM768_EK], uint8_t dk[MLKEM768_DK])
{
	mlkem_pke_keygen(d, ek, dk);
	memcpy(dk + AT_EK, ek, MLKEM_EK);
	hash_ek(ek, dk + AT_HASH);
	memcpy(dk + AT_Z, z, MLKEM_SEED);
}

enum status mlkem768_encaps(struct span ek, const uint8_t m[MLKEM768_KEY],
                            uint8_t ct[MLKEM768_CT], uint8_t key[MLKEM768_KEY])
{
	uint8_t hash[SHA3_256_BYTES], both[2 * MLKEM_SEED];
	bool accepted;

	if (ek.len != MLKEM_EK)
		return STATUS_BAD_KEY;
	hash_ek(ek.data, hash);
	key_and_coins(m, hash, both);
	accepted = mlkem_pke_encrypt(ek.data, m, both + MLKEM_SEED, ct);
	if (accepted)
		memcpy(key, both, MLKEM_SEED);
	secret_wipe(both, sizeof(both));
	return accepted ? STATUS_OK : STATUS_BAD_KEY;
}

enum status mlkem768_decaps(struct span dk, struct span ct, uint8_t key[MLKEM768_KEY])
{
	struct {
		uint8_t hash[SHA3_256_BYTES], m[MLKEM_SEED], both[2 * MLKEM_SEED];
		uint8_t rejected[MLKEM_SEED], again[MLKEM_CT];
	} w;
	bool sound = false;
	uint32_t mask;

	if (dk.len != MLKEM768_DK || ct.len != MLKEM_CT)
		return STATUS_BAD_KEY;
	hash_ek(dk.data + AT_EK, w.hash);
	if (!secret_equal(w.hash, dk.data + AT_HASH, sizeof(w.hash)))
		return STATUS_BAD_KEY;

	mlkem_pke_decrypt(dk.data, ct.data, w.m);
	key_and_coins(w.m, w.hash, w.both);
	rejection_key(dk.data + AT_Z, ct.data, w.rejected);
	sound = mlkem_pke_encrypt(dk.data + AT_EK, w.m, w.both + MLKEM_SEED, w.again);
	if (sound) {
		mask = pq_equal_mask(w.again, ct.data, MLKEM_CT);
		for (unsigned i = 0; i < MLKEM_SEED; i++)
			key[i] = pq_choose(mask, w.both[i], w.rejected[i]);
	}
	secret_wipe(&w, sizeof(w));
	return sound ? STATUS_OK : STATUS_BAD_KEY;
}
