// Sessions by user.
#include "control/users/user_sessions.h"

#include <stdlib.h>

#define NAME_MAX_BYTES (USER_SESSIONS_NAME - 1u)

struct user_row {
	char user[NAME_MAX_BYTES + 1];
	uint32_t sessions;
};

void user_sessions_init(struct user_sessions *t)
{
	pthread_mutex_init(&t->lock, NULL);
}

void user_sessions_fini(struct user_sessions *t)
{
	pthread_mutex_destroy(&t->lock);
	free(t->rows);
	t->rows = NULL;
	t->count = t->capacity = 0;
}

static struct span pure(struct span user)
{
	const uint8_t *at = user.len > 0 ? memrchr(user.data, '@', user.len) : NULL;

	return at != NULL ? span_of(user.data, (size_t)(at - user.data)) : user;
}

static struct user_row *row_find(struct user_sessions *t, struct span user)
{
	for (uint32_t i = 0; i < t->count; i++)
		if (span_is(user, t->rows[i].user))
			return &t->rows[i];
	return NULL;
}

static struct user_row *row_add(struct user_sessions *t, struct span user)
{
	uint32_t capacity = t->capacity > 0 ? 2 * t->capacity : 16;
	struct user_row *grown;

	if (user.len > NAME_MAX_BYTES)
		return NULL;
	if (t->count == t->capacity) {
		grown = realloc(t->rows, capacity * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		t->rows = grown;
		t->capacity = capacity;
	}
	t->rows[t->count] = (struct user_row){0};
	memcpy(t->rows[t->count].user, user.data, user.len);
	return &t->rows[t->count++];
}

bool user_sessions_enter(struct user_sessions *t, struct span user, uint32_t limit)
{
	struct user_row *row;
	bool may = false;

	user = pure(user);
	pthread_mutex_lock(&t->lock);
	row = row_find(t, user);
	if (row == NULL && limit > 0)
		row = row_add(t, user);
	if (row != NULL && row->sessions < limit) {
		row->sessions++;
		may = true;
	}
	pthread_mutex_unlock(&t->lock);
	return may;
}

void user_sessions_leave(struct user_sessions *t, struct span user)
{
	struct user_row *row;

	pthread_mutex_lock(&t->lock);
	row = row_find(t, pure(user));
	if (row != NULL && --row->sessions == 0)
		*row = t->rows[--t->count];
	pthread_mutex_unlock(&t->lock);
}

uint32_t user_sessions_count(struct user_sessions *t, struct span user)
{
	const struct user_row *row;
	uint32_t sessions;

	pthread_mutex_lock(&t->lock);
	row = row_find(t, pure(user));
	sessions = row != NULL ? row->sessions : 0;
	pthread_mutex_unlock(&t->lock);
	return sessions;
}

bool user_sessions_at(struct user_sessions *t, uint32_t i, char user[USER_SESSIONS_NAME],
                      uint32_t *sessions)
{
	bool found;

	pthread_mutex_lock(&t->lock);
	found = i < t->count;
	if (found) {
		memcpy(user, t->rows[i].user, USER_SESSIONS_NAME);
		*sessions = t->rows[i].sessions;
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}
