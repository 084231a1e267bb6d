// Failed logins by user and address.
#include "control/users/lockout.h"

void lockout_init(struct lockout *l)
{
	pthread_mutex_init(&l->lock, NULL);
}

void lockout_fini(struct lockout *l)
{
	pthread_mutex_destroy(&l->lock);
}

static struct lockout_entry *entry_find(struct lockout *l, struct span user,
                                        const uint8_t address[16])
{
	for (uint32_t i = 0; i < LOCKOUT_ENTRIES; i++) {
		struct lockout_entry *e = &l->entries[i];

		if (e->user[0] != 0 && span_is(user, e->user) &&
		    memcmp(e->address, address, sizeof(e->address)) == 0)
			return e;
	}
	return NULL;
}

// A free place, else the one that was touched longest ago.
static struct lockout_entry *entry_take(struct lockout *l)
{
	struct lockout_entry *oldest = &l->entries[0];

	for (uint32_t i = 0; i < LOCKOUT_ENTRIES; i++) {
		if (l->entries[i].user[0] == 0)
			return &l->entries[i];
		if (l->entries[i].touched_s < oldest->touched_s)
			oldest = &l->entries[i];
	}
	return oldest;
}

// A lock whose time is over begins anew.
static void entry_expire(struct lockout_entry *e, uint64_t now_s)
{
	if (!e->locked || e->until_s == 0 || now_s < e->until_s)
		return;
	e->locked = false;
	e->failures = 0;
}

bool lockout_is_locked(struct lockout *l, struct span user, const uint8_t address[16],
                       uint64_t now_s)
{
	struct lockout_entry *e;
	bool locked = false;

	pthread_mutex_lock(&l->lock);
	e = entry_find(l, user, address);
	if (e != NULL) {
		entry_expire(e, now_s);
		locked = e->locked;
	}
	pthread_mutex_unlock(&l->lock);
	return locked;
}

static bool entry_fail(struct lockout_entry *e, const struct lockout_rule *rule, uint64_t now_s)
{
	entry_expire(e, now_s);
	e->touched_s = now_s;
	e->failures++;
	if (e->locked || e->failures < rule->tries || rule->exceed == LOCKOUT_UNLOCK)
		return false;
	e->locked = true;
	e->until_s = rule->exceed == LOCKOUT_LOCK ? 0 : now_s + 60 * (uint64_t)rule->minutes;
	return true;
}

bool lockout_failed(struct lockout *l, const struct lockout_rule *rule, struct span user,
                    const uint8_t address[16], uint64_t now_s)
{
	struct lockout_entry *e;
	bool locks;

	if (rule->tries == 0 || user.len == 0 || user.len > LOCKOUT_USER_MAX)
		return false;
	pthread_mutex_lock(&l->lock);
	e = entry_find(l, user, address);
	if (e == NULL) {
		e = entry_take(l);
		*e = (struct lockout_entry){0};
		memcpy(e->user, user.data, user.len);
		memcpy(e->address, address, sizeof(e->address));
	}
	locks = entry_fail(e, rule, now_s);
	pthread_mutex_unlock(&l->lock);
	return locks;
}

void lockout_passed(struct lockout *l, struct span user, const uint8_t address[16])
{
	struct lockout_entry *e;

	pthread_mutex_lock(&l->lock);
	e = entry_find(l, user, address);
	if (e != NULL)
		*e = (struct lockout_entry){0};
	pthread_mutex_unlock(&l->lock);
}

bool lockout_next(struct lockout *l, uint32_t *at, uint64_t now_s, struct lockout_entry *out)
{
	bool found = false;

	pthread_mutex_lock(&l->lock);
	for (; *at < LOCKOUT_ENTRIES && !found; ++*at) {
		found = l->entries[*at].user[0] != 0;
		if (!found)
			continue;
		entry_expire(&l->entries[*at], now_s);
		*out = l->entries[*at];
		break;
	}
	pthread_mutex_unlock(&l->lock);
	return found;
}

uint32_t lockout_reset(struct lockout *l, struct span user)
{
	uint32_t gone = 0;

	pthread_mutex_lock(&l->lock);
	for (uint32_t i = 0; i < LOCKOUT_ENTRIES; i++) {
		struct lockout_entry *e = &l->entries[i];

		if (e->user[0] == 0 || (user.len > 0 && !span_is(user, e->user)))
			continue;
		*e = (struct lockout_entry){0};
		gone++;
	}
	pthread_mutex_unlock(&l->lock);
	return gone;
}
