// SipHash-1-3: a keyed hash for tables whose keys an attacker chooses, and for numbers that he
// must not guess. Pure; any thread.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint64_t k0, k1;
};

// The key from 16 random bytes.
struct hash_key hash_key_from(const uint8_t bytes[16]);

uint64_t keyed_hash(const struct hash_key *key, const void *data, size_t len);
