// Which public keys open an account.
#include "control/users/users.h"

#include "crypto/cert/cert_revoked.h"
#include "crypto/core/secret.h"
#include "crypto/wire/cursor.h"
#include "crypto/wire/names.h"

// Compares in full whatever the lengths, so that the answer's time tells nothing about the key.
static bool blob_matches(struct span have, struct span want)
{
	bool same_length = have.len == want.len;

	return secret_equal(same_length ? have.data : want.data, want.data, want.len) &&
	       same_length;
}

static bool has_modulus(struct span blob, struct span modulus)
{
	struct cursor c = cursor_over(blob);
	struct span name = cursor_string(&c);

	cursor_mpint(&c); // exponent
	return span_is(name, "ssh-rsa") && span_equal(cursor_mpint(&c), modulus) &&
	       cursor_end(&c) == STATUS_OK;
}

// Looked up whoever asks with it, so that the time tells nothing about the user.
static bool is_revoked(const struct settings *s, struct span key)
{
	const struct setting *r = settings_find(s, API_CLASS_SSH_TRUST, span_of(NULL, 0));
	struct cert_revoked_subject subject = {.key = key};
	struct span list = setting_text(r, API_SSH_TRUST_REVOKED);

	return list.len > 0 && cert_is_revoked(list, &subject);
}

bool users_rsa_key(struct config *c, struct span name, struct span modulus, struct blob *out)
{
	const struct settings *s = config_hold(c);
	const struct setting *ssh = settings_find(s, API_CLASS_SSH_USER, name), *key;
	struct span list = ssh != NULL ? setting_text(ssh, API_SSH_USER_KEYS) : span_of("", 0);
	struct span each;

	*out = (struct blob){NULL, 0};
	while (modulus.len > 0 && out->data == NULL && names_next(&list, &each)) {
		key = settings_find(s, API_CLASS_PEER_KEY, each);
		if (key != NULL && has_modulus(setting_text(key, API_PEER_KEY_BLOB), modulus))
			*out = blob_copy(setting_text(key, API_PEER_KEY_BLOB));
	}
	if (out->data != NULL && is_revoked(s, span_blob(out)))
		blob_fini(out);
	config_give(c);
	return out->data != NULL;
}

bool users_key_allowed(struct config *c, struct span name, struct span blob)
{
	const struct settings *s = config_hold(c);
	const struct setting *ssh = users_ssh_entry(s, name);
	struct span list = ssh != NULL ? setting_text(ssh, API_SSH_USER_KEYS) : span_of("", 0);
	bool revoked = is_revoked(s, blob), allowed = false;

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
	return allowed && !revoked;
}
