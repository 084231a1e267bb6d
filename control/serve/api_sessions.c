// Calls about sessions, dialogues and host keys. Rows of another shard are written by that shard:
// the request travels there and its page comes back.
#include "control/serve/api_call.h"

#include "control/session/host_certs.h"
#include "control/session/session_algorithms.h"

#include "control/link/keeper_client.h"
#include "control/main/log.h"
#include "control/main/log_center.h"
#include "control/session/session_auth.h"
#include "control/session/session_channel.h"
#include "control/session/session_kex.h"
#include "control/session/session_v1.h"
#include "crypto/suite/ssh1_cipher.h"
#include "crypto/wire/cursor.h"
#include "dataplane/link/link_offer.h"

#include <stdio.h>
#include <stdlib.h>

#define SLOTS_AT_ONCE 4096u // looked at in one call, so that no other dialogue waits
#define SLOT_BITS     20u   // of a session's name for cli: shard, then slot

// --- on another shard ----------------------------------------------------------------------------

struct api_trip {
	struct shard_task task; // first
	struct api_ask ask;
	enum status (*run)(struct shard *there, struct api_ask *ask, uint32_t what);
	uint32_t what;
	enum status status;
	uint8_t page[SHARD_PAGE];
};

static void trip_back(struct shard *home, struct shard_task *task)
{
	struct api_trip *t = (struct api_trip *)task;

	api_reply(home, &t->ask, t->status, builder_span(&t->ask.out));
	free(t);
}

static void trip_there(struct shard *there, struct shard_task *task)
{
	struct api_trip *t = (struct api_trip *)task;

	t->status = t->run(there, &t->ask, t->what);
	t->task.run = trip_back;
	shard_post(t->ask.h, &t->task);
}

// Run on the shard that has the answer; here and now when that is ours.
static enum status on_shard(struct api_ask *a, uint32_t index,
                            enum status (*run)(struct shard *, struct api_ask *, uint32_t),
                            uint32_t what)
{
	struct control *c = a->h->control;
	struct api_trip *t;

	if (index >= c->shard_count)
		return STATUS_NOT_FOUND;
	if (index == a->h->index)
		return run(a->h, a, what);
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return STATUS_NO_MEMORY;
	t->ask = *a;
	t->ask.out = builder_over(t->page, sizeof(t->page));
	t->run = run;
	t->what = what;
	t->task.run = trip_there;
	shard_post(c->shards[index], &t->task);
	return API_LATER;
}

// Where the next page begins: further on in this shard, or in the next one.
static void page_end(struct shard *there, struct api_ask *a, uint32_t slot, uint32_t slots)
{
	if (slot < slots) {
		a->head.more = 1;
		a->head.cursor = (uint64_t)there->index << 32 | slot;
	} else if (there->index + 1 < there->control->shard_count) {
		a->head.more = 1;
		a->head.cursor = (uint64_t)(there->index + 1) << 32;
	}
}

// --- sessions ------------------------------------------------------------------------------------

static uint32_t seconds_since(const struct shard *h, uint64_t then_us)
{
	return then_us < h->now_us ? (uint32_t)((h->now_us - then_us) / 1000000) : 0;
}

static void text_set(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
}

// Names come from clients: what is not printable must not reach a terminal.
static void user_set(char *out, size_t size, const char *name)
{
	text_set(out, size, span_is_printable(span_text(name)) ? name : "?");
}

static const char *service_of(struct shard *h, const struct session *s)
{
	for (unsigned i = 0; i < SESSION_CHANNELS; i++) {
		const struct channel *c = channel_at(h, s, i);

		if (c != NULL && c->type != 0)
			return c->service == API_SERVICE_SFTP  ? "SFTP"
			       : c->service == API_SERVICE_SCP ? "SCP"
			                                       : "Stelnet";
	}
	return "";
}

static const char *cipher_of(const struct session *s)
{
	const struct suite *suite = suite_by_id(s->suite[0]);
	const char *name = ssh1_cipher_name(s->suite[0]);

	if (s->flags & SESSION_V1)
		return name != NULL ? name : "";
	return suite != NULL ? suite->cipher : "";
}

static void session_row(struct shard *h, const struct session *s, struct api_session_row *row)
{
	const struct auth_scratch *a = pool_at(&h->auths, s->auth);
	const struct v1_scratch *v = v1_scratch_of(h, s);
	char address[LOG_ADDRESS_MAX];

	*row = (struct api_session_row){.slot = h->index << SLOT_BITS | session_slot(h, s),
	                                .life = s->life,
	                                .peer_port = s->remote_port,
	                                .retries = s->failures,
	                                .channels = channel_count(s),
	                                .age_seconds = seconds_since(h, s->opened_us),
	                                .idle_seconds = seconds_since(h, s->active_us),
	                                .bytes_in = s->up_bytes,
	                                .bytes_out = s->down_bytes,
	                                .rekeys = s->rekeys,
	                                .v1 = (s->flags & SESSION_V1) != 0};
	text_set(row->state, sizeof(row->state), session_stage_name(s->state));
	text_set(row->cipher, sizeof(row->cipher), cipher_of(s));
	text_set(row->kex, sizeof(row->kex),
	         s->kex_method > 0 ? kex_at(s->kex_method)->name : "");
	user_set(row->user, sizeof(row->user),
	         a != NULL   ? a->user
	         : v != NULL ? v->user
	                     : s->user);
	text_set(row->service, sizeof(row->service), service_of(h, s));
	text_set(row->peer, sizeof(row->peer), log_address(address, s->remote));
}

static enum status sessions_page(struct shard *there, struct api_ask *a, uint32_t slot)
{
	uint32_t slots = there->sessions_touched, end = slot + SLOTS_AT_ONCE;
	struct api_session_row row;

	for (; slot < slots && slot < end; slot++) {
		size_t before = a->out.len;

		if (there->sessions[slot].life == 0)
			continue;
		session_row(there, &there->sessions[slot], &row);
		api_session_emit(&a->out, &row);
		if (!api_row_done(a, before, 0))
			break;
	}
	page_end(there, a, slot, slots);
	return STATUS_OK;
}

enum status api_sessions(struct api_ask *a, struct cursor *c)
{
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	return on_shard(a, (uint32_t)(a->head.cursor >> 32), sessions_page,
	                (uint32_t)a->head.cursor);
}

static enum status session_free_here(struct shard *there, struct api_ask *a, uint32_t slot)
{
	struct session *s = slot < there->sessions_max ? &there->sessions[slot] : NULL;

	if (s == NULL || s->life == 0 || s->state == SESSION_CLOSING)
		return STATUS_NOT_FOUND;
	session_disconnect(there, s, SSH_DISCONNECT_BY_APPLICATION,
	                   "An administrator has ended this session.");
	return STATUS_OK;
}

enum status api_free_session(struct api_ask *a, struct cursor *c)
{
	uint32_t name = cursor_u32(c);

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	return on_shard(a, name >> SLOT_BITS, session_free_here,
	                name & ((1u << SLOT_BITS) - 1));
}

// --- dialogues -----------------------------------------------------------------------------------

static enum status dialogues_page(struct shard *there, struct api_ask *a, uint32_t slot)
{
	uint32_t slots = there->dialogues_max, end = slot + SLOTS_AT_ONCE;

	for (; slot < slots && slot < end; slot++) {
		const struct dialogue *d = &there->dialogues[slot];
		struct api_dialogue_row row = {.slot = slot, .life = d->life};
		const struct session *s = &there->sessions[d->session];
		char address[LOG_ADDRESS_MAX];
		size_t before = a->out.len;

		if (d->state != DIALOGUE_OPENED)
			continue;
		row.line = slot * there->control->shard_count + there->index;
		row.session = there->index << SLOT_BITS | d->session;
		row.idle_seconds = seconds_since(there, s->active_us);
		row.login_time = d->login_time;
		user_set(row.user, sizeof(row.user), s->user);
		text_set(row.peer, sizeof(row.peer), log_address(address, s->remote));
		api_dialogue_emit(&a->out, &row);
		if (!api_row_done(a, before, 0))
			break;
	}
	page_end(there, a, slot, slots);
	return STATUS_OK;
}

enum status api_dialogues(struct api_ask *a, struct cursor *c)
{
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	return on_shard(a, (uint32_t)(a->head.cursor >> 32), dialogues_page,
	                (uint32_t)a->head.cursor);
}

// --- host keys -----------------------------------------------------------------------------------

static void hostkeys_changed_there(struct shard *there, struct shard_task *task)
{
	free(task);
	shard_hostkeys_ask(there);
}

static void hostkeys_changed(struct control *c)
{
	for (uint32_t i = 0; i < c->shard_count; i++) {
		struct shard_task *task = calloc(1, sizeof(*task));

		if (task == NULL)
			return;
		task->run = hostkeys_changed_there;
		shard_post(c->shards[i], task);
	}
}

static void key_answered(struct shard *h, const struct keeper_ask *ask, enum status status,
                         struct span payload)
{
	struct api_ask *a = (struct api_ask *)(uintptr_t)ask->cookie;
	bool changes = ask->kind == KEEPER_GENERATE || ask->kind == KEEPER_DESTROY;

	if (changes && status == STATUS_OK)
		hostkeys_changed(h->control);
	api_reply(h, a, status, changes ? span_of(NULL, 0) : payload);
	free(a);
}

// Ask the keeper in the name of a call; its answer is the reply.
static enum status keeper_call(struct api_ask *a, struct keeper_ask *ask)
{
	struct api_ask *kept = malloc(sizeof(*kept));
	enum status status;

	if (kept == NULL)
		return STATUS_NO_MEMORY;
	*kept = *a;
	ask->done = key_answered;
	ask->cookie = (uintptr_t)kept;
	status = keeper_ask(a->h, ask, span_of(NULL, 0));
	if (status == STATUS_OK)
		return API_LATER;
	free(kept);
	return status;
}

enum status api_host_keys(struct api_ask *a, struct cursor *c)
{
	struct keeper_ask ask = {.kind = KEEPER_LIST_PUBLIC};

	return cursor_end(c) == STATUS_OK ? keeper_call(a, &ask) : c->status;
}

enum status api_host_certificate(struct api_ask *a, struct cursor *c)
{
	struct span text = cursor_string(c);

	return cursor_end(c) == STATUS_OK ? host_certs_import(a->h, text, &a->out) : c->status;
}

enum status api_drop_host_cert(struct api_ask *a, struct cursor *c)
{
	uint32_t type = cursor_u32(c);

	return cursor_end(c) == STATUS_OK ? host_certs_drop(a->h, type, &a->out) : c->status;
}

enum status api_host_certs(struct api_ask *a, struct cursor *c)
{
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	for (uint64_t type = a->head.cursor; type < HOSTKEY_TYPES; type++) {
		size_t before = a->out.len;

		if (host_cert_row(a->h, (enum hostkey_type)type, &a->out) &&
		    !api_row_done(a, before, type))
			break;
	}
	return STATUS_OK;
}

enum status api_generate_key(struct api_ask *a, struct cursor *c)
{
	struct keeper_ask ask = {.kind = KEEPER_GENERATE};

	ask.body.key_type = cursor_u32(c);
	ask.body.bits = cursor_u32(c);
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	return ask.body.key_type < HOSTKEY_TYPES ? keeper_call(a, &ask) : STATUS_MALFORMED;
}

enum status api_destroy_key(struct api_ask *a, struct cursor *c)
{
	struct keeper_ask ask = {.kind = KEEPER_DESTROY};

	ask.body.key_type = cursor_u32(c);
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	return ask.body.key_type < HOSTKEY_TYPES ? keeper_call(a, &ask) : STATUS_MALFORMED;
}

// --- the device ----------------------------------------------------------------------------------

enum status api_started(struct api_ask *a, struct cursor *c)
{
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	atomic_store(&a->h->control->started, true);
	api_apply(a->h->control);
	return STATUS_OK;
}

enum status api_reboot(struct api_ask *a, struct cursor *c)
{
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	if (a->h->control->report == NULL)
		return STATUS_UNSUPPORTED;
	a->h->control->report(LINK_REPORT_REBOOT);
	return STATUS_OK;
}

static void apply_there(struct shard *there, struct shard_task *task)
{
	free(task);
	there->net_stale = true;
	shard_listen(there);
}

// Weak algorithms that were not in force before.
static void weak_tell(struct control *c)
{
	uint32_t now = algorithms_weak(&c->config);
	uint32_t fresh = now & ~atomic_exchange(&c->weak_algorithms, now);

	for (unsigned bit = 0; bit < 32; bit++) {
		struct span name = algorithms_weak_name(bit);

		if (fresh & 1u << bit)
			log_control(LOG_WARNING, "SSHS_ALGORITHM_WEAK",
			            "The SSH server now offers %.*s, which is weak, as it is "
			            "configured to.",
			            (int)name.len, (const char *)name.data);
	}
}

void api_apply(struct control *c)
{
	log_center_apply(&c->config);
	weak_tell(c);
	for (uint32_t i = 0; i < c->shard_count; i++) {
		struct shard_task *task = calloc(1, sizeof(*task));

		if (task == NULL)
			return;
		task->run = apply_there;
		shard_post(c->shards[i], task);
	}
}
