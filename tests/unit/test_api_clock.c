// Tests control/api/api_clock.c: zones, summer time, a clock that is set by hand.
#include "control/api/api_clock.h"
#include "tests/unit/check.h"

#include <string.h>

#define JULY_15     1594826479 // 15:21:19, 2020, universal time
#define DECEMBER_15 1608045679

static struct api_clock summery(const char *rule)
{
	struct api_clock c = {.zone = "Z1", .zone_s = 3600};

	CHECK(api_summer_parse(span_text(rule), &c.summer));
	return c;
}

static const char *shown(const struct api_clock *c, int64_t at)
{
	static char out[80];
	struct tm tm;
	const char *zone = api_clock_tm(c, at, &tm);
	size_t len = strftime(out, sizeof(out), "%H:%M:%S ", &tm);

	strcpy(out + len, zone);
	return out;
}

TEST(without_settings_it_is_universal_time)
{
	struct api_clock c = {0};

	CHECK_TEXT(shown(&c, JULY_15), "15:21:19 UTC");
}

TEST(summer_time_holds_between_its_days)
{
	struct api_clock c = summery("S1 02:00:00 03/29 03:00:00 10/25 01:00:00");

	CHECK_TEXT(shown(&c, JULY_15), "17:21:19 S1");
	CHECK_TEXT(shown(&c, DECEMBER_15), "16:21:19 Z1");
}

TEST(summer_time_of_the_south_holds_over_the_new_year)
{
	struct api_clock c = summery("S1 02:00:00 10/04 03:00:00 04/05 01:00:00");

	CHECK_TEXT(shown(&c, JULY_15), "16:21:19 Z1");
	CHECK_TEXT(shown(&c, DECEMBER_15), "17:21:19 S1");
}

TEST(summer_time_begins_and_ends_to_the_second)
{
	struct api_clock c = summery("S1 02:00:00 03/29 03:00:00 10/25 01:00:00");

	CHECK_TEXT(shown(&c, 1585443599), "01:59:59 Z1");
	CHECK_TEXT(shown(&c, 1585443600), "03:00:00 S1");
	CHECK_TEXT(shown(&c, 1603587599), "02:59:59 S1");
	CHECK_TEXT(shown(&c, 1603587600), "02:00:00 Z1");
}

TEST(a_shift_counts_for_a_clock_of_its_own_alone)
{
	struct api_clock c = {.shift_s = 60};

	CHECK_EQ(api_clock_local(&c, 1000), 1000);
	c.own = true;
	CHECK_EQ(api_clock_local(&c, 1000), 1060);
}

TEST(rules_with_a_word_that_is_none_are_refused)
{
	struct api_summer s;

	CHECK(!api_summer_parse(span_text(""), &s));
	CHECK(!api_summer_parse(span_text("S1 02:00:00 03/29 03:00:00 10/25"), &s));
	CHECK(!api_summer_parse(span_text("S1 24:00:00 03/29 03:00:00 10/25 01:00:00"), &s));
	CHECK(!api_summer_parse(span_text("S1 02:00:00 02/30 03:00:00 10/25 01:00:00"), &s));
	CHECK(!api_summer_parse(span_text("S1 02:00:00 03/29 03:00:00 10/25 01:00:00 x"), &s));
	CHECK_TEXT(s.name, "");
}

CHECK_MAIN()
