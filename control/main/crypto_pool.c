// One lock, two queues. A thread with nothing to do makes ephemeral key pairs until enough are
// ready, then waits.
#include "control/main/crypto_pool.h"

#include "crypto/kex/kex.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#define THREADS_MAX          16
#define CRYPTO_PREPARE_LEAST (CRYPTO_PREPARE / 4)

struct queue {
	struct shard_task *first, *last;
	uint32_t count;
};

struct crypto_pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct queue urgent, normal;
	uint32_t peak, prepared, running;
	bool ending;
	unsigned threads;
	pthread_t thread[THREADS_MAX];
};

static void queue_push(struct queue *q, struct crypto_job *job)
{
	job->task.next = NULL;
	if (q->first == NULL)
		q->first = &job->task;
	else
		q->last->next = &job->task;
	q->last = &job->task;
	q->count++;
}

static struct crypto_job *queue_pop(struct queue *q)
{
	struct crypto_job *job = (struct crypto_job *)q->first;

	if (job == NULL)
		return NULL;
	q->first = job->task.next;
	q->count--;
	return job;
}

static struct crypto_job *pool_pop(struct crypto_pool *p)
{
	struct crypto_job *job = queue_pop(&p->urgent);

	return job != NULL ? job : queue_pop(&p->normal);
}

static void job_finish(struct crypto_job *job)
{
	job->run(job);
	shard_post(job->owner, &job->task);
}

// With the lock held, nothing queued: one key pair more, or sleep.
static void pool_idle(struct crypto_pool *p)
{
	if (p->prepared >= CRYPTO_PREPARE) {
		pthread_cond_wait(&p->work, &p->lock);
		return;
	}
	pthread_mutex_unlock(&p->lock);
	kex_prepare(CRYPTO_PREPARE);
	pthread_mutex_lock(&p->lock);
	p->prepared = CRYPTO_PREPARE; // as far as that went: not tried again before a job
}

static void *pool_thread(void *arg)
{
	struct crypto_pool *p = arg;
	struct sched_param none = {0};
	struct crypto_job *job;

	pthread_setname_np(pthread_self(), "crypto");
	// Never before a shard that wants the core; a little progress is certain even so.
	pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);
	pthread_mutex_lock(&p->lock);
	while (!p->ending) {
		job = pool_pop(p);
		if (job == NULL) {
			pool_idle(p);
			continue;
		}
		p->prepared = p->prepared > 0 ? p->prepared - 1 : 0;
		p->running++;
		pthread_mutex_unlock(&p->lock);
		job_finish(job);
		pthread_mutex_lock(&p->lock);
		p->running--;
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct crypto_pool *crypto_pool_new(unsigned threads)
{
	struct crypto_pool *p = calloc(1, sizeof(*p));
	sigset_t all, before;

	if (p == NULL)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned i = 0; i < threads && i < THREADS_MAX; i++) {
		if (pthread_create(&p->thread[p->threads], NULL, pool_thread, p) == 0)
			p->threads++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (threads > 0 && p->threads == 0) {
		crypto_pool_free(p);
		return NULL;
	}
	return p;
}

void crypto_pool_free(struct crypto_pool *p)
{
	struct crypto_job *job;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->threads; i++)
		pthread_join(p->thread[i], NULL);
	while ((job = pool_pop(p)) != NULL)
		job->drop(job);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

bool crypto_pool_post(struct crypto_pool *p, struct crypto_job *job)
{
	struct queue *q = job->urgent ? &p->urgent : &p->normal;
	bool room;

	pthread_mutex_lock(&p->lock);
	room = !p->ending && q->count < (job->urgent ? CRYPTO_URGENT_MAX : CRYPTO_QUEUE_MAX);
	if (room) {
		queue_push(q, job);
		if (p->urgent.count + p->normal.count > p->peak)
			p->peak = p->urgent.count + p->normal.count;
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	return room;
}

bool crypto_pool_offer(struct crypto_pool *p, struct crypto_job *job)
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
	bool leaves;

	pthread_mutex_lock(&p->lock);
	leaves = p->threads > 0 && p->urgent.count + p->normal.count + p->running == 0;
	if (leaves && p->prepared > 0 && --p->prepared < CRYPTO_PREPARE_LEAST)
		pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
	return leaves;
}

void crypto_pool_settle(struct crypto_pool *p, struct shard *h, bool alone)
{
	struct crypto_job *job = h->brief;

	if (job == NULL)
		return;
	h->brief = NULL;
	if (alone && pool_leaves(p)) {
		COUNT(h, crypto_here);
		job->run(job);
		job->task.run(h, &job->task);
	} else if (!crypto_pool_post(p, job)) {
		job_finish(job); // promised: it cannot be refused any more
	}
}

bool crypto_pool_step(struct crypto_pool *p)
{
	struct crypto_job *job;

	pthread_mutex_lock(&p->lock);
	job = pool_pop(p);
	pthread_mutex_unlock(&p->lock);
	if (job == NULL)
		return false;
	job_finish(job);
	return true;
}

struct crypto_pool_gauges crypto_pool_gauges(struct crypto_pool *p)
{
	struct crypto_pool_gauges g;

	pthread_mutex_lock(&p->lock);
	g = (struct crypto_pool_gauges){p->urgent.count + p->normal.count, p->peak,
	                                p->prepared};
	pthread_mutex_unlock(&p->lock);
	return g;
}
