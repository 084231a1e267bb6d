// Debugging: which switches are on, and terminals that show what they cause.
#include "cli/commands/commands.h"

static const struct {
	const char *word, *text;
	uint32_t bit;
} switches[] = {
        {"error", "SSH server error debugging is on", API_DEBUG_ERROR},
        {"event", "SSH server event debugging is on", API_DEBUG_EVENT},
        {"message", "SSH server message debugging is on", API_DEBUG_MESSAGE},
};
#define SWITCHES (sizeof(switches) / sizeof(switches[0]))

static enum turn switch_put(struct task *t, uint32_t on, uint32_t off,
                            enum turn (*next)(struct task *t))
{
	struct builder b = task_request(t);

	builder_u32(&b, on);
	builder_u32(&b, off);
	t->ask_cursor = 0;
	return task_ask(t, API_SET_DEBUGGING, &b, next);
}

static enum turn run_debugging(struct task *t)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < SWITCHES; i++)
		if (task_has(t, "all") || task_has(t, switches[i].word))
			bits |= switches[i].bit;
	return task_has(t, "undo") ? switch_put(t, 0, bits, task_end)
	                           : switch_put(t, bits, 0, task_end);
}

static enum turn all_off(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	task_print(t, "All possible debugging has been turned off\n");
	return TURN_DONE;
}

static enum turn run_undo_all(struct task *t)
{
	return switch_put(t, 0, UINT32_MAX, all_off);
}

static enum turn show_switches(struct task *t)
{
	struct cursor c = cursor_over(span_blob(&t->reply));
	uint32_t on = cursor_u32(&c);

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	for (size_t i = 0; i < SWITCHES; i++)
		if (on & switches[i].bit)
			task_print(t, "%s\n", switches[i].text);
	return TURN_DONE;
}

static enum turn run_show(struct task *t)
{
	return task_ask_plain(t, API_DEBUGGING, show_switches);
}

static enum turn run_terminal(struct task *t)
{
	t->dialogue->debugging = !task_has(t, "undo");
	return TURN_DONE;
}

// clang-format off
#define KINDS "{ all | error | event | message }"
static const struct command debugging[] = {
	{ "debugging ssh server " KINDS,      run_debugging, API_ROLE_ADMIN,    "Tell terminals what the SSH server does" },
	{ "undo debugging ssh server " KINDS, run_debugging, API_ROLE_ADMIN,    "Tell them no more" },
	{ "undo debugging all",               run_undo_all,  API_ROLE_ADMIN,    "Stop all debugging" },
	{ "display debugging",                run_show,      API_ROLE_OPERATOR, "Display which debugging is on" },
	{ "terminal debugging",               run_terminal,  API_ROLE_OPERATOR, "Show debugging on this terminal, if it monitors" },
	{ "undo terminal debugging",          run_terminal,  API_ROLE_OPERATOR, "Show no debugging on this terminal" },
};
// clang-format on

TABLE(debugging);
