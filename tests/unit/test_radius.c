// What a RADIUS server says about roles, and what becomes of a question that no server answers.
#include "control/aaa/radius.h"
#include "tests/unit/check.h"

static const char *roles(const char *text)
{
	static char out[RADIUS_ROLES_MAX + 1];

	return radius_roles(span_text(text), out) ? out : "";
}

TEST(roles_are_quoted_and_parted_by_blanks)
{
	CHECK_TEXT(roles("shell:roles=\"network-admin level-3\""), "network-admin,level-3");
}

TEST(roles_need_no_quotes)
{
	CHECK_TEXT(roles("shell:roles=network-operator"), "network-operator");
	CHECK_TEXT(roles("shell:roles*r1,r2"), "r1,r2");
}

TEST(blanks_around_roles_are_nothing)
{
	CHECK_TEXT(roles("shell:roles=\"  a   b \""), "a,b");
}

TEST(other_attributes_name_no_roles)
{
	CHECK_TEXT(roles("shell:priv-lvl=15"), "");
	CHECK_TEXT(roles("shell:roles"), "");
	CHECK_TEXT(roles("shell:roles=\"\""), "");
	CHECK_TEXT(roles("shell:rolesx=a"), "");
}

TEST(roles_that_do_not_fit_or_are_unprintable_are_none)
{
	CHECK_TEXT(roles("shell:roles=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	                 "aaaaaaaaaaaaaaaa"),
	           "");
	CHECK_TEXT(roles("shell:roles=a\nb"), "");
}

TEST(a_scheme_without_servers_is_silent)
{
	struct radius_question q = {.timeout_s = 1, .tries = 1};
	struct radius_answer a;

	radius_ask(&q, &a);
	CHECK_EQ(a.verdict, RADIUS_SILENT);
}

CHECK_MAIN()
