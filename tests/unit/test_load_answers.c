// The file of --answers.
#include "tests/load/scenario/load_answers.h"
#include "tests/load/scenario/load_values.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

static bool parse(const char *text, struct load_answers *out)
{
	struct blob copy = {(uint8_t *)strdup(text), strlen(text)};

	return load_answers_parse(copy, out);
}

TEST(each_line_is_an_answer_with_all_its_blanks)
{
	struct load_answers a;

	CHECK(parse("old one\n new \r\n\nlast", &a));
	CHECK_EQ(a.count, 4);
	CHECK_TEXT(a.all[0].text, "old one");
	CHECK_TEXT(a.all[1].text, " new ");
	CHECK_TEXT(a.all[2].text, "");
	CHECK_TEXT(a.all[3].text, "last");
	load_answers_fini(&a);
}

TEST(a_marked_line_is_the_secret_of_codes)
{
	struct load_answers a;

	CHECK(parse("totp:gezdGNBVgy3tqojq====\n", &a));
	CHECK_EQ(a.count, 1);
	CHECK(a.all[0].text == NULL);
	CHECK_EQ(a.all[0].secret_len, 10);
	CHECK_MEM(a.all[0].secret, "1234567890", 10);
	load_answers_fini(&a);
}

TEST(a_secret_that_is_not_base32_is_refused)
{
	struct load_answers a;

	CHECK(!parse("secret\ntotp:GEZD1\n", &a));
	CHECK_TEXT(load_complaint(),
	           "answer 2: totp: takes a secret in base32, at most 64 bytes");
	load_answers_fini(&a);
}

TEST(no_answer_and_too_many_are_refused)
{
	struct load_answers a;

	CHECK(!parse("", &a));
	load_answers_fini(&a);
	CHECK(parse("\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", &a));
	load_answers_fini(&a);
	CHECK(!parse("\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", &a));
	load_answers_fini(&a);
}

CHECK_MAIN()
