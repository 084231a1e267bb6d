// AES-CTR (RFC 4344 section 4) with an HMAC (RFC 6668), both as encrypt-and-MAC, where the
// length hides in the first block, and as OpenSSH's encrypt-then-MAC, where it is clear. The
// HMAC is core/digest.c under both implementations: ipsec-mb's is built for many messages at
// once and is slower for one.
#include "crypto/suite/suite_mac.h"

#include <string.h>

#define BLOCK 16

// Encrypt or decrypt `len` bytes (the same thing) from counter block `iv`, which stays.
typedef void xor_fn(struct suite_ctx *ctx, const uint8_t iv[BLOCK], const uint8_t *in,
                    uint8_t *out, size_t len);

static void ctr_advance(struct suite_keys *keys, size_t len)
{
	suite_count(keys->iv, BLOCK, (len + BLOCK - 1) / BLOCK);
}

static inline uint32_t mac_length(struct suite_ctx *ctx, const struct suite_keys *keys,
                                  const uint8_t *head, xor_fn * xor)
{
	uint8_t block[BLOCK];

	xor(ctx, keys->iv, head, block, BLOCK);
	return suite_be32(block);
}

static inline enum status mac_open(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                                   const uint8_t *record, uint32_t packet_length,
                                   uint8_t *plain, xor_fn * xor)
{
	const uint8_t *want = record + 4 + packet_length;
	size_t len = (size_t)packet_length + 4;
	uint8_t tag[SUITE_TAG_MAX];

	xor(ctx, keys->iv, record, plain, len);
	suite_hmac_record(ctx, seq, plain, len, tag);
	if (!secret_equal(tag, want, ctx->suite->tag_bytes)) {
		secret_wipe(plain, len);
		return STATUS_FORGED;
	}
	ctr_advance(keys, len);
	return STATUS_OK;
}

static inline void mac_seal(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                            const uint8_t *plain, uint32_t packet_length, uint8_t *record,
                            xor_fn * xor)
{
	size_t len = (size_t)packet_length + 4;

	suite_hmac_record(ctx, seq, plain, len, record + len);
	xor(ctx, keys->iv, plain, record, len);
	ctr_advance(keys, len);
}

static uint32_t etm_length(struct suite_ctx *ctx, const struct suite_keys *keys, uint32_t seq,
                           const uint8_t *head)
{
	(void)ctx, (void)keys, (void)seq;
	return suite_be32(head);
}

static inline enum status etm_open(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                                   const uint8_t *record, uint32_t packet_length,
                                   uint8_t *plain, xor_fn * xor)
{
	size_t len = (size_t)packet_length + 4;
	uint8_t tag[SUITE_TAG_MAX];

	suite_hmac_record(ctx, seq, record, len, tag);
	if (!secret_equal(tag, record + len, ctx->suite->tag_bytes))
		return STATUS_FORGED;
	memmove(plain, record, 4);
	xor(ctx, keys->iv, record + 4, plain + 4, packet_length);
	ctr_advance(keys, packet_length);
	return STATUS_OK;
}

static inline void etm_seal(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                            const uint8_t *plain, uint32_t packet_length, uint8_t *record,
                            xor_fn * xor)
{
	size_t len = (size_t)packet_length + 4;

	memmove(record, plain, 4);
	xor(ctx, keys->iv, plain + 4, record + 4, packet_length);
	suite_hmac_record(ctx, seq, record, len, record + len);
	ctr_advance(keys, packet_length);
}

// EVP

static EVP_CIPHER_CTX *evp_of(const struct suite_ctx *ctx)
{
	return ctx->evp[SUITE_EVP_CTR_128 + (ctx->suite->key_bytes - 16) / 8];
}

static void evp_expand(struct suite_ctx *ctx, const struct suite_keys *keys)
{
	suite_must(EVP_CipherInit_ex2(evp_of(ctx), NULL, keys->key, NULL, 1, NULL));
	suite_hmac_key(ctx, keys);
}

static void evp_xor(struct suite_ctx *ctx, const uint8_t iv[BLOCK], const uint8_t *in,
                    uint8_t *out, size_t len)
{
	EVP_CIPHER_CTX *evp = evp_of(ctx);
	int n;

	suite_must(EVP_CipherInit_ex2(evp, NULL, NULL, iv, -1, NULL));
	suite_must(EVP_CipherUpdate(evp, out, &n, in, (int)len));
}

// ipsec-mb

static void mb_expand(struct suite_ctx *ctx, const struct suite_keys *keys)
{
	struct suite_aes *aes = &ctx->key.aes;

	if (ctx->suite->key_bytes == 16)
		IMB_AES_KEYEXP_128(suite_mgr(), keys->key, aes->forward, aes->backward);
	else if (ctx->suite->key_bytes == 24)
		IMB_AES_KEYEXP_192(suite_mgr(), keys->key, aes->forward, aes->backward);
	else
		IMB_AES_KEYEXP_256(suite_mgr(), keys->key, aes->forward, aes->backward);
	suite_hmac_key(ctx, keys);
}

static void mb_run(struct suite_ctx *ctx, const uint8_t iv[BLOCK], const uint8_t *in,
                   uint8_t *out, size_t len)
{
	IMB_JOB job = {
	        .src = in,
	        .dst = out,
	        .enc_keys = ctx->key.aes.forward,
	        .dec_keys = ctx->key.aes.forward,
	        .key_len_in_bytes = ctx->suite->key_bytes,
	        .iv = iv,
	        .iv_len_in_bytes = BLOCK,
	        .msg_len_to_cipher_in_bytes = len,
	        .cipher_mode = IMB_CIPHER_CNTR,
	        .cipher_direction = IMB_DIR_ENCRYPT,
	        .hash_alg = IMB_AUTH_NULL,
	};

	IMB_SUBMIT_CIPHER_BURST_NOCHECK(suite_mgr(), &job, 1, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT,
	                                ctx->suite->key_bytes);
	suite_must(job.status == IMB_STATUS_COMPLETED);
}

// The library counts in 32 bits, SSH in 128: stop where the low word wraps and carry by hand.
static void mb_xor(struct suite_ctx *ctx, const uint8_t iv[BLOCK], const uint8_t *in,
                   uint8_t *out, size_t len)
{
	uint64_t room = ((UINT64_C(1) << 32) - suite_be32(iv + 12)) * BLOCK;
	uint8_t carried[BLOCK];

	if (len == 0)
		return;
	if (len <= room) {
		mb_run(ctx, iv, in, out, len);
		return;
	}
	memcpy(carried, iv, BLOCK);
	suite_count(carried, BLOCK, room / BLOCK);
	mb_run(ctx, iv, in, out, room);
	mb_run(ctx, carried, in + room, out + room, len - room);
}

// Each implementation gets its own copy of the record code with its cipher inlined.
#define ENGINE(mode, name)                                                                     \
	static enum status mode##_##name##_open(                                               \
	        struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,                  \
	        const uint8_t *record, uint32_t packet_length, uint8_t *plain)                 \
	{                                                                                      \
		return mode##_open(ctx, keys, seq, record, packet_length, plain, name##_xor);  \
	}                                                                                      \
	static void mode##_##name##_seal(struct suite_ctx *ctx, struct suite_keys *keys,       \
	                                 uint32_t seq, const uint8_t *plain,                   \
	                                 uint32_t packet_length, uint8_t *record)              \
	{                                                                                      \
		mode##_seal(ctx, keys, seq, plain, packet_length, record, name##_xor);         \
	}

ENGINE(mac, evp)
ENGINE(mac, mb)
ENGINE(etm, evp)
ENGINE(etm, mb)

static uint32_t mac_evp_length(struct suite_ctx *ctx, const struct suite_keys *keys,
                               uint32_t seq, const uint8_t *head)
{
	(void)seq;
	return mac_length(ctx, keys, head, evp_xor);
}

static uint32_t mac_mb_length(struct suite_ctx *ctx, const struct suite_keys *keys,
                              uint32_t seq, const uint8_t *head)
{
	(void)seq;
	return mac_length(ctx, keys, head, mb_xor);
}

const struct suite_ops suite_ctr_etm_ops = {
        .evp = {evp_expand, etm_length, etm_evp_open, etm_evp_seal},
        .ipsec_mb = {mb_expand, etm_length, etm_mb_open, etm_mb_seal},
};

const struct suite_ops suite_ctr_mac_ops = {
        .evp = {evp_expand, mac_evp_length, mac_evp_open, mac_evp_seal},
        .ipsec_mb = {mb_expand, mac_mb_length, mac_mb_open, mac_mb_seal},
};
