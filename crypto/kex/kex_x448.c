// curve448-sha512 (RFC 8731).
#include "crypto/kex/kex_ops.h"

#include <openssl/evp.h>

#define POINT 56

// RFC 8731 section 3: 56 bytes, and OpenSSL refuses the all-zero result.
static enum status x448_finish(void *pair, struct span peer, struct secret *shared)
{
	enum status status = STATUS_KEX_FAILED;
	EVP_PKEY *theirs;

	if (peer.len != POINT)
		return STATUS_BAD_KEY;
	theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X448, NULL, peer.data, POINT);
	if (theirs != NULL)
		status = kex_agree(pair, theirs, shared, POINT);
	EVP_PKEY_free(theirs);
	return status;
}

static enum status x448_start(void **pair, uint8_t *client_public, size_t *len)
{
	*len = POINT;
	*pair = EVP_PKEY_Q_keygen(NULL, NULL, "X448");
	if (*pair != NULL && EVP_PKEY_get_raw_public_key(*pair, client_public, len) == 1)
		return STATUS_OK;
	EVP_PKEY_free(*pair);
	return STATUS_INTERNAL;
}

static void x448_drop(void *pair)
{
	EVP_PKEY_free(pair);
}

static enum status x448_answer(struct span client_public, uint8_t *server_public, size_t *len,
                               struct secret *shared)
{
	enum status status;
	void *pair;

	if (client_public.len != POINT)
		return STATUS_BAD_KEY;
	status = x448_start(&pair, server_public, len);
	if (status != STATUS_OK)
		return status;
	status = x448_finish(pair, client_public, shared);
	x448_drop(pair);
	return status;
}

const struct kex_ops kex_x448_ops = {x448_answer, x448_start, x448_finish, x448_drop};
