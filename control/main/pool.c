// Names are handed out again most recent first, so the table stays as short as the peak use.
#include "control/main/pool.h"

#include "crypto/core/secret.h"

#include <stdlib.h>

#define POOL_FIRST 64u

static int pool_grow(struct pool *p)
{
	uint32_t capacity = p->capacity > 0 ? p->capacity * 2 : POOL_FIRST;
	void **items = realloc(p->items, capacity * sizeof(*items));
	uint32_t *spare;

	if (items == NULL)
		return -1;
	p->items = items;
	spare = realloc(p->spare, capacity * sizeof(*spare));
	if (spare == NULL)
		return -1;
	p->spare = spare;
	if (p->names == 0)
		p->items[p->names++] = NULL;
	p->capacity = capacity;
	return 0;
}

void *pool_take(struct pool *p, uint32_t *name)
{
	return pool_take_sized(p, p->bytes, name);
}

void *pool_take_sized(struct pool *p, size_t bytes, uint32_t *name)
{
	void *item = calloc(1, bytes);

	*name = 0;
	if (item == NULL)
		return NULL;
	if (p->spares == 0 && p->names == p->capacity && pool_grow(p) != 0) {
		free(item);
		return NULL;
	}
	*name = p->spares > 0 ? p->spare[--p->spares] : p->names++;
	p->items[*name] = item;
	if (++p->used > p->peak)
		p->peak = p->used;
	return item;
}

void pool_give(struct pool *p, uint32_t *name)
{
	void *item = pool_at(p, *name);

	if (item != NULL) {
		secret_wipe(item, p->bytes);
		free(item);
		p->items[*name] = NULL;
		p->spare[p->spares++] = *name;
		p->used--;
	}
	*name = 0;
}

void pool_fini(struct pool *p)
{
	for (uint32_t i = 1; i < p->names; i++) {
		uint32_t name = i;

		pool_give(p, &name);
	}
	free(p->items);
	free(p->spare);
	pool_init(p, p->bytes);
}
