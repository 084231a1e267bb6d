// Tests control/api/api_rows.c.
#include "tests/unit/check.h"
#include "control/api/api_rows.h"

static uint8_t bytes[20000];

static enum status parse_again(const struct api_record *in, struct api_record *out)
{
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct cursor c;

	api_record_emit(&b, in);
	c = cursor_over(builder_span(&b));
	return api_record_parse(&c, out);
}

TEST(a_session_row_comes_back_as_it_went)
{
	struct api_session_row in = {
	        .slot = 7, .life = 9, .user = "admin", .peer = "192.0.2.1"};
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct api_session_row out;
	struct cursor c;

	in.bytes_out = 1ull << 40;
	api_session_emit(&b, &in);
	c = cursor_over(builder_span(&b));
	api_session_parse(&c, &out);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_TEXT(out.user, "admin");
	CHECK_TEXT(out.peer, "192.0.2.1");
	CHECK_EQ(out.bytes_out, in.bytes_out);
}

TEST(a_record_comes_back_as_it_went)
{
	struct api_record in = {
	        .class = API_CLASS_SSH_USER, .key = span_text("bob"), .count = 2};
	struct api_record out;

	in.values[0] = (struct api_value){.field = API_SSH_USER_METHODS, .number = 2};
	in.values[1] = (struct api_value){.field = API_SSH_USER_KEYS, .text = span_text("a,b")};
	CHECK_EQ(parse_again(&in, &out), STATUS_OK);
	CHECK(span_is(out.key, "bob"));
	CHECK_EQ(api_record_find(&out, API_SSH_USER_METHODS)->number, 2);
	CHECK(span_is(api_record_find(&out, API_SSH_USER_KEYS)->text, "a,b"));
	CHECK(api_record_find(&out, API_SSH_USER_SERVICES) == NULL);
}

TEST(a_number_out_of_bounds_is_malformed)
{
	struct api_record in = {.class = API_CLASS_SSH_SERVER, .count = 1}, out;

	in.values[0] = (struct api_value){.field = API_SSH_SERVER_RETRIES, .number = 6};
	CHECK_EQ(parse_again(&in, &out), STATUS_MALFORMED);
}

TEST(a_field_of_another_class_is_malformed)
{
	struct api_record in = {.class = API_CLASS_SSH_SERVER, .count = 1}, out;

	in.values[0] = (struct api_value){.field = API_VTY_HISTORY, .number = 6};
	CHECK_EQ(parse_again(&in, &out), STATUS_MALFORMED);
}

TEST(a_field_named_twice_is_malformed)
{
	struct api_record in = {.class = API_CLASS_SSH_SERVER, .count = 2}, out;

	in.values[0] = (struct api_value){.field = API_SSH_SERVER_RETRIES, .number = 2};
	in.values[1] = in.values[0];
	CHECK_EQ(parse_again(&in, &out), STATUS_MALFORMED);
}

// A record's values are found by their distance from the first of its class.
TEST(the_fields_of_a_class_stand_together)
{
	bool seen[UINT8_MAX + 1] = {0};
	uint8_t class = 0;

	for (uint8_t field = 1; api_field_row(field) != NULL; field++) {
		if (api_field_row(field)->class == class)
			continue;
		class = api_field_row(field)->class;
		CHECK(!seen[class]);
		seen[class] = true;
	}
	CHECK(seen[API_CLASS_SSH_SERVER]);
}

TEST(a_singleton_has_no_key_and_a_user_has_one)
{
	struct api_record singleton = {.class = API_CLASS_SYSTEM, .key = span_text("x")};
	struct api_record user = {.class = API_CLASS_LOCAL_USER}, out;

	CHECK_EQ(parse_again(&singleton, &out), STATUS_MALFORMED);
	CHECK_EQ(parse_again(&user, &out), STATUS_MALFORMED);
}

TEST(a_text_with_control_bytes_is_malformed)
{
	struct api_record in = {.class = API_CLASS_SYSTEM, .count = 1}, out;

	in.values[0] = (struct api_value){.field = API_SYSTEM_NAME, .text = span_text("a\nb")};
	CHECK_EQ(parse_again(&in, &out), STATUS_MALFORMED);
}

TEST(a_record_cut_short_anywhere_is_refused)
{
	struct api_record in = {
	        .class = API_CLASS_SSH_USER, .key = span_text("bob"), .count = 1};
	struct api_record out;
	unsigned accepted = 0;
	size_t len;

	in.values[0] = (struct api_value){.field = API_SSH_USER_KEYS, .text = span_text("a,b")};
	CHECK_EQ(parse_again(&in, &out), STATUS_OK);
	len = 1 + 4 + 3 + 1 + 1 + 4 + 3;
	for (size_t i = 0; i < len; i++) {
		struct cursor c = cursor_over(span_of(bytes, i));

		accepted += api_record_parse(&c, &out) == STATUS_OK;
	}
	CHECK_EQ(accepted, 0);
}

CHECK_MAIN()
