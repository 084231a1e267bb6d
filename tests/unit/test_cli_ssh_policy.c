// Keepalives, unused connections, variables and subsystems: commands, undo, displays.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static bool prints(struct fixture *f, const char *commands, const char *line)
{
	char wanted[400];

	fixture_exec(f, commands);
	snprintf(wanted, sizeof(wanted), "\n %s\n", line);
	return strstr(fixture_exec(f, "display current-configuration"), wanted) != NULL;
}

static bool prints_none(struct fixture *f, const char *commands, const char *part)
{
	fixture_exec(f, commands);
	return strstr(fixture_exec(f, "display current-configuration"), part) == NULL;
}

TEST(keepalives_print_as_typed_and_can_be_undone)
{
	struct fixture *f = fixture_new();

	CHECK(prints(f, "system-view\nssh server keepalive interval 60",
	             "ssh server keepalive interval 60"));
	CHECK(prints(f, "system-view\nssh server keepalive interval 15 count 5",
	             "ssh server keepalive interval 15 count 5"));
	CHECK(prints(f, "system-view\nssh server keepalive interval 20",
	             "ssh server keepalive interval 20"));
	CHECK(prints_none(f, "system-view\nundo ssh server keepalive", "keepalive"));
	fixture_free(f);
}

TEST(the_unused_timeout_prints_and_can_be_undone)
{
	struct fixture *f = fixture_new();

	CHECK(prints(f, "system-view\nssh server unused-timeout 300",
	             "ssh server unused-timeout 300"));
	CHECK(prints_none(f, "system-view\nundo ssh server unused-timeout", "unused"));
	fixture_free(f);
}

TEST(the_list_of_variables_is_replaced_printed_and_undone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh server environment accept OLD");
	CHECK(prints(f, "system-view\nssh server environment accept GIT_* EDITOR",
	             "ssh server environment accept GIT_* EDITOR"));
	CHECK(prints_none(f, "system-view\nundo ssh server environment accept", "environment"));
	fixture_free(f);
}

TEST(subsystems_print_as_the_commands_that_make_them)
{
	struct fixture *f = fixture_new();

	CHECK(prints(f, "system-view\nssh server subsystem version command display version",
	             "ssh server subsystem version command \"display version\""));
	CHECK(prints(f, "system-view\nssh server subsystem files sftp",
	             "ssh server subsystem files sftp"));
	CHECK(prints(f, "system-view\nssh server subsystem clock command \"display clock\"",
	             "ssh server subsystem clock command \"display clock\""));
	CHECK_TEXT(fixture_exec(f, "display ssh server subsystem"),
	           "Subsystem               Serves\n"
	           "clock                   command display clock\n"
	           "files                   sftp\n"
	           "version                 command display version\n");
	CHECK(prints_none(f,
	                  "system-view\nundo ssh server subsystem version\n"
	                  "undo ssh server subsystem files\nundo ssh server subsystem clock",
	                  "subsystem"));
	CHECK(strstr(fixture_exec(f, "system-view\nundo ssh server subsystem clock"),
	             "The subsystem does not exist.") != NULL);
	fixture_free(f);
}

TEST(the_policy_displays_what_is_in_force)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "display ssh server policy"),
	           " Keepalive interval : Disable\n Keepalives without answer : 3 time(s)\n"
	           " Unused connection timeout : Disable\n"
	           " Environment accepted : LANG LC_*\n");
	fixture_exec(f, "system-view\nssh server keepalive interval 30 count 4\n"
	                "ssh server unused-timeout 90\nssh server environment accept X Y");
	CHECK_TEXT(
	        fixture_exec(f, "display ssh server policy"),
	        " Keepalive interval : 30 second(s)\n Keepalives without answer : 4 time(s)\n"
	        " Unused connection timeout : 90 second(s)\n"
	        " Environment accepted : LANG LC_* X Y\n");
	fixture_free(f);
}

TEST(the_feature_ssh_has_penalties_and_policy)
{
	struct fixture *f = fixture_new();
	const char *rows = fixture_exec(f, "display role feature name ssh");

	CHECK(strstr(rows, "  ssh server penalty enable\n") != NULL);
	CHECK(strstr(rows, "  display ssh server penalty\n") != NULL);
	CHECK(strstr(rows, "  undo ssh server keepalive\n") != NULL);
	CHECK(strstr(rows, "  display ssh server policy\n") != NULL);
	fixture_free(f);
}

CHECK_MAIN()
