// The timing wheel: six levels of 64 slots; a slot of one level spans all slots of the one below.
#include "dataplane/base/wheel.h"

#define WHEEL_AT_HEAD 0x80000000u
#define WHEEL_SPAN    ((uint64_t)1 << (WHEEL_SLOT_BITS * WHEEL_LEVELS))

static struct wheel_link *link_of(const struct wheel *w, uint32_t index)
{
	return (struct wheel_link *)(w->links + (size_t)index * w->stride);
}

void wheel_init(struct wheel *w, void *links, size_t stride, uint32_t tick_us, uint64_t now_us)
{
	*w = (struct wheel){
	        .links = links, .stride = stride, .tick_us = tick_us, .tick = now_us / tick_us};
}

bool wheel_is_armed(const struct wheel *w, uint32_t index)
{
	return link_of(w, index)->prev != 0;
}

// The slot of a tick that lies ahead: the finest level that reaches it.
static uint32_t slot_of(const struct wheel *w, uint64_t tick)
{
	uint64_t ahead = tick - w->tick;
	unsigned level = (unsigned)(63 - __builtin_clzll(ahead)) / WHEEL_SLOT_BITS;

	return level * WHEEL_SLOTS + (tick >> (level * WHEEL_SLOT_BITS)) % WHEEL_SLOTS;
}

void wheel_arm(struct wheel *w, uint32_t index, uint64_t due_us)
{
	struct wheel_link *link = link_of(w, index);
	uint64_t tick = due_us / w->tick_us + (due_us % w->tick_us != 0);
	uint32_t slot;

	wheel_cancel(w, index);
	if (tick <= w->tick)
		tick = w->tick + 1;
	if (tick - w->tick >= WHEEL_SPAN)
		tick = w->tick + WHEEL_SPAN - 1;
	slot = slot_of(w, tick);
	link->next = w->head[slot];
	link->prev = WHEEL_AT_HEAD | slot;
	if (link->next != 0)
		link_of(w, link->next - 1)->prev = index + 1;
	w->head[slot] = index + 1;
	w->bits[slot / WHEEL_SLOTS] |= (uint64_t)1 << slot % WHEEL_SLOTS;
	w->armed++;
}

void wheel_cancel(struct wheel *w, uint32_t index)
{
	struct wheel_link *link = link_of(w, index);
	uint32_t slot = link->prev & ~WHEEL_AT_HEAD;

	if (link->prev == 0)
		return;
	if (link->next != 0)
		link_of(w, link->next - 1)->prev = link->prev;
	if ((link->prev & WHEEL_AT_HEAD) == 0) {
		link_of(w, link->prev - 1)->next = link->next;
	} else {
		w->head[slot] = link->next;
		if (link->next == 0)
			w->bits[slot / WHEEL_SLOTS] &= ~((uint64_t)1 << slot % WHEEL_SLOTS);
	}
	*link = (struct wheel_link){0};
	w->armed--;
}

// The next tick at which a slot with timers comes, or UINT64_MAX.
static uint64_t next_tick(const struct wheel *w)
{
	uint64_t first = UINT64_MAX;

	for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
		unsigned shift = level * WHEEL_SLOT_BITS;
		uint64_t at = (w->tick >> shift) + 1; // slots from here on lie ahead
		unsigned turn = at % WHEEL_SLOTS;
		uint64_t bits = w->bits[level];
		uint64_t tick;

		if (bits == 0)
			continue;
		if (turn != 0)
			bits = bits >> turn | bits << (WHEEL_SLOTS - turn);
		tick = (at + (unsigned)__builtin_ctzll(bits)) << shift;
		if (tick < first)
			first = tick;
	}
	return first;
}

static void run_slot(struct wheel *w, uint32_t slot, uint64_t now_us,
                     void (*run)(void *owner, uint32_t index, uint64_t now_us), void *owner)
{
	// What `run` arms lands in another slot: this one is a full turn away.
	while (w->head[slot] != 0) {
		uint32_t index = w->head[slot] - 1;

		wheel_cancel(w, index);
		run(owner, index, now_us);
	}
}

void wheel_advance(struct wheel *w, uint64_t now_us,
                   void (*run)(void *owner, uint32_t index, uint64_t now_us), void *owner)
{
	uint64_t target = now_us / w->tick_us;
	uint64_t tick;

	while ((tick = next_tick(w)) <= target) {
		w->tick = tick;
		for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
			unsigned shift = level * WHEEL_SLOT_BITS;

			if (tick % ((uint64_t)1 << shift) != 0)
				break;
			run_slot(w, level * WHEEL_SLOTS + (tick >> shift) % WHEEL_SLOTS, now_us,
			         run, owner);
		}
	}
	if (target > w->tick)
		w->tick = target;
}

uint64_t wheel_next_us(const struct wheel *w)
{
	uint64_t tick = next_tick(w);

	return tick == UINT64_MAX ? UINT64_MAX : tick * w->tick_us;
}
