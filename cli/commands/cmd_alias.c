// Short names for commands.
#include "cli/commands/commands.h"

#include <stdio.h>

static enum turn run_alias(struct task *t)
{
	struct span name = task_arg(t, ARG_ALIAS_WORD);
	struct api_record r = {.class = API_CLASS_ALIAS, .key = name};
	char command[COMMAND_TEXT_MAX];

	if (span_is(name, "alias") || span_is(name, "undo"))
		return task_fail(t, "The alias would hide the command that deletes it.");
	if (!command_text(t, command))
		return task_fail(t, "The command is too long.");
	record_add_text(&r, API_ALIAS_COMMAND, span_text(command));
	return task_put(t, &r, task_end);
}

static enum turn undo_done(struct task *t)
{
	if (t->status == STATUS_NOT_FOUND)
		return task_fail(t, "The alias does not exist.");
	return task_end(t);
}

static enum turn run_undo_alias(struct task *t)
{
	return task_delete(t, API_CLASS_ALIAS, task_arg(t, ARG_ALIAS_WORD), undo_done);
}

static void emit_alias(struct config_out *out, const struct command *row,
                       const struct api_record *record)
{
	char name[CONFIG_WORD_MAX], command[CONFIG_WORD_MAX];

	config_line(out, 1, "alias %s %s", config_word(record->key, name),
	            config_word(record_text(record, API_ALIAS_COMMAND), command));
}

// --- display -------------------------------------------------------------------------------------

static const struct column aliases_columns[] = {
        {"Index", 14, COLUMN_NUMBER}, {"Alias", 22, 0}, {"Command key", 0, 0}};
static TABLE_OF(aliases, "", false);

struct alias_show {
	struct span only;
	uint32_t index;
};

static void show_row(struct task *t, const char *alias, struct span command)
{
	struct alias_show *show = t->own;

	show->index++;
	if (show->only.len > 0 && !span_is(show->only, alias))
		return;
	table_value(&t->table, "%u", show->index);
	table_value(&t->table, "%s", alias);
	table_value(&t->table, "%.*s", (int)command.len, (const char *)command.data);
}

static void alias_row(struct task *t, struct cursor *c)
{
	char name[API_KEY_MAX + 1];
	struct api_record r;

	if (api_record_parse(c, &r) != STATUS_OK)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)r.key.len, (const char *)r.key.data);
	show_row(t, name, record_text(&r, API_ALIAS_COMMAND));
}

static const struct listing alias_rows = {API_LIST, API_CLASS_ALIAS, alias_row, task_table_end};

static enum turn run_show(struct task *t)
{
	struct alias_show *show = task_own(t, sizeof(*show), NULL);
	const char *alias, *keyword;

	if (show == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	show->only = task_arg(t, ARG_ALIAS_WORD);
	task_table(t, &aliases);
	for (uint32_t i = 0; words_alias(i, &alias, &keyword); i++)
		show_row(t, alias, span_text(keyword));
	return task_list(t, &alias_rows);
}

// clang-format off
static const struct command alias[] = {
	{ "alias ALIAS COMMAND...", run_alias,      API_ROLE_ADMIN, "Give a command a short name; $1 to $9 stand for its words", API_CLASS_ALIAS, API_ALIAS_COMMAND, 0, emit_alias },
	{ "undo alias ALIAS",       run_undo_alias, API_ROLE_ADMIN, "Delete an alias" },
};

static const struct command alias_show[] = {
	{ "display alias [ ALIAS ]", run_show, API_ROLE_OPERATOR, "Display aliases", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(alias);
TABLE(alias_show);
