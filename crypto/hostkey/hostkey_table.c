// The rows of signature algorithms, and the calls of hostkey.h passed on to a key type.
#include "crypto/hostkey/hostkey_ops.h"

#include "crypto/core/secret.h"
#include "crypto/wire/names.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <stdlib.h>

// clang-format off
static const struct hostkey_algorithm rows[] = {
	{ "ssh-ed25519",         "ssh-ed25519",         HOSTKEY_ED25519,    NULL,     TIER_DEFAULT },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", HOSTKEY_ECDSA_P256, "SHA256", TIER_DEFAULT },
	{ "rsa-sha2-512",        "ssh-rsa",             HOSTKEY_RSA,        "SHA512", TIER_DEFAULT },
	{ "rsa-sha2-256",        "ssh-rsa",             HOSTKEY_RSA,        "SHA256", TIER_DEFAULT },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", HOSTKEY_ECDSA_P384, "SHA384", TIER_DEFAULT },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", HOSTKEY_ECDSA_P521, "SHA512", TIER_DEFAULT },
	{ "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com",
	  HOSTKEY_SK_ED25519, NULL, TIER_DEFAULT },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
	  HOSTKEY_SK_ECDSA, "SHA256", TIER_DEFAULT },
	{ "ssh-rsa",             "ssh-rsa",             HOSTKEY_RSA,        "SHA1",   TIER_LEGACY },
	{ "ssh-dss",             "ssh-dss",             HOSTKEY_DSA,        "SHA1",   TIER_LEGACY },
};
// clang-format on

const char *const hostkey_algorithm_names =
        "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
        "sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,"
        "rsa-sha2-512,rsa-sha2-256";
const char *const hostkey_algorithm_names_legacy = "ssh-rsa,ssh-dss";

#define RSA_BRIEF_BYTES 540u // the public key blob of 4096 bits

static const struct hostkey_ops *const types[HOSTKEY_TYPES_ALL] = {
        [HOSTKEY_ED25519] = &hostkey_ed25519_ops,
        [HOSTKEY_RSA] = &hostkey_rsa_ops,
        [HOSTKEY_ECDSA_P256] = &hostkey_nistp256_ops,
        [HOSTKEY_ECDSA_P384] = &hostkey_nistp384_ops,
        [HOSTKEY_ECDSA_P521] = &hostkey_nistp521_ops,
        [HOSTKEY_DSA] = &hostkey_dsa_ops,
        [HOSTKEY_SK_ED25519] = &hostkey_sk_ed25519_ops,
        [HOSTKEY_SK_ECDSA] = &hostkey_sk_ecdsa_ops,
};

#define ALGORITHMS (sizeof(rows) / sizeof(rows[0]))

static const struct hostkey_algorithm *row_find(struct span name)
{
	for (size_t i = 0; i < ALGORITHMS; i++) {
		if (span_is(name, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

const struct hostkey_algorithm *hostkey_algorithm_find(struct span name)
{
	const struct hostkey_algorithm *a = row_find(name);

	return a != NULL && a->tier == TIER_DEFAULT ? a : NULL;
}

const struct hostkey_algorithm *hostkey_algorithm_find_in(struct span enabled, struct span name)
{
	return names_has(enabled, name) ? row_find(name) : NULL;
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

bool hostkey_verify_is_brief(const struct hostkey_algorithm *algorithm, struct span key_blob)
{
	switch (algorithm->type) {
	case HOSTKEY_ED25519:
	case HOSTKEY_ECDSA_P256:
	case HOSTKEY_SK_ED25519:
	case HOSTKEY_SK_ECDSA:
		return true;
	case HOSTKEY_RSA:
		return key_blob.len <= RSA_BRIEF_BYTES;
	default:
		return false;
	}
}

const struct hostkey_ops *hostkey_ops_of(enum hostkey_type type)
{
	return types[type];
}

enum hostkey_type hostkey_type_find(struct span key_name)
{
	enum hostkey_type type = 0;

	while (type < HOSTKEY_TYPES_ALL && !span_is(key_name, types[type]->key_name))
		type++;
	return type;
}

// OpenSSL gives a curve the name that its key was made with, or the one of SEC 2.
static bool is_of(const EVP_PKEY *pkey, const struct hostkey_ops *ops)
{
	char group[32] = "";

	if (ops->pkey_name == NULL || !EVP_PKEY_is_a(pkey, ops->pkey_name))
		return false;
	if (ops->group == NULL)
		return true;
	if (EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group,
	                                   sizeof(group), NULL) != 1)
		return false;
	return strcmp(group, ops->group) == 0 ||
	       OBJ_sn2nid(group) == EC_curve_nist2nid(ops->group);
}

enum hostkey_type hostkey_pkey_type(const EVP_PKEY *pkey)
{
	enum hostkey_type type = 0;

	while (type < HOSTKEY_TYPES_ALL && !is_of(pkey, types[type]))
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
	if (type >= HOSTKEY_TYPES_ALL || types[type]->generate == NULL)
		return STATUS_UNSUPPORTED;
	if (type == HOSTKEY_RSA && (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX))
		return STATUS_BAD_KEY;
	if (type == HOSTKEY_DSA && (bits < DSA_BITS_MIN || bits > DSA_BITS_MAX))
		return STATUS_BAD_KEY;
	pkey = types[type]->generate(bits);
	return pkey != NULL ? hostkey_adopt(pkey, out) : STATUS_INTERNAL;
}

unsigned hostkey_bits(const struct hostkey *key)
{
	return (unsigned)EVP_PKEY_get_bits(key->pkey);
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
	if (key->type == HOSTKEY_TYPES_ALL) {
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
	if (*type == HOSTKEY_TYPES_ALL || blob.len > HOSTKEY_BLOB_MAX)
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

static enum status verify_inner(const struct hostkey_algorithm *algorithm, struct span key_blob,
                                struct cursor *rest, struct span message, EVP_PKEY *pkey,
                                struct hostkey_touch *touch)
{
	const struct hostkey_ops *ops = types[algorithm->type];
	uint8_t signed_bytes[HOSTKEY_SK_MESSAGE];
	enum status status;
	struct span inner;

	if (ops->inner == NULL) {
		inner = cursor_string(rest);
		status = cursor_end(rest);
		if (status != STATUS_OK)
			return status;
		return ops->verify(pkey, algorithm->digest, inner, message);
	}
	status = hostkey_sk_unwrap(key_blob, rest, message, &inner, signed_bytes, touch);
	if (status != STATUS_OK)
		return status;
	return ops->inner->verify(pkey, algorithm->digest, inner,
	                          span_of(signed_bytes, sizeof(signed_bytes)));
}

enum status hostkey_verify_touch(const struct hostkey_algorithm *algorithm,
                                 struct span key_blob, struct span signature,
                                 struct span message, struct hostkey_touch *touch)
{
	struct cursor c = cursor_over(signature);
	struct span name = cursor_string(&c);
	enum hostkey_type type;
	enum status status;
	EVP_PKEY *pkey;

	*touch = (struct hostkey_touch){0};
	if (!cursor_ok(&c))
		return cursor_end(&c);
	if (!span_is(name, algorithm->name))
		return STATUS_BAD_SIGNATURE;
	status = hostkey_blob_parse(key_blob, &type, &pkey);
	if (status != STATUS_OK)
		return status;
	status = STATUS_BAD_KEY;
	if (type == algorithm->type)
		status = verify_inner(algorithm, key_blob, &c, message, pkey, touch);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return status;
}

enum status hostkey_verify(const struct hostkey_algorithm *algorithm, struct span key_blob,
                           struct span signature, struct span message)
{
	struct hostkey_touch touch;
	enum status status =
	        hostkey_verify_touch(algorithm, key_blob, signature, message, &touch);

	if (status == STATUS_OK && types[algorithm->type]->inner != NULL &&
	    !(touch.flags & HOSTKEY_TOUCH_PRESENT))
		return STATUS_BAD_SIGNATURE;
	return status;
}
