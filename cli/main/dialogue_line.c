// Lines at a terminal: prompt, echo, help, Tab, history.
#include "cli/main/dialogue_line.h"
#include "cli/main/task.h"
#include "cli/tree/help.h"
#include "dataplane/base/trace.h"

#include <stdlib.h>

#define KEYS_PER_STEP 256

// --- the prompt --------------------------------------------------------------------------------

void show_prompt(struct dialogue *d)
{
	char prompt[DIALOGUE_PROMPT_MAX];

	if (!dialogue_is_interactive(d) || d->closing ||
	    (d->script != NULL && !d->script->repeats))
		return;
	text_add(&d->out, prompt, dialogue_prompt(d, prompt));
}

struct line *line_take(struct dialogue *d, bool plain, bool hidden)
{
	if (d->line == NULL)
		d->line = calloc(1, sizeof(*d->line));
	if (d->line == NULL) {
		d->table->shell->count[COUNT_cli_no_memory]++;
		dialogue_close(d, 255);
		return NULL;
	}
	d->line->plain = plain;
	d->line->hidden = hidden;
	return d->line;
}

void line_drop(struct dialogue *d)
{
	free(d->line);
	d->line = NULL;
}

static void line_again(struct dialogue *d)
{
	text_puts(&d->out, "\r\n");
	show_prompt(d);
	if (d->line != NULL)
		line_redraw(d->line, &d->out);
}

void dialogue_notify(struct dialogue *d, struct span text, bool again)
{
	if (d->closing || !dialogue_is_interactive(d) ||
	    text_left(&d->out) >= DIALOGUE_OUT_HIGH)
		return;
	text_puts(&d->out, "\r\n");
	output_line(d, text);
	if (d->task == NULL && d->guest == NULL && again) {
		show_prompt(d);
		if (d->line != NULL)
			line_redraw(d->line, &d->out);
	}
	shell_queue(d->table->shell, d);
}

void input_interrupt(struct dialogue *d)
{
	line_drop(d);
	d->recall = 0;
	line_again(d);
}

// --- help ----------------------------------------------------------------------------------------

static void help_show(struct dialogue *d, struct span line)
{
	struct access access = dialogue_access(d);
	struct help *h = malloc(sizeof(*h));
	struct text text = {0};
	uint8_t view = d->view;

	if (h == NULL)
		return;
	help_find(h, &d->table->shell->trees[view], line, &access);
	while ((h->result != MATCH_OK || h->count == 0) && view != VIEW_USER &&
	       views[view].parent != view) {
		struct help *other = malloc(sizeof(*h));

		view = views[view].parent;
		if (view == VIEW_USER || other == NULL) {
			free(other);
			break;
		}
		help_find(other, &d->table->shell->trees[view], line, &access);
		if ((other->result == MATCH_OK && other->count > 0) ||
		    (h->result != MATCH_OK && other->caret > h->caret))
			memcpy(h, other, sizeof(*h)); // it understood more
		free(other);
	}
	if (h->result == MATCH_OK && h->count == 0)
		h->result = MATCH_UNRECOGNIZED;
	if (h->result == MATCH_OK) {
		if (line.len == 0)
			text_format(&text, "%s\n", views[d->view].title);
		help_print(h, &text);
	}
	output_line(d, text_span(&text));
	if (h->result != MATCH_OK)
		show_wrong(d, h->result, h->caret);
	text_fini(&text);
	free(h);
}

// Without a line editor the mark is the last byte of the line.
static bool asks_help(const struct dialogue *d, struct span line)
{
	return !dialogue_is_interactive(d) && !d->loading && line.len > 0 &&
	       line.data[line.len - 1] == '?' && !words_open_quote(line);
}

// --- a line is complete ------------------------------------------------------------------------

void line_run(struct dialogue *d, struct span text)
{
	TRACE_STEP(d->slot, d->life);
	if (asks_help(d, text))
		help_show(d, span_of(text.data, text.len - 1));
	else if (!task_start(d, text))
		show_prompt(d);
}

void line_enter(struct dialogue *d)
{
	char text[COMMAND_LINE_MAX];
	size_t len = d->line->len;
	bool too_long = d->line->too_long;

	memcpy(text, d->line->text, len);
	line_drop(d);
	d->recall = 0;
	if (dialogue_is_interactive(d))
		text_puts(&d->out, "\r\n");
	if (too_long) {
		d->failed = true;
		d->table->shell->count[COUNT_cli_wrong]++;
		output_line(d,
		            span_text(" % The command line is longer than 511 characters.\n"));
		show_prompt(d);
		return;
	}
	line_run(d, span_of(text, len));
}

static void line_leave(struct dialogue *d)
{
	line_drop(d);
	dialogue_view(d, VIEW_USER, span_of(NULL, 0));
	line_again(d);
}

static void line_recall(struct dialogue *d, bool older)
{
	struct span text = {0};

	if (older) {
		if (d->recall == UINT8_MAX || !history_at(&d->history, d->recall, &text))
			return;
		d->recall++;
	} else {
		if (d->recall == 0)
			return;
		d->recall--;
		if (d->recall > 0)
			(void)history_at(&d->history, d->recall - 1u, &text);
	}
	line_replace(d->line, text.data != NULL ? text : span_text(""), &d->out);
}

// --- `?` and Tab -------------------------------------------------------------------------------

static void line_help(struct dialogue *d)
{
	text_puts(&d->out, "\r\n");
	help_show(d, line_span(d->line));
	show_prompt(d);
	line_redraw(d->line, &d->out);
}

static void line_complete(struct dialogue *d)
{
	struct access access = dialogue_access(d);
	struct line *l = d->line;
	char name[HELP_NAME_MAX];
	uint32_t found = 0, nth = l->tab_count;
	uint8_t view = d->view;
	uint16_t from = 0;
	struct span typed;

	if (l->at != l->len)
		return;
	if (nth == 0)
		l->tab_len = l->len;
	typed = span_of(l->text, l->tab_len);
	do {
		const struct tree *tree = &d->table->shell->trees[view];

		found = complete_find(tree, typed, &access, 0, name, &from);
		if (found > 0)
			complete_find(tree, typed, &access, nth % found, name, &from);
		view = views[view].parent;
	} while (found == 0 && view != VIEW_USER);
	if (found > 0 && from + strlen(name) + 1 < COMMAND_LINE_MAX) {
		memcpy(l->text + from, name, strlen(name));
		l->len = (uint16_t)(from + strlen(name));
		if (found == 1)
			l->text[l->len++] = ' ';
		l->at = l->len;
		l->tab_count = found > 1 ? (uint16_t)(nth % found + 1) : 0;
	}
	line_again(d);
}

// --- keys --------------------------------------------------------------------------------------

// Only at an empty line: what is half typed is not thrown away.
static void line_hotkey(struct dialogue *d)
{
	static const char letters[HOTKEYS + 1] = "GLOTU";
	const char *at = strchr(letters, d->line->hotkey);
	const char *text =
	        at != NULL ? shell_hotkey(d->table->shell, (enum hotkey)(at - letters)) : "";

	if (d->line->len > 0 || text[0] == 0)
		return;
	line_replace(d->line, span_text(text), &d->out);
	line_enter(d);
}

static void key_event(struct dialogue *d, enum line_event event)
{
	TRACE_STEP(d->slot, d->life);
	switch (event) {
	case LINE_NONE:
		break;
	case LINE_ENTER:
		line_enter(d);
		break;
	case LINE_TAB:
		line_complete(d);
		break;
	case LINE_HELP:
		line_help(d);
		break;
	case LINE_INTERRUPT:
		input_interrupt(d);
		break;
	case LINE_LEAVE:
		line_leave(d);
		break;
	case LINE_OLDER:
	case LINE_NEWER:
		line_recall(d, event == LINE_OLDER);
		break;
	case LINE_REDRAW:
		line_again(d);
		break;
	case LINE_DISCONNECT:
		dialogue_close(d, 0);
		break;
	case LINE_HOTKEY:
		line_hotkey(d);
		break;
	}
}

// The second half of CR LF, or CR NUL.
bool is_line_rest(struct dialogue *d, uint8_t key)
{
	bool rest = d->last_cr && (key == '\n' || key == 0);

	d->last_cr = key == '\r';
	return rest;
}

bool keys_step(struct dialogue *d)
{
	bool did = false;
	uint8_t key;

	for (int i = 0;
	     i < KEYS_PER_STEP && d->task == NULL && !d->closing && d->script == NULL &&
	     text_left(&d->out) < DIALOGUE_OUT_HIGH && input_peek(d, &key);
	     i++) {
		did = true;
		input_take(d, 1);
		if (d->asleep) {
			if (key == d->table->shell->activation_key)
				dialogue_wake(d);
			continue;
		}
		if (is_line_rest(d, key) || line_take(d, false, false) == NULL)
			continue;
		key_event(d, line_key(d->line, key, &d->out));
	}
	if (d->line != NULL && d->line->len == 0 && d->line->escape == 0 && !d->line->too_long)
		line_drop(d);
	if (!did && d->input_ended && d->input == NULL && d->task == NULL) {
		dialogue_close(d, 0);
		return true;
	}
	return did;
}
