// Objects of one size, named by index so that what refers to them stays flat. Memory comes from
// malloc when one is taken and goes back when it is given. One thread.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct pool {
	size_t bytes; // of one object; 0: each has its own size, and none is secret
	void **items; // by name; [0] unused
	uint32_t *spare;
	uint32_t names, capacity, spares;
	uint32_t used, peak;
};

static inline void pool_init(struct pool *p, size_t bytes)
{
	*p = (struct pool){.bytes = bytes};
}
void pool_fini(struct pool *p); // gives back everything

// A zeroed object and its name, never 0. NULL when memory has run out.
void *pool_take(struct pool *p, uint32_t *name);

// The same in a pool of objects of different sizes.
void *pool_take_sized(struct pool *p, size_t bytes, uint32_t *name);

// Wipe and free; the name becomes 0. Safe when it is 0 already.
void pool_give(struct pool *p, uint32_t *name);

// NULL for 0 and for a name that nobody holds.
static inline void *pool_at(const struct pool *p, uint32_t name)
{
	return name != 0 && name < p->names ? p->items[name] : NULL;
}
