// Calls about a user's secrets: the keeper makes or changes them, then the settings say so.
#include "control/serve/api_call.h"

#include "control/link/keeper_client.h"
#include "control/main/log.h"
#include "control/users/penalties.h"
#include "crypto/core/secret.h"
#include "crypto/wire/cursor.h"

#include <stdlib.h>

// A call while the keeper works on it.
struct user_call {
	struct api_ask ask;
	uint8_t user_len;
	uint8_t user[API_KEY_MAX];
};

static bool is_user(struct span user)
{
	return user.len > 0 && span_is_printable(user);
}

// Ask the keeper for this user; `done` gets the call as its cookie.
static enum status user_ask(struct api_ask *a, struct keeper_ask *ask, struct span user,
                            struct span payload)
{
	struct user_call *p = calloc(1, sizeof(*p));
	enum status status;

	if (p == NULL)
		return STATUS_NO_MEMORY;
	p->ask = *a;
	p->user_len = (uint8_t)user.len;
	memcpy(p->user, user.data, user.len);
	ask->cookie = (uintptr_t)p;
	status = keeper_ask(a->h, ask, payload);
	if (status == STATUS_OK)
		return API_LATER;
	free(p);
	return status;
}

static struct user_call *call_of(const struct keeper_ask *ask)
{
	return (struct user_call *)(uintptr_t)ask->cookie;
}

// --- passwords -----------------------------------------------------------------------------------

static void password_hashed(struct shard *h, const struct keeper_ask *ask, enum status status,
                            struct span hash)
{
	struct user_call *p = call_of(ask);
	struct api_record record;

	if (status == STATUS_OK && (hash.len == 0 || hash.len > KEEPER_HASH_MAX))
		status = STATUS_INTERNAL;
	if (status == STATUS_OK) {
		users_password_record(&h->control->config, &record,
		                      span_of(p->user, p->user_len), hash);
		status = api_record_put(&p->ask, &record);
	}
	api_reply(h, &p->ask, status, span_of(NULL, 0));
	free(p);
}

enum status api_set_password(struct api_ask *a, struct cursor *c)
{
	struct keeper_ask ask = {.kind = KEEPER_SET_PASSWORD, .done = password_hashed};
	struct span user = cursor_string_max(c, API_KEY_MAX);
	struct span password = cursor_string_max(c, KEEPER_PASSWORD_MAX);
	enum status status = cursor_end(c);

	if (status == STATUS_OK && (!is_user(user) || password.len == 0))
		status = STATUS_MALFORMED;
	if (status == STATUS_OK)
		status = user_ask(a, &ask, user, password);
	secret_wipe(a->h->scratch, sizeof(a->h->scratch));
	return status;
}

// --- one-time codes ------------------------------------------------------------------------------

// `text` is the secret, this once; or nothing, when it was dropped.
static void totp_done(struct shard *h, const struct keeper_ask *ask, enum status status,
                      struct span text)
{
	struct user_call *p = call_of(ask);
	struct api_record record = {.class = API_CLASS_LOCAL_USER,
	                            .key = span_of(p->user, p->user_len),
	                            .count = 1};

	record.values[0] = (struct api_value){.field = API_LOCAL_USER_TOTP,
	                                      .number = ask->kind == KEEPER_SET_TOTP};
	if (ask->kind == KEEPER_DROP_TOTP && status == STATUS_NOT_FOUND)
		status = STATUS_OK; // as asked
	if (status == STATUS_OK)
		status = api_record_put(&p->ask, &record);
	api_reply(h, &p->ask, status, status == STATUS_OK ? text : span_of(NULL, 0));
	free(p);
}

static enum status totp_change(struct api_ask *a, struct cursor *c, enum keeper_kind kind)
{
	struct keeper_ask ask = {.kind = kind, .done = totp_done};
	struct span user = cursor_string_max(c, API_KEY_MAX);
	enum status status = cursor_end(c);

	if (status == STATUS_OK && !is_user(user))
		status = STATUS_MALFORMED;
	return status == STATUS_OK ? user_ask(a, &ask, user, user) : status;
}

enum status api_set_totp(struct api_ask *a, struct cursor *c)
{
	return totp_change(a, c, KEEPER_SET_TOTP);
}

enum status api_drop_totp(struct api_ask *a, struct cursor *c)
{
	return totp_change(a, c, KEEPER_DROP_TOTP);
}

// --- penalties -----------------------------------------------------------------------------------

enum status api_penalties(struct api_ask *a, struct cursor *c)
{
	uint32_t at = a->head.cursor < PENALTIES_MAX ? (uint32_t)a->head.cursor : PENALTIES_MAX;
	char address[LOG_ADDRESS_MAX];
	struct penalty row;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	for (uint32_t from = at;
	     penalties_next(a->h->control->penalties, &at, a->h->now_us, &row); from = at) {
		size_t before = a->out.len;

		builder_text(&a->out, log_address(address, row.source));
		builder_u32(&a->out, row.failures);
		builder_u32(&a->out, row.refused);
		builder_u32(&a->out, (uint32_t)((row.until_us - a->h->now_us) / 1000));
		builder_bool(&a->out, row.held);
		if (!api_row_done(a, before, from))
			break;
	}
	return STATUS_OK;
}

enum status api_reset_penalties(struct api_ask *a, struct cursor *c)
{
	if (cursor_end(c) != STATUS_OK)
		return c->status;
	penalties_forget(a->h->control->penalties);
	return STATUS_OK;
}
