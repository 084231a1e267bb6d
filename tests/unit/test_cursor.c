// crypto/wire/cursor.c
#include "tests/unit/check.h"
#include "crypto/wire/cursor.h"

static struct cursor over(const char *bytes, size_t len)
{
	return cursor_over(span_of(bytes, len));
}

TEST(integers_are_read_in_network_order)
{
	struct cursor c = over("\x01\x02\x03\x04\x05\x06\x07", 7);

	CHECK_EQ(cursor_u8(&c), 1);
	CHECK_EQ(cursor_u16(&c), 0x0203);
	CHECK_EQ(cursor_u32(&c), 0x04050607);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
}

TEST(a_string_longer_than_the_message_is_truncated)
{
	struct cursor c = over("\0\0\0\5abcd", 8);

	CHECK_EQ(cursor_string(&c).len, 0);
	CHECK_EQ(cursor_end(&c), STATUS_TRUNCATED);
}

TEST(a_length_of_four_gigabytes_does_not_wrap)
{
	struct cursor c = over("\xff\xff\xff\xff"
	                       "abcd",
	                       8);

	CHECK_EQ(cursor_string(&c).len, 0);
	CHECK_EQ(cursor_end(&c), STATUS_TRUNCATED);
}

TEST(the_first_failure_sticks)
{
	struct cursor c = over("\0\0\0\1ab", 6);

	cursor_string_max(&c, 0);
	CHECK_EQ(cursor_u8(&c), 0);
	CHECK_EQ(cursor_left(&c), 0);
	CHECK_EQ(cursor_end(&c), STATUS_TOO_LONG);
}

TEST(bytes_left_over_are_an_error)
{
	struct cursor c = over("ab", 2);

	cursor_u8(&c);
	CHECK_EQ(cursor_end(&c), STATUS_TRAILING);
}

TEST(an_mpint_loses_its_sign_byte)
{
	struct cursor c = over("\0\0\0\2\0\x80", 6);
	struct span m = cursor_mpint(&c);

	CHECK_EQ(m.len, 1);
	CHECK_EQ(m.data[0], 0x80);
}

TEST(a_negative_mpint_is_malformed)
{
	struct cursor c = over("\0\0\0\1\x80", 5);

	cursor_mpint(&c);
	CHECK_EQ(cursor_end(&c), STATUS_MALFORMED);
}

TEST(a_padded_mpint_is_malformed)
{
	struct cursor c = over("\0\0\0\2\0\x01", 6);

	cursor_mpint(&c);
	CHECK_EQ(cursor_end(&c), STATUS_MALFORMED);
}

TEST(a_cursor_over_nothing_ends_well)
{
	struct cursor c = cursor_over(span_of(NULL, 0));

	CHECK_EQ(cursor_rest(&c).len, 0);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
}

CHECK_MAIN()
