// tests/load/scenario/load_plan.c
#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_plan.h"
#include "tests/load/scenario/load_values.h"
#include "tests/unit/check.h"

static const struct load_task like = {.count = UINT64_MAX, .timeout_s = 7, .keys = 2};
static struct load_plan plan;

static bool reads(const char *text)
{
	load_plan_fini(&plan);
	return load_plan_parse(span_text(text), &like, &plan);
}

static void refuses(const char *text, const char *why)
{
	CHECK(!reads(text));
	CHECK_TEXT(load_complaint(), why);
}

TEST(each_line_is_a_scenario_with_its_options)
{
	CHECK(reads("exec rate 5..50 command 'display version' sessions 9\n"));
	CHECK_EQ(plan.tasks, 1);
	CHECK_TEXT(plan.task[0].scenario->name, "exec");
	CHECK_TEXT(plan.task[0].command, "display version");
	CHECK_EQ(plan.task[0].sessions, 9);
	CHECK_EQ(plan.task[0].arrivals, ARRIVAL_RAMP);
	CHECK(plan.task[0].rate == 5 && plan.task[0].rate_end == 50);
	CHECK_EQ(plan.phases, 0);
}

TEST(what_a_line_does_not_say_the_command_line_says)
{
	CHECK(reads("login\ntype keys 3"));
	CHECK(plan.task[0].timeout_s == 7 && plan.task[0].keys == 2);
	CHECK(plan.task[1].timeout_s == 7 && plan.task[1].keys == 3);
}

TEST(phases_follow_each_other)
{
	CHECK(reads("phase quiet 30\nlogin\nphase storm 10\nlogin rate 9\nexec command x\n"));
	CHECK_EQ(plan.phases, 2);
	CHECK_TEXT(plan.phase[1].name, "storm");
	CHECK(plan.task[0].from_s == 0 && plan.task[0].to_s == 30);
	CHECK(plan.task[1].from_s == 30 && plan.task[1].to_s == 40);
	CHECK(plan.task[2].from_s == 30 && plan.task[2].to_s == 40);
}

TEST(lines_before_the_first_phase_run_through_all)
{
	CHECK(reads("type\nphase a 1.5\nphase b 2\n"));
	CHECK(plan.task[0].from_s == 0 && plan.task[0].to_s == 3.5);
}

TEST(comments_and_empty_lines_are_passed_over)
{
	CHECK(reads("# the morning\n\n  \t\r\nlogin # and out\n"));
	CHECK_EQ(plan.tasks, 1);
}

TEST(quotes_keep_blanks_and_the_other_quote)
{
	CHECK(reads("exec command \"a 'b' #c\"\n"));
	CHECK_TEXT(plan.task[0].command, "a 'b' #c");
}

TEST(a_flag_takes_no_value)
{
	CHECK(reads("bulk shell direction up\n"));
	CHECK(plan.task[0].shell);
	CHECK_EQ(plan.task[0].direction, LOAD_UP);
}

TEST(a_refusal_tells_the_line)
{
	refuses("login\n\nlogn\n", "line 3: no scenario is called logn");
	refuses("exec command 'x\n", "line 1: a quote is not closed");
	refuses("login rate\n", "line 1: rate takes a value");
	refuses("login rate x\n", "line 1: x is not a number from 0.001 to 1e+07");
	refuses("login sessions 0\n",
	        "line 1: sessions: 0 is not a number from 1 to 2.09715e+06");
	refuses("phase a\n", "line 1: phase takes a name and seconds");
}

TEST(what_belongs_to_the_run_is_not_for_a_line)
{
	refuses("login target x\n", "line 1: a plan does not know target");
	refuses("login duration 5\n", "line 1: a plan does not know duration");
}

TEST(a_plan_without_a_scenario_is_none)
{
	refuses("phase a 1\n", "it names no scenario");
}

TEST(too_much_is_refused)
{
	char text[TASKS_MAX * 8];
	size_t len = 0;

	for (unsigned i = 0; i <= TASKS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "login\n");
	refuses(text, "line 33: more than 32 scenarios");
	load_plan_fini(&plan);
}

CHECK_MAIN()
