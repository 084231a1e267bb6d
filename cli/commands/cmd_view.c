// Moving between views, and what a terminal says about itself.
#include "cli/commands/commands.h"

static enum turn run_system_view(struct task *t)
{
	if (dialogue_is_interactive(t->dialogue))
		task_print(t, "System View: return to User View with Ctrl+Z.\n");
	dialogue_view(t->dialogue, VIEW_SYSTEM, span_of(NULL, 0));
	return TURN_DONE;
}

static enum turn run_return(struct task *t)
{
	dialogue_view(t->dialogue, VIEW_USER, span_of(NULL, 0));
	return TURN_DONE;
}

static enum turn run_leave(struct task *t)
{
	enum view_id parent = views[t->dialogue->view].parent;

	dialogue_view(t->dialogue, parent, span_of(NULL, 0));
	return TURN_DONE;
}

static enum turn run_quit(struct task *t)
{
	t->close = true;
	return TURN_DONE;
}

static enum turn run_no_paging(struct task *t)
{
	t->dialogue->no_paging = true;
	task_print(t, " %% Screen-length configuration is disabled for current user.\n");
	return TURN_DONE;
}

static enum turn run_paging(struct task *t)
{
	t->dialogue->no_paging = false;
	task_print(t, " %% Screen-length configuration is enabled for current user.\n");
	return TURN_DONE;
}

static enum turn run_temporary(struct task *t)
{
	t->dialogue->no_paging = arg_number(task_arg(t, ARG_LINES_WORD)) == 0;
	return TURN_DONE;
}

// clang-format off
static const struct command user_commands[] = {
	{ "quit",        run_quit,        API_ROLE_VISITOR, "Exit from the device" },
	{ "system-view", run_system_view, API_ROLE_VISITOR, "Enter system view" },
	{ "return",      run_nothing,     API_ROLE_VISITOR, "Exit to user view", .flags = COMMAND_HIDDEN },
};

static const struct command leave_commands[] = {
	{ "quit",        run_leave,       API_ROLE_VISITOR, "Exit from the current view" },
	{ "return",      run_return,      API_ROLE_VISITOR, "Exit to user view" },
};

static const struct command any_commands[] = {
	{ "screen-length disable",   run_no_paging, API_ROLE_VISITOR, "Do not pause between screens in this session" },
	{ "undo screen-length disable", run_paging, API_ROLE_VISITOR, "Pause between screens again" },
	{ "screen-length LINES temporary", run_temporary, API_ROLE_VISITOR, "For this session only", .flags = COMMAND_HIDDEN },
};
// clang-format on

TABLE(user_commands);
TABLE(leave_commands);
TABLE(any_commands);
