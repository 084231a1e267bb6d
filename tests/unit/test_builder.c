// crypto/wire/builder.c
#include "tests/unit/check.h"
#include "crypto/wire/builder.h"

TEST(an_mpint_with_its_top_bit_set_gets_a_sign_byte)
{
	uint8_t out[16];
	struct builder b = builder_over(out, sizeof(out));

	builder_mpint(&b, span_of("\0\0\x9a", 3));
	CHECK_EQ(b.len, 6);
	CHECK_MEM(out, "\0\0\0\2\0\x9a", 6);
}

TEST(zero_is_an_empty_mpint)
{
	uint8_t out[16];
	struct builder b = builder_over(out, sizeof(out));

	builder_mpint(&b, span_of("\0\0", 2));
	CHECK_EQ(b.len, 4);
	CHECK_MEM(out, "\0\0\0\0", 4);
}

TEST(overflow_sticks_and_writes_nothing_past_the_end)
{
	uint8_t out[6] = {0, 0, 0, 0, 0, 0x55};
	struct builder b = builder_over(out, 5);

	builder_text(&b, "ab");
	builder_u8(&b, 1);
	CHECK_EQ(builder_end(&b), STATUS_OVERFLOW);
	CHECK_EQ(out[5], 0x55);
	CHECK_EQ(builder_span(&b).len, 0);
}

TEST(an_opened_string_gets_its_length_when_closed)
{
	uint8_t out[16];
	struct builder b = builder_over(out, sizeof(out));
	size_t mark = builder_open(&b);

	builder_u8(&b, 7);
	builder_u16(&b, 0x0809);
	builder_close(&b, mark);
	CHECK_MEM(out, "\0\0\0\3\7\x8\x9", 7);
}

CHECK_MAIN()
