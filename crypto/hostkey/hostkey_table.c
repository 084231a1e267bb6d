// The rows of signature algorithms, and the calls of hostkey.h passed on to a key type.
#include "crypto/hostkey/hostkey_ops.h"

#include "crypto/core/secret.h"

#include <openssl/err.h>
#include <stdlib.h>

// clang-format off
static const struct hostkey_algorithm rows[] = {
	{ "ssh-ed25519",         "ssh-ed25519",         HOSTKEY_ED25519,    NULL },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", HOSTKEY_ECDSA_P256, "SHA256" },
	{ "rsa-sha2-512",        "ssh-rsa",             HOSTKEY_RSA,        "SHA512" },
	{ "rsa-sha2-256",        "ssh-rsa",             HOSTKEY_RSA,        "SHA256" },
};
// clang-format on

const char *const hostkey_algorithm_names =
        "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256";

static const struct hostkey_ops *const types[HOSTKEY_TYPES] = {
        [HOSTKEY_ED25519] = &hostkey_ed25519_ops,
        [HOSTKEY_RSA] = &hostkey_rsa_ops,
        [HOSTKEY_ECDSA_P256] = &hostkey_ecdsa_ops,
};

#define ALGORITHMS (sizeof(rows) / sizeof(rows[0]))

const struct hostkey_algorithm *hostkey_algorithm_find(struct span name)
{
	for (size_t i = 0; i < ALGORITHMS; i++) {
		if (span_is(name, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

const struct hostkey_algorithm *hostkey_algorithm_of(enum hostkey_type type)
{
	size_t i = 0;

	while (rows[i].type != type)
		i++;
	return &rows[i];
}

const struct hostkey_algorithm *hostkey_algorithm_at(uint32_t row)
{
	return row < ALGORITHMS ? &rows[row] : NULL;
}

uint32_t hostkey_algorithm_row(const struct hostkey_algorithm *algorithm)
{
	return (uint32_t)(algorithm - rows);
}

const struct hostkey_ops *hostkey_ops_of(enum hostkey_type type)
{
	return types[type];
}

enum hostkey_type hostkey_type_find(struct span key_name)
{
	enum hostkey_type type = 0;

	while (type < HOSTKEY_TYPES && !span_is(key_name, types[type]->key_name))
		type++;
	return type;
}

enum hostkey_type hostkey_pkey_type(const EVP_PKEY *pkey)
{
	enum hostkey_type type = 0;

	while (type < HOSTKEY_TYPES && !EVP_PKEY_is_a(pkey, types[type]->pkey_name))
		type++;
	return type;
}

EVP_PKEY *hostkey_refuse(struct cursor *c)
{
	cursor_fail(c, STATUS_BAD_KEY);
	return NULL;
}

enum status hostkey_generate(enum hostkey_type type, unsigned bits, struct hostkey **out)
{
	EVP_PKEY *pkey;

	*out = NULL;
	if (type >= HOSTKEY_TYPES)
		return STATUS_UNSUPPORTED;
	if (type == HOSTKEY_RSA && (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX))
		return STATUS_BAD_KEY;
	pkey = types[type]->generate(bits);
	return pkey != NULL ? hostkey_adopt(pkey, out) : STATUS_INTERNAL;
}

void hostkey_free(struct hostkey *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

enum hostkey_type hostkey_type_of(const struct hostkey *key)
{
	return key->type;
}

enum status hostkey_adopt(EVP_PKEY *pkey, struct hostkey **out)
{
	struct hostkey *key = malloc(sizeof(*key));

	*out = NULL;
	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return STATUS_NO_MEMORY;
	}
	*key = (struct hostkey){hostkey_pkey_type(pkey), pkey};
	if (key->type == HOSTKEY_TYPES) {
		hostkey_free(key);
		return STATUS_BAD_KEY;
	}
	*out = key;
	return STATUS_OK;
}

static enum status blob_from(const struct builder *b, struct blob *out)
{
	*out = (struct blob){NULL, 0};
	if (builder_end(b) != STATUS_OK)
		return builder_end(b);
	*out = blob_copy(builder_span(b));
	return out->data != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status hostkey_blob_of(const EVP_PKEY *pkey, struct blob *out)
{
	const struct hostkey_ops *ops = types[hostkey_pkey_type(pkey)];
	uint8_t room[HOSTKEY_BLOB_MAX];
	struct builder b = builder_over(room, sizeof(room));

	builder_text(&b, ops->key_name);
	ops->public_emit(pkey, &b);
	return blob_from(&b, out);
}

enum status hostkey_public_blob(const struct hostkey *key, struct blob *out)
{
	return hostkey_blob_of(key->pkey, out);
}

enum status hostkey_sign(const struct hostkey *key, const struct hostkey_algorithm *algorithm,
                         struct span message, struct blob *out)
{
	uint8_t room[HOSTKEY_SIGNATURE_MAX];
	struct builder b = builder_over(room, sizeof(room));
	enum status status;
	size_t mark;

	*out = (struct blob){NULL, 0};
	if (algorithm->type != key->type)
		return STATUS_BAD_KEY;
	builder_text(&b, algorithm->name);
	mark = builder_open(&b);
	status = types[key->type]->sign(key->pkey, algorithm->digest, message, &b);
	if (status != STATUS_OK)
		return status;
	builder_close(&b, mark);
	return blob_from(&b, out);
}

enum status hostkey_blob_parse(struct span blob, enum hostkey_type *type, EVP_PKEY **out)
{
	struct cursor c = cursor_over(blob);
	struct span name = cursor_string(&c);
	enum status status;

	*out = NULL;
	*type = hostkey_type_find(name);
	if (!cursor_ok(&c))
		return cursor_end(&c);
	if (*type == HOSTKEY_TYPES || blob.len > HOSTKEY_BLOB_MAX)
		return STATUS_BAD_KEY;
	*out = types[*type]->public_parse(&c);
	status = cursor_end(&c);
	if (status != STATUS_OK) {
		EVP_PKEY_free(*out);
		*out = NULL;
		ERR_clear_error();
	}
	return status;
}

enum status hostkey_blob_check(struct span blob, struct span *name)
{
	enum hostkey_type type;
	EVP_PKEY *pkey;
	struct cursor c = cursor_over(blob);
	enum status status = hostkey_blob_parse(blob, &type, &pkey);

	*name = cursor_string(&c);
	EVP_PKEY_free(pkey);
	return status;
}

enum status hostkey_verify(const struct hostkey_algorithm *algorithm, struct span key_blob,
                           struct span signature, struct span message)
{
	struct cursor c = cursor_over(signature);
	struct span name = cursor_string(&c);
	struct span inner = cursor_string(&c);
	enum status status = cursor_end(&c);
	enum hostkey_type type;
	EVP_PKEY *pkey;

	if (status != STATUS_OK)
		return status;
	if (!span_is(name, algorithm->name))
		return STATUS_BAD_SIGNATURE;
	status = hostkey_blob_parse(key_blob, &type, &pkey);
	if (status != STATUS_OK)
		return status;
	status = STATUS_BAD_KEY;
	if (type == algorithm->type)
		status = types[type]->verify(pkey, algorithm->digest, inner, message);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return status;
}
