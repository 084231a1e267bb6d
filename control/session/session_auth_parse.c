// USERAUTH_REQUEST (RFC 4252 sections 5 to 8) and INFO_RESPONSE (RFC 4256) as values.
#include "control/session/session_auth.h"

#include "crypto/cert/cert.h"
#include "crypto/wire/cursor.h"
#include "crypto/wire/numbers.h"

static void publickey_parse(struct cursor *c, struct span message, struct auth_request *out)
{
	out->has_signature = cursor_bool(c);
	out->algorithm = cursor_string_max(c, 64);
	out->key = cursor_string_max(c, CERT_BLOB_MAX);
	if (out->hostbound)
		out->host_key = cursor_string_max(c, HOSTKEY_BLOB_MAX);
	if (!out->has_signature || !cursor_ok(c))
		return;
	out->signed_part = span_of(message.data, (size_t)(c->at - message.data));
	out->signature = cursor_string_max(c, HOSTKEY_SIGNATURE_MAX);
}

static void password_parse(struct cursor *c, struct auth_request *out)
{
	out->has_signature = cursor_bool(c);
	out->password = cursor_string(c);
	if (out->has_signature)
		out->new_password = cursor_string(c);
}

// Methods that we do not know are read no further: what follows is theirs to define.
enum status auth_request_parse(struct span message, struct auth_request *out)
{
	struct cursor c = cursor_over(message);

	*out = (struct auth_request){0};
	if (cursor_u8(&c) != SSH_MSG_USERAUTH_REQUEST)
		cursor_fail(&c, STATUS_MALFORMED);
	out->user = cursor_string_max(&c, 1024);
	out->service = cursor_string_max(&c, 64);
	out->method = cursor_string_max(&c, 64);
	out->hostbound = span_is(out->method, AUTH_HOSTBOUND);
	if (out->hostbound || span_is(out->method, "publickey"))
		publickey_parse(&c, message, out);
	else if (span_is(out->method, "password"))
		password_parse(&c, out);
	else
		cursor_rest(&c);
	return cursor_end(&c);
}

enum status auth_answers_parse(struct span body, uint32_t want,
                               struct span answers[AUTH_PROMPTS_MAX])
{
	struct cursor c = cursor_over(body);
	uint32_t count = cursor_u32(&c);

	for (uint32_t i = 0; i < count && cursor_ok(&c); i++) {
		struct span answer = cursor_string(&c);

		if (i < AUTH_PROMPTS_MAX)
			answers[i] = answer;
	}
	if (cursor_end(&c) != STATUS_OK)
		return cursor_end(&c);
	return count == want && count <= AUTH_PROMPTS_MAX ? STATUS_OK : STATUS_TOO_MANY;
}
