// What SSH-1.5 does with RSA: a session key under two keys at once, and a challenge under one.
#pragma once

#include "crypto/hostkey/hostkey.h"

#define SSH1_SESSION_KEY_BYTES 32

// A modulus of SSH-1's two must be at least this much longer than the other.
#define SSH1_KEY_BITS_APART 128

// Undo both encryptions, that of the longer key first. A wrapping that is not sound gives random
// bytes, in the same time: who is told apart learns the session key (Bleichenbacher, 1998). Fails
// only on what everybody sees: BAD_KEY for keys that are too alike or none, TOO_LONG.
[[nodiscard]] enum status ssh1_key_open(const struct hostkey *host,
                                        const struct hostkey *server, struct span wrapped,
                                        uint8_t key[SSH1_SESSION_KEY_BYTES]);

// Encrypt for the holder of a public key: as long as its modulus.
[[nodiscard]] enum status ssh1_key_seal(struct span public_blob, struct span message,
                                        struct blob *out);
