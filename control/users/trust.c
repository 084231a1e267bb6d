// Whose certificates are believed, and which are not any more.
#include "control/users/users.h"

#include "crypto/wire/builder.h"
#include "crypto/wire/names.h"

#include <stdlib.h>

#define AUTHORITIES_BYTES (USER_AUTHORITIES_MAX * 4204u)

static void authorities_copy(const struct settings *s, struct span names, struct builder *out)
{
	struct span name;

	for (unsigned i = 0; i < USER_AUTHORITIES_MAX && names_next(&names, &name); i++) {
		const struct setting *key = settings_find(s, API_CLASS_PEER_KEY, name);

		if (key != NULL)
			builder_string(out, setting_text(key, API_PEER_KEY_BLOB));
	}
}

bool users_trust(struct config *c, struct blob *authorities, struct blob *revoked)
{
	const struct settings *s = config_hold(c);
	const struct setting *r = settings_find(s, API_CLASS_SSH_TRUST, span_of(NULL, 0));
	struct builder b = builder_over(malloc(AUTHORITIES_BYTES), AUTHORITIES_BYTES);

	*authorities = (struct blob){b.base, 0};
	*revoked = blob_copy(setting_text(r, API_SSH_TRUST_REVOKED));
	if (b.base != NULL)
		authorities_copy(s, setting_text(r, API_SSH_TRUST_AUTHORITIES), &b);
	authorities->len = builder_span(&b).len;
	config_give(c);
	if (b.base != NULL && revoked->data != NULL)
		return true;
	blob_fini(authorities);
	blob_fini(revoked);
	return false;
}

bool users_has_authorities(struct config *c)
{
	const struct settings *s = config_hold(c);
	const struct setting *r = settings_find(s, API_CLASS_SSH_TRUST, span_of(NULL, 0));
	bool any = setting_text(r, API_SSH_TRUST_AUTHORITIES).len > 0;

	config_give(c);
	return any;
}
