// The state table of a session, its beginning and its end.
#include "control/session/session.h"

#include "control/main/log.h"
#include "control/session/session_auth.h"
#include "control/session/session_channel.h"
#include "control/session/session_kex.h"
#include "control/session/session_table.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "crypto/wire/numbers.h"
#include "dataplane/base/trace.h"

#include <stdio.h>

struct step {
	session_handler *run;
	enum session_state next; // FREE: stays where it is
};

static void session_release(struct shard *h, struct session *s);
static session_handler on_disconnect, on_ignore, on_unknown, on_login_expired, on_close_expired,
        on_rekey_due;

// Transport messages that are heard and forgotten once keys are in force; before that only from a
// client without strict KEX (RFC 4253 section 11).
// clang-format off
#define HEARD                                                                                    \
	[GOT_DISCONNECT] = {on_disconnect, 0}, [GOT_IGNORE] = {on_ignore, 0},                    \
	[GOT_DEBUG] = {on_ignore, 0}, [GOT_UNIMPLEMENTED] = {on_ignore, 0}

// What an established session understands.
#define CONNECTION                                                                               \
	[GOT_GLOBAL_REQUEST]     = {global_on_request, 0},                                       \
	[GOT_GLOBAL_REPLY]       = {global_on_reply, 0},                                         \
	[GOT_CHANNEL_OPEN]       = {channel_on_open, 0},                                         \
	[GOT_CHANNEL_OPEN_REPLY] = {channel_on_open_reply, 0},                                   \
	[GOT_WINDOW_ADJUST]      = {channel_on_window, 0},                                       \
	[GOT_CHANNEL_DATA]       = {channel_on_data, 0},                                         \
	[GOT_EXTENDED_DATA]      = {channel_on_extended, 0},                                     \
	[GOT_CHANNEL_EOF]        = {channel_on_eof, 0},                                          \
	[GOT_CHANNEL_CLOSE]      = {channel_on_close, 0},                                        \
	[GOT_CHANNEL_REQUEST]    = {channel_on_request, 0},                                      \
	[GOT_CHANNEL_REPLY]      = {channel_on_reply, 0},                                        \
	[GOT_AUTH_REQUEST]       = {auth_on_late, 0},                                            \
	[GOT_UNKNOWN]            = {on_unknown, 0}

// An empty cell is a refusal: session_step sees to it.
static const struct step steps[SESSION_STATES][SESSION_EVENTS] = {
	[SESSION_EXPECT_IDENT] = {
		[GOT_IDENT]        = {kex_on_ident, SESSION_EXPECT_KEXINIT},
		[GOT_DEADLINE]     = {on_login_expired, 0},
	},
	[SESSION_EXPECT_KEXINIT] = {
		HEARD,
		[GOT_KEXINIT]      = {kex_on_init, SESSION_EXPECT_KEX_INIT},
		[GOT_DEADLINE]     = {on_login_expired, 0},
	},
	[SESSION_EXPECT_KEX_INIT] = {
		HEARD,
		[GOT_KEX_INIT]     = {kex_on_public, SESSION_WAIT_KEX_ANSWER},
		[GOT_KEX_OTHER]    = {kex_on_other, 0},
		[GOT_DEADLINE]     = {on_login_expired, 0},
	},
	[SESSION_WAIT_KEX_ANSWER] = {
		HEARD,
		[GOT_KEX_ANSWERED] = {kex_on_answered, SESSION_WAIT_SIGNATURE},
		[GOT_DEADLINE]     = {on_login_expired, 0},
	},
	[SESSION_WAIT_SIGNATURE] = {
		HEARD,
		[GOT_SIGNED]       = {kex_on_signed, SESSION_EXPECT_NEWKEYS},
		[GOT_DEADLINE]     = {on_login_expired, 0},
	},
	[SESSION_EXPECT_NEWKEYS] = {
		HEARD,
		[GOT_NEWKEYS]      = {kex_on_newkeys, SESSION_EXPECT_SERVICE},
		[GOT_DEADLINE]     = {on_login_expired, 0},
	},
	[SESSION_EXPECT_SERVICE] = {
		HEARD,
		[GOT_EXT_INFO]     = {auth_on_ext_info, 0},
		[GOT_SERVICE_REQUEST] = {auth_on_service, SESSION_EXPECT_AUTH},
		[GOT_UNKNOWN]      = {on_unknown, 0},
		[GOT_DEADLINE]     = {on_login_expired, 0},
	},
	[SESSION_EXPECT_AUTH] = {
		HEARD,
		[GOT_SERVICE_REQUEST] = {auth_on_service, 0},
		[GOT_AUTH_REQUEST] = {auth_on_request, 0},
		[GOT_UNKNOWN]      = {on_unknown, 0},
		[GOT_DEADLINE]     = {on_login_expired, 0},
	},
	// A client speaks again when it has been answered (RFC 4252 section 5.1 lets it hurry; then
	// its earlier request must be abandoned, which a check under way cannot be).
	[SESSION_WAIT_AUTH] = {
		HEARD,
		[GOT_AUTH_CHECKED] = {auth_on_checked, 0},
		[GOT_UNKNOWN]      = {on_unknown, 0},
		[GOT_DEADLINE]     = {auth_on_deadline, 0},
	},
	[SESSION_OPEN] = {
		HEARD, CONNECTION,
		[GOT_KEXINIT]      = {kex_on_reinit, SESSION_REKEY_KEX_INIT},
		[GOT_DEADLINE]     = {on_rekey_due, SESSION_REKEY_KEXINIT},
	},
	// Ours is sent; what the client sent before it saw that is still on its way.
	[SESSION_REKEY_KEXINIT] = {
		HEARD, CONNECTION,
		[GOT_KEXINIT]      = {kex_on_reinit_answered, SESSION_REKEY_KEX_INIT},
		[GOT_DEADLINE]     = {kex_on_rekey_deadline, 0},
	},
	[SESSION_REKEY_KEX_INIT] = {
		HEARD,
		[GOT_KEX_INIT]     = {kex_on_public, SESSION_REKEY_ANSWER},
		[GOT_KEX_OTHER]    = {kex_on_other, 0},
		[GOT_DEADLINE]     = {kex_on_rekey_deadline, 0},
	},
	[SESSION_REKEY_ANSWER] = {
		HEARD,
		[GOT_KEX_ANSWERED] = {kex_on_answered, SESSION_REKEY_SIGNATURE},
		[GOT_DEADLINE]     = {kex_on_rekey_deadline, 0},
	},
	[SESSION_REKEY_SIGNATURE] = {
		HEARD,
		[GOT_SIGNED]       = {kex_on_signed, SESSION_REKEY_NEWKEYS},
		[GOT_DEADLINE]     = {kex_on_rekey_deadline, 0},
	},
	[SESSION_REKEY_NEWKEYS] = {
		HEARD,
		[GOT_NEWKEYS]      = {kex_on_rekeyed, SESSION_OPEN},
		[GOT_DEADLINE]     = {kex_on_rekey_deadline, 0},
	},
	[SESSION_CLOSING] = {
		[GOT_DEADLINE]     = {on_close_expired, 0},
	},
};
// clang-format on

// --- names ---------------------------------------------------------------------------------------

static const struct {
	const char *name, *stage;
} states[SESSION_STATES] = {
#define X(name, lower, stage, text) [SESSION_##name] = {#name, stage},
        SESSION_STATE_LIST(X)
#undef X
};

static const char *const events[SESSION_EVENTS] = {[GOT_NOTHING] = "NOTHING",
#define X(name) [GOT_##name] = #name,
                                                   SESSION_EVENT_LIST(X)
#undef X
};

const char *session_state_name(unsigned state)
{
	return state < SESSION_STATES ? states[state].name : "?";
}

const char *session_stage_name(unsigned state)
{
	return state < SESSION_STATES ? states[state].stage : "?";
}

const char *session_event_name(unsigned event)
{
	return event < SESSION_EVENTS ? events[event] : "?";
}

// Numbers that RFC 4250 section 4.1 assigns, or reserves for what a client may not say.
static const uint8_t event_of[256] = {
        [0] = GOT_ILLEGAL,
        [SSH_MSG_DISCONNECT] = GOT_DISCONNECT,
        [SSH_MSG_IGNORE] = GOT_IGNORE,
        [SSH_MSG_UNIMPLEMENTED] = GOT_UNIMPLEMENTED,
        [SSH_MSG_DEBUG] = GOT_DEBUG,
        [SSH_MSG_SERVICE_REQUEST] = GOT_SERVICE_REQUEST,
        [SSH_MSG_SERVICE_ACCEPT] = GOT_ILLEGAL,
        [SSH_MSG_EXT_INFO] = GOT_EXT_INFO,
        [SSH_MSG_NEWCOMPRESS] = GOT_ILLEGAL,
        [SSH_MSG_KEXINIT] = GOT_KEXINIT,
        [SSH_MSG_NEWKEYS] = GOT_NEWKEYS,
        [22 ... 29] = GOT_ILLEGAL,
        [SSH_MSG_KEX_ECDH_INIT] = GOT_KEX_INIT,
        [SSH_MSG_KEX_ECDH_REPLY... SSH_MSG_KEX_LAST] = GOT_KEX_OTHER,
        [SSH_MSG_USERAUTH_REQUEST] = GOT_AUTH_REQUEST,
        [SSH_MSG_USERAUTH_FAILURE... 79] = GOT_ILLEGAL,
        [SSH_MSG_GLOBAL_REQUEST] = GOT_GLOBAL_REQUEST,
        [SSH_MSG_REQUEST_SUCCESS... SSH_MSG_REQUEST_FAILURE] = GOT_GLOBAL_REPLY,
        [SSH_MSG_CHANNEL_OPEN] = GOT_CHANNEL_OPEN,
        [SSH_MSG_CHANNEL_OPEN_CONFIRMATION... SSH_MSG_CHANNEL_OPEN_FAILURE] =
                GOT_CHANNEL_OPEN_REPLY,
        [SSH_MSG_CHANNEL_WINDOW_ADJUST] = GOT_WINDOW_ADJUST,
        [SSH_MSG_CHANNEL_DATA] = GOT_CHANNEL_DATA,
        [SSH_MSG_CHANNEL_EXTENDED_DATA] = GOT_EXTENDED_DATA,
        [SSH_MSG_CHANNEL_EOF] = GOT_CHANNEL_EOF,
        [SSH_MSG_CHANNEL_CLOSE] = GOT_CHANNEL_CLOSE,
        [SSH_MSG_CHANNEL_REQUEST] = GOT_CHANNEL_REQUEST,
        [SSH_MSG_CHANNEL_SUCCESS... SSH_MSG_CHANNEL_FAILURE] = GOT_CHANNEL_REPLY,
};

enum session_event session_event_of(uint8_t number)
{
	return event_of[number] != GOT_NOTHING ? (enum session_event)event_of[number]
	                                       : GOT_UNKNOWN;
}

// --- stepping ------------------------------------------------------------------------------------

struct session *session_find(struct shard *h, uint32_t slot, uint32_t life)
{
	struct session *s;

	if (slot >= h->sessions_max || life == 0)
		return NULL;
	s = &h->sessions[slot];
	return s->life == life ? s : NULL;
}

bool session_is_authenticated(const struct session *s)
{
	return s->state >= SESSION_OPEN && s->state < SESSION_CLOSING;
}

bool session_is_held(const struct session *s)
{
	return s->state != SESSION_OPEN && s->state != SESSION_REKEY_NEWKEYS &&
	       s->state != SESSION_EXPECT_SERVICE && s->state != SESSION_EXPECT_AUTH &&
	       s->state != SESSION_WAIT_AUTH && s->state != SESSION_EXPECT_NEWKEYS;
}

void session_enter(struct shard *h, struct session *s, enum session_state next)
{
	log_session(h, s, LOG_DEBUG, "SSHS_STATE", "%s -> %s on %s",
	            session_state_name(s->state), session_state_name(next),
	            session_event_name(s->intent));
	if (next == SESSION_OPEN && !(s->flags & SESSION_LOGGED_IN)) {
		s->flags |= SESSION_LOGGED_IN;
		atomic_fetch_sub(&h->control->unauthenticated, 1);
		GAUGE_ADD(h, unauthenticated, -1);
		GAUGE_ADD(h, established, 1);
	}
	s->state = (uint8_t)next;
}

// A message that the table does not allow now.
static void session_refuse_event(struct shard *h, struct session *s, enum session_event event,
                                 const struct message *m)
{
	char why[80];

	if (s->state == SESSION_CLOSING) {
		COUNT(h, messages_after_close);
		return;
	}
	count_add(h, COUNT_refused_free + s->state, 1);
	snprintf(why, sizeof(why), "message %u (%s) is not allowed in state %s", m->number,
	         session_event_name(event), session_state_name(s->state));
	session_refuse(h, s, STATUS_UNEXPECTED, why);
}

void session_step(struct shard *h, struct session *s, enum session_event event,
                  const struct message *m)
{
	const struct step *step = &steps[s->state][event];
	uint8_t before = s->state;
	enum status status;

	TRACE_STEP(session_slot(h, s), s->life);
	if (step->run == NULL) {
		session_refuse_event(h, s, event, m);
		return;
	}
	s->intent = (uint8_t)event;
	status = step->run(h, s, m);
	if (status != STATUS_OK && status != STEP_STAY) {
		if (s->state != SESSION_CLOSING) {
			COUNT(h, malformed);
			session_refuse(h, s, status, status_text(status));
		}
	} else if (status == STATUS_OK && step->next != SESSION_FREE && s->state == before) {
		session_enter(h, s, step->next);
		if (session_is_authenticated(s))
			session_pump(h, s);
	}
	s->intent = GOT_NOTHING;
	kex_consider(h, s);
}

// --- handlers of no phase ------------------------------------------------------------------------

static enum status on_disconnect(struct shard *h, struct session *s, const struct message *m)
{
	struct cursor c = cursor_over(m->body);
	uint32_t reason = cursor_u32(&c);
	struct span why = cursor_string(&c);
	char text[160];

	cursor_string(&c); // language
	if (!cursor_ok(&c))
		why = span_of(NULL, 0);
	log_session(h, s, LOG_INFO, "SSHS_LOG", "client disconnects, reason=%u: %s", reason,
	            log_escape(text, sizeof(text), why));
	s->flags |= SESSION_SAID_BYE;
	session_close(h, s);
	return STATUS_OK;
}

static enum status on_ignore(struct shard *h, struct session *s, const struct message *m)
{
	// Strict KEX: before the first keys are in force nothing else may come. Whether the client
	// is strict is known from its KEXINIT, which then must have been its first packet.
	if (s->state < SESSION_EXPECT_SERVICE && s->flags & SESSION_STRICT) {
		session_refuse_event(h, s, (enum session_event)s->intent, m);
		return STEP_STAY;
	}
	COUNT(h, messages_ignored);
	return STATUS_OK;
}

static enum status on_unknown(struct shard *h, struct session *s, const struct message *m)
{
	uint8_t bytes[8];
	struct builder b = builder_over(bytes, sizeof(bytes));

	COUNT(h, messages_unknown);
	builder_u8(&b, SSH_MSG_UNIMPLEMENTED);
	builder_u32(&b, m->sequence);
	session_send(h, s, builder_span(&b));
	return STATUS_OK;
}

static enum status on_login_expired(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, login_expired);
	session_refuse(h, s, STATUS_EXPIRED, "login time limit exceeded");
	return STATUS_OK;
}

// What a session held is let go a tick after its end, when nobody up the stack uses it; then its
// client has some time to take our last words.
static enum status on_close_expired(struct shard *h, struct session *s, const struct message *m)
{
	if (!(s->flags & SESSION_RELEASED)) {
		session_release(h, s);
		s->flags |= SESSION_RELEASED;
		session_arm(h, s, h->now_us + SESSION_CLOSE_WAIT_US);
		return STEP_STAY;
	}
	session_abort(h, s, "client does not take the end of the connection");
	return STATUS_OK;
}

static enum status on_rekey_due(struct shard *h, struct session *s, const struct message *m)
{
	COUNT(h, rekeys_ours);
	return kex_start(h, s) ? STATUS_OK : STATUS_NO_MEMORY;
}

// --- beginning -----------------------------------------------------------------------------------

// Too many sessions, or too many that have not logged in?
static const char *session_too_many(struct shard *h)
{
	struct control *c = h->control;

	if (atomic_load(&c->sessions) >= atomic_load(&c->config.session_limit)) {
		COUNT(h, sessions_limited);
		return "Too many sessions: the session limit of this device is reached.";
	}
	if (atomic_load(&c->unauthenticated) >= UNAUTHENTICATED_MAX) {
		COUNT(h, logins_limited);
		return "Too many logins under way: try again later.";
	}
	return h->stopping ? "The device is going down." : NULL;
}

static void gauges_opened(struct shard *h, int n)
{
	atomic_fetch_add(&h->control->sessions, (unsigned)n);
	atomic_fetch_add(&h->control->unauthenticated, (unsigned)n);
	GAUGE_ADD(h, sessions, n);
	GAUGE_ADD(h, unauthenticated, n);
	if (h->gauges.sessions > h->gauges.sessions_peak)
		h->gauges.sessions_peak = h->gauges.sessions;
}

struct session *session_open(struct shard *h, uint32_t slot, uint32_t life,
                             const struct data_opened *opened)
{
	struct session *s = &h->sessions[slot];
	const char *refusal = session_too_many(h);

	if (s->life != 0)
		session_gone(h, s);
	memset(s, 0, sizeof(*s));
	if (slot >= h->sessions_touched)
		h->sessions_touched = slot + 1;
	s->life = life;
	s->layout = SESSION_LAYOUT;
	memcpy(s->remote, opened->remote, sizeof(s->remote));
	s->remote_port = opened->remote_port;
	s->local_port = opened->local_port;
	s->opened_us = s->active_us = h->now_us;
	COUNT(h, sessions_opened);
	gauges_opened(h, 1);
	session_enter(h, s, SESSION_EXPECT_IDENT);
	if (refusal != NULL) {
		session_disconnect(h, s,
		                   h->stopping ? SSH_DISCONNECT_BY_APPLICATION
		                               : SSH_DISCONNECT_TOO_MANY,
		                   refusal);
		return NULL;
	}
	session_arm(h, s,
	            h->now_us + atomic_load(&h->control->config.login_seconds) * 1000000ull);
	return s;
}

// --- ending --------------------------------------------------------------------------------------

// Everything but the slot itself.
static void session_release(struct shard *h, struct session *s)
{
	kex_drop(h, s);
	auth_drop(h, s);
	channel_drop_all(h, s);
	pool_give(&h->idents, &s->ident);
	chunk_clear(h, s, &s->unsent);
	wheel_cancel(&h->wheel, session_slot(h, s));
}

void session_gone(struct shard *h, struct session *s)
{
	char user[4 * USER_NAME_MAX + 1], address[LOG_ADDRESS_MAX];

	session_release(h, s);
	if (s->flags & SESSION_LOGGED_IN) {
		GAUGE_ADD(h, established, -1);
		log_session(h, s, LOG_INFO, "SSHS_DISCONNECT",
		            "SSH user %s (IP: %s) disconnected from the server.",
		            log_escape(user, sizeof(user), span_text(s->user)),
		            log_address(address, s->remote));
	} else {
		atomic_fetch_sub(&h->control->unauthenticated, 1);
		GAUGE_ADD(h, unauthenticated, -1);
	}
	atomic_fetch_sub(&h->control->sessions, 1);
	GAUGE_ADD(h, sessions, -1);
	COUNT(h, sessions_closed);
	memset(s, 0, sizeof(*s));
}

static void conn_close(struct shard *h, struct session *s, bool abort)
{
	struct data_close body = {.abort = abort};
	struct link_cell cell = {.kind = DATA_CONN_CLOSE,
	                         .slot = session_slot(h, s),
	                         .life = s->life,
	                         .buffer = LINK_NO_BUFFER,
	                         .offset = s->down_bytes};

	memcpy(cell.body, &body, sizeof(body));
	// Should the ring be full in spite of the reserve, the deadline of CLOSING tries again.
	if (h->data != NULL)
		(void)!link_post(h->data, &cell);
}

// What comes after the last word.
static void session_end(struct shard *h, struct session *s, bool abort)
{
	conn_close(h, s, abort);
	if (s->state == SESSION_CLOSING)
		return;
	session_enter(h, s, SESSION_CLOSING);
	session_arm(h, s, h->now_us);
}

void session_close(struct shard *h, struct session *s)
{
	session_end(h, s, false);
}

void session_abort(struct shard *h, struct session *s, const char *why)
{
	log_session(h, s, LOG_INFO, "SSHS_LOG", "aborted: %s", why);
	session_end(h, s, true);
}

void session_disconnect(struct shard *h, struct session *s, uint32_t reason, const char *why)
{
	uint8_t bytes[256];
	struct builder b = builder_over(bytes, sizeof(bytes));

	if (s->state == SESSION_CLOSING)
		return;
	log_session(h, s, LOG_INFO, "SSHS_LOG", "Disconnecting: %s", why);
	builder_u8(&b, SSH_MSG_DISCONNECT);
	builder_u32(&b, reason);
	builder_text(&b, why);
	builder_text(&b, "");
	s->flags |= SESSION_SAID_BYE;
	session_end(h, s, !session_send_now(h, s, builder_span(&b)));
}

void session_refuse(struct shard *h, struct session *s, enum status status, const char *why)
{
	session_disconnect(h, s, status_reason(status), why);
}

// --- time ----------------------------------------------------------------------------------------

void session_arm(struct shard *h, struct session *s, uint64_t due_us)
{
	s->due_us = due_us;
	wheel_arm(&h->wheel, session_slot(h, s), due_us);
}

void session_on_timer(void *shard, uint32_t slot, uint64_t now_us)
{
	struct shard *h = shard;
	struct session *s = &h->sessions[slot];
	struct message nothing = {0};
	uint64_t due_us;

	if (s->life == 0)
		return;
	due_us = auth_due_us(h, s, s->due_us);
	if (due_us > now_us) {
		wheel_arm(&h->wheel, slot, due_us);
		return;
	}
	if (!shard_has_room(h)) {
		wheel_arm(&h->wheel, slot, now_us + SHARD_TICK_US);
		return;
	}
	session_step(h, s, GOT_DEADLINE, &nothing);
	if (s->life != 0 && !wheel_is_armed(&h->wheel, slot) && s->due_us > now_us)
		wheel_arm(&h->wheel, slot, s->due_us);
}
