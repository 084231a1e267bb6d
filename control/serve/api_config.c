// Calls about settings, and the transactions they may stand in.
#include "control/serve/api_call.h"

#include "crypto/wire/cursor.h"

#include <stdlib.h>

// An open transaction of one dialogue.
struct api_transaction {
	struct api_transaction *next;
	uint32_t slot, life;
	uint64_t revision;      // of what the draft was made from
	struct settings *draft; // owned
};

// --- transactions --------------------------------------------------------------------------------

static struct api_transaction **transaction_place(struct shard *h, uint32_t slot, uint32_t life)
{
	struct api_transaction **at = &h->transactions;

	while (*at != NULL && ((*at)->slot != slot || (*at)->life != life))
		at = &(*at)->next;
	return at;
}

// The draft is the caller's when it was taken out.
static void transaction_end(struct shard *h, struct api_transaction **at)
{
	struct api_transaction *t = *at;

	*at = t->next;
	h->transaction_count--;
	free(t);
}

void api_dialogue_over(struct shard *h, uint32_t slot, uint32_t life)
{
	struct api_transaction **at = transaction_place(h, slot, life);

	if (*at == NULL)
		return;
	settings_free((*at)->draft);
	transaction_end(h, at);
}

void api_lost(struct shard *h)
{
	while (h->transactions != NULL)
		api_dialogue_over(h, h->transactions->slot, h->transactions->life);
	while (h->replies_first != NULL) {
		struct api_reply *r = h->replies_first;

		h->replies_first = r->next;
		GAUGE_ADD(h, replies, -1);
		free(r);
	}
}

static struct api_transaction *transaction_of(const struct api_ask *a)
{
	return *transaction_place(a->h, a->slot, a->life);
}

// A second BEGIN starts afresh.
enum status api_begin(struct api_ask *a, struct cursor *c)
{
	struct shard *h = a->h;
	struct api_transaction *t;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	api_dialogue_over(h, a->slot, a->life);
	if (h->transaction_count >= API_TRANSACTIONS)
		return STATUS_TOO_MANY;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return STATUS_NO_MEMORY;
	t->slot = a->slot;
	t->life = a->life;
	t->draft = config_draft(&h->control->config, &t->revision);
	if (t->draft == NULL) {
		free(t);
		return STATUS_NO_MEMORY;
	}
	t->next = h->transactions;
	h->transactions = t;
	h->transaction_count++;
	builder_u64(&a->out, t->revision);
	return STATUS_OK;
}

enum status api_commit(struct api_ask *a, struct cursor *c)
{
	struct api_transaction **at = transaction_place(a->h, a->slot, a->life);
	enum status status;
	uint64_t now;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	if (*at == NULL)
		return STATUS_NOT_FOUND;
	status = config_commit(&a->h->control->config, (*at)->draft, (*at)->revision, &now);
	transaction_end(a->h, at);
	builder_u64(&a->out, now);
	if (status == STATUS_OK)
		api_apply(a->h->control);
	return status;
}

enum status api_abort(struct api_ask *a, struct cursor *c)
{
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	if (transaction_of(a) == NULL)
		return STATUS_NOT_FOUND;
	api_dialogue_over(a->h, a->slot, a->life);
	return STATUS_OK;
}

enum status api_clear(struct api_ask *a, struct cursor *c)
{
	struct api_transaction *t = transaction_of(a);
	struct settings *empty;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	if (t == NULL)
		return STATUS_NOT_FOUND;
	empty = settings_new();
	if (empty == NULL)
		return STATUS_NO_MEMORY;
	settings_free(t->draft);
	t->draft = empty;
	return STATUS_OK;
}

// --- records -------------------------------------------------------------------------------------

enum status api_record_put(const struct api_ask *a, const struct api_record *record)
{
	struct api_transaction *t = transaction_of(a);
	enum status status;

	if (t != NULL)
		return settings_put(t->draft, record);
	status = config_put(&a->h->control->config, record);
	if (status == STATUS_OK)
		api_apply(a->h->control);
	return status;
}

enum status api_put(struct api_ask *a, struct cursor *c)
{
	struct api_record record;
	enum status status = api_record_parse(c, &record);

	if (status == STATUS_OK)
		status = cursor_end(c);
	return status == STATUS_OK ? api_record_put(a, &record) : status;
}

enum status api_delete(struct api_ask *a, struct cursor *c)
{
	struct api_transaction *t = transaction_of(a);
	uint8_t class = cursor_u8(c);
	struct span key = cursor_string_max(c, API_KEY_MAX);
	enum status status = cursor_end(c);

	if (status != STATUS_OK)
		return status;
	if (t != NULL)
		return settings_delete(t->draft, class, key);
	status = config_delete(&a->h->control->config, class, key);
	if (status == STATUS_OK)
		api_apply(a->h->control);
	return status;
}

// What this dialogue sees: its draft, else what is in force. Given back by settings_done.
static const struct settings *settings_seen(const struct api_ask *a)
{
	struct api_transaction *t = transaction_of(a);

	return t != NULL ? t->draft : config_hold(&a->h->control->config);
}

static void settings_done(const struct api_ask *a)
{
	if (transaction_of(a) == NULL)
		config_give(&a->h->control->config);
}

enum status api_get(struct api_ask *a, struct cursor *c)
{
	uint8_t class = cursor_u8(c);
	struct span key = cursor_string_max(c, API_KEY_MAX);
	const struct setting *r;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	r = settings_find(settings_seen(a), class, key);
	if (r != NULL)
		setting_emit(&a->out, r, a->role == API_ROLE_ADMIN);
	settings_done(a);
	return r != NULL ? builder_end(&a->out) : STATUS_NOT_FOUND;
}

static enum status records_list(struct api_ask *a, struct cursor *c, bool secrets)
{
	uint8_t class = cursor_u8(c);
	const struct settings *s;
	const struct setting *r;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	if (class == API_CLASS_NONE || class >= API_CLASSES)
		return STATUS_MALFORMED;
	s = settings_seen(a);
	for (uint64_t i = a->head.cursor; i <= UINT32_MAX; i++) {
		size_t before = a->out.len;

		r = settings_at(s, class, (uint32_t)i);
		if (r == NULL)
			break;
		setting_emit(&a->out, r, secrets);
		if (!api_row_done(a, before, i))
			break;
	}
	settings_done(a);
	return STATUS_OK;
}

enum status api_list(struct api_ask *a, struct cursor *c)
{
	return records_list(a, c, a->role == API_ROLE_ADMIN);
}

enum status api_list_whole(struct api_ask *a, struct cursor *c)
{
	return records_list(a, c, true);
}
