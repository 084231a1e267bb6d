// Inside crypto/kex: ECDH over a NIST curve (RFC 5656 section 4). Points travel uncompressed, and K
// is the x coordinate.
#pragma once

#include "crypto/kex/kex_ops.h"

struct kex_curve {
	const char *group; // OpenSSL's name
	size_t field;      // bytes of a coordinate
};

// The steps of struct kex_ops; kex_ecdh_drop is the same for all.
enum status kex_ecdh_answer(const struct kex_curve *curve, struct span client_public,
                            uint8_t *server_public, size_t *len, struct secret *shared);
enum status kex_ecdh_start(const struct kex_curve *curve, void **pair, uint8_t *client_public,
                           size_t *len);
enum status kex_ecdh_finish(const struct kex_curve *curve, void *pair,
                            struct span server_public, struct secret *shared);
void kex_ecdh_drop(void *pair);
