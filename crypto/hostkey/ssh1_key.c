// RSA encryption with PKCS #1's padding of type 2, as SSH-1.5 stacks it.
#include "crypto/hostkey/ssh1_key.h"

#include "crypto/core/random.h"
#include "crypto/core/secret.h"
#include "crypto/hostkey/hostkey_ops.h"

#include <openssl/rsa.h>

#define MODULUS_MAX (RSA_BITS_MAX / 8)
#define PADDING_MIN 8

// Big-endian, right-aligned in whatever holds it.
struct number {
	uint8_t bytes[MODULUS_MAX];
	size_t len;
};

// 0xff when a is zero, else 0.
static uint8_t is_zero(uint8_t a)
{
	return (uint8_t)(((uint32_t)a - 1) >> 8);
}

// 00 02, eight or more bytes that are not zero, 00, and the message: it stays where it is and all
// before it becomes zero. 0xff when it was so; in the same time either way.
static uint8_t unpad(struct number *v)
{
	uint8_t good = is_zero(v->bytes[0]) & is_zero(v->bytes[1] ^ 2), found = 0;

	v->bytes[0] = v->bytes[1] = 0;
	for (size_t i = 2; i < v->len; i++) {
		uint8_t zero = is_zero(v->bytes[i]);

		v->bytes[i] &= found;
		if (i < 2 + PADDING_MIN)
			good &= (uint8_t)~zero;
		found |= zero;
	}
	return good & found;
}

// The last `len` bytes; 0xff when what they leave out is zero.
static uint8_t shorten(struct number *v, size_t len)
{
	uint8_t over = 0;

	for (size_t i = 0; i + len < v->len; i++)
		over |= v->bytes[i];
	memmove(v->bytes, v->bytes + v->len - len, len);
	v->len = len;
	return is_zero(over);
}

// The private operation, blinded by OpenSSL. 0xff when there was a result.
static uint8_t undo(const struct hostkey *key, struct number *v)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	struct number out = {.len = MODULUS_MAX};
	bool ok = ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 &&
	          EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	          EVP_PKEY_decrypt(ctx, out.bytes, &out.len, v->bytes, v->len) == 1 &&
	          out.len == v->len;

	EVP_PKEY_CTX_free(ctx);
	if (ok)
		memcpy(v->bytes, out.bytes, v->len);
	secret_wipe(&out, sizeof(out));
	return ok ? 0xff : 0;
}

static size_t modulus_bytes(const struct hostkey *key)
{
	return (size_t)EVP_PKEY_get_size(key->pkey);
}

static uint8_t unwrap(const struct hostkey *outer, const struct hostkey *inner,
                      struct number *v)
{
	uint8_t good = undo(outer, v) & unpad(v);

	good &= shorten(v, modulus_bytes(inner));
	good &= undo(inner, v) & unpad(v);
	return good & shorten(v, SSH1_SESSION_KEY_BYTES);
}

enum status ssh1_key_open(const struct hostkey *host, const struct hostkey *server,
                          struct span wrapped, uint8_t key[SSH1_SESSION_KEY_BYTES])
{
	bool host_first;
	struct number v = {0};
	uint8_t good;

	if (host == NULL || server == NULL || host->type != HOSTKEY_RSA ||
	    server->type != HOSTKEY_RSA ||
	    abs(EVP_PKEY_get_bits(host->pkey) - EVP_PKEY_get_bits(server->pkey)) <
	            SSH1_KEY_BITS_APART)
		return STATUS_BAD_KEY;
	host_first = modulus_bytes(host) > modulus_bytes(server);
	v.len = modulus_bytes(host_first ? host : server);
	if (wrapped.len > v.len || wrapped.len == 0)
		return STATUS_TOO_LONG;
	memcpy(v.bytes + v.len - wrapped.len, wrapped.data, wrapped.len);
	good = host_first ? unwrap(host, server, &v) : unwrap(server, host, &v);
	random_fill(key, SSH1_SESSION_KEY_BYTES);
	for (size_t i = 0; i < SSH1_SESSION_KEY_BYTES; i++)
		key[i] = (uint8_t)((v.bytes[i] & good) | (key[i] & ~good));
	secret_wipe(&v, sizeof(v));
	return STATUS_OK;
}

static enum status encrypt(EVP_PKEY *pkey, struct span message, struct blob *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	uint8_t bytes[MODULUS_MAX];
	size_t len = sizeof(bytes);
	enum status status = STATUS_INTERNAL;

	if (ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_encrypt(ctx, bytes, &len, message.data, message.len) == 1) {
		*out = blob_copy(span_of(bytes, len));
		status = out->data != NULL ? STATUS_OK : STATUS_NO_MEMORY;
	}
	EVP_PKEY_CTX_free(ctx);
	return status;
}

enum status ssh1_key_seal(struct span public_blob, struct span message, struct blob *out)
{
	enum hostkey_type type;
	EVP_PKEY *pkey = NULL;
	enum status status = hostkey_blob_parse(public_blob, &type, &pkey);

	*out = (struct blob){NULL, 0};
	if (status == STATUS_OK)
		status = type == HOSTKEY_RSA ? encrypt(pkey, message, out) : STATUS_BAD_KEY;
	EVP_PKEY_free(pkey);
	return status;
}
