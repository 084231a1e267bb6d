// Accounts. Rules of comware.md 1.4: a password user needs no ssh user entry; a public key user
// needs one and a local user of the same name.
#include "control/users/users.h"

static void text_copy(char *out, size_t size, struct span text)
{
	size_t n = text.len < size - 1 ? text.len : size - 1;

	if (n > 0)
		memcpy(out, text.data, n);
	out[n] = 0;
}

void users_find(struct config *c, struct span name, struct user *out)
{
	const struct settings *s = config_hold(c);
	const struct setting *local = settings_find(s, API_CLASS_LOCAL_USER, name);
	const struct setting *ssh = settings_find(s, API_CLASS_SSH_USER, name);
	uint32_t fallback =
	        setting_number(settings_find(s, API_CLASS_SSH_SERVER, span_of(NULL, 0)),
	                       API_SSH_SERVER_DEFAULT_METHOD);

	*out = (struct user){.method = API_METHOD_PASSWORD, .services = ~0u};
	if (local != NULL) {
		out->known = !setting_number(local, API_LOCAL_USER_BLOCKED) &&
		             setting_number(local, API_LOCAL_USER_SERVICES) & API_SERVICE_SSH;
		out->totp = setting_number(local, API_LOCAL_USER_TOTP);
		out->expired = setting_number(local, API_LOCAL_USER_EXPIRED);
		text_copy(out->role, sizeof(out->role),
		          setting_text(local, API_LOCAL_USER_ROLE));
		text_copy(out->hash, sizeof(out->hash),
		          setting_text(local, API_LOCAL_USER_HASH));
	}
	if (ssh == NULL && fallback > 0)
		out->method = (enum api_method)(fallback - 1);
	if (ssh != NULL) {
		out->method = (enum api_method)setting_number(ssh, API_SSH_USER_METHODS);
		out->services = setting_number(ssh, API_SSH_USER_SERVICES);
	}
	config_give(c);
}

bool user_may_password(const struct user *u)
{
	return user_may_rounds(u) && u->method != API_METHOD_INTERACTIVE;
}

bool user_may_rounds(const struct user *u)
{
	return u->known && u->method != API_METHOD_PUBLICKEY && u->hash[0] != 0;
}

bool user_may_publickey(const struct user *u)
{
	return u->known && u->method != API_METHOD_PASSWORD &&
	       u->method != API_METHOD_INTERACTIVE;
}

void users_password_record(struct api_record *record, struct span name, struct span hash)
{
	*record = (struct api_record){.class = API_CLASS_LOCAL_USER, .key = name};
	record->values[record->count++] =
	        (struct api_value){.field = API_LOCAL_USER_HASH, .text = hash};
	record->values[record->count++] =
	        (struct api_value){.field = API_LOCAL_USER_EXPIRED, .number = 0};
}

enum api_role users_role(const char *role)
{
	if (strcmp(role, API_ROLE_ADMIN_NAME) == 0 || strcmp(role, "level-15") == 0)
		return API_ROLE_ADMIN;
	return API_ROLE_OPERATOR;
}
