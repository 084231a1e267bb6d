// ecdsa-sha2-nistp256 (RFC 5656 section 3).
#include "crypto/hostkey/hostkey_ecdsa.h"

static const struct ecdsa_curve curve = {"nistp256", "P-256", 32};

static EVP_PKEY *generate(unsigned bits)
{
	(void)bits;
	return hostkey_ecdsa_generate(&curve);
}

static void public_emit(const EVP_PKEY *pkey, struct builder *b)
{
	hostkey_ecdsa_public_emit(&curve, pkey, b);
}

static EVP_PKEY *public_parse(struct cursor *c)
{
	return hostkey_ecdsa_public_parse(&curve, c);
}

static void private_emit(const EVP_PKEY *pkey, struct builder *b)
{
	hostkey_ecdsa_private_emit(&curve, pkey, b);
}

static EVP_PKEY *private_parse(struct cursor *c)
{
	return hostkey_ecdsa_private_parse(&curve, c);
}

const struct hostkey_ops hostkey_nistp256_ops = {
        .key_name = "ecdsa-sha2-nistp256",
        .pkey_name = "EC",
        .group = "P-256",
        .generate = generate,
        .public_emit = public_emit,
        .public_parse = public_parse,
        .private_emit = private_emit,
        .private_parse = private_parse,
        .sign = hostkey_ecdsa_sign,
        .verify = hostkey_ecdsa_verify,
};
