// What was typed: held until it can be read, then given to the line editor, a question, the pager,
// or taken as bare lines.
#include "cli/main/dialogue_line.h"
#include "cli/main/input.h"
#include "cli/main/task.h"
#include "dataplane/base/trace.h"

#include <stdlib.h>

#define BYTES_PER_STEP 256

// --- holding what is not read yet --------------------------------------------------------------

static bool input_hold(struct dialogue *d, struct span bytes)
{
	struct input *last = d->input_last, *chunk;
	size_t room = last != NULL ? last->max - last->len : 0;
	size_t first = bytes.len < room ? bytes.len : room;
	size_t rest = bytes.len - first, max = rest > INPUT_CHUNK ? rest : INPUT_CHUNK;

	if (rest > 0) {
		chunk = malloc(sizeof(*chunk) + max);
		if (chunk == NULL)
			return false;
		*chunk = (struct input){.len = (uint32_t)rest, .max = (uint32_t)max};
		memcpy(chunk->data, bytes.data + first, rest);
		if (last != NULL)
			last->next = chunk;
		else
			d->input = chunk;
		d->input_last = chunk;
	}
	if (first > 0) {
		memcpy(last->data + last->len, bytes.data, first);
		last->len += (uint32_t)first;
	}
	return true;
}

void dialogue_input(struct dialogue *d, struct span bytes)
{
	struct shell *shell = d->table->shell;

	TRACE_STEP(d->slot, d->life);
	if (d->closing || bytes.len == 0)
		return;
	d->active_us = shell->now_us;
	if (d->held + d->consumed + bytes.len > dialogue_input_window(d->type)) {
		shell->count[COUNT_cli_overrun]++;
		dialogue_close(d, 255);
		return;
	}
	if (!input_hold(d, bytes)) {
		shell->count[COUNT_cli_no_memory]++;
		dialogue_close(d, 255);
		return;
	}
	d->held += bytes.len;
	d->received += bytes.len;
	shell->count[COUNT_cli_bytes_in] += bytes.len;
	shell->input_bytes += bytes.len;
	if (shell->input_bytes > shell->input_peak)
		shell->input_peak = shell->input_bytes;
	// The escape key, Ctrl+C, stops a running command even behind other typing, which stays in
	// order.
	if (d->task != NULL && dialogue_is_interactive(d) && d->task->wait != WAIT_ANSWER &&
	    memchr(bytes.data, shell->escape_key, bytes.len) != NULL)
		task_abort(d->task);
	if (d->script != NULL && memchr(bytes.data, shell->escape_key, bytes.len) != NULL)
		dialogue_repeat_stop(d);
	shell_queue(shell, d);
}

void dialogue_input_end(struct dialogue *d)
{
	d->input_ended = true;
	shell_queue(d->table->shell, d);
}

bool input_peek(const struct dialogue *d, uint8_t *byte)
{
	if (d->input == NULL)
		return false;
	*byte = d->input->data[d->input->at];
	return true;
}

size_t input_copy(const struct dialogue *d, uint8_t *out, size_t max)
{
	size_t len = 0;

	for (const struct input *i = d->input; i != NULL && len < max; i = i->next)
		for (uint32_t at = i->at; at < i->len && len < max; at++)
			out[len++] = i->data[at];
	return len;
}

void input_take(struct dialogue *d, size_t len)
{
	d->held -= len;
	d->consumed += len;
	d->table->shell->input_bytes -= len;
	while (len > 0) {
		struct input *first = d->input;
		size_t here = first->len - first->at;

		if (len < here) {
			first->at += (uint32_t)len;
			return;
		}
		len -= here;
		d->input = first->next;
		if (d->input == NULL)
			d->input_last = NULL;
		free(first);
	}
}

void input_fini(struct dialogue *d)
{
	if (d->held > 0)
		input_take(d, d->held);
}

// --- without a terminal ------------------------------------------------------------------------

// Gather a bare line in d->line. True when it is complete.
static bool plain_line(struct dialogue *d, bool *did)
{
	uint8_t key;

	for (int i = 0; i < BYTES_PER_STEP && input_peek(d, &key); i++) {
		struct line *l;

		*did = true;
		input_take(d, 1);
		if (is_line_rest(d, key))
			continue;
		l = line_take(d, true, false);
		if (l == NULL)
			return false;
		if (key == '\r' || key == '\n')
			return true;
		if (l->len < COMMAND_LINE_MAX)
			l->text[l->len++] = (char)key;
		else
			l->too_long = true;
	}
	return d->input == NULL && d->input_ended && d->line != NULL;
}

static bool plain_step(struct dialogue *d)
{
	bool did = false;

	if (plain_line(d, &did)) {
		line_enter(d);
		return true;
	}
	if (!did && !d->closing && d->input_ended && d->input == NULL) {
		dialogue_close(d, d->failed);
		return true;
	}
	return did;
}

// A round is over: is there another? Then it begins after the delay.
static bool script_again(struct dialogue *d)
{
	struct script *s = d->script;

	if (!s->endless && s->rounds == 0)
		return false;
	s->rounds -= !s->endless;
	s->at = 0;
	s->due_us = d->table->shell->now_us + s->delay_us;
	if (s->delay_us > 0)
		wheel_arm(&d->table->wheel, d->slot - d->table->first, s->due_us);
	return true;
}

static bool script_step(struct dialogue *d)
{
	struct script *s = d->script;
	const char *from = s->text + s->at;
	size_t left = s->len - s->at, len = 0;

	if (s->due_us > d->table->shell->now_us)
		return false;
	s->due_us = 0;
	if (left == 0 && script_again(d))
		return true;
	if (left == 0) {
		if (s->done != NULL)
			s->done(s->owner, d);
		else
			dialogue_close(d, d->failed);
		return true;
	}
	while (len < left && from[len] != '\n')
		len++;
	s->at += len < left ? len + 1 : len;
	s->line++;
	while (len > 0 && from[len - 1] == '\r')
		len--;
	if (s->repeats && dialogue_is_interactive(d)) {
		output_line(d, span_of(from, len));
		text_puts(&d->out, "\r\n");
	}
	line_run(d, span_of(from, len));
	return true;
}

// --- questions and the pager -------------------------------------------------------------------

static bool answer_step(struct dialogue *d)
{
	struct task *t = d->task;
	bool did = false;
	uint8_t key;

	if (!dialogue_is_interactive(d)) {
		if (plain_line(d, &did)) {
			task_answer(t, line_span(d->line));
			line_drop(d);
			return true;
		}
		if (!did && d->input_ended && d->input == NULL) {
			task_no_answer(t);
			return true;
		}
		return did;
	}
	while (!d->closing && input_peek(d, &key) && text_left(&d->out) < DIALOGUE_OUT_HIGH) {
		enum line_event event;

		did = true;
		input_take(d, 1);
		if (is_line_rest(d, key))
			continue;
		if (line_take(d, true, t->hidden_answer) == NULL)
			return true;
		event = line_key(d->line, key, &d->out);
		if (event != LINE_ENTER && event != LINE_INTERRUPT && event != LINE_LEAVE)
			continue;
		text_puts(&d->out, "\r\n");
		if (event == LINE_ENTER)
			task_answer(t, line_span(d->line));
		else
			task_abort(t);
		line_drop(d);
		return true;
	}
	if (!did && d->input_ended && d->input == NULL) {
		task_no_answer(t);
		return true;
	}
	return did;
}

// Keys at "---- More ----". Anything that is no such key was typed ahead for the prompt: then the
// rest is shown without stopping, and nothing is lost.
static size_t pager_key(const uint8_t *keys, size_t len, char *meaning)
{
	*meaning = 0;
	switch (keys[0]) {
	case ' ':
	case '\r':
	case '\n':
	case 'q':
	case 'Q':
		*meaning = (char)keys[0];
		return 1;
	case 3:
		*meaning = 'q';
		return 1;
	case 27:
		if (len >= 4 && keys[1] == '[' && keys[3] == '~') {
			*meaning = ' ';
			return 4;
		}
		if (len >= 3 && keys[1] == '[' && keys[2] >= 'A') {
			*meaning = '\r';
			return 3;
		}
		return len >= 4 ? 1 : 0;
	default:
		*meaning = '*';
		return 0;
	}
}

static bool pager_step(struct dialogue *d)
{
	uint8_t keys[64];
	size_t len = input_copy(d, keys, sizeof(keys)), taken;
	char meaning;

	if (len == 0) {
		if (d->input_ended)
			pager_go_on(d->task, '*');
		return d->input_ended;
	}
	if (len > 1 && d->last_cr && keys[0] == '\n') {
		d->last_cr = 0;
		input_take(d, 1);
		return true;
	}
	for (size_t i = 0; i < len; i++) {
		if (pager_key(keys + i, len - i, &meaning) == 0 && meaning == '*' &&
		    keys[0] != 27) {
			pager_go_on(d->task, '*');
			return true;
		}
	}
	if (is_line_rest(d, keys[0])) {
		input_take(d, 1);
		return true;
	}
	taken = pager_key(keys, len, &meaning);
	if (taken == 0)
		return false;
	input_take(d, taken);
	pager_go_on(d->task, meaning);
	return true;
}

// --- who reads ----------------------------------------------------------------------------------

bool input_step(struct dialogue *d)
{
	uint8_t key;

	if (d->closing || text_left(&d->out) >= DIALOGUE_OUT_HIGH)
		return false;
	if (d->task != NULL) {
		if (d->task->more_shown)
			return pager_step(d);
		if (d->task->wait == WAIT_ANSWER && text_left(&d->task->pending) == 0)
			return answer_step(d);
		if (dialogue_is_interactive(d) && input_peek(d, &key) &&
		    key == d->table->shell->escape_key && d->task->wait != WAIT_FILE) {
			input_take(d, 1);
			task_abort(d->task);
			return true;
		}
		return false;
	}
	if (d->script != NULL)
		return script_step(d);
	return dialogue_is_interactive(d) ? keys_step(d) : plain_step(d);
}
