// What control says to a dialogue: one function a cell, and the table that finds it.
#include "cli/main/dialogue.h"

#include "cli/guest/guest.h"
#include "cli/main/task.h"
#include "dataplane/base/trace.h"

static void on_open(struct dialogue_table *t, const struct link_cell *cell, struct span payload)
{
	struct dialogue_start start = {0};
	struct cursor c;
	struct blob copy = blob_copy(payload);
	struct dialogue *old;

	memcpy(&start.open, cell->body, sizeof(start.open));
	c = cursor_over(span_blob(&copy));
	start.user = cursor_string(&c);
	start.roles = cursor_string(&c);
	start.peer = cursor_string(&c);
	start.terminal = cursor_string(&c);
	start.command = cursor_string(&c);
	old = cell->slot >= t->first && cell->slot - t->first < t->top
	              ? &t->rows[cell->slot - t->first]
	              : NULL;
	if (old != NULL && old->table != NULL)
		dialogue_free(old); // control knows better: that life is over
	if (cursor_end(&c) != STATUS_OK || cell->slot >= DIALOGUE_LOCAL ||
	    dialogue_open(t, cell->slot, cell->life, &start) == NULL)
		t->shell->count[COUNT_cli_bad_cell]++;
	blob_wipe(&copy);
}

static void on_input(struct dialogue *d, const struct link_cell *cell, struct span payload)
{
	dialogue_input(d, payload);
}

static void on_input_eof(struct dialogue *d, const struct link_cell *cell, struct span payload)
{
	dialogue_input_end(d);
}

static void on_resize(struct dialogue *d, const struct link_cell *cell, struct span payload)
{
	struct dialogue_size size;

	memcpy(&size, cell->body, sizeof(size));
	d->columns = size.columns;
	d->rows = size.rows;
	if (d->guest != NULL)
		guest_resize(d);
}

static void on_signal(struct dialogue *d, const struct link_cell *cell, struct span payload)
{
	char name[8] = "";

	memcpy(name, payload.data, payload.len < 7 ? payload.len : 7);
	if (d->guest != NULL)
		guest_signal(d, span_text(name));
	else if (strcmp(name, "INT") == 0)
		dialogue_interrupt(d);
	else if (strcmp(name, "HUP") == 0 || strcmp(name, "TERM") == 0 ||
	         strcmp(name, "KILL") == 0)
		dialogue_hangup(d);
}

static void on_credit(struct dialogue *d, const struct link_cell *cell, struct span payload)
{
	struct dialogue_count count;

	memcpy(&count, cell->body, sizeof(count));
	dialogue_credit(d, count.bytes);
}

static void on_hangup(struct dialogue *d, const struct link_cell *cell, struct span payload)
{
	dialogue_hangup(d);
}

static void on_reply(struct dialogue *d, const struct link_cell *cell, struct span payload)
{
	struct dialogue_request reply;

	memcpy(&reply, cell->body, sizeof(reply));
	if (reply.job == MONITOR_JOB)
		monitor_reply(d, &reply, payload);
	else if (d->task != NULL)
		task_reply(d->task, &reply, payload);
	shell_queue(d->table->shell, d);
}

void table_cell(struct dialogue_table *t, const struct link_cell *cell, struct span payload)
{
	static void (*const handlers[DIALOGUE_KINDS])(struct dialogue *,
	                                              const struct link_cell *, struct span) = {
	        [DIALOGUE_INPUT] = on_input,   [DIALOGUE_INPUT_EOF] = on_input_eof,
	        [DIALOGUE_RESIZE] = on_resize, [DIALOGUE_SIGNAL] = on_signal,
	        [DIALOGUE_CREDIT] = on_credit, [DIALOGUE_HANGUP] = on_hangup,
	        [DIALOGUE_REPLY] = on_reply,
	};
	struct dialogue *d;

	if (cell->kind == DIALOGUE_OPEN) {
		on_open(t, cell, payload);
		return;
	}
	if (cell->kind == DIALOGUE_EVENT) // nothing is announced yet
		return;
	if (cell->kind >= DIALOGUE_KINDS || handlers[cell->kind] == NULL) {
		t->shell->count[COUNT_cli_bad_cell]++;
		return;
	}
	d = table_find(t, cell->slot, cell->life);
	if (d == NULL)
		t->shell->count[COUNT_cli_stale]++;
	else
		handlers[cell->kind](d, cell, payload);
}
