// Commands that were typed: showing them, running them again.
#include "cli/commands/commands.h"

#include <time.h>

static enum turn run_history(struct task *t)
{
	struct span command;

	for (uint32_t i = t->dialogue->history.count; i-- > 0;)
		if (history_at(&t->dialogue->history, i, &command))
			task_print(t, "  %.*s\n", (int)command.len, (const char *)command.data);
	return TURN_DONE;
}

static const struct column all_columns[] = {{"Date       Time", 20, 0},
                                            {"Terminal", 11, 0},
                                            {"Ip", 18, 0},
                                            {"User", 0, 0},
                                            {"Cmd", 0, COLUMN_JSON}};
static TABLE_OF(all, "  ", false);

struct progress {
	uint32_t next;
};

static enum turn all_more(struct task *t)
{
	struct progress *p = t->own;
	const struct history_entry *e = NULL;

	while (task_room(t) &&
	       (e = history_all_at(&task_shell(t)->history_all, p->next)) != NULL) {
		char when[40];
		struct tm tm;

		api_clock_tm(&task_shell(t)->clock, (int64_t)e->at, &tm);
		strftime(when, sizeof(when), "%m/%d/%Y %H:%M:%S", &tm);
		table_value(&t->table, "%s", when);
		table_value(&t->table, "%s", e->terminal);
		table_value(&t->table, "%s", e->peer);
		table_value(&t->table, "%s", e->user);
		table_value(&t->table, "%s", e->command);
		table_note(&t->table, "  Cmd:%s\n\n", e->command);
		p->next++;
	}
	return e != NULL ? TURN_AGAIN : task_table_end(t);
}

static enum turn run_all(struct task *t)
{
	if (task_own(t, sizeof(struct progress), NULL) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	task_table(t, &all);
	t->next = all_more;
	return all_more(t);
}

// --- repeat ------------------------------------------------------------------------------------

static enum turn run_repeat(struct task *t)
{
	struct span number = task_arg(t, ARG_REPEATS_WORD), times = task_arg(t, ARG_TIMES_WORD),
	            delay = task_arg(t, ARG_DELAY_WORD), command;
	uint32_t count = number.len > 0 ? arg_number(number) : 1;
	struct dialogue *d = t->dialogue;
	struct text text = {0};

	if (count > d->history.count)
		return task_fail(t, "There are only %u commands in the history.",
		                 d->history.count);
	while (count-- > 0 && history_at(&d->history, count, &command)) {
		text_add(&text, command.data, command.len);
		text_puts(&text, "\n");
	}
	if (!dialogue_repeat(d, &text, times.len > 0 ? arg_number(times) : 0,
	                     delay.len > 0 ? arg_number(delay) : 1)) {
		text_fini(&text);
		return task_fail_status(t, STATUS_NO_MEMORY);
	}
	return TURN_DONE;
}

// clang-format off
static const struct command history[] = {
	{ "display history-command",     run_history, API_ROLE_OPERATOR, "Display the commands typed in this session" },
	{ "display history-command all", run_all,     API_ROLE_OPERATOR, "Display the commands typed in all sessions", .flags = COMMAND_TABLE },
	{ "repeat [ REPEATS ] [ count TIMES ] [ delay DELAY ]", run_repeat, API_ROLE_OPERATOR, "Run the last commands again", .flags = COMMAND_UNKEPT },
};
// clang-format on

TABLE(history);
