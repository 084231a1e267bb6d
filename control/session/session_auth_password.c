// Passwords: the method "password" (RFC 4252 section 8), and who checks what was typed.
#include "control/session/session_auth.h"

#include "control/link/keeper_client.h"
#include "crypto/core/secret.h"
#include "crypto/wire/builder.h"

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

static void password_checked(struct shard *h, const struct keeper_ask *ask, enum status status,
                             struct span payload)
{
	struct auth_outcome outcome = {.verdict = verdict_of(status)};

	auth_outcome_take(h, ask->slot, ask->life, ask->number, &outcome);
}

enum status auth_password_check(struct shard *h, struct session *s, struct auth_scratch *a,
                                struct span typed)
{
	uint8_t bytes[KEEPER_HASH_MAX + KEEPER_PASSWORD_MAX + 8];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct keeper_ask ask = {.kind = KEEPER_CHECK_PASSWORD, .done = password_checked};
	bool may = a->method == AUTH_BY_ROUNDS ? user_may_rounds(&a->account)
	                                       : user_may_password(&a->account);
	enum status status;

	builder_text(&b, may ? a->account.hash : "");
	builder_string(&b, typed);
	if (builder_end(&b) != STATUS_OK)
		return STATUS_INTERNAL;
	ask.slot = session_slot(h, s);
	ask.life = s->life;
	ask.number = a->job = ++s->jobs;
	status = keeper_ask(h, &ask, builder_span(&b));
	secret_wipe(bytes, sizeof(bytes));
	return status;
}

// An empty password never passes, nor one that asks to be changed, nor one that is too long to be
// anyone's; such a request is an attempt all the same.
enum status auth_by_password(struct shard *h, struct session *s, struct auth_scratch *a,
                             const struct auth_request *request)
{
	if (request->has_signature || request->password.len == 0 ||
	    request->password.len > KEEPER_PASSWORD_MAX) {
		COUNT(h, auth_password_failed);
		return auth_refuse(h, s, a, true);
	}
	session_enter(h, s, SESSION_WAIT_AUTH);
	if (auth_password_check(h, s, a, request->password) == STATUS_OK)
		return STEP_STAY;
	COUNT(h, auth_busy);
	return auth_refuse(h, s, a, false);
}
