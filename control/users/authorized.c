// Which public keys open an account.
#include "control/users/users.h"

#include "crypto/core/secret.h"
#include "crypto/wire/names.h"

// Compares in full whatever the lengths, so that the answer's time tells nothing about the key.
static bool blob_matches(struct span have, struct span want)
{
	bool same_length = have.len == want.len;

	return secret_equal(same_length ? have.data : want.data, want.data, want.len) &&
	       same_length;
}

bool users_key_allowed(struct config *c, struct span name, struct span blob)
{
	const struct settings *s = config_hold(c);
	const struct setting *ssh = settings_find(s, API_CLASS_SSH_USER, name);
	struct span list = ssh != NULL ? setting_text(ssh, API_SSH_USER_KEYS) : span_of("", 0);
	bool allowed = false;

	for (unsigned i = 0; i < USER_KEYS_MAX; i++) {
		struct span each = span_of(NULL, 0), have = span_of(NULL, 0);
		const struct setting *key;

		if (!names_next(&list, &each))
			each = span_of(NULL, 0);
		key = settings_find(s, API_CLASS_PEER_KEY, each);
		if (key != NULL)
			have = setting_text(key, API_PEER_KEY_BLOB);
		allowed |= blob_matches(have, blob) && have.len > 0;
	}
	config_give(c);
	return allowed;
}
