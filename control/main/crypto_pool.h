// A few threads of low priority for slow arithmetic: key exchanges and signature checks. Jobs of
// established sessions go first and have capacity of their own.
#pragma once

#include "control/main/shard_job.h"

#define CRYPTO_QUEUE_MAX  32768u // jobs of logins
#define CRYPTO_URGENT_MAX 8192u  // jobs of rekeys, besides
#define CRYPTO_PREPARE    64u    // ephemeral key pairs made ahead

struct crypto_pool;

// `threads` 0: jobs run in crypto_pool_step (tests). NULL when memory has run out.
struct crypto_pool *crypto_pool_new(unsigned threads);
// Waits for running jobs; drops the others. NULL is fine.
void crypto_pool_free(struct crypto_pool *p);

// False when the queue is full: the job is still the caller's.
[[nodiscard]] bool crypto_pool_post(struct crypto_pool *p, struct shard_job *job);

// As crypto_pool_post, but a brief job may stay with its shard, which does it at the end of its turn
// when it would be the only one: handing it over and back costs as much. The shard's thread.
[[nodiscard]] bool crypto_pool_offer(struct crypto_pool *p, struct shard_job *job);
void crypto_pool_settle(struct crypto_pool *p, struct shard *h, bool alone);

// Run one job here; false when there is none.
bool crypto_pool_step(struct crypto_pool *p);

// The shards watch the threads: when to look next, and the look. No pool is fine.
uint64_t crypto_pool_next_us(const struct crypto_pool *p);
void crypto_pool_look(struct crypto_pool *p, struct shard *h);

struct crypto_pool_gauges {
	uint32_t waiting, peak, prepared;
};
struct crypto_pool_gauges crypto_pool_gauges(struct crypto_pool *p);
