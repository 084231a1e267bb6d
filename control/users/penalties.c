// Sources and what they owe, in an open table by keyed hash.
#include "control/users/penalties.h"

#include "crypto/core/random.h"
#include "dataplane/base/keyed_hash.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_US 1000000ull

struct penalties {
	pthread_mutex_t lock;
	struct hash_key key;
	_Atomic uint32_t used; // ever: a table that nobody was put into is not looked at
	struct penalty places[PENALTIES_MAX]; // under lock
};

struct penalties *penalties_new(void)
{
	struct penalties *p = calloc(1, sizeof(*p));
	uint8_t bytes[16];

	if (p == NULL)
		return NULL;
	random_fill(bytes, sizeof(bytes));
	p->key = hash_key_from(bytes);
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

void penalties_free(struct penalties *p)
{
	if (p == NULL)
		return;
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static void source_of(const uint8_t address[16], uint8_t source[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memcpy(source, address, 16);
	if (memcmp(address, mapped, sizeof(mapped)) != 0)
		memset(source + 8, 0, 8);
}

// Where the source stands; else, for one that is to be put in, the place that is free soonest.
static struct penalty *place_of(struct penalties *p, const uint8_t source[16], bool put)
{
	uint32_t first = (uint32_t)keyed_hash(&p->key, source, 16);
	struct penalty *soonest = NULL;

	for (uint32_t i = 0; i < PENALTIES_PROBE; i++) {
		struct penalty *at = &p->places[(first + i) % PENALTIES_MAX];

		if (at->until_us != 0 && memcmp(at->source, source, 16) == 0)
			return at;
		if (soonest == NULL || at->until_us < soonest->until_us)
			soonest = at;
	}
	return put ? soonest : NULL;
}

void penalties_add(struct penalties *p, const uint8_t address[16], uint64_t now_us,
                   const struct penalty_rules *rules)
{
	uint64_t most = now_us + rules->most_s * SECOND_US;
	struct penalty *at;
	uint8_t source[16];

	source_of(address, source);
	pthread_mutex_lock(&p->lock);
	atomic_store(&p->used, 1);
	at = place_of(p, source, true);
	if (memcmp(at->source, source, 16) != 0 || at->until_us <= now_us) {
		*at = (struct penalty){.until_us = now_us};
		memcpy(at->source, source, 16);
	}
	at->failures++;
	at->until_us += rules->failure_ms * 1000ull;
	if (at->until_us > most)
		at->until_us = most;
	at->held |= at->until_us >= now_us + rules->least_s * SECOND_US;
	pthread_mutex_unlock(&p->lock);
}

uint64_t penalties_hold(struct penalties *p, const uint8_t address[16], uint64_t now_us)
{
	struct penalty *at;
	uint8_t source[16];
	uint64_t left = 0;

	if (atomic_load(&p->used) == 0)
		return 0;
	source_of(address, source);
	pthread_mutex_lock(&p->lock);
	at = place_of(p, source, false);
	if (at != NULL && at->held && at->until_us > now_us) {
		at->refused++;
		left = at->until_us - now_us;
	}
	pthread_mutex_unlock(&p->lock);
	return left;
}

void penalties_forget(struct penalties *p)
{
	pthread_mutex_lock(&p->lock);
	memset(p->places, 0, sizeof(p->places));
	atomic_store(&p->used, 0);
	pthread_mutex_unlock(&p->lock);
}

bool penalties_next(struct penalties *p, uint32_t *at, uint64_t now_us, struct penalty *out)
{
	bool found = false;

	pthread_mutex_lock(&p->lock);
	while (!found && *at < PENALTIES_MAX) {
		*out = p->places[(*at)++];
		found = out->until_us > now_us;
	}
	pthread_mutex_unlock(&p->lock);
	return found;
}
