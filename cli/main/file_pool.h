// Threads for work that may wait for a disk. A few are enough while disks answer; a disk that hangs
// keeps those that wait for it, and others take their place, up to a bound.
#pragma once

#include "cli/main/shell.h"

#include <pthread.h>

#define FILE_THREADS     8u   // that can run something
#define FILE_THREADS_MAX 128u // with those that wait for a disk that does not answer

struct file_pool;

struct file_thread {
	struct file_pool *pool; // NULL: no thread
	pid_t id;
	uint64_t since; // of the job that it runs, us; 0: none
	bool stuck;     // waits for a disk, as of the last look
};

struct file_pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct file_job *first, *last; // waiting for a thread
	struct file_job *done;         // waiting for the loop, the last one first
	uint32_t queued, threads, stuck;
	bool ending;
	struct file_thread thread[FILE_THREADS_MAX];
	void (*begin)(void *owner); // in each new thread
	void (*wake)(void *owner);  // something is done; in any thread
	void *owner;
};

void file_pool_init(struct file_pool *p);
// Threads that wait for a disk are left behind: the process is about to end.
void file_pool_end(struct file_pool *p);
void file_pool_submit(struct file_pool *p, struct file_job *job);
// In the loop: call back those that are done.
void file_pool_collect(struct file_pool *p);
// In the loop, while jobs wait: see which threads are stuck, and make others. True when every one
// there may be is.
bool file_pool_look(struct file_pool *p);
// When to look again: FILE_LOOK_US from now, or UINT64_MAX.
#define FILE_LOOK_US 100000u
uint64_t file_pool_next_us(struct file_pool *p, uint64_t now_us);
