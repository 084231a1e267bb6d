// The rows, and the calls of kex.h passed on to a method.
#include "crypto/kex/kex_ops.h"

#include "crypto/wire/names.h"
#include "crypto/wire/numbers.h"

#include <openssl/evp.h>
#include <stdlib.h>

static const struct kex_flow plain = {0, 0, SSH_MSG_KEX_ECDH_INIT, SSH_MSG_KEX_ECDH_REPLY};
static const struct kex_flow asked = {SSH_MSG_KEX_GROUP_ASK, SSH_MSG_KEX_GROUP,
                                      SSH_MSG_KEX_GROUP_INIT, SSH_MSG_KEX_GROUP_REPLY};

// clang-format off
#define ROW(name, digest, bytes, is_mpint, ops) \
	{ name, digest, bytes, is_mpint, &ops, TIER_DEFAULT, &plain, true }
#define ROW_LONG(name, digest, bytes, is_mpint, ops) \
	{ name, digest, bytes, is_mpint, &ops, TIER_DEFAULT, &plain, false }
#define ROW_DH(name, digest, bytes, ops, tier) \
	{ name, digest, bytes, true, &ops, tier, &plain, false }
#define ROW_ASKED(name, digest, bytes, ops, tier) \
	{ name, digest, bytes, true, &ops, tier, &asked, false }

static const struct kex rows[] = {
	ROW("mlkem768x25519-sha256",              "SHA256", 32, false, kex_mlkem768x25519_ops),
	ROW("sntrup761x25519-sha512",             "SHA512", 64, false, kex_sntrup761x25519_ops),
	ROW("sntrup761x25519-sha512@openssh.com", "SHA512", 64, false, kex_sntrup761x25519_ops),
	ROW("curve25519-sha256",                  "SHA256", 32, true,  kex_x25519_ops),
	ROW("curve25519-sha256@libssh.org",       "SHA256", 32, true,  kex_x25519_ops),
	ROW("ecdh-sha2-nistp256",                 "SHA256", 32, true,  kex_nistp256_ops),
	ROW_LONG("curve448-sha512", "SHA512", 64, true,  kex_x448_ops),
	ROW_LONG("ecdh-sha2-nistp384", "SHA384", 48, true,  kex_nistp384_ops),
	ROW_LONG("ecdh-sha2-nistp521", "SHA512", 64, true,  kex_nistp521_ops),
	ROW_DH("diffie-hellman-group16-sha512",   "SHA512", 64, kex_group16_ops, TIER_OPTIONAL),
	ROW_DH("diffie-hellman-group18-sha512",   "SHA512", 64, kex_group18_ops, TIER_OPTIONAL),
	ROW_ASKED("diffie-hellman-group-exchange-sha256", "SHA256", 32, kex_group_ops, TIER_OPTIONAL),
	ROW_DH("diffie-hellman-group14-sha256",   "SHA256", 32, kex_group14_ops, TIER_OPTIONAL),
	ROW_DH("diffie-hellman-group14-sha1",     "SHA1",   20, kex_group14_ops, TIER_LEGACY),
};
// clang-format on

const char *const kex_names =
        "mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,"
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,curve448-sha512,"
        "ecdh-sha2-nistp384,ecdh-sha2-nistp521";
const char *const kex_names_optional =
        "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
        "diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha256";
const char *const kex_names_legacy = "diffie-hellman-group14-sha1";

struct kex_client {
	const struct kex_ops *ops;
	void *pair;
};

static const struct kex *row_find(struct span name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (span_is(name, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

const struct kex *kex_find(struct span name)
{
	const struct kex *kex = row_find(name);

	return kex != NULL && kex->tier == TIER_DEFAULT ? kex : NULL;
}

const struct kex *kex_find_in(struct span enabled, struct span name)
{
	return names_has(enabled, name) ? row_find(name) : NULL;
}

uint8_t kex_row(const struct kex *kex)
{
	return (uint8_t)(kex - rows + 1);
}

const struct kex *kex_at(uint8_t row)
{
	return row > 0 && row <= sizeof(rows) / sizeof(rows[0]) ? &rows[row - 1] : NULL;
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

enum status kex_client_adopt(const struct kex_ops *ops, void *pair, struct kex_client **out)
{
	*out = malloc(sizeof(**out));
	if (*out == NULL) {
		ops->drop(pair);
		return STATUS_NO_MEMORY;
	}
	**out = (struct kex_client){ops, pair};
	return STATUS_OK;
}

enum status kex_client_start(const struct kex *kex, struct kex_client **out,
                             uint8_t client_public[KEX_PUBLIC_MAX], size_t *len)
{
	enum status status;
	void *pair;

	*out = NULL;
	status = kex->ops->start(&pair, client_public, len);
	return status == STATUS_OK ? kex_client_adopt(kex->ops, pair, out) : status;
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
