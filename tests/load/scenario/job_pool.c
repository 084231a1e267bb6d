// One lock for the queue, one for each taker's list.
#include "tests/load/scenario/job_pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "tests/load/client/ssh_client.h"

#define THREADS_MAX 16u

struct job {
	struct job *next;
	struct job_taker *taker;
	struct client_work *work;
};

struct job_list {
	struct job *first, *last;
};

struct job_taker {
	pthread_mutex_t lock;
	struct job_list done;
	struct job *spare; // only the taker's thread
	void (*wake)(void *owner);
	void *owner;
};

struct job_pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct job_list queue;
	bool ending;
	unsigned threads;
	pthread_t thread[THREADS_MAX];
};

static void list_push(struct job_list *l, struct job *job)
{
	job->next = NULL;
	if (l->first == NULL)
		l->first = job;
	else
		l->last->next = job;
	l->last = job;
}

static struct job *list_pop(struct job_list *l)
{
	struct job *job = l->first;

	if (job != NULL)
		l->first = job->next;
	return job;
}

static void job_finish(struct job *job)
{
	struct job_taker *t = job->taker;
	bool was_empty;

	client_work_run(job->work);
	pthread_mutex_lock(&t->lock);
	was_empty = t->done.first == NULL;
	list_push(&t->done, job);
	pthread_mutex_unlock(&t->lock);
	if (was_empty)
		t->wake(t->owner);
}

static void *pool_run(void *pool)
{
	struct job_pool *p = pool;
	struct job *job;

	pthread_setname_np(pthread_self(), "arithmetic");
	pthread_mutex_lock(&p->lock);
	for (;;) {
		job = list_pop(&p->queue);
		if (job == NULL && p->ending)
			break;
		if (job == NULL) {
			pthread_cond_wait(&p->work, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		job_finish(job);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct job_pool *job_pool_new(unsigned threads)
{
	struct job_pool *p = calloc(1, sizeof(*p));
	sigset_t all, before;

	if (p == NULL)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned i = 0; i < threads && i < THREADS_MAX; i++)
		p->threads += pthread_create(&p->thread[p->threads], NULL, pool_run, p) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (p->threads == 0) {
		job_pool_free(p);
		return NULL;
	}
	return p;
}

void job_pool_free(struct job_pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->threads; i++)
		pthread_join(p->thread[i], NULL);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

struct job_taker *job_taker_new(void (*wake)(void *owner), void *owner)
{
	struct job_taker *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	pthread_mutex_init(&t->lock, NULL);
	t->wake = wake;
	t->owner = owner;
	return t;
}

void job_taker_free(struct job_taker *t)
{
	struct job *job;

	if (t == NULL)
		return;
	while ((job = t->spare) != NULL) {
		t->spare = job->next;
		free(job);
	}
	pthread_mutex_destroy(&t->lock);
	free(t);
}

void job_post(struct job_pool *p, struct job_taker *t, struct client_work *work)
{
	struct job *job = t->spare;

	if (job != NULL)
		t->spare = job->next;
	else
		job = malloc(sizeof(*job));
	if (job == NULL)
		abort();
	*job = (struct job){NULL, t, work};
	pthread_mutex_lock(&p->lock);
	list_push(&p->queue, job);
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}

struct client_work *job_take(struct job_taker *t)
{
	struct client_work *work;
	struct job *job;

	pthread_mutex_lock(&t->lock);
	job = list_pop(&t->done);
	pthread_mutex_unlock(&t->lock);
	if (job == NULL)
		return NULL;
	work = job->work;
	job->next = t->spare;
	t->spare = job;
	return work;
}
