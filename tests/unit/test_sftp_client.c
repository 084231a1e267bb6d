// tests/load/client/sftp_client.c
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "tests/load/client/sftp_client.h"
#include "tests/unit/check.h"

static uint8_t lines[2 * SFTP_PIECE], packet[SFTP_PACKET_MAX];
static const struct sftp_source source = {lines, 64};
static struct sftp_client c;
static uint32_t asked_id;
static uint64_t asked_at;

// What it asks next: the packet's type, or 0.
static unsigned asks(void)
{
	size_t len = sftp_next(&c, &source, packet);
	struct cursor cur = cursor_over(span_of(packet, len));
	unsigned type;

	if (len == 0)
		return 0;
	CHECK_EQ(cursor_u32(&cur), len - 4);
	type = cursor_u8(&cur);
	asked_id = cursor_u32(&cur);
	if (type == 5 || type == 6) {
		cursor_string(&cur);
		asked_at = cursor_u64(&cur);
	}
	return type;
}

static enum status gets(unsigned type, uint32_t id, uint32_t value, const char *text)
{
	uint8_t bytes[512];
	struct builder b = builder_over(bytes, sizeof(bytes));
	size_t mark = builder_open(&b);

	builder_u8(&b, (uint8_t)type);
	builder_u32(&b, id);
	if (type == 101)
		builder_u32(&b, value);
	if (type != 2)
		builder_text(&b, text);
	if (type == 101)
		builder_text(&b, "");
	builder_close(&b, mark);
	return sftp_take(&c, builder_span(&b));
}

static enum status gets_data(uint32_t id, uint32_t bytes)
{
	static uint8_t answer[SFTP_PIECE + 64];
	struct builder b = builder_over(answer, sizeof(answer));
	size_t mark = builder_open(&b);
	enum status status = STATUS_OK;

	builder_u8(&b, 103);
	builder_u32(&b, id);
	builder_string(&b, span_of(lines, bytes));
	builder_close(&b, mark);
	for (size_t at = 0; at < b.len && status == STATUS_OK; at += 7) // in small pieces
		status = sftp_take(&c, span_of(answer + at, b.len - at < 7 ? b.len - at : 7));
	return status;
}

static void opened(bool writes, uint64_t bytes)
{
	sftp_start(&c, "flash:/x", writes, bytes);
	CHECK_EQ(asks(), 1);
	CHECK_EQ(gets(2, 3, 0, ""), STATUS_OK);
	CHECK_EQ(asks(), 3);
	CHECK_EQ(gets(102, asked_id, 0, "handle"), STATUS_OK);
}

static void closed(void)
{
	CHECK_EQ(asks(), 4);
	CHECK_EQ(asks(), 0);
	CHECK_EQ(gets(101, asked_id, 0, "ok"), STATUS_OK);
	CHECK_EQ(c.state, SFTP_DONE);
}

TEST(a_file_is_written_in_pieces_and_closed)
{
	opened(true, SFTP_PIECE + 5);
	CHECK_EQ(asks(), 6);
	CHECK_EQ(asks(), 6);
	CHECK_EQ(asked_at, SFTP_PIECE);
	CHECK_EQ(asks(), 0);
	CHECK_EQ(gets(101, asked_id - 1, 0, "ok"), STATUS_OK);
	CHECK_EQ(asks(), 0);
	CHECK_EQ(gets(101, asked_id, 0, "ok"), STATUS_OK);
	CHECK_EQ(c.moved, SFTP_PIECE + 5);
	closed();
}

TEST(requests_under_way_are_bounded)
{
	opened(true, 1u << 30);
	for (unsigned i = 0; i < SFTP_AHEAD; i++)
		CHECK_EQ(asks(), 6);
	CHECK_EQ(asks(), 0);
}

TEST(a_short_answer_is_asked_for_again)
{
	opened(false, 1000);
	CHECK_EQ(asks(), 5);
	CHECK_EQ(gets_data(asked_id, 400), STATUS_OK);
	CHECK_EQ(asks(), 5);
	CHECK_EQ(asked_at, 400);
	CHECK_EQ(gets_data(asked_id, 600), STATUS_OK);
	CHECK_EQ(c.moved, 1000);
	closed();
}

TEST(a_file_that_ends_early_is_told)
{
	opened(false, 2 * SFTP_PIECE);
	CHECK_EQ(asks(), 5);
	CHECK_EQ(gets_data(asked_id, 100), STATUS_OK);
	CHECK_EQ(asks(), 5);
	CHECK_EQ(gets(101, asked_id, 1, "end"), STATUS_OK);
	closed();
	CHECK(c.at_end && c.moved == 100);
}

TEST(a_refusal_keeps_the_words)
{
	sftp_start(&c, "x", false, 10);
	asks();
	CHECK_EQ(gets(2, 3, 0, ""), STATUS_OK);
	asks();
	CHECK_EQ(gets(101, asked_id, 3, "Permission denied"), STATUS_OK);
	CHECK_EQ(c.state, SFTP_REFUSED);
	CHECK_TEXT(c.words, "status 3: Permission denied");
}

TEST(what_was_not_asked_for_is_refused)
{
	opened(false, 1000);
	CHECK_EQ(asks(), 5);
	CHECK_EQ(gets_data(asked_id + 1, 10), STATUS_UNEXPECTED);
	opened(false, 1000);
	CHECK_EQ(asks(), 5);
	CHECK_EQ(gets_data(asked_id, 1001), STATUS_MALFORMED);
	opened(true, 1000);
	CHECK_EQ(asks(), 6);
	CHECK_EQ(gets_data(asked_id, 10), STATUS_UNEXPECTED);
}

TEST(an_answer_without_end_is_refused)
{
	static const uint8_t huge[] = {0x7f, 0, 0, 0, 101, 0, 0, 0, 0};

	opened(false, 1000);
	CHECK_EQ(sftp_take(&c, span_of(huge, sizeof(huge))), STATUS_TOO_LONG);
}

CHECK_MAIN()
