// The beginning of a session, its deadlines and its end.
#include "control/session/session.h"

#include "control/session/session_admit.h"
#include "control/session/session_alive.h"
#include "control/session/session_auth.h"
#include "control/session/session_channel.h"
#include "control/session/session_kex.h"
#include "control/session/session_log.h"
#include "control/session/session_table.h"
#include "control/session/session_v1.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "crypto/wire/numbers.h"
#include "dataplane/base/trace.h"

#include <stdio.h>

static void session_release(struct shard *h, struct session *s);

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
	return !(s->flags & SESSION_V1) && s->state != SESSION_OPEN &&
	       s->state != SESSION_REKEY_NEWKEYS && s->state != SESSION_EXPECT_SERVICE &&
	       s->state != SESSION_EXPECT_AUTH && s->state != SESSION_EXPECT_ROUND &&
	       s->state != SESSION_WAIT_AUTH && s->state != SESSION_EXPECT_NEWKEYS;
}

void session_enter(struct shard *h, struct session *s, enum session_state next)
{
	log_debug(h, s, LOG_DEBUG_EVENT, "%s -> %s on %s", session_state_name(s->state),
	          session_state_name(next), session_event_name(s->intent));
	if ((next == SESSION_OPEN || next == SESSION_V1_PREPARE) &&
	    !(s->flags & SESSION_LOGGED_IN)) {
		s->flags |= SESSION_LOGGED_IN;
		atomic_fetch_sub(&h->control->unauthenticated, 1);
		GAUGE_ADD(h, unauthenticated, -1);
		GAUGE_ADD(h, established, 1);
	}
	s->state = (uint8_t)next;
	if (next == SESSION_OPEN)
		session_arm(h, s, s->due_us); // keepalives begin, or go on
}

// --- deadlines ----------------------------------------------------------------------------------

enum status session_on_login_expired(struct shard *h, struct session *s,
                                     const struct message *m)
{
	COUNT(h, login_expired);
	session_refuse(h, s, STATUS_EXPIRED, "login time limit exceeded");
	return STATUS_OK;
}

// What a session held is let go a tick after its end, when nobody up the stack uses it; then its
// client has some time to take our last words.
enum status session_on_close_expired(struct shard *h, struct session *s,
                                     const struct message *m)
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

enum status session_on_open_deadline(struct shard *h, struct session *s,
                                     const struct message *m)
{
	if (h->now_us < s->due_us) {
		alive_consider(h, s);
		return STEP_STAY;
	}
	COUNT(h, rekeys_ours);
	return kex_start(h, s) ? STATUS_OK : STATUS_NO_MEMORY;
}

// --- beginning -----------------------------------------------------------------------------------

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
	char why[ADMIT_WHY];
	const char *refusal;

	if (s->life != 0)
		session_gone(h, s);
	memset(s, 0, sizeof(*s));
	if (slot >= h->sessions_touched)
		h->sessions_touched = slot + 1;
	s->life = life;
	s->layout = SESSION_LAYOUT;
	memcpy(s->remote, opened->remote, sizeof(s->remote));
	s->flags = opened->offers_v1 != 0 ? SESSION_OFFERED_V1 : 0;
	s->remote_port = opened->remote_port;
	s->local_port = opened->local_port;
	s->opened_us = s->active_us = h->now_us;
	refusal = admit_refusal(h, s, why);
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
	v1_drop(h, s);
	channel_drop_all(h, s);
	pool_give(&h->idents, &s->ident);
	chunk_clear(h, s, &s->unsent);
	wheel_cancel(&h->wheel, session_slot(h, s));
}

void session_gone(struct shard *h, struct session *s)
{
	char user[4 * USER_NAME_MAX + 1], address[LOG_ADDRESS_MAX];

	session_release(h, s);
	if (s->flags & SESSION_USER_COUNTED)
		user_sessions_leave(&h->control->user_sessions, span_text(s->user));
	admit_ended(h, s);
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
	log_exception(h, s, reason, why);
	builder_u8(&b, SSH_MSG_DISCONNECT);
	if (!(s->flags & SESSION_V1))
		builder_u32(&b, reason);
	builder_text(&b, why);
	if (!(s->flags & SESSION_V1))
		builder_text(&b, ""); // language
	s->flags |= SESSION_SAID_BYE;
	session_end(h, s, !session_send_now(h, s, builder_span(&b)));
}

void session_refuse(struct shard *h, struct session *s, enum status status, const char *why)
{
	log_debug(h, s, LOG_DEBUG_ERROR, "refused in state %s: %s",
	          session_state_name(s->state), why);
	session_disconnect(h, s, status_reason(status), why);
}

// --- time ----------------------------------------------------------------------------------------

// The first of everything that is due.
static uint64_t next_due_us(struct shard *h, const struct session *s)
{
	return alive_due_us(h, s, v1_due_us(h, s, auth_due_us(h, s, s->due_us)));
}

void session_arm(struct shard *h, struct session *s, uint64_t due_us)
{
	s->due_us = due_us;
	wheel_arm(&h->wheel, session_slot(h, s), next_due_us(h, s));
}

void session_on_timer(void *shard, uint32_t slot, uint64_t now_us)
{
	struct shard *h = shard;
	struct session *s = &h->sessions[slot];
	struct message nothing = {0};
	uint64_t due_us;

	if (s->life == 0)
		return;
	due_us = next_due_us(h, s);
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
		wheel_arm(&h->wheel, slot, next_due_us(h, s));
}
