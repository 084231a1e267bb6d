// The clock of the device, and the information centre: what is configured, shown and printed.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#include <time.h>

static const char *current(struct fixture *f, const char *filter)
{
	char command[128];

	snprintf(command, sizeof(command), "display current-configuration | include %s",
	         filter);
	return fixture_exec(f, command);
}

TEST(the_clock_shows_its_zone_and_summer_time)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "system-view\nclock timezone Z5 add 05:00:00\n"
	                           "clock summer-time PDT 06:00:00 08/01 06:00:00 09/01 "
	                           "01:00:00"),
	           "");
	fixture_exec(f, "display clock");
	CHECK(strstr(shown(f),
	             "\nTime Zone : Z5 add 05:00:00\nSummer Time : PDT 06:00:00 08/01 "
	             "06:00:00 09/01 01:00:00\n") != NULL);
	CHECK_TEXT(current(f, "clock"),
	           " clock timezone Z5 add 05:00:00\n"
	           " clock summer-time PDT 06:00:00 08/01 06:00:00 09/01 01:00:00\n");
	fixture_exec(f, "system-view\nundo clock timezone\nundo clock summer-time");
	CHECK_TEXT(current(f, "clock"), "");
	CHECK(strstr(fixture_exec(f, "display clock"), " UTC ") != NULL);
	CHECK(strstr(shown(f), "Zone") == NULL);
	fixture_free(f);
}

TEST(a_zone_may_lie_west)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nclock timezone W minus 03:30:00");
	CHECK_EQ(f->shell.clock.zone_s, -12600);
	CHECK_TEXT(current(f, "clock"), " clock timezone W minus 03:30:00\n");
	CHECK_TEXT(fixture_exec(f, "system-view\nclock timezone W add 25:00:00"),
	           " % The offset is invalid.\n");
	fixture_free(f);
}

TEST(the_clock_is_set_by_hand_where_it_does_not_follow_the_host)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "clock datetime 10:09:00 03/16/2012"),
	           " % The clock follows the host: use clock protocol none first.\n");
	fixture_exec(f, "system-view\nclock protocol none\nclock timezone Z5 add 05:00:00");
	CHECK_TEXT(fixture_exec(f, "clock datetime 10:09:00 2012/03/16"), "");
	CHECK(strncmp(fixture_exec(f, "display clock"), "10:09:0", 7) == 0);
	CHECK(strstr(shown(f), " Z5 Fri 03/16/2012\n") != NULL);
	CHECK(strstr(current(f, "clock"), " clock protocol none\n clock ahead-of-host ") !=
	      NULL);
	fixture_exec(f, "system-view\nclock protocol ntp");
	CHECK(strstr(fixture_exec(f, "display clock"), "2012") == NULL);
	fixture_exec(f, "system-view\nclock protocol none\nundo clock protocol\n"
	                "clock ahead-of-host 2147483648");
	CHECK_TEXT(current(f, "clock"), " clock timezone Z5 add 05:00:00\n");
	fixture_free(f);
}

TEST(times_that_are_none_are_refused)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nclock protocol none");
	CHECK_TEXT(fixture_exec(f, "clock datetime 10:60:00 2012/03/16"),
	           " % The time is invalid.\n");
	CHECK_TEXT(fixture_exec(f, "clock datetime 10:00:00 1999/12/31"),
	           " % The time is invalid.\n");
	CHECK_TEXT(fixture_exec(f, "clock datetime 10:00:00 2036/01/01"),
	           " % The time is invalid.\n");
	CHECK_TEXT(fixture_exec(f, "system-view\nclock summer-time P 06:00:00 08/32 06:00:00 "
	                           "09/01 01:00:00"),
	           " % The time is invalid.\n");
	fixture_free(f);
}

// --- the information centre --------------------------------------------------------------------

TEST(forms_of_lines_are_printed_and_undone)
{
	static const char text[] = " info-center format cmcc\n info-center timestamp boot\n"
	                           " info-center timestamp loghost iso\n"
	                           " undo info-center synchronous\n";
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\ninfo-center format unicom\ninfo-center format cmcc\n"
	                "info-center timestamp boot\ninfo-center timestamp loghost iso\n"
	                "undo info-center synchronous");
	CHECK_TEXT(current(f, "info-center"), text);
	CHECK_EQ(f->shell.log_stamp, API_STAMP_BOOT);
	CHECK(f->shell.log_unsynchronous);
	fixture_exec(f, "system-view\nundo info-center format\nundo info-center timestamp\n"
	                "undo info-center timestamp loghost\ninfo-center synchronous");
	CHECK_TEXT(current(f, "info-center"), "");
	fixture_free(f);
}

TEST(modules_have_levels_of_their_own)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\ninfo-center source default logbuffer level 4\n"
	                "info-center source sshs logbuffer level 3\n"
	                "info-center source SHELL loghost deny\n"
	                "info-center source SSHS logbuffer level 5");
	CHECK_TEXT(current(f, "info-center"), " info-center source default logbuffer level 4\n"
	                                      " info-center source SHELL loghost deny\n"
	                                      " info-center source SSHS logbuffer level 5\n");
	fixture_exec(f, "system-view\nundo info-center source SSHS logbuffer\n"
	                "undo info-center source default logbuffer");
	CHECK_TEXT(current(f, "info-center"), " info-center source SHELL loghost deny\n");
	fixture_free(f);
}

TEST(the_information_centre_displays_its_hosts_and_forms)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\ninfo-center loghost 192.0.2.8 port 5514 facility local3\n"
	                "info-center timestamp none\ninfo-center logbuffer size 100");
	CHECK_TEXT(fixture_exec(f, "display info-center"),
	           "Information Center: Enabled\nConsole: Disabled\nMonitor: Enabled\n"
	           "Log host: Enabled\n    192.0.2.8,\n"
	           "    port number: 5514, host facility: local3\n"
	           "Log buffer: Enabled\n    Max buffer size 1024, current buffer size 100\n"
	           "Information timestamp format:\n    Log host: date\n"
	           "    Other output: none\n");
	fixture_free(f);
}

// The first line of the log buffer, by the stamp that was asked for.
static const char *line_with(struct fixture *f, const char *stamp)
{
	static char line[300];
	char command[100];
	const char *at;

	snprintf(command, sizeof(command), "system-view\ninfo-center timestamp %s", stamp);
	fixture_exec(f, command);
	fixture_exec(f, "display logbuffer");
	at = strstr(shown(f), "Current messages");
	at = at != NULL ? strchr(at, '\n') : NULL;
	snprintf(line, sizeof(line), "%.*s", at != NULL ? (int)strcspn(at + 1, "\n") : 0,
	         at != NULL ? at + 1 : "");
	return line;
}

TEST(lines_that_are_shown_bear_the_time_asked_for)
{
	struct fixture *f = fixture_new();
	unsigned high = 9, low;

	fixture_exec(f, "display version"); // a line of the log
	CHECK(strstr(line_with(f, "date"), " Sallyport SHELL/6/SHELL_CMD: ") != NULL);
	CHECK(strncmp(line_with(f, "none"), "% Sallyport SHELL/6/SHELL_CMD: ", 31) == 0);
	CHECK_EQ(sscanf(line_with(f, "boot"), "%%%u.%u Sallyport ", &high, &low), 2);
	CHECK_EQ(high, 0);
	fixture_free(f);
}

CHECK_MAIN()
