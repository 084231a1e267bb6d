// Keys of SSH-1.5: we show a host key and a server key, the client chooses a session key and hides
// it under both, the keeper opens it.
#include "control/session/session_v1.h"

#include "control/link/keeper_client.h"
#include "control/main/log.h"
#include "control/session/session_table.h"
#include "crypto/core/random.h"
#include "crypto/core/secret.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/suite/ssh1_cipher.h"
#include "crypto/suite/suite.h"

#include <openssl/evp.h>

// Ways to log in that we show: RSA and password, by number.
#define METHODS (1u << 2 | 1u << 3)

struct v1_scratch *v1_scratch_of(struct shard *h, const struct session *s)
{
	return pool_at(&h->v1s, s->v1);
}

void v1_drop(struct shard *h, struct session *s)
{
	pool_give(&h->v1s, &s->v1); // wipes
}

void v1_answer(struct shard *h, struct session *s, bool success)
{
	uint8_t number = success ? SSH1_SMSG_SUCCESS : SSH1_SMSG_FAILURE;

	session_send(h, s, span_of(&number, 1));
}

// What the keeper answers belongs to the question that was asked last.
static void keeper_done(struct shard *h, const struct keeper_ask *ask, enum status status,
                        struct span payload)
{
	struct session *s = session_find(h, ask->slot, ask->life);
	struct v1_scratch *v = s != NULL ? v1_scratch_of(h, s) : NULL;
	struct message m = {.body = payload, .sequence = (uint32_t)status};

	if (v != NULL && v->job == ask->number)
		session_step(h, s,
		             ask->kind == KEEPER_SSH1_OPEN ? GOT_V1_OPENED : GOT_V1_SERVER_KEY,
		             &m);
}

static enum status ask_keeper(struct shard *h, struct session *s, struct keeper_ask *ask,
                              struct span payload)
{
	ask->slot = session_slot(h, s);
	ask->life = s->life;
	ask->number = v1_scratch_of(h, s)->job = ++s->jobs;
	ask->done = keeper_done;
	return keeper_ask(h, ask, payload);
}

enum status v1_begin(struct shard *h, struct session *s)
{
	struct keeper_ask ask = {.kind = KEEPER_SSH1_PUBLIC};
	char address[LOG_ADDRESS_MAX];
	enum status status;

	s->flags |= SESSION_V1;
	COUNT(h, v1_sessions);
	log_session(h, s, LOG_WARNING, "SSHS_SSH1",
	            "Client %s uses SSH-1, which protects little: disable it when you can.",
	            log_address(address, s->remote));
	if (pool_take(&h->v1s, &s->v1) == NULL)
		return STATUS_NO_MEMORY;
	ask.body.bits = atomic_load(&h->control->config.server_key_hours);
	status = ask_keeper(h, s, &ask, span_of(NULL, 0));
	if (status != STATUS_OK)
		return status;
	session_enter(h, s, SESSION_V1_WAIT_KEY);
	return STEP_STAY;
}

// --- our keys ------------------------------------------------------------------------------------

struct rsa_numbers {
	struct span e, n;
};

static bool numbers_of(struct span blob, struct rsa_numbers *out)
{
	struct cursor c = cursor_over(blob);

	cursor_string(&c);
	out->e = cursor_mpint(&c);
	out->n = cursor_mpint(&c);
	return cursor_end(&c) == STATUS_OK && out->n.len > 0;
}

static bool host_numbers(const struct shard *h, struct rsa_numbers *out)
{
	for (uint32_t i = 0; i < h->hostkey_count; i++) {
		if (h->hostkeys[i].type == HOSTKEY_RSA)
			return numbers_of(span_blob(&h->hostkeys[i].blob), out);
	}
	return false;
}

static void numbers_emit(struct builder *b, const struct rsa_numbers *v)
{
	builder_u32(b, (uint32_t)(8 * v->n.len - (size_t)(__builtin_clz(v->n.data[0]) - 24)));
	builder_ssh1_mpint(b, v->e);
	builder_ssh1_mpint(b, v->n);
}

static bool md5_of(struct span a, struct span b, struct span c, uint8_t out[SSH1_ID_BYTES])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL && EVP_DigestInit_ex2(ctx, EVP_md5(), NULL) == 1 &&
	          EVP_DigestUpdate(ctx, a.data, a.len) == 1 &&
	          EVP_DigestUpdate(ctx, b.data, b.len) == 1 &&
	          EVP_DigestUpdate(ctx, c.data, c.len) == 1 &&
	          EVP_DigestFinal_ex(ctx, out, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

enum status v1_on_server_key(struct shard *h, struct session *s, const struct message *m)
{
	struct v1_scratch *v = v1_scratch_of(h, s);
	uint8_t message[2 * HOSTKEY_BLOB_MAX + 64];
	struct builder b = builder_over(message, sizeof(message));
	struct cursor c = cursor_over(m->body);
	struct rsa_numbers server, host;

	v->server_key = cursor_u32(&c);
	if (m->sequence != STATUS_OK || !host_numbers(h, &host) ||
	    !numbers_of(cursor_rest(&c), &server)) {
		COUNT(h, kex_failed);
		session_refuse(h, s, STATUS_KEX_FAILED, "this device has no RSA host key");
		return STEP_STAY;
	}
	random_fill(v->cookie, sizeof(v->cookie));
	if (!md5_of(host.n, server.n, span_of(v->cookie, sizeof(v->cookie)), v->id))
		return STATUS_INTERNAL;
	builder_u8(&b, SSH1_SMSG_PUBLIC_KEY);
	builder_bytes(&b, span_of(v->cookie, sizeof(v->cookie)));
	numbers_emit(&b, &server);
	numbers_emit(&b, &host);
	builder_u32(&b, 0); // protocol flags
	builder_u32(&b, SSH1_CIPHERS);
	builder_u32(&b, METHODS);
	COUNT(h, kex_started);
	return builder_end(&b) == STATUS_OK && session_send_now(h, s, builder_span(&b))
	               ? STATUS_OK
	               : STATUS_NO_ROOM;
}

// --- the client's key ----------------------------------------------------------------------------

enum status v1_on_session_key(struct shard *h, struct session *s, const struct message *m)
{
	struct v1_scratch *v = v1_scratch_of(h, s);
	struct keeper_ask ask = {.kind = KEEPER_SSH1_OPEN};
	struct cursor c = cursor_over(m->body);
	uint8_t cipher = cursor_u8(&c);
	struct span cookie = cursor_bytes(&c, SSH1_COOKIE_BYTES);
	struct span wrapped = cursor_ssh1_mpint(&c);
	enum status status;

	cursor_u32(&c); // protocol flags
	status = cursor_end(&c);
	if (status != STATUS_OK)
		return status;
	// The cookie comes back from where our packets go.
	if (!secret_equal(cookie.data, v->cookie, sizeof(v->cookie)))
		return STATUS_KEX_FAILED;
	if (ssh1_cipher_name(cipher) == NULL) {
		COUNT(h, kex_no_common);
		return STATUS_NO_COMMON;
	}
	v->cipher = cipher;
	ask.body.algorithm = v->server_key;
	return ask_keeper(h, s, &ask, wrapped);
}

static bool keys_post(struct shard *h, struct session *s, uint8_t cipher, bool sending,
                      const struct suite_keys *keys)
{
	struct data_keys body = {.suite = cipher, .sending = sending};
	struct link_cell cell = {.kind = DATA_KEYS_INSTALL,
	                         .slot = session_slot(h, s),
	                         .life = s->life,
	                         .offset = s->down_bytes};

	memcpy(cell.body, &body, sizeof(body));
	return link_send(h->data, &cell, span_of(keys, sizeof(*keys)));
}

enum status v1_on_opened(struct shard *h, struct session *s, const struct message *m)
{
	struct v1_scratch *v = v1_scratch_of(h, s);
	struct suite_keys keys = {0};
	bool posted;

	if (m->sequence != STATUS_OK || m->body.len != SSH1_KEY_BYTES) {
		COUNT(h, kex_failed);
		return STATUS_KEX_FAILED;
	}
	memcpy(keys.key, m->body.data, SSH1_KEY_BYTES);
	for (size_t i = 0; i < sizeof(v->id); i++)
		keys.key[i] ^= v->id[i];
	posted = keys_post(h, s, v->cipher, false, &keys) &&
	         keys_post(h, s, v->cipher, true, &keys);
	secret_wipe(&keys, sizeof(keys));
	if (!posted)
		return STATUS_NO_ROOM;
	s->suite[0] = s->suite[1] = v->cipher;
	s->keyed_us = h->now_us;
	COUNT(h, kex_finished);
	v1_answer(h, s, true);
	return STATUS_OK;
}
