// Passwords: the method "password" (RFC 4252 section 8), and who checks what was typed.
#include "control/session/session_auth.h"

#include "control/link/keeper_client.h"
#include "crypto/core/secret.h"
#include "crypto/wire/builder.h"

#include <stdio.h>

// What the keeper's answer means: it said no, or it did not get to it.
static enum auth_verdict verdict_of(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return AUTH_PROVEN;
	case STATUS_SHUTDOWN:
	case STATUS_NO_ROOM:
	case STATUS_NO_MEMORY:
		return AUTH_BUSY;
	default:
		return AUTH_DENIED;
	}
}

static void checked(struct shard *h, const struct keeper_ask *ask, enum status status,
                    struct span payload)
{
	struct auth_outcome outcome = {.verdict = verdict_of(status)};

	auth_outcome_take(h, ask->slot, ask->life, ask->number, &outcome);
}

// A question about the user of this session; the answer is matched by its number.
static enum status keeper_check(struct shard *h, struct session *s, struct auth_scratch *a,
                                struct keeper_ask *ask, struct builder *b)
{
	enum status status = builder_end(b);

	if (status != STATUS_OK)
		return status;
	ask->slot = session_slot(h, s);
	ask->life = s->life;
	ask->number = a->job = ++s->jobs;
	status = keeper_ask(h, ask, builder_span(b));
	secret_wipe(b->base, b->len);
	return status;
}

enum status auth_password_check(struct shard *h, struct session *s, struct auth_scratch *a,
                                struct span typed)
{
	return a->account.scheme[0] != 0 ? auth_remote_check(h, s, a, typed)
	                                 : auth_local_check(h, s, a, typed);
}

enum status auth_local_check(struct shard *h, struct session *s, struct auth_scratch *a,
                             struct span typed)
{
	uint8_t bytes[KEEPER_HASH_MAX + KEEPER_PASSWORD_MAX + 8];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct keeper_ask ask = {.kind = KEEPER_CHECK_PASSWORD, .done = checked};
	bool may = a->method == AUTH_BY_ROUNDS ? user_may_rounds(&a->account)
	                                       : user_may_password(&a->account);

	blob_wipe(&a->old);
	if (a->account.expired)
		a->old = blob_copy(typed);
	builder_text(&b, may ? a->account.hash : "");
	builder_string(&b, typed);
	return keeper_check(h, s, a, &ask, &b);
}

enum status auth_code_check(struct shard *h, struct session *s, struct auth_scratch *a,
                            struct span typed)
{
	uint8_t bytes[USER_NAME_MAX + KEEPER_CODE_MAX + 8];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct keeper_ask ask = {.kind = KEEPER_CHECK_TOTP, .done = checked};

	builder_text(&b, a->user);
	builder_string(&b, typed);
	return keeper_check(h, s, a, &ask, &b);
}

// --- a new password ------------------------------------------------------------------------------

static struct api_password_rules rules_now(struct shard *h)
{
	struct config *c = &h->control->config;
	const struct setting *r =
	        settings_find(config_hold(c), API_CLASS_PASSWORD_CONTROL, span_of(NULL, 0));
	struct api_password_rules rules = {
	        .enable = setting_number(r, API_PASSWORD_CONTROL_ENABLE),
	        .length = setting_number(r, API_PASSWORD_CONTROL_LENGTH),
	        .types = setting_number(r, API_PASSWORD_CONTROL_TYPES),
	        .type_length = setting_number(r, API_PASSWORD_CONTROL_TYPE_LENGTH),
	};

	config_give(c);
	return rules;
}

static bool password_will_do(struct shard *h, const struct auth_scratch *a, struct span typed,
                             char why[API_PASSWORD_WHY])
{
	struct api_password_rules rules = rules_now(h);

	if (typed.len == 0 || typed.len > KEEPER_PASSWORD_MAX) {
		snprintf(why, API_PASSWORD_WHY, "The password must be 1 to %u characters.",
		         KEEPER_PASSWORD_MAX);
		return false;
	}
	if (span_equal(typed, span_blob(&a->old))) {
		snprintf(why, API_PASSWORD_WHY, "The new password is the old one.");
		return false;
	}
	return api_password_fits(&rules, typed, why);
}

// Only while the session still waits for it: otherwise nothing has changed.
static void password_hashed(struct shard *h, const struct keeper_ask *ask, enum status status,
                            struct span hash)
{
	struct session *s = session_find(h, ask->slot, ask->life);
	const struct auth_scratch *a = s != NULL ? auth_scratch_of(h, s) : NULL;
	struct auth_outcome outcome = {.verdict = AUTH_BUSY};
	struct api_record record;

	if (a == NULL || a->job != ask->number)
		return;
	users_password_record(&h->control->config, &record, span_text(a->user), hash);
	if (status == STATUS_OK && hash.len > 0 && hash.len <= KEEPER_HASH_MAX &&
	    config_put(&h->control->config, &record) == STATUS_OK)
		outcome.verdict = AUTH_CHANGED;
	auth_outcome_take(h, ask->slot, ask->life, ask->number, &outcome);
}

bool auth_password_change(struct shard *h, struct session *s, struct auth_scratch *a,
                          struct span typed, char why[API_PASSWORD_WHY])
{
	uint8_t bytes[KEEPER_PASSWORD_MAX];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct keeper_ask ask = {.kind = KEEPER_SET_PASSWORD, .done = password_hashed};

	if (!password_will_do(h, a, typed, why))
		return false;
	builder_bytes(&b, typed);
	if (s->state != SESSION_WAIT_AUTH)
		session_enter(h, s, SESSION_WAIT_AUTH);
	if (keeper_check(h, s, a, &ask, &b) != STATUS_OK) {
		COUNT(h, auth_busy);
		auth_refuse(h, s, a, false);
	}
	return true;
}

// --- the method ----------------------------------------------------------------------------------

// RFC 4252 section 8: PASSWD_CHANGEREQ; the client comes again with both.
static enum status change_ask(struct shard *h, struct session *s, const char *why)
{
	uint8_t bytes[API_PASSWORD_WHY + 64];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_USERAUTH_PASSWD_CHANGEREQ);
	builder_text(&b, why);
	builder_text(&b, ""); // language
	session_send(h, s, builder_span(&b));
	session_enter(h, s, SESSION_EXPECT_AUTH);
	return STEP_STAY;
}

enum status auth_change_go_on(struct shard *h, struct session *s, struct auth_scratch *a)
{
	char why[API_PASSWORD_WHY];

	if (a->wanted.data == NULL)
		return change_ask(h, s, "Your password has expired.");
	return auth_password_change(h, s, a, span_blob(&a->wanted), why)
	               ? STEP_STAY
	               : change_ask(h, s, why);
}

// An empty password never passes, nor one that is too long to be anyone's; such a request is an
// attempt all the same. A change is made when the old password is right and has expired.
enum status auth_by_password(struct shard *h, struct session *s, struct auth_scratch *a,
                             const struct auth_request *request)
{
	if (request->password.len == 0 || request->password.len > KEEPER_PASSWORD_MAX ||
	    request->new_password.len > KEEPER_PASSWORD_MAX) {
		COUNT(h, auth_password_failed);
		return auth_refuse(h, s, a, true);
	}
	if (request->has_signature) {
		a->wanted = blob_copy(request->new_password);
		if (a->wanted.data == NULL)
			return STATUS_NO_MEMORY;
	}
	session_enter(h, s, SESSION_WAIT_AUTH);
	if (auth_password_check(h, s, a, request->password) == STATUS_OK)
		return STEP_STAY;
	COUNT(h, auth_busy);
	return auth_refuse(h, s, a, false);
}
