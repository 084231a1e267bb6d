// Which command a line means, and what help says of it.
#include "cli/tree/arg.h"
#include "cli/tree/help.h"
#include "tests/unit/check.h"

static enum turn nothing(struct task *t)
{
	return TURN_DONE;
}

#define ROW(grammar)                                                                           \
	{                                                                                      \
		grammar, nothing, API_ROLE_OPERATOR, "Row"                                     \
	}
static const struct command rows[] = {
        ROW("display version"),
        ROW("display current-configuration"),
        ROW("display clock"),
        ROW("display users [ SSHUSER ]"),
        ROW("ssh server timeout SECONDS"),
        ROW("save [ safely ] [ main ] force"),
        ROW("save CFG"),
        ROW("service-type { ssh | telnet }..."),
        ROW("screen-length disable"),
        {"reboot", nothing, API_ROLE_ADMIN, "Restart"},
        ROW("undo sysname"),
        ROW("sysname SYSNAME"),
};
static const struct command_table table = {rows, sizeof(rows) / sizeof(rows[0])};
static const struct view view = {"Test commands:", "<%s>", VIEW_USER, {&table}};

static const struct access operator= {.role = API_ROLE_OPERATOR};
static struct tree tree;
static struct match m;

static enum match_result match(const char *line)
{
	const char *bad = "";

	if (tree.rows == NULL && tree_init(&tree, &view, &bad) != STATUS_OK)
		printf("%s\n", bad);
	match_line(&m, &tree, span_text(line), &operator);
	return m.result;
}

TEST(a_whole_line_finds_its_row)
{
	CHECK_EQ(match("display version"), MATCH_OK);
	CHECK(m.row == &rows[0]);
}

TEST(unique_prefixes_in_any_case_are_enough)
{
	CHECK_EQ(match("DIS Cu"), MATCH_OK);
	CHECK(m.row == &rows[1]);
}

TEST(a_prefix_of_two_keywords_is_ambiguous_at_its_column)
{
	CHECK_EQ(match("display c"), MATCH_AMBIGUOUS);
	CHECK_EQ(m.caret, 8);
}

TEST(an_unknown_keyword_is_told_at_its_column)
{
	CHECK_EQ(match("display  foo"), MATCH_UNRECOGNIZED);
	CHECK_EQ(m.caret, 9);
	CHECK_EQ(match("foo"), MATCH_UNRECOGNIZED);
	CHECK_EQ(m.caret, 0);
}

TEST(what_is_missing_is_told_at_the_end)
{
	CHECK_EQ(match("display"), MATCH_INCOMPLETE);
	CHECK_EQ(m.caret, 7);
}

TEST(words_beyond_the_end_are_too_many)
{
	CHECK_EQ(match("display version now"), MATCH_TOO_MANY);
	CHECK_EQ(m.caret, 16);
}

TEST(a_number_out_of_range_is_a_wrong_parameter)
{
	CHECK_EQ(match("ssh server timeout 121"), MATCH_WRONG);
	CHECK_EQ(m.caret, 19);
	CHECK_EQ(match("ssh server timeout 99999999999"), MATCH_WRONG);
	CHECK_EQ(match("ssh server timeout 120"), MATCH_OK);
	CHECK_EQ(arg_number(match_arg(&m, ARG_SECONDS_WORD, 0)), 120);
}

TEST(a_role_below_the_row_is_denied)
{
	CHECK_EQ(match("reboot"), MATCH_DENIED);
}

TEST(optional_words_may_be_left_out_or_given)
{
	CHECK_EQ(match("display users"), MATCH_OK);
	CHECK_EQ(match("display users bob"), MATCH_OK);
	CHECK(span_is(match_arg(&m, ARG_SSHUSER_WORD, 0), "bob"));
	CHECK_EQ(match("save force"), MATCH_OK);
	CHECK_EQ(match("save safely main force"), MATCH_OK);
	CHECK(m.row == &rows[5]);
	CHECK_EQ(match("save x.cfg"), MATCH_OK);
	CHECK(m.row == &rows[6]);
}

TEST(a_choice_can_be_repeated)
{
	CHECK_EQ(match("service-type ssh telnet ssh"), MATCH_OK);
	CHECK(match_has(&m, "telnet"));
	CHECK_EQ(match("service-type"), MATCH_INCOMPLETE);
}

TEST(quotes_join_and_escape)
{
	CHECK_EQ(match("sysname \"a \\\"b\\\\\""), MATCH_OK);
	CHECK(span_is(match_arg(&m, ARG_SYSNAME_WORD, 0), "a \"b\\"));
}

TEST(builtin_aliases_stand_for_their_keywords)
{
	CHECK_EQ(match("show clock"), MATCH_OK);
	CHECK_EQ(match("no sysname"), MATCH_OK);
	CHECK_EQ(match("no hostname"), MATCH_OK);
	CHECK_EQ(match("hostname router"), MATCH_OK);
	CHECK_EQ(match("sysname show"), MATCH_OK);
	CHECK(span_is(match_arg(&m, ARG_SYSNAME_WORD, 0), "show"));
}

TEST(more_words_than_a_line_may_have_are_too_many)
{
	CHECK_EQ(match("service-type ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh "
	               "ssh ssh "
	               "ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh ssh "
	               "ssh"),
	         MATCH_TOO_MANY);
}

static const char *help(const char *line)
{
	static char text[4096];
	static struct help h;
	struct text out = {0};

	match("");
	help_find(&h, &tree, span_text(line), &operator);
	help_print(&h, &out);
	snprintf(text, sizeof(text), "%.*s", (int)text_left(&out),
	         out.data != NULL ? out.data : "");
	text_fini(&out);
	return text;
}

TEST(help_lists_the_next_keywords_sorted)
{
	CHECK_TEXT(help("display c"),
	           "  clock                  Row\n  current-configuration  Row\n");
}

TEST(help_shows_the_shape_of_a_typed_word)
{
	CHECK_TEXT(help("ssh server timeout "),
	           "  <1-120>  Time limit for a login, in seconds\n");
}

TEST(help_of_a_complete_command_is_cr)
{
	CHECK_TEXT(help("display version "), "  <cr>\n");
	CHECK_TEXT(help("display users "), "  STRING<1-80>  Name of the SSH user\n  <cr>\n");
}

TEST(help_hides_what_the_role_may_not_run)
{
	CHECK(strstr(help(""), "reboot") == NULL);
	CHECK(strstr(help(""), "  save ") != NULL);
}

TEST(tab_completes_and_counts)
{
	char name[HELP_NAME_MAX];
	uint16_t from;

	match("");
	CHECK_EQ(complete_find(&tree, span_text("dis"), &operator, 0, name, &from), 1);
	CHECK_TEXT(name, "display");
	CHECK_EQ(from, 0);
	CHECK_EQ(complete_find(&tree, span_text("display c"), &operator, 1, name, &from), 2);
	CHECK_TEXT(name, "current-configuration");
	CHECK_EQ(from, 8);
	CHECK_EQ(complete_find(&tree, span_text("xyz"), &operator, 0, name, &from), 0);
}

TEST(every_grammar_of_the_device_compiles_and_every_word_has_help)
{
	static struct help h;
	const char *bad = "";

	for (int i = 0; i < VIEWS; i++) {
		struct tree t;

		CHECK_EQ(tree_init(&t, &views[i], &bad), STATUS_OK);
		CHECK_TEXT(bad, "");
		for (uint32_t k = 0; k < t.step_count; k++) {
			struct span word = span_of(t.steps[k].word, t.steps[k].length);

			if (t.steps[k].kind == STEP_WORD)
				CHECK(keyword_help(word) != NULL ||
				      t.rows[t.steps[k].row]->help[0] != 0);
		}
		help_find(&h, &t, span_text(""), &(struct access){.role = API_ROLE_ADMIN});
		CHECK(h.count > 0);
		tree_fini(&t);
	}
}

CHECK_MAIN()
