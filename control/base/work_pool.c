// Jobs are pushed onto a list without a lock; a thread moves the list into two queues that only
// threads of the pool see. A semaphore counts what was pushed.
#include "control/base/work_pool.h"

#include "control/base/background.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NORMAL, URGENT, QUEUES };

struct queue {
	struct pool_job *first, *last;
};

struct worker {
	struct work_pool *pool;
	pthread_t thread;
	_Atomic pid_t tid;         // 0 before it runs
	_Atomic uint64_t since_us; // of the job that it works on; 0: none
};

struct work_pool {
	struct work_plan plan;
	sem_t work;
	_Atomic(struct pool_job *) pushed; // the newest first
	_Atomic uint32_t waiting[QUEUES], running, peak;
	_Atomic uint64_t oldest_us; // when the job that waits longest was posted; 0: not known
	_Atomic uint64_t look_us;   // UINT64_MAX: nothing is under way
	_Atomic uint64_t late_us;   // when a job was last seen to be late; 0: never
	atomic_bool raised, ending;
	_Atomic uint32_t holders; // the pool's maker and its threads: the last one frees it

	pthread_mutex_t starting; // posters only
	_Atomic uint32_t started;
	struct worker workers[WORK_THREADS_MAX];

	pthread_mutex_t lock;        // threads of the pool only, and the end
	struct queue queues[QUEUES]; // under lock
};

// --- queues --------------------------------------------------------------------------------------

static void queue_push(struct queue *q, struct pool_job *job)
{
	job->next = NULL;
	if (q->first == NULL)
		q->first = job;
	else
		q->last->next = job;
	q->last = job;
}

// With the lock: what was pushed, in the order in which it was.
static void pushed_sort(struct work_pool *p)
{
	struct pool_job *newest = atomic_exchange(&p->pushed, NULL), *oldest = NULL, *next;

	for (; newest != NULL; newest = next) {
		next = newest->next;
		newest->next = oldest;
		oldest = newest;
	}
	for (; oldest != NULL; oldest = next) {
		next = oldest->next;
		queue_push(&p->queues[oldest->urgent ? URGENT : NORMAL], oldest);
	}
}

static void oldest_note(struct work_pool *p)
{
	const struct pool_job *normal = p->queues[NORMAL].first;
	const struct pool_job *urgent = p->queues[URGENT].first;
	uint64_t oldest = normal != NULL ? normal->since_us : 0;

	if (urgent != NULL && (oldest == 0 || urgent->since_us < oldest))
		oldest = urgent->since_us;
	atomic_store(&p->oldest_us, oldest);
}

static struct pool_job *pool_pop(struct work_pool *p)
{
	struct pool_job *job = NULL;

	pthread_mutex_lock(&p->lock);
	pushed_sort(p);
	for (int q = URGENT; job == NULL && q >= NORMAL; q--) {
		job = p->queues[q].first;
		if (job == NULL)
			continue;
		p->queues[q].first = job->next;
		atomic_fetch_add(&p->running, 1);
		atomic_fetch_sub(&p->waiting[q], 1);
	}
	oldest_note(p);
	pthread_mutex_unlock(&p->lock);
	return job;
}

// --- threads -------------------------------------------------------------------------------------

// Whoever abandons its jobs may be gone with all that they would come home to.
static void job_home(struct work_pool *p, struct pool_job *job)
{
	if (!p->plan.abandons) {
		p->plan.home(job);
		return;
	}
	pthread_mutex_lock(&p->lock);
	if (atomic_load(&p->ending))
		job->drop(job);
	else
		p->plan.home(job);
	pthread_mutex_unlock(&p->lock);
}

static void job_run(struct work_pool *p, struct pool_job *job)
{
	job->run(job);
	job_home(p, job);
	atomic_fetch_sub(&p->running, 1);
}

bool work_pool_step(struct work_pool *p)
{
	struct pool_job *job = pool_pop(p);

	if (job != NULL)
		job_run(p, job);
	return job != NULL;
}

static void pool_let_go(struct work_pool *p)
{
	if (atomic_fetch_sub(&p->holders, 1) > 1)
		return;
	sem_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	pthread_mutex_destroy(&p->starting);
	free(p);
}

static void worker_settle(struct worker *w)
{
	struct work_pool *p = w->pool;

	pthread_setname_np(pthread_self(), p->plan.name);
	atomic_store(&w->tid, (pid_t)syscall(SYS_gettid));
	if (p->plan.background)
		background_begin(atomic_load(&p->raised));
}

// Each count of the semaphore stands for a job, or for a look around.
static void work_await(struct work_pool *p)
{
	if (sem_trywait(&p->work) == 0)
		return;
	while (!atomic_load(&p->ending) && p->plan.idle != NULL && p->plan.idle(p->plan.arg))
		if (sem_trywait(&p->work) == 0)
			return;
	while (sem_wait(&p->work) != 0)
		;
}

static void *worker_run(void *arg)
{
	struct worker *w = arg;
	struct work_pool *p = w->pool;

	worker_settle(w);
	for (;;) {
		struct pool_job *job;

		work_await(p);
		if (atomic_load(&p->ending))
			break;
		job = pool_pop(p);
		if (job == NULL)
			continue;
		atomic_store(&w->since_us, job->since_us);
		job_run(p, job);
		atomic_store(&w->since_us, 0);
	}
	pool_let_go(p);
	return NULL;
}

// Signals are for the threads that expect them.
static bool threads_start(struct work_pool *p)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&p->starting);
	while (p->started < p->plan.threads) {
		struct worker *w = &p->workers[p->started];

		w->pool = p;
		atomic_fetch_add(&p->holders, 1);
		errno = pthread_create(&w->thread, NULL, worker_run, w);
		if (errno != 0) {
			atomic_fetch_sub(&p->holders, 1);
			break;
		}
		atomic_fetch_add(&p->started, 1);
	}
	pthread_mutex_unlock(&p->starting);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return p->started > 0;
}

// --- making and unmaking -------------------------------------------------------------------------

struct work_pool *work_pool_new(const struct work_plan *plan)
{
	struct work_pool *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->plan = *plan;
	if (p->plan.threads > WORK_THREADS_MAX)
		p->plan.threads = WORK_THREADS_MAX;
	atomic_store(&p->look_us, UINT64_MAX);
	atomic_store(&p->holders, 1);
	sem_init(&p->work, 0, 0);
	pthread_mutex_init(&p->lock, NULL);
	pthread_mutex_init(&p->starting, NULL);
	if (p->plan.lazy || p->plan.threads == 0 || threads_start(p))
		return p;
	work_pool_free(p);
	return NULL;
}

static void threads_raise(struct work_pool *p, bool raised)
{
	atomic_store(&p->raised, raised);
	for (uint32_t i = 0; i < p->plan.threads; i++) {
		pid_t tid = atomic_load(&p->workers[i].tid);

		if (tid != 0)
			background_raise(tid, raised);
	}
}

void work_pool_free(struct work_pool *p)
{
	uint32_t threads;
	struct pool_job *job;

	if (p == NULL)
		return;
	if (p->plan.background)
		threads_raise(p, true); // somebody waits for them now
	pthread_mutex_lock(&p->lock);
	atomic_store(&p->ending, true);
	pthread_mutex_unlock(&p->lock);
	threads = p->started;
	for (uint32_t i = 0; i < threads; i++)
		sem_post(&p->work);
	for (uint32_t i = 0; i < threads; i++) {
		if (p->plan.abandons)
			pthread_detach(p->workers[i].thread);
		else
			pthread_join(p->workers[i].thread, NULL);
	}
	while ((job = pool_pop(p)) != NULL)
		job->drop(job);
	pool_let_go(p);
}

// --- posters -------------------------------------------------------------------------------------

static uint32_t waiting(struct work_pool *p)
{
	return atomic_load(&p->waiting[NORMAL]) + atomic_load(&p->waiting[URGENT]);
}

static bool place_take(struct work_pool *p, bool urgent)
{
	uint32_t limit = urgent ? p->plan.urgent : p->plan.limit;
	_Atomic uint32_t *count = &p->waiting[urgent ? URGENT : NORMAL];

	if (atomic_fetch_add(count, 1) < limit)
		return true;
	atomic_fetch_sub(count, 1);
	return false;
}

static void peak_note(struct work_pool *p)
{
	uint32_t now = waiting(p), peak = atomic_load(&p->peak);

	while (now > peak && !atomic_compare_exchange_weak(&p->peak, &peak, now))
		;
}

static void set_once(_Atomic uint64_t *to, uint64_t from, uint64_t value)
{
	if (atomic_load(to) == from)
		atomic_compare_exchange_strong(to, &from, value);
}

static void watch_begin(struct work_pool *p, uint64_t now_us)
{
	if (p->plan.background)
		set_once(&p->look_us, UINT64_MAX, now_us + BACKGROUND_LOOK_US);
}

bool work_pool_post(struct work_pool *p, struct pool_job *job, uint64_t now_us)
{
	if (atomic_load(&p->ending) ||
	    (p->started == 0 && p->plan.threads > 0 && !threads_start(p)) ||
	    !place_take(p, job->urgent))
		return false;
	peak_note(p);
	job->since_us = now_us;
	set_once(&p->oldest_us, 0, now_us); // before it can be taken, which sets it again
	job->next = atomic_load(&p->pushed);
	while (!atomic_compare_exchange_weak(&p->pushed, &job->next, job))
		;
	watch_begin(p, now_us);
	sem_post(&p->work);
	return true;
}

void work_pool_nudge(struct work_pool *p)
{
	sem_post(&p->work);
}

// --- threads that do not get on ------------------------------------------------------------------

uint64_t work_pool_next_us(struct work_pool *p)
{
	return atomic_load_explicit(&p->look_us, memory_order_relaxed);
}

// Since when the oldest job is under way. Where a thread did not get to say how old those are that
// wait, they count from now.
static uint64_t oldest(struct work_pool *p, uint64_t now_us)
{
	uint64_t oldest = now_us, since = 0;

	if (waiting(p) > 0) {
		set_once(&p->oldest_us, 0, now_us);
		since = atomic_load(&p->oldest_us);
		oldest = since != 0 && since < oldest ? since : oldest;
	}
	for (uint32_t i = 0; i < p->plan.threads; i++) {
		since = atomic_load(&p->workers[i].since_us);
		oldest = since != 0 && since < oldest ? since : oldest;
	}
	return oldest;
}

bool work_pool_look(struct work_pool *p, uint64_t now_us)
{
	uint64_t due = atomic_load(&p->look_us), late;
	bool raise, before;

	if (due > now_us ||
	    !atomic_compare_exchange_strong(&p->look_us, &due, now_us + BACKGROUND_LOOK_US))
		return false; // too early, or another one looks
	if (now_us - oldest(p, now_us) > BACKGROUND_LATE_US)
		atomic_store(&p->late_us, now_us);
	late = atomic_load(&p->late_us);
	raise = late != 0 && (late > now_us || now_us - late < BACKGROUND_HOLD_US);
	before = atomic_load(&p->raised);
	if (raise != before)
		threads_raise(p, raise);
	if (raise || waiting(p) + atomic_load(&p->running) > 0)
		return raise && !before;
	atomic_store(&p->look_us, UINT64_MAX);
	if (waiting(p) > 0) // posted meanwhile
		watch_begin(p, now_us);
	return false;
}

struct work_gauges work_pool_gauges(struct work_pool *p)
{
	return (struct work_gauges){
	        p->started,
	        waiting(p),
	        atomic_load(&p->running),
	        atomic_load(&p->peak),
	        atomic_load(&p->raised),
	};
}
