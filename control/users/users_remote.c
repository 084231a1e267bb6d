// Users whom other servers know: what to ask, and what a yes is worth.
#include "control/aaa/radius.h"
#include "control/api/api_role.h"
#include "control/users/users.h"
#include "crypto/wire/names.h"

#include <stdio.h>

// "primary 192.0.2.9 1812"
static bool server_take(struct span text, struct radius_server *out)
{
	char line[80];
	unsigned port;

	if (text.len >= sizeof(line))
		return false;
	memcpy(line, text.data, text.len);
	line[text.len] = 0;
	if (sscanf(line, "%*s %45s %u", out->address, &port) != 2)
		return false;
	out->port = (uint16_t)port;
	return port <= UINT16_MAX;
}

static void text_take(char *out, size_t size, struct span text)
{
	snprintf(out, size, "%.*s", (int)text.len, (const char *)text.data);
}

static void scheme_take(const struct setting *scheme, struct radius_question *q)
{
	struct span servers = setting_text(scheme, API_RADIUS_SERVERS), server;

	while (q->server_count < RADIUS_SERVERS && names_next(&servers, &server))
		q->server_count += server_take(server, &q->servers[q->server_count]);
	text_take(q->key, sizeof(q->key), setting_text(scheme, API_RADIUS_KEY));
	q->timeout_s = setting_number(scheme, API_RADIUS_TIMEOUT);
	q->tries = setting_number(scheme, API_RADIUS_TRIES);
	q->quiet_minutes = setting_number(scheme, API_RADIUS_QUIET);
}

// The name in the form that the servers expect. False when it is too long.
static bool name_take(const struct settings *s, uint32_t format, struct span name,
                      struct radius_question *q)
{
	const struct setting *aaa = settings_find(s, API_CLASS_AAA, span_of(NULL, 0));
	struct span domain = setting_text(aaa, API_AAA_DEFAULT_DOMAIN);
	const uint8_t *at = memrchr(name.data, '@', name.len);
	size_t pure = at != NULL ? (size_t)(at - name.data) : name.len;
	int len;

	if (format == API_NAME_WITH_DOMAIN && at == NULL)
		len = snprintf(q->user, sizeof(q->user), "%.*s@%.*s", (int)name.len,
		               (const char *)name.data, (int)domain.len,
		               (const char *)domain.data);
	else
		len = snprintf(q->user, sizeof(q->user), "%.*s",
		               (int)(format == API_NAME_WITHOUT_DOMAIN ? pure : name.len),
		               (const char *)name.data);
	return len > 0 && (size_t)len < sizeof(q->user);
}

bool users_radius(struct config *c, const char *scheme, struct span name,
                  struct radius_question *q)
{
	const struct settings *s = config_hold(c);
	const struct setting *system = settings_find(s, API_CLASS_SYSTEM, span_of(NULL, 0));
	const struct setting *r = settings_find(s, API_CLASS_RADIUS, span_text(scheme));
	bool ok = r != NULL && name.len > 0;

	*q = (struct radius_question){0};
	if (ok) {
		scheme_take(r, q);
		text_take(q->nas, sizeof(q->nas), setting_text(system, API_SYSTEM_NAME));
		ok = name_take(s, setting_number(r, API_RADIUS_NAME_FORMAT), name, q) &&
		     q->server_count > 0;
	}
	config_give(c);
	return ok;
}

bool users_remote_roles(struct config *c, struct span name, const char *named,
                        char out[USER_ROLE_MAX + 1])
{
	struct user local;
	const struct settings *s;

	users_find(c, name, &local);
	snprintf(out, USER_ROLE_MAX + 1, "%s", named);
	if (out[0] == 0)
		memcpy(out, local.role, sizeof(local.role));
	if (out[0] == 0) {
		s = config_hold(c);
		text_take(out, USER_ROLE_MAX + 1,
		          setting_text(settings_find(s, API_CLASS_AAA, span_of(NULL, 0)),
		                       API_AAA_DEFAULT_ROLE));
		config_give(c);
	}
	return users_role(c, span_text(out)) != API_ROLE_NONE;
}
