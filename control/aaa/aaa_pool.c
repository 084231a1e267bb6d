// One lock, one queue, a few threads.
#include "control/aaa/aaa_pool.h"

#include <signal.h>
#include <stdlib.h>

struct aaa_pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct shard_task *first, *last; // guarded
	uint32_t waiting;                // guarded
	bool ending;                     // guarded
	unsigned threads;                // guarded
	pthread_t thread[AAA_THREADS];
};

static struct aaa_job *pool_pop(struct aaa_pool *p)
{
	struct aaa_job *job = (struct aaa_job *)p->first;

	if (job == NULL)
		return NULL;
	p->first = job->task.next;
	p->waiting--;
	return job;
}

static void *pool_thread(void *arg)
{
	struct aaa_pool *p = arg;
	struct aaa_job *job;

	pthread_setname_np(pthread_self(), "aaa");
	pthread_mutex_lock(&p->lock);
	while (!p->ending) {
		job = pool_pop(p);
		if (job == NULL) {
			pthread_cond_wait(&p->work, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		job->run(job);
		shard_post(job->owner, &job->task);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void threads_start(struct aaa_pool *p)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (p->threads < AAA_THREADS &&
	       pthread_create(&p->thread[p->threads], NULL, pool_thread, p) == 0)
		p->threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct aaa_pool *aaa_pool_new(void)
{
	struct aaa_pool *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	return p;
}

void aaa_pool_free(struct aaa_pool *p)
{
	struct aaa_job *job;

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

bool aaa_pool_post(struct aaa_pool *p, struct aaa_job *job)
{
	bool room;

	pthread_mutex_lock(&p->lock);
	if (p->threads == 0)
		threads_start(p);
	room = p->threads > 0 && !p->ending && p->waiting < AAA_QUEUE_MAX;
	if (room) {
		job->task.next = NULL;
		if (p->first == NULL)
			p->first = &job->task;
		else
			p->last->next = &job->task;
		p->last = &job->task;
		p->waiting++;
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	return room;
}
