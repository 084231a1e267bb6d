// crypto/hostkey/base64.c
#include "crypto/hostkey/base64.h"
#include "tests/unit/check.h"

static void check_both(const char *plain, const char *text)
{
	struct blob out = base64_encode(span_text(plain), 0);

	CHECK_TEXT((char *)out.data, text);
	blob_fini(&out);
	CHECK_EQ(base64_decode(span_text(text), &out), STATUS_OK);
	CHECK_EQ(out.len, strlen(plain));
	CHECK_MEM(out.data, plain, strlen(plain));
	blob_fini(&out);
}

// RFC 4648 section 10
TEST(base64_is_that_of_rfc_4648)
{
	check_both("", "");
	check_both("f", "Zg==");
	check_both("fo", "Zm8=");
	check_both("foo", "Zm9v");
	check_both("foob", "Zm9vYg==");
	check_both("fooba", "Zm9vYmE=");
	check_both("foobar", "Zm9vYmFy");
}

TEST(lines_are_broken_at_the_width_and_ended)
{
	struct blob out = base64_encode(span_text("foobar"), 3);

	CHECK_TEXT((char *)out.data, "Zm9\nvYm\nFy\n");
	blob_fini(&out);
	out = base64_encode(span_text("foobar"), 4);
	CHECK_TEXT((char *)out.data, "Zm9v\nYmFy\n");
	blob_fini(&out);
}

static enum status decode(const char *text)
{
	struct blob out;
	enum status status = base64_decode(span_text(text), &out);

	blob_fini(&out);
	return status;
}

TEST(blanks_between_characters_are_skipped)
{
	CHECK_EQ(decode(" Zm9v\r\nYm\tFy\n"), STATUS_OK);
}

TEST(what_is_not_base64_is_malformed)
{
	CHECK_EQ(decode("Zm9v!"), STATUS_MALFORMED);
	CHECK_EQ(decode("Zm9-"), STATUS_MALFORMED);
	CHECK_EQ(decode("Z"), STATUS_MALFORMED);
}

TEST(missing_or_excess_padding_is_malformed)
{
	CHECK_EQ(decode("Zg"), STATUS_MALFORMED);
	CHECK_EQ(decode("Zg="), STATUS_MALFORMED);
	CHECK_EQ(decode("Z==="), STATUS_MALFORMED);
	CHECK_EQ(decode("===="), STATUS_MALFORMED);
	CHECK_EQ(decode("Zm9v===="), STATUS_MALFORMED);
	CHECK_EQ(decode("Zm9v="), STATUS_MALFORMED);
}

TEST(text_behind_the_padding_is_malformed)
{
	CHECK_EQ(decode("Zg==Zm9v"), STATUS_MALFORMED);
	CHECK_EQ(decode("Zg=A"), STATUS_MALFORMED);
}

TEST(unused_bits_that_are_not_zero_are_malformed)
{
	CHECK_EQ(decode("Zh=="), STATUS_MALFORMED);
	CHECK_EQ(decode("Zm9="), STATUS_MALFORMED);
}

CHECK_MAIN()
