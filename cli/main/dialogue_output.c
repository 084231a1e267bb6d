// From what a handler prints to OUTPUT cells: filters, pager, line ends, credit.
#include "cli/main/task.h"
#include "dataplane/base/trace.h"

#define MORE       "---- More ----"
#define MORE_ERASE "\033[16D                \033[16D"
#define DUMB_ERASE "\r                \r"

// Text with LF line ends, as this dialogue wants them.
void output_line(struct dialogue *d, struct span text)
{
	const char *at = (const char *)text.data, *end = at + text.len;

	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *stop = lf != NULL ? lf : end;

		text_add(&d->out, at, (size_t)(stop - at));
		if (lf != NULL)
			text_puts(&d->out, d->has_pty ? "\r\n" : "\n");
		at = lf != NULL ? lf + 1 : end;
	}
}

// Lines on one screen, the last left for the pager's text; 0: no paging.
static uint32_t screen_lines(const struct task *t)
{
	const struct dialogue *d = t->dialogue;
	uint32_t lines = d->table->shell->screen_length;

	if (!dialogue_is_interactive(d) || d->no_paging || t->redirect != NULL ||
	    t->paging_off || lines == 0)
		return 0;
	if (lines == api_field_row(API_VTY_SCREEN_LENGTH)->number && d->rows > 0)
		lines = d->rows; // not configured: the size of the client's window
	return lines > 2 ? lines - 1 : 1;
}

void pager_go_on(struct task *t, char key)
{
	struct dialogue *d = t->dialogue;

	t->more_shown = false;
	text_puts(&d->out, d->dumb || d->table->shell->vt100 ? DUMB_ERASE : MORE_ERASE);
	if (key == ' ')
		t->lines = 0;
	else if (key == '\r' || key == '\n')
		t->lines--;
	else if (key == '*')
		t->paging_off = true;
	else
		task_abort(t);
}

// One whole line of output, without its end.
static void line_emit(struct task *t, const char *line, size_t len, bool ended)
{
	struct dialogue *d = t->dialogue;
	char prefix[FILTER_PREFIX_MAX] = "";

	if (t->filters != NULL && ended && !filter_line(t->filters, line, prefix))
		return;
	if (t->redirect != NULL) {
		(void)redirect_add(t, prefix, strlen(prefix));
		(void)redirect_add(t, line, len);
		if (ended)
			(void)redirect_add(t, "\n", 1);
		return;
	}
	text_puts(&d->out, prefix);
	text_add(&d->out, line, len);
	if (ended) {
		text_puts(&d->out, d->has_pty ? "\r\n" : "\n");
		t->lines++;
	}
}

// Move lines from the task towards the client, as far as screen and credit allow.
bool output_emit(struct task *t)
{
	struct dialogue *d = t->dialogue;
	bool did = false, flush = t->done || t->wait == WAIT_ANSWER;

	if (text_left(&t->pending) == 0)
		return false;
	TRACE_STEP(d->slot, d->life);
	while (!t->more_shown && text_left(&t->pending) > 0 &&
	       text_left(&d->out) < DIALOGUE_OUT_HIGH) {
		struct span rest = text_span(&t->pending);
		uint8_t *lf = memchr(rest.data, '\n', rest.len);
		uint32_t screen = screen_lines(t);

		if (lf == NULL && !flush)
			break;
		did = true;
		if (screen > 0 && t->lines >= screen && lf != NULL) {
			text_puts(&d->out, MORE);
			t->more_shown = true;
			break;
		}
		size_t len = lf != NULL ? (size_t)(lf - rest.data) : rest.len;
		if (lf != NULL)
			*lf = 0; // the filters want strings
		line_emit(t, (const char *)rest.data, len, lf != NULL);
		text_take(&t->pending, lf != NULL ? len + 1 : len);
	}
	return did;
}

enum dialogue_turn output_send(struct dialogue *d)
{
	bool sent = false;

	while (text_left(&d->out) > 0 && d->credit > 0) {
		struct link_cell cell = {.kind = DIALOGUE_OUTPUT,
		                         .slot = d->slot,
		                         .life = d->life,
		                         .buffer = LINK_NO_BUFFER,
		                         .offset = d->sent};
		struct span bytes = text_span(&d->out);

		if (!sent)
			TRACE_STEP(d->slot, d->life);
		if (bytes.len > DIALOGUE_INPUT_MAX)
			bytes.len = DIALOGUE_INPUT_MAX;
		if (bytes.len > d->credit)
			bytes.len = (size_t)d->credit;
		if (!d->table->port->send(d->table->port, &cell, bytes))
			return DIALOGUE_BLOCKED;
		sent = true;
		d->credit -= bytes.len;
		d->sent += bytes.len;
		d->active_us = d->table->shell->now_us;
		d->table->shell->count[COUNT_cli_bytes_out] += bytes.len;
		text_take(&d->out, bytes.len);
	}
	return sent ? DIALOGUE_AGAIN : DIALOGUE_IDLE;
}
