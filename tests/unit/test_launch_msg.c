// What cli asks of the launcher, and what a program is executed with.
#include "control/launcher/launch_exec.h"
#include "tests/unit/check.h"

#include <signal.h>

static struct launch_msg start_of(const char *command, const char *request)
{
	return (struct launch_msg){.kind = LAUNCH_START,
	                           .id = 7,
	                           .has_pty = true,
	                           .columns = 132,
	                           .rows = 43,
	                           .command = span_text(command),
	                           .request = span_text(request),
	                           .user = span_text("client1"),
	                           .terminal = span_text("xterm-256color"),
	                           .peer = span_text("192.0.2.1")};
}

static enum status round_trip(const struct launch_msg *m, struct launch_msg *out)
{
	static uint8_t bytes[LAUNCH_BYTES_MAX];
	struct builder b = builder_over(bytes, sizeof(bytes));

	CHECK_EQ(launch_build(&b, m), STATUS_OK);
	return launch_parse(builder_span(&b), out);
}

TEST(a_start_arrives_as_it_was_sent)
{
	struct launch_msg m = start_of("vtysh -u", "show version"), got;

	CHECK_EQ(round_trip(&m, &got), STATUS_OK);
	CHECK_EQ(got.kind, LAUNCH_START);
	CHECK_EQ(got.id, 7);
	CHECK(got.has_pty);
	CHECK_EQ(got.columns, 132);
	CHECK_EQ(got.rows, 43);
	CHECK(span_is(got.command, "vtysh -u"));
	CHECK(span_is(got.request, "show version"));
	CHECK(span_is(got.user, "client1"));
	CHECK(span_is(got.terminal, "xterm-256color"));
	CHECK(span_is(got.peer, "192.0.2.1"));
}

TEST(an_exit_status_arrives_as_it_was_sent)
{
	struct launch_msg m = {.kind = LAUNCH_ENDED, .id = 9, .number = 130}, got;

	CHECK_EQ(round_trip(&m, &got), STATUS_OK);
	CHECK_EQ(got.kind, LAUNCH_ENDED);
	CHECK_EQ(got.id, 9);
	CHECK_EQ(got.number, 130);
}

TEST(a_text_with_a_nul_is_refused)
{
	struct launch_msg m = start_of("sh", ""), got;

	m.request = span_of("a\0b", 3);
	CHECK_EQ(round_trip(&m, &got), STATUS_MALFORMED);
}

TEST(a_command_that_is_too_long_is_refused)
{
	char command[LAUNCH_COMMAND + 2];
	struct launch_msg m, got;

	memset(command, 'x', sizeof(command));
	command[sizeof(command) - 1] = 0;
	m = start_of(command, "");
	CHECK_EQ(round_trip(&m, &got), STATUS_TOO_LONG);
}

TEST(a_message_of_no_known_kind_is_refused)
{
	struct launch_msg got;

	CHECK_EQ(launch_parse(span_of("\x09\0\0\0\1", 5), &got), STATUS_UNEXPECTED);
}

TEST(bytes_after_a_message_are_refused)
{
	struct launch_msg got;

	CHECK_EQ(launch_parse(span_of("\x03\0\0\0\1x", 6), &got), STATUS_TRAILING);
}

TEST(a_login_executes_the_words_of_the_command)
{
	static struct launch_exec x;
	struct launch_msg m = start_of("  vtysh   -u ", "");

	CHECK(launch_exec_make(&x, &m));
	CHECK_TEXT(x.argv[0], "vtysh");
	CHECK_TEXT(x.argv[1], "-u");
	CHECK(x.argv[2] == NULL);
}

TEST(a_request_follows_as_one_word_after_c)
{
	static struct launch_exec x;
	struct launch_msg m = start_of("vtysh", "show ip route; $(reboot)");

	CHECK(launch_exec_make(&x, &m));
	CHECK_TEXT(x.argv[1], "-c");
	CHECK_TEXT(x.argv[2], "show ip route; $(reboot)");
	CHECK(x.argv[3] == NULL);
}

TEST(the_environment_is_made_of_the_login_alone)
{
	static struct launch_exec x;
	struct launch_msg m = start_of("vtysh", "");

	CHECK(launch_exec_make(&x, &m));
	CHECK_TEXT(x.env[0], "PATH=" LAUNCH_PATH);
	CHECK_TEXT(x.env[1], "HOME=/");
	CHECK_TEXT(x.env[2], "USER=client1");
	CHECK_TEXT(x.env[3], "LOGNAME=client1");
	CHECK_TEXT(x.env[4], "REMOTEHOST=192.0.2.1");
	CHECK_TEXT(x.env[5], "TERM=xterm-256color");
	CHECK(x.env[6] == NULL);
}

TEST(a_terminal_type_that_is_a_path_becomes_dumb)
{
	static struct launch_exec x;
	struct launch_msg m = start_of("vtysh", "");

	m.terminal = span_text("../../tmp/x");
	CHECK(launch_exec_make(&x, &m));
	CHECK_TEXT(x.env[5], "TERM=dumb");
}

TEST(a_command_of_blanks_or_too_many_words_is_none)
{
	static struct launch_exec x;
	struct launch_msg m = start_of("   ", "");
	char many[2 * LAUNCH_WORDS_MAX + 3];

	CHECK(!launch_exec_make(&x, &m));
	for (size_t i = 0; i < sizeof(many) - 1; i++)
		many[i] = i % 2 == 0 ? 'a' : ' ';
	many[sizeof(many) - 1] = 0;
	m = start_of(many, "");
	CHECK(!launch_exec_make(&x, &m));
}

TEST(signals_have_the_names_that_ssh_gives_them)
{
	CHECK_EQ(launch_signal_number(span_text("INT")), SIGINT);
	CHECK_EQ(launch_signal_number(span_text("USR2")), SIGUSR2);
	CHECK_EQ(launch_signal_number(span_text("STOP")), 0);
	CHECK_EQ(launch_signal_number(span_text("")), 0);
}

TEST(a_process_with_brackets_in_its_name_is_understood)
{
	struct launch_stat s;

	CHECK(launch_stat_read("12 (a) b (c)) S 1 12 77 34816 99 4194304 1 0", &s));
	CHECK_EQ(s.session, 77);
	CHECK_EQ(s.foreground, 99);
}

TEST(what_is_no_stat_is_not_understood)
{
	struct launch_stat s;

	CHECK(!launch_stat_read("", &s));
	CHECK(!launch_stat_read("12 (a) S 1 12", &s));
}

CHECK_MAIN()
