// Jobs on threads: who is raised when they do not get on, and what an end leaves behind. The clock is
// an argument; what a thread does next is decided by the test.
#include "control/base/background.h"
#include "control/base/work_pool.h"
#include "tests/unit/check.h"

#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define START_US 1000000u

// A job that runs until it may go on.
struct held_job {
	struct pool_job base;
	sem_t begun, go, ended;
	pid_t tid;
	bool home, dropped;
};

static void held_run(struct pool_job *base)
{
	struct held_job *j = (struct held_job *)base;

	j->tid = gettid();
	sem_post(&j->begun);
	while (sem_wait(&j->go) != 0)
		;
}

static void held_home(struct pool_job *base)
{
	struct held_job *j = (struct held_job *)base;

	j->home = true;
	sem_post(&j->ended);
}

static void held_drop(struct pool_job *base)
{
	struct held_job *j = (struct held_job *)base;

	j->dropped = true;
	sem_post(&j->ended);
}

static void held_init(struct held_job *j)
{
	*j = (struct held_job){.base = {.run = held_run, .drop = held_drop}};
	sem_init(&j->begun, 0, 0);
	sem_init(&j->go, 0, 0);
	sem_init(&j->ended, 0, 0);
}

static struct work_pool *pool_of(struct work_plan plan)
{
	struct work_pool *p;

	plan.name = "test";
	plan.limit = 4;
	plan.urgent = 1;
	plan.home = held_home;
	p = work_pool_new(&plan);
	CHECK(p != NULL);
	return p;
}

static struct work_pool *background_pool(uint32_t threads)
{
	return pool_of((struct work_plan){.threads = threads, .background = true});
}

// Its thread has begun the job.
static void begin(struct work_pool *p, struct held_job *j, uint64_t now_us)
{
	held_init(j);
	CHECK(work_pool_post(p, &j->base, now_us));
	sem_wait(&j->begun);
}

static void end(struct held_job *j)
{
	sem_post(&j->go);
	sem_wait(&j->ended);
}

// One that may not rise again, as a user's without the limit that the supervisor sets, never yields.
TEST(a_thread_with_a_fresh_job_yields_to_everything_if_it_may_rise)
{
	struct work_pool *p = background_pool(1);
	bool may_rise = geteuid() == 0;
	struct held_job j;

	begin(p, &j, START_US);
	CHECK(!work_pool_look(p, START_US + BACKGROUND_LOOK_US));
	CHECK_EQ(sched_getscheduler(j.tid), may_rise ? SCHED_IDLE : SCHED_BATCH);
	end(&j);
	work_pool_free(p);
}

TEST(a_thread_whose_job_is_late_gets_a_weight_of_its_own)
{
	struct work_pool *p = background_pool(1);
	struct held_job j;

	begin(p, &j, START_US);
	CHECK(work_pool_look(p, START_US + BACKGROUND_LATE_US + 1));
	CHECK_EQ(sched_getscheduler(j.tid), SCHED_BATCH);
	CHECK_EQ(getpriority(PRIO_PROCESS, (id_t)j.tid), 10);
	end(&j);
	work_pool_free(p);
}

TEST(a_raised_thread_yields_again_some_time_after_the_last_late_job)
{
	struct work_pool *p = background_pool(1);
	uint64_t late = START_US + BACKGROUND_LATE_US + 1;
	struct held_job j;

	begin(p, &j, START_US);
	work_pool_look(p, late);
	end(&j);
	begin(p, &j, late + BACKGROUND_HOLD_US);
	work_pool_look(p, late + BACKGROUND_HOLD_US - 1);
	CHECK_EQ(sched_getscheduler(j.tid), SCHED_BATCH);
	work_pool_look(p, late + BACKGROUND_HOLD_US + BACKGROUND_LOOK_US);
	CHECK(!work_pool_gauges(p).raised);
	end(&j);
	work_pool_free(p);
}

// Without the right to a better nice value.
static void *powerless_run(void *arg)
{
	struct __user_cap_header_struct self = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
	int *policy = arg;

	setrlimit(RLIMIT_NICE, &(struct rlimit){0, 0});
	syscall(SYS_capset, &self, none);
	background_begin(false);
	policy[0] = sched_getscheduler(0);
	background_raise(gettid(), false);
	policy[1] = sched_getscheduler(0);
	return NULL;
}

TEST(a_thread_that_could_never_rise_again_does_not_yield)
{
	int policy[2] = {-1, -1};
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, powerless_run, policy), 0);
	pthread_join(thread, NULL);
	CHECK_EQ(policy[0], SCHED_BATCH);
	CHECK_EQ(policy[1], SCHED_BATCH);
}

TEST(a_job_that_no_thread_takes_is_late_as_well)
{
	struct work_pool *p = background_pool(0);
	struct held_job j;

	held_init(&j);
	CHECK(work_pool_post(p, &j.base, START_US));
	work_pool_look(p, START_US + BACKGROUND_LATE_US + 1);
	CHECK(work_pool_gauges(p).raised);
	work_pool_free(p);
	CHECK(j.dropped);
}

TEST(every_new_job_that_waits_counts_from_its_own_time)
{
	struct work_pool *p = background_pool(0);
	struct held_job j;

	for (uint64_t now = START_US; now < START_US + 4 * BACKGROUND_LATE_US;
	     now += BACKGROUND_LATE_US) {
		held_init(&j);
		CHECK(work_pool_post(p, &j.base, now));
		sem_post(&j.go);
		work_pool_look(p, now + BACKGROUND_LOOK_US);
		CHECK(!work_pool_gauges(p).raised);
		CHECK(work_pool_step(p));
	}
	work_pool_free(p);
}

TEST(nobody_need_look_while_nothing_is_under_way)
{
	struct work_pool *p = background_pool(0);
	struct held_job j;

	CHECK_EQ(work_pool_next_us(p), UINT64_MAX);
	held_init(&j);
	sem_post(&j.go);
	CHECK(work_pool_post(p, &j.base, START_US));
	CHECK_EQ(work_pool_next_us(p), START_US + BACKGROUND_LOOK_US);
	CHECK(work_pool_step(p));
	work_pool_look(p, START_US + BACKGROUND_LOOK_US);
	CHECK_EQ(work_pool_next_us(p), UINT64_MAX);
	work_pool_free(p);
}

TEST(an_urgent_job_goes_first_and_has_a_place_of_its_own)
{
	struct work_pool *p = pool_of((struct work_plan){.threads = 0});
	struct held_job normal[5], urgent;

	for (int i = 0; i < 5; i++) {
		held_init(&normal[i]);
		CHECK_EQ(work_pool_post(p, &normal[i].base, START_US), i < 4);
	}
	held_init(&urgent);
	urgent.base.urgent = true;
	sem_post(&urgent.go);
	CHECK(work_pool_post(p, &urgent.base, START_US));
	CHECK(work_pool_step(p));
	CHECK(urgent.home);
	work_pool_free(p);
}

TEST(jobs_run_in_the_order_in_which_they_were_posted)
{
	struct work_pool *p = pool_of((struct work_plan){.threads = 0});
	struct held_job j[3];

	for (int i = 0; i < 3; i++) {
		held_init(&j[i]);
		sem_post(&j[i].go);
		CHECK(work_pool_post(p, &j[i].base, START_US));
	}
	for (int i = 0; i < 3; i++) {
		CHECK(!j[i].home);
		CHECK(work_pool_step(p));
		CHECK(j[i].home);
	}
	work_pool_free(p);
}

TEST(threads_of_a_lazy_pool_begin_with_the_first_job)
{
	struct work_pool *p = pool_of((struct work_plan){.threads = 2, .lazy = true});
	struct held_job j;

	CHECK_EQ(work_pool_gauges(p).threads, 0);
	begin(p, &j, START_US);
	CHECK_EQ(work_pool_gauges(p).threads, 2);
	end(&j);
	work_pool_free(p);
}

TEST(an_end_waits_for_no_job_that_it_may_abandon)
{
	struct work_pool *p = pool_of((struct work_plan){.threads = 2, .abandons = true});
	struct held_job running, waiting[2];

	begin(p, &waiting[0], START_US);
	begin(p, &running, START_US);
	held_init(&waiting[1]);
	CHECK(work_pool_post(p, &waiting[1].base, START_US));
	work_pool_free(p);
	CHECK(!running.home && !running.dropped);
	CHECK(waiting[1].dropped);
	end(&running);
	CHECK(running.dropped && !running.home);
	end(&waiting[0]);
}

CHECK_MAIN()
