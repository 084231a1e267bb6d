// ssh-ed25519 (RFC 8709). OpenSSL refuses an S that is not below the group order.
#include "crypto/hostkey/hostkey_ops.h"

#include "crypto/core/random.h"
#include "crypto/core/secret.h"

#define SEED      32
#define POINT     32
#define SIGNATURE 64

static EVP_PKEY *ed25519_generate(unsigned bits)
{
	uint8_t seed[SEED];
	EVP_PKEY *pkey;

	(void)bits;
	random_fill(seed, sizeof(seed));
	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	secret_wipe(seed, sizeof(seed));
	return pkey;
}

static void ed25519_public_emit(const EVP_PKEY *pkey, struct builder *b)
{
	uint8_t point[POINT] = {0};
	size_t len = sizeof(point);

	if (EVP_PKEY_get_raw_public_key(pkey, point, &len) == 1)
		builder_string(b, span_of(point, len));
}

static EVP_PKEY *ed25519_public_parse(struct cursor *c)
{
	struct span point = cursor_string(c);

	if (!cursor_ok(c) || point.len != POINT)
		return hostkey_refuse(c);
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, point.data, point.len);
}

// Public key, then seed and public key as one string.
static void ed25519_private_emit(const EVP_PKEY *pkey, struct builder *b)
{
	uint8_t pair[SEED + POINT] = {0};
	size_t seed = SEED, point = POINT;

	if (EVP_PKEY_get_raw_private_key(pkey, pair, &seed) == 1 &&
	    EVP_PKEY_get_raw_public_key(pkey, pair + SEED, &point) == 1) {
		builder_string(b, span_of(pair + SEED, POINT));
		builder_string(b, span_of(pair, sizeof(pair)));
	}
	secret_wipe(pair, sizeof(pair));
}

static EVP_PKEY *ed25519_private_parse(struct cursor *c)
{
	struct span point = cursor_string(c);
	struct span pair = cursor_string(c);
	uint8_t derived[POINT];
	size_t len = sizeof(derived);
	EVP_PKEY *pkey;

	if (!cursor_ok(c) || point.len != POINT || pair.len != SEED + POINT)
		return hostkey_refuse(c);
	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, pair.data, SEED);
	if (pkey != NULL && EVP_PKEY_get_raw_public_key(pkey, derived, &len) == 1 &&
	    span_equal(point, span_of(derived, len)) &&
	    span_equal(point, span_of(pair.data + SEED, POINT)))
		return pkey;
	EVP_PKEY_free(pkey);
	return hostkey_refuse(c);
}

static enum status ed25519_sign(EVP_PKEY *pkey, const char *digest, struct span message,
                                struct builder *b)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE];
	size_t len = sizeof(signature);
	enum status status = STATUS_INTERNAL;

	(void)digest;
	if (ctx != NULL &&
	    EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, pkey, NULL) == 1 &&
	    EVP_DigestSign(ctx, signature, &len, message.data, message.len) == 1) {
		builder_bytes(b, span_of(signature, len));
		status = STATUS_OK;
	}
	EVP_MD_CTX_free(ctx);
	return status;
}

static enum status ed25519_verify(EVP_PKEY *pkey, const char *digest, struct span signature,
                                  struct span message)
{
	enum status status = STATUS_BAD_SIGNATURE;
	EVP_MD_CTX *ctx;

	(void)digest;
	if (signature.len != SIGNATURE)
		return STATUS_BAD_SIGNATURE;
	ctx = EVP_MD_CTX_new();
	if (ctx != NULL &&
	    EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, pkey, NULL) == 1 &&
	    EVP_DigestVerify(ctx, signature.data, signature.len, message.data, message.len) ==
	            1)
		status = STATUS_OK;
	EVP_MD_CTX_free(ctx);
	return status;
}

const struct hostkey_ops hostkey_ed25519_ops = {
        .key_name = "ssh-ed25519",
        .pkey_name = "ED25519",
        .generate = ed25519_generate,
        .public_emit = ed25519_public_emit,
        .public_parse = ed25519_public_parse,
        .private_emit = ed25519_private_emit,
        .private_parse = ed25519_private_parse,
        .sign = ed25519_sign,
        .verify = ed25519_verify,
};
