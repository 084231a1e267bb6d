// Memory that one thread takes away while others use it in rounds: the taker first takes the way to
// it away, then waits until every round that may have begun before is over. A round costs its
// thread no barrier; the wait costs the taker a system call.
#pragma once

#include <stdatomic.h>
#include <stdint.h>

struct rounds {
	_Atomic uint64_t turns; // odd: in a round; writer: its thread
};

static inline void rounds_turn(struct rounds *r)
{
	uint64_t turns = atomic_load_explicit(&r->turns, memory_order_relaxed);

	atomic_signal_fence(memory_order_seq_cst);
	atomic_store_explicit(&r->turns, turns + 1, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
}

static inline void rounds_begin(struct rounds *r)
{
	rounds_turn(r);
}

static inline void rounds_end(struct rounds *r)
{
	rounds_turn(r);
}

// Once, before the first round: the kernel is told who will wait.
void rounds_prepare(void);
// From any thread that is in no round itself: all of this thread's changes are seen by rounds that
// begin from now on. Call rounds_wait for each thread afterwards.
void rounds_publish(void);
void rounds_wait(const struct rounds *r);
