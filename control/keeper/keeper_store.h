// The host keys: one of each type or none, as files in a directory that only the keeper reads,
// and known_hosts beside them, rewritten after every change. A key that was destroyed leaves an
// empty file, so that no later start makes a new one unasked.
#pragma once

#include "control/keeper/keeper_file.h"
#include "crypto/hostkey/hostkey.h"

#include <pthread.h>

#define KEEPER_RSA_BITS    3072 // of keys that nobody chose
#define KEEPER_KNOWN_HOSTS "192.0.2.2,2001:db8::2"

struct keeper_store {
	int dir; // of the files; owned
	struct keeper_owner owner;
	pthread_rwlock_t lock; // of keys; held for reading while one signs
	struct {
		struct hostkey *key; // NULL: none
		uint64_t made;       // Unix seconds
		bool destroyed;      // by an operator
	} keys[HOSTKEY_TYPES];
};

// Open `state`/keys, making it when absent, and load what is there. A file that cannot be read
// as a key is an error and named on stderr.
[[nodiscard]] enum status keeper_store_open(struct keeper_store *s, const char *state,
                                            struct keeper_owner owner);
void keeper_store_fini(struct keeper_store *s);

// Make the keys that are absent and were not destroyed; write known_hosts when it is missing or
// anything was made.
[[nodiscard]] enum status keeper_store_complete(struct keeper_store *s);

// One writer at a time: the lane of keys, or a process with one thread.
[[nodiscard]] enum status keeper_store_generate(struct keeper_store *s, enum hostkey_type type,
                                                unsigned bits, struct blob *public_blob);
[[nodiscard]] enum status keeper_store_destroy(struct keeper_store *s, enum hostkey_type type);

// Any thread.
[[nodiscard]] enum status keeper_store_sign(struct keeper_store *s, enum hostkey_type type,
                                            const struct hostkey_algorithm *algorithm,
                                            struct span hash, struct blob *signature);
// A signature that proves to the session of that identifier that we hold the key (OpenSSH's PROTOCOL
// 2.5).
#define KEEPER_PROOF_NAME "hostkeys-prove-00@openssh.com"
[[nodiscard]] enum status keeper_store_prove(struct keeper_store *s, enum hostkey_type type,
                                             const struct hostkey_algorithm *algorithm,
                                             struct span session, struct blob *signature);
// For each key: u32 type, u32 bits, u64 made at, string blob.
[[nodiscard]] enum status keeper_store_list(struct keeper_store *s, struct blob *out);
