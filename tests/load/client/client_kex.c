// Key exchange of a client, first and repeated (RFC 4253 sections 7 to 9, RFC 5656).
#include "tests/load/client/client_inner.h"

#include <stdio.h>

#define GROUP_BITS 3072u // of a finite field, where the server may choose it

static bool is_first(const struct client *c)
{
	return c->session_id_bytes == 0;
}

bool client_kex_begin(struct client_env *env, struct client *c)
{
	uint8_t message[4096];
	size_t len = client_kexinit_emit(c->config, is_first(c), message, sizeof(message));
	struct client_work *w = client_work_new(env, c);

	if (w == NULL || len == 0)
		return false;
	w->ours = blob_copy(span_of(message, len));
	client_send(env, c, span_of(message, len));
	return w->ours.data != NULL;
}

enum status client_rekey_begin(struct client_env *env, struct client *c, struct span body)
{
	return client_kex_begin(env, c) ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status client_rekey(struct client_env *env, struct client *c)
{
	if (c->state != CLIENT_OPEN)
		return STATUS_UNEXPECTED;
	client_raise(env, c, ASK_REKEY);
	return STATUS_OK;
}

// The whole message, number included.
enum status client_on_kexinit(struct client_env *env, struct client *c, struct span message)
{
	struct client_work *w = c->work;
	enum status status;

	if (message.len > KEXINIT_BYTES_MAX)
		return STATUS_TOO_LONG;
	w->theirs = blob_copy(message);
	if (w->theirs.data == NULL)
		return STATUS_NO_MEMORY;
	status = client_kexinit_choose(span_blob(&w->ours), span_blob(&w->theirs), &w->choice);
	if (status != STATUS_OK)
		return status;
	w->server_ident = client_server_ident(env, c);
	if (w->choice.kex->flow->ask != 0)
		client_raise(env, c, ASK_GROUP);
	else
		client_post(env, c, JOB_PUBLIC);
	return STATUS_OK;
}

// RFC 4419 section 3.
enum status client_group_ask(struct client_env *env, struct client *c, struct span body)
{
	struct kex_group *asked = &c->work->asked;
	uint8_t message[16];
	struct builder b = builder_over(message, sizeof(message));

	*asked = (struct kex_group){
	        .min = KEX_GROUP_BITS_MIN, .wanted = GROUP_BITS, .max = KEX_GROUP_BITS_MAX};
	builder_u8(&b, c->work->choice.kex->flow->ask);
	builder_u32(&b, asked->min);
	builder_u32(&b, asked->wanted);
	builder_u32(&b, asked->max);
	client_send(env, c, builder_span(&b));
	return builder_end(&b);
}

enum status client_on_group(struct client_env *env, struct client *c, struct span body)
{
	if (body.len > KEX_GROUP_BODY_MAX)
		return STATUS_TOO_LONG;
	c->work->group = blob_copy(body);
	if (c->work->group.data == NULL)
		return STATUS_NO_MEMORY;
	client_post(env, c, JOB_PUBLIC);
	return STATUS_OK;
}

enum status client_on_rekey_asked(struct client_env *env, struct client *c, struct span message)
{
	if (!client_kex_begin(env, c))
		return STATUS_NO_MEMORY;
	return client_on_kexinit(env, c, message);
}

enum status client_on_public(struct client_env *env, struct client *c, struct span body)
{
	uint8_t message[KEX_PUBLIC_MAX + 8];
	struct builder b = builder_over(message, sizeof(message));

	builder_u8(&b, c->work->choice.kex->flow->init);
	builder_string(&b, span_of(c->work->public, c->work->public_bytes));
	client_send(env, c, builder_span(&b));
	return builder_end(&b);
}

static enum status reply_take(struct client_env *env, struct client *c, struct span body,
                              uint8_t number)
{
	if (c->work->choice.kex->flow->reply != number)
		return STATUS_UNEXPECTED;
	c->work->reply = blob_copy(body);
	if (c->work->reply.data == NULL)
		return STATUS_NO_MEMORY;
	client_post(env, c, JOB_VERIFY);
	return STATUS_OK;
}

enum status client_on_reply(struct client_env *env, struct client *c, struct span body)
{
	return reply_take(env, c, body, SSH_MSG_KEX_ECDH_REPLY);
}

enum status client_on_group_reply(struct client_env *env, struct client *c, struct span body)
{
	return reply_take(env, c, body, SSH_MSG_KEX_GROUP_REPLY);
}

static enum status keys_install(struct client_env *env, struct client *c, bool sending)
{
	struct client_work *w = c->work;
	enum kex_direction d = sending ? KEX_CLIENT_TO_SERVER : KEX_SERVER_TO_CLIENT;
	bool strict = is_first(c) ? w->choice.strict : c->record.strict;

	return record_keys_install(env->record, &c->record, w->choice.suite[d]->id, sending,
	                           strict, &w->keys[d]);
}

static void service_ask(struct client_env *env, struct client *c)
{
	uint8_t message[32];
	struct builder b = builder_over(message, sizeof(message));

	builder_u8(&b, SSH_MSG_SERVICE_REQUEST);
	builder_text(&b, "ssh-userauth");
	client_send(env, c, builder_span(&b));
}

enum status client_on_verified(struct client_env *env, struct client *c, struct span body)
{
	static const uint8_t newkeys = SSH_MSG_NEWKEYS;
	struct client_work *w = c->work;
	enum status status = keys_install(env, c, true);

	if (status == STATUS_OK)
		status = keys_install(env, c, false);
	if (status != STATUS_OK)
		return status;
	client_send(env, c, span_of(&newkeys, 1));
	if (!is_first(c))
		return STATUS_OK;
	c->session_id_bytes = w->choice.kex->hash_bytes;
	memcpy(c->session_id, w->hash, c->session_id_bytes);
	service_ask(env, c);
	return STATUS_OK;
}

// "curve25519-sha256 ssh-ed25519 aes128-gcm@openssh.com": kex, host key, cipher to the server and,
// where it has one of its own, MAC.
static void choice_tell(struct client_env *env, struct client *c,
                        const struct client_choice *choice)
{
	const struct suite *suite = choice->suite[KEX_CLIENT_TO_SERVER];
	char words[256];
	int len = snprintf(words, sizeof(words), "%s %s %s%s%s", choice->kex->name,
	                   choice->algorithm->name, suite->cipher,
	                   suite->mac != NULL ? " " : "", suite->mac != NULL ? suite->mac : "");

	client_tell(env, c, CLIENT_KEYED, 0, span_of(words, (size_t)len));
}

enum status client_on_newkeys(struct client_env *env, struct client *c, struct span body)
{
	struct client_choice choice = c->work->choice;

	if (body.len != 0)
		return STATUS_TRAILING;
	client_work_drop(env, c);
	c->keyed_bytes = 0;
	choice_tell(env, c, &choice);
	return STATUS_OK;
}

enum status client_on_rekeyed(struct client_env *env, struct client *c, struct span body)
{
	if (body.len != 0)
		return STATUS_TRAILING;
	client_work_drop(env, c);
	c->keyed_bytes = 0;
	client_pay(env, c);
	client_tell(env, c, CLIENT_REKEYED, 0, span_of(NULL, 0));
	if (c->state == CLIENT_OPEN && client_write_room(c) > 0)
		client_tell(env, c, CLIENT_WRITABLE, 0, span_of(NULL, 0));
	return STATUS_OK;
}
