// The information centre at the command line.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static void log_add(struct fixture *f, uint8_t level, const char *name, const char *text)
{
	uint32_t i = f->line_count++;

	f->lines[i].level = level;
	snprintf(f->lines[i].name, sizeof(f->lines[i].name), "%s", name);
	snprintf(f->lines[i].text, sizeof(f->lines[i].text), "%s", text);
}

static const char *typed(struct fixture *f, struct dialogue *d, const char *keys)
{
	shown_clear(f);
	type_text(f, d, keys);
	return shown(f);
}

static void second(struct fixture *f)
{
	f->shell.now_us += 1300000;
	table_time(&f->table, f->shell.now_us);
	settle(f);
}

// --- the buffer ----------------------------------------------------------------------------------

TEST(the_log_buffer_displays_in_the_manuals_layout)
{
	struct fixture *f = fixture_new();

	log_add(f, 6, "SSHS_CONNECT",
	        "SSH user ann (IP: 192.0.2.1) connected to the server successfully.");
	log_add(f, 5, "SHELL_LOGIN", "ann logged in from 192.0.2.1.");
	CHECK_TEXT(
	        fixture_exec(f, "display logbuffer size 2 level 5"),
	        "Log buffer: Enabled\nMax buffer size: 1024\nActual buffer size: 512\n"
	        "Dropped messages: 0\nOverwritten messages: 0\nCurrent messages: 3\n"
	        "%Jun 17 15:57:09:578 2006 Sallyport SHELL/5/SHELL_LOGIN: ann logged in from "
	        "192.0.2.1.\n");
	fixture_free(f);
}

TEST(the_buffer_shows_the_newest_first_when_asked_and_can_be_emptied)
{
	struct fixture *f = fixture_new();
	const char *a, *b;

	log_add(f, 4, "SSHS_LOG", "one");
	log_add(f, 4, "SSHS_LOG", "two");
	a = strstr(fixture_exec(f, "display logbuffer reverse"), "SSHS_LOG: two\n");
	b = strstr(shown(f), "SSHS_LOG: one\n");
	CHECK(a != NULL && b != NULL && a < b);
	a = strstr(fixture_exec(f, "display logbuffer level 4"), "SSHS_LOG: one\n");
	b = strstr(shown(f), "SSHS_LOG: two\n");
	CHECK(a != NULL && b != NULL && a < b);
	CHECK_TEXT(fixture_exec(f, "display logbuffer level 4 size 1 | include LOG:"),
	           "%Jun 17 15:57:09:578 2006 Sallyport SSHS/4/SSHS_LOG: two\n");
	fixture_exec(f, "reset logbuffer");
	CHECK(strstr(fixture_exec(f, "display logbuffer"), "SSHS_LOG") == NULL);
	fixture_free(f);
}

TEST(the_summary_counts_lines_of_each_level)
{
	struct fixture *f = fixture_new();

	log_add(f, 4, "SSHS_LOG", "one");
	CHECK_TEXT(fixture_exec(f, "display logbuffer summary"),
	           "  EMERG  ALERT  CRIT   ERROR  WARN   NOTIF  INFO   DEBUG  \n"
	           "  0      0      0      0      1      0      1      0      \n");
	fixture_free(f);
}

// --- the command log -----------------------------------------------------------------------------

TEST(commands_are_logged_with_line_address_and_user_but_no_password)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	d->line_number = 3;
	memcpy(d->peer, "\0\0\0\0\0\0\0\0\0\0\377\377\300\0\2\1", 16);
	typed(f, d, "sys\rlocal-user bob\rpassword simple s3cret\r");
	CHECK_EQ(f->line_count, 3);
	CHECK_TEXT(f->lines[0].name, "SHELL_CMD");
	CHECK_TEXT(f->lines[0].text, "-Line=vty3-IPAddr=192.0.2.1-User=tester; Command is sys");
	CHECK_TEXT(
	        f->lines[2].text,
	        "-Line=vty3-IPAddr=192.0.2.1-User=tester; Command is password simple ******");
	fixture_free(f);
}

TEST(no_secret_of_any_kind_is_told_to_the_log)
{
	struct fixture *f = fixture_new();

	typed(f, fixture_terminal(f),
	      "sys\rradius scheme r\rkey authentication simple s3cret\rquit\r"
	      "line vty 0\rset authentication password simple s3cret\r"
	      "set authentication password hash $s3cret\r");
	CHECK_EQ(f->line_count, 7);
	for (uint32_t i = 0; i < f->line_count; i++)
		CHECK(strstr(f->lines[i].text, "s3cret") == NULL);
	fixture_free(f);
}

// --- terminals -----------------------------------------------------------------------------------

TEST(a_monitoring_terminal_is_shown_new_lines_and_its_own_typing_again)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	log_add(f, 4, "SSHS_LOG", "old news");
	typed(f, d, "terminal monitor\r");
	typed(f, d, "disp");
	log_add(f, 4, "SSHS_LOG", "fresh");
	shown_clear(f);
	second(f);
	CHECK_TEXT(shown(f),
	           "\r\n%Jun 17 15:57:09:578 2006 Sallyport SSHS/4/SSHS_LOG: fresh\r\n"
	           "<Sallyport>disp");
	typed(f, d, "\030terminal logging level 3\r");
	log_add(f, 4, "SSHS_LOG", "too fine");
	shown_clear(f);
	second(f);
	CHECK_TEXT(shown(f), "");
	typed(f, d, "undo terminal logging level\rundo terminal monitor\r");
	log_add(f, 4, "SSHS_LOG", "unseen");
	shown_clear(f);
	second(f);
	CHECK_TEXT(shown(f), "");
	fixture_free(f);
}

TEST(debugging_is_switched_by_kind_and_displayed)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "display debugging"), "");
	CHECK_TEXT(fixture_exec(f, "debugging ssh server event\ndisplay debugging"),
	           "SSH server event debugging is on\n");
	CHECK_TEXT(fixture_exec(f, "debugging ssh server all\nundo debugging ssh server event\n"
	                           "display debugging"),
	           "SSH server error debugging is on\nSSH server message debugging is on\n");
	CHECK_TEXT(fixture_exec(f, "undo debugging all\ndisplay debugging"),
	           "All possible debugging has been turned off\n");
	fixture_free(f);
}

TEST(debugging_is_shown_where_the_terminal_asks_for_it)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	typed(f, d, "terminal monitor\rterminal logging level 0\r");
	log_add(f, 7, "SSHS_EVENT", "unseen");
	shown_clear(f);
	second(f);
	CHECK_TEXT(shown(f), "");
	typed(f, d, "terminal debugging\r");
	log_add(f, 7, "SSHS_EVENT", "seen");
	shown_clear(f);
	second(f);
	CHECK_TEXT(shown(f),
	           "\r\n*Jun 17 15:57:09:578 2006 Sallyport SSHS/7/SSHS_EVENT: seen\r\n"
	           "<Sallyport>");
	typed(f, d, "undo terminal debugging\r");
	log_add(f, 7, "SSHS_EVENT", "unseen");
	shown_clear(f);
	second(f);
	CHECK_TEXT(shown(f), "");
	fixture_free(f);
}

// --- settings ------------------------------------------------------------------------------------

TEST(the_information_centre_prints_what_is_not_the_default)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, "display current-configuration"), "info-center") == NULL);
	fixture_exec(f, "system-view\ninfo-center loghost 192.0.2.1 port 5514 facility local5\n"
	                "info-center loghost ipv6 2001:db8::1\ninfo-center logbuffer size 100\n"
	                "info-center format rfc5424\nundo info-center logbuffer\n"
	                "info-center source default loghost level 4\n"
	                "info-center source default logbuffer deny\n"
	                "info-center source default monitor level 4\n"
	                "undo info-center enable");
	CHECK_TEXT(fixture_exec(f, "display current-configuration | include info-center"),
	           " undo info-center enable\n undo info-center logbuffer\n"
	           " info-center logbuffer size 100\n info-center format rfc5424\n"
	           " info-center source default logbuffer deny\n"
	           " info-center source default loghost level 4\n"
	           " info-center source default monitor level 4\n"
	           " info-center loghost 192.0.2.1 port 5514 facility local5\n"
	           " info-center loghost 2001:db8::1\n");
	fixture_exec(f, "system-view\nundo info-center loghost 192.0.2.1\n"
	                "undo info-center loghost ipv6 2001:db8::1\n"
	                "undo info-center logbuffer size\nundo info-center format\n"
	                "info-center logbuffer\ninfo-center enable\n"
	                "undo info-center source default loghost\n"
	                "undo info-center source default monitor\n"
	                "undo info-center source default logbuffer");
	CHECK_TEXT(fixture_exec(f, "display current-configuration | include info-center"), "");
	CHECK_TEXT(fixture_exec(f, "system-view\ninfo-center loghost nowhere"),
	           " % The address is invalid.\n");
	CHECK_TEXT(fixture_exec(f, "system-view\nundo info-center loghost 192.0.2.9"),
	           " % The log host does not exist.\n");
	fixture_free(f);
}

CHECK_MAIN()
