// tests/load/scenario/arrivals.c
#include "tests/load/scenario/arrivals.h"
#include "tests/unit/check.h"

#define START 1000000u
#define S     1000000u

static unsigned due_by(struct arrivals *a, uint64_t now_us)
{
	uint64_t intended_us;
	unsigned n = 0;

	while (arrivals_take(a, now_us, &intended_us)) {
		CHECK(intended_us <= now_us);
		n++;
	}
	return n;
}

TEST(a_closed_loop_is_always_due_until_its_count)
{
	struct arrivals a = {.kind = ARRIVAL_CLOSED, .count = 3};

	arrivals_start(&a, START, 1);
	CHECK_EQ(due_by(&a, START), 3);
	CHECK(arrivals_over(&a));
	CHECK(arrivals_next_us(&a) == UINT64_MAX);
}

TEST(a_constant_rate_is_even)
{
	struct arrivals a = {.kind = ARRIVAL_CONSTANT, .rate = 10, .count = UINT64_MAX};

	arrivals_start(&a, START, 1);
	CHECK_EQ(due_by(&a, START), 1);
	CHECK_EQ(arrivals_next_us(&a), START + S / 10);
	CHECK_EQ(due_by(&a, START + S - 1), 9);
}

TEST(an_arrival_taken_late_keeps_its_time)
{
	struct arrivals a = {.kind = ARRIVAL_CONSTANT, .rate = 100, .count = UINT64_MAX};
	uint64_t intended_us = 0;

	arrivals_start(&a, START, 1);
	CHECK(arrivals_take(&a, START + 500000, &intended_us));
	CHECK(arrivals_take(&a, START + 500000, &intended_us));
	CHECK_EQ(intended_us, START + 10000);
}

TEST(a_ramp_has_the_area_under_it)
{
	struct arrivals a = {.kind = ARRIVAL_RAMP,
	                     .rate = 0,
	                     .rate_end = 100,
	                     .duration_s = 10,
	                     .count = UINT64_MAX};
	unsigned half;

	arrivals_start(&a, START, 1);
	half = due_by(&a, START + 5 * S);
	CHECK(half >= 123 && half <= 127);
	half += due_by(&a, START + 10 * S);
	CHECK(half >= 497 && half <= 503);
}

TEST(a_ramp_may_go_down_to_nothing)
{
	struct arrivals a = {.kind = ARRIVAL_RAMP,
	                     .rate = 100,
	                     .rate_end = 0,
	                     .duration_s = 10,
	                     .count = UINT64_MAX};
	unsigned n;

	arrivals_start(&a, START, 1);
	n = due_by(&a, START + 10 * S);
	CHECK(n >= 495 && n <= 503);
}

TEST(poisson_arrivals_have_their_mean_and_spread)
{
	struct arrivals a = {.kind = ARRIVAL_POISSON, .rate = 1000, .count = UINT64_MAX};
	uint64_t before = START, intended_us;
	double squares = 0, gap;
	unsigned n = 0;

	arrivals_start(&a, START, 7);
	for (; arrivals_take(&a, START + 20 * S, &intended_us); n++) {
		gap = (double)(intended_us - before) / 1000;
		squares += gap * gap;
		before = intended_us;
	}
	CHECK(n > 19500 && n < 20500);
	// The mean of the squares of exponential gaps is twice the square of their mean.
	CHECK(squares / n > 1.8 && squares / n < 2.2);
}

CHECK_MAIN()
