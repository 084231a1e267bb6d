// The slow arithmetic: runs on any thread and touches nothing but its work (and, under a lock of
// its own, what is trusted).
#include "tests/load/client/client_inner.h"

#include <stdio.h>

static void job_fail(struct client_work *w, enum client_failure failure, enum status status)
{
	w->status = status;
	w->failure = failure;
	if (w->words[0] == '\0')
		snprintf(w->words, sizeof(w->words), "%s", status_text(status));
}

void client_job_public(struct client_work *w)
{
	bool asked = w->choice.kex->flow->ask != 0;

	w->status =
	        asked ? kex_group_client_start(w->choice.kex, &w->asked, span_blob(&w->group),
	                                       &w->kex, w->public, &w->public_bytes)
	              : kex_client_start(w->choice.kex, &w->kex, w->public, &w->public_bytes);
	if (w->status != STATUS_OK)
		job_fail(w, asked ? CLIENT_FAILURE_KEX : CLIENT_FAILURE_LOCAL, w->status);
}

// What was asked for and what came of it, as both sides hash it (RFC 4419 section 3).
static void group_hashed(const struct client_work *w, struct builder *b)
{
	if (w->choice.kex->flow->ask == 0)
		return;
	builder_u32(b, w->asked.min);
	builder_u32(b, w->asked.wanted);
	builder_u32(b, w->asked.max);
	builder_bytes(b, span_blob(&w->group));
}

struct kex_reply {
	struct span host_key, public, signature;
};

static enum status reply_parse(struct span message, struct kex_reply *out)
{
	struct cursor c = cursor_over(message);

	out->host_key = cursor_string_max(&c, HOSTKEY_BLOB_MAX);
	out->public = cursor_string_max(&c, KEX_PUBLIC_MAX);
	out->signature = cursor_string_max(&c, HOSTKEY_SIGNATURE_MAX);
	return cursor_end(&c);
}

static void keys_make(struct client_work *w, const struct secret *shared)
{
	struct span session_id = span_of(w->session_id, w->session_id_bytes);

	if (session_id.len == 0)
		session_id = span_of(w->hash, w->choice.kex->hash_bytes);
	for (int d = 0; d < 2; d++)
		kex_derive(w->choice.kex, shared, w->hash, session_id, (enum kex_direction)d,
		           w->choice.suite[d], &w->keys[d]);
}

void client_job_verify(struct client_work *w)
{
	struct kex_client *state = w->kex;
	struct kex_transcript t = {.client_ident = span_text(CLIENT_IDENT),
	                           .server_ident = w->server_ident,
	                           .client_kexinit = span_blob(&w->ours),
	                           .server_kexinit = span_blob(&w->theirs),
	                           .client_public = span_of(w->public, w->public_bytes)};
	uint8_t group[KEX_GROUP_BODY_MAX + 12];
	struct builder b = builder_over(group, sizeof(group));
	struct kex_reply reply;
	struct secret shared;
	enum status status = reply_parse(span_blob(&w->reply), &reply);

	if (status != STATUS_OK) {
		job_fail(w, CLIENT_FAILURE_PROTOCOL, status);
		return;
	}
	w->kex = NULL;
	status = kex_client_finish(state, reply.public, &shared);
	if (status != STATUS_OK) {
		job_fail(w, CLIENT_FAILURE_KEX, status);
		return;
	}
	group_hashed(w, &b);
	t.group = builder_span(&b);
	t.host_key = reply.host_key;
	t.server_public = reply.public;
	kex_hash(w->choice.kex, &t, &shared, w->hash);
	keys_make(w, &shared);
	secret_fini(&shared);
	w->status = host_trust_check(w->trust, reply.host_key, &w->failure, w->words,
	                             sizeof(w->words));
	if (w->status != STATUS_OK)
		return;
	status = hostkey_verify(w->choice.algorithm, reply.host_key, reply.signature,
	                        span_of(w->hash, w->choice.kex->hash_bytes));
	if (status != STATUS_OK)
		job_fail(w, CLIENT_FAILURE_SIGNATURE, status);
}

void client_job_sign(struct client_work *w)
{
	w->status = hostkey_sign(w->key, w->algorithm, span_blob(&w->request), &w->signature);
	if (w->status != STATUS_OK)
		job_fail(w, CLIENT_FAILURE_LOCAL, w->status);
}
