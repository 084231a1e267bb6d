// The line editor.
#include "cli/term/line.h"

#include <ctype.h>

#define CTRL(letter) ((letter) - '@')
#define BELL         "\a"

// --- columns: a UTF-8 character is one, whatever its bytes -------------------------------------

static bool is_continuation(char b)
{
	return ((unsigned char)b & 0xc0) == 0x80;
}

static size_t columns(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += !is_continuation(text[i]);
	return n;
}

static size_t before(const struct line *l, size_t at)
{
	do
		at--;
	while (at > 0 && is_continuation(l->text[at]));
	return at;
}

static size_t after(const struct line *l, size_t at)
{
	do
		at++;
	while (at < l->len && is_continuation(l->text[at]));
	return at;
}

static size_t word_left(const struct line *l)
{
	size_t at = l->at;

	while (at > 0 && l->text[at - 1] == ' ')
		at--;
	while (at > 0 && l->text[at - 1] != ' ')
		at--;
	return at;
}

static size_t word_right(const struct line *l)
{
	size_t at = l->at;

	while (at < l->len && l->text[at] == ' ')
		at++;
	while (at < l->len && l->text[at] != ' ')
		at++;
	return at;
}

// --- showing -----------------------------------------------------------------------------------

static void show(const struct line *l, struct text *out, size_t from, size_t to)
{
	if (!l->hidden)
		text_add(out, l->text + from, to - from);
}

static void back(const struct line *l, struct text *out, size_t from, size_t to)
{
	if (!l->hidden)
		text_repeat(out, '\b', columns(l->text + from, to - from));
}

static void move_to(struct line *l, struct text *out, size_t at)
{
	if (at < l->at)
		back(l, out, at, l->at);
	else
		show(l, out, l->at, at);
	l->at = (uint16_t)at;
}

// Remove text[from, to); the cursor ends at `from`.
static void cut(struct line *l, struct text *out, size_t from, size_t to)
{
	size_t gone = columns(l->text + from, to - from);

	if (to == from)
		return;
	move_to(l, out, from);
	memmove(l->text + from, l->text + to, l->len - to);
	l->len = (uint16_t)(l->len - (to - from));
	if (l->hidden)
		return;
	show(l, out, from, l->len);
	text_repeat(out, ' ', gone);
	text_repeat(out, '\b', gone);
	back(l, out, from, l->len);
}

static void insert(struct line *l, struct text *out, uint8_t byte)
{
	if (l->len == COMMAND_LINE_MAX) {
		l->too_long = true;
		text_puts(out, BELL);
		return;
	}
	memmove(l->text + l->at + 1, l->text + l->at, (size_t)(l->len - l->at));
	l->text[l->at] = (char)byte;
	l->len++;
	l->at++;
	show(l, out, l->at - 1u, l->len);
	if (l->at < l->len)
		back(l, out, l->at, l->len);
}

void line_clear(struct line *l)
{
	l->len = l->at = 0;
	l->tab_count = 0;
	l->escape = 0;
	l->too_long = false;
}

void line_replace(struct line *l, struct span text, struct text *out)
{
	size_t gone = columns(l->text, l->len), now;

	move_to(l, out, 0);
	if (text.len > COMMAND_LINE_MAX)
		text.len = COMMAND_LINE_MAX;
	memcpy(l->text, text.data, text.len);
	l->len = l->at = (uint16_t)text.len;
	l->too_long = false;
	show(l, out, 0, l->len);
	now = columns(l->text, l->len);
	if (gone > now && !l->hidden) {
		text_repeat(out, ' ', gone - now);
		text_repeat(out, '\b', gone - now);
	}
}

void line_redraw(const struct line *l, struct text *out)
{
	show(l, out, 0, l->len);
	back(l, out, l->at, l->len);
}

// --- keys --------------------------------------------------------------------------------------

enum { ESCAPE_NONE, ESCAPE_SEEN, ESCAPE_BRACKET, ESCAPE_NUMBER };

static enum line_event arrow_key(struct line *l, uint8_t key, struct text *out)
{
	switch (key) {
	case 'A':
		return LINE_OLDER;
	case 'B':
		return LINE_NEWER;
	case 'C':
		if (l->at < l->len)
			move_to(l, out, after(l, l->at));
		break;
	case 'D':
		if (l->at > 0)
			move_to(l, out, before(l, l->at));
		break;
	case 'H':
		move_to(l, out, 0);
		break;
	case 'F':
		move_to(l, out, l->len);
		break;
	}
	return LINE_NONE;
}

static void tilde_key(struct line *l, struct text *out)
{
	if (l->argument == '1' || l->argument == '7')
		move_to(l, out, 0);
	else if (l->argument == '4' || l->argument == '8')
		move_to(l, out, l->len);
	else if (l->argument == '3' && l->at < l->len)
		cut(l, out, l->at, after(l, l->at));
}

static void escape_word(struct line *l, uint8_t key, struct text *out)
{
	if (key == 'b' || key == 'B')
		move_to(l, out, word_left(l));
	else if (key == 'f' || key == 'F')
		move_to(l, out, word_right(l));
	else if (key == 'd' || key == 'D')
		cut(l, out, l->at, word_right(l));
}

static enum line_event escape_key(struct line *l, uint8_t key, struct text *out)
{
	uint8_t was = l->escape;

	l->escape = ESCAPE_NONE;
	if (was == ESCAPE_SEEN && (key == '[' || key == 'O')) {
		l->escape = ESCAPE_BRACKET;
	} else if (was == ESCAPE_SEEN) {
		escape_word(l, key, out);
	} else if (isdigit(key) || key == ';') {
		l->escape = ESCAPE_NUMBER; // the first digit tells; modifiers are ignored
		if (was == ESCAPE_BRACKET)
			l->argument = key;
	} else if (key == '~') {
		tilde_key(l, out);
	} else {
		return arrow_key(l, key, out);
	}
	return LINE_NONE;
}

static enum line_event control_key(struct line *l, uint8_t key, struct text *out)
{
	switch (key) {
	case '\r':
	case '\n':
		return LINE_ENTER;
	case '\t':
		return l->plain ? LINE_NONE : LINE_TAB;
	case CTRL('A'):
		move_to(l, out, 0);
		break;
	case CTRL('B'):
		return arrow_key(l, 'D', out);
	case CTRL('C'):
		return LINE_INTERRUPT;
	case CTRL('D'):
		if (l->at < l->len)
			cut(l, out, l->at, after(l, l->at));
		break;
	case CTRL('E'):
		move_to(l, out, l->len);
		break;
	case CTRL('F'):
		return arrow_key(l, 'C', out);
	case CTRL('G'):
	case CTRL('L'):
	case CTRL('O'):
	case CTRL('T'):
	case CTRL('U'):
		l->hotkey = (char)(key + '@');
		return LINE_HOTKEY;
	case CTRL('H'):
	case 0x7f:
		if (l->at > 0)
			cut(l, out, before(l, l->at), l->at);
		break;
	case CTRL('N'):
		return LINE_NEWER;
	case CTRL('P'):
		return LINE_OLDER;
	case CTRL('R'):
		return LINE_REDRAW;
	case CTRL('W'):
		cut(l, out, word_left(l), l->at);
		break;
	case CTRL('X'):
		cut(l, out, 0, l->at);
		break;
	case CTRL('Y'):
		cut(l, out, l->at, l->len);
		break;
	case CTRL('Z'):
		return LINE_LEAVE;
	case CTRL('['):
		l->escape = ESCAPE_SEEN;
		break;
	case CTRL(']'):
		return LINE_DISCONNECT;
	}
	return LINE_NONE;
}

enum line_event line_key(struct line *l, uint8_t key, struct text *out)
{
	if (key != '\t' && l->tab_count > 0)
		l->tab_count = 0;
	if (l->escape != ESCAPE_NONE && key >= ' ')
		return escape_key(l, key, out);
	l->escape = ESCAPE_NONE;
	if (key < ' ' || key == 0x7f)
		return control_key(l, key, out);
	if (key == '?' && !l->plain && l->at == l->len && !words_open_quote(line_span(l)))
		return LINE_HELP;
	insert(l, out, key);
	return LINE_NONE;
}
