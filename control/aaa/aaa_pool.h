// Threads for questions to other machines: they wait for the net, so they may not be those of the
// shards, of the crypto pool or of the keeper. Started with the first question.
#pragma once

#include "control/main/shard.h"

#define AAA_THREADS   8u
#define AAA_QUEUE_MAX 1024u // questions that wait for a thread

// The head of a question. `run` is called on a thread, then `task.run` on the owner's.
struct aaa_job {
	struct shard_task task; // first
	struct shard *owner;
	void (*run)(struct aaa_job *job);
	void (*drop)(struct aaa_job *job); // wipe and free
};

struct aaa_pool;

struct aaa_pool *aaa_pool_new(void);
// Waits for the questions under way; drops the others. NULL is fine.
void aaa_pool_free(struct aaa_pool *p);
// False: too many wait, or no thread could be started. The job is still the caller's.
[[nodiscard]] bool aaa_pool_post(struct aaa_pool *p, struct aaa_job *job);
