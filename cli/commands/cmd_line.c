// VTY lines: what holds for everyone who logs in. How they log in: cmd_line_login.c.
#include "cli/commands/commands.h"

#include <ctype.h>
#include <stdio.h>

static enum turn run_line(struct task *t)
{
	uint32_t first = arg_number(task_arg(t, ARG_FIRST_WORD));
	struct span last = task_arg(t, ARG_LAST_WORD);
	char name[32];

	if (last.len > 0 && arg_number(last) < first)
		return task_fail(t, "The last line must not be before the first.");
	if (last.len > 0)
		snprintf(name, sizeof(name), "%u-%u", first, arg_number(last));
	else
		snprintf(name, sizeof(name), "%u", first);
	dialogue_view(t->dialogue, VIEW_LINE, span_text(name));
	return TURN_DONE;
}

static enum turn run_class(struct task *t)
{
	dialogue_view(t->dialogue, VIEW_LINE_CLASS, span_of(NULL, 0));
	return TURN_DONE;
}

static void emit_line(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	config_line(out, 0, "line vty 0 1048575");
}

static enum turn run_idle(struct task *t)
{
	struct api_record r = {.class = API_CLASS_VTY};

	record_add(&r, API_VTY_IDLE_SECONDS,
	           arg_number(task_arg(t, ARG_MINUTES_WORD)) * 60 +
	                   arg_number(task_arg(t, ARG_SECOND_WORD)));
	return task_put(t, &r, task_end);
}

static void emit_idle(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	uint32_t seconds = record_number(record, API_VTY_IDLE_SECONDS);

	config_line(out, 1, "idle-timeout %u %u", seconds / 60, seconds % 60);
}

// --- keys --------------------------------------------------------------------------------------

// A character, or its number; -1 when it is neither.
static int key_code(struct span key)
{
	uint32_t code;

	if (key.len == 1 && !isdigit(key.data[0]))
		return key.data[0] < 128 ? key.data[0] : -1;
	for (size_t i = 0; i < key.len; i++)
		if (!isdigit(key.data[i]))
			return -1;
	code = arg_number(key);
	return code < 128 ? (int)code : -1;
}

static enum turn run_key(struct task *t)
{
	struct api_record r = {.class = API_CLASS_VTY};
	int code = key_code(task_arg(t, ARG_KEYCODE_WORD));

	if (code < 0)
		return task_fail(t, "A key is one character, or the number of one: 0 to 127.");
	record_add(&r, t->row->field, (uint32_t)code);
	return task_put(t, &r, task_end);
}

static void emit_key(struct config_out *out, const struct command *row,
                     const struct api_record *record)
{
	uint32_t code = record_number(record, row->field);
	int keyword = (int)strcspn(row->grammar, " ");

	if (code != api_field_row(row->field)->number)
		config_line(out, 1, "%.*s %u", keyword, row->grammar, code);
}

// --- a command instead of the prompt -----------------------------------------------------------

static enum turn auto_put(struct task *t)
{
	struct api_record r = {.class = API_CLASS_VTY};
	char command[COMMAND_TEXT_MAX];

	if (!command_text(t, command))
		return task_fail(t, "The command is too long.");
	record_add_text(&r, API_VTY_AUTO, span_text(command));
	return task_put(t, &r, task_end);
}

static enum turn auto_confirmed(struct task *t)
{
	return task_said_yes(t) ? auto_put(t) : TURN_DONE;
}

// Whoever types it could lose the way back.
static enum turn run_auto(struct task *t)
{
	if (!dialogue_is_interactive(t->dialogue))
		return auto_put(t);
	return task_question(t, false, auto_confirmed,
	                     "This action will lead to configuration failure through the lines."
	                     " Are you sure? [Y/N]:");
}

static void emit_auto(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	struct span command = record_text(record, API_VTY_AUTO);
	char word[CONFIG_WORD_MAX];

	if (command.len > 0)
		config_line(out, 1, "auto-execute command %s", config_word(command, word));
}

// clang-format off
#define VTY(name) API_CLASS_VTY, API_VTY_##name
static const struct command line[] = {
	{ "line vty FIRST [ LAST ]",           run_line, API_ROLE_ADMIN, "Enter the view of VTY lines", API_CLASS_VTY, .emit = emit_line },
	{ "user-interface vty FIRST [ LAST ]", run_line, API_ROLE_ADMIN, "Enter the view of VTY lines" },
	{ "line class vty",                    run_class, API_ROLE_ADMIN, "Enter the view of the class of VTY lines" },
	{ "user-interface class vty",          run_class, API_ROLE_ADMIN, "Enter the view of the class of VTY lines", .flags = COMMAND_HIDDEN },
};

static const struct command line_view[] = {
	{ "idle-timeout MINUTES [ SECOND ]", run_idle, API_ROLE_ADMIN, "Specify when an idle session is cut", VTY(IDLE_SECONDS), 0, emit_idle },
	{ "undo idle-timeout",          run_default, API_ROLE_ADMIN, "Restore when an idle session is cut", VTY(IDLE_SECONDS) },
	{ "screen-length LINES",        run_setting, API_ROLE_ADMIN, "Specify the lines of a screen", VTY(SCREEN_LENGTH), 0, emit_setting },
	{ "undo screen-length",         run_default, API_ROLE_ADMIN, "Restore the lines of a screen", VTY(SCREEN_LENGTH) },
	{ "history-command max-size HISTORY", run_setting, API_ROLE_ADMIN, "Specify how many commands are kept", VTY(HISTORY), 0, emit_setting },
	{ "undo history-command max-size",    run_default, API_ROLE_ADMIN, "Restore how many commands are kept", VTY(HISTORY) },
	{ "escape-key KEYCODE",         run_key,     API_ROLE_ADMIN, "Specify the key that ends a command", VTY(ESCAPE), 0, emit_key },
	{ "escape-key default",         run_default, API_ROLE_ADMIN, "Ctrl+C", VTY(ESCAPE) },
	{ "undo escape-key",            run_default, API_ROLE_ADMIN, "Restore the key that ends a command", VTY(ESCAPE) },
	{ "activation-key KEYCODE",     run_key,     API_ROLE_ADMIN, "Specify the key that begins a session", VTY(ACTIVATE), 0, emit_key },
	{ "undo activation-key",        run_default, API_ROLE_ADMIN, "Begin sessions without a key", VTY(ACTIVATE) },
	{ "terminal type vt100",        run_flag,    API_ROLE_ADMIN, "Erase with carriage returns and blanks alone", VTY(VT100), 1, emit_flag },
	{ "terminal type ansi",         run_flag,    API_ROLE_ADMIN, "Erase with escape sequences", VTY(VT100), 0 },
	{ "undo terminal type",         run_default, API_ROLE_ADMIN, "Restore the type of terminals", VTY(VT100) },
	{ "auto-execute command COMMAND...", run_auto, API_ROLE_ADMIN, "Run a command at login, then end the session", VTY(AUTO), 0, emit_auto },
	{ "undo auto-execute command",  run_default, API_ROLE_ADMIN, "Run no command at login", VTY(AUTO) },
};
// clang-format on

TABLE(line);
TABLE(line_view);
