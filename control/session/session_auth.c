// Who the client is. One request is under way at a time, others wait; the outcome of a check is
// matched by number and bound to the user whose request it was. What is said, and how long it
// takes, does not depend on whether the user exists.
#include "control/session/session_auth.h"

#include "control/session/session_banner.h"
#include "control/session/session_log.h"
#include "control/session/session_hostkeys.h"
#include "control/session/session_kex.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#define SERVICE_AUTH       "ssh-userauth"
#define SERVICE_CONNECTION "ssh-connection"
#define METHODS_TEXT       64 // room for all names and their commas

static void passwords_wipe(struct auth_scratch *a)
{
	blob_wipe(&a->old);
	blob_wipe(&a->wanted);
}

void auth_drop(struct shard *h, struct session *s)
{
	struct auth_scratch *a = auth_scratch_of(h, s);

	for (unsigned i = 0; a != NULL && i < a->waiting_count; i++)
		blob_wipe(&a->waiting[i]);
	if (a != NULL)
		passwords_wipe(a);
	if (a != NULL)
		blob_wipe(&a->challenge);
	pool_give(&h->auths, &s->auth);
}

uint64_t auth_due_us(struct shard *h, const struct session *s, uint64_t due_us)
{
	const struct auth_scratch *a = auth_scratch_of(h, s);

	return a != NULL && a->refusal_waits && a->answer_us < due_us ? a->answer_us : due_us;
}

// --- before the first request --------------------------------------------------------------------

// RFC 8308 section 2.4: only right behind the client's first NEWKEYS. One thing in it concerns us.
enum status auth_on_ext_info(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);

	if (s->flags & SESSION_GOT_EXT)
		return STATUS_UNEXPECTED;
	s->flags |= SESSION_GOT_EXT;
	for (uint32_t left = cursor_u32(&c); left > 0 && cursor_ok(&c); left--) {
		struct span name = cursor_string(&c);

		cursor_string(&c);
		if (cursor_ok(&c) && span_is(name, "ext-info-in-auth@openssh.com"))
			s->flags |= SESSION_EXT_AGAIN;
	}
	return STATUS_OK;
}

// --- factors and methods -------------------------------------------------------------------------

uint8_t auth_factors_left(const struct auth_scratch *a)
{
	static const uint8_t wanted[] = {
	        [API_METHOD_PASSWORD] = AUTH_PASSWORD,
	        [API_METHOD_PUBLICKEY] = AUTH_PUBLICKEY,
	        [API_METHOD_ANY] = AUTH_PASSWORD | AUTH_PUBLICKEY,
	        [API_METHOD_BOTH] = AUTH_PASSWORD | AUTH_PUBLICKEY,
	        [API_METHOD_INTERACTIVE] = AUTH_PASSWORD,
	};
	uint8_t want = wanted[a->account.method];

	if (a->account.method == API_METHOD_ANY && (a->passed & want) != 0)
		want = 0;
	if (a->account.totp)
		want |= AUTH_CODE;
	return want & (uint8_t)~a->passed;
}

// The names of methods, in the order of their bits.
static void method_names(uint8_t methods, const char *between, char out[METHODS_TEXT])
{
	static const char *const names[] = {"publickey", "password", "keyboard-interactive"};

	out[0] = 0;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(methods & 1u << i))
			continue;
		strcat(out, out[0] != 0 ? between : "");
		strcat(out, names[i]);
	}
}

// Methods that can continue. The same for all names until one factor is proven.
static uint8_t methods_left(const struct auth_scratch *a)
{
	uint8_t left = auth_factors_left(a), methods = 0;

	if (a->passed == 0)
		return AUTH_BY_PUBLICKEY | AUTH_BY_PASSWORD | AUTH_BY_ROUNDS;
	if (left & AUTH_PUBLICKEY)
		methods |= AUTH_BY_PUBLICKEY;
	if (left & AUTH_PASSWORD)
		methods |= AUTH_BY_ROUNDS;
	if (left & AUTH_PASSWORD && a->account.method != API_METHOD_INTERACTIVE)
		methods |= AUTH_BY_PASSWORD;
	return left == AUTH_CODE ? AUTH_BY_ROUNDS : methods;
}

// --- answers -------------------------------------------------------------------------------------

static void failure_send(struct shard *h, struct session *s, const struct auth_scratch *a,
                         bool partial)
{
	char names[METHODS_TEXT];
	uint8_t bytes[128];
	struct builder b = builder_over(bytes, sizeof(bytes));

	method_names(methods_left(a), ",", names);
	builder_u8(&b, SSH_MSG_USERAUTH_FAILURE);
	builder_text(&b, names);
	builder_bool(&b, partial);
	session_send(h, s, builder_span(&b));
}

// The request is answered: the next may come.
static void answered(struct shard *h, struct session *s, struct auth_scratch *a)
{
	a->round = AUTH_ROUND_NONE;
	if (s->state != SESSION_EXPECT_AUTH && s->state != SESSION_CLOSING)
		session_enter(h, s, SESSION_EXPECT_AUTH);
}

static void too_many(struct shard *h, struct session *s, const struct auth_scratch *a)
{
	log_login_exceeded(h, s, a->user);
	session_disconnect(h, s, SSH_DISCONNECT_NO_MORE_AUTH,
	                   "Too many authentication failures");
}

enum status auth_flood(struct shard *h, struct session *s, struct auth_scratch *a)
{
	COUNT(h, auth_flood);
	too_many(h, s, a);
	return STEP_STAY;
}

enum status auth_fail(struct shard *h, struct session *s, struct auth_scratch *a)
{
	failure_send(h, s, a, false);
	answered(h, s, a);
	return STEP_STAY;
}

// A refusal. One that counts may be the last.
static enum status refuse_now(struct shard *h, struct session *s, struct auth_scratch *a)
{
	a->refusal_waits = false;
	if (a->counts && ++s->failures >= atomic_load(&h->control->config.retries)) {
		COUNT(h, auth_too_many);
		too_many(h, s, a);
		return STEP_STAY;
	}
	return auth_fail(h, s, a);
}

// The refusal of a check waits until its time, so that how long the check took does not show.
enum status auth_refuse(struct shard *h, struct session *s, struct auth_scratch *a, bool counts)
{
	a->job = 0;
	a->counts = counts;
	a->refusal_waits = true;
	if (s->state != SESSION_WAIT_AUTH)
		session_enter(h, s, SESSION_WAIT_AUTH);
	wheel_arm(&h->wheel, session_slot(h, s), auth_due_us(h, s, s->due_us));
	return STEP_STAY;
}

void auth_phase_open(struct shard *h, struct session *s)
{
	struct data_phase body = {.phase = DATA_PHASE_OPEN,
	                          .talks = (s->flags & SESSION_TALKS) != 0};
	struct link_cell cell = {.kind = DATA_PHASE,
	                         .slot = session_slot(h, s),
	                         .life = s->life,
	                         .buffer = LINK_NO_BUFFER,
	                         .offset = s->down_bytes};

	memcpy(cell.body, &body, sizeof(body));
	if (h->data == NULL || !link_post(h->data, &cell))
		session_abort(h, s, "no room to open the session");
}

static enum status succeed(struct shard *h, struct session *s, struct auth_scratch *a)
{
	static const uint8_t success = SSH_MSG_USERAUTH_SUCCESS;
	char methods[METHODS_TEXT];

	memcpy(s->user, a->user, sizeof(s->user));
	memcpy(s->role, a->account.role, sizeof(s->role));
	s->services = (uint8_t)a->account.services;
	if (a->passed_by == (AUTH_BY_PASSWORD | AUTH_BY_PUBLICKEY))
		strcpy(methods, "password-publickey"); // as the manual calls it
	else
		method_names(a->passed_by, "-", methods);
	log_login(h, s, methods);
	COUNT(h, logins);
	auth_drop(h, s);
	auth_phase_open(h, s);
	if (s->state == SESSION_CLOSING)
		return STEP_STAY;
	session_send(h, s, span_of(&success, 1));
	s->unused_us = h->now_us;
	session_enter(h, s, SESSION_OPEN);
	session_arm(h, s, kex_next_due_us(h));
	hostkeys_announce(h, s);
	return STEP_STAY;
}

enum status auth_prove(struct shard *h, struct session *s, struct auth_scratch *a)
{
	a->passed |= a->factor;
	a->passed_by |= a->method;
	if (auth_factors_left(a) == 0 && !auth_admit(h, s, a)) {
		session_disconnect(h, s, SSH_DISCONNECT_TOO_MANY,
		                   "Too many sessions of this user");
		return STEP_STAY;
	}
	if (auth_factors_left(a) == 0)
		return succeed(h, s, a);
	COUNT(h, auth_partial);
	failure_send(h, s, a, true);
	answered(h, s, a);
	return STEP_STAY;
}

// --- outcomes ------------------------------------------------------------------------------------

void auth_outcome_take(struct shard *h, uint32_t slot, uint32_t life, uint32_t job,
                       const struct auth_outcome *outcome)
{
	struct session *s = session_find(h, slot, life);
	const struct auth_scratch *a = s != NULL ? auth_scratch_of(h, s) : NULL;

	if (a != NULL && a->job == job && job != 0)
		session_step(h, s, GOT_AUTH_CHECKED,
		             &(struct message){.answer = (void *)(uintptr_t)outcome});
}

static void log_failed(struct shard *h, struct session *s, const struct auth_scratch *a)
{
	log_login_failed(h, s, a->user,
	                 a->factor == AUTH_PUBLICKEY ? "invalid username or wrong public key"
	                 : a->factor == AUTH_CODE    ? "a wrong verification code"
	                                             : "invalid username or wrong password");
}

// May the factor under check help this user, by the method it came by?
static bool factor_may_pass(const struct auth_scratch *a)
{
	if (a->factor == AUTH_PUBLICKEY)
		return user_may_publickey(&a->account) && a->key_allowed;
	if (a->factor == AUTH_CODE)
		return a->account.totp && a->passed != 0;
	return a->method == AUTH_BY_ROUNDS ? user_may_rounds(&a->account)
	                                   : user_may_password(&a->account);
}

static void outcome_count(struct shard *h, const struct auth_scratch *a, bool ok)
{
	if (a->factor == AUTH_PUBLICKEY)
		count_add(h, ok ? COUNT_auth_publickey_ok : COUNT_auth_publickey_failed, 1);
	else if (a->factor == AUTH_CODE)
		count_add(h, ok ? COUNT_auth_code_ok : COUNT_auth_code_failed, 1);
	else
		count_add(h, ok ? COUNT_auth_password_ok : COUNT_auth_password_failed, 1);
}

static enum status checked_ok(struct shard *h, struct session *s, struct auth_scratch *a)
{
	bool rounds = a->method == AUTH_BY_ROUNDS;

	outcome_count(h, a, true);
	if (a->factor == AUTH_PASSWORD && a->account.expired)
		return rounds ? rounds_change(h, s, a, "Your password has expired.")
		              : auth_change_go_on(h, s, a);
	if (a->wanted.data != NULL) // a change that nobody asked for
		return auth_refuse(h, s, a, true);
	return rounds ? rounds_go_on(h, s, a) : auth_prove(h, s, a);
}

// The new password is in force; the factor is proven by it.
static enum status changed(struct shard *h, struct session *s, struct auth_scratch *a)
{
	char user[4 * USER_NAME_MAX + 1];

	COUNT(h, auth_password_changed);
	log_session(h, s, LOG_NOTICE, "SSHS_LOG", "User %s has changed an expired password.",
	            log_escape(user, sizeof(user), span_text(a->user)));
	a->account.expired = false;
	return a->method == AUTH_BY_ROUNDS ? rounds_go_on(h, s, a) : auth_prove(h, s, a);
}

enum status auth_on_checked(struct shard *h, struct session *s, const struct message *m)
{
	const struct auth_outcome *outcome = m->answer;
	struct auth_scratch *a = auth_scratch_of(h, s);

	a->job = 0;
	if (outcome->verdict == AUTH_CHANGED)
		return changed(h, s, a);
	if (outcome->verdict == AUTH_PROVEN && factor_may_pass(a))
		return checked_ok(h, s, a);
	if (outcome->verdict == AUTH_USABLE && factor_may_pass(a)) {
		answered(h, s, a);
		return session_send_now(h, s, outcome->prompt) ? STEP_STAY : STATUS_NO_ROOM;
	}
	if (outcome->verdict == AUTH_USABLE || outcome->verdict == AUTH_UNUSABLE)
		return auth_refuse(h, s, a, false);
	if (outcome->verdict == AUTH_MORE && a->method == AUTH_BY_ROUNDS)
		return rounds_challenge(h, s, a, outcome);
	if (outcome->verdict == AUTH_BUSY) {
		COUNT(h, auth_busy);
		return auth_refuse(h, s, a, false);
	}
	outcome_count(h, a, false);
	if (a->factor == AUTH_PASSWORD)
		auth_lock_failed(h, s, a);
	log_failed(h, s, a);
	return auth_refuse(h, s, a, true);
}

// Either a refusal is due, or the time for the whole login is over.
enum status auth_on_deadline(struct shard *h, struct session *s, const struct message *m)
{
	struct auth_scratch *a = auth_scratch_of(h, s);

	if (h->now_us >= s->due_us) {
		COUNT(h, login_expired);
		session_refuse(h, s, STATUS_EXPIRED, "login time limit exceeded");
		return STEP_STAY;
	}
	return a->refusal_waits ? refuse_now(h, s, a) : STEP_STAY;
}

// --- requests ------------------------------------------------------------------------------------

static bool name_is_possible(struct span name)
{
	return name.len > 0 && name.len <= USER_NAME_MAX && span_is_printable(name);
}

// Another user starts from nothing: what was passed was passed by someone else. A name that
// nobody can have is treated as an unknown one.
static void user_set(struct shard *h, struct session *s, struct auth_scratch *a,
                     struct span name)
{
	size_t len = name.len <= USER_NAME_MAX ? name.len : USER_NAME_MAX;

	if (!span_equal(name, span_text(a->user))) {
		a->passed = a->passed_by = 0;
		memset(a->user, 0, sizeof(a->user));
		if (len > 0)
			memcpy(a->user, name.data, len);
	}
	users_find(&h->control->config, name, &a->account);
	if (!name_is_possible(name))
		a->account.known = false;
	user_from(&a->account, s->remote);
	auth_lock_apply(h, s, a);
}

// Some clients (paramiko) ask for the service anew before each attempt.
enum status auth_on_service(struct shard *h, struct session *s, const struct message *m)
{
	struct auth_scratch *a = auth_scratch_of(h, s);
	struct cursor c = cursor_over(m->body);
	struct span service = cursor_string(&c);
	enum status status = cursor_end(&c);
	uint8_t bytes[64];
	struct builder b = builder_over(bytes, sizeof(bytes));

	if (status != STATUS_OK)
		return status;
	if (!span_is(service, SERVICE_AUTH)) {
		session_disconnect(h, s, SSH_DISCONNECT_SERVICE_UNAVAIL,
		                   "service not available");
		return STEP_STAY;
	}
	if (a == NULL && pool_take(&h->auths, &s->auth) == NULL)
		return STATUS_NO_MEMORY;
	if (a != NULL && ++a->requests > AUTH_REQUESTS_MAX)
		return auth_flood(h, s, a);
	if (a != NULL && s->state == SESSION_EXPECT_ROUND)
		answered(h, s, a);
	builder_u8(&b, SSH_MSG_SERVICE_ACCEPT);
	builder_text(&b, SERVICE_AUTH);
	session_send(h, s, builder_span(&b));
	return STATUS_OK;
}

static const struct {
	const char *name;
	uint8_t method, factor;
	auth_begin *begin;
} methods[] = {
        {"publickey", AUTH_BY_PUBLICKEY, AUTH_PUBLICKEY, auth_by_publickey},
        {AUTH_HOSTBOUND, AUTH_BY_PUBLICKEY, AUTH_PUBLICKEY, auth_by_publickey},
        {"password", AUTH_BY_PASSWORD, AUTH_PASSWORD, auth_by_password},
        {"keyboard-interactive", AUTH_BY_ROUNDS, AUTH_PASSWORD, auth_by_rounds},
};

enum status auth_on_request(struct shard *h, struct session *s, const struct message *m)
{
	struct auth_scratch *a = auth_scratch_of(h, s);
	struct auth_request request;
	enum status status;

	status = auth_request_parse(m->whole, &request);
	if (status != STATUS_OK)
		return status;
	COUNT(h, auth_requests);
	if (++a->requests > AUTH_REQUESTS_MAX)
		return auth_flood(h, s, a);
	if (!span_is(request.service, SERVICE_CONNECTION)) {
		a->passed = 0;
		session_disconnect(h, s, SSH_DISCONNECT_SERVICE_UNAVAIL,
		                   "service not available");
		return STEP_STAY;
	}
	answered(h, s, a); // questions of an earlier request are abandoned
	passwords_wipe(a);
	kex_ext_info_again(h, s);
	banner_say(h, s);
	user_set(h, s, a, request.user);
	a->answer_us = h->now_us + AUTH_DELAY_US;
	for (unsigned i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!span_is(request.method, methods[i].name))
			continue;
		a->method = methods[i].method;
		a->factor = methods[i].factor;
		return methods[i].begin(h, s, a, &request);
	}
	if (span_is(request.method, "none"))
		COUNT(h, auth_none);
	else
		COUNT(h, auth_method_unknown);
	return auth_fail(h, s, a);
}

// RFC 4252 section 5.1: a client need not wait for an answer. Its request waits for the one under
// way, which is carried through first.
enum status auth_on_early(struct shard *h, struct session *s, const struct message *m)
{
	struct auth_scratch *a = auth_scratch_of(h, s);
	size_t bytes = m->whole.len;

	for (unsigned i = 0; i < a->waiting_count; i++)
		bytes += a->waiting[i].len;
	if (a->waiting_count == AUTH_WAITING_MAX || bytes > AUTH_WAITING_BYTES)
		return auth_flood(h, s, a);
	a->waiting[a->waiting_count] = blob_copy(m->whole);
	if (a->waiting[a->waiting_count].data == NULL)
		return STATUS_NO_MEMORY;
	a->waiting_count++;
	COUNT(h, auth_early);
	return STATUS_OK;
}

void auth_consider(struct shard *h, struct session *s)
{
	struct auth_scratch *a = auth_scratch_of(h, s);
	struct message m = {0};
	struct blob next;

	if (a == NULL || a->waiting_count == 0 ||
	    (s->state != SESSION_EXPECT_AUTH && s->state != SESSION_EXPECT_ROUND))
		return;
	next = a->waiting[0];
	a->waiting_count--;
	memmove(a->waiting, a->waiting + 1, a->waiting_count * sizeof(a->waiting[0]));
	m.whole = span_blob(&next);
	m.number = next.data[0];
	m.body = span_of(next.data + 1, next.len - 1);
	session_step(h, s, session_event_in(s->state, m.number), &m);
	blob_wipe(&next);
}

// RFC 4252 section 5.1: after SUCCESS further requests are ignored in silence.
enum status auth_on_late(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, auth_late);
	return STATUS_OK;
}
