// The line editor: bytes in, bytes out.
#include "cli/term/history.h"
#include "cli/term/line.h"
#include "tests/unit/check.h"

static struct line line;
static struct text out;

static enum line_event type(const char *keys)
{
	enum line_event event = LINE_NONE;

	text_fini(&out);
	for (const char *k = keys; *k != 0; k++)
		event = line_key(&line, (uint8_t)*k, &out);
	text_add(&out, "", 1);
	return event;
}

static void begin(const char *keys)
{
	line = (struct line){0};
	type(keys);
}

static void line_is(const char *text, size_t at)
{
	line.text[line.len] = 0;
	CHECK_TEXT(line.text, text);
	CHECK_EQ(line.at, at);
}

TEST(typing_at_the_end_echoes_the_bytes_and_nothing_else)
{
	begin("");
	type("display version");
	CHECK_TEXT(out.data, "display version");
	line_is("display version", 15);
}

TEST(backspace_at_the_end_erases_one_column)
{
	begin("ab");
	type("\177");
	CHECK_TEXT(out.data, "\b \b");
	type("\b");
	line_is("", 0);
	type("\b");
	CHECK_TEXT(out.data, "");
}

TEST(typing_in_the_middle_rewrites_the_rest)
{
	begin("ac\002");
	type("b");
	CHECK_TEXT(out.data, "bc\b");
	line_is("abc", 2);
}

TEST(backspace_in_the_middle_pulls_the_rest_left)
{
	begin("abc\002");
	type("\b");
	CHECK_TEXT(out.data, "\bc \b\b");
	line_is("ac", 1);
}

TEST(home_and_end_move_with_backspaces_and_the_text_itself)
{
	begin("abc");
	type("\001");
	CHECK_TEXT(out.data, "\b\b\b");
	type("\005");
	CHECK_TEXT(out.data, "abc");
}

TEST(arrow_keys_move_and_ask_for_history)
{
	begin("ab\033[D");
	line_is("ab", 1);
	CHECK_EQ(type("\033[C"), LINE_NONE);
	line_is("ab", 2);
	CHECK_EQ(type("\033[A"), LINE_OLDER);
	CHECK_EQ(type("\033OB"), LINE_NEWER);
	CHECK_EQ(type("\033[H"), LINE_NONE);
	line_is("ab", 0);
}

TEST(delete_key_removes_under_the_cursor)
{
	begin("abc\001");
	type("\033[3~");
	line_is("bc", 0);
	type("\004");
	line_is("c", 0);
}

TEST(control_w_removes_the_word_before)
{
	begin("ssh server enable");
	type("\027");
	line_is("ssh server ", 11);
	type("\027");
	line_is("ssh ", 4);
}

TEST(control_x_and_y_remove_to_the_left_and_to_the_right)
{
	begin("abcd\002\002");
	type("\030");
	line_is("cd", 0);
	begin("abcd\002\002");
	type("\031");
	line_is("ab", 2);
}

TEST(escape_letters_go_by_words)
{
	begin("one two three");
	type("\033b");
	line_is("one two three", 8);
	type("\033b\033d");
	line_is("one  three", 4);
	type("\033f");
	line_is("one  three", 10);
}

TEST(a_character_of_several_bytes_is_one_column)
{
	begin("\303\244");
	type("\b");
	CHECK_TEXT(out.data, "\b \b");
	line_is("", 0);
}

TEST(a_question_mark_asks_for_help_but_not_inside_quotes)
{
	begin("display ");
	CHECK_EQ(type("?"), LINE_HELP);
	line_is("display ", 8);
	begin("sysname \"a");
	CHECK_EQ(type("?"), LINE_NONE);
	line_is("sysname \"a?", 11);
}

TEST(a_hidden_line_shows_nothing)
{
	begin("");
	line.hidden = line.plain = true;
	CHECK_EQ(type("se?cret\b"), LINE_NONE);
	CHECK_TEXT(out.data, "");
	line_is("se?cre", 6);
}

TEST(the_byte_that_does_not_fit_rings_and_the_line_is_marked)
{
	begin("");
	for (int i = 0; i < COMMAND_LINE_MAX; i++)
		line_key(&line, 'x', &out);
	type("y");
	CHECK_TEXT(out.data, "\a");
	CHECK(line.too_long);
	CHECK_EQ(line.len, COMMAND_LINE_MAX);
}

TEST(replacing_a_longer_line_blanks_what_is_left_of_it)
{
	begin("abcd");
	text_fini(&out);
	line_replace(&line, span_text("xy"), &out);
	text_add(&out, "", 1);
	CHECK_TEXT(out.data, "\b\b\b\bxy  \b\b");
	line_is("xy", 2);
}

TEST(history_keeps_the_newest_and_drops_repeats)
{
	struct history h = {0};
	struct span s;

	history_add(&h, span_text("one"), 2);
	history_add(&h, span_text("one"), 2);
	history_add(&h, span_text("two"), 2);
	history_add(&h, span_text("three"), 2);
	CHECK_EQ(h.count, 2);
	CHECK(history_at(&h, 0, &s) && span_is(s, "three"));
	CHECK(history_at(&h, 1, &s) && span_is(s, "two"));
	CHECK(!history_at(&h, 2, &s));
	history_fini(&h);
}

TEST(history_of_size_nought_keeps_nothing)
{
	struct history h = {0};

	history_add(&h, span_text("one"), 0);
	CHECK(h.text == NULL);
}

CHECK_MAIN()
