// SHA-2, SHA-1 for legacy algorithms, and HMAC as flat values: no allocation, nothing fetched at run time, copied by assignment.
// A half-keyed HMAC is therefore prepared once and run for every record. Any thread.
#pragma once

#include "crypto/core/span.h"

#include <openssl/sha.h>

#define DIGEST_BYTES_MAX 64

enum digest_id { DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGEST_SHA1, DIGESTS };

struct digest {
	enum digest_id id;
	union {
		SHA_CTX sha1;
		SHA256_CTX sha256;
		SHA512_CTX sha512; // and SHA-384
	} state;
};

size_t digest_bytes(enum digest_id id);

// By the name that tables use ("SHA256", "SHA384", "SHA512", "SHA1"); a name of ours, so it exists.
enum digest_id digest_find(const char *name);

void digest_init(struct digest *d, enum digest_id id);
void digest_update(struct digest *d, struct span s);
void digest_final(struct digest *d, uint8_t *out); // digest_bytes() bytes; wipes the state

// All in one.
void digest_of(enum digest_id id, struct span message, uint8_t *out);

// HMAC (RFC 2104) with the two key blocks already absorbed. Secret: wiped by its owner.
struct hmac {
	struct digest inner;
	struct digest outer;
};

void hmac_init(struct hmac *h, enum digest_id id, struct span key);

// One message: begin `run` from the key, digest_update() it, and end.
static inline void hmac_begin(const struct hmac *h, struct digest *run)
{
	*run = h->inner;
}

void hmac_end(const struct hmac *h, struct digest *run, uint8_t *out);

void hmac_of(enum digest_id id, struct span key, struct span message, uint8_t *out);
