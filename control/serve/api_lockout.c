// Calls about users beside their settings: who is kept out, who is in.
#include "control/serve/api_call.h"

#include "control/main/exceptions.h"
#include "control/main/log.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

enum status api_blacklist(struct api_ask *a, struct cursor *c)
{
	struct lockout *l = &a->h->control->lockout;
	struct lockout_entry e;
	uint32_t at = (uint32_t)a->head.cursor;
	char address[LOG_ADDRESS_MAX];

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	for (; lockout_next(l, &at, a->h->now_us / 1000000, &e); at++) {
		size_t before = a->out.len;

		builder_text(&a->out, e.user);
		builder_text(&a->out, log_address(address, e.address));
		builder_u32(&a->out, e.failures);
		builder_u8(&a->out, e.locked);
		if (!api_row_done(a, before, at))
			break;
	}
	return STATUS_OK;
}

enum status api_blacklist_reset(struct api_ask *a, struct cursor *c)
{
	struct span user = cursor_string_max(c, LOCKOUT_USER_MAX);

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	builder_u32(&a->out, lockout_reset(&a->h->control->lockout, user));
	return STATUS_OK;
}

enum status api_user_sessions(struct api_ask *a, struct cursor *c)
{
	char user[USER_SESSIONS_NAME];
	uint32_t sessions;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	for (uint32_t i = (uint32_t)a->head.cursor;
	     user_sessions_at(&a->h->control->user_sessions, i, user, &sessions); i++) {
		size_t before = a->out.len;

		builder_text(&a->out, user);
		builder_u32(&a->out, sessions);
		if (!api_row_done(a, before, i))
			break;
	}
	return STATUS_OK;
}

enum status api_exceptions(struct api_ask *a, struct cursor *c)
{
	uint32_t most = atomic_load(&a->h->control->config.exceptions);
	char address[LOG_ADDRESS_MAX];
	struct exception e;

	if (cursor_end(c) != STATUS_OK)
		return c->status;
	for (uint32_t i = (uint32_t)a->head.cursor; exceptions_at(i, most, &e); i++) {
		size_t before = a->out.len;

		builder_u64(&a->out, e.at_s);
		builder_text(&a->out, e.user);
		builder_text(&a->out, log_address(address, e.address));
		builder_text(&a->out, e.is_v1 ? "1.5" : "2.0");
		builder_text(&a->out, e.stage);
		builder_u8(&a->out, e.services);
		builder_u32(&a->out, e.line);
		builder_u8(&a->out, e.reason);
		builder_text(&a->out, e.reply);
		if (!api_row_done(a, before, i))
			break;
	}
	return STATUS_OK;
}
