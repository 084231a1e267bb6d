// Who came, by what, who failed, who left.
#include "control/session/session_log.h"

#include "control/main/exceptions.h"
#include "control/session/session_auth.h"
#include "control/session/session_channel.h"

#include <stdio.h>
#include <time.h>

#define NAME_TEXT (4 * USER_NAME_MAX + 1)

// Too many failures raise an alarm; logins look whether it is over, too.
static void alarm_note(struct shard *h, const struct session *s, bool failed)
{
	struct config *c = &h->control->config;
	const struct setting *r =
	        settings_find(config_hold(c), API_CLASS_SSH_GUARD, span_of(NULL, 0));
	struct login_alarm_rule rule = {.upper = setting_number(r, API_SSH_GUARD_ALARM_UPPER),
	                                .lower = setting_number(r, API_SSH_GUARD_ALARM_LOWER),
	                                .minutes =
	                                        setting_number(r, API_SSH_GUARD_ALARM_MINUTES)};
	enum login_alarm_turn turn;
	uint32_t count;

	config_give(c);
	turn = login_alarm_note(&h->control->login_alarm, &rule, failed, h->now_us / 1000000,
	                        &count);
	if (turn == LOGIN_ALARM_RAISED)
		log_session(h, s, LOG_ERROR, "SSHS_LOGINFAIL_ALARM",
		            "Users failed to log in too often: %u times in %u minutes.", count,
		            rule.minutes);
	if (turn == LOGIN_ALARM_CLEARED)
		log_session(h, s, LOG_NOTICE, "SSHS_LOGINFAIL_CLEAR",
		            "Users fail to log in no more too often: %u times in %u minutes.",
		            count, rule.minutes);
}

void log_login(struct shard *h, const struct session *s, const char *methods)
{
	char user[NAME_TEXT], address[LOG_ADDRESS_MAX];

	log_escape(user, sizeof(user), span_text(s->user));
	log_address(address, s->remote);
	log_session(h, s, LOG_INFO, "SSHS_LOG", "Accepted %s for %s from %s port %u%s", methods,
	            user, address, s->remote_port, s->flags & SESSION_V1 ? "." : " ssh2");
	log_session(h, s, LOG_INFO, "SSHS_AUTH_SUCCESS",
	            "SSH user %s from %s port %u passed %s authentication.", user, address,
	            s->remote_port, methods);
	log_session(h, s, LOG_INFO, "SSHS_CONNECT",
	            "SSH user %s (IP: %s) connected to the server successfully.", user,
	            address);
	alarm_note(h, s, false);
}

void log_login_failed(struct shard *h, const struct session *s, const char *user,
                      const char *why)
{
	char name[NAME_TEXT], address[LOG_ADDRESS_MAX];

	log_escape(name, sizeof(name), span_text(user));
	log_address(address, s->remote);
	log_session(h, s, LOG_INFO, "SSHS_LOG",
	            "Authentication failed for user %s from %s port %u because of %s.", name,
	            address, s->remote_port, why);
	log_session(h, s, LOG_NOTICE, "SHELL_LOGINFAIL",
	            "SSH user %s failed to log in from %s.", name, address);
	alarm_note(h, s, true);
}

void log_login_exceeded(struct shard *h, const struct session *s, const char *user)
{
	char name[NAME_TEXT], address[LOG_ADDRESS_MAX];

	log_session(h, s, LOG_INFO, "SSHS_AUTH_EXCEED_RETRY_TIMES",
	            "SSH user %s (IP: %s) failed to log in, because the number of "
	            "authentication attempts exceeded the upper limit.",
	            log_escape(name, sizeof(name), span_text(user)),
	            log_address(address, s->remote));
}

// Whose session it is, as far as that is known.
static const char *user_of(struct shard *h, const struct session *s)
{
	const struct auth_scratch *a = auth_scratch_of(h, s);

	return s->flags & SESSION_LOGGED_IN || a == NULL ? s->user : a->user;
}

void log_exception(struct shard *h, const struct session *s, uint32_t reason, const char *reply)
{
	struct exception e = {.at_s = (uint64_t)time(NULL),
	                      .is_v1 = (s->flags & SESSION_V1) != 0,
	                      .reason = (uint8_t)reason};

	memcpy(e.address, s->remote, sizeof(e.address));
	snprintf(e.user, sizeof(e.user), "%s", user_of(h, s));
	snprintf(e.stage, sizeof(e.stage), "%s", session_stage_name(s->state));
	snprintf(e.reply, sizeof(e.reply), "%s", reply);
	for (unsigned i = 0; i < SESSION_CHANNELS; i++) {
		const struct channel *c = channel_at(h, s, i);

		if (c == NULL)
			continue;
		e.services |= c->service;
		if (c->dialogue != 0 && c->type == DIALOGUE_SHELL)
			e.line = (c->dialogue - 1) * h->control->shard_count + h->index + 1;
	}
	exceptions_add(&e, atomic_load(&h->control->config.exceptions));
}

static void line_told(struct shard *h, const struct session *s, const char *mnemonic,
                      const char *what)
{
	char user[NAME_TEXT], address[LOG_ADDRESS_MAX];

	log_session(h, s, LOG_NOTICE, mnemonic, "%s logged %s from %s.",
	            log_escape(user, sizeof(user), span_text(s->user)), what,
	            log_address(address, s->remote));
}

void log_line_taken(struct shard *h, const struct session *s)
{
	line_told(h, s, "SHELL_LOGIN", "in");
}

void log_line_refused(struct shard *h, const struct session *s, const char *why)
{
	char user[NAME_TEXT], address[LOG_ADDRESS_MAX];

	log_session(h, s, LOG_NOTICE, "SHELL_LOGINFAIL",
	            "SSH user %s failed to log in from %s: %s.",
	            log_escape(user, sizeof(user), span_text(s->user)),
	            log_address(address, s->remote), why);
}

void log_line_left(struct shard *h, const struct session *s)
{
	line_told(h, s, "SHELL_LOGOUT", "out");
}
