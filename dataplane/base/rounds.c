// The taker's side.
#include "dataplane/base/rounds.h"

#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DRAINED_NS 1000000 // far longer than a store waits in its core

void rounds_prepare(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
}

// A barrier in each running thread, at a place where it does not expect one.
void rounds_publish(void)
{
	struct timespec drained = {0, DRAINED_NS};

	atomic_thread_fence(memory_order_seq_cst);
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
		nanosleep(&drained, NULL);
}

void rounds_wait(const struct rounds *r)
{
	uint64_t seen = atomic_load(&r->turns);

	while (seen % 2 == 1 && atomic_load(&r->turns) == seen)
		sched_yield();
}
