// The slab: pages of 16 KiB, each cut into chunks of one kind while any of them is in use. Page
// descriptors stand apart from the pages, so an untouched page costs no memory.
#include "dataplane/base/slab.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE_BYTES  16384u
#define UNIT_BYTES  64u // what a reference counts
#define PAGE_UNITS  (PAGE_BYTES / UNIT_BYTES)
#define CLASSES     4
#define CHUNK_NONE  0xffffu
#define PAGES_LIMIT (UINT32_MAX / PAGE_UNITS)

static const uint16_t class_bytes[CLASSES] = {256, 1024, 2048, SLAB_CHUNK_MAX};

struct page {
	uint32_t next, prev; // partly free pages of a kind, or free pages; page + 1, 0 ends
	uint16_t used;       // chunks in use
	uint16_t cut;        // chunks ever handed out since the page got its kind
	uint16_t free;       // first free chunk below `cut`, linked through the chunks
	uint8_t kind;
};

struct slab {
	uint8_t *base;
	struct page *pages;
	uint32_t page_limit;
	uint32_t pages_touched;    // pages from here on were never used
	uint32_t free_page;        // page + 1
	uint32_t partial[CLASSES]; // page + 1
	uint32_t pages_held;
	size_t used_bytes, peak_bytes;
};

static void *reserve(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

struct slab *slab_new(size_t bytes)
{
	size_t pages = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
	struct slab *s = calloc(1, sizeof(*s));

	if (s == NULL || pages == 0 || pages >= PAGES_LIMIT) {
		free(s);
		return NULL;
	}
	s->page_limit = (uint32_t)pages;
	s->base = reserve(pages * PAGE_BYTES);
	s->pages = reserve(pages * sizeof(*s->pages));
	if (s->base == NULL || s->pages == NULL) {
		slab_free(s);
		return NULL;
	}
	return s;
}

void slab_free(struct slab *s)
{
	if (s == NULL)
		return;
	if (s->base != NULL)
		munmap(s->base, (size_t)s->page_limit * PAGE_BYTES);
	if (s->pages != NULL)
		munmap(s->pages, s->page_limit * sizeof(*s->pages));
	free(s);
}

static void list_push(struct slab *s, uint32_t *head, uint32_t page)
{
	s->pages[page].next = *head;
	s->pages[page].prev = 0;
	if (*head != 0)
		s->pages[*head - 1].prev = page + 1;
	*head = page + 1;
}

static void list_remove(struct slab *s, uint32_t *head, uint32_t page)
{
	struct page *p = &s->pages[page];

	if (p->next != 0)
		s->pages[p->next - 1].prev = p->prev;
	if (p->prev != 0)
		s->pages[p->prev - 1].next = p->next;
	else
		*head = p->next;
}

// A page for this kind at the head of its list, or false.
static bool page_open(struct slab *s, unsigned kind)
{
	uint32_t page;

	if (s->free_page != 0) {
		page = s->free_page - 1;
		list_remove(s, &s->free_page, page);
	} else if (s->pages_touched < s->page_limit) {
		page = s->pages_touched++;
	} else {
		return false;
	}
	s->pages[page] = (struct page){.free = CHUNK_NONE, .kind = (uint8_t)kind};
	list_push(s, &s->partial[kind], page);
	s->pages_held++;
	return true;
}

static bool page_full(const struct page *p)
{
	return p->used == PAGE_BYTES / class_bytes[p->kind];
}

uint32_t slab_take(struct slab *s, size_t bytes, uint32_t *account)
{
	unsigned kind = 0;
	uint32_t index, chunk;
	struct page *p;
	uint8_t *at;

	while (kind < CLASSES && class_bytes[kind] < bytes)
		kind++;
	if (kind == CLASSES || (s->partial[kind] == 0 && !page_open(s, kind)))
		return SLAB_NONE;
	index = s->partial[kind] - 1;
	p = &s->pages[index];
	at = s->base + (size_t)index * PAGE_BYTES;
	if (p->free != CHUNK_NONE) {
		chunk = p->free;
		p->free = *(uint16_t *)(at + chunk * class_bytes[kind]);
	} else {
		chunk = p->cut++;
	}
	p->used++;
	if (page_full(p))
		list_remove(s, &s->partial[kind], index);
	s->used_bytes += class_bytes[kind];
	if (s->used_bytes > s->peak_bytes)
		s->peak_bytes = s->used_bytes;
	*account += class_bytes[kind];
	return 1 + index * PAGE_UNITS + chunk * (class_bytes[kind] / UNIT_BYTES);
}

static struct page *page_of(const struct slab *s, uint32_t ref)
{
	assert(ref != SLAB_NONE && (ref - 1) / PAGE_UNITS < s->pages_touched);
	return &s->pages[(ref - 1) / PAGE_UNITS];
}

void slab_give(struct slab *s, uint32_t ref, uint32_t *account)
{
	struct page *p = page_of(s, ref);
	uint32_t index = (ref - 1) / PAGE_UNITS;
	uint32_t size = class_bytes[p->kind];

	assert(p->used > 0 && *account >= size);
	if (page_full(p))
		list_push(s, &s->partial[p->kind], index);
	*(uint16_t *)slab_at(s, ref) = p->free;
	p->free = (uint16_t)((ref - 1) % PAGE_UNITS * UNIT_BYTES / size);
	p->used--;
	s->used_bytes -= size;
	*account -= size;
	if (p->used == 0) {
		list_remove(s, &s->partial[p->kind], index);
		list_push(s, &s->free_page, index);
		s->pages_held--;
	}
}

void *slab_at(const struct slab *s, uint32_t ref)
{
	return s->base + (size_t)(ref - 1) * UNIT_BYTES;
}

size_t slab_size(const struct slab *s, uint32_t ref)
{
	return class_bytes[page_of(s, ref)->kind];
}

struct slab_gauges slab_gauges(const struct slab *s)
{
	return (struct slab_gauges){.used_bytes = s->used_bytes,
	                            .peak_bytes = s->peak_bytes,
	                            .held_bytes = (size_t)s->pages_held * PAGE_BYTES,
	                            .limit_bytes = (size_t)s->page_limit * PAGE_BYTES};
}
