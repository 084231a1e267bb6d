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
#define NICE_RAISED  10           // of a thread that is no longer idle (RLIMIT_NICE allows it)
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
	struct worker {
		struct lane *lane;
		pthread_t thread;
		pid_t tid;      // under lock; 0 before it runs
		uint64_t since; // under lock; of the job it works on, 0: none
	} workers[THREADS_MAX];
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

// Rekeys have places of their own, so that a storm of logins cannot take them. Signing has no
// thread: it is what the starter's thread is for, and another would cost two wakes a login.
static const struct {
	const char *name;
	uint32_t threads, urgent, normal;
	int policy, nice;
} plans[KEEPER_LANES] = {
        [KEEPER_LANE_SIGN] = {"sign", 0, 4096, 4096, SCHED_BATCH, NICE_SIGNING},
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

static struct keeper_job *lane_take(struct lane *l)
{
	struct keeper_job *job = queue_take(&l->urgent);

	return job != NULL ? job : queue_take(&l->normal);
}

static struct keeper_job *worker_next(struct worker *w)
{
	struct lane *l = w->lane;
	struct keeper_job *job = NULL;

	pthread_mutex_lock(&l->lock);
	w->since = 0;
	while (!l->stop && (job = lane_take(l)) == NULL)
		pthread_cond_wait(&l->work, &l->lock);
	if (job != NULL)
		w->since = job->since;
	pthread_mutex_unlock(&l->lock);
	return job;
}

// A thread that could never rise from being idle must not begin so: on a busy machine whoever waits
// for it would wait for ever.
static int policy_of(enum keeper_lane name)
{
	struct rlimit limit;

	if (plans[name].policy != SCHED_IDLE)
		return plans[name].policy;
	return getrlimit(RLIMIT_NICE, &limit) == 0 &&
	                       limit.rlim_cur >= (rlim_t)(20 - plans[name].nice)
	               ? SCHED_IDLE
	               : SCHED_BATCH;
}

static pid_t thread_settle(enum keeper_lane name)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);

	pthread_setname_np(pthread_self(), plans[name].name);
	setpriority(PRIO_PROCESS, (id_t)tid, plans[name].nice);
	sched_setscheduler(tid, policy_of(name), &(struct sched_param){0});
	return tid;
}

static void worker_settle(struct worker *w)
{
	struct lane *l = w->lane;
	pid_t tid = thread_settle(l->name);

	pthread_mutex_lock(&l->lock);
	w->tid = tid;
	pthread_mutex_unlock(&l->lock);
}

static void *worker_run(void *arg)
{
	struct worker *w = arg;
	struct keeper_job *job;

	worker_settle(w);
	while ((job = worker_next(w)) != NULL) {
		keeper_answer(w->lane->all->keeper, job);
		done_put(w->lane->all, job);
	}
	return NULL;
}

static bool lane_start(struct keeper_lanes *all, enum keeper_lane name)
{
	struct lane *l = &all->lanes[name];
	int failed = 0;

	while (failed == 0 && l->started < plans[name].threads) {
		struct worker *w = &l->workers[l->started];

		w->lane = l;
		failed = pthread_create(&w->thread, NULL, worker_run, w);
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
		pthread_join(l->workers[--l->started].thread, NULL);
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

void keeper_lanes_settle(void)
{
	thread_settle(KEEPER_LANE_SIGN);
}

struct keeper_job *keeper_lanes_sign(struct keeper_lanes *all)
{
	struct keeper_job *job = lane_take(&all->lanes[KEEPER_LANE_SIGN]);

	if (job != NULL)
		keeper_answer(all->keeper, job);
	return job;
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

// How long the oldest job of a lane has been waiting, queued or worked on; 0 with none.
static uint64_t lane_waited(struct lane *l)
{
	uint64_t oldest = l->normal.first != NULL ? l->normal.first->since : UINT64_MAX;
	uint64_t now = now_ns();

	for (uint32_t i = 0; i < l->started; i++)
		if (l->workers[i].since != 0 && l->workers[i].since < oldest)
			oldest = l->workers[i].since;
	return oldest < now ? now - oldest : 0;
}

static bool lane_tick(struct lane *l)
{
	uint64_t waited;
	bool late;

	pthread_mutex_lock(&l->lock);
	waited = lane_waited(l);
	late = waited > WAITED_LONG;
	for (uint32_t i = 0; late != l->raised && i < l->started; i++)
		if (l->workers[i].tid != 0)
			sched_setscheduler(l->workers[i].tid, late ? SCHED_BATCH : SCHED_IDLE,
			                   &(struct sched_param){0});
	pthread_mutex_unlock(&l->lock);
	l->raised = late;
	return waited > 0 || late;
}

bool keeper_lanes_tick(struct keeper_lanes *all)
{
	bool passwords = lane_tick(&all->lanes[KEEPER_LANE_PASSWORD]);
	bool keys = lane_tick(&all->lanes[KEEPER_LANE_KEYS]);

	return passwords || keys;
}
