// Consuming: take cells, judge them, give buffers back.
#include "dataplane/link/link_end.h"

void link_buffer_return(struct link *l, uint32_t name)
{
	struct consumer *c = &l->in;

	assert(name < c->plan.names && c->held[name]);
	c->held[name] = 0;
	atomic_store_explicit(&c->returns[c->returned & c->plan.return_mask], name,
	                      memory_order_relaxed);
	atomic_store_explicit(&c->lane->returned, ++c->returned, memory_order_release);
}

bool link_cell_waits(struct link *l)
{
	struct consumer *c = &l->in;
	uint32_t tail;

	if (c->head != c->tail_seen)
		return true;
	tail = atomic_load_explicit(&c->lane->tail, memory_order_acquire);
	if (tail - c->head > c->plan.shape.cells) {
		l->stats.bad_index++;
		return false;
	}
	c->tail_seen = tail;
	return c->head != tail;
}

// Is the cell (our copy) well formed? Marks its buffer as held; one that came under a wrong
// length goes straight back.
static bool cell_admit(struct link *l, const struct link_cell *cell, struct span *payload)
{
	struct consumer *c = &l->in;
	size_t capacity;
	uint8_t *bytes;

	*payload = span_of(NULL, 0);
	if (cell->buffer == LINK_NO_BUFFER)
		return cell->length == 0 && cell->reserved == 0;
	if (cell->buffer >= c->plan.names || c->held[cell->buffer])
		return false;
	c->held[cell->buffer] = 1;
	bytes = link_buffer_at(l, &c->plan, cell->buffer, &capacity);
	if (cell->length > capacity || cell->reserved != 0) {
		link_buffer_return(l, cell->buffer);
		return false;
	}
	*payload = span_of(bytes, cell->length);
	return true;
}

static void head_publish(struct consumer *c)
{
	atomic_store_explicit(&c->lane->head, ++c->head, memory_order_release);
}

bool link_next(struct link *l, struct link_cell *cell, struct span *payload)
{
	struct consumer *c = &l->in;

	assert(!c->in_hand);
	while (link_cell_waits(l)) {
		*cell = c->cells[c->head & (c->plan.shape.cells - 1)];
		// The copy is checked, not the original: keep the compiler from reading again.
		atomic_signal_fence(memory_order_seq_cst);
		if (cell_admit(l, cell, payload)) {
			c->in_hand = true;
			c->buffer_in_hand = cell->buffer;
			l->stats.received++;
			return true;
		}
		l->stats.bad_cell++;
		head_publish(c);
	}
	return false;
}

void link_done(struct link *l)
{
	uint32_t name = l->in.buffer_in_hand;

	link_done_keep(l);
	if (name != LINK_NO_BUFFER)
		link_buffer_return(l, name);
}

void link_done_keep(struct link *l)
{
	assert(l->in.in_hand);
	l->in.in_hand = false;
	head_publish(&l->in);
}
