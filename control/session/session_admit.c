// Whom to let begin: limits of sessions and of logins under way, and sources that owe for failed
// logins. What is refused is told why, with a reason and a sentence that scripts can recognise.
#include "control/session/session_admit.h"

#include "control/main/log.h"
#include "control/users/penalties.h"
#include "crypto/cert/cert.h"
#include "crypto/core/random.h"

#include <stdio.h>

// --- logins under way ----------------------------------------------------------------------------

// From `start` on some are refused at random, ever more, and from `full` on all: a flood is not
// let through in order, and one who waits his turn gets in.
bool admit_drops(uint32_t under_way, const struct admit_startups *limits, uint32_t lot)
{
	uint64_t percent = limits->rate;

	if (under_way >= limits->full)
		return true;
	if (under_way < limits->start)
		return false;
	percent += (uint64_t)(100 - limits->rate) * (under_way - limits->start) /
	           (limits->full - limits->start);
	return lot < percent;
}

static const char *logins_too_many(struct shard *h)
{
	const struct config *c = &h->control->config;
	struct admit_startups limits = {.start = atomic_load(&c->startups_start),
	                                .rate = atomic_load(&c->startups_rate),
	                                .full = atomic_load(&c->startups_full)};
	uint32_t under_way = atomic_load(&h->control->unauthenticated);

	if (under_way < limits.start && under_way < limits.full)
		return NULL;
	if (!admit_drops(under_way, &limits, random_below(100)))
		return NULL;
	if (under_way >= limits.full)
		COUNT(h, logins_limited);
	else
		COUNT(h, logins_dropped);
	return "Too many logins under way: try again later.";
}

// --- sources -------------------------------------------------------------------------------------

static struct span address_bytes(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, mapped, sizeof(mapped)) == 0 ? span_of(address + 12, 4)
	                                                    : span_of(address, 16);
}

// Are failures from there held against it, and by which rules?
static bool penalty_applies(struct shard *h, const struct session *s,
                            struct penalty_rules *rules)
{
	struct config *c = &h->control->config;
	const struct setting *r =
	        settings_find(config_hold(c), API_CLASS_SSH_GUARD, span_of(NULL, 0));
	bool applies = setting_number(r, API_SSH_GUARD_PENALTY) &&
	               !cert_address_listed(setting_text(r, API_SSH_GUARD_EXEMPT),
	                                    address_bytes(s->remote));

	*rules = (struct penalty_rules){
	        .failure_ms = setting_number(r, API_SSH_GUARD_FAILURE_MS),
	        .least_s = setting_number(r, API_SSH_GUARD_LEAST_SECONDS),
	        .most_s = setting_number(r, API_SSH_GUARD_MOST_SECONDS)};
	config_give(c);
	return applies;
}

void admit_ended(struct shard *h, const struct session *s)
{
	struct penalty_rules rules;

	if (s->flags & SESSION_LOGGED_IN || s->failures == 0 || !penalty_applies(h, s, &rules))
		return;
	COUNT(h, penalties_added);
	penalties_add(h->control->penalties, s->remote, h->now_us, &rules);
}

static const char *source_owes(struct shard *h, const struct session *s, char why[ADMIT_WHY])
{
	uint64_t left_us = penalties_hold(h->control->penalties, s->remote, h->now_us);
	struct penalty_rules rules;

	if (left_us == 0 || !penalty_applies(h, s, &rules))
		return NULL;
	COUNT(h, penalties_refused);
	snprintf(why, ADMIT_WHY, "Too many failed logins from your address: try again in %u s.",
	         (unsigned)((left_us + 999999) / 1000000));
	return why;
}

// --- all of it -----------------------------------------------------------------------------------

const char *admit_refusal(struct shard *h, const struct session *s, char why[ADMIT_WHY])
{
	const struct control *c = h->control;
	const char *refusal;

	if (atomic_load(&c->sessions) >= atomic_load(&c->config.session_limit)) {
		COUNT(h, sessions_limited);
		return "Too many sessions: the session limit of this device is reached.";
	}
	refusal = logins_too_many(h);
	if (refusal == NULL)
		refusal = source_owes(h, s, why);
	if (refusal == NULL && h->stopping)
		refusal = "The device is going down.";
	return refusal;
}
