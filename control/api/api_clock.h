// The clock of the device: the host's, with what the operator has set of it. Pure.
#pragma once

#include "crypto/core/span.h"

#include <time.h>

#define API_CLOCK_SHIFT_ZERO                                                                   \
	2147483648u                // SYSTEM_CLOCK_SHIFT: seconds ahead of the host, plus this
#define API_CLOCK_ZONE_ZERO 86400u // SYSTEM_ZONE_SECONDS: seconds east, plus this
#define API_CLOCK_NAME_MAX  32

// Summer time, as SYSTEM_SUMMER has it: "NAME HH:MM:SS MM/DD HH:MM:SS MM/DD HH:MM:SS". Each moment
// is in the time that ends there.
struct api_summer {
	char name[API_CLOCK_NAME_MAX + 1]; // "": there is none
	int from_month, from_day, to_month, to_day;
	int from_s, to_s; // of the day
	int add_s;
};

struct api_clock {
	bool own; // `shift_s` counts
	int64_t shift_s;
	int32_t zone_s; // east
	char zone[API_CLOCK_NAME_MAX + 1];
	struct api_summer summer;
};

// Take one field of SYSTEM; others are left alone.
void api_clock_field(struct api_clock *c, uint8_t field, uint32_t number, struct span text);
// False: it is none, and `out` is none.
bool api_summer_parse(struct span text, struct api_summer *out);
// "HH:MM:SS" in seconds, and "MM/DD".
bool api_time_parse(struct span text, int *seconds);
bool api_day_parse(struct span text, int *month, int *day);

// The device's time for one of the host, in seconds; and how many it is ahead.
int64_t api_clock_local(const struct api_clock *c, int64_t host_s);
// By the calendar. Returns the name of the zone.
const char *api_clock_tm(const struct api_clock *c, int64_t host_s, struct tm *out);
