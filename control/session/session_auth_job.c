// A user's signature on its way through the crypto pool.
#include "control/main/crypto_pool.h"
#include "control/session/session_auth.h"

#include "crypto/wire/builder.h"

#include <stdlib.h>

struct verify_job {
	struct shard_job base; // first
	uint32_t slot, life, number;
	const struct hostkey_algorithm *algorithm;
	struct span key, signature, message;
	enum status status;
	uint8_t data[];
};

static void verify_drop(struct pool_job *base)
{
	free(base);
}

static void verify_run(struct pool_job *base)
{
	struct verify_job *job = (struct verify_job *)base;

	job->status = hostkey_verify(job->algorithm, job->key, job->signature, job->message);
}

static void verify_done(struct shard *h, struct shard_job *base)
{
	struct verify_job *job = (struct verify_job *)base;
	struct auth_outcome outcome = {.verdict = job->status == STATUS_OK ? AUTH_PROVEN
	                                                                   : AUTH_DENIED};

	auth_outcome_take(h, job->slot, job->life, job->number, &outcome);
	verify_drop(&job->base.base);
}

// What is signed (RFC 4252 section 7): string session id, then the request up to the signature.
enum status auth_verify(struct shard *h, struct session *s, struct auth_scratch *a,
                        const struct hostkey_algorithm *algorithm,
                        const struct auth_request *request)
{
	size_t message = 4 + s->hash_bytes + request->signed_part.len;
	size_t bytes = request->key.len + request->signature.len + message;
	struct verify_job *job = calloc(1, sizeof(*job) + bytes);
	struct builder b;

	if (job == NULL)
		return STATUS_NO_MEMORY;
	b = builder_over(job->data, bytes);
	builder_bytes(&b, request->key);
	builder_bytes(&b, request->signature);
	builder_string(&b, span_of(s->session_id, s->hash_bytes));
	builder_bytes(&b, request->signed_part);
	job->base = (struct shard_job){
	        .base = {.run = verify_run, .drop = verify_drop},
	        .owner = h,
	        .done = verify_done,
	        .brief = hostkey_verify_is_brief(algorithm, request->key),
	};
	job->slot = session_slot(h, s);
	job->life = s->life;
	job->number = a->job = ++s->jobs;
	job->algorithm = algorithm;
	job->key = span_of(job->data, request->key.len);
	job->signature = span_of(job->data + request->key.len, request->signature.len);
	job->message = span_of(job->data + request->key.len + request->signature.len, message);
	if (crypto_pool_offer(h->control->crypto, &job->base))
		return STATUS_OK;
	COUNT(h, crypto_refused);
	verify_drop(&job->base.base);
	return STATUS_NO_ROOM;
}
