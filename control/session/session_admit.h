// Whom to let begin, and what a failed login costs the next one from there.
#pragma once

#include "control/session/session.h"

#define ADMIT_WHY 96 // room for a sentence

// Why this new session is refused, or NULL. Counts.
const char *admit_refusal(struct shard *h, const struct session *s, char why[ADMIT_WHY]);

// A session is over: if nobody logged in and somebody tried, its source owes for it.
void admit_ended(struct shard *h, const struct session *s);

// Refuse one more, with so many logins under way? `lot` is a number below 100.
struct admit_startups {
	uint32_t start, rate, full; // start <= full; rate in percent
};
bool admit_drops(uint32_t under_way, const struct admit_startups *limits, uint32_t lot);
