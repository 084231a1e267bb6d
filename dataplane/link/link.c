// One end of a joint: attach, sleep, wake, watch.
#include "dataplane/link/link_end.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNRUNG_LOOKS 16 // wakes by something else before the doorbell is read all the same

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

bool link_sleep(struct link *l)
{
	struct consumer *c = &l->in;
	bool work;

	atomic_store(&c->lane->asleep, l->starved ? LINK_ASLEEP_WANTING : LINK_ASLEEP);
	work = c->head != atomic_load(&c->lane->tail) && link_cell_waits(l);
	if (l->starved && link_room_came(l)) {
		l->starved = false;
		work = true;
	}
	if (work)
		atomic_store(&c->lane->asleep, LINK_AWAKE);
	l->announced = !work;
	return !work;
}

// Who rings takes our announcement back first: while it stands, there is nothing to read. A bell
// that was promised may still be on its way; a peer that rings without a word is read off now and
// then, so that it cannot keep us from waiting.
void link_awake(struct link *l)
{
	uint64_t count;

	if (atomic_exchange(&l->in.lane->asleep, LINK_AWAKE) == LINK_AWAKE && l->announced)
		l->rung = true;
	l->announced = false;
	if ((l->rung || ++l->unrung % UNRUNG_LOOKS == 0) &&
	    read(l->wake_self, &count, sizeof(count)) > 0)
		l->rung = false;
	if (l->starved && link_room_came(l))
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
