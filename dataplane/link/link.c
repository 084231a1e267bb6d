// One end of a joint: post and take cells, lend and give back buffers, sleep and wake.
#include "dataplane/link/link_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum buffer_state { BUFFER_FREE, BUFFER_TAKEN, BUFFER_OUT };

// The direction that we write. All but `lane` and what it points to is private.
struct producer {
	struct link_plan plan;
	struct link_lane *lane;
	struct link_cell *cells;   // shared; we write
	_Atomic uint32_t *returns; // shared; the consumer writes
	uint8_t *state;            // enum buffer_state of each name
	uint32_t *free_names[2];   // stacks: small, large
	uint32_t free_count[2];
	uint32_t tail, head_seen; // ours; the consumer's, checked
	uint32_t returns_taken;
	uint32_t flushed; // tail at the last flush
};

// The direction that we read.
struct consumer {
	struct link_plan plan;
	struct link_lane *lane;
	const struct link_cell *cells; // shared; the producer writes
	_Atomic uint32_t *returns;     // shared; we write
	uint8_t *held;                 // 1: this name is with us
	uint32_t head, tail_seen;
	uint32_t returned;
	uint32_t head_flushed, returned_flushed;
	bool in_hand; // between link_next and link_done
	uint32_t buffer_in_hand;
};

struct link {
	struct producer out;
	struct consumer in;
	uint8_t *base;
	size_t bytes;
	int memfd, wake_self, wake_peer;
	bool starved; // something was refused for want of room since the last word of room
	struct link_stats stats;
};

static uint8_t *buffer_at(const struct link *l, const struct link_plan *p, uint32_t name,
                          size_t *capacity)
{
	if (name < p->shape.small_count) {
		*capacity = p->shape.small_bytes;
		return l->base + p->small + (size_t)name * p->shape.small_bytes;
	}
	*capacity = p->shape.large_bytes;
	return l->base + p->large +
	       (size_t)(name - p->shape.small_count) * p->shape.large_bytes;
}

// --- attaching -----------------------------------------------------------------------------------

static bool producer_init(struct producer *p, const struct link_plan *plan, uint8_t *base)
{
	uint32_t small = plan->shape.small_count, large = plan->shape.large_count;

	p->plan = *plan;
	p->lane = (struct link_lane *)(base + plan->lane);
	p->cells = (struct link_cell *)(base + plan->cells);
	p->returns = (_Atomic uint32_t *)(base + plan->returns);
	p->state = calloc(plan->names + 1, 1);
	p->free_names[0] = calloc(small + 1, sizeof(uint32_t));
	p->free_names[1] = calloc(large + 1, sizeof(uint32_t));
	if (p->state == NULL || p->free_names[0] == NULL || p->free_names[1] == NULL)
		return false;
	for (uint32_t i = 0; i < small; i++)
		p->free_names[0][i] = small - 1 - i;
	for (uint32_t i = 0; i < large; i++)
		p->free_names[1][i] = small + large - 1 - i;
	p->free_count[0] = small;
	p->free_count[1] = large;
	return true;
}

static bool consumer_init(struct consumer *c, const struct link_plan *plan, uint8_t *base)
{
	c->plan = *plan;
	c->lane = (struct link_lane *)(base + plan->lane);
	c->cells = (const struct link_cell *)(base + plan->cells);
	c->returns = (_Atomic uint32_t *)(base + plan->returns);
	c->held = calloc(plan->names + 1, 1);
	return c->held != NULL;
}

static void nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void link_unmake(struct link *l)
{
	if (l->base != NULL)
		munmap(l->base, l->bytes);
	free(l->out.state);
	free(l->out.free_names[0]);
	free(l->out.free_names[1]);
	free(l->in.held);
	free(l);
}

struct link *link_attach(int memfd, int wake_self, int wake_peer, enum link_side side)
{
	struct link *l = calloc(1, sizeof(*l));
	enum link_side other = side == LINK_A ? LINK_B : LINK_A;
	struct link_plan plans[2];

	if (l == NULL)
		return NULL;
	l->base = link_segment_map(memfd, plans, &l->bytes);
	if (l->base == NULL || !producer_init(&l->out, &plans[side], l->base) ||
	    !consumer_init(&l->in, &plans[other], l->base)) {
		int why = errno;

		link_unmake(l);
		errno = why;
		return NULL;
	}
	l->memfd = memfd;
	l->wake_self = wake_self;
	l->wake_peer = wake_peer;
	nonblocking(wake_self);
	nonblocking(wake_peer);
	return l;
}

void link_free(struct link *l)
{
	if (l == NULL)
		return;
	close(l->memfd);
	close(l->wake_self);
	close(l->wake_peer);
	link_unmake(l);
}

// --- producing -----------------------------------------------------------------------------------

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
	return buffer_at(l, &p->plan, *name, capacity);
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
	buffer_at(l, &l->out.plan, cell->buffer, &capacity);
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

// --- consuming -----------------------------------------------------------------------------------

void link_buffer_return(struct link *l, uint32_t name)
{
	struct consumer *c = &l->in;

	assert(name < c->plan.names && c->held[name]);
	c->held[name] = 0;
	atomic_store_explicit(&c->returns[c->returned & c->plan.return_mask], name,
	                      memory_order_relaxed);
	atomic_store_explicit(&c->lane->returned, ++c->returned, memory_order_release);
}

static bool cell_waits(struct link *l)
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
	bytes = buffer_at(l, &c->plan, cell->buffer, &capacity);
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
	while (cell_waits(l)) {
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

// --- sleeping ------------------------------------------------------------------------------------

// Both ends store first and look second, all in one total order (seq_cst): either the sleeper
// sees the news or the other side sees the sleeper.
void link_flush(struct link *l)
{
	struct producer *p = &l->out;
	struct consumer *c = &l->in;
	bool news = p->flushed != p->tail;
	bool room = c->head_flushed != c->head || c->returned_flushed != c->returned;
	uint32_t asleep;

	if (!news && !room)
		return;
	p->flushed = p->tail;
	c->head_flushed = c->head;
	c->returned_flushed = c->returned;
	atomic_store(&p->lane->tail, p->tail);
	atomic_store(&c->lane->head, c->head);
	atomic_store(&c->lane->returned, c->returned);
	asleep = atomic_load(&p->lane->asleep);
	if (asleep == LINK_AWAKE || (asleep == LINK_ASLEEP && !news))
		return;
	atomic_store(&p->lane->asleep, LINK_AWAKE);
	l->stats.doorbells++;
	(void)!write(l->wake_peer, &(uint64_t){1}, sizeof(uint64_t));
}

int link_doorbell(const struct link *l)
{
	return l->wake_self;
}

// Has the consumer of our lane given anything back that we have not yet looked at?
static bool room_came(struct link *l)
{
	struct producer *p = &l->out;
	uint32_t head = p->head_seen, taken = p->returns_taken;

	if (atomic_load(&p->lane->head) == head && atomic_load(&p->lane->returned) == taken)
		return false;
	head_refresh(l);
	returns_reap(l);
	return p->head_seen != head || p->returns_taken != taken;
}

bool link_sleep(struct link *l)
{
	struct consumer *c = &l->in;
	bool work;

	atomic_store(&c->lane->asleep, l->starved ? LINK_ASLEEP_WANTING : LINK_ASLEEP);
	work = c->head != atomic_load(&c->lane->tail) && cell_waits(l);
	if (l->starved && room_came(l)) {
		l->starved = false;
		work = true;
	}
	if (work)
		atomic_store(&c->lane->asleep, LINK_AWAKE);
	return !work;
}

void link_awake(struct link *l)
{
	uint64_t rung;

	atomic_store(&l->in.lane->asleep, LINK_AWAKE);
	(void)!read(l->wake_self, &rung, sizeof(rung));
	if (l->starved && room_came(l))
		l->starved = false;
}

// --- watching ------------------------------------------------------------------------------------

void link_stats(const struct link *l, struct link_stats *out)
{
	const struct producer *p = &l->out;

	*out = l->stats;
	out->small_out = p->plan.shape.small_count - p->free_count[0];
	out->large_out = p->plan.shape.large_count - p->free_count[1];
}
