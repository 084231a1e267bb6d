// A few threads of low priority for slow arithmetic: key exchanges and signature checks. A job
// owns its inputs by value, runs on any of the threads, and comes home as a task of its shard,
// which matches it by {slot, life, number}. Jobs of established sessions go first and have
// capacity of their own.
#pragma once

#include "control/main/shard.h"

#define CRYPTO_QUEUE_MAX  32768u // jobs of logins
#define CRYPTO_URGENT_MAX 8192u  // jobs of rekeys, besides
#define CRYPTO_PREPARE    64u    // ephemeral key pairs made ahead

// The head of every job. The maker fills in `task.run`, `owner`, `run` and `drop`.
struct crypto_job {
	struct shard_task task; // how it comes home; must be first
	struct shard *owner;
	void (*run)(struct crypto_job *job);  // on a thread of the pool
	void (*drop)(struct crypto_job *job); // wipe and free; when nobody wants the result
	bool urgent;
	bool brief; // some 100 us at most
};

struct crypto_pool;

// `threads` 0: jobs run in crypto_pool_step (tests). NULL when memory has run out.
struct crypto_pool *crypto_pool_new(unsigned threads);
// Waits for running jobs; drops the others. NULL is fine.
void crypto_pool_free(struct crypto_pool *p);

// False when the queue is full: the job is still the caller's.
[[nodiscard]] bool crypto_pool_post(struct crypto_pool *p, struct crypto_job *job);

// As crypto_pool_post, but a brief job may stay with its shard, which does it at the end of its turn
// when it would be the only one: handing it over and back costs as much. The shard's thread.
[[nodiscard]] bool crypto_pool_offer(struct crypto_pool *p, struct crypto_job *job);
void crypto_pool_settle(struct crypto_pool *p, struct shard *h, bool alone);

// Run one job here; false when there is none.
bool crypto_pool_step(struct crypto_pool *p);

struct crypto_pool_gauges {
	uint32_t waiting, peak, prepared;
};
struct crypto_pool_gauges crypto_pool_gauges(struct crypto_pool *p);
