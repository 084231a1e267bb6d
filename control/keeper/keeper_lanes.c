// The lanes' plans, and the list of what their threads have done.
#include "control/keeper/keeper_lanes.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICE_SIGNING 5

struct keeper_lanes {
	struct keeper *keeper;
	struct work_pool *pools[KEEPER_LANES];
	struct keeper_job *is_signed;      // what the signing lane has just done
	_Atomic(struct keeper_job *) done; // by threads; the newest first
	int bell;
};

static void job_run(struct pool_job *base)
{
	struct keeper_job *job = (struct keeper_job *)base;

	keeper_answer(job->lanes->keeper, job);
}

static void job_drop(struct pool_job *base)
{
	keeper_job_free((struct keeper_job *)base);
}

static void job_signed(struct pool_job *base)
{
	struct keeper_job *job = (struct keeper_job *)base;

	job->lanes->is_signed = job;
}

static void job_done(struct pool_job *base)
{
	struct keeper_job *job = (struct keeper_job *)base;
	struct keeper_lanes *all = job->lanes;
	struct keeper_job *before = atomic_load(&all->done);

	do
		job->next = before;
	while (!atomic_compare_exchange_weak(&all->done, &before, job));
	if (before == NULL)
		(void)!write(all->bell, &(uint64_t){1}, sizeof(uint64_t));
}

// Rekeys have places of their own, so that a storm of logins cannot take them. Signing has no
// thread: it is what the starter's thread is for, and another would cost two wakes a login.
static const struct work_plan plans[KEEPER_LANES] = {
        [KEEPER_LANE_SIGN] = {.name = "sign",
                              .limit = 4096,
                              .urgent = 4096,
                              .home = job_signed},
        [KEEPER_LANE_PASSWORD] = {.name = "password",
                                  .threads = 2,
                                  .limit = 1024,
                                  .background = true,
                                  .home = job_done},
        [KEEPER_LANE_KEYS] = {.name = "keys",
                              .threads = 1,
                              .limit = 8,
                              .background = true,
                              .home = job_done},
};

struct keeper_lanes *keeper_lanes_start(struct keeper *k)
{
	struct keeper_lanes *all = calloc(1, sizeof(*all));
	bool ok;

	if (all == NULL)
		return NULL;
	all->keeper = k;
	all->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ok = all->bell >= 0;
	for (int i = 0; ok && i < KEEPER_LANES; i++) {
		all->pools[i] = work_pool_new(&plans[i]);
		ok = all->pools[i] != NULL;
	}
	if (ok)
		return all;
	keeper_lanes_stop(all);
	return NULL;
}

void keeper_lanes_settle(void)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);

	pthread_setname_np(pthread_self(), plans[KEEPER_LANE_SIGN].name);
	setpriority(PRIO_PROCESS, (id_t)tid, NICE_SIGNING);
	sched_setscheduler(tid, SCHED_BATCH, &(struct sched_param){0});
}

void keeper_lanes_stop(struct keeper_lanes *all)
{
	struct keeper_job *job, *next;
	int failed = errno;

	if (all == NULL)
		return;
	for (int i = 0; i < KEEPER_LANES; i++)
		work_pool_free(all->pools[i]);
	for (job = atomic_load(&all->done); job != NULL; job = next) {
		next = job->next;
		keeper_job_free(job);
	}
	if (all->bell >= 0)
		close(all->bell);
	free(all);
	errno = failed;
}

bool keeper_lanes_put(struct keeper_lanes *all, enum keeper_lane lane, struct keeper_job *job,
                      uint64_t now_us)
{
	job->lanes = all;
	job->base.run = job_run;
	job->base.drop = job_drop;
	job->base.urgent = plans[lane].urgent > 0 && keeper_job_body(job).urgent == 1;
	return work_pool_post(all->pools[lane], &job->base, now_us);
}

struct keeper_job *keeper_lanes_sign(struct keeper_lanes *all)
{
	return work_pool_step(all->pools[KEEPER_LANE_SIGN]) ? all->is_signed : NULL;
}

struct keeper_job *keeper_lanes_done(struct keeper_lanes *all)
{
	struct keeper_job *newest, *first = NULL, *next;
	uint64_t rung;

	if (atomic_load(&all->done) == NULL)
		return NULL;
	(void)!read(all->bell, &rung, sizeof(rung));
	for (newest = atomic_exchange(&all->done, NULL); newest != NULL; newest = next) {
		next = newest->next;
		newest->next = first;
		first = newest;
	}
	return first;
}

int keeper_lanes_bell(const struct keeper_lanes *all)
{
	return all->bell;
}

uint64_t keeper_lanes_watch(struct keeper_lanes *all, uint64_t now_us)
{
	uint64_t next = UINT64_MAX;

	for (int i = 0; i < KEEPER_LANES; i++) {
		struct work_pool *p = all->pools[i];

		if (work_pool_next_us(p) <= now_us)
			(void)work_pool_look(p, now_us);
		if (work_pool_next_us(p) < next)
			next = work_pool_next_us(p);
	}
	return next;
}
