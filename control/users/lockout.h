// Who has failed to log in how often, by user and address, and who is kept out for it. One table
// for all threads; when it is full the entry that was touched longest ago goes.
#pragma once

#include "crypto/core/span.h"

#include <pthread.h>
#include <stdint.h>

#define LOCKOUT_ENTRIES  1024u
#define LOCKOUT_USER_MAX 80

// After `tries` failures: kept out until somebody resets it, for a time, or only counted.
enum lockout_exceed { LOCKOUT_LOCK_TIME, LOCKOUT_LOCK, LOCKOUT_UNLOCK };

struct lockout_rule {
	uint32_t tries; // 0: nobody is counted
	enum lockout_exceed exceed;
	uint32_t minutes;
};

struct lockout_entry {
	char user[LOCKOUT_USER_MAX + 1]; // "": free
	uint8_t address[16];
	uint32_t failures;
	bool locked;
	uint64_t until_s, touched_s; // until 0: until it is reset
};

struct lockout {
	pthread_mutex_t lock;
	struct lockout_entry entries[LOCKOUT_ENTRIES]; // guarded
};

void lockout_init(struct lockout *l);
void lockout_fini(struct lockout *l);

// Times are in seconds of any clock that only rises.
bool lockout_is_locked(struct lockout *l, struct span user, const uint8_t address[16],
                       uint64_t now_s);
// True when this failure locks.
bool lockout_failed(struct lockout *l, const struct lockout_rule *rule, struct span user,
                    const uint8_t address[16], uint64_t now_s);
void lockout_passed(struct lockout *l, struct span user, const uint8_t address[16]);
// The first entry in use at or after `*at`, which becomes its place. False: there is none.
bool lockout_next(struct lockout *l, uint32_t *at, uint64_t now_s, struct lockout_entry *out);
// Forget a user, or (an empty name) everybody. Returns how many entries went.
uint32_t lockout_reset(struct lockout *l, struct span user);
