// munmap, for the driver too.
#include "dataplane/main/unmap.h"

#include <rte_interrupts.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic(struct worker *) waited_for;
static uint32_t waited_count;

void unmap_wait_for(struct worker *workers, uint32_t count)
{
	rounds_prepare();
	waited_count = count;
	atomic_store(&waited_for, workers);
}

// The driver has marked its client as gone: a round that begins now does not touch its memory.
static void workers_wait(void)
{
	struct worker *workers = atomic_load(&waited_for);

	if (workers == NULL)
		return;
	rounds_publish();
	for (uint32_t i = 0; i < waited_count; i++)
		rounds_wait(&workers[i].rounds);
}

__attribute__((visibility("default"))) int munmap(void *at, size_t bytes)
{
	if (rte_thread_is_intr())
		workers_wait();
	return (int)syscall(SYS_munmap, at, bytes);
}
