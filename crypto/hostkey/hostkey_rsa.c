// ssh-rsa keys with rsa-sha2-256 and rsa-sha2-512 signatures (RFC 8332): PKCS #1 v1.5 over SHA-2;
// and over SHA-1 for the legacy algorithm that has the name of the keys.
#include "crypto/hostkey/hostkey_ops.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#define MODULUS_MAX  (RSA_BITS_MAX / 8)
#define EXPONENT_MAX 8 // what OpenSSL takes with a large modulus

static EVP_PKEY *rsa_generate(unsigned bits)
{
	return EVP_RSA_gen(bits);
}

static void number_emit(const EVP_PKEY *pkey, const char *name, struct builder *b)
{
	uint8_t bytes[MODULUS_MAX];
	BIGNUM *v = NULL;

	if (EVP_PKEY_get_bn_param(pkey, name, &v) == 1 && BN_num_bytes(v) <= MODULUS_MAX)
		builder_mpint(b, span_of(bytes, (size_t)BN_bn2bin(v, bytes)));
	else
		b->status = STATUS_BAD_KEY;
	BN_clear_free(v);
	OPENSSL_cleanse(bytes, sizeof(bytes));
}

static void rsa_public_emit(const EVP_PKEY *pkey, struct builder *b)
{
	number_emit(pkey, OSSL_PKEY_PARAM_RSA_E, b);
	number_emit(pkey, OSSL_PKEY_PARAM_RSA_N, b);
}

// What a key file holds; the numbers are borrowed, NULL after a failure. p and q stay NULL for a
// public key.
struct numbers {
	BIGNUM *n, *e, *d, *p, *q, *dp, *dq, *iq;
};

static void numbers_fini(struct numbers *v)
{
	BN_free(v->n);
	BN_free(v->e);
	BN_clear_free(v->d);
	BN_clear_free(v->p);
	BN_clear_free(v->q);
	BN_clear_free(v->dp);
	BN_clear_free(v->dq);
	BN_clear_free(v->iq);
}

static bool push(OSSL_PARAM_BLD *bld, const char *name, const BIGNUM *v)
{
	return v == NULL || OSSL_PARAM_BLD_push_BN(bld, name, v) == 1;
}

static EVP_PKEY *key_build(const struct numbers *v)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	int selection = v->d != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (bld != NULL && ctx != NULL && push(bld, OSSL_PKEY_PARAM_RSA_N, v->n) &&
	    push(bld, OSSL_PKEY_PARAM_RSA_E, v->e) && push(bld, OSSL_PKEY_PARAM_RSA_D, v->d) &&
	    push(bld, OSSL_PKEY_PARAM_RSA_FACTOR1, v->p) &&
	    push(bld, OSSL_PKEY_PARAM_RSA_FACTOR2, v->q) &&
	    push(bld, OSSL_PKEY_PARAM_RSA_EXPONENT1, v->dp) &&
	    push(bld, OSSL_PKEY_PARAM_RSA_EXPONENT2, v->dq) &&
	    push(bld, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, v->iq))
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

// A size that we accept, and numbers that could be a modulus and an exponent.
static bool is_acceptable(struct span n, struct span e)
{
	size_t bits;

	if (n.len < RSA_BITS_MIN / 8 || n.len > MODULUS_MAX || e.len == 0 ||
	    e.len > EXPONENT_MAX)
		return false;
	bits = 8 * n.len - (size_t)(__builtin_clz(n.data[0]) - 24);
	return bits >= RSA_BITS_MIN && n.data[n.len - 1] & 1 && e.data[e.len - 1] & 1 &&
	       (e.len > 1 || e.data[0] >= 3);
}

static BIGNUM *number(struct span s)
{
	return BN_bin2bn(s.data, (int)s.len, NULL);
}

static EVP_PKEY *rsa_public_parse(struct cursor *c)
{
	struct span e = cursor_mpint(c);
	struct span n = cursor_mpint(c);
	struct numbers v = {0};
	EVP_PKEY *pkey = NULL;

	if (!cursor_ok(c) || !is_acceptable(n, e))
		return hostkey_refuse(c);
	v.n = number(n);
	v.e = number(e);
	if (v.n != NULL && v.e != NULL)
		pkey = key_build(&v);
	numbers_fini(&v);
	return pkey != NULL ? pkey : hostkey_refuse(c);
}

static void rsa_private_emit(const EVP_PKEY *pkey, struct builder *b)
{
	number_emit(pkey, OSSL_PKEY_PARAM_RSA_N, b);
	number_emit(pkey, OSSL_PKEY_PARAM_RSA_E, b);
	number_emit(pkey, OSSL_PKEY_PARAM_RSA_D, b);
	number_emit(pkey, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, b);
	number_emit(pkey, OSSL_PKEY_PARAM_RSA_FACTOR1, b);
	number_emit(pkey, OSSL_PKEY_PARAM_RSA_FACTOR2, b);
}

// d mod (prime - 1), which the file leaves out; NULL for a prime that cannot be one.
static BIGNUM *exponent_of(const BIGNUM *d, const BIGNUM *prime)
{
	BIGNUM *out = BN_new(), *less = BN_dup(prime);
	BN_CTX *ctx = BN_CTX_secure_new();
	bool ok = out != NULL && less != NULL && ctx != NULL && BN_is_odd(prime) &&
	          !BN_is_one(prime) && BN_sub_word(less, 1) == 1;

	if (ok) {
		BN_set_flags(less, BN_FLG_CONSTTIME);
		ok = BN_mod(out, d, less, ctx) == 1;
	}
	BN_CTX_free(ctx);
	BN_clear_free(less);
	if (ok)
		return out;
	BN_clear_free(out);
	return NULL;
}

// n = p q, and iq is the inverse of q modulo p.
static bool is_consistent(const struct numbers *v)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *product = BN_new();
	bool ok = ctx != NULL && product != NULL && BN_mul(product, v->p, v->q, ctx) == 1 &&
	          BN_cmp(product, v->n) == 0 &&
	          BN_mod_mul(product, v->q, v->iq, v->p, ctx) == 1 && BN_is_one(product);

	BN_clear_free(product);
	BN_CTX_free(ctx);
	return ok;
}

static EVP_PKEY *rsa_private_parse(struct cursor *c)
{
	struct span n = cursor_mpint(c);
	struct span e = cursor_mpint(c);
	struct span d = cursor_mpint(c);
	struct span iq = cursor_mpint(c);
	struct span p = cursor_mpint(c);
	struct span q = cursor_mpint(c);
	struct numbers v;
	EVP_PKEY *pkey = NULL;

	if (!cursor_ok(c) || !is_acceptable(n, e) || d.len > n.len || iq.len > n.len ||
	    p.len > n.len || q.len > n.len)
		return hostkey_refuse(c);
	v = (struct numbers){number(n), number(e), number(d), number(p),
	                     number(q), NULL,      NULL,      number(iq)};
	if (v.n != NULL && v.e != NULL && v.d != NULL && v.p != NULL && v.q != NULL &&
	    v.iq != NULL && is_consistent(&v)) {
		v.dp = exponent_of(v.d, v.p);
		v.dq = exponent_of(v.d, v.q);
	}
	if (v.dp != NULL && v.dq != NULL)
		pkey = key_build(&v);
	numbers_fini(&v);
	return pkey != NULL ? pkey : hostkey_refuse(c);
}

static EVP_PKEY_CTX *pkcs1(EVP_PKEY *pkey, int (*init)(EVP_PKEY_CTX *), enum digest_id id)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	const EVP_MD *md = EVP_sha512();

	if (id != DIGEST_SHA512)
		md = id == DIGEST_SHA1 ? EVP_sha1() : EVP_sha256();
	if (ctx != NULL && init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, md) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

// RFC 8332 section 3: the signature is as long as the modulus. OpenSSH also takes one whose
// leading zeros were dropped, as RFC 4253 once allowed, and so do we.
static enum status rsa_verify(EVP_PKEY *pkey, const char *digest, struct span signature,
                              struct span message)
{
	size_t size = (size_t)EVP_PKEY_get_size(pkey);
	enum digest_id id = digest_find(digest);
	uint8_t hash[DIGEST_BYTES_MAX], padded[MODULUS_MAX] = {0};
	enum status status = STATUS_BAD_SIGNATURE;
	EVP_PKEY_CTX *ctx;

	if (signature.len == 0 || signature.len > size || size > sizeof(padded) ||
	    (signature.len < size && signature.data[0] == 0))
		return STATUS_BAD_SIGNATURE;
	memcpy(padded + size - signature.len, signature.data, signature.len);
	digest_of(id, message, hash);
	ctx = pkcs1(pkey, EVP_PKEY_verify_init, id);
	if (ctx != NULL && EVP_PKEY_verify(ctx, padded, size, hash, digest_bytes(id)) == 1)
		status = STATUS_OK;
	EVP_PKEY_CTX_free(ctx);
	return status;
}

// A faulty CRT half would give the factors away, so nothing leaves unverified.
static enum status rsa_sign(EVP_PKEY *pkey, const char *digest, struct span message,
                            struct builder *b)
{
	enum digest_id id = digest_find(digest);
	uint8_t hash[DIGEST_BYTES_MAX], signature[MODULUS_MAX];
	size_t len = sizeof(signature);
	enum status status = STATUS_INTERNAL;
	EVP_PKEY_CTX *ctx;

	digest_of(id, message, hash);
	ctx = pkcs1(pkey, EVP_PKEY_sign_init, id);
	if (ctx != NULL && EVP_PKEY_sign(ctx, signature, &len, hash, digest_bytes(id)) == 1)
		status = rsa_verify(pkey, digest, span_of(signature, len), message);
	EVP_PKEY_CTX_free(ctx);
	if (status == STATUS_OK)
		builder_bytes(b, span_of(signature, len));
	return status;
}

const struct hostkey_ops hostkey_rsa_ops = {
        .key_name = "ssh-rsa",
        .pkey_name = "RSA",
        .generate = rsa_generate,
        .public_emit = rsa_public_emit,
        .public_parse = rsa_public_parse,
        .private_emit = rsa_private_emit,
        .private_parse = rsa_private_parse,
        .sign = rsa_sign,
        .verify = rsa_verify,
};
