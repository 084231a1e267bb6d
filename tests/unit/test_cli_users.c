// Local users and VTY lines: their settings, and how each is undone.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static const char *current(struct fixture *f, const char *filter)
{
	char command[128];

	snprintf(command, sizeof(command), "display current-configuration | include %s",
	         filter);
	return fixture_exec(f, command);
}

// --- local users -------------------------------------------------------------------------------

TEST(a_local_users_settings_are_undone_one_by_one)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nlocal-user bob\npassword simple one\nstate block\n"
	                "service-type ssh terminal\n"
	                "authorization-attribute user-role network-admin");
	CHECK_TEXT(current(f, "^ (password|state|service|authoriz)"),
	           " password hash $y$one\n service-type ssh terminal\n"
	           " authorization-attribute user-role network-admin\n state block\n");
	fixture_exec(f, "system-view\nlocal-user bob\nundo password\nundo state\n"
	                "undo service-type terminal\nundo authorization-attribute user-role");
	CHECK_TEXT(current(f, "^ (password|state|service|authoriz)"),
	           " service-type ssh\n authorization-attribute user-role network-operator\n");
	fixture_free(f);
}

TEST(a_blocked_user_is_admitted_again)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nlocal-user bob\nstate block");
	CHECK(strstr(fixture_exec(f, "display local-user user-name bob"), "Blocked") != NULL);
	fixture_exec(f, "system-view\nlocal-user bob\nstate active");
	CHECK(strstr(fixture_exec(f, "display local-user user-name bob"), "Active") != NULL);
	fixture_free(f);
}

TEST(a_work_directory_must_be_there_and_is_printed_shown_and_undone)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	CHECK(strstr(fixture_exec(f, "system-view\nlocal-user bob\n"
	                             "authorization-attribute work-directory flash:/bob"),
	             "does not exist") != NULL);
	fixture_exec(f, "mkdir bob");
	fixture_exec(f, "system-view\nlocal-user bob\n"
	                "authorization-attribute work-directory flash:/bob");
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             " authorization-attribute work-directory /bob\n") != NULL);
	CHECK(strstr(fixture_exec(f, "display local-user user-name bob"), "flash:/bob\n") !=
	      NULL);
	fixture_exec(
	        f, "system-view\nlocal-user bob\nundo authorization-attribute work-directory");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "work-directory") ==
	      NULL);
	CHECK_EQ(f->shell.work_directories.count, 0);
	fixture_free(f);
}

TEST(the_directory_of_an_ssh_user_goes_before_that_of_the_local_user)
{
	struct fixture *f = fixture_new();
	const struct blob *place;

	fixture_flash(f);
	fixture_exec(f, "mkdir here");
	fixture_exec(f, "mkdir there");
	fixture_exec(f, "system-view\npublic-key peer k1 import sshkey x\nlocal-user bob\n"
	                "authorization-attribute work-directory flash:/there\nquit\n"
	                "ssh user bob service-type sftp authentication-type any assign "
	                "publickey k1 k2 work-directory flash:/here");
	CHECK_TEXT(current(f, "^ ssh user"),
	           " ssh user bob service-type sftp authentication-type any assign publickey "
	           "k1 k2 work-directory /here\n");
	place = shell_directory(&f->shell, span_text("bob"));
	CHECK(place != NULL && span_is(span_blob(place), "/here"));
	CHECK_TEXT(fixture_exec(f, "system-view\nssh user bob service-type sftp "
	                           "authentication-type password work-directory nowhere"),
	           " % The directory does not exist.\n");
	fixture_exec(
	        f, "system-view\nssh user bob service-type sftp authentication-type password");
	place = shell_directory(&f->shell, span_text("bob"));
	CHECK(place != NULL && span_is(span_blob(place), "/there"));
	fixture_free(f);
}

TEST(what_is_set_for_a_user_holds_when_the_login_names_a_domain)
{
	struct fixture *f = fixture_new();
	const struct blob *place;

	fixture_flash(f);
	fixture_exec(f, "mkdir here");
	fixture_exec(f, "system-view\nlocal-user bob\nfile-quota files 3\nquit\n"
	                "ssh user bob service-type sftp authentication-type password "
	                "work-directory flash:/here");
	place = shell_directory(&f->shell, span_text("bob@system"));
	CHECK(place != NULL && span_is(span_blob(place), "/here"));
	CHECK_EQ(shell_quota(&f->shell, span_text("bob@system")).files, 3);
	CHECK(shell_directory(&f->shell, span_text("alice@bob")) == NULL);
	fixture_free(f);
}

TEST(group_and_address_of_a_user_are_printed_shown_and_undone)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f,
	                        "system-view\nlocal-user bob\ngroup night\n"
	                        "bind-attribute ip 2001:db8::1\nbind-attribute ip 192.0.2.7"),
	           " % The address is invalid.\n");
	CHECK_TEXT(current(f, "group|bind"), " group night\n bind-attribute ip 192.0.2.7\n");
	fixture_exec(f, "display local-user user-name bob");
	CHECK(strstr(shown(f), "  User group:                night\n  Bind attributes:\n"
	                       "    IP address:              192.0.2.7\n") != NULL);
	fixture_exec(f, "system-view\nlocal-user bob\nbind-attribute ipv6 2001:db8::1");
	CHECK_TEXT(current(f, "bind"), " bind-attribute ipv6 2001:db8::1\n");
	fixture_exec(f, "system-view\nlocal-user bob\nundo bind-attribute\nundo group");
	CHECK_TEXT(current(f, "group|bind"), "");
	fixture_free(f);
}

TEST(a_password_may_be_called_cipher)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nlocal-user bob\npassword cipher $y$x");
	CHECK_TEXT(current(f, "password"), " password hash $y$x\n");
	fixture_free(f);
}

TEST(limits_of_servers_that_are_not_here_are_kept)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "system-view\naaa session-limit telnet 8\n"
	                           "aaa session-limit ftp 3\naaa session-limit http 4\n"
	                           "aaa session-limit https 5"),
	           "");
	CHECK_TEXT(current(f, "session-limit [fht]"),
	           " aaa session-limit ftp 3\n aaa session-limit http 4\n"
	           " aaa session-limit https 5\n aaa session-limit telnet 8\n");
	fixture_exec(f, "system-view\nundo aaa session-limit telnet\n"
	                "undo aaa session-limit ftp\nundo aaa session-limit http\n"
	                "undo aaa session-limit https");
	CHECK_TEXT(current(f, "session-limit [fht]"), "");
	fixture_free(f);
}

TEST(a_user_that_is_deleted_is_gone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nlocal-user bob class manage\nquit\n"
	                "undo local-user bob class manage");
	CHECK_TEXT(current(f, "bob"), "");
	CHECK_TEXT(fixture_exec(f, "system-view\nundo local-user bob"),
	           " % The local user does not exist.\n");
	fixture_free(f);
}

TEST(an_ssh_user_may_be_given_its_method_alone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f,
	             "system-view\nssh user bob authentication-type any assign publickey k1");
	CHECK_TEXT(current(f, "bob"),
	           " ssh user bob authentication-type any assign publickey k1\n");
	fixture_free(f);
}

TEST(new_passwords_must_satisfy_the_rules_once_they_hold)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\npassword-control length 8\n"
	                "password-control composition type-number 3 type-length 2");
	CHECK_TEXT(fixture_exec(f, "system-view\nlocal-user bob\npassword simple x"), "");
	fixture_exec(f, "system-view\npassword-control enable");
	CHECK_TEXT(current(f, "password-control"),
	           " password-control enable\n password-control length 8\n"
	           " password-control composition type-number 3 type-length 2\n");
	CHECK_TEXT(fixture_exec(f, "system-view\nlocal-user bob\npassword simple Ab34"),
	           " % The password is shorter than 8 characters.\n");
	CHECK_TEXT(
	        fixture_exec(f, "system-view\nlocal-user bob\npassword simple abcdefG1"),
	        " % The password must contain at least 3 types of characters, and at least 2 "
	        "of each.\n");
	CHECK_TEXT(fixture_exec(f, "system-view\nlocal-user bob\npassword simple abcdEF12"),
	           "");
	CHECK_TEXT(fixture_exec(f, "display password-control"),
	           " Global password control configurations:\n"
	           " Password control:         Enabled\n"
	           " Password length:          8 characters\n"
	           " Password composition:     Enabled (3 types, 2 characters per type)\n");
	fixture_exec(f, "system-view\nundo password-control length\n"
	                "undo password-control composition\nundo password-control enable");
	CHECK_TEXT(current(f, "password-control"), "");
	CHECK_EQ(f->shell.password.length, 10);
	fixture_free(f);
}

// --- lines -------------------------------------------------------------------------------------

TEST(line_settings_print_and_are_undone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nuser-interface vty 0 4\nauthentication-mode none\n"
	                "idle-timeout 5 30\nscreen-length 40\nhistory-command max-size 20\n"
	                "protocol inbound telnet");
	CHECK_TEXT(current(f, "^ (authentication|idle|screen|history)"),
	           " authentication-mode none\n idle-timeout 5 30\n screen-length 40\n"
	           " history-command max-size 20\n");
	CHECK_EQ(f->shell.idle_seconds, 330);
	CHECK_EQ(f->shell.screen_length, 40);
	CHECK_EQ(f->shell.history, 20);
	fixture_exec(f, "system-view\nline vty 0\nundo authentication-mode\nundo idle-timeout\n"
	                "undo screen-length\nundo history-command max-size\n"
	                "undo protocol inbound");
	CHECK_TEXT(current(f, "^ (authentication|idle|screen|history|protocol)"),
	           " authentication-mode scheme\n idle-timeout 10 0\n");
	CHECK_EQ(f->shell.idle_seconds, 600);
	CHECK_EQ(f->shell.screen_length, 24);
	CHECK_EQ(f->shell.history, 10);
	fixture_free(f);
}

TEST(paging_is_switched_off_and_on_for_one_terminal)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "screen-length 0 temporary\r");
	CHECK(d->no_paging);
	type_text(f, d, "undo screen-length disable\r");
	CHECK(!d->no_paging);
	CHECK(strstr(shown(f), " % Screen-length configuration is enabled for current user.") !=
	      NULL);
	fixture_free(f);
}

TEST(user_interfaces_have_a_summary_too)
{
	struct fixture *f = fixture_new();

	CHECK(strncmp(fixture_exec(f, "display user-interface summary"), "Line type : [VTY]\n",
	              18) == 0);
	fixture_free(f);
}

TEST(a_secret_for_codes_is_shown_once_as_a_uri)
{
	struct fixture *f = fixture_new();
	const char *shown = fixture_exec(f, "system-view\nsysname Lab\nlocal-user bob\n"
	                                    "totp enable");

	CHECK(strstr(shown, "otpauth://totp/Lab:bob?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	                    "&issuer=Lab&algorithm=SHA1&digits=6&period=30") != NULL);
	CHECK_TEXT(current(f, "totp"), " totp enable\n");
	CHECK_TEXT(current(f, "ABCDEF"), "");
	CHECK(strstr(fixture_exec(f, "display local-user authentication"), " Required ") !=
	      NULL);
	fixture_free(f);
}

TEST(a_secret_is_replaced_only_after_it_was_forgotten)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nlocal-user bob\ntotp enable");
	CHECK(strstr(fixture_exec(f, "system-view\nlocal-user bob\ntotp enable"),
	             "undo totp enable first") != NULL);
	fixture_exec(f, "system-view\nlocal-user bob\nundo totp enable");
	CHECK_TEXT(current(f, "totp"), "");
	CHECK(strstr(fixture_exec(f, "system-view\nlocal-user bob\ntotp enable"),
	             "otpauth://") != NULL);
	fixture_free(f);
}

TEST(a_password_can_be_made_to_expire)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nlocal-user bob\npassword expire");
	CHECK_TEXT(current(f, "expire"), " password expire\n");
	CHECK(strstr(fixture_exec(f, "display local-user authentication"), " Expired") != NULL);
	fixture_exec(f, "system-view\nlocal-user bob\nundo password expire");
	CHECK_TEXT(current(f, "expire"), "");
	fixture_free(f);
}

TEST(a_user_can_log_in_by_keyboard_interactive)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh user kim authentication-type keyboard-interactive");
	CHECK_TEXT(current(f, "kim"),
	           " ssh user kim authentication-type keyboard-interactive\n");
	CHECK(strstr(fixture_exec(f, "display ssh user-information kim"),
	             " keyboard-interactive ") != NULL);
	fixture_free(f);
}

// --- limits and lock-out -----------------------------------------------------------------------

TEST(an_access_limit_is_set_shown_and_undone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nlocal-user bob\naccess-limit 3");
	CHECK_TEXT(current(f, "access"), " access-limit 3\n");
	CHECK_TEXT(fixture_exec(f, "display local-user user-name bob"),
	           "Total 1 local users matched.\n\nDevice management user bob:\n"
	           "  State:                     Active\n"
	           "  Service type:              None\n"
	           "  Access limit:              Enabled           Max access number: 3\n"
	           "  Current access number:     2\n"
	           "  User group:                system\n"
	           "  Bind attributes:\n  Authorization attributes:\n"
	           "    Work directory:          flash:\n"
	           "    User role list:          network-operator\n");
	fixture_exec(f, "system-view\nlocal-user bob\nundo access-limit");
	CHECK_TEXT(current(f, "access"), "");
	fixture_free(f);
}

TEST(the_age_of_a_password_is_kept)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nlocal-user bob\npassword-set-at 1700000000");
	CHECK_TEXT(current(f, "set-at"), " password-set-at 1700000000\n");
	fixture_free(f);
}

TEST(failed_logins_lead_to_what_is_configured)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\npassword-control login-attempt 5 exceed lock");
	CHECK_TEXT(current(f, "login-attempt"),
	           " password-control login-attempt 5 exceed lock\n");
	fixture_exec(f, "system-view\npassword-control login-attempt 3 exceed lock-time 30");
	CHECK_TEXT(current(f, "login-attempt"),
	           " password-control login-attempt 3 exceed lock-time 30\n");
	fixture_exec(f, "system-view\nundo password-control login-attempt");
	CHECK_TEXT(current(f, "login-attempt"), "");
	fixture_free(f);
}

TEST(passwords_age_or_do_not)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\npassword-control aging 30");
	CHECK_TEXT(current(f, "aging"), " password-control aging 30\n");
	fixture_exec(f, "system-view\nundo password-control aging enable");
	CHECK_TEXT(current(f, "aging"), " undo password-control aging enable\n");
	fixture_exec(f, "system-view\npassword-control aging enable");
	CHECK_TEXT(current(f, "aging"), "");
	fixture_exec(f, "system-view\npassword-control aging 30\nundo password-control aging");
	CHECK_TEXT(current(f, "aging"), "");
	fixture_free(f);
}

TEST(the_blacklist_is_shown_as_the_manual_has_it)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "display password-control blacklist"),
	           " Blacklist items matched: 2.\n"
	           " Username          IP                Login failures    Lock flag\n"
	           " bob               192.0.2.1         3                 lock\n"
	           " eve               192.0.2.1         1                 unlock\n");
	CHECK(strstr(fixture_exec(f, "display password-control blacklist user-name eve"),
	             "matched: 1.") != NULL);
	fixture_free(f);
}

TEST(the_blacklist_is_forgotten_after_a_question)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "reset password-control blacklist\rn\r");
	CHECK(!f->blacklist_reset);
	type_text(f, d, "reset password-control blacklist user-name bob\ry\r");
	CHECK(strstr(shown(f), "the specified user in blacklist? [Y/N]:") != NULL);
	CHECK(f->blacklist_reset);
	fixture_free(f);
}

CHECK_MAIN()
