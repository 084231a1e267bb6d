// VTY lines: what holds for everyone who logs in.
#include "cli/commands/commands.h"

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

static void emit_line(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	config_line(out, 0, "line vty 0 1048575");
}

static void emit_scheme(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	if (record_number(record, API_VTY_SCHEME) == row->value)
		config_line(out, 1, "%s", row->grammar);
}

// Nothing but SSH comes in here, so there is nothing to set.
static void emit_protocol(struct config_out *out, const struct command *row,
                          const struct api_record *record)
{
	config_line(out, 1, "protocol inbound ssh");
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

// clang-format off
#define VTY(name) API_CLASS_VTY, API_VTY_##name
static const struct command line[] = {
	{ "line vty FIRST [ LAST ]",           run_line, API_ROLE_ADMIN, "Enter the view of VTY lines", API_CLASS_VTY, .emit = emit_line },
	{ "user-interface vty FIRST [ LAST ]", run_line, API_ROLE_ADMIN, "Enter the view of VTY lines" },
};

static const struct command line_view[] = {
	{ "authentication-mode scheme", run_flag,    API_ROLE_ADMIN, "Authenticate by user (AAA)", VTY(SCHEME), 1, emit_scheme },
	{ "authentication-mode none",   run_flag,    API_ROLE_ADMIN, "No authentication: SSH is then refused", VTY(SCHEME), 0, emit_scheme },
	{ "undo authentication-mode",   run_default, API_ROLE_ADMIN, "Restore the authentication mode", VTY(SCHEME) },
	{ "protocol inbound { all | ssh }", run_nothing, API_ROLE_ADMIN, "Specify what may come in", VTY(SCHEME), 0, emit_protocol },
	{ "undo protocol inbound",      run_nothing, API_ROLE_ADMIN, "Restore what may come in" },
	{ "idle-timeout MINUTES [ SECOND ]", run_idle, API_ROLE_ADMIN, "Specify when an idle session is cut", VTY(IDLE_SECONDS), 0, emit_idle },
	{ "undo idle-timeout",          run_default, API_ROLE_ADMIN, "Restore when an idle session is cut", VTY(IDLE_SECONDS) },
	{ "screen-length LINES",        run_setting, API_ROLE_ADMIN, "Specify the lines of a screen", VTY(SCREEN_LENGTH), 0, emit_setting },
	{ "undo screen-length",         run_default, API_ROLE_ADMIN, "Restore the lines of a screen", VTY(SCREEN_LENGTH) },
	{ "history-command max-size HISTORY", run_setting, API_ROLE_ADMIN, "Specify how many commands are kept", VTY(HISTORY), 0, emit_setting },
	{ "undo history-command max-size",    run_default, API_ROLE_ADMIN, "Restore how many commands are kept", VTY(HISTORY) },
};
// clang-format on

TABLE(line);
TABLE(line_view);
