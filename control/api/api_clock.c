// Zones and summer time, without the host's own.
#include "control/api/api_clock.h"

#include "control/api/api.h"

#include <stdio.h>
#include <string.h>

// --- from text -----------------------------------------------------------------------------------

static bool text_of(struct span text, char *out, size_t size)
{
	if (text.len == 0 || text.len >= size)
		return false;
	memcpy(out, text.data, text.len);
	out[text.len] = 0;
	return true;
}

bool api_time_parse(struct span text, int *seconds)
{
	char copy[16], end;
	unsigned h, m, s;

	if (!text_of(text, copy, sizeof(copy)) ||
	    sscanf(copy, "%2u:%2u:%2u%c", &h, &m, &s, &end) != 3 || h > 23 || m > 59 || s > 59)
		return false;
	*seconds = (int)(h * 3600 + m * 60 + s);
	return true;
}

bool api_day_parse(struct span text, int *month, int *day)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	char copy[16], end;
	unsigned m, d;

	if (!text_of(text, copy, sizeof(copy)) ||
	    sscanf(copy, "%2u/%2u%c", &m, &d, &end) != 2 || m < 1 || m > 12 || d < 1 ||
	    (int)d > days[m - 1])
		return false;
	*month = (int)m;
	*day = (int)d;
	return true;
}

// The next word of a text of words.
static struct span word_next(struct span *rest)
{
	const uint8_t *blank = rest->len > 0 ? memchr(rest->data, ' ', rest->len) : NULL;
	size_t len = blank != NULL ? (size_t)(blank - rest->data) : rest->len;
	struct span word = span_of(rest->data, len);

	*rest = blank != NULL ? span_of(blank + 1, rest->len - len - 1) : span_of(NULL, 0);
	return word;
}

bool api_summer_parse(struct span text, struct api_summer *out)
{
	struct api_summer s = {0};

	*out = s;
	if (!text_of(word_next(&text), s.name, sizeof(s.name)) ||
	    !api_time_parse(word_next(&text), &s.from_s) ||
	    !api_day_parse(word_next(&text), &s.from_month, &s.from_day) ||
	    !api_time_parse(word_next(&text), &s.to_s) ||
	    !api_day_parse(word_next(&text), &s.to_month, &s.to_day) ||
	    !api_time_parse(word_next(&text), &s.add_s) || text.len > 0)
		return false;
	*out = s;
	return true;
}

void api_clock_field(struct api_clock *c, uint8_t field, uint32_t number, struct span text)
{
	switch (field) {
	case API_SYSTEM_CLOCK_OWN:
		c->own = number != 0;
		break;
	case API_SYSTEM_CLOCK_SHIFT:
		c->shift_s = (int64_t)number - API_CLOCK_SHIFT_ZERO;
		break;
	case API_SYSTEM_ZONE:
		if (!text_of(text, c->zone, sizeof(c->zone)))
			c->zone[0] = 0;
		break;
	case API_SYSTEM_ZONE_SECONDS:
		c->zone_s = (int32_t)number - (int32_t)API_CLOCK_ZONE_ZERO;
		break;
	case API_SYSTEM_SUMMER:
		(void)api_summer_parse(text, &c->summer);
		break;
	}
}

// --- time ----------------------------------------------------------------------------------------

static int64_t moment(int year, int month, int day, int seconds)
{
	struct tm tm = {.tm_year = year, .tm_mon = month - 1, .tm_mday = day};

	return (int64_t)timegm(&tm) + seconds;
}

// Is it summer at that moment of the zone's usual time?
static bool is_summer(const struct api_summer *s, int64_t usual)
{
	time_t at = (time_t)usual;
	int64_t from, to;
	struct tm tm;

	if (s->name[0] == 0 || gmtime_r(&at, &tm) == NULL)
		return false;
	from = moment(tm.tm_year, s->from_month, s->from_day, s->from_s);
	to = moment(tm.tm_year, s->to_month, s->to_day, s->to_s) - s->add_s;
	return from <= to ? usual >= from && usual < to : usual >= from || usual < to;
}

static int64_t usual_of(const struct api_clock *c, int64_t host_s)
{
	return host_s + (c->own ? c->shift_s : 0) + c->zone_s;
}

int64_t api_clock_local(const struct api_clock *c, int64_t host_s)
{
	int64_t usual = usual_of(c, host_s);

	return usual + (is_summer(&c->summer, usual) ? c->summer.add_s : 0);
}

const char *api_clock_tm(const struct api_clock *c, int64_t host_s, struct tm *out)
{
	time_t local = (time_t)api_clock_local(c, host_s);

	gmtime_r(&local, out);
	if (is_summer(&c->summer, usual_of(c, host_s)))
		return c->summer.name;
	return c->zone[0] != 0 ? c->zone : "UTC";
}
