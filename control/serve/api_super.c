// Passwords of nobody in particular. SUPER: another role for one dialogue, against that role's password.
#include "control/serve/api_call.h"

#include "control/link/keeper_client.h"
#include "control/session/session_channel.h"
#include "crypto/core/secret.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#include <stdlib.h>

struct super_ask {
	struct api_ask ask;
	enum api_role role; // that is wanted
};

static void role_set(struct shard *h, const struct api_ask *a, enum api_role role)
{
	struct dialogue *d = dialogue_find(h, a->slot, a->life);

	if (d != NULL && d->state == DIALOGUE_OPENED)
		d->role = (uint8_t)role;
}

static void super_checked(struct shard *h, const struct keeper_ask *ask, enum status status,
                          struct span payload)
{
	struct super_ask *s = (struct super_ask *)(uintptr_t)ask->cookie;

	if (status == STATUS_OK)
		role_set(h, &s->ask, s->role);
	api_reply(h, &s->ask, status, span_of(NULL, 0));
	free(s);
}

// The hash of the role's password; false when it has none.
static bool super_hash(struct shard *h, struct span role, char out[KEEPER_HASH_MAX + 1])
{
	const struct settings *s = config_hold(&h->control->config);
	const struct setting *r = settings_find(s, API_CLASS_SUPER, role);
	struct span hash = r != NULL ? setting_text(r, API_SUPER_HASH) : span_of(NULL, 0);
	bool found = hash.len > 0 && hash.len <= KEEPER_HASH_MAX;

	if (found)
		memcpy(out, hash.data, hash.len);
	out[found ? hash.len : 0] = 0;
	config_give(&h->control->config);
	return found;
}

static enum status super_check(struct api_ask *a, enum api_role role, const char *hash,
                               struct span password)
{
	uint8_t bytes[KEEPER_HASH_MAX + KEEPER_PASSWORD_MAX + 8];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct keeper_ask ask = {.kind = KEEPER_CHECK_PASSWORD, .done = super_checked};
	struct super_ask *kept = malloc(sizeof(*kept));
	enum status status;

	if (kept == NULL)
		return STATUS_NO_MEMORY;
	*kept = (struct super_ask){.ask = *a, .role = role};
	ask.cookie = (uintptr_t)kept;
	builder_text(&b, hash);
	builder_string(&b, password);
	status = builder_end(&b);
	if (status == STATUS_OK)
		status = keeper_ask(a->h, &ask, builder_span(&b));
	secret_wipe(bytes, sizeof(bytes));
	if (status == STATUS_OK)
		return API_LATER;
	free(kept);
	return status;
}

// An administrator takes any role without a password: he could read its hash and set another.
enum status api_super(struct api_ask *a, struct cursor *c)
{
	struct span name = cursor_string_max(c, USER_ROLE_MAX);
	struct span password = cursor_string_max(c, KEEPER_PASSWORD_MAX);
	char hash[KEEPER_HASH_MAX + 1];
	enum status status = cursor_end(c);
	enum api_role role;

	if (status != STATUS_OK)
		return status;
	role = users_role(&a->h->control->config, name);
	if (role == API_ROLE_NONE)
		return STATUS_UNSUPPORTED;
	if (a->role == API_ROLE_ADMIN) {
		role_set(a->h, a, role);
		return STATUS_OK;
	}
	if (!super_hash(a->h, name, hash))
		return STATUS_NOT_FOUND;
	status = super_check(a, role, hash, password);
	secret_wipe(a->h->scratch, sizeof(a->h->scratch));
	return status;
}

// --- its password --------------------------------------------------------------------------------

// A SET_SUPER or SET_LINE_PASSWORD (no role) while the keeper hashes.
struct super_set {
	struct api_ask ask;
	uint8_t role_len;
	uint8_t role[USER_ROLE_MAX];
};

static void super_hashed(struct shard *h, const struct keeper_ask *ask, enum status status,
                         struct span hash)
{
	struct super_set *p = (struct super_set *)(uintptr_t)ask->cookie;
	bool line = p->role_len == 0;
	struct api_record record = {.class = line ? API_CLASS_VTY : API_CLASS_SUPER,
	                            .count = 1};

	record.key = span_of(p->role, p->role_len);
	record.values[0] =
	        (struct api_value){.field = line ? API_VTY_HASH : API_SUPER_HASH, .text = hash};
	if (status == STATUS_OK && (hash.len == 0 || hash.len > KEEPER_HASH_MAX))
		status = STATUS_INTERNAL;
	if (status == STATUS_OK)
		status = api_record_put(&p->ask, &record);
	api_reply(h, &p->ask, status, span_of(NULL, 0));
	free(p);
}

// The role's password, or that of the lines.
static enum status password_set(struct api_ask *a, struct span role, struct span password)
{
	struct keeper_ask ask = {.kind = KEEPER_SET_PASSWORD, .done = super_hashed};
	struct super_set *p = calloc(1, sizeof(*p));
	enum status status;

	if (p == NULL)
		return STATUS_NO_MEMORY;
	p->ask = *a;
	p->role_len = (uint8_t)role.len;
	if (role.len > 0)
		memcpy(p->role, role.data, role.len);
	ask.cookie = (uintptr_t)p;
	status = keeper_ask(a->h, &ask, password);
	secret_wipe(a->h->scratch, sizeof(a->h->scratch));
	if (status == STATUS_OK)
		return API_LATER;
	free(p);
	return status;
}

enum status api_set_super(struct api_ask *a, struct cursor *c)
{
	struct span role = cursor_string_max(c, USER_ROLE_MAX);
	struct span password = cursor_string_max(c, KEEPER_PASSWORD_MAX);
	enum status status = cursor_end(c);

	if (status == STATUS_OK &&
	    (role.len == 0 || !span_is_printable(role) || password.len == 0))
		status = STATUS_MALFORMED;
	return status == STATUS_OK ? password_set(a, role, password) : status;
}

enum status api_set_line_password(struct api_ask *a, struct cursor *c)
{
	struct span password = cursor_string_max(c, KEEPER_PASSWORD_MAX);
	enum status status = cursor_end(c);

	if (status == STATUS_OK && password.len == 0)
		status = STATUS_MALFORMED;
	return status == STATUS_OK ? password_set(a, span_of(NULL, 0), password) : status;
}
