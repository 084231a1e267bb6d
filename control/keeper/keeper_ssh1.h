// The server key of SSH-1.5: a second RSA key, in memory only, under which clients encrypt their
// session key besides the host key, and which is made anew from time to time.
#pragma once

#include "control/keeper/keeper_store.h"

struct keeper_ssh1_key {
	struct hostkey *key;
	uint32_t number; // 0: none
};

// Zeroed: no key yet.
struct keeper_ssh1 {
	pthread_mutex_t lock;
	struct keeper_ssh1_key now, before; // guarded
	uint64_t made;                      // seconds, monotonic; of `now`
};

void keeper_ssh1_init(struct keeper_ssh1 *k);
void keeper_ssh1_fini(struct keeper_ssh1 *k);

// The key in force: "u32 number", then its public blob. One is made when there is none, when it is
// `hours` old (0: never), or when the host key has become too like it. NOT_FOUND without an RSA
// host key. In the lane of keys.
[[nodiscard]] enum status keeper_ssh1_public(struct keeper_ssh1 *k, struct keeper_store *store,
                                             uint32_t hours, struct blob *out);

// Open a session key under the server key of that number, the one in force or the one before.
// Any thread.
[[nodiscard]] enum status keeper_ssh1_open(struct keeper_ssh1 *k, struct keeper_store *store,
                                           uint32_t number, struct span wrapped,
                                           struct blob *out);
