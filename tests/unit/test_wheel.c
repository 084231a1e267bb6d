// The timing wheel: nothing late, nothing lost, and early calls only where the contract allows.
#include "dataplane/base/wheel.h"
#include "tests/unit/check.h"

#define OBJECTS 1000

struct object {
	uint32_t before;
	struct wheel_link link;
	uint64_t due_us; // 0: none
	uint32_t ran;
	uint64_t ran_us;
};

static struct object objects[OBJECTS];
static struct wheel wheel;

static void fixture(uint64_t now_us)
{
	memset(objects, 0, sizeof(objects));
	wheel_init(&wheel, &objects[0].link, sizeof(objects[0]), 1000, now_us);
}

static void arm(uint32_t index, uint64_t due_us)
{
	objects[index].due_us = due_us;
	wheel_arm(&wheel, index, due_us);
}

// An owner as the contract wants it: too early is armed again.
static void run(void *owner, uint32_t index, uint64_t now_us)
{
	struct object *o = &objects[index];

	CHECK(!wheel_is_armed(&wheel, index));
	if (now_us < o->due_us) {
		wheel_arm(&wheel, index, o->due_us);
		return;
	}
	o->due_us = 0;
	o->ran++;
	o->ran_us = now_us;
}

static void advance(uint64_t now_us)
{
	wheel_advance(&wheel, now_us, run, NULL);
}

// Sleep from deadline to deadline, as an event loop does.
static void sleep_until(uint64_t end_us)
{
	uint64_t next;

	while ((next = wheel_next_us(&wheel)) <= end_us)
		advance(next);
	advance(end_us);
}

TEST(a_link_takes_eight_bytes)
{
	CHECK_EQ(sizeof(struct wheel_link), 8);
}

TEST(an_empty_wheel_has_no_deadline)
{
	fixture(5000000);
	CHECK(wheel_next_us(&wheel) == UINT64_MAX);
}

TEST(a_timer_runs_at_its_deadline_and_not_before)
{
	fixture(1000000);
	arm(3, 1040000);
	advance(1039999);
	CHECK_EQ(objects[3].ran, 0);
	advance(1040000);
	CHECK_EQ(objects[3].ran, 1);
}

TEST(a_far_timer_runs_within_a_tick_of_its_deadline)
{
	fixture(123456);
	arm(0, 123456 + 7200000000ull + 77);
	sleep_until(123456 + 7300000000ull);
	CHECK_EQ(objects[0].ran, 1);
	CHECK(objects[0].ran_us - (123456 + 7200000000ull + 77) < 1000);
}

TEST(a_passed_deadline_runs_at_the_next_tick)
{
	fixture(1000000);
	arm(0, 5);
	CHECK_EQ(wheel_next_us(&wheel), 1001000);
	advance(1001000);
	CHECK_EQ(objects[0].ran, 1);
}

TEST(a_cancelled_timer_does_not_run)
{
	fixture(0);
	arm(0, 50000);
	arm(1, 50000);
	arm(2, 50000);
	wheel_cancel(&wheel, 1);
	sleep_until(100000);
	CHECK_EQ(objects[0].ran, 1);
	CHECK_EQ(objects[1].ran, 0);
	CHECK_EQ(objects[2].ran, 1);
	CHECK_EQ(wheel.armed, 0);
}

TEST(cancelling_twice_is_harmless)
{
	fixture(0);
	arm(0, 50000);
	wheel_cancel(&wheel, 0);
	wheel_cancel(&wheel, 0);
	CHECK_EQ(wheel.armed, 0);
	CHECK(wheel_next_us(&wheel) == UINT64_MAX);
}

TEST(arming_again_moves_a_timer)
{
	fixture(0);
	arm(0, 50000);
	arm(0, 20000);
	sleep_until(30000);
	CHECK_EQ(objects[0].ran, 1);
	sleep_until(100000);
	CHECK_EQ(objects[0].ran, 1);
}

TEST(a_deadline_pushed_back_in_place_runs_late_once)
{
	fixture(0);
	arm(0, 50000);
	objects[0].due_us = 90000; // lazy: the wheel is not told
	sleep_until(89000);
	CHECK_EQ(objects[0].ran, 0);
	sleep_until(90000);
	CHECK_EQ(objects[0].ran, 1);
}

TEST(a_jump_of_years_runs_everything)
{
	fixture(1);
	for (uint32_t i = 0; i < OBJECTS; i++)
		arm(i, 1 + (uint64_t)i * 3600000000ull);
	for (int i = 0; i < 20; i++) // each call may bring a far one nearer only
		advance(1 + 10ull * 365 * 86400 * 1000000);
	CHECK_EQ(objects[OBJECTS - 1].ran, 1);
	CHECK_EQ(wheel.armed, 0);
}

static void cancel_neighbour(void *owner, uint32_t index, uint64_t now_us)
{
	objects[index].ran++;
	wheel_cancel(&wheel, index ^ 1);
}

TEST(a_timer_may_cancel_one_that_is_due_with_it)
{
	fixture(0);
	arm(0, 10000);
	arm(1, 10000);
	wheel_advance(&wheel, 10000, cancel_neighbour, NULL);
	CHECK_EQ(objects[0].ran + objects[1].ran, 1);
}

static void rearm_self(void *owner, uint32_t index, uint64_t now_us)
{
	objects[index].ran++;
	wheel_arm(&wheel, index, now_us + 1000);
}

TEST(a_timer_that_arms_itself_runs_once_a_tick)
{
	fixture(0);
	arm(0, 1000);
	for (uint64_t now = 1000; now <= 100000; now += 1000)
		wheel_advance(&wheel, now, rearm_self, NULL);
	CHECK_EQ(objects[0].ran, 100);
}

TEST(random_timers_are_neither_early_nor_late)
{
	uint64_t x = 2463534242u;
	uint64_t now = 777777;
	uint64_t late = 0;

	fixture(now);
	for (int i = 0; i < 200000; i++) {
		struct object *o;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		o = &objects[x % OBJECTS];
		if (o->due_us == 0)
			arm((uint32_t)(x % OBJECTS),
			    now + (x >> 32) % ((uint64_t)1 << (x >> 27) % 36));
		if (i % 16 == 0) {
			now = wheel_next_us(&wheel);
			advance(now);
		}
		if (o->due_us != 0 && o->due_us + 1000 <= now)
			late++;
	}
	CHECK_EQ(late, 0);
}

CHECK_MAIN()
