// Inside crypto/hostkey: what a key type's file provides.
#pragma once

#include "crypto/core/digest.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#include <openssl/evp.h>

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 16384
#define DSA_BITS_MIN 1024
#define DSA_BITS_MAX 2048

struct hostkey {
	enum hostkey_type type;
	EVP_PKEY *pkey;
};

struct hostkey_ops {
	const char *key_name;  // public key format
	const char *pkey_name; // OpenSSL's name of the type; NULL for security keys
	const char *group;     // and of the curve, where the type leaves it open

	// A fresh private key; NULL when OpenSSL fails. Security keys have no private half here, so
	// neither this nor anything below about private keys.
	EVP_PKEY *(*generate)(unsigned bits);

	// The public fields behind the format name, in wire form.
	void (*public_emit)(const EVP_PKEY *pkey, struct builder *b);

	// Read the same fields; NULL, with the cursor failed, for a key that we refuse. The
	// caller asks the cursor for trailing bytes.
	EVP_PKEY *(*public_parse)(struct cursor *c);

	// Private fields as "OPENSSH PRIVATE KEY" holds them, behind the format name.
	void (*private_emit)(const EVP_PKEY *pkey, struct builder *b);
	EVP_PKEY *(*private_parse)(struct cursor *c);

	// The inner part of a signature blob, without the string around it.
	enum status (*sign)(EVP_PKEY *pkey, const char *digest, struct span message,
	                    struct builder *b);
	enum status (*verify)(EVP_PKEY *pkey, const char *digest, struct span signature,
	                      struct span message);

	// For security keys: the type whose verify checks what the key signed.
	const struct hostkey_ops *inner;
};

extern const struct hostkey_ops hostkey_ed25519_ops;
extern const struct hostkey_ops hostkey_rsa_ops;
extern const struct hostkey_ops hostkey_nistp256_ops;
extern const struct hostkey_ops hostkey_nistp384_ops;
extern const struct hostkey_ops hostkey_nistp521_ops;
extern const struct hostkey_ops hostkey_dsa_ops;
extern const struct hostkey_ops hostkey_sk_ed25519_ops;
extern const struct hostkey_ops hostkey_sk_ecdsa_ops;

const struct hostkey_ops *hostkey_ops_of(enum hostkey_type type);

// The preferred signature algorithm of a key type.
const struct hostkey_algorithm *hostkey_algorithm_of(enum hostkey_type type);

// Type of a public key format name, or HOSTKEY_TYPES_ALL.
enum hostkey_type hostkey_type_find(struct span key_name);

// A whole public blob as a key. OK, or BAD_KEY, or a parsing failure.
enum status hostkey_blob_parse(struct span blob, enum hostkey_type *type, EVP_PKEY **out);

// What a security key signed, from `rest` of the signature blob behind the name: the inner
// signature, and the message as the key saw it in `signed_bytes`.
#define HOSTKEY_SK_MESSAGE (32 + 1 + 4 + 32)
enum status hostkey_sk_unwrap(struct span key_blob, struct cursor *rest, struct span message,
                              struct span *inner, uint8_t signed_bytes[HOSTKEY_SK_MESSAGE],
                              struct hostkey_touch *touch);

// Wrap an OpenSSL key of ours or from a PEM file, which it then owns or has freed.
enum status hostkey_adopt(EVP_PKEY *pkey, struct hostkey **out);

// The public blob of an OpenSSL key of an accepted type.
enum status hostkey_blob_of(const EVP_PKEY *pkey, struct blob *out);

// HOSTKEY_TYPES_ALL when it is none of ours (another curve counts as none).
enum hostkey_type hostkey_pkey_type(const EVP_PKEY *pkey);

// Longest key file worth reading: RSA-16384 in PEM takes 13 KB.
#define HOSTKEY_TEXT_MAX 65536

// Take a line that is exactly `marker`, blanks around it aside, off the front of the text.
bool hostkey_text_marker(struct span *text, const char *marker);

// Without the blanks around it.
struct span hostkey_text_trim(struct span s);

// Take the next word off the front; both it and the rest are trimmed.
struct span hostkey_text_word(struct span *text);

// Everything before the line `marker`, which must be the last that is not blank.
enum status hostkey_text_until(struct span text, const char *marker, struct span *body);

// Fail with BAD_KEY; returns NULL, for the parsers.
EVP_PKEY *hostkey_refuse(struct cursor *c);
