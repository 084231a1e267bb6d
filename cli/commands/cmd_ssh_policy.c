// What SSH sessions may ask for, and how long they may keep silent.
#include "cli/commands/commands.h"
#include "crypto/wire/names.h"

#include <stdio.h>

// --- keepalives ----------------------------------------------------------------------------------

static uint32_t usual_count(void)
{
	return api_field_row(API_SSH_POLICY_ALIVE_COUNT)->number;
}

static enum turn run_alive(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_POLICY};
	struct span count = task_arg(t, ARG_ALIVES_WORD);

	record_add(&r, API_SSH_POLICY_ALIVE_SECONDS, arg_number(task_arg(t, ARG_SILENCE_WORD)));
	record_add(&r, API_SSH_POLICY_ALIVE_COUNT,
	           count.len > 0 ? arg_number(count) : usual_count());
	return task_put(t, &r, task_end);
}

static enum turn run_undo_alive(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_POLICY};

	record_add(&r, API_SSH_POLICY_ALIVE_SECONDS, 0);
	record_add(&r, API_SSH_POLICY_ALIVE_COUNT, usual_count());
	return task_put(t, &r, task_end);
}

static void emit_alive(struct config_out *out, const struct command *row,
                       const struct api_record *record)
{
	uint32_t seconds = record_number(record, API_SSH_POLICY_ALIVE_SECONDS);
	uint32_t count = record_number(record, API_SSH_POLICY_ALIVE_COUNT);

	if (seconds > 0 && count == usual_count())
		config_line(out, 1, "ssh server keepalive interval %u", seconds);
	else if (seconds > 0)
		config_line(out, 1, "ssh server keepalive interval %u count %u", seconds,
		            count);
}

// --- environment ---------------------------------------------------------------------------------

// The list that was typed replaces the one before.
static enum turn run_environment(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_POLICY};
	struct text list = {0};
	struct span name;
	enum turn turn;

	for (uint32_t i = 0; (name = match_arg(&t->match, ARG_VARIABLE_WORD, i)).len > 0; i++)
		text_format(&list, "%s%.*s", i > 0 ? "," : "", (int)name.len,
		            (const char *)name.data);
	if (list.failed || text_left(&list) > api_field_row(API_SSH_POLICY_ENVIRONMENT)->high)
		turn = task_fail(t, "The list is too long.");
	else {
		record_add_text(&r, API_SSH_POLICY_ENVIRONMENT, text_span(&list));
		turn = task_put(t, &r, task_end);
	}
	text_fini(&list);
	return turn;
}

static void names_spaced(struct text *out, struct span list)
{
	struct span name;

	while (names_next(&list, &name))
		text_format(out, " %.*s", (int)name.len, (const char *)name.data);
}

static void emit_environment(struct config_out *out, const struct command *row,
                             const struct api_record *record)
{
	struct span list = record_text(record, API_SSH_POLICY_ENVIRONMENT);
	struct text line = {0};

	if (list.len == 0)
		return;
	text_puts(&line, "ssh server environment accept");
	names_spaced(&line, list);
	config_line(out, 1, "%.*s", (int)text_left(&line), line.data != NULL ? line.data : "");
	text_fini(&line);
}

// --- subsystems ----------------------------------------------------------------------------------

static enum turn run_subsystem(struct task *t)
{
	struct api_record r = {.class = API_CLASS_SSH_SUBSYSTEM,
	                       .key = task_arg(t, ARG_SUBSYSTEM_WORD)};
	char command[COMMAND_TEXT_MAX] = "";

	if (task_has(t, "command") && !command_text(t, command))
		return task_fail(t, "The command is too long.");
	record_add_text(&r, API_SSH_SUBSYSTEM_COMMAND, span_text(command));
	return task_put(t, &r, task_end);
}

static enum turn undo_subsystem_done(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The subsystem does not exist.");
	return task_end(t);
}

static enum turn run_undo_subsystem(struct task *t)
{
	return task_delete(t, API_CLASS_SSH_SUBSYSTEM, task_arg(t, ARG_SUBSYSTEM_WORD),
	                   undo_subsystem_done);
}

static void emit_subsystem(struct config_out *out, const struct command *row,
                           const struct api_record *record)
{
	char name[CONFIG_WORD_MAX], command[CONFIG_WORD_MAX];
	struct span text = record_text(record, API_SSH_SUBSYSTEM_COMMAND);

	if (text.len == 0)
		config_line(out, 1, "ssh server subsystem %s sftp",
		            config_word(record->key, name));
	else
		config_line(out, 1, "ssh server subsystem %s command %s",
		            config_word(record->key, name), config_word(text, command));
}

// --- displays ------------------------------------------------------------------------------------

static const struct column policy_columns[] = {{"Keepalive interval : ", 0, 0},
                                               {"Keepalives without answer : ", 0, 0},
                                               {"Unused connection timeout : ", 0, 0},
                                               {"Environment accepted : ", 0, 0}};
static TABLE_OF(policy, " ", true);

static void seconds_value(struct task *t, uint32_t seconds)
{
	if (seconds == 0)
		table_value(&t->table, "Disable");
	else
		table_value(&t->table, "%u second(s)", seconds);
}

static enum turn policy_end(struct task *t)
{
	struct api_record r;
	struct text names = {0};

	if (!task_record(t, &r))
		return task_fail_status(t,
		                        t->status != STATUS_OK ? t->status : STATUS_MALFORMED);
	text_puts(&names, "LANG LC_*");
	names_spaced(&names, record_text(&r, API_SSH_POLICY_ENVIRONMENT));
	task_table(t, &policy);
	seconds_value(t, record_number(&r, API_SSH_POLICY_ALIVE_SECONDS));
	table_value(&t->table, "%u time(s)", record_number(&r, API_SSH_POLICY_ALIVE_COUNT));
	seconds_value(t, record_number(&r, API_SSH_POLICY_UNUSED_SECONDS));
	table_value(&t->table, "%.*s", (int)text_left(&names), names.data);
	text_fini(&names);
	return task_table_end(t);
}

static enum turn run_policy(struct task *t)
{
	return task_get(t, API_CLASS_SSH_POLICY, span_text(""), policy_end);
}

static const struct column subsystems_columns[] = {{"Subsystem", 24, 0}, {"Serves", 0, 0}};
static TABLE_OF(subsystems, "", false);

static void subsystem_row(struct task *t, struct cursor *c)
{
	struct api_record r;
	struct span text;

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	text = record_text(&r, API_SSH_SUBSYSTEM_COMMAND);
	table_value(&t->table, "%.*s", (int)r.key.len, (const char *)r.key.data);
	if (text.len == 0)
		table_value(&t->table, "sftp");
	else
		table_value(&t->table, "command %.*s", (int)text.len, (const char *)text.data);
}

static const struct listing subsystem_rows = {API_LIST, API_CLASS_SSH_SUBSYSTEM, subsystem_row,
                                              task_table_end};

static enum turn run_subsystems(struct task *t)
{
	task_table(t, &subsystems);
	return task_list(t, &subsystem_rows);
}

// clang-format off
#define POLICY(name) API_CLASS_SSH_POLICY, API_SSH_POLICY_##name
static const struct command ssh_policy[] = {
	{ "ssh server keepalive interval SILENCE [ count ALIVES ]", run_alive, API_ROLE_ADMIN, "Ask silent clients whether they are there, and end sessions that do not answer", POLICY(ALIVE_SECONDS), 0, emit_alive },
	{ "undo ssh server keepalive",      run_undo_alive, API_ROLE_ADMIN, "Ask no client", POLICY(ALIVE_SECONDS) },
	{ "ssh server unused-timeout UNUSED", run_setting, API_ROLE_ADMIN, "End connections on which nothing is open", POLICY(UNUSED_SECONDS), 0, emit_setting },
	{ "undo ssh server unused-timeout", run_default, API_ROLE_ADMIN, "Let connections be on which nothing is open", POLICY(UNUSED_SECONDS) },
	{ "ssh server environment accept VARIABLE...", run_environment, API_ROLE_ADMIN, "Specify which variables of clients are taken besides LANG and LC_*; no program sees one", POLICY(ENVIRONMENT), 0, emit_environment },
	{ "undo ssh server environment accept", run_default, API_ROLE_ADMIN, "Take LANG and LC_* only", POLICY(ENVIRONMENT) },
	{ "ssh server subsystem SUBSYSTEM { sftp | command COMMAND... }", run_subsystem, API_ROLE_ADMIN, "Specify what a subsystem serves: files, or the output of a command", API_CLASS_SSH_SUBSYSTEM, API_SSH_SUBSYSTEM_COMMAND, 0, emit_subsystem },
	{ "undo ssh server subsystem SUBSYSTEM", run_undo_subsystem, API_ROLE_ADMIN, "Delete a subsystem" },
};

static const struct command ssh_policy_show[] = {
	{ "display ssh server policy",    run_policy, API_ROLE_OPERATOR, "Display what sessions may ask for and how long they may be silent", .flags = COMMAND_TABLE },
	{ "display ssh server subsystem", run_subsystems, API_ROLE_OPERATOR, "Display the subsystems that were configured", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(ssh_policy);
TABLE(ssh_policy_show);
