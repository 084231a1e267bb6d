// A security key in software: the plain half is a key of ours, what it says of touch and counter is
// up to the test.
#pragma once

#include "crypto/hostkey/hostkey_ops.h"
#include "tests/unit/check.h"

#include <stdlib.h>

#define APPLICATION "ssh:"

struct token {
	const char *name;
	struct hostkey *key; // the plain half
	struct blob blob;
};

// Public blob of the plain key, renamed, and the application behind it.
static inline struct token token_make(enum hostkey_type type, const char *name)
{
	struct token t = {.name = name};
	uint8_t wire[512];
	struct builder b = builder_over(wire, sizeof(wire));
	struct blob plain;
	struct cursor c;

	if (hostkey_generate(type, 0, &t.key) != STATUS_OK ||
	    hostkey_public_blob(t.key, &plain) != STATUS_OK)
		abort();
	c = cursor_over(span_blob(&plain));
	cursor_string(&c);
	builder_text(&b, name);
	builder_bytes(&b, cursor_rest(&c));
	builder_text(&b, APPLICATION);
	t.blob = blob_copy(builder_span(&b));
	blob_fini(&plain);
	return t;
}

static inline struct token ed25519(void)
{
	return token_make(HOSTKEY_ED25519, "sk-ssh-ed25519@openssh.com");
}

static inline struct token ecdsa(void)
{
	return token_make(HOSTKEY_ECDSA_P256, "sk-ecdsa-sha2-nistp256@openssh.com");
}

static inline void token_drop(struct token *t)
{
	hostkey_free(t->key);
	blob_fini(&t->blob);
}

// What the token answers when asked to sign.
static inline struct blob token_sign(const struct token *t, const char *application,
                                     struct span message, uint8_t flags, uint32_t counter)
{
	uint8_t seen[256], wire[512];
	struct builder s = builder_over(seen, sizeof(seen));
	struct builder b = builder_over(wire, sizeof(wire));
	struct blob plain;
	struct cursor c;

	digest_of(DIGEST_SHA256, span_text(application), builder_room(&s, 32));
	builder_u8(&s, flags);
	builder_u32(&s, counter);
	digest_of(DIGEST_SHA256, message, builder_room(&s, 32));
	if (hostkey_sign(t->key, hostkey_algorithm_of(t->key->type), builder_span(&s),
	                 &plain) != STATUS_OK)
		abort();
	c = cursor_over(span_blob(&plain));
	cursor_string(&c);
	builder_text(&b, t->name);
	builder_string(&b, cursor_string(&c));
	builder_u8(&b, flags);
	builder_u32(&b, counter);
	blob_fini(&plain);
	return blob_copy(builder_span(&b));
}
