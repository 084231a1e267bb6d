// Where the output of a display command goes: through filters, as JSON, into a file.
#include "cli/config/config_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define REDIRECT_MAX (16u << 20)

struct redirect {
	char name[256];
	bool append, too_long;
	struct text text;
};

void redirect_free(struct redirect *r)
{
	if (r != NULL)
		text_fini(&r->text);
	free(r);
}

// --- reading the end of the line -----------------------------------------------------------------

static bool wrong(struct task *t, enum match_result result)
{
	t->match.result = result;
	return false;
}

static size_t word_start(struct span s, size_t end)
{
	while (end > 0 && s.data[end - 1] != ' ')
		end--;
	return end;
}

static size_t blanks_before(struct span s, size_t end)
{
	while (end > 0 && s.data[end - 1] == ' ')
		end--;
	return end;
}

// Where "> file" or ">> file" begins at the end of the text; its length when there is none. A
// mark inside an expression is not followed by one last word, or stands in quotes.
static size_t redirect_at(struct span tail, struct span *file)
{
	size_t end = blanks_before(tail, tail.len), from = word_start(tail, end);
	size_t mark_end, mark;

	*file = span_of(tail.data + from, end - from);
	if (end > from && tail.data[from] == '>') {
		size_t skip = end - from > 1 && tail.data[from + 1] == '>' ? 2 : 1;

		*file = span_of(tail.data + from + skip, end - from - skip);
		return from;
	}
	mark_end = blanks_before(tail, from);
	mark = word_start(tail, mark_end);
	if ((mark_end - mark == 1 && tail.data[mark] == '>') ||
	    (mark_end - mark == 2 && memcmp(tail.data + mark, ">>", 2) == 0))
		return mark;
	return tail.len;
}

static bool redirect_start(struct task *t, struct span mark, struct span file, uint16_t *caret)
{
	struct redirect *r;
	char name[256];

	*caret = (uint16_t)(*caret + mark.len);
	if (file.len == 0)
		return wrong(t, MATCH_INCOMPLETE);
	*caret = (uint16_t)(*caret - file.len);
	if (flash_name(file, name) == NULL)
		return wrong(t, MATCH_WRONG);
	if (t->dialogue->role < API_ROLE_ADMIN)
		return wrong(t, MATCH_DENIED);
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return wrong(t, MATCH_DENIED);
	memcpy(r->name, name, sizeof(name));
	r->append = mark.len > 1 && mark.data[1] == '>';
	t->redirect = r;
	return true;
}

static bool is_json(struct span text)
{
	size_t at = 1;

	while (at < text.len && text.data[at] == ' ')
		at++;
	text = span_of(text.data + at, text.len - at);
	text.len = blanks_before(text, text.len);
	return text.len == 4 && strncasecmp((const char *)text.data, "json", 4) == 0;
}

static bool filters_start(struct task *t, struct span text, uint16_t *caret)
{
	static const enum match_result results[] = {
	        [FILTER_UNRECOGNIZED] = MATCH_UNRECOGNIZED,
	        [FILTER_INCOMPLETE] = MATCH_INCOMPLETE,
	        [FILTER_WRONG] = MATCH_WRONG,
	        [FILTER_NONE] = MATCH_INCOMPLETE,
	};
	enum filter_result result;
	uint16_t at = 0;

	if (is_json(text) && (t->match.row->flags & COMMAND_TABLE) != 0) {
		t->json = true;
		return true;
	}
	result = filter_parse(text, &t->filters, &at);
	*caret = (uint16_t)(*caret + at);
	return result == FILTER_OK || wrong(t, results[result]);
}

bool tail_start(struct task *t, struct span line, uint16_t *caret)
{
	uint16_t at = t->match.words.filter;
	struct span tail = span_of(line.data + at, line.len - at), file;
	size_t mark;

	if (at == 0)
		return true;
	tail.len = blanks_before(tail, tail.len);
	mark = redirect_at(tail, &file);
	*caret = at;
	if (mark > 0 && !filters_start(t, span_of(tail.data, mark), caret))
		return false;
	*caret = (uint16_t)(at + mark);
	return mark == tail.len ||
	       redirect_start(t, span_of(tail.data + mark, tail.len - mark), file, caret);
}

// --- into a file -------------------------------------------------------------------------------

bool redirect_add(struct task *t, const char *line, size_t len)
{
	struct redirect *r = t->redirect;

	if (r == NULL)
		return false;
	if (text_left(&r->text) + len > REDIRECT_MAX)
		r->too_long = true;
	else
		text_add(&r->text, line, len);
	return true;
}

static enum turn redirect_written(struct task *t)
{
	if (t->status != STATUS_OK)
		return task_fail(t, "The file was not written: %s.", status_text(t->status));
	return TURN_DONE;
}

// The old content in front of the new.
static enum status redirect_prepend(struct task *t, struct redirect *r)
{
	struct text whole = {0};
	struct blob old;
	enum status status = file_read(task_shell(t)->flash, r->name, REDIRECT_MAX, &old);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	text_add(&whole, old.data, old.len);
	blob_fini(&old);
	text_add(&whole, text_span(&r->text).data, text_left(&r->text));
	text_fini(&r->text);
	r->text = whole;
	return whole.failed ? STATUS_NO_MEMORY : STATUS_OK;
}

// What a command said that failed or was stopped is for whoever typed it.
bool redirect_end(struct task *t)
{
	struct redirect *r = t->redirect;
	enum status status = STATUS_OK;

	if (r == NULL)
		return false;
	t->redirect = NULL;
	if (t->aborted) {
		redirect_free(r);
		return false;
	}
	if (t->failed) {
		text_add(&t->pending, text_span(&r->text).data, text_left(&r->text));
		redirect_free(r);
		return true;
	}
	if (r->append)
		status = redirect_prepend(t, r);
	if (r->too_long || r->text.failed)
		status = STATUS_TOO_LONG;
	if (status == STATUS_OK)
		t->done = task_file_write(t, r->name, &r->text, redirect_written) == TURN_DONE;
	else
		task_fail(t, "The file was not written: %s.", status_text(status));
	redirect_free(r);
	return true;
}

void task_table(struct task *t, const struct table *table)
{
	table_begin(&t->table, table, &t->pending, t->json);
}

enum turn task_table_end(struct task *t)
{
	table_end(&t->table);
	return TURN_DONE;
}
