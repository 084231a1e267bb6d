// Tests control/session/session_banner.c
#include "tests/unit/control_client.h"

#include "control/session/session_banner.h"

static void banner_set(struct bench *b, const char *kind, struct span text)
{
	struct api_record r = {.class = API_CLASS_BANNER, .key = span_text(kind), .count = 1};

	r.values[0] = (struct api_value){API_BANNER_TEXT, 0, text};
	bench_put(b, &r);
}

// The next banner is that one.
static bool banner_is(struct bench *b, const char *text)
{
	struct blob m = client_gets(b, 0, SSH_MSG_USERAUTH_BANNER);
	bool is = span_equal(span_blob(&m), wire("bss", SSH_MSG_USERAUTH_BANNER, text, ""));

	blob_fini(&m);
	return is;
}

static bool cleaned(const char *text, const char *wanted)
{
	uint8_t out[64];

	return span_is(span_of(out, banner_clean(span_text(text), out, sizeof(out))), wanted);
}

static void asks_none(struct bench *b, const char *user)
{
	client_message(b, 0,
	               wire("bsss", SSH_MSG_USERAUTH_REQUEST, user, "ssh-connection", "none"));
}

TEST(without_a_header_nothing_is_said)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	asks_none(b, "bob");
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_BANNER), 0);
	bench_free(b);
}

TEST(the_legal_and_the_login_banner_come_before_the_first_answer)
{
	struct bench *b = bench_new();

	banner_set(b, "login", span_text("Hello"));
	banner_set(b, "legal", span_text("Only us.\nGo."));
	banner_set(b, "motd", span_text("later"));
	client_in_auth(b, 0);
	asks_none(b, "nobody");
	CHECK(banner_is(b, "Only us.\r\nGo.\r\n"));
	CHECK(banner_is(b, "Hello\r\n"));
	CHECK(refused_with(b, "publickey,password,keyboard-interactive", false));
	CHECK_EQ(COUNTED(b, auth_banners), 2);
	bench_free(b);
}

TEST(a_banner_is_said_once_whatever_is_asked)
{
	struct bench *b = bench_new();

	banner_set(b, "login", span_text("Hello"));
	client_in_auth(b, 0);
	asks_none(b, "bob");
	client_forgets(b);
	asks_none(b, "alice");
	client_password(b, 0, "bob", "secret");
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_BANNER), 0);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(nobody_is_greeted_before_the_login_begins)
{
	struct bench *b = bench_new();

	banner_set(b, "login", span_text("Hello"));
	client_keyed(b, 0);
	client_message(b, 0, wire("bs", SSH_MSG_SERVICE_REQUEST, "ssh-userauth"));
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_BANNER), 0);
	bench_free(b);
}

// What SSH-1 has no message for is left to the shell.
TEST(the_shell_is_told_whether_the_login_banner_was_said)
{
	struct bench *b = bench_new();
	struct dialogue_open open;
	struct bench_cell c;

	banner_set(b, "login", span_text("Hello"));
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	client_channel(b, 7, 100000);
	client_request(b, 0, "shell", span_of(NULL, 0));
	c = cli_gets(b, DIALOGUE_OPEN);
	memcpy(&open, c.cell.body, sizeof(open));
	CHECK_EQ(open.login_said, 1);
	blob_fini(&c.payload);
	bench_free(b);
}

TEST(control_characters_and_escape_sequences_are_left_out)
{
	CHECK(cleaned("a\033[2Jb\007\rc\177\td", "a[2Jbc\td"));
}

TEST(utf8_passes_and_what_is_not_utf8_does_not)
{
	CHECK(cleaned("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x92",
	              "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x92"));
	CHECK(cleaned("\xff\xc0\xaf-\xed\xa0\x80-\xf4\x90\x80\x80-\xe2\x82", "---"));
	CHECK(cleaned("\xc2\x9b"
	              "31m",
	              "31m"));
}

TEST(a_banner_of_line_ends_only_stays_within_its_bound)
{
	static uint8_t lines[2000], out[BANNER_TEXT_MAX];

	memset(lines, '\n', sizeof(lines));
	CHECK_EQ(banner_clean(span_of(lines, sizeof(lines)), out, sizeof(out)),
	         BANNER_TEXT_MAX);
}

CHECK_MAIN()
