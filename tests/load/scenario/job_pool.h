// Threads for slow arithmetic. A job is run on any of them and comes back to its taker's list.
#pragma once

#include <stdbool.h>

struct client_work;
struct job_pool;

struct job_pool *job_pool_new(unsigned threads); // NULL: out of something
void job_pool_free(struct job_pool *p);          // runs what is queued first

// Where finished jobs of one taker wait. `wake` runs on a pool thread after a job was put into an
// empty list.
struct job_taker;
struct job_taker *job_taker_new(void (*wake)(void *owner), void *owner);
void job_taker_free(struct job_taker *t);

void job_post(struct job_pool *p, struct job_taker *t, struct client_work *work);
// The next finished one, or NULL.
struct client_work *job_take(struct job_taker *t);
