// The pool's threads, and the ephemeral key pairs that they make when there is nothing else to do.
#include "control/main/crypto_pool.h"

#include "crypto/kex/kex.h"

#include <stdlib.h>

#define CRYPTO_PREPARE_LEAST (CRYPTO_PREPARE / 4)

struct crypto_pool {
	struct work_pool *jobs;
	_Atomic uint32_t prepared; // at least; as far as making them went
};

// A job may use up a pair. True when it was the last one that need not be replaced at once.
static bool pair_used(struct crypto_pool *p)
{
	uint32_t prepared = atomic_load(&p->prepared);

	while (prepared > 0 &&
	       !atomic_compare_exchange_weak(&p->prepared, &prepared, prepared - 1))
		;
	return prepared > 0 && prepared - 1 < CRYPTO_PREPARE_LEAST;
}

// Not tried again before a job, however far it went.
static bool pairs_make(void *arg)
{
	struct crypto_pool *p = arg;

	if (atomic_load(&p->prepared) >= CRYPTO_PREPARE)
		return false;
	kex_prepare(CRYPTO_PREPARE);
	atomic_store(&p->prepared, CRYPTO_PREPARE);
	return true;
}

struct crypto_pool *crypto_pool_new(unsigned threads)
{
	struct crypto_pool *p = calloc(1, sizeof(*p));
	struct work_plan plan = {
	        .name = "crypto",
	        .threads = threads,
	        .limit = CRYPTO_QUEUE_MAX,
	        .urgent = CRYPTO_URGENT_MAX,
	        .background = true,
	        .arg = p,
	        .home = shard_job_home,
	        .idle = pairs_make,
	};

	if (p != NULL)
		p->jobs = work_pool_new(&plan);
	if (p != NULL && p->jobs != NULL)
		return p;
	free(p);
	return NULL;
}

void crypto_pool_free(struct crypto_pool *p)
{
	if (p == NULL)
		return;
	work_pool_free(p->jobs);
	free(p);
}

bool crypto_pool_post(struct crypto_pool *p, struct shard_job *job)
{
	if (!shard_job_post(p->jobs, job))
		return false;
	(void)pair_used(p); // its thread looks after them
	return true;
}

bool crypto_pool_offer(struct crypto_pool *p, struct shard_job *job)
{
	struct shard *h = job->owner;

	if (!job->brief || h->brief != NULL)
		return crypto_pool_post(p, job);
	h->brief = job;
	return true;
}

// With nothing queued or running a brief job is the shard's; the pool is told of the key pair it may
// use up.
static bool pool_leaves(struct crypto_pool *p)
{
	struct work_gauges g = work_pool_gauges(p->jobs);

	if (g.threads == 0 || g.waiting + g.running > 0)
		return false;
	if (pair_used(p))
		work_pool_nudge(p->jobs);
	return true;
}

void crypto_pool_settle(struct crypto_pool *p, struct shard *h, bool alone)
{
	struct shard_job *job = h->brief;

	if (job == NULL)
		return;
	h->brief = NULL;
	if (alone && pool_leaves(p)) {
		COUNT(h, crypto_here);
		job->base.run(&job->base);
		job->done(h, job);
	} else if (!crypto_pool_post(p, job)) {
		job->base.run(&job->base); // promised: it cannot be refused any more
		shard_job_home(&job->base);
	}
}

bool crypto_pool_step(struct crypto_pool *p)
{
	return work_pool_step(p->jobs);
}

uint64_t crypto_pool_next_us(const struct crypto_pool *p)
{
	return p != NULL ? work_pool_next_us(p->jobs) : UINT64_MAX;
}

void crypto_pool_look(struct crypto_pool *p, struct shard *h)
{
	if (p != NULL && work_pool_next_us(p->jobs) <= h->now_us &&
	    work_pool_look(p->jobs, h->now_us))
		COUNT(h, crypto_raised);
}

struct crypto_pool_gauges crypto_pool_gauges(struct crypto_pool *p)
{
	struct work_gauges g = work_pool_gauges(p->jobs);

	return (struct crypto_pool_gauges){g.waiting, g.peak, atomic_load(&p->prepared)};
}
