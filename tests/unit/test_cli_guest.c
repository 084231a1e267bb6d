// Dialogues that are handed to another command line: the rows that say so, and programs run by a
// launcher as it serves.
#include "cli/guest/guest.h"
#include "tests/unit/cli_fixture.h"
#include "tests/unit/launcher_child.h"

#define PUMP_MS    20
#define PATIENCE_S 20

struct rig {
	struct fixture *f;
	struct launcher_child launcher;
};

static void ssh_user(struct fixture *f, const char *command)
{
	char lines[512];

	snprintf(lines, sizeof(lines),
	         "system-view\nssh user tester service-type all authentication-type any\n"
	         "ssh user tester exec %s",
	         command);
	CHECK_TEXT(fixture_exec(f, lines), "");
}

// Settings are made first: whoever has another command line has not ours.
static struct rig rig_new(const char *command)
{
	struct rig r = {fixture_new(), launcher_begin()};

	ssh_user(r.f, command);
	if (!guests_init(&r.f->shell.guests))
		abort();
	guests_attach(&r.f->shell, r.launcher.socket);
	r.launcher.socket = -1; // taken over
	shown_clear(r.f);
	return r;
}

static void rig_free(struct rig *r)
{
	table_fini(&r->f->table);
	guests_fini(&r->f->shell);
	CHECK_EQ(launcher_end(&r->launcher), 0);
	fixture_free(r->f);
}

static void pump(struct rig *r)
{
	struct pollfd p = {r->f->shell.guests.epoll, POLLIN, 0};

	poll(&p, 1, PUMP_MS);
	r->f->shell.now_us += PUMP_MS * 1000;
	guests_poll(&r->f->shell);
	table_time(&r->f->table, r->f->shell.now_us);
	settle(r->f);
}

static bool shows(struct rig *r, const char *text)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (strstr(shown(r->f), text) == NULL && time(NULL) < until)
		pump(r);
	return strstr(shown(r->f), text) != NULL;
}

static bool exits(struct rig *r)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (!r->f->exited && time(NULL) < until)
		pump(r);
	return r->f->exited;
}

static struct dialogue *login(struct rig *r, uint32_t credit)
{
	struct dialogue *d = fixture_open(r->f, DIALOGUE_SHELL, true, API_ROLE_ADMIN, "");

	dialogue_credit(d, credit);
	settle(r->f);
	return d;
}

// --- rows ----------------------------------------------------------------------------------------

TEST(the_command_line_of_a_user_is_printed_read_and_undone)
{
	struct fixture *f = fixture_new();
	const struct blob *command;
	char *text;

	fixture_exec(f,
	             "system-view\nssh user bob service-type stelnet authentication-type any\n"
	             "ssh user bob exec vtysh -d zebra");
	text = strdup(fixture_exec(f, "display current-configuration | include \"user bob\""));
	CHECK_TEXT(text, " ssh user bob service-type stelnet authentication-type any\n"
	                 " ssh user bob exec \"vtysh -d zebra\"\n");
	command = shell_entry(&f->shell.guest_commands, span_text("bob"));
	CHECK(command != NULL && span_is(span_blob(command), "vtysh -d zebra"));
	fixture_exec(f, "system-view\nundo ssh user bob exec");
	CHECK(shell_entry(&f->shell.guest_commands, span_text("bob")) == NULL);
	fixture_exec(f, "system-view\nssh user bob exec \"vtysh -d zebra\"");
	CHECK_TEXT(fixture_exec(f, "display current-configuration | include \"user bob\""),
	           text);
	free(text);
	fixture_free(f);
}

TEST(only_a_user_that_exists_gets_another_command_line)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "system-view\nssh user nobody exec vtysh"),
	           " % The SSH user does not exist.\n");
	CHECK_TEXT(fixture_exec(f, "system-view\nundo ssh user nobody exec"),
	           " % The SSH user does not exist.\n");
	CHECK_EQ(f->shell.guest_commands.count, 0);
	fixture_free(f);
}

TEST(a_user_that_is_deleted_leaves_no_command_behind)
{
	struct fixture *f = fixture_new();

	ssh_user(f, "vtysh");
	shell_forget(&f->shell, API_CLASS_SSH_USER, span_text("tester"));
	CHECK_EQ(f->shell.guest_commands.count, 0);
	fixture_free(f);
}

// --- without a launcher --------------------------------------------------------------------------

TEST(without_a_launcher_the_login_says_what_to_do)
{
	struct fixture *f = fixture_new();

	ssh_user(f, "vtysh");
	CHECK_TEXT(fixture_exec(f, "display version"),
	           "% No other program runs on this device: it was started without "
	           "--exec-user.\n");
	CHECK(f->exited);
	CHECK_EQ(f->exit_status, 255);
	CHECK_EQ(f->shell.count[COUNT_cli_guest_refused], 1);
	fixture_free(f);
}

TEST(a_domain_behind_the_name_is_no_way_around_it)
{
	struct fixture *f = fixture_new();
	struct dialogue_start start = {.open = {.type = DIALOGUE_EXEC},
	                               .role = API_ROLE_ADMIN,
	                               .user = span_text("tester@system"),
	                               .command = span_text("display version")};
	struct dialogue *d;

	ssh_user(f, "vtysh");
	d = dialogue_open(&f->table, 3, 9, &start);
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	CHECK(strstr(shown(f), "% No other program runs") != NULL);
	fixture_free(f);
}

// --- with one ------------------------------------------------------------------------------------

TEST(a_request_is_run_by_the_program_and_its_status_comes_back)
{
	struct rig r = rig_new("sh");
	struct dialogue *d =
	        fixture_open(r.f, DIALOGUE_EXEC, false, API_ROLE_ADMIN, "echo one two; exit 5");

	dialogue_credit(d, UINT32_MAX);
	CHECK(exits(&r));
	CHECK_TEXT(shown(r.f), "one two\n");
	CHECK_EQ(r.f->exit_status, 5);
	CHECK_EQ(r.f->shell.count[COUNT_cli_guests], 1);
	rig_free(&r);
}

TEST(input_and_its_end_reach_the_program)
{
	struct rig r = rig_new("sh");
	struct dialogue *d = fixture_open(r.f, DIALOGUE_EXEC, false, API_ROLE_ADMIN, "wc -c");

	dialogue_credit(d, UINT32_MAX);
	dialogue_input(d, span_text("12345"));
	dialogue_input_end(d);
	CHECK(exits(&r));
	CHECK_TEXT(shown(r.f), "5\n");
	CHECK_EQ(r.f->consumed, 5);
	rig_free(&r);
}

TEST(a_terminal_echoes_and_follows_the_size_of_the_window)
{
	struct rig r = rig_new("sh");
	struct dialogue *d = login(&r, UINT32_MAX);
	struct link_cell cell = {.kind = DIALOGUE_RESIZE, .slot = d->slot, .life = d->life};
	struct dialogue_size size = {100, 37};

	type_text(r.f, d, "stty size\r");
	CHECK(shows(&r, "0 80\r\n"));
	memcpy(cell.body, &size, sizeof(size));
	table_cell(&r.f->table, &cell, span_of(NULL, 0));
	type_text(r.f, d, "stty size; exit 4\r");
	CHECK(exits(&r));
	CHECK(strstr(shown(r.f), "37 100\r\n") != NULL);
	CHECK_EQ(r.f->exit_status, 4);
	rig_free(&r);
}

TEST(a_stopped_job_comes_back)
{
	struct rig r = rig_new("bash --norc -i");
	struct dialogue *d = login(&r, UINT32_MAX);

	type_text(r.f, d, "PS1=; sh -c 'echo rea\"\"dy; exec cat'\r");
	CHECK(shows(&r, "ready\r\n"));
	type_text(r.f, d, "\x1a");
	CHECK(shows(&r, "Stopped"));
	shown_clear(r.f);
	type_text(r.f, d, "fg\r");
	CHECK(shows(&r, "exec cat'\r\n")); // the job in the foreground again
	type_text(r.f, d, "hello\r");
	CHECK(shows(&r, "hello\r\nhello\r\n"));
	type_text(r.f, d, "\4");
	type_text(r.f, d, "exit 3\r");
	CHECK(exits(&r));
	CHECK_EQ(r.f->exit_status, 3);
	rig_free(&r);
}

TEST(a_signal_of_the_client_goes_to_the_program)
{
	struct rig r = rig_new("sh");
	struct dialogue *d = fixture_open(r.f, DIALOGUE_EXEC, false, API_ROLE_ADMIN,
	                                  "echo ready; exec sleep 60");
	struct link_cell cell = {.kind = DIALOGUE_SIGNAL, .slot = d->slot, .life = d->life};

	dialogue_credit(d, UINT32_MAX);
	CHECK(shows(&r, "ready\n"));
	table_cell(&r.f->table, &cell, span_text("TERM"));
	CHECK(exits(&r));
	CHECK_EQ(r.f->exit_status, 128 + SIGTERM);
	rig_free(&r);
}

// The kernel holds some for a terminal, the dialogue its bound; the rest waits in the program.
TEST(a_slow_reader_holds_the_program_back_and_loses_nothing)
{
	struct rig r = rig_new("sh");
	struct dialogue *d = fixture_open(r.f, DIALOGUE_EXEC, true, API_ROLE_ADMIN,
	                                  "seq -w 0 99999 | cat; echo end");
	size_t len;

	dialogue_credit(d, 700);
	for (int i = 0; i < 200 && text_left(&d->out) < DIALOGUE_OUT_HIGH; i++)
		pump(&r);
	CHECK_EQ(r.f->shown.len, 700);
	CHECK(text_left(&d->out) <= DIALOGUE_OUT_HIGH + 4096);
	dialogue_credit(d, UINT32_MAX);
	CHECK(exits(&r));
	len = strlen(shown(r.f));
	CHECK_EQ(len, 100000 * 7 + 5);
	CHECK(len > 12 && memcmp(shown(r.f) + len - 12, "99999\r\nend\r\n", 12) == 0);
	CHECK(len > 50001 * 7 && memcmp(shown(r.f) + 50000 * 7, "50000\r\n", 7) == 0);
	rig_free(&r);
}

TEST(input_that_the_program_does_not_read_is_not_consumed)
{
	struct rig r = rig_new("sh");
	struct dialogue *d =
	        fixture_open(r.f, DIALOGUE_EXEC, false, API_ROLE_ADMIN, "sleep 60");
	static char many[32768];
	bool held = false;

	memset(many, 'x', sizeof(many));
	for (int i = 0; i < 64 && !held; i++) {
		dialogue_input(d, span_of(many, sizeof(many)));
		pump(&r);
		held = d->held > 0;
	}
	CHECK(held);
	CHECK(!r.f->exited);
	dialogue_hangup(d);
	settle(r.f);
	CHECK(r.f->exited);
	rig_free(&r);
}

TEST(a_session_that_ends_takes_its_program_along)
{
	struct rig r = rig_new("sh");
	struct dialogue *d = login(&r, UINT32_MAX);
	const char *text;
	pid_t pid;

	type_text(r.f, d, "PS1=; trap '' HUP; echo p''id $$ .\r");
	CHECK(shows(&r, "pid ") && shows(&r, " .\r\n"));
	text = strstr(shown(r.f), "pid ");
	pid = text != NULL ? atoi(text + 4) : 1;
	CHECK(pid > 1 && kill(pid, 0) == 0);
	dialogue_hangup(d);
	settle(r.f);
	CHECK_EQ(r.f->shell.guests.open, 0);
	for (int i = 0; i < 500 && kill(pid, 0) == 0; i++)
		usleep(PUMP_MS * 1000);
	CHECK(kill(pid, 0) != 0);
	rig_free(&r);
}

TEST(the_death_of_the_launcher_ends_its_dialogues)
{
	struct rig r = rig_new("sh");
	struct dialogue *d = login(&r, UINT32_MAX);

	type_text(r.f, d, "echo rea''dy\r");
	CHECK(shows(&r, "ready"));
	kill(r.launcher.pid, SIGKILL);
	CHECK(exits(&r));
	CHECK_EQ(r.f->exit_status, 255);
	CHECK_EQ(r.f->shell.guests.launcher, -1);
	table_fini(&r.f->table);
	guests_fini(&r.f->shell);
	launcher_end(&r.launcher);
	fixture_free(r.f);
}

TEST(what_cannot_be_run_is_said_to_the_client)
{
	struct rig r = rig_new("no-such-program");

	login(&r, UINT32_MAX);
	CHECK(exits(&r));
	CHECK_TEXT(shown(r.f), "% Cannot run no-such-program: No such file or directory.\r\n");
	CHECK_EQ(r.f->exit_status, 127);
	rig_free(&r);
}

CHECK_MAIN()
