// When sessions should begin: an open loop keeps to its plan whatever the server does, and each
// arrival keeps the time it was meant for. Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum arrival_kind {
	ARRIVAL_CLOSED,   // as soon as there is a place
	ARRIVAL_CONSTANT, // evenly
	ARRIVAL_RAMP,     // from rate to rate_end over the duration
	ARRIVAL_POISSON   // exponential gaps
};

struct arrivals {
	enum arrival_kind kind;
	double rate, rate_end; // a second
	double duration_s;     // of the ramp
	uint64_t start_us;
	uint64_t next_us;
	uint64_t made;  // so far
	uint64_t count; // in all; UINT64_MAX: no bound
	double at_s;    // of the next one, since start
	uint64_t random;
};

void arrivals_start(struct arrivals *a, uint64_t now_us, uint64_t seed);

// Is one due? `intended_us` is then the time it was meant for, and the next one is planned.
bool arrivals_take(struct arrivals *a, uint64_t now_us, uint64_t *intended_us);
uint64_t arrivals_next_us(const struct arrivals *a); // UINT64_MAX: no more, or a closed loop
bool arrivals_over(const struct arrivals *a);
