// What all curves share. Points travel uncompressed; OpenSSL checks that they are on the curve.
#include "crypto/hostkey/hostkey_ecdsa.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

#define FIELD_MAX 66 // P-521
#define POINT_MAX (1 + 2 * FIELD_MAX)
#define DER_MAX   (2 * (FIELD_MAX + 4) + 4)

EVP_PKEY *hostkey_ecdsa_generate(const struct ecdsa_curve *curve)
{
	return EVP_EC_gen(curve->group);
}

static size_t point_bytes(const struct ecdsa_curve *curve)
{
	return 1 + 2 * curve->field;
}

static bool coordinate(const EVP_PKEY *pkey, const char *name, size_t field, uint8_t *out)
{
	BIGNUM *v = NULL;
	bool ok = EVP_PKEY_get_bn_param(pkey, name, &v) == 1 &&
	          BN_bn2binpad(v, out, (int)field) == (int)field;

	BN_clear_free(v);
	return ok;
}

void hostkey_ecdsa_public_emit(const struct ecdsa_curve *curve, const EVP_PKEY *pkey,
                               struct builder *b)
{
	uint8_t point[POINT_MAX] = {0x04};

	if (!coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_X, curve->field, point + 1) ||
	    !coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, curve->field,
	                point + 1 + curve->field)) {
		b->status = STATUS_BAD_KEY;
		return;
	}
	builder_text(b, curve->name);
	builder_string(b, span_of(point, point_bytes(curve)));
}

// `scalar` is NULL for a public key.
static EVP_PKEY *key_build(const struct ecdsa_curve *curve, struct span point, BIGNUM *scalar)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	int selection = scalar != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (bld != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) ==
	            1 &&
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point.data,
	                                     point.len) == 1 &&
	    (scalar == NULL ||
	     OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1))
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static struct span point_take(const struct ecdsa_curve *curve, struct cursor *c)
{
	struct span name = cursor_string(c);
	struct span point = cursor_string(c);

	if (!span_is(name, curve->name) || point.len != point_bytes(curve) ||
	    point.data[0] != 0x04)
		cursor_fail(c, STATUS_BAD_KEY);
	return point;
}

EVP_PKEY *hostkey_ecdsa_public_parse(const struct ecdsa_curve *curve, struct cursor *c)
{
	struct span point = point_take(curve, c);
	EVP_PKEY *pkey = cursor_ok(c) ? key_build(curve, point, NULL) : NULL;

	return pkey != NULL ? pkey : hostkey_refuse(c);
}

void hostkey_ecdsa_private_emit(const struct ecdsa_curve *curve, const EVP_PKEY *pkey,
                                struct builder *b)
{
	uint8_t scalar[FIELD_MAX];

	hostkey_ecdsa_public_emit(curve, pkey, b);
	if (coordinate(pkey, OSSL_PKEY_PARAM_PRIV_KEY, curve->field, scalar))
		builder_mpint(b, span_of(scalar, curve->field));
	else
		b->status = STATUS_BAD_KEY;
	OPENSSL_cleanse(scalar, sizeof(scalar));
}

EVP_PKEY *hostkey_ecdsa_private_parse(const struct ecdsa_curve *curve, struct cursor *c)
{
	struct span point = point_take(curve, c);
	struct span scalar = cursor_mpint(c);
	EVP_PKEY *pkey = NULL;
	BIGNUM *d;

	if (!cursor_ok(c) || scalar.len == 0 || scalar.len > curve->field)
		return hostkey_refuse(c);
	d = BN_secure_new();
	if (d != NULL && BN_bin2bn(scalar.data, (int)scalar.len, d) != NULL)
		pkey = key_build(curve, point, d);
	BN_clear_free(d);
	return pkey != NULL ? pkey : hostkey_refuse(c);
}

static size_t field_of(const EVP_PKEY *pkey)
{
	return ((size_t)EVP_PKEY_get_bits(pkey) + 7) / 8;
}

static void signature_emit(const ECDSA_SIG *sig, size_t field, struct builder *b)
{
	uint8_t half[FIELD_MAX];
	int n = (int)field;

	if (BN_bn2binpad(ECDSA_SIG_get0_r(sig), half, n) == n)
		builder_mpint(b, span_of(half, field));
	if (BN_bn2binpad(ECDSA_SIG_get0_s(sig), half, n) == n)
		builder_mpint(b, span_of(half, field));
}

enum status hostkey_ecdsa_sign(EVP_PKEY *pkey, const char *digest, struct span message,
                               struct builder *b)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	enum digest_id id = digest_find(digest);
	uint8_t hash[DIGEST_BYTES_MAX], der[DER_MAX];
	const uint8_t *at = der;
	size_t len = sizeof(der);
	ECDSA_SIG *sig = NULL;

	digest_of(id, message, hash);
	if (ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
	    EVP_PKEY_sign(ctx, der, &len, hash, digest_bytes(id)) == 1)
		sig = d2i_ECDSA_SIG(NULL, &at, (long)len);
	if (sig != NULL)
		signature_emit(sig, field_of(pkey), b);
	EVP_PKEY_CTX_free(ctx);
	if (sig == NULL)
		return STATUS_INTERNAL;
	ECDSA_SIG_free(sig);
	return STATUS_OK;
}

// r and s as DER for OpenSSL; its length, or 0.
static int signature_der(struct span r, struct span s, uint8_t der[DER_MAX])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *rn = BN_bin2bn(r.data, (int)r.len, NULL);
	BIGNUM *sn = BN_bin2bn(s.data, (int)s.len, NULL);
	int len = 0;

	if (sig != NULL && rn != NULL && sn != NULL && ECDSA_SIG_set0(sig, rn, sn) == 1) {
		len = i2d_ECDSA_SIG(sig, &der);
	} else {
		BN_free(rn);
		BN_free(sn);
	}
	ECDSA_SIG_free(sig);
	return len > 0 ? len : 0;
}

enum status hostkey_ecdsa_verify(EVP_PKEY *pkey, const char *digest, struct span signature,
                                 struct span message)
{
	struct cursor c = cursor_over(signature);
	struct span r = cursor_mpint(&c);
	struct span s = cursor_mpint(&c);
	enum digest_id id = digest_find(digest);
	uint8_t hash[DIGEST_BYTES_MAX], der[DER_MAX];
	enum status status = STATUS_BAD_SIGNATURE;
	size_t field = field_of(pkey);
	EVP_PKEY_CTX *ctx;
	int len;

	if (cursor_end(&c) != STATUS_OK || r.len == 0 || r.len > field || s.len == 0 ||
	    s.len > field || field > FIELD_MAX)
		return STATUS_BAD_SIGNATURE;
	digest_of(id, message, hash);
	len = signature_der(r, s, der);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (len > 0 && ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
	    EVP_PKEY_verify(ctx, der, (size_t)len, hash, digest_bytes(id)) == 1)
		status = STATUS_OK;
	EVP_PKEY_CTX_free(ctx);
	return status;
}
