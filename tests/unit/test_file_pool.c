// Threads for disks that may hang.
#include "tests/unit/check.h"

#include "cli/main/file_pool.h"

#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static struct file_pool pool;
static int hang[2]; // reading it is a disk that hangs
static atomic_uint ran;
static unsigned called;

struct job {
	struct file_job job; // first
};
static struct job jobs[FILE_THREADS_MAX + 8];
static unsigned used;

static void wake(void *owner)
{
}

static void work_hang(struct file_job *job)
{
	char byte;

	(void)!read(hang[0], &byte, 1);
	atomic_fetch_add(&ran, 1);
}

static void work_spin(struct file_job *job)
{
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (now.tv_sec - from.tv_sec < 2);
	atomic_fetch_add(&ran, 1);
}

static void work_brief(struct file_job *job)
{
	atomic_fetch_add(&ran, 1);
}

static void done(struct file_job *job)
{
	called++;
}

static void begin(void)
{
	pool = (struct file_pool){.wake = wake};
	file_pool_init(&pool);
	atomic_store(&ran, 0);
	called = used = 0;
	if (pipe(hang) != 0)
		abort();
}

static void submit(void (*work)(struct file_job *job), unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		jobs[used].job = (struct file_job){.work = work, .done = done};
		file_pool_submit(&pool, &jobs[used++].job);
	}
}

// Look as the loop would until so many have run; false after 20 seconds.
static bool until_ran(unsigned count)
{
	for (int i = 0; i < 2000 && called < count; i++) {
		file_pool_collect(&pool);
		if (file_pool_next_us(&pool, 0) != UINT64_MAX)
			file_pool_look(&pool);
		usleep(10000);
	}
	return called >= count;
}

static void end(unsigned hung)
{
	for (unsigned i = 0; i < hung; i++)
		CHECK_EQ(write(hang[1], "x", 1), 1);
	CHECK(until_ran(used));
	file_pool_end(&pool);
	for (int i = 0; i < 500 && pool.threads > 0; i++)
		usleep(10000);
	CHECK_EQ(pool.threads, 0);
	close(hang[0]);
	close(hang[1]);
}

TEST(work_is_done_and_called_back)
{
	begin();
	submit(work_brief, 20);
	CHECK(until_ran(20));
	CHECK_EQ(atomic_load(&ran), 20);
	CHECK_EQ(file_pool_next_us(&pool, 5), UINT64_MAX);
	end(0);
}

TEST(a_disk_that_hangs_holds_only_those_who_wait_for_it)
{
	begin();
	submit(work_hang, 3 * FILE_THREADS);
	submit(work_brief, 5);
	CHECK(until_ran(5));
	CHECK_EQ(atomic_load(&ran), 5);
	CHECK(pool.threads <= 4 * FILE_THREADS);
	end(3 * FILE_THREADS);
}

TEST(threads_that_work_are_not_taken_for_stuck)
{
	begin();
	submit(work_spin, FILE_THREADS);
	submit(work_brief, 5);
	for (int i = 0; i < 100; i++) {
		file_pool_look(&pool);
		usleep(10000);
	}
	CHECK_EQ(pool.threads, FILE_THREADS);
	CHECK_EQ(pool.stuck, 0);
	end(0);
}

TEST(threads_are_bounded_and_that_all_are_stuck_is_told)
{
	bool all = false;

	begin();
	submit(work_hang, FILE_THREADS_MAX + 1);
	for (int i = 0; i < 2000 && !all; i++) {
		all = file_pool_look(&pool);
		usleep(10000);
	}
	CHECK(all);
	CHECK_EQ(pool.threads, FILE_THREADS_MAX);
	CHECK_EQ(pool.queued, 1);
	end(FILE_THREADS_MAX + 1);
}

CHECK_MAIN()
