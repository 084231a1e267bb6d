// A job of a shard for the threads of a pool: it comes home as a task of its shard, which matches it
// by {slot, life, number}.
#pragma once

#include "control/base/work_pool.h"
#include "control/main/shard.h"

// The head of such a job. The maker fills in all but `task`.
struct shard_job {
	struct pool_job base; // first
	struct shard_task task;
	struct shard *owner;
	void (*done)(struct shard *h, struct shard_job *job); // at home; frees it
	bool brief;                                           // some 100 us at most
};

// For the plan of a pool of such jobs.
void shard_job_home(struct pool_job *base);

// False when the queue is full: the job is still the caller's. The owner's thread.
[[nodiscard]] bool shard_job_post(struct work_pool *p, struct shard_job *job);
