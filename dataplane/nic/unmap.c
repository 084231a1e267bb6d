// munmap, for the driver too.
#include "dataplane/nic/unmap.h"

#include <rte_interrupts.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct rounds *waited_for[UNMAP_MOST];
static _Atomic uint32_t waited_count;

void unmap_wait_for(struct rounds *const *rounds, uint32_t count)
{
	rounds_prepare();
	for (uint32_t i = 0; i < count && i < UNMAP_MOST; i++)
		waited_for[i] = rounds[i];
	atomic_store(&waited_count, count < UNMAP_MOST ? count : UNMAP_MOST);
}

// The driver has marked its peer as gone: a round that begins now does not touch its memory.
static void rounds_end_wait(void)
{
	uint32_t count = atomic_load(&waited_count);

	if (count == 0)
		return;
	rounds_publish();
	for (uint32_t i = 0; i < count; i++)
		rounds_wait(waited_for[i]);
}

__attribute__((visibility("default"))) int munmap(void *at, size_t bytes)
{
	if (rte_thread_is_intr())
		rounds_end_wait();
	return (int)syscall(SYS_munmap, at, bytes);
}
