// Tests control/users/login_alarm.c: what raises the alarm, and what clears it.
#include "control/users/login_alarm.h"
#include "tests/unit/check.h"

static const struct login_alarm_rule three_in_two = {3, 2, 2};

static struct login_alarm *alarm_new(void)
{
	static struct login_alarm a;

	a = (struct login_alarm){0};
	login_alarm_init(&a);
	return &a;
}

static enum login_alarm_turn fails(struct login_alarm *a, uint64_t now_s)
{
	uint32_t count;

	return login_alarm_note(a, &three_in_two, true, now_s, &count);
}

static enum login_alarm_turn passes(struct login_alarm *a, uint64_t now_s)
{
	uint32_t count;

	return login_alarm_note(a, &three_in_two, false, now_s, &count);
}

TEST(as_many_failures_as_the_limit_raise_it_once)
{
	struct login_alarm *a = alarm_new();

	CHECK_EQ(fails(a, 600), LOGIN_ALARM_SAME);
	CHECK_EQ(fails(a, 659), LOGIN_ALARM_SAME);
	CHECK_EQ(fails(a, 719), LOGIN_ALARM_RAISED);
	CHECK_EQ(fails(a, 719), LOGIN_ALARM_SAME);
}

TEST(failures_before_the_period_do_not_count)
{
	struct login_alarm *a = alarm_new();

	fails(a, 600);
	fails(a, 600);
	CHECK_EQ(fails(a, 720), LOGIN_ALARM_SAME);
	CHECK_EQ(fails(a, 100000), LOGIN_ALARM_SAME);
}

TEST(fewer_failures_than_the_lower_limit_clear_it)
{
	struct login_alarm *a = alarm_new();

	for (int i = 0; i < 3; i++)
		fails(a, 600);
	CHECK_EQ(passes(a, 700), LOGIN_ALARM_SAME);
	CHECK_EQ(passes(a, 720), LOGIN_ALARM_CLEARED);
	CHECK_EQ(passes(a, 720), LOGIN_ALARM_SAME);
}

TEST(without_a_limit_it_is_never_raised)
{
	static const struct login_alarm_rule never = {0, 0, 5};
	struct login_alarm *a = alarm_new();
	uint32_t count = 0;

	for (int i = 0; i < 50; i++)
		CHECK_EQ(login_alarm_note(a, &never, true, 600, &count), LOGIN_ALARM_SAME);
	CHECK_EQ(count, 50);
}

CHECK_MAIN()
