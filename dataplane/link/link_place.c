// Where ends run.
#include "dataplane/link/link_place.h"

#include "dataplane/link/link_end.h"

#define WINDOW_US  20000u
#define FULL       100u
#define JOIN_BELOW 60u // percent, both together
#define LEAVE_FROM 85u

void link_place_start(struct link_place *p, uint64_t now_us)
{
	*p = (struct link_place){.since_us = now_us};
	if (sched_getaffinity(0, sizeof(p->all), &p->all) != 0)
		CPU_ZERO(&p->all);
}

bool link_place_slept(struct link_place *p, uint64_t from_us, uint64_t to_us)
{
	uint64_t passed = to_us - p->since_us;

	p->slept_us += to_us - from_us;
	if (passed < WINDOW_US)
		return false;
	p->used = p->slept_us < passed ? (unsigned)((passed - p->slept_us) * FULL / passed) : 0;
	p->since_us = to_us;
	p->slept_us = 0;
	return true;
}

// Core plus one, and load; 0: nothing was said.
void link_place_tell(struct link *l, unsigned core, unsigned load)
{
	atomic_store_explicit(&l->in.lane->place, (core + 1) << 8 | (load < FULL ? load : FULL),
	                      memory_order_relaxed);
}

void link_place_roam(const struct link_place *p)
{
	sched_setaffinity(0, sizeof(p->all), &p->all);
}

static void leave(struct link_place *p)
{
	p->joined = false;
	link_place_roam(p);
}

static void join(struct link_place *p, unsigned core)
{
	cpu_set_t one;

	if (core >= CPU_SETSIZE || !CPU_ISSET(core, &p->all))
		return;
	CPU_ZERO(&one);
	CPU_SET(core, &one);
	p->joined = sched_setaffinity(0, sizeof(one), &one) == 0;
	p->core = core;
}

void link_place_follow(struct link_place *p, const struct link *leader)
{
	uint32_t told = atomic_load_explicit(&leader->out.lane->place, memory_order_relaxed);
	unsigned core = (told >> 8) - 1;

	p->load = told & 0xff;
	if (p->joined && (told == 0 || core != p->core || p->load >= LEAVE_FROM))
		leave(p);
	else if (!p->joined && told != 0 && p->load + p->used < JOIN_BELOW)
		join(p, core);
}

void link_place_pass(const struct link_place *p, struct link *l)
{
	link_place_tell(l, p->core, p->joined ? p->load : FULL);
}
