// Keys that live in a FIDO security key (PROTOCOL.u2f of OpenSSH). Such a key signs not the message
// but the hash of the application it was made for, its own flags and counter, and the message's
// hash. The public blob is that of the plain type with the application behind it.
#include "crypto/hostkey/hostkey_ops.h"

static EVP_PKEY *with_application(EVP_PKEY *pkey, struct cursor *c)
{
	cursor_string(c);
	if (pkey != NULL && cursor_ok(c))
		return pkey;
	EVP_PKEY_free(pkey);
	return hostkey_refuse(c);
}

static EVP_PKEY *ed25519_parse(struct cursor *c)
{
	return with_application(hostkey_ed25519_ops.public_parse(c), c);
}

static EVP_PKEY *ecdsa_parse(struct cursor *c)
{
	return with_application(hostkey_nistp256_ops.public_parse(c), c);
}

// The last string of a blob that has been parsed.
static struct span application_of(struct span key_blob)
{
	struct cursor c = cursor_over(key_blob);
	struct span last = {NULL, 0};

	while (cursor_left(&c) > 0)
		last = cursor_string(&c);
	return last;
}

enum status hostkey_sk_unwrap(struct span key_blob, struct cursor *rest, struct span message,
                              struct span *inner, uint8_t signed_bytes[HOSTKEY_SK_MESSAGE],
                              struct hostkey_touch *touch)
{
	struct builder b = builder_over(signed_bytes + 32, 5);

	*inner = cursor_string(rest);
	touch->flags = cursor_u8(rest);
	touch->counter = cursor_u32(rest);
	digest_of(DIGEST_SHA256, application_of(key_blob), signed_bytes);
	builder_u8(&b, touch->flags);
	builder_u32(&b, touch->counter);
	digest_of(DIGEST_SHA256, message, signed_bytes + 32 + 5);
	return cursor_end(rest);
}

const struct hostkey_ops hostkey_sk_ed25519_ops = {
        .key_name = "sk-ssh-ed25519@openssh.com",
        .public_parse = ed25519_parse,
        .inner = &hostkey_ed25519_ops,
};

const struct hostkey_ops hostkey_sk_ecdsa_ops = {
        .key_name = "sk-ecdsa-sha2-nistp256@openssh.com",
        .public_parse = ecdsa_parse,
        .inner = &hostkey_nistp256_ops,
};
