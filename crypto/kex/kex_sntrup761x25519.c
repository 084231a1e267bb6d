// sntrup761x25519-sha512 (RFC 9941), and the same under its first name.
#include "crypto/kex/kex_hybrid.h"

#include "crypto/pq/sntrup761.h"

static const struct kex_kem kem = {
        .digest = DIGEST_SHA512,
        .public_bytes = SNTRUP761_PK,
        .private_bytes = SNTRUP761_SK,
        .cipher_bytes = SNTRUP761_CT,
        .keygen = sntrup761_keygen,
        .encaps = sntrup761_encaps,
        .decaps = sntrup761_decaps,
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

const struct kex_ops kex_sntrup761x25519_ops = {answer, start, kex_hybrid_finish,
                                                kex_hybrid_drop};
