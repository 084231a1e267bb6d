// The filters of display commands.
#include "cli/term/filter.h"
#include "tests/unit/check.h"

static struct filter *chain;
static uint16_t caret;

static enum filter_result parse(const char *text)
{
	filter_free(chain);
	return filter_parse(span_text(text), &chain, &caret);
}

static bool passes(const char *line)
{
	char prefix[FILTER_PREFIX_MAX];

	return filter_line(chain, line, prefix);
}

TEST(include_and_exclude_chain)
{
	CHECK_EQ(parse("| include ssh | exclude sftp"), FILTER_OK);
	CHECK(passes("ssh server enable"));
	CHECK(!passes("sftp server enable"));
	CHECK(!passes("ssh user a service-type sftp"));
}

TEST(begin_shows_everything_from_the_first_match)
{
	CHECK_EQ(parse("| beg ^b"), FILTER_OK);
	CHECK(!passes("a"));
	CHECK(passes("b"));
	CHECK(passes("c"));
}

TEST(a_bar_without_a_filter_after_it_belongs_to_the_expression)
{
	CHECK_EQ(parse("| include a|b"), FILTER_OK);
	CHECK(passes("b"));
	CHECK(!passes("c"));
	CHECK_EQ(parse("| include ssh server"), FILTER_OK);
	CHECK(passes("x ssh server"));
	CHECK(!passes("ssh user"));
}

TEST(lines_are_numbered_on_request)
{
	char prefix[FILTER_PREFIX_MAX];

	CHECK_EQ(parse("| by-linenum include b"), FILTER_OK);
	CHECK(!filter_line(chain, "a", prefix));
	CHECK(filter_line(chain, "b", prefix));
	CHECK_TEXT(prefix, "    2: ");
}

TEST(what_is_wrong_is_told_with_its_column)
{
	CHECK_EQ(parse("| grep x"), FILTER_UNRECOGNIZED);
	CHECK_EQ(caret, 2);
	CHECK_EQ(parse("| include"), FILTER_INCOMPLETE);
	CHECK_EQ(parse("| include ["), FILTER_WRONG);
	CHECK_EQ(caret, 10);
}

TEST(expressions_that_could_stop_the_device_are_refused)
{
	CHECK_EQ(parse("| include ((a{1,255}){1,255}){1,255}"), FILTER_WRONG);
	CHECK_EQ(parse("| include (a*)*\\1"), FILTER_WRONG);
	CHECK_EQ(parse("| include c++++++++++++++++++++++++++++++++"), FILTER_WRONG);
	CHECK_EQ(parse("| include a+*"), FILTER_WRONG);
	CHECK_EQ(parse("| include (((((((((a*)+)+)+)+)+)+)+)+)+"), FILTER_WRONG);
	CHECK_EQ(parse("| include ((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)"), FILTER_WRONG);
	CHECK_EQ(parse("| include a{3,5}[]+]+(b|c+)*\\.d+e+f+g+h+i+j+k+l+m+"), FILTER_OK);
	CHECK_EQ(parse("| include (((((((((((((((((((((((((((("), FILTER_WRONG);
	CHECK_EQ(parse("| include \\\\)"), FILTER_WRONG);
	CHECK_EQ(parse("| include (?i)a"), FILTER_WRONG);
	CHECK_EQ(parse("| include \\Qa"), FILTER_WRONG);
	CHECK_EQ(parse("| include a\\w\\)"), FILTER_OK);
	filter_free(chain);
	chain = NULL;
	filter_free(chain);
	chain = NULL;
}

TEST(a_chain_of_many_costly_expressions_is_refused)
{
	char text[1024] = "";

	for (int i = 0; i < 20; i++)
		strcat(text, "| exclude (a|b)*a(a|b){20}c ");
	CHECK_EQ(parse(text), FILTER_OK);
	filter_free(chain);
	chain = NULL;
	for (int i = 0; i < 10; i++)
		strcat(text, "| exclude (a|b)*a(a|b){20}c ");
	CHECK_EQ(parse(text), FILTER_WRONG);
	CHECK(chain == NULL);
}

CHECK_MAIN()
