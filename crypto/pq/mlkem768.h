// ML-KEM-768 (FIPS 203): a key is encapsulated under the peer's public key so that only its
// holder can take it out. Constant time in every secret; secrets on the stack are wiped. Any
// thread.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

#define MLKEM768_EK  1184 // encapsulation (public) key
#define MLKEM768_DK  2400 // decapsulation (private) key
#define MLKEM768_CT  1088 // ciphertext
#define MLKEM768_KEY 32   // shared secret, and each seed

// A key pair from the seeds d and z, each 32 random bytes (algorithm 16).
void mlkem768_keygen(const uint8_t d[MLKEM768_KEY], const uint8_t z[MLKEM768_KEY],
                     uint8_t ek[MLKEM768_EK], uint8_t dk[MLKEM768_DK]);

// A shared secret and its ciphertext from 32 random bytes m (algorithms 17 and 20). BAD_KEY
// when `ek` has the wrong length or holds a number not below q.
[[nodiscard]] enum status mlkem768_encaps(struct span ek, const uint8_t m[MLKEM768_KEY],
                                          uint8_t ct[MLKEM768_CT], uint8_t key[MLKEM768_KEY]);

// The shared secret of a ciphertext (algorithms 18 and 21). A forged ciphertext yields a key
// that nobody knows, in the same time, and OK. BAD_KEY when a length is wrong or `dk` is
// damaged.
[[nodiscard]] enum status mlkem768_decaps(struct span dk, struct span ct,
                                          uint8_t key[MLKEM768_KEY]);
