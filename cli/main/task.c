// Commands that run: matching, steps, calls to control, questions.
#include "cli/main/task.h"
#include "cli/tree/arg.h"
#include "dataplane/base/trace.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

// --- starting ----------------------------------------------------------------------------------

static struct task *task_new(struct dialogue *d)
{
	struct shell *shell = d->table->shell;
	struct task *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		shell->count[COUNT_cli_no_memory]++;
		dialogue_close(d, 255);
		return NULL;
	}
	t->dialogue = d;
	if (++shell->tasks > shell->tasks_peak)
		shell->tasks_peak = shell->tasks;
	return t;
}

void task_free(struct task *t)
{
	if (t == NULL)
		return;
	t->dialogue->table->shell->tasks--;
	if (t->own_fini != NULL && t->own != NULL)
		t->own_fini(t->own);
	free(t->own);
	text_fini(&t->pending);
	if (t->answer.data != NULL)
		explicit_bzero(t->answer.data, t->answer.len);
	text_fini(&t->answer);
	text_fini(&t->file);
	text_fini(&t->name);
	filter_free(t->filters);
	redirect_free(t->redirect);
	blob_wipe(&t->request);
	blob_wipe(&t->reply);
	explicit_bzero(t, sizeof(*t));
	free(t);
}

static void script_error(struct dialogue *d)
{
	d->failed = true;
	if (d->script != NULL && d->script->errors++ == 0)
		d->script->bad_line = d->script->line;
}

void show_wrong(struct dialogue *d, enum match_result result, uint16_t caret)
{
	struct text text = {0};
	char prompt[DIALOGUE_PROMPT_MAX];
	size_t at = caret;

	if (result != MATCH_DENIED) {
		if (dialogue_is_interactive(d))
			at += dialogue_prompt(d, prompt);
		text_repeat(&text, ' ', at);
		text_puts(&text, "^\n");
	}
	text_format(&text, "%s\n", match_text(result));
	output_line(d, text_span(&text));
	text_fini(&text);
}

static void answer_wrong(struct dialogue *d, enum match_result result, uint16_t caret)
{
	script_error(d);
	d->table->shell->count[COUNT_cli_wrong]++;
	if (result == MATCH_DENIED)
		d->table->shell->count[COUNT_cli_denied]++;
	show_wrong(d, result, caret);
}

// Try the view, then the views around it; of two failures the one that understood more is told.
void match_in_views(struct task *t, struct span line)
{
	struct dialogue *d = t->dialogue;
	struct match *m = &t->match;
	const struct tree *trees = d->table->shell->trees;
	enum match_result first;
	uint16_t caret, good;
	struct access access = dialogue_access(d);
	uint8_t view = d->view;

	TRACE_STEP(d->slot, d->life);
	match_line(m, &trees[view], line, &access);
	first = m->result;
	caret = m->caret;
	good = m->good;
	while (m->result != MATCH_OK && m->result != MATCH_EMPTY && m->result != MATCH_DENIED &&
	       views[view].parent != VIEW_USER && view != VIEW_USER) {
		view = (uint8_t)views[view].parent;
		match_words(m, &trees[view], &access);
		if (m->result == MATCH_OK || m->result == MATCH_DENIED)
			return;
		if (m->good > good) {
			first = m->result;
			caret = m->caret;
			good = m->good;
		}
	}
	m->result = first;
	m->caret = caret;
}

static struct span line_trim(struct span line)
{
	while (line.len > 0 &&
	       (line.data[line.len - 1] == ' ' || line.data[line.len - 1] == '\t'))
		line.len--;
	return line;
}

static void remember(struct dialogue *d, const struct task *t, struct span line)
{
	struct history_entry entry = {.at = (uint64_t)time(NULL)};
	char command[COMMAND_LINE_MAX + 1];

	if (d->loading)
		return;
	command_log(d, &t->match);
	if ((t->match.row->flags & (COMMAND_SECRET | COMMAND_UNKEPT)) != 0)
		return;
	line = line_trim(line);
	snprintf(command, sizeof(command), "%.*s", (int)line.len, (const char *)line.data);
	entry.command = command;
	snprintf(entry.user, sizeof(entry.user), "%s", d->user != NULL ? d->user : "**");
	dialogue_peer(d, entry.peer);
	(void)dialogue_terminal(d, entry.terminal);
	history_all_add(&d->table->shell->history_all, &entry);
	if (d->type == DIALOGUE_SHELL)
		history_add(&d->history, line, d->table->shell->history);
}

// Lines that are no commands: comments, and the hexadecimal text of a key.
static bool line_is_special(struct dialogue *d, struct span line)
{
	size_t at = 0;

	while (at < line.len && (line.data[at] == ' ' || line.data[at] == '\t'))
		at++;
	if (at == line.len)
		return true;
	if (line.data[at] == '#') {
		if (d->loading && d->view != VIEW_SYSTEM)
			dialogue_view(d, VIEW_SYSTEM, span_of(NULL, 0));
		return true;
	}
	return d->view == VIEW_KEY_CODE && key_code_line(d, line);
}

// The line that an alias at its front stands for, in `out`; else the line itself.
static struct span line_expand(struct dialogue *d, struct span line, struct text *out)
{
	const struct shell_list *aliases = &d->table->shell->aliases;
	const struct blob *command;
	struct words words;

	if (aliases->count == 0 || d->loading)
		return line;
	words_parse(&words, line);
	command = words.count > 0 ? shell_entry(aliases, words_at(&words, 0)) : NULL;
	if (command == NULL)
		return line;
	return alias_expand(span_blob(command), line, out) ? text_span(out) : span_of(NULL, 0);
}

static bool line_start(struct dialogue *d, struct span line, struct span typed)
{
	struct task *t;
	uint16_t caret;

	if (line.len > WORDS_TEXT_MAX) {
		answer_wrong(d, MATCH_TOO_MANY, (uint16_t)typed.len);
		return false;
	}
	t = task_new(d);
	if (t == NULL)
		return false;
	match_in_views(t, line);
	if (t->match.result != MATCH_OK) {
		caret = t->match.caret;
		if (t->match.result != MATCH_EMPTY)
			answer_wrong(d, t->match.result,
			             caret < typed.len ? caret : (uint16_t)typed.len);
		task_free(t);
		return false;
	}
	if (!tail_start(t, line, &caret)) {
		answer_wrong(d, t->match.result,
		             caret < typed.len ? caret : (uint16_t)typed.len);
		task_free(t);
		return false;
	}
	remember(d, t, typed);
	d->table->shell->count[COUNT_cli_commands]++;
	t->row = t->match.row;
	t->next = t->row->run;
	if (d->table->shell->ran != NULL)
		d->table->shell->ran(t->row);
	d->task = t;
	return true;
}

bool task_start(struct dialogue *d, struct span line)
{
	struct text text = {0};
	struct span whole;
	bool started = false;

	if (line.len > WORDS_TEXT_MAX) {
		answer_wrong(d, MATCH_TOO_MANY, WORDS_TEXT_MAX);
		return false;
	}
	if (memchr(line.data, 0, line.len) != NULL || line_is_special(d, line))
		return false;
	whole = line_expand(d, line, &text);
	if (whole.data == NULL)
		answer_wrong(d, MATCH_INCOMPLETE, (uint16_t)line.len);
	else
		started = line_start(d, whole, line);
	text_fini(&text);
	return started;
}

bool task_begin(struct dialogue *d, enum turn (*run)(struct task *t))
{
	d->task = task_new(d);
	if (d->task == NULL)
		return false;
	d->task->next = run;
	shell_queue(d->table->shell, d);
	return true;
}

// --- steps -------------------------------------------------------------------------------------

static enum dialogue_turn request_send(struct task *t)
{
	struct dialogue *d = t->dialogue;
	struct dialogue_request body = {
	        .job = t->job, .call = t->call, .cursor = t->ask_cursor};
	struct link_cell cell = {.kind = DIALOGUE_REQUEST,
	                         .slot = d->slot,
	                         .life = d->life,
	                         .buffer = LINK_NO_BUFFER};

	memcpy(cell.body, &body, sizeof(body));
	if (!d->table->port->send(d->table->port, &cell,
	                          span_of(t->request.data, t->request_len)))
		return DIALOGUE_BLOCKED;
	t->unsent = false;
	if (t->call != API_PUT && t->call != API_DELETE)
		blob_wipe(&t->request); // those two are followed once they are done
	return DIALOGUE_AGAIN;
}

static void task_finish(struct task *t)
{
	struct dialogue *d = t->dialogue;
	bool close = t->close;

	if (t->failed)
		script_error(d);
	task_free(t);
	d->task = NULL;
	if (close)
		dialogue_close(d, dialogue_is_interactive(d) ? 0 : d->failed);
	else
		show_prompt(d);
}

static void command_run(struct task *t)
{
	TRACE_STEP(t->dialogue->slot, t->dialogue->life);
	t->done = t->next(t) == TURN_DONE;
}

enum dialogue_turn task_step(struct task *t)
{
	bool did = false;

	if (t->unsent && request_send(t) == DIALOGUE_BLOCKED)
		return DIALOGUE_BLOCKED;
	if (!t->done && t->wait == WAIT_NOTHING && task_room(t)) {
		command_run(t);
		did = true;
		if (t->unsent && request_send(t) == DIALOGUE_BLOCKED)
			return DIALOGUE_BLOCKED;
	}
	did |= output_emit(t);
	if (t->done && text_left(&t->pending) == 0 && !t->more_shown) {
		if (!redirect_end(t))
			task_finish(t);
		return DIALOGUE_AGAIN;
	}
	return did ? DIALOGUE_AGAIN : DIALOGUE_IDLE;
}

bool task_room(const struct task *t)
{
	return text_left(&t->pending) < TASK_PENDING_HIGH && !t->more_shown &&
	       text_left(&t->dialogue->out) < DIALOGUE_OUT_HIGH;
}

void task_abort(struct task *t)
{
	struct dialogue *d = t->dialogue;

	if (t->wait == WAIT_FILE || t->locked) { // what touches a disk is finished
		t->break_wanted = true;
		return;
	}
	if (t->more_shown)
		text_puts(&d->out, "\r\n");
	t->more_shown = false;
	text_fini(&t->pending);
	if (t->interrupted != NULL)
		t->interrupted(t);
	t->wait = WAIT_NOTHING;
	t->unsent = false;
	t->job = 0;
	t->aborted = t->done = true;
	shell_queue(d->table->shell, d);
}

// --- files -------------------------------------------------------------------------------------

void task_resume(struct shell *shell, struct dialogue_table *table, uint32_t slot,
                 uint32_t life, uint32_t job, enum status status)
{
	struct dialogue *d = table_find(table, slot, life);

	if (d == NULL || d->task == NULL || d->task->wait != WAIT_FILE || d->task->job != job)
		return;
	d->task->status = status;
	d->task->wait = WAIT_NOTHING;
	shell_queue(shell, d);
}

// --- failing and small things ------------------------------------------------------------------

enum turn task_fail(struct task *t, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	task_print(t, " %% %s\n", text);
	t->failed = true;
	t->dialogue->table->shell->count[COUNT_cli_wrong]++;
	return TURN_DONE;
}

enum turn task_fail_status(struct task *t, enum status status)
{
	const char *text = status_text(status);

	if (status == STATUS_DENIED) {
		t->failed = true;
		t->dialogue->table->shell->count[COUNT_cli_denied]++;
		task_print(t, "%s\n", match_text(MATCH_DENIED));
		return TURN_DONE;
	}
	return task_fail(t, "%c%s.", toupper((unsigned char)text[0]), text + 1);
}

struct span task_arg(const struct task *t, uint8_t arg)
{
	return match_arg(&t->match, arg, 0);
}

bool task_has(const struct task *t, const char *literal)
{
	return match_has(&t->match, literal);
}

struct shell *task_shell(const struct task *t)
{
	return t->dialogue->table->shell;
}

void *task_own(struct task *t, size_t size, void (*fini)(void *own))
{
	if (t->own_fini != NULL && t->own != NULL)
		t->own_fini(t->own);
	free(t->own);
	t->own = calloc(1, size);
	t->own_fini = fini;
	return t->own;
}
