// Lines: which are there, which are in use.
#include "cli/commands/commands.h"

#include <stdio.h>

#define LINES_DRAWN 64u // at least, in the summary
#define LINES_MAX   1024u

static const struct column lines_columns[] = {{"Active", 2, COLUMN_UNNAMED},
                                              {"Idx", 5, COLUMN_NUMBER},
                                              {"Type", 12, 0},
                                              {"Tx/Rx", 10, 0},
                                              {"Modem", 6, 0},
                                              {"Auth", 5, 0},
                                              {"Int", 4, 0},
                                              {"Location", 0, 0}};
static TABLE_OF(lines, "", false);

struct wanted {
	bool one, found;
	uint32_t line;
	char mode; // letter of the authentication
};

static void line_print(struct task *t, uint32_t line, bool active)
{
	const struct wanted *w = t->own;

	table_value(&t->table, "%s", active ? "+" : t->json ? "" : " ");
	table_value(&t->table, "%u", line + 10);
	table_value(&t->table, "VTY %u", line);
	table_value(&t->table, "%s", t->json ? "" : " ");
	table_value(&t->table, "-");
	table_value(&t->table, "%c", w->mode);
	table_value(&t->table, "-");
	table_value(&t->table, "-");
}

static void line_row(struct task *t, struct cursor *c)
{
	struct wanted *w = t->own;
	struct api_dialogue_row row;

	api_dialogue_parse(c, &row);
	if (!cursor_ok(c) || (w->one && row.line != w->line))
		return;
	w->found = true;
	line_print(t, row.line, true);
}

static enum turn lines_end(struct task *t)
{
	const struct wanted *w = t->own;

	if (w->one && !w->found)
		line_print(t, w->line, false);
	table_note(&t->table, "\n  +    : Line is active.\n"
	                      "  F    : Line is active and in async mode.\n"
	                      "  Idx  : Absolute index of line.\n"
	                      "  Type : Type and relative index of line.\n"
	                      "  Auth : Login authentication mode.\n"
	                      "  Int  : Physical port of the line.\n"
	                      "  A    : Authentication use AAA.\n"
	                      "  N    : No authentication is required.\n"
	                      "  P    : Password authentication.\n");
	return task_table_end(t);
}

static const struct listing line_rows = {API_DIALOGUES, 0, line_row, lines_end};

static enum turn mode_got(struct task *t)
{
	static const char letters[] = {
	        [API_LINE_NONE] = 'N', [API_LINE_SCHEME] = 'A', [API_LINE_PASSWORD] = 'P'};
	struct wanted *w = t->own;
	struct api_record vty;

	if (!task_record(t, &vty))
		return task_fail_status(t, t->status);
	w->mode = letters[record_number(&vty, API_VTY_MODE)];
	task_table(t, &lines);
	return task_list(t, &line_rows);
}

static enum turn run_lines(struct task *t)
{
	struct wanted *w = task_own(t, sizeof(*w), NULL);
	struct span line = task_arg(t, ARG_LINE_WORD);

	if (w == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	w->one = line.len > 0;
	w->line = w->one ? arg_number(line) : 0;
	return task_get(t, API_CLASS_VTY, span_text(""), mode_got);
}

// --- summary -----------------------------------------------------------------------------------

struct summary {
	uint32_t used, drawn;
	bool in_use[LINES_MAX];
};

static void summary_row(struct task *t, struct cursor *c)
{
	struct summary *s = t->own;
	struct api_dialogue_row row;

	api_dialogue_parse(c, &row);
	if (!cursor_ok(c))
		return;
	s->used++;
	if (row.line >= LINES_MAX)
		return;
	s->in_use[row.line] = true;
	if (row.line >= s->drawn)
		s->drawn = (row.line / LINES_DRAWN + 1) * LINES_DRAWN;
}

static enum turn summary_end(struct task *t)
{
	const struct summary *s = t->own;

	task_print(t, "Line type : [VTY]");
	for (uint32_t i = 0; i < s->drawn; i++) {
		if (i % 16 == 0)
			task_print(t, "\n%5u:", i + 10);
		else if (i % 4 == 0)
			task_print(t, " ");
		task_print(t, "%c", s->in_use[i] ? 'U' : 'X');
	}
	task_print(t, "\n\n%5u lines used.      (U)\n%5u lines not used.  (X)\n", s->used,
	           DIALOGUE_SLOTS / 2 - s->used);
	return TURN_DONE;
}

static const struct listing summary_rows = {API_DIALOGUES, 0, summary_row, summary_end};

static enum turn run_summary(struct task *t)
{
	struct summary *s = task_own(t, sizeof(*s), NULL);

	if (s == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	s->drawn = LINES_DRAWN;
	return task_list(t, &summary_rows);
}

// clang-format off
static const struct command line_show[] = {
	{ "display line [ vty LINE ]", run_lines,   API_ROLE_OPERATOR, "Display the lines in use, or one", .flags = COMMAND_TABLE },
	{ "display line summary",      run_summary, API_ROLE_OPERATOR, "Display which lines are in use" },
	{ "display user-interface [ vty LINE ]", run_lines,   API_ROLE_OPERATOR, "Display the lines in use, or one", .flags = COMMAND_TABLE | COMMAND_HIDDEN },
	{ "display user-interface summary",      run_summary, API_ROLE_OPERATOR, "Display which lines are in use", .flags = COMMAND_HIDDEN },
};
// clang-format on

TABLE(line_show);
