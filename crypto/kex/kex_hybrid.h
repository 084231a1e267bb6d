// Inside crypto/kex: a post-quantum key encapsulation beside X25519, both for one secret. The
// client sends a KEM public key and an X25519 value, the server a ciphertext and an X25519
// value, and K is the digest of both secrets, encoded as a string (RFC 9941 section 3, and
// draft-ietf-sshm-mlkem-hybrid-kex section 2).
#pragma once

#include "crypto/core/digest.h"
#include "crypto/kex/kex_ops.h"

#define KEX_KEM_SECRET 32 // of every KEM here

struct kex_kem {
	enum digest_id digest;
	size_t public_bytes, private_bytes, cipher_bytes;
	void (*keygen)(uint8_t *public, uint8_t *private);
	// Lengths are right when these are called. As mlkem768.h and sntrup761.h say.
	enum status (*encaps)(struct span public, uint8_t *cipher, uint8_t *secret);
	enum status (*decaps)(struct span private, struct span cipher, uint8_t *secret);
};

// The steps of struct kex_ops.
enum status kex_hybrid_answer(const struct kex_kem *kem, struct span client_public,
                              uint8_t *server_public, size_t *len, struct secret *shared);
enum status kex_hybrid_start(const struct kex_kem *kem, void **pair, uint8_t *client_public,
                             size_t *len);
enum status kex_hybrid_finish(void *pair, struct span server_public, struct secret *shared);
void kex_hybrid_drop(void *pair);
