// The information centre: what is kept of the log, where it is sent, who watches it.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <stdlib.h>

// --- display logbuffer ---------------------------------------------------------------------------

struct logbuffer {
	struct text *lines; // owned; of the rows that are wanted
	uint32_t count, max, at;
	uint32_t most; // how many are wanted
	uint8_t level;
	uint32_t size, kept;
	uint64_t dropped, overwritten;
	uint32_t by_level[8];
};

static void logbuffer_fini(void *own)
{
	struct logbuffer *l = own;

	for (uint32_t i = 0; i < l->count; i++)
		text_fini(&l->lines[i]);
	free(l->lines);
}

static void log_row(struct task *t, struct cursor *c)
{
	struct logbuffer *l = t->own;
	struct text line = {0};
	uint8_t level = 7;

	log_print(&line, task_shell(t), c, &level);
	if (!cursor_ok(c))
		return;
	l->by_level[level & 7]++;
	if (level > l->level || l->count == l->max)
		text_fini(&line);
	else
		l->lines[l->count++] = line;
}

static enum turn lines_more(struct task *t)
{
	struct logbuffer *l = t->own;
	uint32_t shown = l->count < l->most ? l->count : l->most, skip = l->count - shown;

	while (l->at < shown && task_room(t)) {
		uint32_t i = task_has(t, "reverse") ? l->count - 1 - l->at : skip + l->at;
		struct span line = text_span(&l->lines[i]);

		text_add(&t->pending, line.data, line.len);
		l->at++;
	}
	return l->at < shown ? TURN_AGAIN : TURN_DONE;
}

static enum turn rows_end(struct task *t)
{
	t->next = lines_more;
	return lines_more(t);
}

static const struct listing log_rows = {API_LOG, 0, log_row, rows_end};

static bool state_read(struct task *t)
{
	struct logbuffer *l = t->own;
	struct cursor c = cursor_over(span_blob(&t->reply));

	l->size = cursor_u32(&c);
	l->kept = cursor_u32(&c);
	l->dropped = cursor_u64(&c);
	l->overwritten = cursor_u64(&c);
	if (t->status == STATUS_OK && cursor_end(&c) != STATUS_OK)
		t->status = STATUS_MALFORMED;
	if (t->status != STATUS_OK)
		return false;
	l->max = l->kept + 64; // lines that come meanwhile
	l->lines = calloc(l->max, sizeof(*l->lines));
	if (l->lines == NULL)
		t->status = STATUS_NO_MEMORY;
	return l->lines != NULL;
}

static enum turn state_got(struct task *t)
{
	const struct logbuffer *l = t->own;

	if (!state_read(t))
		return task_fail_status(t, t->status);
	task_print(t,
	           "Log buffer: %s\nMax buffer size: 1024\nActual buffer size: %u\n"
	           "Dropped messages: %llu\nOverwritten messages: %llu\n"
	           "Current messages: %u\n",
	           l->size > 0 ? "Enabled" : "Disabled", l->size,
	           (unsigned long long)l->dropped, (unsigned long long)l->overwritten, l->kept);
	return task_list(t, &log_rows);
}

static enum turn run_logbuffer(struct task *t)
{
	struct logbuffer *l = task_own(t, sizeof(*l), logbuffer_fini);
	struct span level = task_arg(t, ARG_LEVEL_WORD), size = task_arg(t, ARG_LOGSIZE_WORD);

	if (l == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	l->level = level.len > 0 ? (uint8_t)arg_number(level) : 7;
	l->most = size.len > 0 ? arg_number(size) : UINT32_MAX;
	return task_ask_plain(t, API_LOG_STATE, state_got);
}

static const struct column levels_columns[] = {
        {"EMERG", 7, COLUMN_NUMBER}, {"ALERT", 7, COLUMN_NUMBER}, {"CRIT", 7, COLUMN_NUMBER},
        {"ERROR", 7, COLUMN_NUMBER}, {"WARN", 7, COLUMN_NUMBER},  {"NOTIF", 7, COLUMN_NUMBER},
        {"INFO", 7, COLUMN_NUMBER},  {"DEBUG", 7, COLUMN_NUMBER}};
static TABLE_OF(levels, "  ", false);

static enum turn summary_end(struct task *t)
{
	const struct logbuffer *l = t->own;

	task_table(t, &levels);
	for (int i = 0; i < 8; i++)
		table_value(&t->table, "%u", l->by_level[i]);
	return task_table_end(t);
}

static const struct listing summary_rows = {API_LOG, 0, log_row, summary_end};

static enum turn run_summary(struct task *t)
{
	if (task_own(t, sizeof(struct logbuffer), logbuffer_fini) == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	return task_list(t, &summary_rows);
}

static enum turn run_reset(struct task *t)
{
	return task_ask_plain(t, API_LOG_RESET, task_end);
}

// --- terminals -----------------------------------------------------------------------------------

static enum turn run_monitor(struct task *t)
{
	struct dialogue *d = t->dialogue;

	d->monitor = !task_has(t, "undo") && dialogue_is_interactive(d);
	d->monitor_next = 0;
	if (d->monitor)
		monitor_ask(d);
	return TURN_DONE;
}

static enum turn run_terminal_level(struct task *t)
{
	struct span level = task_arg(t, ARG_LEVEL_WORD);

	t->dialogue->monitor_level = level.len > 0 ? (uint8_t)arg_number(level) : 6;
	return TURN_DONE;
}

// clang-format off
static const struct command log_show[] = {
	{ "display logbuffer [ reverse ] [ level LEVEL | size LOGSIZE ]...", run_logbuffer, API_ROLE_OPERATOR, "Display the log lines kept in memory" },
	{ "display logbuffer summary", run_summary, API_ROLE_OPERATOR, "Display how many lines there are of each level", .flags = COMMAND_TABLE },
	{ "reset logbuffer",           run_reset,   API_ROLE_ADMIN,    "Forget the log lines kept in memory" },
	{ "terminal monitor",          run_monitor, API_ROLE_OPERATOR, "Show log lines on this terminal" },
	{ "undo terminal monitor",     run_monitor, API_ROLE_OPERATOR, "Show no log lines on this terminal" },
	{ "terminal logging level LEVEL", run_terminal_level, API_ROLE_OPERATOR, "Specify which lines are shown on this terminal" },
	{ "undo terminal logging level",  run_terminal_level, API_ROLE_OPERATOR, "Restore which lines are shown on this terminal" },
};
// clang-format on

TABLE(log_show);
