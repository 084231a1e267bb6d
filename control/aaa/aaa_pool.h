// Threads for questions to other machines: they wait for the net, so they may not be those of the
// shards, of the crypto pool or of the keeper. Started with the first question. Jobs are shard_jobs.
// The end abandons the questions under way: a server that is silent may keep its thread for minutes.
#pragma once

#include "control/base/work_pool.h"

#define AAA_THREADS   8u
#define AAA_QUEUE_MAX 1024u // questions that wait for a thread

struct work_pool *aaa_pool_new(void);
