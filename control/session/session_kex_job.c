// The slow part of a key exchange: our ephemeral key, the shared secret, the exchange hash and the
// keys of both directions. Everything it reads is copied into the job first.
#include "control/main/crypto_pool.h"
#include "control/session/session_kex_job.h"

#include "crypto/wire/builder.h"

#include <stdlib.h>

static struct span keep(uint8_t **at, struct span from)
{
	struct span kept = span_of(*at, from.len);

	if (from.len > 0)
		memcpy(*at, from.data, from.len);
	*at += from.len;
	return kept;
}

void kex_job_drop(struct pool_job *base)
{
	struct kex_job *job = (struct kex_job *)base;

	secret_wipe(job, job->bytes);
	free(job);
}

// Our half, in the group that was agreed on or the method's own.
static enum status job_answer(struct kex_job *job, struct secret *shared)
{
	struct span theirs = job->transcript.client_public;
	struct builder b = builder_over(job->hashed, sizeof(job->hashed));

	if (job->kex->flow->ask == 0)
		return kex_answer(job->kex, theirs, job->public, &job->public_len, shared);
	kex_group_hashed(&job->group, &b);
	job->transcript.group = builder_span(&b);
	return kex_group_answer(job->kex, &job->group, theirs, job->public, &job->public_len,
	                        shared);
}

static void kex_job_run(struct pool_job *base)
{
	struct kex_job *job = (struct kex_job *)base;
	struct secret shared;
	struct span session_id;

	job->status = job_answer(job, &shared);
	if (job->status != STATUS_OK)
		return;
	job->transcript.server_public = span_of(job->public, job->public_len);
	kex_hash(job->kex, &job->transcript, &shared, job->hash);
	session_id = span_of(job->session_id, job->session_id_len);
	if (job->session_id_len == 0)
		session_id = span_of(job->hash, job->kex->hash_bytes);
	for (int d = 0; d < 2; d++)
		kex_derive(job->kex, &shared, job->hash, session_id, (enum kex_direction)d,
		           job->suite[d], &job->keys[d]);
	secret_fini(&shared);
}

static void kex_job_done(struct shard *h, struct shard_job *base)
{
	struct kex_job *job = (struct kex_job *)base;
	struct session *s = session_find(h, job->slot, job->life);

	if (s != NULL && s->kex != 0)
		session_step(h, s, GOT_KEX_ANSWERED, &(struct message){.answer = job});
	kex_job_drop(&base->base);
}

struct kex_job *kex_job_new(struct shard *h, struct session *s, struct kex_scratch *k,
                            struct span host_key, struct span client_public)
{
	const struct ident *ident = pool_at(&h->idents, s->ident);
	size_t bytes = sizeof(struct kex_job) + ident->len + k->theirs.len + k->ours.len +
	               host_key.len + client_public.len;
	struct kex_job *job = calloc(1, bytes);
	uint8_t *at;

	if (job == NULL)
		return NULL;
	at = job->data;
	job->base = (struct shard_job){
	        .base = {.run = kex_job_run,
	                 .drop = kex_job_drop,
	                 .urgent = session_is_authenticated(s)},
	        .owner = h,
	        .done = kex_job_done,
	        .brief = k->choice.kex->brief,
	};
	job->bytes = bytes;
	job->slot = session_slot(h, s);
	job->life = s->life;
	job->number = ++s->jobs;
	job->kex = k->choice.kex;
	job->group = k->group;
	job->suite[0] = k->choice.suite[0];
	job->suite[1] = k->choice.suite[1];
	memcpy(job->session_id, s->session_id, sizeof(job->session_id));
	job->session_id_len = s->hash_bytes;
	job->transcript.client_ident = keep(&at, span_of(ident->bytes, ident->len));
	job->transcript.server_ident =
	        span_text(s->flags & SESSION_OFFERED_V1 ? DATA_IDENT_V1 : DATA_IDENT);
	job->transcript.client_kexinit = keep(&at, span_blob(&k->theirs));
	job->transcript.server_kexinit = keep(&at, span_blob(&k->ours));
	job->transcript.host_key = keep(&at, host_key);
	job->transcript.client_public = keep(&at, client_public);
	k->job = job->number;
	return job;
}
