// The device's clock: where it comes from, its zone, summer time.
#include "cli/commands/commands.h"
#include "control/api/api_clock.h"

#include <stdio.h>

#define YEAR_FIRST 2000
#define YEAR_LAST  2035

// --- display -----------------------------------------------------------------------------------

static void duration_text(int seconds, char out[16])
{
	snprintf(out, 16, "%02d:%02d:%02d", seconds / 3600 % 100, seconds / 60 % 60,
	         seconds % 60);
}

static enum turn run_show(struct task *t)
{
	const struct api_clock *c = &task_shell(t)->clock;
	const struct api_summer *s = &c->summer;
	char clock[16], date[32], from[16], to[16], add[16];
	struct tm tm;
	const char *zone = api_clock_tm(c, time(NULL), &tm);

	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	strftime(date, sizeof(date), "%a %m/%d/%Y", &tm);
	task_print(t, "%s %s %s\n", clock, zone, date);
	duration_text(c->zone_s < 0 ? -c->zone_s : c->zone_s, add);
	if (c->zone[0] != 0)
		task_print(t, "Time Zone : %s %s %s\n", c->zone,
		           c->zone_s < 0 ? "minus" : "add", add);
	duration_text(s->from_s, from);
	duration_text(s->to_s, to);
	duration_text(s->add_s, add);
	if (s->name[0] != 0)
		task_print(t, "Summer Time : %s %s %02d/%02d %s %02d/%02d %s\n", s->name, from,
		           s->from_month, s->from_day, to, s->to_month, s->to_day, add);
	return TURN_DONE;
}

// --- setting -----------------------------------------------------------------------------------

static enum turn system_put(struct task *t, struct api_record *r)
{
	r->class = API_CLASS_SYSTEM;
	return task_put(t, r, task_end);
}

static bool date_in_range(struct span text, int64_t *midnight)
{
	time_t at;
	struct tm tm;

	if (!date_parse(text, midnight))
		return false;
	at = (time_t)*midnight;
	gmtime_r(&at, &tm);
	return tm.tm_year + 1900 >= YEAR_FIRST && tm.tm_year + 1900 <= YEAR_LAST;
}

static enum turn run_datetime(struct task *t)
{
	struct api_clock c = task_shell(t)->clock;
	struct api_record r = {0};
	int64_t midnight, wanted, now = time(NULL);
	int seconds;

	if (!api_time_parse(task_arg(t, ARG_HMS_WORD), &seconds) ||
	    !date_in_range(task_arg(t, ARG_DATE_WORD), &midnight))
		return task_fail(t, "The time is invalid.");
	if (!c.own)
		return task_fail(t,
		                 "The clock follows the host: use clock protocol none first.");
	wanted = midnight + seconds;
	c.shift_s = 0;
	c.shift_s = wanted - api_clock_local(&c, now);
	c.shift_s += wanted - api_clock_local(&c, now); // summer may end or begin by it
	record_add(&r, API_SYSTEM_CLOCK_SHIFT, (uint32_t)(c.shift_s + API_CLOCK_SHIFT_ZERO));
	return system_put(t, &r);
}

static enum turn run_timezone(struct task *t)
{
	struct api_record r = {0};
	int seconds;

	if (!api_time_parse(task_arg(t, ARG_HMS_WORD), &seconds))
		return task_fail(t, "The offset is invalid.");
	if (task_has(t, "minus"))
		seconds = -seconds;
	record_add_text(&r, API_SYSTEM_ZONE, task_arg(t, ARG_ZONENAME_WORD));
	record_add(&r, API_SYSTEM_ZONE_SECONDS,
	           (uint32_t)(seconds + (int32_t)API_CLOCK_ZONE_ZERO));
	return system_put(t, &r);
}

static enum turn run_undo_timezone(struct task *t)
{
	struct api_record r = {0};

	record_add_text(&r, API_SYSTEM_ZONE, span_text(""));
	record_add(&r, API_SYSTEM_ZONE_SECONDS, API_CLOCK_ZONE_ZERO);
	return system_put(t, &r);
}

static void emit_timezone(struct config_out *out, const struct command *row,
                          const struct api_record *record)
{
	struct span zone = record_text(record, API_SYSTEM_ZONE);
	int seconds =
	        (int)record_number(record, API_SYSTEM_ZONE_SECONDS) - (int)API_CLOCK_ZONE_ZERO;
	char offset[16];

	duration_text(seconds < 0 ? -seconds : seconds, offset);
	if (zone.len > 0)
		config_line(out, 1, "clock timezone %.*s %s %s", (int)zone.len,
		            (const char *)zone.data, seconds < 0 ? "minus" : "add", offset);
}

static enum turn run_summer(struct task *t)
{
	struct api_record r = {0};
	struct api_summer s;
	struct span name = task_arg(t, ARG_ZONENAME_WORD);
	char text[100];
	int len = snprintf(text, sizeof(text), "%.*s", (int)name.len, (const char *)name.data);

	for (uint32_t i = 0; i < 3; i++) {
		struct span clock = match_arg(&t->match, ARG_HMS_WORD, i),
		            day = match_arg(&t->match, ARG_MONTHDAY_WORD, i);

		len += snprintf(text + len, sizeof(text) - (size_t)len, " %.*s", (int)clock.len,
		                (const char *)clock.data);
		if (i < 2)
			len += snprintf(text + len, sizeof(text) - (size_t)len, " %.*s",
			                (int)day.len, (const char *)day.data);
	}
	if (!api_summer_parse(span_text(text), &s))
		return task_fail(t, "The time is invalid.");
	record_add_text(&r, API_SYSTEM_SUMMER, span_text(text));
	return system_put(t, &r);
}

static void emit_summer(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	struct span summer = record_text(record, API_SYSTEM_SUMMER);

	if (summer.len > 0)
		config_line(out, 1, "clock summer-time %.*s", (int)summer.len,
		            (const char *)summer.data);
}

// clang-format off
#define SYSTEM(name) API_CLASS_SYSTEM, API_SYSTEM_##name
static const struct command clock_system[] = {
	{ "clock protocol none",      run_flag,    API_ROLE_ADMIN, "The clock is set by hand", SYSTEM(CLOCK_OWN), 1, emit_flag },
	{ "clock protocol ntp",       run_flag,    API_ROLE_ADMIN, "The clock is that of the host", SYSTEM(CLOCK_OWN), 0 },
	{ "undo clock protocol",      run_default, API_ROLE_ADMIN, "Restore where the time comes from", SYSTEM(CLOCK_OWN) },
	{ "clock ahead-of-host AHEAD", run_setting, API_ROLE_ADMIN, "As a saved configuration has it", SYSTEM(CLOCK_SHIFT), 0, emit_setting, COMMAND_HIDDEN },
	{ "clock timezone ZONENAME { add | minus } HMS", run_timezone, API_ROLE_ADMIN, "Specify the time zone", SYSTEM(ZONE), 0, emit_timezone },
	{ "undo clock timezone",      run_undo_timezone, API_ROLE_ADMIN, "Universal time", SYSTEM(ZONE) },
	{ "clock summer-time ZONENAME HMS MONTHDAY HMS MONTHDAY HMS", run_summer, API_ROLE_ADMIN, "Specify when summer time begins and ends, and how much it adds", SYSTEM(SUMMER), 0, emit_summer },
	{ "undo clock summer-time",   run_default, API_ROLE_ADMIN, "No summer time", SYSTEM(SUMMER) },
};

static const struct command clock_user[] = {
	{ "clock datetime HMS DATE",  run_datetime, API_ROLE_ADMIN, "Set the clock" },
};

static const struct command clock_show[] = {
	{ "display clock",            run_show,    API_ROLE_OPERATOR, "Display the system time" },
};
// clang-format on

TABLE(clock_system);
TABLE(clock_user);
TABLE(clock_show);
