// What keeps a user out although he is who he says: too many failures before, too many sessions.
#include "control/session/session_auth.h"

#include "control/main/log.h"

static uint64_t seconds(const struct shard *h)
{
	return h->now_us / 1000000;
}

// Somebody who is locked out looks like somebody whose password is wrong, and nobody is asked.
void auth_lock_apply(struct shard *h, struct session *s, struct auth_scratch *a)
{
	if (!lockout_is_locked(&h->control->lockout, span_text(a->user), s->remote, seconds(h)))
		return;
	COUNT(h, auth_locked);
	a->account.hash[0] = 0;
	a->account.scheme[0] = 0;
}

void auth_lock_failed(struct shard *h, struct session *s, const struct auth_scratch *a)
{
	char user[4 * USER_NAME_MAX + 1], address[LOG_ADDRESS_MAX];
	struct lockout_rule rule;

	users_lockout_rule(&h->control->config, &rule);
	if (!lockout_failed(&h->control->lockout, &rule, span_text(a->user), s->remote,
	                    seconds(h)))
		return;
	log_session(h, s, LOG_WARNING, "PWDCTL_LOCKBLACKLIST",
	            "%s from %s was locked out because of too many failed logins.",
	            log_escape(user, sizeof(user), span_text(a->user)),
	            log_address(address, s->remote));
}

bool auth_admit(struct shard *h, struct session *s, const struct auth_scratch *a)
{
	char user[4 * USER_NAME_MAX + 1];

	lockout_passed(&h->control->lockout, span_text(a->user), s->remote);
	if (a->account.access_limit == 0)
		return true;
	if (user_sessions_enter(&h->control->user_sessions, span_text(a->user),
	                        a->account.access_limit)) {
		s->flags |= SESSION_USER_COUNTED;
		return true;
	}
	COUNT(h, auth_access_limit);
	log_session(h, s, LOG_INFO, "SSHS_REACH_USER_LIMIT",
	            "SSH user %s failed to log in, because the number of users reached the "
	            "upper limit.",
	            log_escape(user, sizeof(user), span_text(a->user)));
	return false;
}
