// ssh-dss (RFC 4253 section 6.6), for the equipment and the commands that still have it: a prime of
// 1024 to 2048 bits, a subgroup of 160, SHA-1.
#include "crypto/hostkey/hostkey_ops.h"

#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/param_build.h>

#define PRIME_MAX (DSA_BITS_MAX / 8)
#define HALF      20
#define DER_MAX   (2 * (HALF + 3) + 2)

static EVP_PKEY *dsa_generate(unsigned bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL), *more = NULL;
	EVP_PKEY *field = NULL, *pkey = NULL;

	if (ctx != NULL && EVP_PKEY_paramgen_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, (int)bits) == 1 &&
	    EVP_PKEY_CTX_set_dsa_paramgen_q_bits(ctx, 8 * HALF) == 1 &&
	    EVP_PKEY_CTX_set_dsa_paramgen_md_props(ctx, "SHA1", NULL) == 1 &&
	    EVP_PKEY_paramgen(ctx, &field) == 1)
		more = EVP_PKEY_CTX_new_from_pkey(NULL, field, NULL);
	if (more == NULL || EVP_PKEY_keygen_init(more) != 1 ||
	    EVP_PKEY_keygen(more, &pkey) != 1)
		pkey = NULL;
	EVP_PKEY_free(field);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_CTX_free(more);
	return pkey;
}

static void number_emit(const EVP_PKEY *pkey, const char *name, struct builder *b)
{
	uint8_t bytes[PRIME_MAX];
	BIGNUM *v = NULL;

	if (EVP_PKEY_get_bn_param(pkey, name, &v) == 1 && BN_num_bytes(v) <= PRIME_MAX)
		builder_mpint(b, span_of(bytes, (size_t)BN_bn2bin(v, bytes)));
	else
		b->status = STATUS_BAD_KEY;
	BN_clear_free(v);
	OPENSSL_cleanse(bytes, sizeof(bytes));
}

static void dsa_public_emit(const EVP_PKEY *pkey, struct builder *b)
{
	number_emit(pkey, OSSL_PKEY_PARAM_FFC_P, b);
	number_emit(pkey, OSSL_PKEY_PARAM_FFC_Q, b);
	number_emit(pkey, OSSL_PKEY_PARAM_FFC_G, b);
	number_emit(pkey, OSSL_PKEY_PARAM_PUB_KEY, b);
}

static void dsa_private_emit(const EVP_PKEY *pkey, struct builder *b)
{
	dsa_public_emit(pkey, b);
	number_emit(pkey, OSSL_PKEY_PARAM_PRIV_KEY, b);
}

// Wire order; `x` is NULL for a public key.
struct numbers {
	BIGNUM *p, *q, *g, *y, *x;
};

static void numbers_fini(struct numbers *v)
{
	BN_free(v->p);
	BN_free(v->q);
	BN_free(v->g);
	BN_free(v->y);
	BN_clear_free(v->x);
}

static bool is_between(const BIGNUM *v, const BIGNUM *end)
{
	return !BN_is_zero(v) && !BN_is_one(v) && BN_cmp(v, end) < 0;
}

// Sizes that we accept, and a generator and a public value of the subgroup.
static bool is_acceptable(const struct numbers *v)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *r = BN_new();
	bool ok = ctx != NULL && r != NULL && BN_num_bits(v->p) >= DSA_BITS_MIN &&
	          BN_is_odd(v->p) && BN_num_bits(v->q) == 8 * HALF && BN_is_odd(v->q) &&
	          is_between(v->g, v->p) && is_between(v->y, v->p) &&
	          BN_mod_exp(r, v->g, v->q, v->p, ctx) == 1 && BN_is_one(r) &&
	          BN_mod_exp(r, v->y, v->q, v->p, ctx) == 1 && BN_is_one(r);

	BN_free(r);
	BN_CTX_free(ctx);
	return ok;
}

static EVP_PKEY *key_build(const struct numbers *v)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
	int selection = v->x != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (bld != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_P, v->p) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_Q, v->q) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_G, v->g) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PUB_KEY, v->y) == 1 &&
	    (v->x == NULL || OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, v->x) == 1))
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static BIGNUM *number(struct cursor *c, size_t max)
{
	struct span s = cursor_mpint(c);

	if (s.len > max)
		cursor_fail(c, STATUS_BAD_KEY);
	return cursor_ok(c) ? BN_bin2bn(s.data, (int)s.len, NULL) : NULL;
}

static EVP_PKEY *key_parse(struct cursor *c, bool private)
{
	struct numbers v = {0};
	EVP_PKEY *pkey = NULL;

	v.p = number(c, PRIME_MAX);
	v.q = number(c, HALF);
	v.g = number(c, PRIME_MAX);
	v.y = number(c, PRIME_MAX);
	if (private)
		v.x = number(c, HALF);
	if (cursor_ok(c) && v.p != NULL && v.q != NULL && v.g != NULL && v.y != NULL &&
	    (!private || (v.x != NULL && is_between(v.x, v.q))) && is_acceptable(&v))
		pkey = key_build(&v);
	numbers_fini(&v);
	return pkey != NULL ? pkey : hostkey_refuse(c);
}

static EVP_PKEY *dsa_public_parse(struct cursor *c)
{
	return key_parse(c, false);
}

static EVP_PKEY *dsa_private_parse(struct cursor *c)
{
	return key_parse(c, true);
}

// r and s, 20 bytes each.
static enum status dsa_sign(EVP_PKEY *pkey, const char *digest, struct span message,
                            struct builder *b)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	enum digest_id id = digest_find(digest);
	uint8_t hash[DIGEST_BYTES_MAX], der[DER_MAX], both[2 * HALF];
	const uint8_t *at = der;
	size_t len = sizeof(der);
	const BIGNUM *r = NULL, *s = NULL;
	DSA_SIG *sig = NULL;
	bool ok;

	digest_of(id, message, hash);
	if (ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
	    EVP_PKEY_sign(ctx, der, &len, hash, digest_bytes(id)) == 1)
		sig = d2i_DSA_SIG(NULL, &at, (long)len);
	EVP_PKEY_CTX_free(ctx);
	if (sig != NULL)
		DSA_SIG_get0(sig, &r, &s);
	ok = sig != NULL && BN_bn2binpad(r, both, HALF) == HALF &&
	     BN_bn2binpad(s, both + HALF, HALF) == HALF;
	DSA_SIG_free(sig);
	if (!ok)
		return STATUS_INTERNAL;
	builder_bytes(b, span_of(both, sizeof(both)));
	return STATUS_OK;
}

static int signature_der(struct span both, uint8_t der[DER_MAX])
{
	DSA_SIG *sig = DSA_SIG_new();
	BIGNUM *r = BN_bin2bn(both.data, HALF, NULL);
	BIGNUM *s = BN_bin2bn(both.data + HALF, HALF, NULL);
	int len = 0;

	if (sig != NULL && r != NULL && s != NULL && DSA_SIG_set0(sig, r, s) == 1) {
		len = i2d_DSA_SIG(sig, &der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	DSA_SIG_free(sig);
	return len > 0 ? len : 0;
}

static enum status dsa_verify(EVP_PKEY *pkey, const char *digest, struct span signature,
                              struct span message)
{
	enum digest_id id = digest_find(digest);
	uint8_t hash[DIGEST_BYTES_MAX], der[DER_MAX];
	enum status status = STATUS_BAD_SIGNATURE;
	EVP_PKEY_CTX *ctx;
	int len;

	if (signature.len != 2 * HALF)
		return STATUS_BAD_SIGNATURE;
	digest_of(id, message, hash);
	len = signature_der(signature, der);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (len > 0 && ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
	    EVP_PKEY_verify(ctx, der, (size_t)len, hash, digest_bytes(id)) == 1)
		status = STATUS_OK;
	EVP_PKEY_CTX_free(ctx);
	return status;
}

const struct hostkey_ops hostkey_dsa_ops = {
        .key_name = "ssh-dss",
        .pkey_name = "DSA",
        .generate = dsa_generate,
        .public_emit = dsa_public_emit,
        .public_parse = dsa_public_parse,
        .private_emit = dsa_private_emit,
        .private_parse = dsa_private_parse,
        .sign = dsa_sign,
        .verify = dsa_verify,
};
