// A client's life: the identification lines, records cut and opened, the table of states.
#include "tests/load/client/client_inner.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/core/secret.h"

static const char *const state_names[] = {
#define X(name) #name,
        CLIENT_STATE_LIST(X)
#undef X
};

static const char *const failure_texts[] = {
#define X(name, text) text,
        CLIENT_FAILURE_LIST(X)
#undef X
};

// clang-format off
static const struct client_step steps[CLIENT_STATES][CLIENT_EVENTS] = {
	[CLIENT_EXPECT_KEXINIT][IN_KEXINIT]         = { CLIENT_EXPECT_PUBLIC_JOB,   client_on_kexinit },
	[CLIENT_EXPECT_PUBLIC_JOB][ASK_GROUP]       = { CLIENT_EXPECT_GROUP,        client_group_ask },
	[CLIENT_EXPECT_GROUP][IN_REPLY]             = { CLIENT_EXPECT_PUBLIC_JOB,   client_on_group },
	[CLIENT_EXPECT_PUBLIC_JOB][DONE_PUBLIC]     = { CLIENT_EXPECT_REPLY,        client_on_public },
	[CLIENT_EXPECT_REPLY][IN_REPLY]             = { CLIENT_EXPECT_VERIFIED_JOB, client_on_reply },
	[CLIENT_EXPECT_REPLY][IN_GROUP_REPLY]       = { CLIENT_EXPECT_VERIFIED_JOB, client_on_group_reply },
	[CLIENT_EXPECT_VERIFIED_JOB][DONE_VERIFIED] = { CLIENT_EXPECT_NEWKEYS,      client_on_verified },
	[CLIENT_EXPECT_NEWKEYS][IN_NEWKEYS]         = { CLIENT_EXPECT_SERVICE,      client_on_newkeys },

	[CLIENT_EXPECT_SERVICE][IN_EXT_INFO]        = { CLIENT_EXPECT_SERVICE,      client_on_ext_info },
	[CLIENT_EXPECT_SERVICE][IN_SERVICE]         = { CLIENT_EXPECT_AUTH,         client_on_service },
	[CLIENT_EXPECT_AUTH][ASK_SIGNATURE]         = { CLIENT_EXPECT_SIGNED_JOB,   client_sign_begin },
	[CLIENT_EXPECT_SIGNED_JOB][DONE_SIGNED]     = { CLIENT_EXPECT_AUTH,         client_on_signed },
	[CLIENT_EXPECT_AUTH][IN_EXT_INFO]           = { CLIENT_EXPECT_AUTH,         client_on_ext_info },
	[CLIENT_EXPECT_AUTH][IN_AUTH_FAILURE]       = { CLIENT_EXPECT_AUTH,         client_on_auth_failure },
	[CLIENT_EXPECT_AUTH][IN_AUTH_MORE]          = { CLIENT_EXPECT_AUTH,         client_on_auth_more },
	[CLIENT_EXPECT_AUTH][IN_AUTH_SUCCESS]       = { CLIENT_OPEN,                client_on_auth_success },

	[CLIENT_OPEN][IN_GLOBAL]                    = { CLIENT_OPEN,                client_on_global },
	[CLIENT_OPEN][IN_CHANNEL]                   = { CLIENT_OPEN,                client_on_channel },
	[CLIENT_OPEN][IN_KEXINIT]                   = { CLIENT_REKEY_PUBLIC_JOB,    client_on_rekey_asked },
	[CLIENT_OPEN][ASK_REKEY]                    = { CLIENT_REKEY_KEXINIT,       client_rekey_begin },
	[CLIENT_REKEY_KEXINIT][IN_GLOBAL]           = { CLIENT_REKEY_KEXINIT,       client_on_global },
	[CLIENT_REKEY_KEXINIT][IN_CHANNEL]          = { CLIENT_REKEY_KEXINIT,       client_on_channel },
	[CLIENT_REKEY_KEXINIT][IN_KEXINIT]          = { CLIENT_REKEY_PUBLIC_JOB,    client_on_kexinit },
	[CLIENT_REKEY_PUBLIC_JOB][ASK_GROUP]        = { CLIENT_REKEY_GROUP,         client_group_ask },
	[CLIENT_REKEY_GROUP][IN_REPLY]              = { CLIENT_REKEY_PUBLIC_JOB,    client_on_group },
	[CLIENT_REKEY_PUBLIC_JOB][DONE_PUBLIC]      = { CLIENT_REKEY_REPLY,         client_on_public },
	[CLIENT_REKEY_REPLY][IN_REPLY]              = { CLIENT_REKEY_VERIFIED_JOB,  client_on_reply },
	[CLIENT_REKEY_REPLY][IN_GROUP_REPLY]        = { CLIENT_REKEY_VERIFIED_JOB,  client_on_group_reply },
	[CLIENT_REKEY_VERIFIED_JOB][DONE_VERIFIED]  = { CLIENT_REKEY_NEWKEYS,       client_on_verified },
	[CLIENT_REKEY_NEWKEYS][IN_NEWKEYS]          = { CLIENT_OPEN,                client_on_rekeyed },
};
// clang-format on

static enum client_event_in event_of(uint8_t number)
{
	switch (number) {
	case SSH_MSG_KEXINIT:
		return IN_KEXINIT;
	case SSH_MSG_KEX_ECDH_REPLY:
		return IN_REPLY;
	case SSH_MSG_KEX_GROUP_REPLY:
		return IN_GROUP_REPLY;
	case SSH_MSG_NEWKEYS:
		return IN_NEWKEYS;
	case SSH_MSG_EXT_INFO:
		return IN_EXT_INFO;
	case SSH_MSG_SERVICE_ACCEPT:
		return IN_SERVICE;
	case SSH_MSG_USERAUTH_FAILURE:
		return IN_AUTH_FAILURE;
	case SSH_MSG_USERAUTH_SUCCESS:
		return IN_AUTH_SUCCESS;
	case SSH_MSG_USERAUTH_PK_OK:
		return IN_AUTH_MORE;
	case SSH_MSG_GLOBAL_REQUEST:
		return IN_GLOBAL;
	default:
		return number > SSH_MSG_CHANNEL_OPEN && number <= SSH_MSG_CHANNEL_FAILURE
		               ? IN_CHANNEL
		               : IN_REFUSE;
	}
}

const char *client_state_name(enum client_state state)
{
	return state < CLIENT_STATES ? state_names[state] : "?";
}

const char *client_failure_text(enum client_failure failure)
{
	return failure < CLIENT_FAILURES ? failure_texts[failure] : "?";
}

static void client_enter(struct client *c, enum client_state state)
{
	c->state = (uint8_t)state;
}

void client_tell(struct client_env *env, struct client *c, enum client_event event,
                 uint32_t number, struct span words)
{
	env->ops->event(env->owner, c, event, number, words);
}

struct conn_id client_id(const struct client *c)
{
	return (struct conn_id){c->slot, c->life};
}

bool client_is_busy(const struct client *c)
{
	return c->work != NULL && c->work->running;
}

// --- failing -------------------------------------------------------------------------------------

static void disconnect_send(struct client_env *env, struct client *c, uint32_t reason,
                            const char *text)
{
	uint8_t bytes[128];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct span record;

	builder_u8(&b, SSH_MSG_DISCONNECT);
	builder_u32(&b, reason);
	builder_text(&b, text);
	builder_text(&b, "");
	if (builder_end(&b) == STATUS_OK && record_seal(env->record, &c->record, client_id(c),
	                                                builder_span(&b), &record) == STATUS_OK)
		env->ops->send(env->owner, c, record);
}

void client_fail(struct client_env *env, struct client *c, enum client_failure failure,
                 struct span words)
{
	if (c->state == CLIENT_OVER)
		return;
	if (failure != CLIENT_FAILURE_DISCONNECT && c->state != CLIENT_EXPECT_IDENT)
		disconnect_send(env, c, SSH_DISCONNECT_BY_APPLICATION,
		                client_failure_text(failure));
	client_enter(c, CLIENT_OVER);
	client_tell(env, c, CLIENT_FAILED, failure, words);
}

static enum client_failure failure_of(enum status status)
{
	switch (status) {
	case STATUS_FORGED:
		return CLIENT_FAILURE_CORRUPTED;
	case STATUS_NO_COMMON:
		return CLIENT_FAILURE_NO_COMMON;
	case STATUS_NO_MEMORY:
	case STATUS_NO_ROOM:
	case STATUS_OVERFLOW:
		return CLIENT_FAILURE_LOCAL;
	case STATUS_BAD_VERSION:
		return CLIENT_FAILURE_VERSION;
	default:
		return CLIENT_FAILURE_PROTOCOL;
	}
}

static void fail_status(struct client_env *env, struct client *c, enum status status,
                        uint8_t number)
{
	char words[96];
	int len = snprintf(words, sizeof(words), "%s (message %u, %s)", status_text(status),
	                   number, client_state_name((enum client_state)c->state));

	client_fail(env, c, failure_of(status), span_of(words, (size_t)len));
}

void client_send(struct client_env *env, struct client *c, struct span message)
{
	struct span record;
	enum status status;

	if (c->state == CLIENT_OVER)
		return;
	status = message.len > 0 ? record_gate_out(env->record, &c->record, message.data[0])
	                         : STATUS_OVERFLOW;
	if (status == STATUS_OK)
		status = record_seal(env->record, &c->record, client_id(c), message, &record);
	if (status != STATUS_OK) {
		client_fail(env, c, CLIENT_FAILURE_LOCAL, span_text(status_text(status)));
		return;
	}
	c->keyed_bytes += record.len;
	env->ops->send(env->owner, c, record);
}

// --- work ----------------------------------------------------------------------------------------

struct client_work *client_work_new(struct client_env *env, struct client *c)
{
	struct client_work *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->env = env;
	w->client = c;
	w->trust = c->config->trust;
	w->session_id_bytes = c->session_id_bytes;
	memcpy(w->session_id, c->session_id, sizeof(w->session_id));
	c->work = w;
	env->work_in_use++;
	return w;
}

static void work_free(struct client_work *w)
{
	w->env->work_in_use--;
	blob_fini(&w->ours);
	blob_fini(&w->theirs);
	blob_fini(&w->group);
	blob_fini(&w->reply);
	blob_fini(&w->request);
	blob_fini(&w->signature);
	kex_client_drop(w->kex);
	secret_wipe(w, sizeof(*w));
	free(w);
}

void client_work_drop(struct client_env *env, struct client *c)
{
	struct client_work *w = c->work;

	c->work = NULL;
	if (w == NULL)
		return;
	if (w->running)
		w->client = NULL; // freed when it is done
	else
		work_free(w);
}

void client_post(struct client_env *env, struct client *c, enum client_job job)
{
	c->work->job = job;
	c->work->running = true;
	env->ops->post(env->owner, c->work);
}

void client_work_run(struct client_work *w)
{
	static void (*const run[])(struct client_work *) = {
	        [JOB_PUBLIC] = client_job_public,
	        [JOB_VERIFY] = client_job_verify,
	        [JOB_SIGN] = client_job_sign,
	};

	run[w->job](w);
}

// --- the table -----------------------------------------------------------------------------------

// The state moves first: a step may end in a job that is done at once, or in an event whose taker
// uses the verbs of the new state.
static void step_run(struct client_env *env, struct client *c, enum client_event_in event,
                     uint8_t number, struct span body)
{
	const struct client_step *step = &steps[c->state][event];
	enum status status = STATUS_UNEXPECTED;

	if (step->run != NULL) {
		client_enter(c, step->next);
		status = step->run(env, c, body);
	}
	if (status != STATUS_OK && c->state != CLIENT_OVER)
		fail_status(env, c, status, number);
}

void client_raise(struct client_env *env, struct client *c, enum client_event_in event)
{
	step_run(env, c, event, 0, span_of(NULL, 0));
}

struct client *client_work_done(struct client_work *w)
{
	static const enum client_event_in events[] = {
	        [JOB_PUBLIC] = DONE_PUBLIC,
	        [JOB_VERIFY] = DONE_VERIFIED,
	        [JOB_SIGN] = DONE_SIGNED,
	};
	struct client *c = w->client;

	w->running = false;
	if (c == NULL) {
		work_free(w);
		return NULL;
	}
	if (w->status != STATUS_OK)
		client_fail(w->env, c, w->failure, span_text(w->words));
	else
		step_run(w->env, c, events[w->job], 0, span_of(NULL, 0));
	return c;
}

// --- arriving ------------------------------------------------------------------------------------

static void on_disconnect(struct client_env *env, struct client *c, struct span body)
{
	struct cursor cur = cursor_over(body);
	uint32_t reason = cursor_u32(&cur);
	struct span text = cursor_string(&cur);
	char words[160];
	int len;

	if (!cursor_ok(&cur))
		text = span_of(NULL, 0);
	len = snprintf(words, sizeof(words), "reason %u: %.*s", reason,
	               text.len > 120 ? 120 : (int)text.len, (const char *)text.data);
	client_fail(env, c, CLIENT_FAILURE_DISCONNECT, span_of(words, (size_t)len));
}

static bool takes_whole(uint8_t number)
{
	enum client_event_in event = event_of(number);

	return event == IN_KEXINIT || event == IN_CHANNEL;
}

static void message_take(struct client_env *env, struct client *c, struct span message)
{
	uint8_t number = message.data[0];
	struct span body = span_of(message.data + 1, message.len - 1);
	enum status status = record_gate_in(env->record, &c->record, client_id(c), number);

	if (status != STATUS_OK)
		fail_status(env, c, status, number);
	else if (number == SSH_MSG_DISCONNECT)
		on_disconnect(env, c, body);
	else if (number != SSH_MSG_IGNORE && number != SSH_MSG_DEBUG &&
	         number != SSH_MSG_UNIMPLEMENTED && number != SSH_MSG_USERAUTH_BANNER &&
	         number != SSH_MSG_REQUEST_SUCCESS && number != SSH_MSG_REQUEST_FAILURE)
		step_run(env, c, event_of(number), number,
		         takes_whole(number) ? message : body);
}

// One record off the front; 0 when it is not all there.
static size_t record_take(struct client_env *env, struct client *c, struct span bytes)
{
	uint32_t packet_length;
	struct span message;
	enum status status;
	size_t wire;

	if (bytes.len < record_head_bytes(&c->record))
		return 0;
	status = record_measure(env->record, &c->record, client_id(c), bytes.data,
	                        &packet_length, &wire);
	if (status == STATUS_OK && bytes.len < wire)
		return 0;
	if (status == STATUS_OK)
		status = record_open(env->record, &c->record, client_id(c), bytes.data,
		                     packet_length, env->plain, &message);
	if (status == STATUS_OK && message.len == 0)
		status = STATUS_MALFORMED;
	if (status != STATUS_OK) {
		fail_status(env, c, status, 0);
		return bytes.len;
	}
	c->keyed_bytes += wire;
	message_take(env, c, message);
	return wire;
}

static bool ident_keep(struct client_env *env, struct client *c, struct span line)
{
	for (uint32_t i = 0; i < env->ident_count; i++) {
		if (span_equal(span_blob(&env->idents[i]), line)) {
			c->server_ident = (uint16_t)i;
			return true;
		}
	}
	if (env->ident_count == CLIENT_IDENTS)
		return false;
	env->idents[env->ident_count] = blob_copy(line);
	c->server_ident = (uint16_t)env->ident_count;
	return env->idents[env->ident_count++].data != NULL;
}

struct span client_server_ident(const struct client_env *env, const struct client *c)
{
	return span_blob(&env->idents[c->server_ident]);
}

// A line of the server that is not its identification (RFC 4253 section 4.2); 0: not all there.
static size_t pre_ident_skip(struct client_env *env, struct client *c, struct span bytes)
{
	const uint8_t *end = memchr(bytes.data, '\n', bytes.len);

	if (end != NULL)
		return (size_t)(end - bytes.data) + 1;
	if (bytes.len > CLIENT_PRE_IDENT_MAX)
		client_fail(env, c, CLIENT_FAILURE_VERSION,
		            span_text("no identification line"));
	return 0;
}

static size_t ident_take(struct client_env *env, struct client *c, struct span bytes)
{
	struct span line;
	enum status status;
	size_t taken = 0;

	if (memcmp(bytes.data, "SSH-", bytes.len < 4 ? bytes.len : 4) != 0)
		return pre_ident_skip(env, c, bytes);
	status = record_ident_parse(bytes, false, &line, &taken);
	if (status != STATUS_OK) {
		client_fail(env, c, CLIENT_FAILURE_VERSION, line);
		return bytes.len;
	}
	if (taken == 0)
		return 0;
	if (!ident_keep(env, c, line)) {
		client_fail(env, c, CLIENT_FAILURE_LOCAL,
		            span_text("too many different identification lines"));
		return taken;
	}
	client_enter(c, CLIENT_EXPECT_KEXINIT);
	client_tell(env, c, CLIENT_GOT_IDENT, 0, line);
	return taken;
}

size_t client_input(struct client_env *env, struct client *c, struct span bytes)
{
	size_t total = 0;

	while (total < bytes.len && c->state != CLIENT_OVER && !client_is_busy(c)) {
		struct span rest = span_of(bytes.data + total, bytes.len - total);
		size_t taken = c->state == CLIENT_EXPECT_IDENT ? ident_take(env, c, rest)
		                                               : record_take(env, c, rest);

		if (taken == 0)
			break;
		total += taken;
	}
	return c->state == CLIENT_OVER ? bytes.len : total;
}

// --- life ----------------------------------------------------------------------------------------

bool client_env_init(struct client_env *env, const struct client_ops *ops, void *owner,
                     uint32_t clients_max)
{
	memset(env, 0, sizeof(*env));
	env->ops = ops;
	env->owner = owner;
	env->record = record_core_new(env->count, 2 * clients_max);
	return env->record != NULL;
}

void client_env_fini(struct client_env *env)
{
	for (uint32_t i = 0; i < env->ident_count; i++)
		blob_fini(&env->idents[i]);
	record_core_free(env->record);
}

void client_start(struct client_env *env, struct client *c, const struct client_config *config,
                  uint32_t slot, uint32_t life)
{
	memset(c, 0, sizeof(*c));
	c->config = config;
	c->slot = slot;
	c->life = life;
	record_init(&c->record);
	env->ops->send(env->owner, c, span_text(CLIENT_IDENT "\r\n"));
	if (!client_kex_begin(env, c))
		client_fail(env, c, CLIENT_FAILURE_LOCAL, span_text("out of memory"));
}

void client_fini(struct client_env *env, struct client *c)
{
	if (c->config == NULL)
		return;
	client_work_drop(env, c);
	record_fini(env->record, &c->record, client_id(c));
	secret_wipe(c, sizeof(*c));
}

void client_disconnect(struct client_env *env, struct client *c)
{
	if (c->state == CLIENT_OVER || c->config == NULL)
		return;
	disconnect_send(env, c, SSH_DISCONNECT_BY_APPLICATION, "disconnected by user");
	client_enter(c, CLIENT_OVER);
}
