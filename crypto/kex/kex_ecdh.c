// ecdh-sha2-nistp256 (RFC 5656 section 4): points travel uncompressed, and K is the x coordinate.
#include "crypto/kex/kex_ops.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#define GROUP "P-256"
#define POINT 65
#define FIELD 32

// A public key from the wire; NULL unless it is an uncompressed point on the curve.
static EVP_PKEY *point_parse(struct span s)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[] = {
	        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)GROUP, 0),
	        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)s.data, s.len),
	        OSSL_PARAM_END,
	};

	if (s.len != POINT || s.data[0] != 0x04 || ctx == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static enum status public_of(EVP_PKEY *pair, uint8_t *out, size_t *len)
{
	*len = 0;
	if (pair == NULL ||
	    EVP_PKEY_get_octet_string_param(pair, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, out,
	                                    POINT, len) != 1 ||
	    *len != POINT)
		return STATUS_INTERNAL;
	return STATUS_OK;
}

static enum status ecdh_finish(void *pair, struct span server_public, struct secret *shared)
{
	EVP_PKEY *theirs = point_parse(server_public);
	enum status status = STATUS_BAD_KEY;

	if (theirs != NULL)
		status = kex_agree(pair, theirs, shared, FIELD);
	EVP_PKEY_free(theirs);
	return status;
}

static enum status ecdh_start(void **pair, uint8_t *client_public, size_t *len)
{
	enum status status;

	*pair = EVP_EC_gen(GROUP);
	status = public_of(*pair, client_public, len);
	if (status != STATUS_OK)
		EVP_PKEY_free(*pair);
	return status;
}

static void ecdh_drop(void *pair)
{
	EVP_PKEY_free(pair);
}

static enum status ecdh_answer(struct span client_public, uint8_t *server_public, size_t *len,
                               struct secret *shared)
{
	enum status status;
	void *pair;

	if (client_public.len != POINT)
		return STATUS_BAD_KEY;
	status = ecdh_start(&pair, server_public, len);
	if (status != STATUS_OK)
		return status;
	status = ecdh_finish(pair, client_public, shared);
	ecdh_drop(pair);
	return status;
}

const struct kex_ops kex_ecdh_ops = {ecdh_answer, ecdh_start, ecdh_finish, ecdh_drop};
