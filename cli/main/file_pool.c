// Threads for disks.
#include "cli/main/file_pool.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define STUCK_US    300000u // a job that has waited this long for its disk does not count any more
#define STACK_BYTES (1u << 20)

static uint64_t clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}

// --- a thread ------------------------------------------------------------------------------------

static struct file_job *job_take(struct file_pool *p)
{
	struct file_job *job = p->first;

	p->first = job->next;
	if (p->first == NULL)
		p->last = NULL;
	p->queued--;
	job->next = NULL;
	return job;
}

static bool is_wanted(const struct file_pool *p)
{
	return !p->ending && p->threads - p->stuck <= FILE_THREADS;
}

static void run_one(struct file_pool *p, struct file_thread *self)
{
	struct file_job *job = job_take(p);

	self->since = clock_us();
	pthread_mutex_unlock(&p->lock);
	job->work(job);
	pthread_mutex_lock(&p->lock);
	self->since = 0;
	if (self->stuck)
		p->stuck--;
	self->stuck = false;
	job->next = p->done;
	p->done = job;
	p->wake(p->owner);
}

static void *thread_run(void *argument)
{
	struct file_thread *self = argument;
	struct file_pool *p = self->pool;

	if (p->begin != NULL)
		p->begin(p->owner);
	pthread_mutex_lock(&p->lock);
	self->id = gettid();
	while (is_wanted(p)) {
		if (p->first != NULL)
			run_one(p, self);
		else
			pthread_cond_wait(&p->work, &p->lock);
	}
	*self = (struct file_thread){0};
	p->threads--;
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

// With the lock. Signals are the loop's.
static void thread_make(struct file_pool *p)
{
	struct file_thread *free_one = p->thread;
	pthread_attr_t attr;
	sigset_t all, before;
	pthread_t id;

	while (free_one->pool != NULL)
		free_one++;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	free_one->pool = p;
	if (pthread_create(&id, &attr, thread_run, free_one) == 0)
		p->threads++;
	else
		free_one->pool = NULL;
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

// --- jobs ----------------------------------------------------------------------------------------

void file_pool_submit(struct file_pool *p, struct file_job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&p->lock);
	if (p->last != NULL)
		p->last->next = job;
	else
		p->first = job;
	p->last = job;
	p->queued++;
	if (p->threads - p->stuck < FILE_THREADS && p->threads < FILE_THREADS_MAX)
		thread_make(p);
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}

void file_pool_collect(struct file_pool *p)
{
	struct file_job *job, *next, *oldest = NULL;

	pthread_mutex_lock(&p->lock);
	job = p->done;
	p->done = NULL;
	pthread_mutex_unlock(&p->lock);
	for (; job != NULL; job = next) {
		next = job->next;
		job->next = oldest;
		oldest = job;
	}
	for (job = oldest; job != NULL; job = next) {
		next = job->next;
		job->done(job);
	}
}

// --- disks that hang -----------------------------------------------------------------------------

// It waits in the kernel; one that could run and has no processor does not.
static bool waits(pid_t id)
{
	char path[48], line[128], state = 0;
	const char *name_end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)id);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	if (fgets(line, sizeof(line), file) != NULL &&
	    (name_end = strrchr(line, ')')) != NULL && name_end[1] == ' ')
		state = name_end[2];
	fclose(file);
	return state == 'D' || state == 'S';
}

bool file_pool_look(struct file_pool *p)
{
	uint64_t now = clock_us();
	bool all_stuck;

	pthread_mutex_lock(&p->lock);
	for (struct file_thread *t = p->thread; t < p->thread + FILE_THREADS_MAX; t++) {
		if (t->since == 0 || t->stuck || now - t->since < STUCK_US || !waits(t->id))
			continue;
		t->stuck = true;
		p->stuck++;
	}
	while (p->queued > 0 && p->threads - p->stuck < FILE_THREADS &&
	       p->threads < FILE_THREADS_MAX) {
		uint32_t before = p->threads;

		thread_make(p);
		if (p->threads == before)
			break;
	}
	all_stuck = p->stuck == FILE_THREADS_MAX;
	pthread_mutex_unlock(&p->lock);
	return all_stuck;
}

uint64_t file_pool_next_us(struct file_pool *p, uint64_t now_us)
{
	bool look;

	pthread_mutex_lock(&p->lock);
	look = p->queued > 0;
	pthread_mutex_unlock(&p->lock);
	return look ? now_us + FILE_LOOK_US : UINT64_MAX;
}

void file_pool_init(struct file_pool *p)
{
	*p = (struct file_pool){.begin = p->begin, .wake = p->wake, .owner = p->owner};
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
}

void file_pool_end(struct file_pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}
