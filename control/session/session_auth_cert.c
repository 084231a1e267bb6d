// A user's certificate on its way through the crypto pool: is it good for this user, here and now,
// and has the one who holds its key signed? Both for a query and for a signed request, so that what
// a query tells is what an authority has signed.
#include "control/main/crypto_pool.h"
#include "control/main/log.h"
#include "control/session/session_auth.h"
#include "crypto/cert/cert.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#include <stdlib.h>
#include <time.h>

struct cert_job {
	struct shard_job base; // first
	uint32_t slot, life, number;
	bool query;
	const struct cert_algorithm *algorithm;
	const struct hostkey_algorithm *plain;
	struct span principal, cert, signature, message; // in data
	struct blob authorities, revoked;                // owned
	uint8_t source[16];
	uint64_t now;
	// Results.
	bool good;
	const char *why; // when it is not
	uint64_t serial;
	uint8_t data[];
};

static void cert_drop(struct pool_job *base)
{
	struct cert_job *job = (struct cert_job *)base;

	blob_fini(&job->authorities);
	blob_fini(&job->revoked);
	free(job);
}

// An address of IPv4 stands in it as IPv6 maps it.
static struct span source_of(const struct cert_job *job)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(job->source, mapped, sizeof(mapped)) == 0 ? span_of(job->source + 12, 4)
	                                                        : span_of(job->source, 16);
}

static enum cert_verdict judge(const struct cert_job *job, const struct cert *cert)
{
	struct span authorities[USER_AUTHORITIES_MAX];
	struct cert_question q = {.kind = CERT_USER,
	                          .principal = job->principal,
	                          .now = job->now,
	                          .authorities = authorities,
	                          .source = source_of(job),
	                          .revoked = span_blob(&job->revoked)};
	struct cursor c = cursor_over(span_blob(&job->authorities));

	while (cursor_left(&c) > 0 && q.authority_count < USER_AUTHORITIES_MAX)
		authorities[q.authority_count++] = cursor_string(&c);
	return cert_judge(cert, &q);
}

static bool is_signed(const struct cert_job *job, const struct cert *cert)
{
	struct hostkey_touch touch = {0};
	struct blob key = {NULL, 0};
	enum status status = cert_key_blob(cert, &key);

	if (status == STATUS_OK)
		status = hostkey_verify_touch(job->plain, span_blob(&key), job->signature,
		                              job->message, &touch);
	blob_fini(&key);
	return status == STATUS_OK && cert_touch_ok(cert, &touch);
}

// Why not; NULL: it is good.
static const char *cert_fault(struct cert_job *job)
{
	enum cert_verdict verdict;
	struct cert cert;

	if (cert_parse(job->cert, &cert) != STATUS_OK)
		return "certificate is malformed";
	job->serial = cert.serial;
	if (strcmp(cert.name, job->algorithm->format) != 0)
		return "certificate is of another format than the request names";
	verdict = judge(job, &cert);
	if (verdict != CERT_GOOD)
		return cert_verdict_text(verdict);
	// Whoever may run one command only is no user of ours.
	if (cert.force_command.data != NULL)
		return "certificate is for one command only, which this device does not do";
	if (!job->query && !is_signed(job, &cert))
		return "signature does not verify";
	return NULL;
}

static void cert_run(struct pool_job *base)
{
	struct cert_job *job = (struct cert_job *)base;

	job->why = cert_fault(job);
	job->good = job->why == NULL;
}

static void cert_done(struct shard *h, struct shard_job *base)
{
	struct cert_job *job = (struct cert_job *)base;
	struct session *s = session_find(h, job->slot, job->life);
	struct auth_outcome outcome = {.verdict = job->good ? AUTH_PROVEN : AUTH_DENIED};
	uint8_t bytes[CERT_BLOB_MAX + 128];
	struct builder b = builder_over(bytes, sizeof(bytes));
	char text[4 * USER_NAME_MAX + 1];

	if (s != NULL && !job->good)
		log_session(h, s, LOG_INFO, "SSHS_CERTIFICATE",
		            "The certificate (serial %llu) of SSH user %s was refused: %s.",
		            (unsigned long long)job->serial,
		            log_escape(text, sizeof(text), job->principal), job->why);
	if (job->query) {
		outcome.verdict = job->good ? AUTH_USABLE : AUTH_UNUSABLE;
		builder_u8(&b, SSH_MSG_USERAUTH_PK_OK);
		builder_text(&b, job->algorithm->name);
		builder_string(&b, job->cert);
		outcome.prompt = builder_span(&b);
	}
	auth_outcome_take(h, job->slot, job->life, job->number, &outcome);
	cert_drop(&job->base.base);
}

static struct span keep(struct builder *b, struct span from)
{
	size_t at = b->len;

	builder_bytes(b, from);
	return span_of(b->base + at, from.len);
}

static void cert_fill(struct cert_job *job, const struct session *s,
                      const struct auth_request *request, size_t bytes)
{
	struct builder b = builder_over(job->data, bytes);
	size_t at;

	job->principal = keep(&b, request->user);
	job->cert = keep(&b, request->key);
	job->signature = keep(&b, request->signature);
	at = b.len;
	builder_string(&b, span_of(s->session_id, s->hash_bytes));
	builder_bytes(&b, request->signed_part);
	job->message = span_of(b.base + at, b.len - at);
	memcpy(job->source, s->remote, sizeof(job->source));
	job->now = (uint64_t)time(NULL);
	job->query = !request->has_signature;
}

enum status auth_certify(struct shard *h, struct session *s, struct auth_scratch *a,
                         const struct cert_algorithm *algorithm,
                         const struct hostkey_algorithm *plain,
                         const struct auth_request *request)
{
	size_t bytes = request->user.len + request->key.len + request->signature.len + 4 +
	               s->hash_bytes + request->signed_part.len;
	struct cert_job *job = calloc(1, sizeof(*job) + bytes);

	if (job == NULL ||
	    !users_trust(&h->control->config, &job->authorities, &job->revoked)) {
		free(job);
		return STATUS_NO_MEMORY;
	}
	job->base = (struct shard_job){
	        .base = {.run = cert_run, .drop = cert_drop}, .owner = h, .done = cert_done};
	job->slot = session_slot(h, s);
	job->life = s->life;
	job->number = a->job = ++s->jobs;
	job->algorithm = algorithm;
	job->plain = plain;
	cert_fill(job, s, request, bytes);
	if (crypto_pool_post(h->control->crypto, &job->base))
		return STATUS_OK;
	COUNT(h, crypto_refused);
	cert_drop(&job->base.base);
	return STATUS_NO_ROOM;
}
