// What the command line itself offers: aliases, hotkeys, history, repeats.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static const char *typed(struct fixture *f, struct dialogue *d, const char *keys)
{
	shown_clear(f);
	type_text(f, d, keys);
	return shown(f);
}

// --- aliases -----------------------------------------------------------------------------------

TEST(an_alias_takes_the_words_after_it)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nalias sn sysname\nalias swap sysname $2$1");
	fixture_exec(f, "system-view\nsn r1");
	CHECK_TEXT(f->shell.sysname, "r1");
	fixture_exec(f, "system-view\nswap x y");
	CHECK_TEXT(f->shell.sysname, "yx");
	CHECK_TEXT(fixture_exec(f, "system-view\nswap x"),
	           "      ^\n % Incomplete command found at '^' position.\n");
	fixture_free(f);
}

TEST(aliases_are_part_of_the_configuration_and_can_be_undone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nalias z display clock | include UTC");
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "\n alias z \"display clock | include UTC\"\n") != NULL);
	CHECK(strstr(fixture_exec(f, "z"), "UTC") != NULL);
	CHECK(strstr(fixture_exec(f, "display alias z"),
	             "\n10            z                     display clock | include UTC\n") !=
	      NULL);
	fixture_exec(f, "system-view\nundo alias z");
	CHECK(strstr(fixture_exec(f, "z"), "% Unrecognized") != NULL);
	CHECK_TEXT(fixture_exec(f, "system-view\nundo alias z"),
	           " % The alias does not exist.\n");
	fixture_free(f);
}

TEST(an_alias_cannot_hide_what_deletes_it)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, "system-view\nalias undo display clock"), " % ") != NULL);
	CHECK(strstr(fixture_exec(f, "show alias"), "show                  display\n") != NULL);
	fixture_free(f);
}

// --- hotkeys -----------------------------------------------------------------------------------

TEST(hotkeys_type_their_command)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	CHECK(strncmp(typed(f, d, "\007"), "display current-configuration\r\n#\r\n", 34) == 0);
	CHECK_TEXT(typed(f, d, "\017"), "undo debugging all\r\nAll possible debugging has been "
	                                "turned off\r\n<Sallyport>");
	CHECK_TEXT(typed(f, d, "\024"), "");
	typed(f, d, "system-view\rhotkey ctrl_t display clock\rreturn\r");
	CHECK(strstr(typed(f, d, "\024"), "display clock\r\n") != NULL);
	CHECK(strstr(shown(f), "UTC") != NULL);
	CHECK_TEXT(typed(f, d, "dis\024"), "dis"); // nothing half typed is thrown away
	fixture_free(f);
}

TEST(hotkeys_print_and_return_to_their_defaults)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nhotkey ctrl_g \"display clock\"");
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "#\n hotkey ctrl_g \"display clock\"\n#\n") != NULL);
	CHECK(strstr(fixture_exec(f, "display hotkey"), "CTRL_G  display clock\n") != NULL);
	CHECK(strstr(shown(f), "CTRL_T  NULL\n") != NULL);
	fixture_exec(f, "system-view\nundo hotkey ctrl_g");
	CHECK(strstr(fixture_exec(f, "display hotkey"),
	             "CTRL_G  display current-configuration\n") != NULL);
	fixture_free(f);
}

// --- history and repeat ------------------------------------------------------------------------

TEST(the_history_of_all_sessions_names_terminal_address_and_user)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	d->line_number = 3;
	memcpy(d->peer, "\0\0\0\0\0\0\0\0\0\0\377\377\300\0\2\1", 16);
	typed(f, d, "display clock\rdisplay clock\r");
	fixture_exec(f, "display history-command all");
	CHECK(strstr(shown(f), "  Date       Time     Terminal   Ip                User\n") !=
	      NULL);
	CHECK(strstr(shown(f),
	             " vty3       192.0.2.1         tester\n  Cmd:display clock\n\n") != NULL);
	CHECK(strstr(strstr(shown(f), "Cmd:") + 1, "Cmd:display clock") == NULL);
	fixture_free(f);
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

TEST(repeat_runs_the_last_commands_again_in_their_order)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	typed(f, d, "system-view\rsysname a\rsysname b\r");
	typed(f, d, "repeat 2 count 3 delay 0\r");
	CHECK_EQ(count_of(shown(f), "]sysname a\r\n[a]sysname b\r\n"), 3);
	CHECK(d->script == NULL);
	CHECK(strstr(typed(f, d, "display history-command\r"), "repeat") == NULL);
	CHECK(strstr(typed(f, d, "repeat 200\r"), " % There are only ") != NULL);
	fixture_free(f);
}

TEST(repeat_waits_between_rounds_until_control_c)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	typed(f, d, "display clock\r");
	CHECK_EQ(count_of(typed(f, d, "repeat\r"), "UTC"), 1);
	shown_clear(f);
	f->shell.now_us += 1500000;
	table_time(&f->table, f->shell.now_us);
	settle(f);
	CHECK_EQ(count_of(shown(f), "UTC"), 1);
	typed(f, d, "\003");
	CHECK(d->script == NULL);
	f->shell.now_us += 1500000;
	table_time(&f->table, f->shell.now_us);
	settle(f);
	CHECK_EQ(count_of(shown(f), "UTC"), 0);
	fixture_free(f);
}

TEST(display_this_works_in_the_views_of_keys)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key peer k\ndisplay this\n"
	                           "public-key-code begin\ndisplay this"),
	           "");
	CHECK_EQ(f->exit_status, 0);
	fixture_free(f);
}

// Rows of the manual that README.md says are left out, and the word that is not known.
static const struct left_out {
	const char *view, *line, *word;
} LEFT_OUT[] = {
        {"", "netconf soap idle-timeout 10", "netconf"},
        {"", "netconf ssh server enable", "netconf"},
        {"", "netconf ssh server port 830", "netconf"},
        {"", "ssh server pki-domain d", "pki-domain"},
        {"",
         "ssh user u service-type stelnet authentication-type publickey assign pki-domain d",
         "pki-domain"},
        {"", "acl mac 4000", "mac"},
        {"line vty 0 4\n", "command authorization", "command"},
        {"line vty 0 4\n", "command accounting", "command"},
        {NULL, "pad 1", "pad"},
};

TEST(commands_left_out_on_purpose_are_not_recognised)
{
	struct fixture *f = fixture_new();
	char typed[256], answer[256];

	for (size_t i = 0; i < sizeof(LEFT_OUT) / sizeof(LEFT_OUT[0]); i++) {
		const struct left_out *l = &LEFT_OUT[i];

		snprintf(typed, sizeof(typed), "%s%s%s", l->view ? "system-view\n" : "",
		         l->view ? l->view : "", l->line);
		snprintf(answer, sizeof(answer),
		         "%*s^\n %% Unrecognized command found at '^' position.\n",
		         (int)(strstr(l->line, l->word) - l->line), "");
		CHECK_TEXT(fixture_exec(f, typed), answer);
	}
	fixture_free(f);
}

CHECK_MAIN()
