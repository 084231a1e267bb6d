// Authentication of a client (RFC 4252, 4256, 8308, 8332): a key first, then the password by
// whichever method the server still takes. One request is under way at a time.
#include "tests/load/client/client_inner.h"

#include "crypto/wire/names.h"

#include <stdio.h>

#define SERVICE_CONNECTION "ssh-connection"
#define PROMPTS_MAX        16u
#define EXTENSIONS_MAX     64u

// RFC 8308 section 2.3; the only extension that matters here is server-sig-algs.
enum status client_on_ext_info(struct client_env *env, struct client *c, struct span body)
{
	struct cursor cur = cursor_over(body);
	uint32_t count = cursor_u32(&cur);

	if (count > EXTENSIONS_MAX)
		return STATUS_TOO_LONG;
	for (uint32_t i = 0; i < count && cursor_ok(&cur); i++) {
		struct span name = cursor_string(&cur), value = cursor_string(&cur);

		if (!span_is(name, "server-sig-algs"))
			continue;
		c->sha512 = names_has(value, span_text("rsa-sha2-512"));
		c->sha256 = names_has(value, span_text("rsa-sha2-256"));
	}
	return cursor_end(&cur);
}

static void request_begin(struct builder *b, const struct client *c, const char *method)
{
	builder_u8(b, SSH_MSG_USERAUTH_REQUEST);
	builder_text(b, c->config->user);
	builder_text(b, SERVICE_CONNECTION);
	builder_text(b, method);
}

// The signature algorithm for our key: for RSA what the server names, else SHA-512.
static const struct hostkey_algorithm *algorithm_for(const struct client *c)
{
	enum hostkey_type type = hostkey_type_of(c->config->key);
	const struct hostkey_algorithm *a;

	if (type == HOSTKEY_RSA && c->sha256 && !c->sha512)
		return hostkey_algorithm_find(span_text("rsa-sha2-256"));
	for (uint32_t row = 0; (a = hostkey_algorithm_at(row)) != NULL; row++) {
		if (a->type == type)
			return a;
	}
	return NULL;
}

// What is signed: string session id, then the request (RFC 4252 section 7).
enum status client_sign_begin(struct client_env *env, struct client *c, struct span body)
{
	uint8_t bytes[HOSTKEY_BLOB_MAX + 1024];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct client_work *w = client_work_new(env, c);

	if (w == NULL)
		return STATUS_NO_MEMORY;
	w->key = c->config->key;
	w->algorithm = algorithm_for(c);
	builder_string(&b, span_of(c->session_id, c->session_id_bytes));
	request_begin(&b, c, "publickey");
	builder_bool(&b, true);
	builder_text(&b, w->algorithm->name);
	builder_string(&b, c->config->key_blob);
	if (builder_end(&b) != STATUS_OK)
		return STATUS_OVERFLOW;
	w->request = blob_copy(builder_span(&b));
	if (w->request.data == NULL)
		return STATUS_NO_MEMORY;
	client_post(env, c, JOB_SIGN);
	return STATUS_OK;
}

enum status client_on_signed(struct client_env *env, struct client *c, struct span body)
{
	uint8_t bytes[HOSTKEY_BLOB_MAX + HOSTKEY_SIGNATURE_MAX + 1024];
	struct builder b = builder_over(bytes, sizeof(bytes));
	size_t skip = 4 + (size_t)c->session_id_bytes;
	struct client_work *w = c->work;

	builder_bytes(&b, span_of(w->request.data + skip, w->request.len - skip));
	builder_string(&b, span_blob(&w->signature));
	client_work_drop(env, c);
	client_send(env, c, builder_span(&b));
	return builder_end(&b);
}

static enum status password_send(struct client_env *env, struct client *c)
{
	uint8_t bytes[1024];
	struct builder b = builder_over(bytes, sizeof(bytes));

	request_begin(&b, c, "password");
	builder_bool(&b, false);
	builder_text(&b, c->config->password);
	client_send(env, c, builder_span(&b));
	secret_wipe(bytes, sizeof(bytes));
	return builder_end(&b);
}

static enum status interactive_send(struct client_env *env, struct client *c)
{
	uint8_t bytes[1024];
	struct builder b = builder_over(bytes, sizeof(bytes));

	request_begin(&b, c, "keyboard-interactive");
	builder_text(&b, "");
	builder_text(&b, "");
	client_send(env, c, builder_span(&b));
	return builder_end(&b);
}

// The next thing to try among what the server takes.
static enum status method_next(struct client_env *env, struct client *c, struct span methods)
{
	const struct client_config *config = c->config;

	if (config->key != NULL && !c->tried_key &&
	    names_has(methods, span_text("publickey"))) {
		c->tried_key = true;
		client_raise(env, c, ASK_SIGNATURE);
		return STATUS_OK;
	}
	if (config->password != NULL && !c->tried_password && !config->interactive &&
	    names_has(methods, span_text("password"))) {
		c->tried_password = true;
		return password_send(env, c);
	}
	if ((config->password != NULL || config->answers != NULL) && !c->tried_interactive &&
	    names_has(methods, span_text("keyboard-interactive"))) {
		c->tried_interactive = true;
		return interactive_send(env, c);
	}
	client_fail(env, c, CLIENT_FAILURE_AUTH, methods);
	return STATUS_OK;
}

enum status client_on_service(struct client_env *env, struct client *c, struct span body)
{
	return method_next(env, c, span_text("publickey,password,keyboard-interactive"));
}

enum status client_on_auth_failure(struct client_env *env, struct client *c, struct span body)
{
	struct cursor cur = cursor_over(body);
	struct span methods = cursor_string_max(&cur, 1024);
	bool partial = cursor_bool(&cur);

	if (cursor_end(&cur) != STATUS_OK)
		return cursor_end(&cur);
	if (partial &&
	    c->answered < c->config->answer_count) // what is asked next is another thing
		c->tried_interactive = false;
	return method_next(env, c, methods);
}

enum status client_on_auth_success(struct client_env *env, struct client *c, struct span body)
{
	if (body.len != 0)
		return STATUS_TRAILING;
	c->record.phase = RECORD_PHASE_OPEN;
	client_tell(env, c, CLIENT_AUTHENTICATED, 0, span_of(NULL, 0));
	return STATUS_OK;
}

static void code_put(const struct client_env *env, const struct client_answer *answer,
                     struct builder *b)
{
	uint64_t now = env->ops->time != NULL ? env->ops->time(env->owner) : 0;
	char code[16];

	snprintf(code, sizeof(code), "%0*u", TOTP_DIGITS,
	         totp_code(span_of(answer->secret, answer->secret_len), now / TOTP_SECONDS,
	                   TOTP_DIGITS));
	builder_text(b, code);
}

// The next answer there is; false when there is none.
static bool answer_put(const struct client_env *env, struct client *c, struct builder *b)
{
	const struct client_config *config = c->config;
	const struct client_answer *answer;

	if (config->answers == NULL) {
		builder_text(b, config->password);
		return true;
	}
	if (c->answered >= config->answer_count)
		return false;
	answer = &config->answers[c->answered++];
	if (answer->text != NULL)
		builder_text(b, answer->text);
	else
		code_put(env, answer, b);
	return true;
}

// RFC 4256 section 3.2. A round may have no prompt at all.
static enum status prompts_answer(struct client_env *env, struct client *c, struct span body)
{
	struct cursor cur = cursor_over(body);
	uint8_t bytes[4096];
	struct builder b = builder_over(bytes, sizeof(bytes));
	uint32_t count;

	cursor_string(&cur); // name
	cursor_string(&cur); // instruction
	cursor_string(&cur); // language
	count = cursor_u32(&cur);
	if (count > PROMPTS_MAX)
		return STATUS_TOO_LONG;
	builder_u8(&b, SSH_MSG_USERAUTH_PK_OK + 1);
	builder_u32(&b, count);
	for (uint32_t i = 0; i < count && cursor_ok(&cur); i++) {
		struct span prompt = cursor_string(&cur);

		cursor_bool(&cur);
		if (cursor_ok(&cur) && !answer_put(env, c, &b)) {
			client_fail(env, c, CLIENT_FAILURE_QUESTION, prompt);
			return STATUS_OK;
		}
	}
	if (cursor_end(&cur) != STATUS_OK)
		return cursor_end(&cur);
	client_send(env, c, builder_span(&b));
	secret_wipe(bytes, sizeof(bytes));
	return builder_end(&b);
}

enum status client_on_auth_more(struct client_env *env, struct client *c, struct span body)
{
	if (c->tried_interactive)
		return prompts_answer(env, c, body);
	if (!c->tried_password)
		return STATUS_UNEXPECTED;
	client_fail(env, c, CLIENT_FAILURE_AUTH, span_text("the password must be changed"));
	return STATUS_OK;
}
