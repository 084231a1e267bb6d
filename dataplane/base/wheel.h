// A hierarchical timing wheel. A timer is an 8-byte link inside its owner's object, named by the
// object's index; the deadline stays with the owner. The wheel never runs a timer more than a
// tick late, but may run it early: far deadlines wait in coarse slots, so the owner compares its
// deadline with the clock and arms again what is not due. The same rule makes pushing a deadline
// back free: leave the timer where it is. One thread; no allocation.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEEL_SLOT_BITS 6
#define WHEEL_SLOTS     (1u << WHEEL_SLOT_BITS)
#define WHEEL_LEVELS    6 // 2^36 ticks
#define WHEEL_INDEX_MAX 0x7ffffffeu

// Zero: not armed. Position independent.
struct wheel_link {
	uint32_t next; // index + 1, or 0
	uint32_t prev; // index + 1, or WHEEL_AT_HEAD | slot
};

struct wheel {
	uint8_t *links; // the link of object 0
	size_t stride;  // bytes from one object to the next
	uint32_t tick_us;
	uint32_t armed;                            // timers in the wheel
	uint64_t tick;                             // the last tick that was run
	uint64_t bits[WHEEL_LEVELS];               // slots that hold a timer
	uint32_t head[WHEEL_LEVELS * WHEEL_SLOTS]; // index + 1, or 0
};

// `links` is the address of the wheel_link inside object 0.
void wheel_init(struct wheel *w, void *links, size_t stride, uint32_t tick_us, uint64_t now_us);

bool wheel_is_armed(const struct wheel *w, uint32_t index);

// Arm, or move when armed. A deadline that has passed runs at the next tick.
void wheel_arm(struct wheel *w, uint32_t index, uint64_t due_us);
void wheel_cancel(struct wheel *w, uint32_t index);

// Unarm and run every timer whose slot has come. `run` may arm and cancel any timer.
void wheel_advance(struct wheel *w, uint64_t now_us,
                   void (*run)(void *owner, uint32_t index, uint64_t now_us), void *owner);

// When wheel_advance has something to do next, or UINT64_MAX. Never later than the earliest
// deadline rounded up to a tick.
uint64_t wheel_next_us(const struct wheel *w);
