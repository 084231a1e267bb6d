// Inside crypto/kex: Diffie-Hellman over a finite field (RFC 4253 section 8) with short exponents.
#pragma once

#include "crypto/kex/kex_ops.h"

#include <openssl/bn.h>

// The steps of struct kex_ops in the group of RFC 3526 with a prime of `bits`.
enum status kex_dh_answer(unsigned bits, struct span client_public, uint8_t *server_public,
                          size_t *len, struct secret *shared);
enum status kex_dh_start(unsigned bits, void **pair, uint8_t *client_public, size_t *len);
enum status kex_dh_finish(void *pair, struct span server_public, struct secret *shared);
void kex_dh_drop(void *pair);

// The prime; NULL when there is none of that size or memory ran out. The generator is 2.
BIGNUM *kex_dh_prime(unsigned bits);

// kex_dh_start in a group of the peer's; takes `prime`, whose size has been checked.
enum status kex_dh_start_in(BIGNUM *prime, const BIGNUM *generator, void **pair,
                            uint8_t *client_public, size_t *len);
