// Queues and threads of the keeper.
#include "control/keeper/keeper_lanes.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX  2
#define WAITED_LONG  500000000ull // ns
#define NICE_RAISED  10 // of a password thread that is no longer idle (RLIMIT_NICE allows it)
#define NICE_SIGNING 5

struct queue {
	struct keeper_job *first, **last;
	uint32_t count, limit;
};

struct lane {
	struct keeper_lanes *all;
	enum keeper_lane name;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct queue urgent, normal; // under lock
	bool stop;                   // under lock
	pthread_t threads[THREADS_MAX];
	pid_t first_tid; // under lock; of threads[0], 0 before it runs
	uint32_t started;
	bool raised; // starter's thread only
};

struct keeper_lanes {
	struct keeper *keeper;
	struct lane lanes[KEEPER_LANES];
	pthread_mutex_t lock;
	struct queue done; // under lock
	int bell;
};

// Rekeys have places of their own, so that a storm of logins cannot take them.
static const struct {
	const char *name;
	uint32_t threads, urgent, normal;
	int policy, nice;
} plans[KEEPER_LANES] = {
        [KEEPER_LANE_SIGN] = {"sign", 1, 4096, 4096, SCHED_BATCH, NICE_SIGNING},
        [KEEPER_LANE_PASSWORD] = {"password", 2, 0, 1024, SCHED_IDLE, NICE_RAISED},
        [KEEPER_LANE_KEYS] = {"keys", 1, 0, 8, SCHED_IDLE, NICE_RAISED},
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// --- queues --------------------------------------------------------------------------------------

static void queue_init(struct queue *q, uint32_t limit)
{
	*q = (struct queue){.last = &q->first, .limit = limit};
}

static bool queue_put(struct queue *q, struct keeper_job *job)
{
	if (q->count >= q->limit)
		return false;
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
	q->count++;
	return true;
}

static struct keeper_job *queue_take(struct queue *q)
{
	struct keeper_job *job = q->first;

	if (job == NULL)
		return NULL;
	q->first = job->next;
	if (q->first == NULL)
		q->last = &q->first;
	q->count--;
	job->next = NULL;
	return job;
}

static void queue_drop(struct queue *q)
{
	struct keeper_job *job;

	while ((job = queue_take(q)) != NULL)
		keeper_job_free(job);
}

// --- threads -------------------------------------------------------------------------------------

static void done_put(struct keeper_lanes *all, struct keeper_job *job)
{
	bool first;

	pthread_mutex_lock(&all->lock);
	first = all->done.count == 0;
	(void)queue_put(&all->done, job); // without a limit: jobs are bounded by the lanes
	pthread_mutex_unlock(&all->lock);
	if (first)
		(void)!write(all->bell, &(uint64_t){1}, sizeof(uint64_t));
}

static struct keeper_job *lane_next(struct lane *l)
{
	struct keeper_job *job = NULL;

	pthread_mutex_lock(&l->lock);
	while (!l->stop && (job = queue_take(&l->urgent)) == NULL &&
	       (job = queue_take(&l->normal)) == NULL)
		pthread_cond_wait(&l->work, &l->lock);
	pthread_mutex_unlock(&l->lock);
	return job;
}

static void thread_settle(struct lane *l)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);

	pthread_setname_np(pthread_self(), plans[l->name].name);
	setpriority(PRIO_PROCESS, (id_t)tid, plans[l->name].nice);
	sched_setscheduler(tid, plans[l->name].policy, &(struct sched_param){0});
	pthread_mutex_lock(&l->lock);
	if (l->first_tid == 0)
		l->first_tid = tid;
	pthread_mutex_unlock(&l->lock);
}

static void *lane_run(void *arg)
{
	struct lane *l = arg;
	struct keeper_job *job;

	thread_settle(l);
	while ((job = lane_next(l)) != NULL) {
		keeper_answer(l->all->keeper, job);
		done_put(l->all, job);
	}
	return NULL;
}

static bool lane_start(struct keeper_lanes *all, enum keeper_lane name)
{
	struct lane *l = &all->lanes[name];
	int failed = 0;

	while (failed == 0 && l->started < plans[name].threads) {
		failed = pthread_create(&l->threads[l->started], NULL, lane_run, l);
		l->started += failed == 0;
	}
	errno = failed;
	return failed == 0;
}

static void lane_init(struct keeper_lanes *all, enum keeper_lane name)
{
	struct lane *l = &all->lanes[name];

	l->all = all;
	l->name = name;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->work, NULL);
	queue_init(&l->urgent, plans[name].urgent);
	queue_init(&l->normal, plans[name].normal);
}

static void lane_stop(struct lane *l)
{
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_broadcast(&l->work);
	pthread_mutex_unlock(&l->lock);
	while (l->started > 0)
		pthread_join(l->threads[--l->started], NULL);
	queue_drop(&l->urgent);
	queue_drop(&l->normal);
	pthread_cond_destroy(&l->work);
	pthread_mutex_destroy(&l->lock);
}

// --- the starter's side --------------------------------------------------------------------------

struct keeper_lanes *keeper_lanes_start(struct keeper *k)
{
	struct keeper_lanes *all = calloc(1, sizeof(*all));
	bool ok;

	if (all == NULL)
		return NULL;
	all->keeper = k;
	all->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&all->lock, NULL);
	queue_init(&all->done, UINT32_MAX);
	for (int i = 0; i < KEEPER_LANES; i++)
		lane_init(all, (enum keeper_lane)i);
	ok = all->bell >= 0;
	for (int i = 0; ok && i < KEEPER_LANES; i++)
		ok = lane_start(all, (enum keeper_lane)i);
	if (ok)
		return all;
	keeper_lanes_stop(all);
	return NULL;
}

void keeper_lanes_stop(struct keeper_lanes *all)
{
	if (all == NULL)
		return;
	for (int i = 0; i < KEEPER_LANES; i++)
		lane_stop(&all->lanes[i]);
	queue_drop(&all->done);
	pthread_mutex_destroy(&all->lock);
	if (all->bell >= 0)
		close(all->bell);
	free(all);
}

bool keeper_lanes_put(struct keeper_lanes *all, enum keeper_lane lane, struct keeper_job *job)
{
	struct lane *l = &all->lanes[lane];
	bool urgent = plans[lane].urgent > 0 && keeper_job_body(job).urgent == 1;
	bool put;

	job->since = now_ns();
	pthread_mutex_lock(&l->lock);
	put = queue_put(urgent ? &l->urgent : &l->normal, job);
	if (put)
		pthread_cond_signal(&l->work);
	pthread_mutex_unlock(&l->lock);
	return put;
}

struct keeper_job *keeper_lanes_done(struct keeper_lanes *all)
{
	struct keeper_job *first;
	uint64_t rung;

	(void)!read(all->bell, &rung, sizeof(rung));
	pthread_mutex_lock(&all->lock);
	first = all->done.first;
	queue_init(&all->done, UINT32_MAX);
	pthread_mutex_unlock(&all->lock);
	return first;
}

int keeper_lanes_bell(const struct keeper_lanes *all)
{
	return all->bell;
}

bool keeper_lanes_tick(struct keeper_lanes *all)
{
	struct lane *l = &all->lanes[KEEPER_LANE_PASSWORD];
	bool waiting, late;
	pid_t tid;

	pthread_mutex_lock(&l->lock);
	waiting = l->normal.first != NULL;
	late = waiting && now_ns() - l->normal.first->since > WAITED_LONG;
	tid = l->first_tid;
	pthread_mutex_unlock(&l->lock);
	if (late != l->raised && tid != 0) {
		sched_setscheduler(tid, late ? SCHED_BATCH : SCHED_IDLE,
		                   &(struct sched_param){0});
		l->raised = late;
	}
	return waiting || l->raised;
}
