// jemalloc's settings are compiled in: nothing in the environment is needed or heard first.
#include "control/main/memory.h"

#include <stdint.h>

#ifdef SALLYPORT_JEMALLOC
#include <jemalloc/jemalloc.h>

// Few arenas (shards make their own), no threads behind our back, pages given back soon.
const char *malloc_conf = "narenas:1,background_thread:false,dirty_decay_ms:1000,muzzy_decay_"
                          "ms:0,tcache_max:4096";

void memory_own_arena(void)
{
	unsigned arena;
	size_t size = sizeof(arena);

	if (mallctl("arenas.create", &arena, &size, NULL, 0) == 0)
		mallctl("thread.arena", NULL, NULL, &arena, sizeof(arena));
}

size_t memory_stat(const char *name)
{
	uint64_t epoch = 1;
	size_t size = sizeof(epoch), value = 0;

	mallctl("epoch", &epoch, &size, &epoch, sizeof(epoch));
	size = sizeof(value);
	return mallctl(name, &value, &size, NULL, 0) == 0 ? value : 0;
}
#else
void memory_own_arena(void)
{
}

size_t memory_stat(const char *name)
{
	return 0;
}
#endif
