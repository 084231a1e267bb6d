// The steps that all NIST curves share.
#include "crypto/kex/kex_ecdh.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

static size_t point_bytes(const struct kex_curve *curve)
{
	return 1 + 2 * curve->field;
}

// A public key from the wire; NULL unless it is an uncompressed point on the curve.
static EVP_PKEY *point_parse(const struct kex_curve *curve, struct span s)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[] = {
	        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)curve->group, 0),
	        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)s.data, s.len),
	        OSSL_PARAM_END,
	};

	if (s.len != point_bytes(curve) || s.data[0] != 0x04 || ctx == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static enum status public_of(const struct kex_curve *curve, EVP_PKEY *pair, uint8_t *out,
                             size_t *len)
{
	*len = 0;
	if (pair == NULL ||
	    EVP_PKEY_get_octet_string_param(pair, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, out,
	                                    point_bytes(curve), len) != 1 ||
	    *len != point_bytes(curve))
		return STATUS_INTERNAL;
	return STATUS_OK;
}

enum status kex_ecdh_finish(const struct kex_curve *curve, void *pair,
                            struct span server_public, struct secret *shared)
{
	EVP_PKEY *theirs = point_parse(curve, server_public);
	enum status status = STATUS_BAD_KEY;

	if (theirs != NULL)
		status = kex_agree(pair, theirs, shared, curve->field);
	EVP_PKEY_free(theirs);
	return status;
}

enum status kex_ecdh_start(const struct kex_curve *curve, void **pair, uint8_t *client_public,
                           size_t *len)
{
	enum status status;

	*pair = EVP_EC_gen(curve->group);
	status = public_of(curve, *pair, client_public, len);
	if (status != STATUS_OK)
		EVP_PKEY_free(*pair);
	return status;
}

void kex_ecdh_drop(void *pair)
{
	EVP_PKEY_free(pair);
}

enum status kex_ecdh_answer(const struct kex_curve *curve, struct span client_public,
                            uint8_t *server_public, size_t *len, struct secret *shared)
{
	enum status status;
	void *pair;

	if (client_public.len != point_bytes(curve))
		return STATUS_BAD_KEY;
	status = kex_ecdh_start(curve, &pair, server_public, len);
	if (status != STATUS_OK)
		return status;
	status = kex_ecdh_finish(curve, pair, client_public, shared);
	kex_ecdh_drop(pair);
	return status;
}
