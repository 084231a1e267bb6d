// Failed logins: what they lead to, and who is kept out.
#include "cli/commands/commands.h"

#include <stdio.h>

static const char *const exceeds[] = {
        [API_EXCEED_LOCK_TIME] = "lock-time",
        [API_EXCEED_LOCK] = "lock",
        [API_EXCEED_UNLOCK] = "unlock",
};
#define EXCEEDS (sizeof(exceeds) / sizeof(exceeds[0]))

// --- password-control login-attempt ------------------------------------------------------------

static enum turn attempt_put(struct task *t, uint32_t tries, uint32_t exceed, uint32_t minutes)
{
	struct api_record r = {.class = API_CLASS_PASSWORD_CONTROL};

	record_add(&r, API_PASSWORD_CONTROL_TRIES, tries);
	record_add(&r, API_PASSWORD_CONTROL_EXCEED, exceed);
	record_add(&r, API_PASSWORD_CONTROL_LOCK_MINUTES, minutes);
	return task_put(t, &r, task_end);
}

static uint32_t field_default(uint8_t field)
{
	return api_field_row(field)->number;
}

static enum turn run_attempt(struct task *t)
{
	struct span minutes = task_arg(t, ARG_LOCKTIME_WORD);
	uint32_t exceed = API_EXCEED_LOCK_TIME;

	for (uint32_t i = 0; i < EXCEEDS; i++)
		if (task_has(t, exceeds[i]))
			exceed = i;
	return attempt_put(t, arg_number(task_arg(t, ARG_FAILURES_WORD)), exceed,
	                   minutes.len > 0 ? arg_number(minutes)
	                                   : field_default(API_PASSWORD_CONTROL_LOCK_MINUTES));
}

static enum turn run_undo_attempt(struct task *t)
{
	return attempt_put(t, field_default(API_PASSWORD_CONTROL_TRIES), API_EXCEED_LOCK_TIME,
	                   field_default(API_PASSWORD_CONTROL_LOCK_MINUTES));
}

static void emit_attempt(struct config_out *out, const struct command *row,
                         const struct api_record *record)
{
	uint32_t tries = record_number(record, API_PASSWORD_CONTROL_TRIES);
	uint32_t exceed = record_number(record, API_PASSWORD_CONTROL_EXCEED);
	uint32_t minutes = record_number(record, API_PASSWORD_CONTROL_LOCK_MINUTES);
	char time[16] = "";

	if (exceed == API_EXCEED_LOCK_TIME)
		snprintf(time, sizeof(time), " %u", minutes);
	if (tries != field_default(API_PASSWORD_CONTROL_TRIES) ||
	    exceed != API_EXCEED_LOCK_TIME ||
	    minutes != field_default(API_PASSWORD_CONTROL_LOCK_MINUTES))
		config_line(out, 1, "password-control login-attempt %u exceed %s%s", tries,
		            exceeds[exceed < EXCEEDS ? exceed : 0], time);
}

static void emit_aging(struct config_out *out, const struct command *row,
                       const struct api_record *record)
{
	uint32_t days = record_number(record, API_PASSWORD_CONTROL_AGING);

	if (days == 0)
		config_line(out, 1, "%s", row->grammar);
	else if (days != field_default(API_PASSWORD_CONTROL_AGING))
		config_line(out, 1, "password-control aging %u", days);
}

// --- blacklist ---------------------------------------------------------------------------------

static const struct column blacklist_columns[] = {{"Username", 18, 0},
                                                  {"IP", 18, 0},
                                                  {"Login failures", 18, COLUMN_NUMBER},
                                                  {"Lock flag", 0, 0}};
static TABLE_OF(blacklist, " ", false);

struct entry {
	struct span user, address;
	uint32_t failures;
	bool locked;
};

static bool entry_take(struct task *t, struct cursor *c, struct entry *e)
{
	struct span wanted = task_arg(t, ARG_SSHUSER_WORD);

	e->user = cursor_string(c);
	e->address = cursor_string(c);
	e->failures = cursor_u32(c);
	e->locked = cursor_u8(c) != 0;
	return cursor_ok(c) && (wanted.len == 0 || span_equal(wanted, e->user));
}

static void entry_count(struct task *t, struct cursor *c)
{
	struct entry e;

	*(uint32_t *)t->own += entry_take(t, c, &e);
}

static void entry_row(struct task *t, struct cursor *c)
{
	struct entry e;

	if (!entry_take(t, c, &e))
		return;
	table_value(&t->table, "%.*s", (int)e.user.len, (const char *)e.user.data);
	table_value(&t->table, "%.*s", (int)e.address.len, (const char *)e.address.data);
	table_value(&t->table, "%u", e.failures);
	table_value(&t->table, "%s", e.locked ? "lock" : "unlock");
}

static const struct listing entry_rows = {API_BLACKLIST, 0, entry_row, task_table_end};

static enum turn entries_counted(struct task *t)
{
	if (!t->json)
		task_print(t, " Blacklist items matched: %u.\n", *(uint32_t *)t->own);
	task_table(t, &blacklist);
	return task_list(t, &entry_rows);
}

static const struct listing entry_counting = {API_BLACKLIST, 0, entry_count, entries_counted};

static enum turn run_blacklist(struct task *t)
{
	if (task_own(t, sizeof(uint32_t), NULL) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &entry_counting);
}

static enum turn reset_confirmed(struct task *t)
{
	struct builder b;

	if (!task_said_yes(t))
		return TURN_DONE;
	b = task_request(t);
	builder_string(&b, task_arg(t, ARG_SSHUSER_WORD));
	t->ask_cursor = 0;
	return task_ask(t, API_BLACKLIST_RESET, &b, task_end);
}

static enum turn run_reset(struct task *t)
{
	return task_question(
	        t, false, reset_confirmed,
	        task_arg(t, ARG_SSHUSER_WORD).len > 0
	                ? "Are you sure to delete the specified user in blacklist? [Y/N]:"
	                : "Are you sure to delete all the users in blacklist? [Y/N]:");
}

// clang-format off
#define CONTROL(name) API_CLASS_PASSWORD_CONTROL, API_PASSWORD_CONTROL_##name
static const struct command lockout[] = {
	{ "password-control login-attempt FAILURES [ exceed { lock | lock-time LOCKTIME | unlock } ]", run_attempt, API_ROLE_ADMIN, "Specify what failed logins lead to", CONTROL(TRIES), 0, emit_attempt },
	{ "undo password-control login-attempt", run_undo_attempt, API_ROLE_ADMIN, "Restore what failed logins lead to" },
	{ "password-control aging AGE",          run_setting, API_ROLE_ADMIN, "Specify for how many days a password is good", CONTROL(AGING) },
	{ "undo password-control aging",         run_default, API_ROLE_ADMIN, "Restore for how many days a password is good", CONTROL(AGING) },
	{ "password-control aging enable",       run_default, API_ROLE_ADMIN, "Let passwords age", CONTROL(AGING) },
	{ "undo password-control aging enable",  run_flag,    API_ROLE_ADMIN, "Let no password age", CONTROL(AGING), 0, emit_aging },
};

static const struct command lockout_show[] = {
	{ "display password-control blacklist [ user-name SSHUSER ]", run_blacklist, API_ROLE_OPERATOR, "Display who has failed to log in", .flags = COMMAND_TABLE },
};

static const struct command lockout_user[] = {
	{ "reset password-control blacklist [ all | user-name SSHUSER ]", run_reset, API_ROLE_ADMIN, "Forget who has failed to log in" },
};
// clang-format on

TABLE(lockout);
const struct command_table lockout_show_table = {lockout_show, 1};
const struct command_table lockout_user_table = {lockout_user, 1};
