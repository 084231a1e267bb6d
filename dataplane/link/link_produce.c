// Producing: room, buffers, posting.
#include "dataplane/link/link_end.h"

// Read how far the consumer has come. An index that cannot be is counted and changes nothing.
static void head_refresh(struct link *l)
{
	struct producer *p = &l->out;
	uint32_t head = atomic_load_explicit(&p->lane->head, memory_order_acquire);

	if (head - p->head_seen > p->tail - p->head_seen)
		l->stats.bad_index++;
	else
		p->head_seen = head;
}

// Room, with a fresh look at the consumer once the room we know of is down to `low`.
static uint32_t room_above(struct link *l, uint32_t low)
{
	struct producer *p = &l->out;
	uint32_t cells = p->plan.shape.cells;

	if (cells - (p->tail - p->head_seen) <= low)
		head_refresh(l);
	if (p->tail - p->head_seen == cells)
		l->starved = true;
	return cells - (p->tail - p->head_seen);
}

// Callers keep reserves by this number, so it may not be stale when it is small.
uint32_t link_room(struct link *l)
{
	return room_above(l, l->out.plan.shape.cells / 2);
}

void link_want_room(struct link *l)
{
	l->starved = true;
}

static void name_free(struct producer *p, uint32_t name)
{
	bool large = name >= p->plan.shape.small_count;

	p->state[name] = BUFFER_FREE;
	p->free_names[large][p->free_count[large]++] = name;
}

// Take back what the consumer has returned. Only a name that is out can come back.
static void returns_reap(struct link *l)
{
	struct producer *p = &l->out;
	uint32_t returned = atomic_load_explicit(&p->lane->returned, memory_order_acquire);

	if (returned - p->returns_taken > p->plan.names) {
		l->stats.bad_index++;
		return;
	}
	while (p->returns_taken != returned) {
		uint32_t at = p->returns_taken++ & p->plan.return_mask;
		uint32_t name = atomic_load_explicit(&p->returns[at], memory_order_relaxed);

		if (name < p->plan.names && p->state[name] == BUFFER_OUT)
			name_free(p, name);
		else
			l->stats.bad_return++;
	}
}

void *link_buffer_take(struct link *l, size_t bytes, uint32_t *name, size_t *capacity)
{
	struct producer *p = &l->out;
	bool large = bytes > p->plan.shape.small_bytes;

	returns_reap(l);
	if (p->free_count[large] == 0 || (large && bytes > p->plan.shape.large_bytes)) {
		l->stats.no_buffer++;
		l->starved = true;
		return NULL;
	}
	*name = p->free_names[large][--p->free_count[large]];
	p->state[*name] = BUFFER_TAKEN;
	return link_buffer_at(l, &p->plan, *name, capacity);
}

void link_buffer_drop(struct link *l, uint32_t name)
{
	struct producer *p = &l->out;

	assert(name < p->plan.names && p->state[name] == BUFFER_TAKEN);
	name_free(p, name);
}

uint32_t link_buffers_free(struct link *l, bool large)
{
	returns_reap(l);
	if (l->out.free_count[large] == 0)
		l->starved = true;
	return l->out.free_count[large];
}

static void post_check(const struct link *l, const struct link_cell *cell)
{
	size_t capacity;

	if (cell->buffer == LINK_NO_BUFFER) {
		assert(cell->length == 0);
		return;
	}
	assert(cell->buffer < l->out.plan.names);
	assert(l->out.state[cell->buffer] == BUFFER_TAKEN);
	link_buffer_at(l, &l->out.plan, cell->buffer, &capacity);
	assert(cell->length <= capacity);
}

bool link_post(struct link *l, const struct link_cell *cell)
{
	struct producer *p = &l->out;
	struct link_cell *place;

	post_check(l, cell);
	if (room_above(l, 0) == 0) {
		l->stats.full++;
		return false;
	}
	place = &p->cells[p->tail & (p->plan.shape.cells - 1)];
	*place = *cell;
	place->reserved = 0;
	if (cell->buffer != LINK_NO_BUFFER)
		p->state[cell->buffer] = BUFFER_OUT;
	atomic_store_explicit(&p->lane->tail, ++p->tail, memory_order_release);
	l->stats.posted++;
	return true;
}

bool link_send(struct link *l, struct link_cell *cell, struct span payload)
{
	size_t capacity;
	void *to;

	if (room_above(l, 0) == 0) {
		l->stats.full++;
		return false;
	}
	cell->buffer = LINK_NO_BUFFER;
	cell->length = 0;
	if (payload.len > 0) {
		to = link_buffer_take(l, payload.len, &cell->buffer, &capacity);
		if (to == NULL)
			return false;
		memcpy(to, payload.data, payload.len);
		cell->length = (uint32_t)payload.len;
	}
	return link_post(l, cell);
}

bool link_room_came(struct link *l)
{
	struct producer *p = &l->out;
	uint32_t head = p->head_seen, taken = p->returns_taken;

	if (atomic_load(&p->lane->head) == head && atomic_load(&p->lane->returned) == taken)
		return false;
	head_refresh(l);
	returns_reap(l);
	return p->head_seen != head || p->returns_taken != taken;
}
