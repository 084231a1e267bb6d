// SHA-3 and SHAKE (FIPS 202) as flat values: no allocation, nothing fetched at run time. Time
// depends on lengths alone. Any thread.
#pragma once

#include "crypto/core/span.h"

enum keccak_id { KECCAK_SHA3_256, KECCAK_SHA3_512, KECCAK_SHAKE128, KECCAK_SHAKE256, KECCAKS };

#define SHA3_256_BYTES 32
#define SHA3_512_BYTES 64
#define SHAKE128_RATE  168 // bytes of one squeezed block
#define SHAKE256_RATE  136

// Secret when what it absorbed is: wiped by its owner.
struct keccak {
	uint64_t lane[25];
	enum keccak_id id;
	unsigned at; // bytes of the current block already absorbed or squeezed
	bool squeezing;
};

void keccak_init(struct keccak *k, enum keccak_id id);
void keccak_absorb(struct keccak *k, struct span s); // not after the first squeeze
void keccak_squeeze(struct keccak *k, uint8_t *out, size_t len);

// All in one; for the SHA-3 hashes `len` is their size.
void keccak_of(enum keccak_id id, struct span message, uint8_t *out, size_t len);

// Four SHAKEs of one kind side by side over messages of the same length (less than a block),
// whose output is whole blocks: the vector units do the four for little more than one.
#define KECCAK_WAYS 4

struct keccak_four {
	uint64_t lane[25][KECCAK_WAYS] __attribute__((aligned(32)));
	unsigned rate;
};

void keccak_four_init(struct keccak_four *k, enum keccak_id id,
                      const uint8_t *const message[KECCAK_WAYS], size_t len);

// One block, SHAKE128_RATE or SHAKE256_RATE bytes, to each of `out`.
void keccak_four_block(struct keccak_four *k, uint8_t *const out[KECCAK_WAYS]);
