// Tests control/users/penalties.c: what failed logins cost their source.
#include "control/users/penalties.h"
#include "tests/unit/check.h"

#define NOW    5000000000ull
#define SECOND 1000000ull

static const struct penalty_rules rules = {.failure_ms = 1500, .least_s = 3, .most_s = 10};
static const uint8_t here[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1};
static const uint8_t there[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 2};

static struct penalties *after(unsigned failures)
{
	struct penalties *p = penalties_new();

	for (unsigned i = 0; i < failures; i++)
		penalties_add(p, here, NOW, &rules);
	return p;
}

TEST(a_source_that_never_failed_is_not_refused)
{
	struct penalties *p = penalties_new();

	CHECK_EQ(penalties_hold(p, here, NOW), 0);
	penalties_free(p);
}

TEST(below_the_least_nothing_is_refused)
{
	struct penalties *p = after(1);

	CHECK_EQ(penalties_hold(p, here, NOW), 0);
	penalties_free(p);
}

TEST(what_is_owed_adds_up_to_parts_of_a_second)
{
	struct penalties *p = after(3);

	CHECK_EQ(penalties_hold(p, here, NOW), 4500000);
	CHECK_EQ(penalties_hold(p, here, NOW + SECOND), 3500000);
	penalties_free(p);
}

TEST(a_refused_source_is_refused_to_its_end)
{
	struct penalties *p = after(2);

	CHECK(penalties_hold(p, here, NOW + 3 * SECOND - 1) > 0);
	CHECK_EQ(penalties_hold(p, here, NOW + 3 * SECOND), 0);
	penalties_free(p);
}

TEST(slow_failures_are_forgiven)
{
	struct penalties *p = penalties_new();

	for (unsigned i = 0; i < 100; i++)
		penalties_add(p, here, NOW + i * 2 * SECOND, &rules);
	CHECK_EQ(penalties_hold(p, here, NOW + 198 * SECOND), 0);
	penalties_free(p);
}

TEST(no_more_than_the_most_is_owed)
{
	struct penalties *p = after(1000);

	CHECK_EQ(penalties_hold(p, here, NOW), 10 * SECOND);
	penalties_free(p);
}

TEST(others_do_not_suffer)
{
	struct penalties *p = after(10);

	CHECK_EQ(penalties_hold(p, there, NOW), 0);
	penalties_free(p);
}

TEST(of_ipv6_a_64_is_one_source)
{
	uint8_t one[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};
	uint8_t two[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};
	uint8_t other[16] = {0x20, 1, 0xd, 0xb8, [7] = 1, [15] = 1};
	struct penalties *p = penalties_new();

	for (unsigned i = 0; i < 3; i++)
		penalties_add(p, one, NOW, &rules);
	CHECK(penalties_hold(p, two, NOW) > 0);
	CHECK_EQ(penalties_hold(p, other, NOW), 0);
	penalties_free(p);
}

TEST(a_flood_of_sources_keeps_the_table_bounded_and_the_latest_in_it)
{
	struct penalties *p = penalties_new();
	uint8_t source[16] = {[10] = 0xff, [11] = 0xff};
	struct penalty row;
	uint32_t rows = 0;

	for (uint32_t i = 0; i < 100000; i++) {
		memcpy(source + 12, &i, 4);
		penalties_add(p, source, NOW, &rules);
	}
	for (unsigned i = 0; i < 3; i++)
		penalties_add(p, here, NOW, &rules);
	CHECK(penalties_hold(p, here, NOW) > 0);
	for (uint32_t at = 0; penalties_next(p, &at, NOW, &row);)
		rows++;
	CHECK(rows <= PENALTIES_MAX && rows > PENALTIES_MAX / 2);
	penalties_free(p);
}

TEST(a_row_says_how_often_it_failed_and_was_refused)
{
	struct penalties *p = after(3);
	struct penalty row;
	uint32_t at = 0;

	penalties_hold(p, here, NOW);
	CHECK(penalties_next(p, &at, NOW, &row));
	CHECK_EQ(row.failures, 3);
	CHECK_EQ(row.refused, 1);
	CHECK(!penalties_next(p, &at, NOW, &row));
	penalties_forget(p);
	CHECK_EQ(penalties_hold(p, here, NOW), 0);
	penalties_free(p);
}

CHECK_MAIN()
