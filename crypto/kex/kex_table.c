// The rows, and the calls of kex.h passed on to a method.
#include "crypto/kex/kex_ops.h"

#include <openssl/evp.h>
#include <stdlib.h>

// clang-format off
static const struct kex rows[] = {
	{ "mlkem768x25519-sha256",              "SHA256", 32, false, &kex_mlkem768x25519_ops },
	{ "sntrup761x25519-sha512",             "SHA512", 64, false, &kex_sntrup761x25519_ops },
	{ "sntrup761x25519-sha512@openssh.com", "SHA512", 64, false, &kex_sntrup761x25519_ops },
	{ "curve25519-sha256",                  "SHA256", 32, true,  &kex_x25519_ops },
	{ "curve25519-sha256@libssh.org",       "SHA256", 32, true,  &kex_x25519_ops },
	{ "ecdh-sha2-nistp256",                 "SHA256", 32, true,  &kex_ecdh_ops },
};
// clang-format on

const char *const kex_names =
        "mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,"
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256";

struct kex_client {
	const struct kex_ops *ops;
	void *pair;
};

const struct kex *kex_find(struct span name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (span_is(name, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

enum status kex_answer(const struct kex *kex, struct span client_public,
                       uint8_t server_public[KEX_PUBLIC_MAX], size_t *server_len,
                       struct secret *shared)
{
	enum status status;

	shared->len = 0;
	status = kex->ops->answer(client_public, server_public, server_len, shared);
	if (status != STATUS_OK)
		secret_fini(shared);
	return status;
}

enum status kex_client_start(const struct kex *kex, struct kex_client **out,
                             uint8_t client_public[KEX_PUBLIC_MAX], size_t *len)
{
	struct kex_client *state = malloc(sizeof(*state));
	enum status status;

	*out = NULL;
	if (state == NULL)
		return STATUS_NO_MEMORY;
	state->ops = kex->ops;
	status = kex->ops->start(&state->pair, client_public, len);
	if (status != STATUS_OK) {
		free(state);
		return status;
	}
	*out = state;
	return STATUS_OK;
}

enum status kex_client_finish(struct kex_client *state, struct span server_public,
                              struct secret *shared)
{
	enum status status;

	shared->len = 0;
	status = state->ops->finish(state->pair, server_public, shared);
	if (status != STATUS_OK)
		secret_fini(shared);
	kex_client_drop(state);
	return status;
}

void kex_client_drop(struct kex_client *state)
{
	if (state == NULL)
		return;
	state->ops->drop(state->pair);
	free(state);
}

enum status kex_agree(void *ours, void *theirs, struct secret *shared, size_t len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL);
	enum status status = STATUS_KEX_FAILED;
	size_t got = SECRET_MAX;

	// The peer's key was checked when it was read, so OpenSSL need not check it again.
	if (ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer_ex(ctx, theirs, 0) == 1 &&
	    EVP_PKEY_derive(ctx, shared->bytes, &got) == 1 && got == len) {
		shared->len = got;
		status = STATUS_OK;
	}
	EVP_PKEY_CTX_free(ctx);
	return status;
}
