// Dialogues: what is typed, what is shown, and that nothing is lost between.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#include <malloc.h>

// --- at a terminal -----------------------------------------------------------------------------

TEST(login_shows_the_box_and_the_prompt)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_open(f, DIALOGUE_SHELL, true, API_ROLE_ADMIN, "");

	dialogue_credit(d, 4096);
	settle(f);
	CHECK(strncmp(shown(f), "\r\n***", 2) != 0);
	CHECK(strncmp(shown(f), "****", 4) == 0);
	CHECK(strstr(shown(f), "*\r\n<Sallyport>") != NULL);
	CHECK(strchr(shown(f), '>') == shown(f) + strlen(shown(f)) - 1);
	fixture_free(f);
}

TEST(typing_is_echoed_byte_for_byte_and_consumed)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "display clo");
	CHECK_TEXT(shown(f), "display clo");
	CHECK_EQ(f->consumed, 11);
	fixture_free(f);
}

TEST(an_idle_dialogue_at_its_prompt_holds_no_memory_but_its_row)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "abc\b\b\b");
	CHECK(d->line == NULL && d->task == NULL && d->input == NULL && d->out.data == NULL);
	CHECK(sizeof(*d) <= 512);
	fixture_free(f);
}

// The row itself and everything that is allocated for it.
TEST(a_hundred_thousand_dialogues_at_their_prompts_cost_at_most_512_bytes_each)
{
	enum { MANY = 100000 };
	struct fixture *f = fixture_new();
	struct dialogue_table many;
	struct dialogue_start start = {
	        .open = {.type = DIALOGUE_SHELL, .has_pty = true, .columns = 80},
	        .role = API_ROLE_OPERATOR,
	        .user = span_text("operator"),
	};
	struct mallinfo2 before = mallinfo2();
	size_t bytes;

	CHECK_EQ(table_init(&many, &f->shell, &f->port, 0, MANY), STATUS_OK);
	for (uint32_t i = 0; i < MANY; i++) {
		struct dialogue *d = dialogue_open(&many, i, i + 1, &start);

		dialogue_credit(d, 65536);
		dialogue_input(d, span_text("display sy\030"));
		if (i % 1000 == 999) {
			settle(f);
			shown_clear(f);
		}
	}
	CHECK_EQ(many.open, MANY);
	bytes = mallinfo2().uordblks - before.uordblks;
	CHECK(sizeof(struct dialogue) + bytes / MANY <= 512);
	table_fini(&many);
	fixture_free(f);
}

TEST(cr_lf_and_crlf_each_end_one_line)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "\r");
	type_text(f, d, "\n");
	type_text(f, d, "\r\n");
	type_text(f, d, "\n");
	CHECK_TEXT(shown(f), "\r\n<Sallyport>\r\n<Sallyport>\r\n<Sallyport>");
	fixture_free(f);
}

TEST(the_caret_stands_under_the_offence_with_the_prompt_counted)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "display foo\r");
	CHECK_TEXT(shown(f), "display foo\r\n                   ^\r\n"
	                     " % Unrecognized command found at '^' position.\r\n<Sallyport>");
	fixture_free(f);
}

TEST(views_change_the_prompt_and_control_z_leaves_them)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "sys\r");
	CHECK(strstr(shown(f),
	             "System View: return to User View with Ctrl+Z.\r\n[Sallyport]") != NULL);
	shown_clear(f);
	type_text(f, d, "line vty 0 4\r");
	CHECK_TEXT(shown(f), "line vty 0 4\r\n[Sallyport-line-vty0-4]");
	shown_clear(f);
	type_text(f, d, "sysname r1\r");
	CHECK_TEXT(shown(f), "sysname r1\r\n[r1-line-vty0-4]");
	shown_clear(f);
	type_text(f, d, "\032");
	CHECK_TEXT(shown(f), "\r\n<r1>");
	fixture_free(f);
}

TEST(help_and_tab_show_the_line_again)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "display cl?");
	CHECK_TEXT(shown(f),
	           "display cl\r\n  clock  Display the system time\r\n<Sallyport>display cl");
	shown_clear(f);
	type_text(f, d, "\t");
	CHECK_TEXT(shown(f), "\r\n<Sallyport>display clock ");
	fixture_free(f);
}

TEST(a_question_mark_behind_a_wrong_word_points_at_it)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "display foo ?");
	CHECK_TEXT(shown(f), "display foo \r\n                   ^\r\n"
	                     " % Unrecognized command found at '^' position.\r\n"
	                     "<Sallyport>display foo ");
	fixture_free(f);
}

TEST(repeated_tabs_go_round_the_matches)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "display cl\b\t");
	CHECK(strstr(shown(f), "<Sallyport>display clock") != NULL);
	type_text(f, d, "\t");
	CHECK(strstr(shown(f), "<Sallyport>display counters") != NULL);
	type_text(f, d, "\t");
	CHECK(strstr(shown(f), "<Sallyport>display current-configuration") != NULL);
	fixture_free(f);
}

TEST(history_comes_back_with_control_p)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "display clock\r");
	shown_clear(f);
	type_text(f, d, "\020");
	CHECK_TEXT(shown(f), "display clock");
	shown_clear(f);
	type_text(f, d, "\016");
	CHECK_TEXT(shown(f),
	           "\b\b\b\b\b\b\b\b\b\b\b\b\b             \b\b\b\b\b\b\b\b\b\b\b\b\b");
	type_text(f, d, "display history-command\r");
	CHECK(strstr(shown(f), "\r\n  display clock\r\n") != NULL);
	fixture_free(f);
}

TEST(passwords_are_not_remembered_nor_echoed)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "system-view\rlocal-user bob\rpassword simple s3cret\r");
	shown_clear(f);
	type_text(f, d, "password\r");
	CHECK(strstr(shown(f), "\r\nPassword:") != NULL);
	shown_clear(f);
	type_text(f, d, "n3w\r");
	CHECK_TEXT(shown(f), "\r\nConfirm :");
	type_text(f, d, "n3w\r");
	CHECK(strstr(shown(f), "n3w") == NULL);
	shown_clear(f);
	type_text(f, d, "display history-command\r");
	CHECK(strstr(shown(f), "s3cret") == NULL);
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "password hash $y$n3w\n") != NULL);
	fixture_free(f);
}

// --- pager -------------------------------------------------------------------------------------

static void many_keys(struct fixture *f, unsigned count)
{
	char name[16];

	for (unsigned i = 0; i < count; i++) {
		struct api_record r = {.class = API_CLASS_SSH_USER};

		snprintf(name, sizeof(name), "user%05u", i);
		r.key = span_text(name);
		if (config_put(&f->control, &r) != STATUS_OK)
			abort();
	}
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

TEST(a_long_display_stops_at_a_screen_and_goes_on_by_page_and_line)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	many_keys(f, 100);
	type_text(f, d, "display ssh user-information\r");
	CHECK_EQ(count_of(shown(f), "\r\n"), 24); // the command's line and 23 of output
	CHECK(strstr(shown(f), "\r\n---- More ----") != NULL);
	shown_clear(f);
	type_text(f, d, "\r");
	CHECK_EQ(count_of(shown(f), "\r\n"), 1);
	CHECK(strncmp(shown(f), "\033[16D                \033[16D", 26) == 0);
	shown_clear(f);
	type_text(f, d, " ");
	CHECK_EQ(count_of(shown(f), "\r\n"), 23);
	shown_clear(f);
	type_text(f, d, "q");
	CHECK(strstr(shown(f), "<Sallyport>") != NULL);
	CHECK_EQ(count_of(shown(f), "user0"), 0);
	fixture_free(f);
}

TEST(a_dumb_terminal_gets_its_pager_erased_by_blanks)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	d->dumb = true;
	many_keys(f, 100);
	type_text(f, d, "display ssh user-information\r");
	shown_clear(f);
	type_text(f, d, "\r");
	CHECK(strncmp(shown(f), "\r                \r", 18) == 0);
	CHECK(strchr(shown(f), 27) == NULL);
	fixture_free(f);
}

TEST(screen_length_disable_shows_all_at_once)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	many_keys(f, 100);
	type_text(f, d, "screen-length disable\r");
	CHECK(strstr(shown(f),
	             "\r\n % Screen-length configuration is disabled for current user.\r\n<") !=
	      NULL);
	type_text(f, d, "display ssh user-information\r");
	CHECK_EQ(count_of(shown(f), " user0"), 100);
	fixture_free(f);
}

TEST(what_is_typed_ahead_of_the_pager_runs_after_it)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	many_keys(f, 100);
	type_text(f, d, "display ssh user-information\rdisplay clock\r");
	CHECK_EQ(count_of(shown(f), " user0"), 100);
	CHECK_EQ(count_of(shown(f), "UTC"), 1);
	fixture_free(f);
}

TEST(control_c_stops_a_command_that_waits_for_control)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	f->hold_replies = true;
	type_text(f, d, "display version\r");
	CHECK(d->task != NULL);
	type_text(f, d, "\003");
	CHECK(d->task == NULL);
	CHECK(strstr(shown(f), "\r\n<Sallyport>") != NULL);
	f->hold_replies = false;
	settle(f);
	CHECK(strstr(shown(f), "Comware") == NULL); // the late answer is nobody's
	fixture_free(f);
}

TEST(filters_work_line_by_line)
{
	struct fixture *f = fixture_new();

	many_keys(f, 30);
	CHECK_EQ(count_of(fixture_exec(f, "display ssh user-information | include 0000[12]"),
	                  "\n"),
	         2);
	CHECK_TEXT(fixture_exec(f, "display clock | grep x"),
	           "                ^\n % Unrecognized command found at '^' position.\n");
	fixture_free(f);
}

// --- without a terminal ------------------------------------------------------------------------

TEST(exec_prints_bare_lines_and_its_status)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, "display clock"), "UTC") != NULL);
	CHECK(strchr(shown(f), '\r') == NULL);
	CHECK(f->exited);
	CHECK_EQ(f->exit_status, 0);
	CHECK_TEXT(fixture_exec(f, "display nonsense\nsystem-view\nsysname r9\n"),
	           "        ^\n % Unrecognized command found at '^' position.\n");
	CHECK_EQ(f->exit_status, 1);
	CHECK_TEXT(f->shell.sysname, "r9");
	fixture_free(f);
}

TEST(exec_answers_a_question_mark_at_the_end_with_help)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "display cl?"), "  clock  Display the system time\n");
	CHECK_EQ(f->exit_status, 0);
	fixture_free(f);
}

TEST(exec_with_a_terminal_ends_lines_with_crlf)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_open(f, DIALOGUE_EXEC, true, API_ROLE_OPERATOR,
	                                  "display clock\nreboot");

	dialogue_credit(d, 4096);
	settle(f);
	CHECK(strstr(shown(f), "\r\nPermission denied.\r\n") != NULL);
	CHECK_EQ(f->exit_status, 1);
	fixture_free(f);
}

TEST(without_a_role_everything_is_refused)
{
	struct fixture *f = fixture_new();
	struct dialogue *d =
	        fixture_open(f, DIALOGUE_EXEC, false, API_ROLE_NONE, "display clock");

	dialogue_credit(d, 4096);
	settle(f);
	CHECK_TEXT(shown(f), "Permission denied.\n");
	CHECK_EQ(f->exit_status, 255);
	fixture_free(f);
}

TEST(a_shell_without_a_terminal_runs_lines_until_eof)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_open(f, DIALOGUE_SHELL, false, API_ROLE_ADMIN, "");

	dialogue_credit(d, 4096);
	type_text(f, d, "system-view\r\nsysname r2\r\ndisplay this | include r2");
	dialogue_input_end(d);
	settle(f);
	CHECK_TEXT(shown(f), " sysname r2\n");
	CHECK(f->exited);
	CHECK_EQ(f->exit_status, 0);
	fixture_free(f);
}

TEST(quit_in_user_view_ends_the_dialogue)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "quit\r");
	CHECK(f->exited);
	CHECK_EQ(f->exit_status, 0);
	CHECK_EQ(f->table.open, 0);
	fixture_free(f);
}

TEST(a_hangup_is_answered_by_exit_and_frees_everything)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	f->hold_replies = true;
	type_text(f, d, "display version\rmore and more");
	dialogue_hangup(d);
	settle(f);
	CHECK(f->exited);
	CHECK_EQ(f->shell.tasks, 0);
	CHECK_EQ(f->shell.input_bytes, 0);
	fixture_free(f);
}

TEST(an_idle_session_is_cut_after_its_time)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	f->shell.now_us += 599 * 1000000ull;
	table_time(&f->table, f->shell.now_us);
	settle(f);
	CHECK(!f->exited);
	f->shell.now_us += 2 * 1000000ull;
	table_time(&f->table, f->shell.now_us);
	settle(f);
	CHECK(f->exited);
	(void)d;
	fixture_free(f);
}

// --- flow --------------------------------------------------------------------------------------

TEST(nothing_is_sent_without_credit_and_input_then_waits)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	many_keys(f, 500);
	type_text(f, d, "screen-length disable\rdisplay ssh user-information\r");
	shown_clear(f);
	f->consumed = 0;
	d->credit = 0;
	type_text(f, d, "display ssh user-information\rdisplay clock\r");
	CHECK_EQ(text_left(&f->shown), 0);
	CHECK(text_left(&d->out) < 2 * DIALOGUE_OUT_HIGH);
	CHECK(d->held >= 14); // the second command has not been read
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	CHECK_EQ(count_of(shown(f), " user0"), 500);
	CHECK_EQ(count_of(shown(f), "UTC"), 1);
	fixture_free(f);
}

TEST(input_beyond_the_window_ends_the_dialogue)
{
	static char much[DIALOGUE_INPUT_WINDOW + 1];
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	memset(much, 'x', sizeof(much));
	dialogue_input(d, span_of(much, sizeof(much)));
	CHECK_EQ(f->shell.count[COUNT_cli_overrun], 1);
	fixture_free(f);
}

TEST(a_full_ring_blocks_and_loses_nothing)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	f->room = 0;
	type_text(f, d, "display clock\r");
	CHECK_EQ(text_left(&f->shown), 0);
	CHECK(f->shell.blocked > 0);
	f->room = UINT32_MAX;
	settle(f);
	CHECK_EQ(count_of(shown(f), "UTC"), 1);
	CHECK_EQ(f->consumed, 14);
	fixture_free(f);
}

// A megabyte of commands in random cuts, credit in driblets: each runs once, in order, and the
// echo is what was typed.
TEST(a_large_paste_executes_every_command_once_in_order)
{
	enum { COMMANDS = 60000 };
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);
	struct text paste = {0};
	size_t at = 0;
	uint64_t given = 0;
	uint32_t next = 0;
	const char *found;
	char want[40];

	f->shell.history = 0;
	text_puts(&paste, "system-view\r");
	for (unsigned i = 0; i < COMMANDS; i++)
		text_format(&paste, "sysname n%06u\r", i);
	srand(7);
	d->credit = 0;
	while (at < paste.len || !text_left(&f->shown) || d->held > 0 || d->task != NULL ||
	       text_left(&d->out) > 0) {
		size_t window = DIALOGUE_INPUT_WINDOW - (at - (size_t)f->consumed);
		size_t cut = (size_t)rand() % 9000 + 1;

		cut = cut > window ? window : cut;
		cut = cut > paste.len - at ? paste.len - at : cut;
		dialogue_input(d, span_of(paste.data + at, cut));
		at += cut;
		given += 1 + (uint64_t)rand() % 5000;
		dialogue_credit(
		        d, given - (d->credit + d->sent > given ? given : d->credit + d->sent));
		settle(f);
	}
	CHECK_EQ(f->puts, COMMANDS);
	CHECK_EQ(f->consumed, paste.len);
	CHECK_EQ(f->shell.count[COUNT_cli_wrong], 0);
	found = shown(f);
	for (; next < COMMANDS && found != NULL; next++) {
		snprintf(want, sizeof(want), "]sysname n%06u\r\n[n%06u", next, next);
		found = strstr(found, want);
	}
	CHECK_EQ(next, COMMANDS);
	CHECK(found != NULL);
	text_fini(&paste);
	fixture_free(f);
}

// Rounds of the loop until 50 dialogues that ask at once have their answers; beside them another
// may paste.
static int rounds_to_answer(bool with_paste)
{
	enum { OTHERS = 50 };
	struct fixture *f = fixture_new();
	struct dialogue *paster = fixture_terminal(f), *others[OTHERS];
	struct text paste = {0};
	int rounds = 0;

	for (int i = 0; i < OTHERS; i++)
		others[i] = fixture_terminal(f);
	type_text(f, paster, "screen-length disable\rsystem-view\r");
	for (int i = 0; with_paste && i < 1500; i++)
		text_format(&paste, "sysname n%06u\r", i);
	dialogue_input(paster, text_span(&paste));
	for (int i = 0; i < OTHERS; i++)
		dialogue_input(others[i], span_text("display users\rdisplay clock\r"));
	for (; count_of(shown(f), "UTC") < OTHERS && rounds < 1000; rounds++) {
		uint32_t before = f->puts;

		shell_turn(&f->shell);
		CHECK(f->puts - before <= 32);
		while (fixture_answer(f))
			;
	}
	CHECK(!with_paste || (f->puts > 0 && paster->held > 0)); // it went on, it is not over
	text_fini(&paste);
	fixture_free(f);
	return rounds;
}

TEST(a_paste_costs_nobody_a_round_of_the_loop)
{
	CHECK_EQ(rounds_to_answer(true), rounds_to_answer(false));
}

CHECK_MAIN()
