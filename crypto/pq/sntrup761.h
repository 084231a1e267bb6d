// Streamlined NTRU Prime 761 (draft-josefsson-ntruprime-streamlined, as RFC 9941 uses it).
// Constant time in every secret, but for the number of polynomials that key generation throws
// away; secrets on the stack are wiped. Draws from crypto/core/random.h. Any thread.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

#define SNTRUP761_PK  1158
#define SNTRUP761_SK  1763
#define SNTRUP761_CT  1039
#define SNTRUP761_KEY 32

void sntrup761_keygen(uint8_t pk[SNTRUP761_PK], uint8_t sk[SNTRUP761_SK]);

// A fresh shared secret and its ciphertext. BAD_KEY when `pk` has the wrong length; every
// public key of the right length can be used.
[[nodiscard]] enum status sntrup761_encaps(struct span pk, uint8_t ct[SNTRUP761_CT],
                                           uint8_t key[SNTRUP761_KEY]);

// The shared secret of a ciphertext. A forged ciphertext yields a key that nobody knows, in the
// same time, and OK. BAD_KEY when a length is wrong.
[[nodiscard]] enum status sntrup761_decaps(struct span sk, struct span ct,
                                           uint8_t key[SNTRUP761_KEY]);
