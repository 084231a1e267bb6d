// mlkem768x25519-sha256 (draft-ietf-sshm-mlkem-hybrid-kex).
#include "crypto/kex/kex_hybrid.h"

#include "crypto/core/random.h"
#include "crypto/pq/mlkem768.h"

static void keygen(uint8_t *public, uint8_t *private)
{
	uint8_t seed[2 * MLKEM768_KEY];

	random_fill(seed, sizeof(seed));
	mlkem768_keygen(seed, seed + MLKEM768_KEY, public, private);
	secret_wipe(seed, sizeof(seed));
}

static enum status encaps(struct span public, uint8_t *cipher, uint8_t *secret)
{
	uint8_t m[MLKEM768_KEY];
	enum status status;

	random_fill(m, sizeof(m));
	status = mlkem768_encaps(public, m, cipher, secret);
	secret_wipe(m, sizeof(m));
	return status;
}

static const struct kex_kem kem = {
        .digest = DIGEST_SHA256,
        .public_bytes = MLKEM768_EK,
        .private_bytes = MLKEM768_DK,
        .cipher_bytes = MLKEM768_CT,
        .keygen = keygen,
        .encaps = encaps,
        .decaps = mlkem768_decaps,
};

static enum status answer(struct span client_public, uint8_t *server_public, size_t *len,
                          struct secret *shared)
{
	return kex_hybrid_answer(&kem, client_public, server_public, len, shared);
}

static enum status start(void **pair, uint8_t *client_public, size_t *len)
{
	return kex_hybrid_start(&kem, pair, client_public, len);
}

const struct kex_ops kex_mlkem768x25519_ops = {answer, start, kex_hybrid_finish,
                                               kex_hybrid_drop};
