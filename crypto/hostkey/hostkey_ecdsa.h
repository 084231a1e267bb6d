// Inside crypto/hostkey: ECDSA over a NIST curve (RFC 5656 section 3).
#pragma once

#include "crypto/hostkey/hostkey_ops.h"

struct ecdsa_curve {
	const char *name;  // SSH's
	const char *group; // OpenSSL's
	size_t field;      // bytes of a coordinate
};

// The steps of struct hostkey_ops.
EVP_PKEY *hostkey_ecdsa_generate(const struct ecdsa_curve *curve);
void hostkey_ecdsa_public_emit(const struct ecdsa_curve *curve, const EVP_PKEY *pkey,
                               struct builder *b);
EVP_PKEY *hostkey_ecdsa_public_parse(const struct ecdsa_curve *curve, struct cursor *c);
void hostkey_ecdsa_private_emit(const struct ecdsa_curve *curve, const EVP_PKEY *pkey,
                                struct builder *b);
EVP_PKEY *hostkey_ecdsa_private_parse(const struct ecdsa_curve *curve, struct cursor *c);
enum status hostkey_ecdsa_sign(EVP_PKEY *pkey, const char *digest, struct span message,
                               struct builder *b);
enum status hostkey_ecdsa_verify(EVP_PKEY *pkey, const char *digest, struct span signature,
                                 struct span message);
