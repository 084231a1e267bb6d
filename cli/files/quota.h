// How much a user may keep beneath the work directory: bytes and names. Sessions in one directory
// share one count, taken by a walk when the first begins and kept from then on; what others change
// there is counted anew before anybody is refused.
//
// Bytes of an upload under way are held until it has its name. Every call is thread-safe; walks may
// wait for a disk. NULL for a quota means: no limits.
#pragma once

#include "cli/files/jail.h"

#include <pthread.h>

struct quota_limits {
	uint64_t bytes, files; // 0: as many as there is room for
};

struct quota_use {
	uint64_t bytes, files; // links and directories count as files
};

struct quota_place;
struct quotas {
	pthread_mutex_t lock;
	struct quota_place *first; // owned; those in use
};
#define QUOTAS_INIT                                                                            \
	{                                                                                      \
		PTHREAD_MUTEX_INITIALIZER, NULL                                                \
	}

struct quota; // of one session

// Of the directory `root`, which is borrowed. NULL with errno: it cannot be read, or no memory.
struct quota *quota_open(struct quotas *all, int root, struct quota_limits limits);
void quota_close(struct quota *q);

// Hold so much for what is being made. False with errno EDQUOT: nothing is held.
[[nodiscard]] bool quota_hold(struct quota *q, uint64_t bytes, uint64_t files);
void quota_release(struct quota *q, uint64_t bytes, uint64_t files); // it came to nothing
void quota_settle(struct quota *q, uint64_t bytes, uint64_t files);  // it is there now
// Something beneath became less.
void quota_freed(struct quota *q);

// What one file that is being written has paid for.
struct charge {
	struct quota *quota;   // borrowed
	uint64_t size;         // of the file: paid up to here
	uint64_t bytes, files; // held
};
// Before it grows to `size`. False with errno EDQUOT.
[[nodiscard]] bool charge_to(struct charge *c, uint64_t size);
void charge_settle(struct charge *c);
void charge_release(struct charge *c);

// What it leaves free; UINT64_MAX: no limit.
struct quota_use quota_left(struct quota *q);
struct quota_limits quota_limits(const struct quota *q);

// Walk a directory. False with errno.
[[nodiscard]] bool quota_count(int root, struct quota_use *out);
