// The state table of a session: for every state and event what runs and what the client is
// answered. Every message number has an event, so every number has an answer in every state; an
// empty cell is a refusal.
#include "control/session/session.h"

#include "control/main/log.h"
#include "control/session/session_auth.h"
#include "control/session/session_channel.h"
#include "control/session/session_kex.h"
#include "control/session/session_table.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "crypto/wire/ssh1.h"
#include "dataplane/base/trace.h"

#include <stdio.h>

struct step {
	session_handler *run;
	enum session_state next; // FREE: stays where it is
	enum session_answer answer;
};

static session_handler on_disconnect, on_ignore, on_unknown;

// clang-format off
#define TAKE(run, next) {run, next, ANSWER_TAKEN}
#define HEAR(run)       {run, 0, ANSWER_HEARD}
#define LAX             {on_ignore, 0, ANSWER_LAX}
#define END             {on_disconnect, 0, ANSWER_END}
#define TALK(run)       {run, 0, ANSWER_TALKER}
// clang-format on

// Transport messages that are heard and forgotten once keys are in force; before that only from a
// client without strict KEX (RFC 4253 section 11).
// clang-format off
#define HEARD                                                                                    \
	[GOT_DISCONNECT] = END, [GOT_IGNORE] = HEAR(on_ignore),                                  \
	[GOT_DEBUG] = HEAR(on_ignore), [GOT_UNIMPLEMENTED] = HEAR(on_ignore)

// The same before the first keys are in force.
#define HEARD_IF_LAX                                                                             \
	[GOT_DISCONNECT] = END, [GOT_IGNORE] = LAX,                                              \
	[GOT_DEBUG] = LAX, [GOT_UNIMPLEMENTED] = LAX

// And in SSH-1, which has no UNIMPLEMENTED.
#define V1_HEARD                                                                                 \
	[GOT_DISCONNECT] = END, [GOT_IGNORE] = HEAR(on_ignore), [GOT_DEBUG] = HEAR(on_ignore)

// What an established session understands.
#define CONNECTION                                                                               \
	[GOT_GLOBAL_REQUEST]     = TAKE(global_on_request, 0),                                   \
	[GOT_GLOBAL_REPLY]       = HEAR(global_on_reply),                                        \
	[GOT_CHANNEL_OPEN]       = TAKE(channel_on_open, 0),                                     \
	[GOT_CHANNEL_OPEN_REPLY] = HEAR(channel_on_open_reply),                                  \
	[GOT_WINDOW_ADJUST]      = TAKE(channel_on_window, 0),                                   \
	[GOT_CHANNEL_DATA]       = TAKE(channel_on_data, 0),                                     \
	[GOT_EXTENDED_DATA]      = TAKE(channel_on_extended, 0),                                 \
	[GOT_CHANNEL_EOF]        = TAKE(channel_on_eof, 0),                                      \
	[GOT_CHANNEL_CLOSE]      = TAKE(channel_on_close, 0),                                    \
	[GOT_CHANNEL_REQUEST]    = TAKE(channel_on_request, 0),                                  \
	[GOT_CHANNEL_REPLY]      = HEAR(channel_on_reply),                                       \
	[GOT_AUTH_REQUEST]       = HEAR(auth_on_late),                                           \
	[GOT_PING]               = TAKE(global_on_ping, 0),                                      \
	[GOT_UNKNOWN]            = {on_unknown, 0, ANSWER_UNIMPLEMENTED},                        \
	[GOT_CONNECTION_OTHER]   = {on_unknown, 0, ANSWER_UNIMPLEMENTED}

// The same from a client that is known to go on after its KEXINIT.
#define TALKING                                                                                  \
	[GOT_GLOBAL_REQUEST]     = TALK(global_on_request),                                      \
	[GOT_GLOBAL_REPLY]       = TALK(global_on_reply),                                        \
	[GOT_CHANNEL_OPEN]       = TALK(channel_on_open),                                        \
	[GOT_CHANNEL_OPEN_REPLY] = TALK(channel_on_open_reply),                                  \
	[GOT_WINDOW_ADJUST]      = TALK(channel_on_window),                                      \
	[GOT_CHANNEL_DATA]       = TALK(channel_on_data),                                        \
	[GOT_EXTENDED_DATA]      = TALK(channel_on_extended),                                    \
	[GOT_CHANNEL_EOF]        = TALK(channel_on_eof),                                         \
	[GOT_CHANNEL_CLOSE]      = TALK(channel_on_close),                                       \
	[GOT_CHANNEL_REQUEST]    = TALK(channel_on_request),                                     \
	[GOT_CHANNEL_REPLY]      = TALK(channel_on_reply)

// An empty cell is a refusal: session_step sees to it.
static const struct step steps[SESSION_STATES][SESSION_EVENTS] = {
	[SESSION_EXPECT_IDENT] = {
		[GOT_IDENT]        = TAKE(kex_on_ident, SESSION_EXPECT_KEXINIT),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_EXPECT_KEXINIT] = {
		HEARD_IF_LAX,
		[GOT_KEXINIT]      = TAKE(kex_on_init, SESSION_EXPECT_KEX_INIT),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_EXPECT_KEX_INIT] = {
		HEARD_IF_LAX,
		[GOT_KEX_INIT]     = TAKE(kex_on_public, SESSION_WAIT_KEX_ANSWER),
		[GOT_KEX_GROUP_ASK] = {kex_on_group_ask, SESSION_EXPECT_GROUP_INIT, ANSWER_METHOD},
		[GOT_KEX_GROUP_INIT] = {kex_on_other, 0, ANSWER_GUESS},
		[GOT_KEX_OTHER]    = {kex_on_other, 0, ANSWER_GUESS},
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_EXPECT_GROUP_INIT] = {
		HEARD_IF_LAX,
		[GOT_KEX_GROUP_INIT] = TAKE(kex_on_public, SESSION_WAIT_KEX_ANSWER),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_WAIT_KEX_ANSWER] = {
		HEARD_IF_LAX,
		[GOT_KEX_ANSWERED] = TAKE(kex_on_answered, SESSION_WAIT_SIGNATURE),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_WAIT_SIGNATURE] = {
		HEARD_IF_LAX,
		[GOT_SIGNED]       = TAKE(kex_on_signed, SESSION_EXPECT_NEWKEYS),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_EXPECT_NEWKEYS] = {
		HEARD_IF_LAX,
		[GOT_NEWKEYS]      = TAKE(kex_on_newkeys, SESSION_EXPECT_SERVICE),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_EXPECT_SERVICE] = {
		HEARD,
		[GOT_EXT_INFO]     = {auth_on_ext_info, 0, ANSWER_ONCE},
		[GOT_SERVICE_REQUEST] = TAKE(auth_on_service, SESSION_EXPECT_AUTH),
		[GOT_UNKNOWN]      = {on_unknown, 0, ANSWER_UNIMPLEMENTED},
		[GOT_PING]         = {on_unknown, 0, ANSWER_UNIMPLEMENTED},
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_EXPECT_AUTH] = {
		HEARD,
		[GOT_SERVICE_REQUEST] = TAKE(auth_on_service, 0),
		[GOT_AUTH_REQUEST] = TAKE(auth_on_request, 0),
		[GOT_UNKNOWN]      = {on_unknown, 0, ANSWER_UNIMPLEMENTED},
		[GOT_PING]         = {on_unknown, 0, ANSWER_UNIMPLEMENTED},
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	// Answers to our questions, or another request instead (RFC 4256 section 3.4).
	[SESSION_EXPECT_ROUND] = {
		HEARD,
		[GOT_AUTH_ANSWERS] = TAKE(auth_on_answers, 0),
		[GOT_SERVICE_REQUEST] = TAKE(auth_on_service, 0),
		[GOT_AUTH_REQUEST] = TAKE(auth_on_request, 0),
		[GOT_UNKNOWN]      = {on_unknown, 0, ANSWER_UNIMPLEMENTED},
		[GOT_PING]         = {on_unknown, 0, ANSWER_UNIMPLEMENTED},
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_WAIT_AUTH] = {
		HEARD,
		[GOT_SERVICE_REQUEST] = {auth_on_early, 0, ANSWER_KEPT},
		[GOT_AUTH_REQUEST] = {auth_on_early, 0, ANSWER_KEPT},
		[GOT_AUTH_CHECKED] = TAKE(auth_on_checked, 0),
		[GOT_UNKNOWN]      = {on_unknown, 0, ANSWER_UNIMPLEMENTED},
		[GOT_PING]         = {on_unknown, 0, ANSWER_UNIMPLEMENTED},
		[GOT_DEADLINE]     = TAKE(auth_on_deadline, 0),
	},
	[SESSION_OPEN] = {
		HEARD, CONNECTION,
		[GOT_KEXINIT]      = TAKE(kex_on_reinit, SESSION_REKEY_KEX_INIT),
		[GOT_DEADLINE]     = TAKE(session_on_open_deadline, SESSION_REKEY_KEXINIT),
	},
	// Ours is sent; what the client sent before it saw that is still on its way.
	[SESSION_REKEY_KEXINIT] = {
		HEARD, CONNECTION,
		[GOT_KEXINIT]      = TAKE(kex_on_reinit_answered, SESSION_REKEY_KEX_INIT),
		[GOT_DEADLINE]     = TAKE(kex_on_rekey_deadline, 0),
	},
	[SESSION_REKEY_KEX_INIT] = {
		HEARD, TALKING,
		[GOT_KEX_INIT]     = TAKE(kex_on_public, SESSION_REKEY_ANSWER),
		[GOT_KEX_GROUP_ASK] = {kex_on_group_ask, SESSION_REKEY_GROUP_INIT, ANSWER_METHOD},
		[GOT_KEX_GROUP_INIT] = {kex_on_other, 0, ANSWER_GUESS},
		[GOT_KEX_OTHER]    = {kex_on_other, 0, ANSWER_GUESS},
		[GOT_DEADLINE]     = TAKE(kex_on_rekey_deadline, 0),
	},
	[SESSION_REKEY_GROUP_INIT] = {
		HEARD, TALKING,
		[GOT_KEX_GROUP_INIT] = TAKE(kex_on_public, SESSION_REKEY_ANSWER),
		[GOT_DEADLINE]     = TAKE(kex_on_rekey_deadline, 0),
	},
	[SESSION_REKEY_ANSWER] = {
		HEARD, TALKING,
		[GOT_KEX_ANSWERED] = TAKE(kex_on_answered, SESSION_REKEY_SIGNATURE),
		[GOT_DEADLINE]     = TAKE(kex_on_rekey_deadline, 0),
	},
	[SESSION_REKEY_SIGNATURE] = {
		HEARD, TALKING,
		[GOT_SIGNED]       = TAKE(kex_on_signed, SESSION_REKEY_NEWKEYS),
		[GOT_DEADLINE]     = TAKE(kex_on_rekey_deadline, 0),
	},
	[SESSION_REKEY_NEWKEYS] = {
		HEARD, TALKING,
		[GOT_NEWKEYS]      = TAKE(kex_on_rekeyed, SESSION_OPEN),
		[GOT_DEADLINE]     = TAKE(kex_on_rekey_deadline, 0),
	},
	// SSH-1.5 (session_v1*.c): its own numbers, one thing after the other.
	[SESSION_V1_WAIT_KEY] = {
		V1_HEARD,
		[GOT_V1_SERVER_KEY] = TAKE(v1_on_server_key, SESSION_V1_EXPECT_KEY),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_V1_EXPECT_KEY] = {
		V1_HEARD,
		[GOT_V1_SESSION_KEY] = TAKE(v1_on_session_key, SESSION_V1_WAIT_OPENED),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	// What comes now is under a key that nobody here knows yet.
	[SESSION_V1_WAIT_OPENED] = {
		[GOT_DISCONNECT]   = END,
		[GOT_V1_OPENED]    = TAKE(v1_on_opened, SESSION_V1_EXPECT_USER),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_V1_EXPECT_USER] = {
		V1_HEARD,
		[GOT_V1_USER]      = TAKE(v1_on_user, SESSION_V1_EXPECT_AUTH),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_V1_EXPECT_AUTH] = {
		V1_HEARD,
		[GOT_V1_RSA]       = TAKE(v1_on_rsa, 0),
		[GOT_V1_PASSWORD]  = TAKE(v1_on_password, 0),
		[GOT_V1_AUTH_OTHER] = {v1_on_auth_other, 0, ANSWER_FAILURE},
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_V1_EXPECT_ANSWER] = {
		V1_HEARD,
		[GOT_V1_RSA_ANSWER] = TAKE(v1_on_rsa_answer, 0),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_V1_WAIT_AUTH] = {
		V1_HEARD,
		[GOT_AUTH_CHECKED] = TAKE(v1_on_checked, 0),
		[GOT_DEADLINE]     = TAKE(v1_on_deadline, 0),
	},
	[SESSION_V1_PREPARE] = {
		V1_HEARD,
		[GOT_V1_PTY]       = TAKE(v1_on_pty, 0),
		[GOT_V1_MAX_PACKET] = TAKE(v1_on_max_packet, 0),
		[GOT_V1_REQUEST_OTHER] = {v1_on_request_other, 0, ANSWER_FAILURE},
		[GOT_V1_SHELL]     = TAKE(v1_on_shell, SESSION_V1_OPEN),
		[GOT_V1_COMMAND]   = TAKE(v1_on_command, SESSION_V1_OPEN),
		[GOT_DEADLINE]     = TAKE(session_on_login_expired, 0),
	},
	[SESSION_V1_OPEN] = {
		V1_HEARD,
		[GOT_V1_STDIN]     = TAKE(v1_on_stdin, 0),
		[GOT_V1_EOF]       = HEAR(v1_on_eof),
		[GOT_V1_WINDOW]    = TAKE(v1_on_window, 0),
		[GOT_V1_PORT_OPEN] = {v1_on_port_open, 0, ANSWER_FAILURE},
	},
	// What was on its way when our end was said is of no use any more.
	[SESSION_V1_EXITING] = {
		V1_HEARD,
		[GOT_V1_STDIN]     = HEAR(v1_on_late),
		[GOT_V1_EOF]       = HEAR(v1_on_late),
		[GOT_V1_WINDOW]    = HEAR(v1_on_late),
		[GOT_V1_CONFIRMED] = {v1_on_confirmed, 0, ANSWER_END},
		[GOT_DEADLINE]     = TAKE(v1_on_exit_expired, 0),
	},
	[SESSION_CLOSING] = {
		[GOT_DEADLINE]     = TAKE(session_on_close_expired, 0),
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
        [SSH_MSG_KEX_ECDH_REPLY] = GOT_KEX_OTHER,
        [SSH_MSG_KEX_GROUP_INIT] = GOT_KEX_GROUP_INIT,
        [SSH_MSG_KEX_GROUP_REPLY] = GOT_KEX_OTHER,
        [SSH_MSG_KEX_GROUP_ASK] = GOT_KEX_GROUP_ASK,
        [SSH_MSG_KEX_GROUP_ASK + 1 ... SSH_MSG_KEX_LAST] = GOT_KEX_OTHER,
        [SSH_MSG_USERAUTH_REQUEST] = GOT_AUTH_REQUEST,
        [SSH_MSG_USERAUTH_FAILURE... SSH_MSG_USERAUTH_INFO_REQUEST] = GOT_ILLEGAL,
        [SSH_MSG_USERAUTH_INFO_RESPONSE] = GOT_AUTH_ANSWERS,
        [SSH_MSG_USERAUTH_INFO_RESPONSE + 1 ... 79] = GOT_ILLEGAL,
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
        [83 ... 89] = GOT_CONNECTION_OTHER,
        [101 ... 127] = GOT_CONNECTION_OTHER,
        [SSH_MSG_PING] = GOT_PING,
};

// SSH-1.5's numbers.
static const uint8_t event_of_v1[256] = {
        [SSH1_MSG_DISCONNECT] = GOT_DISCONNECT,
        [SSH1_MSG_IGNORE] = GOT_IGNORE,
        [SSH1_MSG_DEBUG] = GOT_DEBUG,
        [SSH1_CMSG_SESSION_KEY] = GOT_V1_SESSION_KEY,
        [SSH1_CMSG_USER] = GOT_V1_USER,
        [SSH1_CMSG_AUTH_RHOSTS] = GOT_V1_AUTH_OTHER,
        [SSH1_CMSG_AUTH_RSA] = GOT_V1_RSA,
        [SSH1_CMSG_AUTH_RSA_RESPONSE] = GOT_V1_RSA_ANSWER,
        [SSH1_CMSG_AUTH_PASSWORD] = GOT_V1_PASSWORD,
        [SSH1_CMSG_REQUEST_PTY] = GOT_V1_PTY,
        [SSH1_CMSG_WINDOW_SIZE] = GOT_V1_WINDOW,
        [SSH1_CMSG_EXEC_SHELL] = GOT_V1_SHELL,
        [SSH1_CMSG_EXEC_CMD] = GOT_V1_COMMAND,
        [SSH1_CMSG_STDIN_DATA] = GOT_V1_STDIN,
        [SSH1_CMSG_EOF] = GOT_V1_EOF,
        [SSH1_CMSG_PORT_FORWARD] = GOT_V1_REQUEST_OTHER,
        [SSH1_MSG_PORT_OPEN] = GOT_V1_PORT_OPEN,
        [SSH1_CMSG_AGENT_FORWARD] = GOT_V1_REQUEST_OTHER,
        [SSH1_CMSG_EXIT_CONFIRMATION] = GOT_V1_CONFIRMED,
        [SSH1_CMSG_X11_FORWARD] = GOT_V1_REQUEST_OTHER,
        [SSH1_CMSG_AUTH_RHOSTS_RSA] = GOT_V1_AUTH_OTHER,
        [SSH1_CMSG_COMPRESS] = GOT_V1_REQUEST_OTHER,
        [SSH1_CMSG_MAX_PACKET_SIZE] = GOT_V1_MAX_PACKET,
        [SSH1_CMSG_AUTH_TIS... SSH1_CMSG_AUTH_LAST] = GOT_V1_AUTH_OTHER,
};

enum session_event session_event_in(unsigned state, uint8_t number)
{
	if (session_state_is_v1(state))
		return event_of_v1[number] != GOT_NOTHING
		               ? (enum session_event)event_of_v1[number]
		               : GOT_ILLEGAL;
	return event_of[number] != GOT_NOTHING ? (enum session_event)event_of[number]
	                                       : GOT_UNKNOWN;
}

// --- answers -------------------------------------------------------------------------------------

enum session_answer session_answer_to(unsigned state, unsigned event)
{
	if (state == SESSION_FREE || state == SESSION_CLOSING)
		return ANSWER_DROPPED;
	return steps[state][event].run != NULL ? steps[state][event].answer : ANSWER_REFUSED;
}

const char *session_answer_text(enum session_answer answer)
{
	static const char *const texts[SESSION_ANSWERS] = {
#define X(name, text) [ANSWER_##name] = text,
	        SESSION_ANSWER_LIST(X)
#undef X
	};

	return answer < SESSION_ANSWERS ? texts[answer] : "?";
}

unsigned session_next_of(unsigned state, unsigned event)
{
	return steps[state][event].next;
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
	if (m->number != 0)
		log_debug(h, s, LOG_DEBUG_MESSAGE,
		          "got message %u (%s), %zu bytes, in state %s", m->number,
		          session_event_name(event), m->body.len, session_state_name(s->state));
	if (step->run == NULL ||
	    (step->answer == ANSWER_TALKER && !(s->flags & SESSION_TALKS))) {
		session_refuse_event(h, s, event, m);
		return;
	}
	if (step->answer == ANSWER_TALKER)
		COUNT(h, messages_in_rekey);
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
	auth_consider(h, s);
}

// --- handlers of no phase ------------------------------------------------------------------------

static enum status on_disconnect(struct shard *h, struct session *s, const struct message *m)
{
	bool v1 = s->flags & SESSION_V1;
	struct cursor c = cursor_over(m->body);
	uint32_t reason = v1 ? 0 : cursor_u32(&c);
	struct span why = cursor_string(&c);
	char text[160];

	if (!v1)
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
