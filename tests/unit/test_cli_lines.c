// Lines and the people on them: banners, messages, locks, displays.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static const char *typed(struct fixture *f, struct dialogue *d, const char *keys)
{
	shown_clear(f);
	type_text(f, d, keys);
	return shown(f);
}

static const char *login(struct fixture *f)
{
	struct dialogue *d = fixture_open(f, DIALOGUE_SHELL, true, API_ROLE_ADMIN, "");

	shown_clear(f);
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	return shown(f);
}

// --- banners -----------------------------------------------------------------------------------

TEST(banners_are_said_in_their_order_after_the_copyright)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	typed(f, d,
	      "system-view\rheader shell %Welcome to the shell%\r"
	      "header motd %\rmessage\rof the day\r%\rheader login +Hello+\rquit\rquit\r");
	CHECK(strstr(login(f), "*\r\nmessage\r\nof the day\r\nHello\r\nWelcome to the shell\r\n"
	                       "<Sallyport>") != NULL);
	fixture_exec(f, "system-view\nundo copyright-info enable\nundo header motd\n"
	                "undo header login");
	CHECK_TEXT(login(f), "Welcome to the shell\r\n<Sallyport>");
	fixture_exec(f, "system-view\ncopyright-info enable");
	CHECK(strncmp(login(f), "****", 4) == 0);
	fixture_free(f);
}

TEST(a_login_banner_that_came_before_the_login_is_not_said_again)
{
	struct fixture *f = fixture_new();
	struct dialogue_start start = {
	        .open = {.type = DIALOGUE_SHELL, .has_pty = 1, .login_said = 1},
	        .role = API_ROLE_ADMIN,
	        .user = span_text("tester"),
	};
	struct dialogue *d;

	fixture_exec(f, "system-view\nundo copyright-info enable\nheader login %Hello%\n"
	                "header shell %Welcome%");
	CHECK_TEXT(login(f), "Hello\r\nWelcome\r\n<Sallyport>");
	d = dialogue_open(&f->table, 7, 1000, &start);
	shown_clear(f);
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	CHECK_TEXT(shown(f), "Welcome\r\n<Sallyport>");
	fixture_free(f);
}

TEST(the_legal_banner_must_be_agreed_to)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nundo copyright-info enable\nheader legal %Only us.%");
	CHECK_TEXT(login(f), "Only us.\r\nPress Y or ENTER to continue, N to exit.");
	CHECK_TEXT(typed(f, &f->table.rows[0], "\r"), "\r\n<Sallyport>");
	CHECK_TEXT(login(f), "Only us.\r\nPress Y or ENTER to continue, N to exit.");
	type_text(f, &f->table.rows[1], "n\r");
	CHECK(f->exited);
	fixture_free(f);
}

TEST(a_banner_typed_line_by_line_ends_with_its_mark)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "system-view\r");
	CHECK(strstr(typed(f, d, "header motd\r"),
	             "Please input banner content, and quit with the character '%'.\r\n") !=
	      NULL);
	typed(f, d, "one\rtwo \\ \"x\"%\r");
	CHECK(strstr(typed(f, d, "display this | include header\r"),
	             "\r\n header motd \"%one\\\\ntwo \\\\\\\\ \\\"x\\\"%\"\r\n") != NULL);
	fixture_free(f);
}

TEST(a_printed_banner_makes_the_same_banner_again)
{
	struct fixture *f = fixture_new();
	const struct blob *text;
	char line[200];

	typed(f, fixture_terminal(f),
	      "system-view\rheader shell ^\ra%b \\ \"x\" \\n c\rd\r^\rreturn\r");
	fixture_exec(f, "display current-configuration | include header");
	snprintf(line, sizeof(line), "system-view\nundo header shell\n%s", shown(f));
	fixture_exec(f, line);
	text = shell_entry(&f->shell.banners, span_text("shell"));
	CHECK(text != NULL && span_is(span_blob(text), "a%b \\ \"x\" \\n c\nd"));
	fixture_free(f);
}

// --- send and lock -----------------------------------------------------------------------------

TEST(a_message_reaches_other_terminals_and_keeps_what_is_typed_there)
{
	struct fixture *f = fixture_new();
	struct dialogue *ann = fixture_terminal(f), *bob = fixture_terminal(f);

	bob->line_number = 1;
	type_text(f, bob, "displ");
	CHECK(strstr(typed(f, ann, "send vty 1\r"),
	             "Enter message, end with Enter; abort with CTRL+C:") != NULL);
	typed(f, ann, "going down\r");
	typed(f, ann, "y\r");
	CHECK(strstr(shown(f), "\r\n***\r\n***\r\n***Message from vty0 to vty1\r\n***\r\n"
	                       "going down\r\n<Sallyport>displ") != NULL);
	CHECK(strstr(typed(f, ann, "send 99\rx\ry\r"), " % The line is not in use.") != NULL);
	fixture_free(f);
}

TEST(a_locked_terminal_opens_only_to_its_password)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	typed(f, d, "lock\rsecret\rsecret\r");
	CHECK(strstr(shown(f), "locked !") != NULL);
	CHECK(strstr(shown(f), "secret") == NULL);
	CHECK(strchr(typed(f, d, "\003wrong\r\032"), '<') == NULL);
	f->shell.now_us += 40000000;
	table_time(&f->table, f->shell.now_us);
	settle(f);
	CHECK(d->task != NULL);
	CHECK(strstr(typed(f, d, "secret\r"), "\r\n<Sallyport>") != NULL);
	CHECK(strstr(typed(f, d, "lock\ra\rb\r"), " % The two passwords differ.") != NULL);
	fixture_free(f);
}

// --- displays ----------------------------------------------------------------------------------

TEST(lines_display_with_their_authentication)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	d->line_number = 3;
	CHECK(strstr(fixture_exec(f, "display line"),
	             "  Idx  Type        Tx/Rx     Modem Auth Int Location\n"
	             "+ 13   VTY 3                 -     A    -   -\n") != NULL);
	CHECK(strstr(fixture_exec(f, "display user-interface vty 7"),
	             "\n  17   VTY 7                 -     A    -   -\n") != NULL);
	CHECK(strncmp(fixture_exec(f, "display line summary"),
	              "Line type : [VTY]\n   10:XXXU XXXX XXXX XXXX\n   26:XXXX", 52) == 0);
	CHECK(strstr(shown(f), "\n    1 lines used.      (U)\n") != NULL);
	fixture_free(f);
}

TEST(users_display_with_details_and_legend)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	d->line_number = 1;
	d->session = 334;
	CHECK_TEXT(fixture_exec(f, "display users"),
	           "  Idx  Line        Idle       Time              Pid     Type\n"
	           "  11   VTY 1       01:01:01   Jan 02 00:00:00   334     SSH\n\n"
	           "Following are more details.\nVTY 1   :\n        User name: tester\n"
	           "        Location: 192.0.2.1\n +    : Current operation user.\n"
	           " F    : Current operation user works in async mode.\n");
	CHECK(strstr(typed(f, d, "display users\r"), "\r\n+ 11   VTY 1 ") != NULL);
	fixture_free(f);
}

TEST(a_line_ends_after_a_yes_but_never_ones_own)
{
	struct fixture *f = fixture_new();
	struct dialogue *ann = fixture_terminal(f), *bob = fixture_terminal(f);

	ann->session = 4;
	bob->session = 5;
	bob->line_number = 1;
	CHECK(strstr(typed(f, ann, "free line vty 1\r"),
	             "\r\nAre you sure to free line vty1? [Y/N]:") != NULL);
	CHECK(strstr(typed(f, ann, "y\r"), "\r\n [OK]\r\n") != NULL);
	CHECK_EQ(f->freed[0], 5);
	CHECK(strstr(typed(f, ann, "free user-interface vty 0\r"),
	             " % Cannot free the current line.") != NULL);
	CHECK(strstr(typed(f, ann, "free line vty 9\r"), " % The line is not in use.") != NULL);
	fixture_free(f);
}

CHECK_MAIN()
