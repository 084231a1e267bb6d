// What holds a flood of logins off: limits of logins under way, penalties of sources.
#include "cli/commands/commands.h"
#include "crypto/wire/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

// --- logins under way --------------------------------------------------------------------------

static enum turn run_startups(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_GUARD};
	uint32_t start = arg_number(match_arg(&t->match, ARG_STARTUPS_WORD, 0));
	uint32_t full = arg_number(match_arg(&t->match, ARG_STARTUPS_WORD, 1));

	if (start > full)
		return task_fail(t, "The first number must not be greater than the last.");
	record_add(&r, API_SSH_GUARD_START, start);
	record_add(&r, API_SSH_GUARD_RATE, arg_number(task_arg(t, ARG_PERCENT_WORD)));
	record_add(&r, API_SSH_GUARD_FULL, full);
	return task_put(t, &r, task_end);
}

static uint32_t usual(uint8_t field)
{
	return api_field_row(field)->number;
}

static bool is_usual(const struct api_record *r, uint8_t field)
{
	return record_number(r, field) == usual(field);
}

static enum turn run_undo_startups(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_GUARD};

	record_add(&r, API_SSH_GUARD_START, usual(API_SSH_GUARD_START));
	record_add(&r, API_SSH_GUARD_RATE, usual(API_SSH_GUARD_RATE));
	record_add(&r, API_SSH_GUARD_FULL, usual(API_SSH_GUARD_FULL));
	return task_put(t, &r, task_end);
}

static void emit_startups(struct config_out *out, const struct command *row,
                          const struct api_record *r)
{
	if (!is_usual(r, API_SSH_GUARD_START) || !is_usual(r, API_SSH_GUARD_RATE) ||
	    !is_usual(r, API_SSH_GUARD_FULL))
		config_line(out, 1, "ssh server max-startups %u %u %u",
		            record_number(r, API_SSH_GUARD_START),
		            record_number(r, API_SSH_GUARD_RATE),
		            record_number(r, API_SSH_GUARD_FULL));
}

// --- penalties ---------------------------------------------------------------------------------

static enum turn penalty_put(struct task *t, uint32_t failure, uint32_t least, uint32_t most)
{
	struct api_record r = {.class = API_CLASS_SSH_GUARD};

	record_add(&r, API_SSH_GUARD_FAILURE_MS, failure);
	record_add(&r, API_SSH_GUARD_LEAST_SECONDS, least);
	record_add(&r, API_SSH_GUARD_MOST_SECONDS, most);
	return task_put(t, &r, task_end);
}

static enum turn run_penalty(struct task *t)
{
	uint32_t least = arg_number(task_arg(t, ARG_OWEDLEAST_WORD));
	uint32_t most = arg_number(task_arg(t, ARG_OWEDMOST_WORD));

	if (least > most)
		return task_fail(t, "The minimum must not be greater than the maximum.");
	return penalty_put(t, arg_number(task_arg(t, ARG_OWEDMS_WORD)), least, most);
}

static enum turn run_undo_penalty(struct task *t)
{
	return penalty_put(t, usual(API_SSH_GUARD_FAILURE_MS),
	                   usual(API_SSH_GUARD_LEAST_SECONDS),
	                   usual(API_SSH_GUARD_MOST_SECONDS));
}

static void emit_penalty(struct config_out *out, const struct command *row,
                         const struct api_record *r)
{
	if (!is_usual(r, API_SSH_GUARD_FAILURE_MS) ||
	    !is_usual(r, API_SSH_GUARD_LEAST_SECONDS) ||
	    !is_usual(r, API_SSH_GUARD_MOST_SECONDS))
		config_line(out, 1, "ssh server penalty failure %u minimum %u maximum %u",
		            record_number(r, API_SSH_GUARD_FAILURE_MS),
		            record_number(r, API_SSH_GUARD_LEAST_SECONDS),
		            record_number(r, API_SSH_GUARD_MOST_SECONDS));
}

// An address, or one with the length of its prefix.
static bool is_network(struct span text)
{
	uint8_t address[16];
	char copy[INET6_ADDRSTRLEN + 4], *slash, *end = "";
	unsigned long length = 0;
	bool six = memchr(text.data, ':', text.len) != NULL;

	if (text.len >= sizeof(copy))
		return false;
	snprintf(copy, sizeof(copy), "%.*s", (int)text.len, (const char *)text.data);
	slash = strchr(copy, '/');
	if (slash != NULL) {
		*slash = 0;
		if (!isdigit((unsigned char)slash[1]))
			return false;
		length = strtoul(slash + 1, &end, 10);
	}
	return *end == 0 && length <= (six ? 128 : 32) &&
	       inet_pton(six ? AF_INET6 : AF_INET, copy, address) == 1;
}

// The list that was typed replaces the one before.
static enum turn run_exempt(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_GUARD};
	struct text list = {0};
	struct span network;
	enum turn turn;
	bool good = true;

	for (uint32_t i = 0; (network = match_arg(&t->match, ARG_NETWORK_WORD, i)).len > 0;
	     i++) {
		good &= is_network(network);
		if (text_left(&list) > 0)
			text_puts(&list, ",");
		text_add(&list, network.data, network.len);
	}
	if (!good || list.failed ||
	    text_left(&list) > api_field_row(API_SSH_GUARD_EXEMPT)->high) {
		text_fini(&list);
		return task_fail(
		        t, "That is no list of addresses and networks, or it is too long.");
	}
	record_add_text(&r, API_SSH_GUARD_EXEMPT, text_span(&list));
	turn = task_put(t, &r, task_end);
	text_fini(&list);
	return turn;
}

static void emit_exempt(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	struct span list = record_text(record, API_SSH_GUARD_EXEMPT), network;
	struct text line = {0};

	if (list.len == 0)
		return;
	text_puts(&line, "ssh server penalty exempt");
	while (names_next(&list, &network))
		text_format(&line, " %.*s", (int)network.len, (const char *)network.data);
	config_line(out, 1, "%.*s", (int)text_left(&line), line.data != NULL ? line.data : "");
	text_fini(&line);
}

// --- the alarm ---------------------------------------------------------------------------------

static enum turn alarm_put(struct task *t, uint32_t upper, uint32_t lower, uint32_t minutes)
{
	struct api_record r = {.class = API_CLASS_SSH_GUARD};

	if (lower > upper)
		return task_fail(t, "The lower limit must not be above the upper one.");
	record_add(&r, API_SSH_GUARD_ALARM_UPPER, upper);
	record_add(&r, API_SSH_GUARD_ALARM_LOWER, lower);
	record_add(&r, API_SSH_GUARD_ALARM_MINUTES, minutes);
	return task_put(t, &r, task_end);
}

static enum turn run_alarm(struct task *t)
{
	return alarm_put(t, arg_number(task_arg(t, ARG_ALARMUPPER_WORD)),
	                 arg_number(task_arg(t, ARG_ALARMLOWER_WORD)),
	                 arg_number(task_arg(t, ARG_ALARMTIME_WORD)));
}

static enum turn run_undo_alarm(struct task *t)
{
	return alarm_put(t, usual(API_SSH_GUARD_ALARM_UPPER), usual(API_SSH_GUARD_ALARM_LOWER),
	                 usual(API_SSH_GUARD_ALARM_MINUTES));
}

static void emit_alarm(struct config_out *out, const struct command *row,
                       const struct api_record *r)
{
	if (!is_usual(r, API_SSH_GUARD_ALARM_UPPER) ||
	    !is_usual(r, API_SSH_GUARD_ALARM_LOWER) ||
	    !is_usual(r, API_SSH_GUARD_ALARM_MINUTES))
		config_line(out, 1,
		            "ssh server login-failed threshold-alarm upper-limit %u "
		            "lower-limit %u period %u",
		            record_number(r, API_SSH_GUARD_ALARM_UPPER),
		            record_number(r, API_SSH_GUARD_ALARM_LOWER),
		            record_number(r, API_SSH_GUARD_ALARM_MINUTES));
}

// --- display -----------------------------------------------------------------------------------

static const struct column penalties_columns[] = {{"Source", 42, 0},
                                                  {"Failed", 10, COLUMN_NUMBER},
                                                  {"Refused", 10, COLUMN_NUMBER},
                                                  {"Seconds left", 14, COLUMN_NUMBER},
                                                  {"State", 0, 0}};
static TABLE_OF(penalties, " ", false);

static void penalty_row(struct task *t, struct cursor *c)
{
	struct span source = cursor_string_max(c, 64);
	uint32_t failures = cursor_u32(c), refused = cursor_u32(c), left_ms = cursor_u32(c);
	bool held = cursor_bool(c);

	if (!cursor_ok(c))
		return;
	table_value(&t->table, "%.*s", (int)source.len, (const char *)source.data);
	table_value(&t->table, "%u", failures);
	table_value(&t->table, "%u", refused);
	table_value(&t->table, "%u.%03u", left_ms / 1000, left_ms % 1000);
	table_value(&t->table, "%s", held ? "Refused" : "Watched");
}

static const struct listing penalty_rows = {API_PENALTIES, 0, penalty_row, task_table_end};

static enum turn run_show(struct task *t)
{
	task_table(t, &penalties);
	return task_list(t, &penalty_rows);
}

static enum turn run_reset(struct task *t)
{
	return task_ask_plain(t, API_RESET_PENALTIES, task_end);
}

// clang-format off
#define GUARD(name) API_CLASS_SSH_GUARD, API_SSH_GUARD_##name
static const struct command ssh_guard[] = {
	{ "ssh server max-startups STARTUPS PERCENT STARTUPS", run_startups, API_ROLE_ADMIN, "Specify from how many logins under way on some are refused, what share, and from how many on all", GUARD(START), 0, emit_startups },
	{ "undo ssh server max-startups",    run_undo_startups, API_ROLE_ADMIN, "Restore the limits of logins under way", GUARD(START) },
	{ "ssh server login-failed threshold-alarm upper-limit ALARMUPPER lower-limit ALARMLOWER period ALARMTIME", run_alarm, API_ROLE_ADMIN, "Specify how many failed logins raise an alarm, below how many it is cleared, in how many minutes", GUARD(ALARM_UPPER), 0, emit_alarm },
	{ "undo ssh server login-failed threshold-alarm", run_undo_alarm, API_ROLE_ADMIN, "Restore what raises the alarm", GUARD(ALARM_UPPER) },
	{ "ssh server penalty enable",       run_flag,    API_ROLE_ADMIN, "Refuse sources whose logins fail too often", GUARD(PENALTY), 1, emit_flag },
	{ "undo ssh server penalty enable",  run_flag,    API_ROLE_ADMIN, "Hold failed logins against nobody", GUARD(PENALTY), 0, emit_flag },
	{ "ssh server penalty failure OWEDMS minimum OWEDLEAST maximum OWEDMOST", run_penalty, API_ROLE_ADMIN, "Specify what a failed login costs, and from when to when it counts", GUARD(FAILURE_MS), 0, emit_penalty },
	{ "undo ssh server penalty failure", run_undo_penalty, API_ROLE_ADMIN, "Restore what a failed login costs", GUARD(FAILURE_MS) },
	{ "ssh server penalty exempt NETWORK...", run_exempt, API_ROLE_ADMIN, "Specify sources that may fail", GUARD(EXEMPT), 0, emit_exempt },
	{ "undo ssh server penalty exempt",  run_default, API_ROLE_ADMIN, "No source may fail", GUARD(EXEMPT) },
};

static const struct command ssh_guard_show[] = {
	{ "display ssh server penalty", run_show, API_ROLE_OPERATOR, "Display sources whose logins failed", .flags = COMMAND_TABLE },
	{ "reset ssh server penalty",   run_reset, API_ROLE_ADMIN, "Forgive all sources" },
};
// clang-format on

TABLE(ssh_guard);
TABLE(ssh_guard_show);
