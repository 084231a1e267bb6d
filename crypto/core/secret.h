// Secrets: wiping, comparison in constant time, and a short inline secret that its owner wipes.
#pragma once

#include "crypto/core/span.h"

#define SECRET_MAX 1024 // diffie-hellman-group18

// Inline storage for a shared secret, key or hash that must not outlive its owner.
struct secret {
	uint8_t bytes[SECRET_MAX];
	size_t len;
};

// Overwrite so that the compiler may not elide it.
void secret_wipe(void *data, size_t len);

// Equal or not, in time that depends on len alone.
bool secret_equal(const void *a, const void *b, size_t len);

static inline void secret_fini(struct secret *s)
{
	secret_wipe(s, sizeof(*s));
}

static inline struct span secret_span(const struct secret *s)
{
	return span_of(s->bytes, s->len);
}
