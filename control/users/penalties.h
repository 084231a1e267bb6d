// Sources whose logins failed too often: each failed login adds time, and while more than a certain
// amount of it is left, the source is refused. A source is an IPv4 address or an IPv6 /64. Any
// thread. When the table is full, the source that is nearest to its end makes room.
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PENALTIES_MAX   4096u // sources at a time
#define PENALTIES_PROBE 16u   // places where one of them may stand

struct penalty_rules {
	uint32_t failure_ms; // added by a failed login
	uint32_t least_s;    // from so much on the source is refused ...
	uint32_t most_s;     // ... and more is never owed
};

struct penalty {
	uint8_t source[16];
	uint64_t until_us; // when nothing is owed any more
	uint32_t failures, refused;
	bool held; // was refused since: until the end
};

struct penalties;

struct penalties *penalties_new(void); // NULL: out of memory
void penalties_free(struct penalties *p);

// A login from there has failed.
void penalties_add(struct penalties *p, const uint8_t address[16], uint64_t now_us,
                   const struct penalty_rules *rules);

// Is it refused now? Then how long still, in us; 0: no. Counts the refusal.
uint64_t penalties_hold(struct penalties *p, const uint8_t address[16], uint64_t now_us);

void penalties_forget(struct penalties *p); // all of them

// The first one in force at or after place `*at`, which moves behind it. False: there is none.
bool penalties_next(struct penalties *p, uint32_t *at, uint64_t now_us, struct penalty *out);
