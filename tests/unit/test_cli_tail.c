// Where the output of a display command goes: filters in chains, JSON, files.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static const char *file_text(struct fixture *f, const char *name)
{
	static char text[65536];
	int fd = openat(f->shell.flash, name, O_RDONLY);
	ssize_t len = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	text[len > 0 ? len : 0] = 0;
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? text : "(no file)";
}

static struct fixture *with_users(void)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	fixture_exec(f, "system-view\nlocal-user ann\nservice-type ssh\nlocal-user bob\n"
	                "state block");
	return f;
}

// --- files -------------------------------------------------------------------------------------

TEST(a_display_goes_into_a_file_and_onto_its_end)
{
	struct fixture *f = with_users();

	CHECK_TEXT(fixture_exec(f, "display local-user | include State > out.txt"), "");
	CHECK_TEXT(file_text(f, "out.txt"), "  State:                     Active\n"
	                                    "  State:                     Blocked\n");
	fixture_exec(f, "display local-user user-name bob | include State >> flash:/out.txt");
	CHECK(strstr(file_text(f, "out.txt"),
	             "Active\n  State:                     Blocked\n"
	             "  State:                     Blocked\n") != NULL);
	fixture_exec(f, "display local-user user-name bob | include State >out.txt");
	CHECK_TEXT(file_text(f, "out.txt"), "  State:                     Blocked\n");
	fixture_free(f);
}

TEST(a_file_above_flash_is_a_wrong_parameter)
{
	struct fixture *f = with_users();

	CHECK_TEXT(fixture_exec(f, "display clock > ../x"),
	           "                ^\n % Wrong parameter found at '^' position.\n");
	CHECK_TEXT(fixture_exec(f, "display clock >"),
	           "               ^\n % Incomplete command found at '^' position.\n");
	fixture_free(f);
}

TEST(an_operator_may_not_write_files)
{
	struct fixture *f = with_users();
	struct dialogue *d = fixture_open(f, DIALOGUE_EXEC, false, API_ROLE_OPERATOR,
	                                  "display clock > o.txt");

	shown_clear(f);
	dialogue_credit(d, 4096);
	settle(f);
	CHECK_TEXT(shown(f), "Permission denied.\n");
	CHECK_TEXT(file_text(f, "o.txt"), "(no file)");
	fixture_free(f);
}

TEST(what_a_failed_command_says_is_shown_and_not_written)
{
	struct fixture *f = with_users();

	CHECK_TEXT(fixture_exec(f, "display local-user user-name nobody > n.txt"),
	           " % The local user does not exist.\n");
	CHECK_TEXT(file_text(f, "n.txt"), "(no file)");
	fixture_free(f);
}

TEST(a_mark_inside_an_expression_is_no_redirection)
{
	struct fixture *f = with_users();

	CHECK_TEXT(fixture_exec(f, "display local-user | include \"a > b c\""), "");
	CHECK_EQ(f->exit_status, 0);
	fixture_free(f);
}

// --- chains ------------------------------------------------------------------------------------

TEST(filters_chain_and_number_their_lines)
{
	struct fixture *f = with_users();

	CHECK_TEXT(fixture_exec(f, "display local-user | include : | by-linenum exclude Serv | "
	                           "include State"),
	           "    2:   State:                     Active\n"
	           "   11:   State:                     Blocked\n");
	fixture_free(f);
}

// --- JSON --------------------------------------------------------------------------------------

TEST(a_table_shows_as_json)
{
	struct fixture *f = with_users();

	CHECK_TEXT(fixture_exec(f, "display local-user user-name ann | json"),
	           "[\n  {\"Device management user\": \"ann\", \"State\": \"Active\", "
	           "\"Service type\": \"SSH\", \"Access limit\": \"Disabled\", "
	           "\"User group\": \"system\", \"Work directory\": \"flash:\", "
	           "\"User role list\": \"network-operator\"}\n]\n");
	CHECK_TEXT(fixture_exec(f, "display public-key peer brief | json"), "[\n]\n");
	CHECK(strstr(fixture_exec(f, "display ssh server status | json"),
	             "\"SSH server port\": 22, ") != NULL);
	fixture_free(f);
}

TEST(rows_of_json_are_parted_by_commas_and_numbers_have_no_quotes)
{
	struct fixture *f = with_users();

	fixture_exec(f, "display alias | json");
	CHECK(strstr(shown(f), "[\n  {\"Index\": 1, \"Alias\": \"access-list\", \"Command "
	                       "key\": \"acl\"},\n"
	                       "  {\"Index\": 2,") == shown(f));
	CHECK(strstr(shown(f), "\"save\"}\n]\n") != NULL);
	fixture_free(f);
}

TEST(what_is_no_table_has_no_json)
{
	struct fixture *f = with_users();

	CHECK_TEXT(fixture_exec(f, "display clock | json"),
	           "                ^\n % Unrecognized command found at '^' position.\n");
	fixture_free(f);
}

TEST(json_can_go_into_a_file)
{
	struct fixture *f = with_users();

	CHECK_TEXT(fixture_exec(f, "display public-key peer brief | json > k.json"), "");
	CHECK_TEXT(file_text(f, "k.json"), "[\n]\n");
	fixture_free(f);
}

CHECK_MAIN()
