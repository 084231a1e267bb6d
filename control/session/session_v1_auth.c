// Logging in over SSH-1.5: a name, then password or RSA until one of them passes. A user who must
// pass both over SSH-2 passes with either here, as the manual says: the protocol cannot ask for two.
#include "control/session/session_v1.h"

#include "control/link/keeper_client.h"
#include "control/session/session_log.h"
#include "control/session/session_auth.h"
#include "control/session/session_table.h"
#include "crypto/core/random.h"
#include "crypto/core/secret.h"
#include "crypto/hostkey/ssh1_key.h"

#include <openssl/evp.h>

uint64_t v1_due_us(struct shard *h, const struct session *s, uint64_t due_us)
{
	const struct v1_scratch *v = v1_scratch_of(h, s);

	return v != NULL && v->refusal_waits && v->answer_us < due_us ? v->answer_us : due_us;
}

// --- outcomes ------------------------------------------------------------------------------------

static void too_many(struct shard *h, struct session *s, const struct v1_scratch *v)
{
	log_login_exceeded(h, s, v->user);
	session_disconnect(h, s, SSH_DISCONNECT_NO_MORE_AUTH,
	                   "Too many authentication failures");
}

static enum status refuse_now(struct shard *h, struct session *s, struct v1_scratch *v)
{
	v->refusal_waits = false;
	if (v->counts && ++s->failures >= atomic_load(&h->control->config.retries)) {
		COUNT(h, auth_too_many);
		too_many(h, s, v);
		return STEP_STAY;
	}
	v1_answer(h, s, false);
	session_enter(h, s, SESSION_V1_EXPECT_AUTH);
	return STEP_STAY;
}

// A refusal waits until its time, so that how long the check took does not show.
static enum status refuse_later(struct shard *h, struct session *s, struct v1_scratch *v,
                                bool counts)
{
	v->job = 0;
	v->counts = counts;
	v->refusal_waits = true;
	if (s->state != SESSION_V1_WAIT_AUTH)
		session_enter(h, s, SESSION_V1_WAIT_AUTH);
	wheel_arm(&h->wheel, session_slot(h, s), v1_due_us(h, s, s->due_us));
	return STEP_STAY;
}

static enum status succeed(struct shard *h, struct session *s, struct v1_scratch *v)
{
	memcpy(s->user, v->user, sizeof(s->user));
	memcpy(s->role, v->account.role, sizeof(s->role));
	s->services = (uint8_t)v->account.services;
	log_login(h, s, v->method == AUTH_PASSWORD ? "password" : "publickey");
	COUNT(h, logins);
	v1_drop(h, s);
	if (!v1_channel_open(h, s))
		return STATUS_NO_MEMORY;
	auth_phase_open(h, s);
	if (s->state == SESSION_CLOSING)
		return STEP_STAY;
	v1_answer(h, s, true);
	session_enter(h, s, SESSION_V1_PREPARE);
	return STEP_STAY;
}

static enum status failed(struct shard *h, struct session *s, struct v1_scratch *v)
{
	bool by_password = v->method == AUTH_PASSWORD;

	if (by_password)
		COUNT(h, auth_password_failed);
	else
		COUNT(h, auth_publickey_failed);
	log_login_failed(h, s, v->user,
	                 by_password ? "invalid username or wrong password"
	                             : "invalid username or wrong public key");
	return refuse_later(h, s, v, true);
}

// A request to log in, of whatever kind. False when there were too many.
static bool request_counted(struct shard *h, struct session *s, struct v1_scratch *v,
                            enum auth_factor method)
{
	COUNT(h, auth_requests);
	v->method = (uint8_t)method;
	v->answer_us = h->now_us + AUTH_DELAY_US;
	if (++v->requests <= AUTH_REQUESTS_MAX)
		return true;
	COUNT(h, auth_flood);
	too_many(h, s, v);
	return false;
}

// --- who -----------------------------------------------------------------------------------------

// The answer is FAILURE for everybody: "prove it".
enum status v1_on_user(struct shard *h, struct session *s, const struct message *m)
{
	struct v1_scratch *v = v1_scratch_of(h, s);
	struct cursor c = cursor_over(m->body);
	struct span name = cursor_string_max(&c, 1024);
	enum status status = cursor_end(&c);

	if (status != STATUS_OK)
		return status;
	users_find(&h->control->config, name, &v->account);
	if (name.len == 0 || name.len > USER_NAME_MAX || !span_is_printable(name))
		v->account.known = false;
	user_from(&v->account, s->remote);
	// What this protocol cannot ask for nobody gets in without.
	if (v->account.totp)
		v->account.known = false;
	if (v->account.expired)
		v->account.hash[0] = 0;
	if (name.len > 0)
		memcpy(v->user, name.data, name.len < USER_NAME_MAX ? name.len : USER_NAME_MAX);
	v1_answer(h, s, false);
	return STATUS_OK;
}

// --- password ------------------------------------------------------------------------------------

static void password_checked(struct shard *h, const struct keeper_ask *ask, enum status status,
                             struct span payload)
{
	struct session *s = session_find(h, ask->slot, ask->life);
	struct v1_scratch *v = s != NULL ? v1_scratch_of(h, s) : NULL;

	if (v != NULL && v->job == ask->number)
		session_step(h, s, GOT_AUTH_CHECKED, &(struct message){.answer = &status});
}

// Everyone's password is hashed: for a user who cannot log in by one the keeper takes a dummy.
static enum status password_check(struct shard *h, struct session *s, struct v1_scratch *v,
                                  struct span password)
{
	uint8_t bytes[KEEPER_HASH_MAX + KEEPER_PASSWORD_MAX + 8];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct keeper_ask ask = {.kind = KEEPER_CHECK_PASSWORD, .done = password_checked};
	enum status status;

	builder_text(&b, user_may_password(&v->account) ? v->account.hash : "");
	builder_string(&b, password);
	ask.slot = session_slot(h, s);
	ask.life = s->life;
	ask.number = v->job = ++s->jobs;
	status = builder_end(&b) == STATUS_OK ? keeper_ask(h, &ask, builder_span(&b))
	                                      : STATUS_INTERNAL;
	secret_wipe(bytes, sizeof(bytes));
	return status;
}

enum status v1_on_password(struct shard *h, struct session *s, const struct message *m)
{
	struct v1_scratch *v = v1_scratch_of(h, s);
	struct cursor c = cursor_over(m->body);
	struct span password = cursor_string(&c);
	enum status status = cursor_end(&c);

	if (status != STATUS_OK)
		return status;
	if (!request_counted(h, s, v, AUTH_PASSWORD))
		return STEP_STAY;
	if (password.len > 0) // clients conceal its length by zeros behind it
		password.len = strnlen((const char *)password.data, password.len);
	if (password.len == 0 || password.len > KEEPER_PASSWORD_MAX)
		return failed(h, s, v);
	session_enter(h, s, SESSION_V1_WAIT_AUTH);
	if (password_check(h, s, v, password) == STATUS_OK)
		return STEP_STAY;
	COUNT(h, auth_busy);
	return refuse_later(h, s, v, false);
}

enum status v1_on_checked(struct shard *h, struct session *s, const struct message *m)
{
	struct v1_scratch *v = v1_scratch_of(h, s);
	enum status status = *(const enum status *)m->answer;

	v->job = 0;
	if (status == STATUS_OK && user_may_password(&v->account)) {
		COUNT(h, auth_password_ok);
		return succeed(h, s, v);
	}
	if (status != STATUS_SHUTDOWN && status != STATUS_NO_ROOM && status != STATUS_NO_MEMORY)
		return failed(h, s, v);
	COUNT(h, auth_busy);
	return refuse_later(h, s, v, false);
}

// Either a refusal is due, or the time for the whole login is over.
enum status v1_on_deadline(struct shard *h, struct session *s, const struct message *m)
{
	struct v1_scratch *v = v1_scratch_of(h, s);

	if (h->now_us >= s->due_us)
		return session_on_login_expired(h, s, m);
	return v->refusal_waits ? refuse_now(h, s, v) : STEP_STAY;
}

// --- RSA -----------------------------------------------------------------------------------------

static bool challenge_send(struct shard *h, struct session *s, struct v1_scratch *v,
                           struct span key)
{
	uint8_t bytes[HOSTKEY_BLOB_MAX];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct blob sealed;
	enum status status;

	random_fill(v->challenge, sizeof(v->challenge));
	status = ssh1_key_seal(key, span_of(v->challenge, sizeof(v->challenge)), &sealed);
	builder_u8(&b, SSH1_SMSG_AUTH_RSA_CHALLENGE);
	builder_ssh1_mpint(&b, span_blob(&sealed));
	blob_fini(&sealed);
	return status == STATUS_OK && builder_end(&b) == STATUS_OK &&
	       session_send_now(h, s, builder_span(&b));
}

// A modulus: is there a key of this user that has it? Asking does not count as failing.
enum status v1_on_rsa(struct shard *h, struct session *s, const struct message *m)
{
	struct v1_scratch *v = v1_scratch_of(h, s);
	struct cursor c = cursor_over(m->body);
	struct span modulus = cursor_ssh1_mpint(&c);
	enum status status = cursor_end(&c);
	struct blob key = {NULL, 0};
	bool sent;

	if (status != STATUS_OK)
		return status;
	if (!request_counted(h, s, v, AUTH_PUBLICKEY))
		return STEP_STAY;
	if (!users_rsa_key(&h->control->config, span_text(v->user), modulus, &key) ||
	    !user_may_publickey(&v->account)) {
		COUNT(h, auth_queries);
		blob_fini(&key);
		v1_answer(h, s, false);
		return STEP_STAY;
	}
	sent = challenge_send(h, s, v, span_blob(&key));
	blob_fini(&key);
	if (!sent)
		return STATUS_NO_ROOM;
	session_enter(h, s, SESSION_V1_EXPECT_ANSWER);
	return STEP_STAY;
}

// MD5 of the challenge and the session's id, which only who opened the challenge can make.
static bool answer_is_right(const struct v1_scratch *v, struct span answer)
{
	uint8_t bytes[sizeof(v->challenge) + sizeof(v->id)], want[SSH1_ID_BYTES];

	memcpy(bytes, v->challenge, sizeof(v->challenge));
	memcpy(bytes + sizeof(v->challenge), v->id, sizeof(v->id));
	return EVP_Digest(bytes, sizeof(bytes), want, NULL, EVP_md5(), NULL) == 1 &&
	       secret_equal(want, answer.data, sizeof(want));
}

enum status v1_on_rsa_answer(struct shard *h, struct session *s, const struct message *m)
{
	struct v1_scratch *v = v1_scratch_of(h, s);
	struct cursor c = cursor_over(m->body);
	struct span answer = cursor_bytes(&c, SSH1_ID_BYTES);
	enum status status = cursor_end(&c);

	if (status != STATUS_OK)
		return status;
	if (!answer_is_right(v, answer))
		return failed(h, s, v);
	COUNT(h, auth_publickey_ok);
	return succeed(h, s, v);
}

// Rhosts, TIS, Kerberos: not served.
enum status v1_on_auth_other(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, auth_method_unknown);
	if (request_counted(h, s, v1_scratch_of(h, s), 0))
		v1_answer(h, s, false);
	return STEP_STAY;
}
