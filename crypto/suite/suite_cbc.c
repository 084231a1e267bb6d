// AES-CBC and 3DES-CBC (RFC 4253 section 6.3) with an HMAC, as encrypt-and-MAC and as OpenSSH's
// encrypt-then-MAC. For equipment that knows nothing else, so EVP serves both implementations. A
// record's last block is the next one's vector, as the protocol wants it.
#include "crypto/suite/suite_mac.h"

#include "crypto/wire/numbers.h"

#include <string.h>

#define BLOCK_MAX 16

static size_t block_of(const struct suite_ctx *ctx)
{
	return ctx->suite->block_bytes;
}

static EVP_CIPHER_CTX *evp_of(const struct suite_ctx *ctx)
{
	if (block_of(ctx) == 8)
		return ctx->evp[SUITE_EVP_CBC_3DES];
	return ctx->evp[SUITE_EVP_CBC_128 + (ctx->suite->key_bytes - 16) / 8];
}

static void cbc_expand(struct suite_ctx *ctx, const struct suite_keys *keys)
{
	suite_must(EVP_CipherInit_ex2(evp_of(ctx), NULL, keys->key, NULL, ctx->sealing, NULL));
	suite_hmac_key(ctx, keys);
}

// Whole blocks, in the direction that the context was expanded for.
static void cbc_run(struct suite_ctx *ctx, const uint8_t *iv, const uint8_t *in, uint8_t *out,
                    size_t len)
{
	EVP_CIPHER_CTX *evp = evp_of(ctx);
	int n;

	suite_must(EVP_CipherInit_ex2(evp, NULL, NULL, iv, -1, NULL));
	suite_must(EVP_CipherUpdate(evp, out, &n, in, (int)len));
	suite_must(n == (int)len);
}

// The last block of the `len` bytes of ciphertext at `at`, to be the next vector.
static void last_block(const struct suite_ctx *ctx, const uint8_t *at, size_t len,
                       uint8_t out[BLOCK_MAX])
{
	memcpy(out, at + len - block_of(ctx), block_of(ctx));
}

uint32_t suite_conceal_length(const struct suite *suite)
{
	uint32_t room = SSH_PACKET_MAX - suite->tag_bytes;

	return room - room % suite->block_bytes - 4;
}

// What RFC 4253 section 6 and the largest packet allow.
static bool length_may_be(const struct suite *suite, uint32_t len)
{
	return len >= 5 && len <= suite_conceal_length(suite) &&
	       (len + 4) % suite->block_bytes == 0;
}

static uint32_t mac_length(struct suite_ctx *ctx, const struct suite_keys *keys, uint32_t seq,
                           const uint8_t *head)
{
	uint8_t block[BLOCK_MAX];
	uint32_t len;

	(void)seq;
	cbc_run(ctx, keys->iv, head, block, block_of(ctx));
	len = suite_be32(block);
	return length_may_be(ctx->suite, len) ? len : suite_conceal_length(ctx->suite);
}

static enum status mac_open(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                            const uint8_t *record, uint32_t packet_length, uint8_t *plain)
{
	size_t len = (size_t)packet_length + 4;
	const uint8_t *want = record + len;
	uint8_t next[BLOCK_MAX], tag[SUITE_TAG_MAX];

	if (len % block_of(ctx) != 0)
		return STATUS_FORGED;
	last_block(ctx, record, len, next);
	cbc_run(ctx, keys->iv, record, plain, len);
	suite_hmac_record(ctx, seq, plain, len, tag);
	if (!secret_equal(tag, want, ctx->suite->tag_bytes)) {
		secret_wipe(plain, len);
		return STATUS_FORGED;
	}
	memcpy(keys->iv, next, block_of(ctx));
	return STATUS_OK;
}

static void mac_seal(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                     const uint8_t *plain, uint32_t packet_length, uint8_t *record)
{
	size_t len = (size_t)packet_length + 4;

	suite_hmac_record(ctx, seq, plain, len, record + len);
	cbc_run(ctx, keys->iv, plain, record, len);
	last_block(ctx, record, len, keys->iv);
}

static uint32_t etm_length(struct suite_ctx *ctx, const struct suite_keys *keys, uint32_t seq,
                           const uint8_t *head)
{
	(void)ctx, (void)keys, (void)seq;
	return suite_be32(head);
}

static enum status etm_open(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                            const uint8_t *record, uint32_t packet_length, uint8_t *plain)
{
	size_t len = (size_t)packet_length + 4;
	uint8_t next[BLOCK_MAX], tag[SUITE_TAG_MAX];

	if (packet_length == 0 || packet_length % block_of(ctx) != 0)
		return STATUS_FORGED;
	suite_hmac_record(ctx, seq, record, len, tag);
	if (!secret_equal(tag, record + len, ctx->suite->tag_bytes))
		return STATUS_FORGED;
	last_block(ctx, record, len, next);
	memmove(plain, record, 4);
	cbc_run(ctx, keys->iv, record + 4, plain + 4, packet_length);
	memcpy(keys->iv, next, block_of(ctx));
	return STATUS_OK;
}

static void etm_seal(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                     const uint8_t *plain, uint32_t packet_length, uint8_t *record)
{
	size_t len = (size_t)packet_length + 4;

	memmove(record, plain, 4);
	cbc_run(ctx, keys->iv, plain + 4, record + 4, packet_length);
	suite_hmac_record(ctx, seq, record, len, record + len);
	last_block(ctx, record, len, keys->iv);
}

const struct suite_ops suite_cbc_etm_ops = {
        .evp = {cbc_expand, etm_length, etm_open, etm_seal},
        .ipsec_mb = {cbc_expand, etm_length, etm_open, etm_seal},
};

const struct suite_ops suite_cbc_mac_ops = {
        .evp = {cbc_expand, mac_length, mac_open, mac_seal},
        .ipsec_mb = {cbc_expand, mac_length, mac_open, mac_seal},
};
