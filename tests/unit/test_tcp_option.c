// TCP options: what is understood, what is skipped, what is malformed, and the way back.
#include "dataplane/tcp/tcp_option.h"
#include "tests/unit/check.h"

#define PARSE(out, ...)                                                                        \
	tcp_options_parse(span_of((const uint8_t[]){__VA_ARGS__},                              \
	                          sizeof((const uint8_t[]){__VA_ARGS__})),                     \
	                  (out))

TEST(an_empty_list_says_nothing)
{
	struct tcp_options o;

	CHECK(tcp_options_parse(span_of(NULL, 0), &o));
	CHECK(!o.has_mss && !o.has_scale && !o.has_timestamp && !o.sack_permitted &&
	      o.sacks == 0);
}

TEST(the_options_of_a_linux_syn_are_understood)
{
	struct tcp_options o;

	CHECK(PARSE(&o, 2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 1, 2, 0, 0, 0, 0, 1, 3, 3, 7));
	CHECK_EQ(o.mss, 1460);
	CHECK(o.sack_permitted && o.has_timestamp && o.has_scale);
	CHECK_EQ(o.ts_value, 258);
	CHECK_EQ(o.scale, 7);
}

TEST(an_unknown_option_is_skipped)
{
	struct tcp_options o;

	CHECK(PARSE(&o, 254, 5, 1, 2, 3, 6, 3, 9, 2, 4, 2, 0));
	CHECK_EQ(o.mss, 512);
}

TEST(nothing_is_read_behind_the_end)
{
	struct tcp_options o;

	CHECK(PARSE(&o, 1, 0, 2, 99, 99));
	CHECK(!o.has_mss);
}

TEST(a_length_of_zero_or_one_is_malformed)
{
	struct tcp_options o;

	CHECK(!PARSE(&o, 99, 0, 1, 1));
	CHECK(!PARSE(&o, 99, 1, 1, 1));
}

TEST(a_length_past_the_end_is_malformed)
{
	struct tcp_options o;

	CHECK(!PARSE(&o, 8, 10, 1, 2, 3));
	CHECK(!PARSE(&o, 99, 4, 1));
	CHECK(!PARSE(&o, 2));
}

TEST(a_length_that_does_not_fit_the_kind_is_malformed)
{
	struct tcp_options o;

	CHECK(!PARSE(&o, 2, 3, 5));
	CHECK(!PARSE(&o, 3, 4, 5, 5));
	CHECK(!PARSE(&o, 4, 3, 0));
	CHECK(!PARSE(&o, 5, 9, 0, 0, 0, 1, 0, 0, 0));
}

TEST(a_scale_above_14_means_14)
{
	struct tcp_options o;

	CHECK(PARSE(&o, 3, 3, 200));
	CHECK_EQ(o.scale, 14);
}

TEST(what_is_emitted_is_parsed_again)
{
	struct tcp_options in = {.has_mss = true,
	                         .mss = 1460,
	                         .has_scale = true,
	                         .scale = 9,
	                         .sack_permitted = true,
	                         .has_timestamp = true,
	                         .ts_value = 0xdeadbeef,
	                         .ts_echo = 0x01020304};
	struct tcp_options out;
	uint8_t bytes[40];
	size_t len = tcp_options_emit(&in, bytes);

	CHECK_EQ(len % 4, 0);
	CHECK(tcp_options_parse(span_of(bytes, len), &out));
	CHECK(memcmp(&in, &out, sizeof(in)) == 0);
}

TEST(three_blocks_fit_beside_timestamps)
{
	struct tcp_options in = {
	        .has_timestamp = true, .sacks = 3, .sack = {{1, 2}, {0xfffffff0, 4}, {5, 6}}};
	struct tcp_options out;
	uint8_t bytes[40];

	CHECK_EQ(tcp_options_emit(&in, bytes), 40);
	CHECK(tcp_options_parse(span_of(bytes, 40), &out));
	CHECK_EQ(out.sacks, 3);
	CHECK_EQ(out.sack[1].start, 0xfffffff0);
}

CHECK_MAIN()
