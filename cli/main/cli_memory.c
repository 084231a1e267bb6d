// jemalloc: its options, and what it says about itself. Weak, so that a build without it (the
// sanitizers bring their own allocator) links.
#include "cli/main/cli_memory.h"

#include <stdbool.h>

int mallctl(const char *name, void *old, size_t *old_len, void *new, size_t new_len)
        __attribute__((weak));

// One thread does nearly all: one arena, freed pages returned soon.
extern const char *malloc_conf;
const char *malloc_conf = "narenas:1,background_thread:false,dirty_decay_ms:1000,"
                          "muzzy_decay_ms:0,tcache_max:4096";

static bool read_bytes(const char *name, uint64_t *out)
{
	size_t value = 0, len = sizeof(value);

	if (mallctl(name, &value, &len, NULL, 0) != 0)
		return false;
	*out = value;
	return true;
}

size_t memory_read(struct memory_row rows[MEMORY_ROWS])
{
	static const char *const names[][2] = {
	        {"stats.allocated", "cli: allocated"},
	        {"stats.active", "cli: in active pages"},
	        {"stats.resident", "cli: resident"},
	        {"stats.retained", "cli: retained address space"},
	};
	uint64_t epoch = 1;
	size_t count = 0;

	if (mallctl == NULL || mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch)) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!read_bytes(names[i][0], &rows[count].bytes))
			continue;
		rows[count++].what = names[i][1];
	}
	return count;
}
