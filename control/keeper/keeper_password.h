// Password hashes: yescrypt by libxcrypt, about 15 ms and 16 MiB each. Any thread.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

#define KEEPER_HASH_TEXT 160 // room for a hash text and its NUL

// Hash a password anew ("$y$..."). TOO_LONG above KEEPER_PASSWORD_MAX, MALFORMED with a NUL.
[[nodiscard]] enum status keeper_password_hash(struct span password,
                                               char hash[KEEPER_HASH_TEXT]);

// OK or DENIED, at the same cost whether the hash is a good one, empty or nonsense: then `dummy`,
// a hash of nothing anyone knows, is checked in its place. TOO_LONG before any hashing.
[[nodiscard]] enum status keeper_password_check(struct span hash, struct span password,
                                                const char *dummy);

// A random password of `len` letters and digits that nobody can mistake for one another; writes
// len + 1 bytes.
void keeper_password_random(char *out, size_t len);
