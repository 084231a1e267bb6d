// crypto/wire/names.c
#include "tests/unit/check.h"
#include "crypto/wire/names.h"

TEST(the_clients_first_choice_that_we_have_wins)
{
	struct span got = names_pick(span_text("x,b,a"), span_text("a,b"));

	CHECK(span_is(got, "b"));
}

TEST(nothing_in_common_is_an_empty_span)
{
	CHECK_EQ(names_pick(span_text("x"), span_text("a,b")).len, 0);
	CHECK_EQ(names_pick(span_text(""), span_text("a,b")).len, 0);
}

TEST(a_prefix_is_not_a_match)
{
	CHECK(!names_has(span_text("aes128-ctr"), span_text("aes128")));
}

TEST(an_empty_name_is_never_picked)
{
	CHECK_EQ(names_pick(span_text(",,"), span_text(",a")).len, 0);
}

CHECK_MAIN()
