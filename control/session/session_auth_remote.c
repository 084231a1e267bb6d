// Passwords that another server knows: asked in the pool of aaa_pool.h, matched by number like
// every check. When no server answers, the device's own users may be asked.
#include "control/session/session_auth.h"

#include "control/aaa/radius.h"
#include "control/main/log.h"
#include "control/main/shard_job.h"
#include "crypto/core/secret.h"

#include <stdlib.h>

struct remote_job {
	struct shard_job base; // first
	uint32_t slot, life, number;
	struct radius_question question;
	struct radius_answer answer;
};

static void remote_drop(struct pool_job *base)
{
	struct remote_job *job = (struct remote_job *)base;

	secret_wipe(&job->question, sizeof(job->question));
	free(job);
}

static void remote_run(struct pool_job *base)
{
	struct remote_job *job = (struct remote_job *)base;

	radius_ask(&job->question, &job->answer);
}

// --- answers -------------------------------------------------------------------------------------

static enum auth_verdict accepted(struct shard *h, struct session *s, struct auth_scratch *a,
                                  const struct radius_answer *answer)
{
	char user[4 * USER_NAME_MAX + 1];

	if (!users_remote_roles(&h->control->config, span_text(a->user), answer->roles,
	                        a->account.role)) {
		log_session(h, s, LOG_WARNING, "SSHS_LOG",
		            "The RADIUS server gives user %s no role that exists here.",
		            log_escape(user, sizeof(user), span_text(a->user)));
		return AUTH_DENIED;
	}
	a->account.remote = true;
	a->account.expired = false; // of the password here, which nobody typed
	return AUTH_PROVEN;
}

static void challenge_keep(struct auth_scratch *a, const struct radius_answer *answer)
{
	blob_wipe(&a->challenge);
	a->challenge = blob_copy(span_of(answer->state, answer->state_len));
}

// Nobody answered: the device is asked in the same words. True when it will answer.
static bool local_ask(struct shard *h, struct session *s, struct auth_scratch *a,
                      const struct remote_job *job)
{
	char user[4 * USER_NAME_MAX + 1];

	COUNT(h, auth_remote_silent);
	log_session(h, s, LOG_WARNING, "SSHS_LOG",
	            "No server of RADIUS scheme %s answers for user %s.", a->account.scheme,
	            log_escape(user, sizeof(user), span_text(a->user)));
	return a->account.local &&
	       auth_local_check(h, s, a, span_text(job->question.password)) == STATUS_OK;
}

static void remote_done(struct shard *h, struct shard_job *base)
{
	struct remote_job *job = (struct remote_job *)base;
	struct session *s = session_find(h, job->slot, job->life);
	struct auth_scratch *a = s != NULL ? auth_scratch_of(h, s) : NULL;
	struct auth_outcome outcome = {.verdict = AUTH_BUSY};
	bool waits = a == NULL || a->job != job->number;

	switch (waits ? RADIUS_SILENT : job->answer.verdict) {
	case RADIUS_SILENT:
		waits = waits || local_ask(h, s, a, job);
		break;
	case RADIUS_ACCEPT:
		outcome.verdict = accepted(h, s, a, &job->answer);
		break;
	case RADIUS_REJECT:
		outcome.verdict = AUTH_DENIED;
		break;
	case RADIUS_CHALLENGE:
		outcome.verdict = AUTH_MORE;
		outcome.prompt = span_text(job->answer.prompt);
		challenge_keep(a, &job->answer);
		break;
	}
	if (!waits)
		auth_outcome_take(h, job->slot, job->life, job->number, &outcome);
	remote_drop(&job->base.base);
}

// --- questions -----------------------------------------------------------------------------------

static void question_end(struct session *s, const struct auth_scratch *a, struct span typed,
                         struct radius_question *q)
{
	if (typed.len > 0)
		memcpy(q->password, typed.data, typed.len);
	q->password[typed.len] = 0;
	log_address(q->caller, s->remote);
	if (a->round == AUTH_ROUND_CHALLENGE && a->challenge.len <= RADIUS_STATE_MAX) {
		q->state_len = (uint32_t)a->challenge.len;
		if (q->state_len > 0)
			memcpy(q->state, a->challenge.data, q->state_len);
	}
}

enum status auth_remote_check(struct shard *h, struct session *s, struct auth_scratch *a,
                              struct span typed)
{
	struct remote_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return STATUS_NO_MEMORY;
	job->base = (struct shard_job){.base = {.run = remote_run, .drop = remote_drop},
	                               .owner = h,
	                               .done = remote_done};
	if (!users_radius(&h->control->config, a->account.scheme, span_text(a->user),
	                  &job->question) ||
	    typed.len > RADIUS_PASSWORD_MAX || h->control->aaa == NULL) {
		remote_drop(&job->base.base);
		return a->account.local ? auth_local_check(h, s, a, typed) : STATUS_NO_ROOM;
	}
	question_end(s, a, typed, &job->question);
	job->slot = session_slot(h, s);
	job->life = s->life;
	job->number = a->job = ++s->jobs;
	COUNT(h, auth_remote);
	if (shard_job_post(h->control->aaa, &job->base))
		return STATUS_OK;
	remote_drop(&job->base.base);
	return STATUS_NO_ROOM;
}
