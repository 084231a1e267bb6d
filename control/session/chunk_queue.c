// Bytes that wait, in chunks of the shard's slab, charged to their session.
#include "control/session/session.h"

struct chunk {
	uint32_t next; // SLAB_NONE ends
	uint16_t start, end;
	uint8_t bytes[];
};
#define CHUNK_HEAD  sizeof(struct chunk)
#define CHUNK_SMALL 200u // below this a small chunk will do

static struct chunk *chunk_at(struct shard *h, uint32_t ref)
{
	return slab_at(h->slab, ref);
}

static size_t chunk_room(struct shard *h, uint32_t ref)
{
	return ref == SLAB_NONE ? 0
	                        : slab_size(h->slab, ref) - CHUNK_HEAD - chunk_at(h, ref)->end;
}

static bool chunk_add(struct shard *h, struct session *s, struct chunk_queue *q, size_t want)
{
	size_t bytes = want < CHUNK_SMALL ? CHUNK_SMALL : want;
	uint32_t ref;

	if (bytes + CHUNK_HEAD > SLAB_CHUNK_MAX)
		bytes = SLAB_CHUNK_MAX - CHUNK_HEAD;
	ref = slab_take(h->slab, bytes + CHUNK_HEAD, &s->chunk_account);
	if (ref == SLAB_NONE)
		return false;
	*chunk_at(h, ref) = (struct chunk){.next = SLAB_NONE};
	if (q->last != SLAB_NONE)
		chunk_at(h, q->last)->next = ref;
	else
		q->first = ref;
	q->last = ref;
	return true;
}

bool chunk_push(struct shard *h, struct session *s, struct chunk_queue *q, struct span bytes)
{
	while (bytes.len > 0) {
		size_t part = chunk_room(h, q->last);
		struct chunk *c;

		if (part == 0) {
			if (!chunk_add(h, s, q, bytes.len))
				return false;
			part = chunk_room(h, q->last);
		}
		c = chunk_at(h, q->last);
		part = bytes.len < part ? bytes.len : part;
		memcpy(c->bytes + c->end, bytes.data, part);
		c->end += (uint16_t)part;
		q->bytes += (uint32_t)part;
		bytes = span_of(bytes.data + part, bytes.len - part);
	}
	return true;
}

struct span chunk_front(struct shard *h, const struct chunk_queue *q)
{
	const struct chunk *c;

	if (q->first == SLAB_NONE)
		return span_of(NULL, 0);
	c = chunk_at(h, q->first);
	return span_of(c->bytes + c->start, (size_t)(c->end - c->start));
}

struct span chunk_next(struct shard *h, struct chunk_queue *q)
{
	q->first = chunk_at(h, q->first)->next;
	return chunk_front(h, q);
}

void chunk_pop(struct shard *h, struct session *s, struct chunk_queue *q, size_t n)
{
	q->bytes -= (uint32_t)n;
	while (n > 0) {
		struct chunk *c = chunk_at(h, q->first);
		size_t part = (size_t)(c->end - c->start) < n ? (size_t)(c->end - c->start) : n;
		uint32_t ref = q->first;

		c->start += (uint16_t)part;
		n -= part;
		if (c->start < c->end)
			continue;
		q->first = c->next;
		if (q->first == SLAB_NONE)
			q->last = SLAB_NONE;
		slab_give(h->slab, ref, &s->chunk_account);
	}
}

void chunk_clear(struct shard *h, struct session *s, struct chunk_queue *q)
{
	chunk_pop(h, s, q, q->bytes);
}
