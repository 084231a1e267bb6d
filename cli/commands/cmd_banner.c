// What is said at login.
#include "cli/commands/commands.h"

#include <stdio.h>
#include <stdlib.h>

#define BANNER_MAX 800u

static const char *const kinds[] = {"incoming", "legal", "login", "motd", "shell"};

static struct span kind_typed(const struct task *t)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (task_has(t, kinds[i]))
			return span_text(kinds[i]);
	return span_text("shell");
}

static enum turn banner_put(struct task *t)
{
	struct api_record r = {.class = API_CLASS_BANNER, .key = kind_typed(t)};

	if (text_left(&t->name) > BANNER_MAX)
		return task_fail(t, "The banner is longer than %u characters.", BANNER_MAX);
	record_add_text(&r, API_BANNER_TEXT, text_span(&t->name));
	return task_put(t, &r, task_end);
}

// Line by line until the mark, which t->cursor keeps.
static enum turn banner_line(struct task *t)
{
	struct span line = text_span(&t->answer);
	const uint8_t *mark = line.len > 0 ? memchr(line.data, (int)t->cursor, line.len) : NULL;

	if (t->answer_ended)
		return task_fail(t, "The banner was not finished.");
	text_add(&t->name, line.data, mark != NULL ? (size_t)(mark - line.data) : line.len);
	if (text_left(&t->name) > BANNER_MAX || mark != NULL) {
		if (mark == line.data && text_left(&t->name) > 0 &&
		    t->name.data[t->name.len - 1] == '\n')
			t->name.len--; // the mark stood on a line of its own
		return banner_put(t);
	}
	text_puts(&t->name, "\n");
	return task_question(t, false, banner_line, "");
}

// "\\n" is a line's end, so that a banner of several lines is one command.
static void banner_unescape(struct text *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		bool pair = s.data[i] == '\\' && i + 1 < s.len;

		if (pair && s.data[i + 1] == 'n')
			text_puts(out, "\n");
		else if (pair && s.data[i + 1] == '\\')
			text_puts(out, "\\");
		else
			text_add(out, &s.data[i], 1);
		i += pair && (s.data[i + 1] == 'n' || s.data[i + 1] == '\\');
	}
}

// The first character of the text is its mark; when it does not come again, more lines follow.
static enum turn run_header(struct task *t)
{
	struct text typed = {0};
	struct span word;
	const uint8_t *end;

	text_fini(&t->name);
	t->cursor = '%';
	for (uint32_t i = 0; (word = match_arg(&t->match, ARG_BANNER_WORD, i)).len > 0; i++) {
		if (i > 0)
			text_puts(&typed, " ");
		text_add(&typed, word.data, word.len);
	}
	if (text_left(&typed) == 0)
		return task_question(t, false, banner_line,
		                     "Please input banner content, and quit with the "
		                     "character '%'.\n");
	t->cursor = (uint8_t)typed.data[0];
	word = span_of(typed.data + 1, typed.len - 1);
	end = word.len > 0 ? memchr(word.data, (int)t->cursor, word.len) : NULL;
	banner_unescape(&t->name,
	                end != NULL ? span_of(word.data, (size_t)(end - word.data)) : word);
	text_fini(&typed);
	if (end != NULL)
		return banner_put(t);
	if (text_left(&t->name) > 0)
		text_puts(&t->name, "\n");
	return task_question(t, false, banner_line, "");
}

static enum turn undo_done(struct task *t)
{
	return t->status == STATUS_NOT_FOUND ? TURN_DONE : task_end(t);
}

static enum turn run_undo_header(struct task *t)
{
	return task_delete(t, API_CLASS_BANNER, kind_typed(t), undo_done);
}

static char banner_mark(struct span text)
{
	static const char marks[] = "%^~&+=@!*";

	for (const char *m = marks; *m != 0; m++)
		if (memchr(text.data, *m, text.len) == NULL)
			return *m;
	return '\001';
}

static void emit_header(struct config_out *out, const struct command *row,
                        const struct api_record *record)
{
	struct span text = record_text(record, API_BANNER_TEXT);
	struct text line = {0};
	char mark;

	if (text.len == 0)
		return;
	mark = banner_mark(text);
	text_format(&line, "\"%c", mark);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\n')
			text_puts(&line, "\\\\n"); // a backslash is quoted by another
		else if (text.data[i] == '\\')
			text_puts(&line, "\\\\\\\\");
		else if (text.data[i] == '"')
			text_puts(&line, "\\\"");
		else
			text_add(&line, &text.data[i], 1);
	}
	text_format(&line, "%c\"", mark);
	config_line(out, 1, "header %.*s %.*s", (int)record->key.len,
	            (const char *)record->key.data, (int)text_left(&line), line.data);
	text_fini(&line);
}

// clang-format off
#define KINDS "{ incoming | legal | login | motd | shell }"
static const struct command banner[] = {
	{ "header " KINDS " [ BANNER... ]", run_header, API_ROLE_ADMIN, "Specify what is said at login", API_CLASS_BANNER, API_BANNER_TEXT, 0, emit_header },
	{ "undo header " KINDS,      run_undo_header, API_ROLE_ADMIN, "Say it no more" },
	{ "copyright-info enable",      run_flag, API_ROLE_ADMIN, "Show the copyright at login", API_CLASS_SHELL, API_SHELL_COPYRIGHT, 1 },
	{ "undo copyright-info enable", run_flag, API_ROLE_ADMIN, "Do not show the copyright at login", API_CLASS_SHELL, API_SHELL_COPYRIGHT, 0, emit_flag },
};
// clang-format on

TABLE(banner);
