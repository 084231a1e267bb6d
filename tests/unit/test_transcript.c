// tests/load/scenario/transcript.c
#include "tests/load/scenario/load_values.h"
#include "tests/load/scenario/transcript.h"
#include "tests/unit/check.h"

#define HEAD "{\"version\": 2, \"width\": 80, \"height\": 24}\n"

static struct transcript t;

static bool reads(const char *text)
{
	transcript_fini(&t);
	return transcript_parse(span_text(text), &t);
}

static void refuses(const char *text, const char *why)
{
	CHECK(!reads(text));
	CHECK_TEXT(load_complaint(), why);
	transcript_fini(&t);
}

TEST(what_was_typed_keeps_its_times)
{
	CHECK(reads(HEAD "[0.5, \"i\", \"dis\\t\"]\n[2, \"i\", \"\\r\"]\n"));
	CHECK_EQ(t.count, 2);
	CHECK_EQ(t.typed[0].at_us, 500000);
	CHECK(span_is(span_blob(&t.typed[0].text), "dis\t"));
	CHECK_EQ(t.typed[1].at_us, 2000000);
	CHECK(span_is(span_blob(&t.typed[1].text), "\r"));
}

TEST(what_was_printed_is_passed_over)
{
	CHECK(reads(HEAD "[0.1, \"o\", \"<Sallyport>\"]\n[1, \"i\", \"x\"]\n[1, \"m\", \"\"]"));
	CHECK_EQ(t.count, 1);
}

TEST(another_version_is_refused)
{
	refuses("{\"version\": 1}\n[1, \"i\", \"x\"]\n",
	        "line 1: not an asciicast of version 2");
	refuses("\n[1, \"i\", \"x\"]\n", "line 1: '[' or '{' expected near end of file");
}

TEST(times_that_go_back_are_refused)
{
	refuses(HEAD "[2, \"i\", \"x\"]\n[1, \"i\", \"y\"]\n",
	        "line 3: times go forward from 0");
	refuses(HEAD "[-1, \"i\", \"x\"]\n", "line 2: times go forward from 0");
}

TEST(an_event_of_another_form_is_refused)
{
	refuses(HEAD "[1, \"i\"]\n", "line 2: not an event: [SECONDS, \"i\", \"TEXT\"]");
	refuses(HEAD "[\"1\", \"i\", \"x\"]\n",
	        "line 2: not an event: [SECONDS, \"i\", \"TEXT\"]");
}

TEST(a_transcript_in_which_nothing_is_typed_is_refused)
{
	refuses(HEAD, "nothing is typed in it: no event \"i\"");
}

CHECK_MAIN()
