// chacha20-poly1305@openssh.com (PROTOCOL.chacha20poly1305 of OpenSSH): the second half of the
// key encrypts the length, the first half the packet; block 0 of that stream keys Poly1305, which
// covers length and packet as sent. The nonce is the sequence number. Each tag is checked before
// anything is decrypted.
#include "crypto/suite/suite_ops.h"

#include <string.h>

#define TAG      16
#define POLY_KEY 32
#define BLOCK    64

// OpenSSL's IV: a little-endian 64-bit block counter and the nonce.
static void evp_start(EVP_CIPHER_CTX *evp, uint32_t seq)
{
	uint8_t iv[16] = {0};

	suite_put_be32(iv + 12, seq);
	suite_must(EVP_CipherInit_ex2(evp, NULL, NULL, iv, -1, NULL));
}

static void evp_expand(struct suite_ctx *ctx, const struct suite_keys *keys)
{
	suite_must(EVP_CipherInit_ex2(ctx->evp[SUITE_EVP_CHACHA_BODY], NULL, keys->key, NULL, 1,
	                              NULL));
	suite_must(EVP_CipherInit_ex2(ctx->evp[SUITE_EVP_CHACHA_HEAD], NULL, keys->key + 32,
	                              NULL, 1, NULL));
}

static void evp_head(struct suite_ctx *ctx, uint32_t seq, const uint8_t *in, uint8_t *out)
{
	int n;

	evp_start(ctx->evp[SUITE_EVP_CHACHA_HEAD], seq);
	suite_must(EVP_CipherUpdate(ctx->evp[SUITE_EVP_CHACHA_HEAD], out, &n, in, 4));
}

static uint32_t evp_length(struct suite_ctx *ctx, const struct suite_keys *keys, uint32_t seq,
                           const uint8_t *head)
{
	uint8_t clear[4];

	(void)keys;
	evp_head(ctx, seq, head, clear);
	return suite_be32(clear);
}

// Take block 0 of the packet's stream; the stream then stands at block 1.
static void evp_poly_key(struct suite_ctx *ctx, uint32_t seq, uint8_t block[BLOCK])
{
	EVP_CIPHER_CTX *evp = ctx->evp[SUITE_EVP_CHACHA_BODY];
	int n;

	evp_start(evp, seq);
	memset(block, 0, BLOCK);
	suite_must(EVP_CipherUpdate(evp, block, &n, block, BLOCK));
}

static void evp_tag(struct suite_ctx *ctx, const uint8_t key[POLY_KEY], const uint8_t *record,
                    size_t len, uint8_t tag[TAG])
{
	size_t n;

	suite_must(EVP_MAC_init(ctx->poly, key, POLY_KEY, NULL));
	suite_must(EVP_MAC_update(ctx->poly, record, len));
	suite_must(EVP_MAC_final(ctx->poly, tag, &n, TAG));
}

static enum status evp_open(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                            const uint8_t *record, uint32_t packet_length, uint8_t *plain)
{
	size_t len = (size_t)packet_length + 4;
	uint8_t block[BLOCK], tag[TAG];
	int n;

	(void)keys;
	evp_poly_key(ctx, seq, block);
	evp_tag(ctx, block, record, len, tag);
	secret_wipe(block, sizeof(block));
	if (!secret_equal(tag, record + len, TAG))
		return STATUS_FORGED;
	suite_must(EVP_CipherUpdate(ctx->evp[SUITE_EVP_CHACHA_BODY], plain + 4, &n, record + 4,
	                            (int)packet_length));
	suite_put_be32(plain, packet_length);
	return STATUS_OK;
}

static void evp_seal(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                     const uint8_t *plain, uint32_t packet_length, uint8_t *record)
{
	size_t len = (size_t)packet_length + 4;
	uint8_t block[BLOCK];
	int n;

	(void)keys;
	evp_head(ctx, seq, plain, record);
	evp_poly_key(ctx, seq, block);
	suite_must(EVP_CipherUpdate(ctx->evp[SUITE_EVP_CHACHA_BODY], record + 4, &n, plain + 4,
	                            (int)packet_length));
	evp_tag(ctx, block, record, len, record + len);
	secret_wipe(block, sizeof(block));
}

const struct suite_ops suite_chacha_ops = {
        .evp = {evp_expand, evp_length, evp_open, evp_seal},
        .ipsec_mb = {evp_expand, evp_length, evp_open, evp_seal},
};
