// AES-GCM as OpenSSH names it: RFC 5647 records, the length in clear as associated data, and a
// nonce of four fixed bytes and an invocation counter of eight.
#include "crypto/suite/suite_ops.h"

#include <string.h>

#define TAG 16

static void nonce_advance(struct suite_keys *keys)
{
	suite_count(keys->iv + 4, 8, 1);
}

static uint32_t gcm_length(struct suite_ctx *ctx, const struct suite_keys *keys, uint32_t seq,
                           const uint8_t *head)
{
	(void)ctx, (void)keys, (void)seq;
	return suite_be32(head);
}

// EVP

static EVP_CIPHER_CTX *evp_of(const struct suite_ctx *ctx)
{
	return ctx->evp[ctx->suite->key_bytes == 16 ? SUITE_EVP_GCM_128 : SUITE_EVP_GCM_256];
}

static void evp_expand(struct suite_ctx *ctx, const struct suite_keys *keys)
{
	suite_must(EVP_CipherInit_ex2(evp_of(ctx), NULL, keys->key, NULL, ctx->sealing, NULL));
}

static enum status evp_open(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                            const uint8_t *record, uint32_t packet_length, uint8_t *plain)
{
	EVP_CIPHER_CTX *evp = evp_of(ctx);
	uint8_t tag[TAG];
	int n;

	(void)seq;
	memcpy(tag, record + 4 + packet_length, TAG);
	suite_must(EVP_CipherInit_ex2(evp, NULL, NULL, keys->iv, -1, NULL));
	suite_must(EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_SET_TAG, TAG, tag));
	suite_must(EVP_CipherUpdate(evp, NULL, &n, record, 4));
	suite_must(EVP_CipherUpdate(evp, plain + 4, &n, record + 4, (int)packet_length));
	if (EVP_CipherFinal_ex(evp, plain + 4 + packet_length, &n) != 1) {
		secret_wipe(plain + 4, packet_length);
		return STATUS_FORGED;
	}
	memmove(plain, record, 4);
	nonce_advance(keys);
	return STATUS_OK;
}

static void evp_seal(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                     const uint8_t *plain, uint32_t packet_length, uint8_t *record)
{
	EVP_CIPHER_CTX *evp = evp_of(ctx);
	uint8_t *tag = record + 4 + packet_length;
	int n;

	(void)seq;
	memmove(record, plain, 4);
	suite_must(EVP_CipherInit_ex2(evp, NULL, NULL, keys->iv, -1, NULL));
	suite_must(EVP_CipherUpdate(evp, NULL, &n, record, 4));
	suite_must(EVP_CipherUpdate(evp, record + 4, &n, plain + 4, (int)packet_length));
	suite_must(EVP_CipherFinal_ex(evp, tag, &n));
	suite_must(EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, TAG, tag));
	nonce_advance(keys);
}

// ipsec-mb

static void mb_expand(struct suite_ctx *ctx, const struct suite_keys *keys)
{
	if (ctx->suite->key_bytes == 16)
		IMB_AES128_GCM_PRE(suite_mgr(), keys->key, &ctx->key.gcm);
	else
		IMB_AES256_GCM_PRE(suite_mgr(), keys->key, &ctx->key.gcm);
}

static enum status mb_open(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                           const uint8_t *record, uint32_t packet_length, uint8_t *plain)
{
	aes_gcm_enc_dec_t dec =
	        ctx->suite->key_bytes == 16 ? suite_mgr()->gcm128_dec : suite_mgr()->gcm256_dec;
	struct gcm_context_data run;
	uint8_t tag[TAG];

	(void)seq;
	dec(&ctx->key.gcm, &run, plain + 4, record + 4, packet_length, keys->iv, record, 4, tag,
	    TAG);
	if (!secret_equal(tag, record + 4 + packet_length, TAG)) {
		secret_wipe(plain + 4, packet_length);
		return STATUS_FORGED;
	}
	memmove(plain, record, 4);
	nonce_advance(keys);
	return STATUS_OK;
}

static void mb_seal(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                    const uint8_t *plain, uint32_t packet_length, uint8_t *record)
{
	aes_gcm_enc_dec_t enc =
	        ctx->suite->key_bytes == 16 ? suite_mgr()->gcm128_enc : suite_mgr()->gcm256_enc;
	struct gcm_context_data run;

	(void)seq;
	memmove(record, plain, 4);
	enc(&ctx->key.gcm, &run, record + 4, plain + 4, packet_length, keys->iv, record, 4,
	    record + 4 + packet_length, TAG);
	nonce_advance(keys);
}

const struct suite_ops suite_gcm_ops = {
        .evp = {evp_expand, gcm_length, evp_open, evp_seal},
        .ipsec_mb = {mb_expand, gcm_length, mb_open, mb_seal},
};
