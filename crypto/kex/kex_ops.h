// Inside crypto/kex: what a method's file provides.
#pragma once

#include "crypto/kex/kex.h"

struct kex_ops {
	// As kex_answer.
	enum status (*answer)(struct span client_public, uint8_t *server_public, size_t *len,
	                      struct secret *shared);
	// An ephemeral key pair of the client, dropped once; its public value; the shared secret.
	enum status (*start)(void **pair, uint8_t *client_public, size_t *len);
	enum status (*finish)(void *pair, struct span server_public, struct secret *shared);
	void (*drop)(void *pair);
};

extern const struct kex_ops kex_mlkem768x25519_ops;
extern const struct kex_ops kex_sntrup761x25519_ops;
extern const struct kex_ops kex_x25519_ops;
extern const struct kex_ops kex_nistp256_ops;
extern const struct kex_ops kex_x448_ops;
extern const struct kex_ops kex_nistp384_ops;
extern const struct kex_ops kex_nistp521_ops;
extern const struct kex_ops kex_group14_ops;
extern const struct kex_ops kex_group16_ops;
extern const struct kex_ops kex_group18_ops;
extern const struct kex_ops kex_group_ops;

// A client's state around a started pair, which it owns or, on failure, has dropped.
enum status kex_client_adopt(const struct kex_ops *ops, void *pair, struct kex_client **out);

// The shared secret of a private key of ours and the peer's public key, `len` bytes.
enum status kex_agree(void *ours, void *theirs, struct secret *shared, size_t len);
