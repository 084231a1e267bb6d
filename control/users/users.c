// Accounts. Rules of comware.md 1.4: a password user needs no ssh user entry; a public key user
// needs one and a local user of the same name.
#include "control/users/users.h"

#include "control/api/api_role.h"
#include "control/users/lockout.h"
#include "crypto/wire/names.h"
#include "dataplane/base/ip_addr.h"

#include <time.h>

static void text_copy(char *out, size_t size, struct span text)
{
	size_t n = text.len < size - 1 ? text.len : size - 1;

	if (n > 0)
		memcpy(out, text.data, n);
	out[n] = 0;
}

// "pure@domain" when that domain is configured; any other name is whole, and of the default domain.
static const struct setting *domain_of(const struct settings *s, struct span name,
                                       struct span *pure)
{
	const struct setting *aaa = settings_find(s, API_CLASS_AAA, span_of(NULL, 0)), *domain;
	const uint8_t *at = name.len > 0 ? memrchr(name.data, '@', name.len) : NULL;

	*pure = name;
	if (at != NULL) {
		size_t before = (size_t)(at - name.data);

		domain = settings_find(s, API_CLASS_DOMAIN,
		                       span_of(at + 1, name.len - before - 1));
		if (domain == NULL)
			return NULL;
		pure->len = before;
		return domain;
	}
	return settings_find(s, API_CLASS_DOMAIN, setting_text(aaa, API_AAA_DEFAULT_DOMAIN));
}

const struct setting *users_ssh_entry(const struct settings *s, struct span name)
{
	const struct setting *entry = settings_find(s, API_CLASS_SSH_USER, name);
	struct span pure;

	(void)domain_of(s, name, &pure);
	return entry != NULL ? entry : settings_find(s, API_CLASS_SSH_USER, pure);
}

// Passwords that were set before control was taken of them have no time, and do not age.
static bool has_expired(const struct settings *s, const struct setting *local)
{
	const struct setting *control =
	        settings_find(s, API_CLASS_PASSWORD_CONTROL, span_of(NULL, 0));
	uint64_t changed = setting_number(local, API_LOCAL_USER_CHANGED);
	uint64_t days = setting_number(control, API_PASSWORD_CONTROL_AGING);

	return setting_number(control, API_PASSWORD_CONTROL_ENABLE) != 0 && days > 0 &&
	       changed > 0 && (uint64_t)time(NULL) > changed + days * 86400;
}

void users_lockout_rule(struct config *c, struct lockout_rule *out)
{
	const struct settings *s = config_hold(c);
	const struct setting *r =
	        settings_find(s, API_CLASS_PASSWORD_CONTROL, span_of(NULL, 0));

	*out = (struct lockout_rule){
	        .exceed = (enum lockout_exceed)setting_number(r, API_PASSWORD_CONTROL_EXCEED),
	        .minutes = setting_number(r, API_PASSWORD_CONTROL_LOCK_MINUTES)};
	if (setting_number(r, API_PASSWORD_CONTROL_ENABLE) != 0)
		out->tries = setting_number(r, API_PASSWORD_CONTROL_TRIES);
	config_give(c);
}

static void local_take(struct user *out, const struct setting *local)
{
	struct span bound = setting_text(local, API_LOCAL_USER_BOUND);
	struct ip_addr address;

	if (bound.len > 0 && ip_from_text(bound, &address))
		memcpy(out->bound, address.bytes, sizeof(out->bound));
	out->access_limit = setting_number(local, API_LOCAL_USER_ACCESS_LIMIT);
	out->known = !setting_number(local, API_LOCAL_USER_BLOCKED) &&
	             setting_number(local, API_LOCAL_USER_SERVICES) & API_SERVICE_SSH;
	text_copy(out->role, sizeof(out->role), setting_text(local, API_LOCAL_USER_ROLE));
	text_copy(out->hash, sizeof(out->hash), setting_text(local, API_LOCAL_USER_HASH));
}

// Who logs in by key and is no local user has the role of the line, where it has one.
static void line_take(struct user *out, const struct setting *vty)
{
	struct span role = setting_text(vty, API_VTY_ROLE);

	out->known = role.len > 0;
	text_copy(out->role, sizeof(out->role), role);
}

void users_find(struct config *c, struct span name, struct user *out)
{
	const struct settings *s = config_hold(c);
	const struct setting *ssh = users_ssh_entry(s, name), *domain, *local;
	uint32_t fallback =
	        setting_number(settings_find(s, API_CLASS_SSH_SERVER, span_of(NULL, 0)),
	                       API_SSH_SERVER_DEFAULT_METHOD);
	struct span pure;

	*out = (struct user){.method = API_METHOD_PASSWORD, .services = ~0u, .local = true};
	domain = domain_of(s, name, &pure);
	local = settings_find(s, API_CLASS_LOCAL_USER, pure);
	if (local != NULL) {
		local_take(out, local);
		out->totp = setting_number(local, API_LOCAL_USER_TOTP);
		out->expired = setting_number(local, API_LOCAL_USER_EXPIRED) != 0 ||
		               has_expired(s, local);
	}
	if (domain != NULL) {
		text_copy(out->scheme, sizeof(out->scheme),
		          setting_text(domain, API_DOMAIN_SCHEME));
		out->local = setting_number(domain, API_DOMAIN_LOCAL) != 0;
	}
	if (ssh == NULL && fallback > 0)
		out->method = (enum api_method)(fallback - 1);
	if (ssh != NULL && local == NULL)
		line_take(out, settings_find(s, API_CLASS_VTY, span_of(NULL, 0)));
	if (ssh != NULL) {
		out->method = (enum api_method)setting_number(ssh, API_SSH_USER_METHODS);
		out->services = setting_number(ssh, API_SSH_USER_SERVICES);
	}
	config_give(c);
}

void user_from(struct user *u, const uint8_t address[16])
{
	static const uint8_t any[16];

	if (memcmp(u->bound, any, sizeof(any)) == 0 ||
	    memcmp(u->bound, address, sizeof(u->bound)) == 0)
		return;
	u->known = false;
	u->hash[0] = 0;
	u->scheme[0] = 0;
}

bool user_may_password(const struct user *u)
{
	return user_may_rounds(u) && u->method != API_METHOD_INTERACTIVE;
}

bool user_may_rounds(const struct user *u)
{
	return u->method != API_METHOD_PUBLICKEY &&
	       (u->remote || (u->known && u->hash[0] != 0));
}

bool user_may_publickey(const struct user *u)
{
	return u->known && u->method != API_METHOD_PASSWORD &&
	       u->method != API_METHOD_INTERACTIVE;
}

// Under password control a password knows its age.
void users_password_record(struct config *c, struct api_record *record, struct span name,
                           struct span hash)
{
	const struct settings *s = config_hold(c);
	const struct setting *control =
	        settings_find(s, API_CLASS_PASSWORD_CONTROL, span_of(NULL, 0));
	uint32_t on = setting_number(control, API_PASSWORD_CONTROL_ENABLE);

	config_give(c);
	*record = (struct api_record){.class = API_CLASS_LOCAL_USER, .key = name};
	record->values[record->count++] =
	        (struct api_value){.field = API_LOCAL_USER_HASH, .text = hash};
	record->values[record->count++] =
	        (struct api_value){.field = API_LOCAL_USER_EXPIRED, .number = 0};
	record->values[record->count++] = (struct api_value){
	        .field = API_LOCAL_USER_CHANGED, .number = on ? (uint32_t)time(NULL) : 0};
}

// A role of one's own, or rules for a predefined one.
static bool has_rules(const struct settings *s, struct span name)
{
	return name.len > 0 && settings_find(s, API_CLASS_ROLE, name) != NULL;
}

enum api_role users_role(struct config *c, struct span roles)
{
	enum api_role best = api_role_highest(roles);
	const struct settings *s;
	struct span name;

	if (best == API_ROLE_ADMIN)
		return best;
	s = config_hold(c);
	while (names_next(&roles, &name))
		if (has_rules(s, name))
			best = API_ROLE_CUSTOM;
	config_give(c);
	return best;
}
