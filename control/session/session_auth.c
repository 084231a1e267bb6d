// Who the client is. One request is under way at a time; its answer is matched by number and
// bound to the user whose request it was. What is said, and how long it takes, does not depend on
// whether the user exists.
#include "control/session/session_auth.h"

#include "control/link/keeper_client.h"
#include "control/main/log.h"
#include "control/session/session_kex.h"
#include "control/session/session_table.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#define SERVICE_AUTH       "ssh-userauth"
#define SERVICE_CONNECTION "ssh-connection"

static struct auth_scratch *scratch_of(struct shard *h, const struct session *s)
{
	return pool_at(&h->auths, s->auth);
}

void auth_drop(struct shard *h, struct session *s)
{
	pool_give(&h->auths, &s->auth);
}

uint64_t auth_due_us(struct shard *h, const struct session *s, uint64_t due_us)
{
	const struct auth_scratch *a = scratch_of(h, s);

	return a != NULL && a->refusal_waits && a->answer_us < due_us ? a->answer_us : due_us;
}

// --- before the first request --------------------------------------------------------------------

// RFC 8308 section 2.4: only right behind the client's first NEWKEYS. Nothing in it concerns us.
enum status auth_on_ext_info(struct shard *h, struct session *s, const struct message *m)
{
	if (s->flags & SESSION_GOT_EXT)
		return STATUS_UNEXPECTED;
	s->flags |= SESSION_GOT_EXT;
	return STATUS_OK;
}

// --- answers -------------------------------------------------------------------------------------

// Methods that can continue. The same for all names until one method has passed.
static const char *methods_left(const struct auth_scratch *a)
{
	if (a->passed & AUTH_PUBLICKEY)
		return "password";
	return a->passed & AUTH_PASSWORD ? "publickey" : "publickey,password";
}

static void failure_send(struct shard *h, struct session *s, struct auth_scratch *a,
                         bool partial)
{
	uint8_t bytes[64];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_USERAUTH_FAILURE);
	builder_text(&b, methods_left(a));
	builder_bool(&b, partial);
	session_send(h, s, builder_span(&b));
}

static void too_many(struct shard *h, struct session *s, const struct auth_scratch *a)
{
	char user[4 * USER_NAME_MAX + 1], address[LOG_ADDRESS_MAX];

	log_session(h, s, LOG_INFO, "SSHS_AUTH_EXCEED_RETRY_TIMES",
	            "SSH user %s (IP: %s) failed to log in, because the number of "
	            "authentication attempts exceeded the upper limit.",
	            log_escape(user, sizeof(user), span_text(a->user)),
	            log_address(address, s->remote));
	session_disconnect(h, s, SSH_DISCONNECT_NO_MORE_AUTH,
	                   "Too many authentication failures");
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
	failure_send(h, s, a, false);
	if (s->state == SESSION_WAIT_AUTH)
		session_enter(h, s, SESSION_EXPECT_AUTH);
	return STEP_STAY;
}

// The refusal of a check waits until its time, so that how long the check took does not show.
static enum status refuse_later(struct shard *h, struct session *s, struct auth_scratch *a,
                                bool counts)
{
	a->job = 0;
	a->counts = counts;
	a->refusal_waits = true;
	if (s->state == SESSION_EXPECT_AUTH)
		session_enter(h, s, SESSION_WAIT_AUTH);
	wheel_arm(&h->wheel, session_slot(h, s), auth_due_us(h, s, s->due_us));
	return STEP_STAY;
}

static void phase_open(struct shard *h, struct session *s)
{
	struct data_phase body = {.phase = DATA_PHASE_OPEN};
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
	char user[4 * USER_NAME_MAX + 1], address[LOG_ADDRESS_MAX];
	const char *method = a->passed == AUTH_PASSWORD    ? "password"
	                     : a->passed == AUTH_PUBLICKEY ? "publickey"
	                                                   : "password-publickey";

	memcpy(s->user, a->user, sizeof(s->user));
	memcpy(s->role, a->account.role, sizeof(s->role));
	s->services = (uint8_t)a->account.services;
	log_escape(user, sizeof(user), span_text(s->user));
	log_address(address, s->remote);
	log_session(h, s, LOG_INFO, "SSHS_AUTH_SUCCESS",
	            "SSH user %s from %s port %u passed %s authentication.", user, address,
	            s->remote_port, method);
	log_session(h, s, LOG_INFO, "SSHS_CONNECT",
	            "SSH user %s (IP: %s) connected to the server successfully.", user,
	            address);
	COUNT(h, logins);
	auth_drop(h, s);
	phase_open(h, s);
	if (s->state == SESSION_CLOSING)
		return STEP_STAY;
	session_send(h, s, span_of(&success, 1));
	session_enter(h, s, SESSION_OPEN);
	session_arm(h, s, kex_next_due_us(h));
	return STEP_STAY;
}

// A method has passed: is that all this user needs?
static enum status method_passed(struct shard *h, struct session *s, struct auth_scratch *a)
{
	a->passed |= a->method;
	if (a->account.method != API_METHOD_BOTH ||
	    a->passed == (AUTH_PASSWORD | AUTH_PUBLICKEY))
		return succeed(h, s, a);
	COUNT(h, auth_partial);
	failure_send(h, s, a, true);
	session_enter(h, s, SESSION_EXPECT_AUTH);
	return STEP_STAY;
}

static void log_failed(struct shard *h, struct session *s, const struct auth_scratch *a)
{
	char user[4 * USER_NAME_MAX + 1], address[LOG_ADDRESS_MAX];

	log_session(h, s, LOG_INFO, "SSHS_LOG",
	            "Authentication failed for user %s from %s port %u because of %s.",
	            log_escape(user, sizeof(user), span_text(a->user)),
	            log_address(address, s->remote), s->remote_port,
	            a->method == AUTH_PASSWORD ? "invalid username or wrong password"
	                                       : "invalid username or wrong public key");
}

// The outcome of a check: `answer` is its status.
enum status auth_on_checked(struct shard *h, struct session *s, const struct message *m)
{
	struct auth_scratch *a = scratch_of(h, s);
	enum status status = *(const enum status *)m->answer;
	bool by_password = a->method == AUTH_PASSWORD;
	bool may = by_password ? user_may_password(&a->account)
	                       : user_may_publickey(&a->account) && a->key_allowed;

	a->job = 0;
	if (status == STATUS_OK && may) {
		if (by_password)
			COUNT(h, auth_password_ok);
		else
			COUNT(h, auth_publickey_ok);
		return method_passed(h, s, a);
	}
	if (status == STATUS_SHUTDOWN || status == STATUS_NO_ROOM ||
	    status == STATUS_NO_MEMORY) {
		COUNT(h, auth_busy);
		return refuse_later(h, s, a, false);
	}
	if (by_password)
		COUNT(h, auth_password_failed);
	else
		COUNT(h, auth_publickey_failed);
	log_failed(h, s, a);
	return refuse_later(h, s, a, true);
}

// Either a refusal is due, or the time for the whole login is over.
enum status auth_on_deadline(struct shard *h, struct session *s, const struct message *m)
{
	struct auth_scratch *a = scratch_of(h, s);

	if (h->now_us >= s->due_us) {
		COUNT(h, login_expired);
		session_refuse(h, s, STATUS_EXPIRED, "login time limit exceeded");
		return STEP_STAY;
	}
	return a->refusal_waits ? refuse_now(h, s, a) : STEP_STAY;
}

// --- password ------------------------------------------------------------------------------------

static void password_checked(struct shard *h, const struct keeper_ask *ask, enum status status,
                             struct span payload)
{
	struct session *s = session_find(h, ask->slot, ask->life);
	struct auth_scratch *a = s != NULL ? scratch_of(h, s) : NULL;

	if (a != NULL && a->job == ask->number)
		session_step(h, s, GOT_AUTH_CHECKED, &(struct message){.answer = &status});
}

// Everyone's password is hashed: for a user who cannot log in by one the keeper takes a dummy.
static enum status password_check(struct shard *h, struct session *s, struct auth_scratch *a,
                                  const struct auth_request *request)
{
	uint8_t bytes[KEEPER_HASH_MAX + KEEPER_PASSWORD_MAX + 8];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct keeper_ask ask = {.kind = KEEPER_CHECK_PASSWORD, .done = password_checked};
	enum status status;

	builder_text(&b, user_may_password(&a->account) ? a->account.hash : "");
	builder_string(&b, request->password);
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
static enum status on_password(struct shard *h, struct session *s, struct auth_scratch *a,
                               const struct auth_request *request)
{
	a->method = AUTH_PASSWORD;
	if (request->has_signature || request->password.len == 0 ||
	    request->password.len > KEEPER_PASSWORD_MAX) {
		COUNT(h, auth_password_failed);
		return refuse_later(h, s, a, true);
	}
	session_enter(h, s, SESSION_WAIT_AUTH);
	if (password_check(h, s, a, request) == STATUS_OK)
		return STEP_STAY;
	COUNT(h, auth_busy);
	return refuse_later(h, s, a, false);
}

// --- publickey -----------------------------------------------------------------------------------

static enum status key_ok_send(struct shard *h, struct session *s,
                               const struct auth_request *request)
{
	uint8_t bytes[HOSTKEY_BLOB_MAX + 128];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, SSH_MSG_USERAUTH_PK_OK);
	builder_string(&b, request->algorithm);
	builder_string(&b, request->key);
	if (builder_end(&b) != STATUS_OK || !session_send_now(h, s, builder_span(&b)))
		return STATUS_NO_ROOM;
	return STEP_STAY;
}

// The algorithm is one of ours and goes with the format of the key; the key is sound.
static const struct hostkey_algorithm *key_algorithm(const struct auth_request *request)
{
	const struct hostkey_algorithm *a = hostkey_algorithm_find(request->algorithm);
	struct cursor c = cursor_over(request->key);
	struct span format = cursor_string(&c);

	return a != NULL && span_is(format, a->key_name) ? a : NULL;
}

static enum status on_query(struct shard *h, struct session *s, struct auth_scratch *a,
                            const struct auth_request *request, bool usable)
{
	COUNT(h, auth_queries);
	if (++a->queries > AUTH_QUERIES_MAX) {
		COUNT(h, auth_flood);
		too_many(h, s, a);
		return STEP_STAY;
	}
	if (usable && a->key_allowed && user_may_publickey(&a->account))
		return key_ok_send(h, s, request);
	failure_send(h, s, a, false);
	return STEP_STAY;
}

// A signature is checked whoever the user is and whether or not the key is his, so that neither
// shows in the time it takes.
static enum status on_publickey(struct shard *h, struct session *s, struct auth_scratch *a,
                                const struct auth_request *request)
{
	const struct hostkey_algorithm *algorithm = key_algorithm(request);
	enum status status;

	a->method = AUTH_PUBLICKEY;
	a->key_allowed = users_key_allowed(&h->control->config, request->user, request->key);
	if (!request->has_signature)
		return on_query(h, s, a, request, algorithm != NULL);
	if (algorithm == NULL) {
		COUNT(h, auth_publickey_failed);
		return refuse_later(h, s, a, true);
	}
	session_enter(h, s, SESSION_WAIT_AUTH);
	status = auth_verify(h, s, a, algorithm, request);
	if (status == STATUS_OK)
		return STEP_STAY;
	COUNT(h, auth_busy);
	return refuse_later(h, s, a, false);
}

// --- requests ------------------------------------------------------------------------------------

static bool name_is_possible(struct span name)
{
	return name.len > 0 && name.len <= USER_NAME_MAX && span_is_printable(name);
}

// Another user starts from nothing: what was passed was passed by someone else. A name that
// nobody can have is treated as an unknown one.
static void user_set(struct shard *h, struct auth_scratch *a, struct span name)
{
	size_t len = name.len <= USER_NAME_MAX ? name.len : USER_NAME_MAX;

	if (!span_equal(name, span_text(a->user))) {
		a->passed = 0;
		memset(a->user, 0, sizeof(a->user));
		if (len > 0)
			memcpy(a->user, name.data, len);
	}
	users_find(&h->control->config, name, &a->account);
	if (!name_is_possible(name))
		a->account.known = false;
}

// Some clients (paramiko) ask for the service anew before each attempt.
enum status auth_on_service(struct shard *h, struct session *s, const struct message *m)
{
	struct auth_scratch *a = pool_at(&h->auths, s->auth);
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
	if (a != NULL && ++a->requests > AUTH_REQUESTS_MAX) {
		COUNT(h, auth_flood);
		too_many(h, s, a);
		return STEP_STAY;
	}
	builder_u8(&b, SSH_MSG_SERVICE_ACCEPT);
	builder_text(&b, SERVICE_AUTH);
	session_send(h, s, builder_span(&b));
	return STATUS_OK;
}

enum status auth_on_request(struct shard *h, struct session *s, const struct message *m)
{
	struct auth_scratch *a = scratch_of(h, s);
	struct auth_request request;
	enum status status;

	status = auth_request_parse(m->whole, &request);
	if (status != STATUS_OK)
		return status;
	COUNT(h, auth_requests);
	if (++a->requests > AUTH_REQUESTS_MAX) {
		COUNT(h, auth_flood);
		too_many(h, s, a);
		return STEP_STAY;
	}
	if (!span_is(request.service, SERVICE_CONNECTION)) {
		a->passed = 0;
		session_disconnect(h, s, SSH_DISCONNECT_SERVICE_UNAVAIL,
		                   "service not available");
		return STEP_STAY;
	}
	user_set(h, a, request.user);
	a->answer_us = h->now_us + AUTH_DELAY_US;
	if (span_is(request.method, "password"))
		return on_password(h, s, a, &request);
	if (span_is(request.method, "publickey"))
		return on_publickey(h, s, a, &request);
	if (span_is(request.method, "none"))
		COUNT(h, auth_none);
	else
		COUNT(h, auth_method_unknown);
	failure_send(h, s, a, false);
	return STEP_STAY;
}

// RFC 4252 section 5.1: after SUCCESS further requests are ignored in silence.
enum status auth_on_late(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, auth_late);
	return STATUS_OK;
}
