// A few threads and a bounded queue of jobs. A job owns its inputs by value, runs on any of the
// threads and is then handed home. Urgent jobs go first and have places of their own.
//
// Whoever posts never waits for a thread of the pool: these may be of the lowest priority and lose
// the processor anywhere. So no lock is shared with them, and what is late is seen by those who
// post: they call work_pool_look when work_pool_next_us has come.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WORK_THREADS_MAX 16u

// The head of a job. Its maker fills in `run`, `drop` and `urgent`.
struct pool_job {
	struct pool_job *next;
	void (*run)(struct pool_job *job);  // on a thread of the pool
	void (*drop)(struct pool_job *job); // wipe and free; when nobody wants the result
	uint64_t since_us;                  // when it was posted
	bool urgent;
};

struct work_plan {
	const char *name; // of the threads
	uint32_t threads; // 0: jobs run in work_pool_step
	uint32_t limit;   // of jobs that wait ...
	uint32_t urgent;  // ... and of urgent ones, besides
	bool lazy;        // threads are started with the first job
	bool background;  // they yield to everything else (background.h)
	bool abandons;    // the end does not wait for running jobs: their threads drop them
	void *arg;        // of what follows
	void (*home)(struct pool_job *job); // a job has run; on the thread that ran it
	bool (*idle)(void *arg); // work to do ahead; false when there is none. NULL: never
};

struct work_pool;

// NULL with errno when memory or threads have run out. The plan is copied.
struct work_pool *work_pool_new(const struct work_plan *plan);
// Running jobs end first, unless the plan abandons them; those that wait are dropped. NULL is fine.
void work_pool_free(struct work_pool *p);

// False when the queue is full or no thread could be started: the job is still the caller's.
[[nodiscard]] bool work_pool_post(struct work_pool *p, struct pool_job *job, uint64_t now_us);

// Let a thread see whether there is work to do ahead.
void work_pool_nudge(struct work_pool *p);

// Run one job here; false when there is none.
bool work_pool_step(struct work_pool *p);

// When to look at the threads: UINT64_MAX while nothing is under way.
uint64_t work_pool_next_us(struct work_pool *p);
// Raise the threads of a background pool while one of its jobs is late. Any poster's thread. True
// when they are raised from now on.
bool work_pool_look(struct work_pool *p, uint64_t now_us);

struct work_gauges {
	uint32_t threads, waiting, running, peak;
	bool raised;
};
struct work_gauges work_pool_gauges(struct work_pool *p);
