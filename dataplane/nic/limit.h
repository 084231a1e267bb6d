// Token buckets: how often something may be done, by anyone and by one source. Pure.
#pragma once

#include "dataplane/base/keyed_hash.h"
#include "dataplane/nic/address.h"

struct limit {
	uint64_t filled_us;
	uint32_t tokens;
};

// One more of them? `burst` at once, and one each `us_per_token` in the long run. A zeroed bucket is
// full.
static inline bool limit_take(struct limit *l, uint64_t now_us, uint32_t burst,
                              uint32_t us_per_token)
{
	uint64_t more = (now_us - l->filled_us) / us_per_token;

	if (more > 0 || l->filled_us == 0) {
		more = l->filled_us == 0 ? burst : more + l->tokens;
		l->tokens = more < burst ? (uint32_t)more : burst;
		l->filled_us = now_us;
	}
	if (l->tokens == 0)
		return false;
	l->tokens--;
	return true;
}

#define LIMIT_SOURCES 256u // a power of two; sources that meet share

struct source_limit {
	struct hash_key key;
	struct limit all, source[LIMIT_SOURCES];
};

#define LIMIT_ALL_BURST       200u
#define LIMIT_ALL_US          1000u // a thousand a second
#define LIMIT_SOURCE_BURST    10u
#define LIMIT_SOURCE_US       100000u // ten a second
#define LIMIT_SOURCE_V6_BYTES 8u      // a /64 is one source

static inline bool source_limit_take(struct source_limit *l, uint64_t now_us,
                                     const struct ip_addr *from)
{
	size_t len = ip_is_ipv4(from) ? sizeof(*from) : LIMIT_SOURCE_V6_BYTES;
	uint64_t hash = keyed_hash(&l->key, from, len);

	return limit_take(&l->source[hash % LIMIT_SOURCES], now_us, LIMIT_SOURCE_BURST,
	                  LIMIT_SOURCE_US) &&
	       limit_take(&l->all, now_us, LIMIT_ALL_BURST, LIMIT_ALL_US);
}
