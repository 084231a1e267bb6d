// How many sessions each user with an access limit has. One table for all threads.
#pragma once

#include "crypto/core/span.h"

#include <pthread.h>
#include <stdint.h>

struct user_row;

struct user_sessions {
	pthread_mutex_t lock;
	struct user_row *rows;    // owned, guarded; users with sessions alone
	uint32_t count, capacity; // guarded
};

void user_sessions_init(struct user_sessions *t);
void user_sessions_fini(struct user_sessions *t);

// One more session of the user; a domain behind the name does not count. False: he has `limit`.
bool user_sessions_enter(struct user_sessions *t, struct span user, uint32_t limit);
void user_sessions_leave(struct user_sessions *t, struct span user);
uint32_t user_sessions_count(struct user_sessions *t, struct span user);
// The i-th user who has sessions. False: there are no more.
#define USER_SESSIONS_NAME 81
bool user_sessions_at(struct user_sessions *t, uint32_t i, char user[USER_SESSIONS_NAME],
                      uint32_t *sessions);
