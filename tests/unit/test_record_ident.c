// dataplane/record/record_ident.c
#include "dataplane/record/record.h"
#include "tests/unit/check.h"

static struct span line;
static size_t taken;

static enum status parse(const char *text)
{
	return record_ident_parse(span_text(text), false, &line, &taken);
}

TEST(a_line_with_cr_lf_is_taken_whole)
{
	CHECK_EQ(parse("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\nrest"), STATUS_OK);
	CHECK_EQ(taken, strlen("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
	CHECK(span_is(line, "SSH-2.0-OpenSSH_9.2p1 Debian-2"));
}

TEST(a_bare_lf_ends_a_line)
{
	CHECK_EQ(parse("SSH-2.0-x\n"), STATUS_OK);
	CHECK(span_is(line, "SSH-2.0-x"));
}

TEST(version_1_99_speaks_version_2)
{
	CHECK_EQ(parse("SSH-1.99-x\r\n"), STATUS_OK);
	CHECK_EQ(taken, 12);
}

TEST(half_a_line_waits)
{
	CHECK_EQ(parse("SSH-2.0-Open"), STATUS_OK);
	CHECK_EQ(taken, 0);
	CHECK_EQ(parse(""), STATUS_OK);
	CHECK_EQ(taken, 0);
}

TEST(a_foreign_protocol_is_refused_before_its_line_ends)
{
	CHECK_EQ(parse("GET / HTTP/1.1"), STATUS_MALFORMED);
	CHECK_EQ(parse("\x16\x03"), STATUS_MALFORMED);
	CHECK_EQ(parse("hello\r\nSSH-2.0-x\r\n"), STATUS_MALFORMED);
}

TEST(protocol_version_1_is_another_version)
{
	CHECK_EQ(parse("SSH-1.5-old\n"), STATUS_BAD_VERSION);
	CHECK_EQ(parse("SSH-3.0-new\n"), STATUS_BAD_VERSION);
}

TEST(control_bytes_in_a_line_are_refused)
{
	CHECK_EQ(parse("SSH-2.0-a\tb\n"), STATUS_MALFORMED);
	CHECK_EQ(parse("SSH-2.0-a\x80\n"), STATUS_MALFORMED);
	CHECK_EQ(record_ident_parse(span_of("SSH-2.0-a\0b\n", 12), false, &line, &taken),
	         STATUS_MALFORMED);
}

TEST(a_software_version_must_follow)
{
	CHECK_EQ(parse("SSH-2.0-\r\n"), STATUS_MALFORMED);
	CHECK_EQ(parse("SSH-1.99-\n"), STATUS_MALFORMED);
}

TEST(a_line_may_have_255_bytes_and_no_more)
{
	char text[300] = "SSH-2.0-";

	memset(text + 8, 'x', sizeof(text) - 8);
	memcpy(text + 253, "\r\n", 2);
	CHECK_EQ(record_ident_parse(span_of(text, 255), false, &line, &taken), STATUS_OK);
	CHECK_EQ(taken, 255);
	memcpy(text + 253, "xx\n", 3);
	CHECK_EQ(record_ident_parse(span_of(text, 256), false, &line, &taken),
	         STATUS_MALFORMED);
	CHECK_EQ(record_ident_parse(span_of(text, 254), false, &line, &taken), STATUS_OK);
	CHECK_EQ(taken, 0);
}

TEST(the_answer_names_the_fault)
{
	CHECK(span_is(record_ident_answer(STATUS_MALFORMED),
	              "Invalid SSH identification string.\r\n"));
	CHECK(span_is(record_ident_answer(STATUS_BAD_VERSION),
	              "Protocol major versions differ.\r\n"));
}

CHECK_MAIN()
