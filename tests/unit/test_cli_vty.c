// The view of VTY lines: what is configured there, and what it does to those who come.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#define VIEW "system-view\nline vty 0 4\n"

static const char *in_view(struct fixture *f, const char *commands)
{
	char text[600];

	snprintf(text, sizeof(text), VIEW "%s", commands);
	return fixture_exec(f, text);
}

static const char *typed(struct fixture *f, struct dialogue *d, const char *keys)
{
	shown_clear(f);
	type_text(f, d, keys);
	return shown(f);
}

static const struct setting *vty(struct fixture *f)
{
	return settings_find(f->control.live, API_CLASS_VTY, span_of(NULL, 0));
}

TEST(ssh_and_another_mode_than_scheme_exclude_each_other)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(in_view(f, "protocol inbound ssh\nauthentication-mode password"),
	           " % SSH needs the mode scheme: change protocol inbound first.\n");
	CHECK_EQ(setting_number(vty(f), API_VTY_MODE), API_LINE_SCHEME);
	CHECK_TEXT(in_view(f, "undo protocol inbound\nauthentication-mode password\n"
	                      "protocol inbound ssh"),
	           " % SSH needs the mode scheme: set authentication-mode first.\n");
	CHECK_EQ(setting_number(vty(f), API_VTY_INBOUND), API_INBOUND_ALL);
	fixture_free(f);
}

TEST(what_the_view_shows_makes_the_same_lines_again)
{
	static const char text[] = "#\nline vty 0 1048575\n authentication-mode password\n"
	                           " set authentication password hash $y$secret\n"
	                           " protocol inbound telnet\n acl 2001 inbound\n"
	                           " acl ipv6 3001 inbound\n user-role network-operator\n"
	                           " user-role level-3\n idle-timeout 10 0\n"
	                           " escape-key 1\n activation-key 115\n terminal type vt100\n"
	                           " auto-execute command \"display users\"\n#\nreturn\n";
	struct fixture *f = fixture_new();
	char again[sizeof(text) + 16];

	in_view(f, "authentication-mode password\nset authentication password simple secret\n"
	           "protocol inbound telnet\nacl 2001 inbound\nacl ipv6 3001 inbound\n"
	           "user-role network-operator\nuser-role level-3\nescape-key 1\n"
	           "activation-key s\nterminal type vt100\nauto-execute command display users");
	CHECK_TEXT(in_view(f, "display this"), text);
	CHECK_TEXT(fixture_exec(f, "system-view\nline class vty\ndisplay this"), text);
	in_view(f, "undo authentication-mode\nundo set authentication password\n"
	           "undo protocol inbound\nundo acl inbound\nundo acl ipv6 3001 inbound\n"
	           "undo user-role\nundo escape-key\nundo activation-key\n"
	           "undo terminal type\nundo auto-execute command");
	CHECK_TEXT(in_view(f, "display this"),
	           "#\nline vty 0 1048575\n authentication-mode scheme\n idle-timeout 10 0\n"
	           "#\nreturn\n");
	snprintf(again, sizeof(again), "system-view\n%s", text + 2);
	fixture_exec(f, again);
	CHECK_TEXT(in_view(f, "display this"), text);
	fixture_free(f);
}

TEST(the_hash_of_the_lines_is_shown_to_administrators_alone)
{
	struct fixture *f = fixture_new();

	in_view(f, "set authentication password cipher $y$j9T$x");
	f->secrets = false;
	CHECK(strstr(in_view(f, "display this"), "$y$") == NULL);
	f->secrets = true;
	CHECK(strstr(in_view(f, "display this"), "password hash $y$j9T$x") != NULL);
	CHECK_TEXT(in_view(f, "set authentication password hash plain"),
	           " % The hash is not in a form that this device knows.\n");
	fixture_free(f);
}

TEST(roles_of_the_lines_are_given_and_taken_one_by_one)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(in_view(f, "user-role nobody"), " % The user role does not exist.\n");
	fixture_exec(f, "system-view\nrole name night");
	in_view(f, "user-role night\nuser-role level-1\nundo user-role night");
	CHECK(span_is(setting_text(vty(f), API_VTY_ROLE), "level-1"));
	in_view(f, "user privilege level 3");
	CHECK(span_is(setting_text(vty(f), API_VTY_ROLE), "network-admin"));
	in_view(f, "undo user privilege level");
	CHECK_EQ(setting_text(vty(f), API_VTY_ROLE).len, 0);
	fixture_free(f);
}

TEST(the_escape_key_ends_a_command_in_place_of_control_c)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	in_view(f, "escape-key 1");
	CHECK_EQ(f->shell.escape_key, 1);
	f->hold_replies = true;
	type_text(f, d, "display users\r");
	CHECK(d->task != NULL);
	type_text(f, d, "\003");
	CHECK(d->task != NULL);
	type_text(f, d, "\001");
	CHECK(d->task == NULL);
	in_view(f, "escape-key default");
	fixture_free(f);
}

TEST(a_key_is_one_character_or_its_number)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(in_view(f, "escape-key 128\nactivation-key ab"),
	           " % A key is one character, or the number of one: 0 to 127.\n"
	           " % A key is one character, or the number of one: 0 to 127.\n");
	CHECK_EQ(f->shell.escape_key, 3);
	in_view(f, "escape-key q\nundo escape-key\nescape-key q\nescape-key default");
	CHECK_EQ(f->shell.escape_key, 3);
	fixture_free(f);
}

TEST(a_session_sleeps_until_the_activation_key)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	in_view(f, "activation-key s");
	d = fixture_open(f, DIALOGUE_SHELL, true, API_ROLE_ADMIN, "");
	shown_clear(f);
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	CHECK_TEXT(shown(f), "Press the activation key to get started.\r\n");
	CHECK_TEXT(typed(f, d, "abc\r"), "");
	CHECK(strstr(typed(f, d, "s"), "\r\n<Sallyport>") != NULL);
	CHECK_TEXT(typed(f, d, "s"), "s");
	fixture_free(f);
}

TEST(terminals_of_type_vt100_get_no_escape_sequence)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	in_view(f, "screen-length 2\nterminal type vt100");
	CHECK(strstr(typed(f, d, "display line\r"), "---- More ----") != NULL);
	CHECK(strstr(typed(f, d, " "), "\r                \r") != NULL);
	typed(f, d, "q");
	in_view(f, "terminal type ansi");
	typed(f, d, "display line\r");
	CHECK(strstr(typed(f, d, " "), "\033[16D                \033[16D") != NULL);
	fixture_free(f);
}

TEST(an_automatic_command_runs_and_the_session_ends)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	in_view(f, "auto-execute command display clock");
	fixture_exec(f, "system-view\nundo copyright-info enable");
	d = fixture_open(f, DIALOGUE_SHELL, true, API_ROLE_ADMIN, "");
	shown_clear(f);
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	CHECK(strstr(shown(f), " UTC ") != NULL);
	CHECK(strstr(shown(f), "<Sallyport>") == NULL);
	CHECK(f->exited);
	CHECK(strstr(fixture_exec(f, "display version"), "Comware") != NULL);
	fixture_free(f);
}

TEST(an_automatic_command_typed_at_a_terminal_is_confirmed)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "system-view\rline vty 0 4\r");
	CHECK(strstr(typed(f, d, "auto-execute command display clock\r"), "[Y/N]:") != NULL);
	type_text(f, d, "n\r");
	CHECK_EQ(setting_text(vty(f), API_VTY_AUTO).len, 0);
	type_text(f, d, "auto-execute command display clock\ry\r");
	CHECK(span_is(setting_text(vty(f), API_VTY_AUTO), "display clock"));
	fixture_free(f);
}

TEST(the_class_of_lines_has_a_view_of_its_own)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "system-view\r");
	CHECK(strstr(typed(f, d, "line class vty\r"), "[Sallyport-line-class-vty]") != NULL);
	type_text(f, d, "idle-timeout 3\r");
	CHECK_EQ(f->shell.idle_seconds, 180);
	type_text(f, d, "quit\r");
	CHECK(strstr(typed(f, d, "user-interface class vty\r"), "[Sallyport-line-class-vty]") !=
	      NULL);
	fixture_free(f);
}

// --- displays ----------------------------------------------------------------------------------

TEST(lines_show_how_users_prove_who_they_are)
{
	struct fixture *f = fixture_new();

	in_view(f, "authentication-mode password");
	CHECK(strstr(fixture_exec(f, "display line vty 7"),
	             "\n  17   VTY 7                 -     P    -   -\n") != NULL);
	in_view(f, "authentication-mode none");
	CHECK(strstr(fixture_exec(f, "display line vty 7"),
	             "\n  17   VTY 7                 -     N    -   -\n") != NULL);
	fixture_free(f);
}

TEST(free_lines_are_listed_behind_those_in_use)
{
	struct fixture *f = fixture_new();

	fixture_terminal(f)->line_number = 1;
	fixture_exec(f, "display users all");
	CHECK(strstr(shown(f), "  11   VTY 1       01:01:01   Jan 02 00:00:00   0       SSH\n"
	                       "  10   VTY 0") != NULL);
	CHECK(strstr(shown(f), "\n  12   VTY 2") != NULL);
	CHECK(strstr(shown(f), "\n  73   VTY 63") != NULL);
	CHECK(strstr(shown(f), "VTY 64") == NULL);
	fixture_free(f);
}

CHECK_MAIN()
