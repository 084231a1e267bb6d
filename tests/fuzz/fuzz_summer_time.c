// A rule of summer time: what is taken lies within a day and a year, and every moment has a time.
#include "control/api/api_clock.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_day(int seconds)
{
	return seconds >= 0 && seconds < 86400;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_clock c = {.zone_s = size % 2 == 0 ? 3600 : -3600};
	const struct api_summer *s = &c.summer;
	int64_t ahead;
	struct tm tm;

	if (!api_summer_parse(span_of(data, size), &c.summer))
		return s->name[0] == 0 ? 0 : (abort(), 0);
	if (s->name[0] == 0 || !is_day(s->from_s) || !is_day(s->to_s) || !is_day(s->add_s) ||
	    s->from_month < 1 || s->from_month > 12 || s->to_day < 1 || s->to_day > 31)
		abort();
	for (int64_t at = 0; at < 2000000000; at += 40000003) {
		(void)api_clock_tm(&c, at, &tm);
		ahead = api_clock_local(&c, at) - at - c.zone_s;
		if (ahead != 0 && ahead != s->add_s)
			abort();
	}
	return 0;
}
