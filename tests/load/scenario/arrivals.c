// Plans of arrival.
#include "tests/load/scenario/arrivals.h"

#include <math.h>

// splitmix64: repeatable from its seed.
static double uniform(struct arrivals *a)
{
	uint64_t z = a->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	z ^= z >> 31;
	return (double)(z >> 11) / 9007199254740992.0;
}

static double rate_at(const struct arrivals *a, double at_s)
{
	double part = a->duration_s > 0 ? at_s / a->duration_s : 1;

	return a->rate + (a->rate_end - a->rate) * (part < 1 ? part : 1);
}

// Seconds from one arrival to the next. A ramp's area under the rate is 1 for each.
static double gap(struct arrivals *a)
{
	double slope, now;

	if (a->kind == ARRIVAL_CONSTANT)
		return 1 / a->rate;
	if (a->kind == ARRIVAL_POISSON)
		return -log(1 - uniform(a)) / a->rate;
	now = rate_at(a, a->at_s);
	slope = a->duration_s > 0 && a->at_s < a->duration_s
	                ? (a->rate_end - a->rate) / a->duration_s
	                : 0;
	if (fabs(slope) < 1e-9)
		return 1 / (now > 1e-6 ? now : 1e-6);
	now = now * now + 2 * slope;
	return now > 0 ? (sqrt(now) - rate_at(a, a->at_s)) / slope : 3600;
}

static void plan(struct arrivals *a)
{
	a->at_s += gap(a);
	a->next_us = a->start_us + (uint64_t)llround(a->at_s * 1e6);
}

void arrivals_start(struct arrivals *a, uint64_t now_us, uint64_t seed)
{
	a->start_us = a->next_us = now_us;
	a->made = 0;
	a->at_s = 0;
	a->random = seed;
	if (a->kind == ARRIVAL_RAMP || a->kind == ARRIVAL_POISSON)
		plan(a);
}

bool arrivals_over(const struct arrivals *a)
{
	return a->made >= a->count;
}

bool arrivals_take(struct arrivals *a, uint64_t now_us, uint64_t *intended_us)
{
	if (arrivals_over(a))
		return false;
	if (a->kind == ARRIVAL_CLOSED) {
		*intended_us = now_us;
		a->made++;
		return true;
	}
	if (a->next_us > now_us)
		return false;
	*intended_us = a->next_us;
	a->made++;
	plan(a);
	return true;
}

uint64_t arrivals_next_us(const struct arrivals *a)
{
	return a->kind == ARRIVAL_CLOSED || arrivals_over(a) ? UINT64_MAX : a->next_us;
}
