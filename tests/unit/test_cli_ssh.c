// The SSH server's commands: settings with their ranges and undo, displays, ending sessions.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static const struct api_session_row people[] = {
        {.slot = 184,
         .state = "Established",
         .cipher = "aes128-gcm@openssh.com",
         .service = "Stelnet",
         .user = "ann",
         .peer = "192.0.2.1",
         .peer_port = 1001,
         .retries = 1},
        {.slot = 185,
         .state = "Established",
         .service = "SFTP",
         .user = "bob",
         .peer = "2001:db8::1",
         .peer_port = 1002},
        {.slot = 186,
         .state = "Auth-request",
         .user = "bob",
         .peer = "192.0.2.1",
         .peer_port = 1003},
};

static struct fixture *with_people(void)
{
	struct fixture *f = fixture_new();

	f->sessions = people;
	f->session_count = 3;
	return f;
}

static const char *current(struct fixture *f)
{
	return fixture_exec(f, "display current-configuration");
}

static bool has_line(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	return at != NULL && (at == text || at[-1] == '\n') && at[strlen(line)] == '\n';
}

// --- settings ----------------------------------------------------------------------------------

TEST(exception_records_display_in_the_manuals_layout)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "display ssh exception-record"),
	           " User name         : ann\n IP address        : 192.0.2.1\n"
	           " Version           : 2.0\n State             : Established\n"
	           " Service type      : Stelnet\n VTY number        : 3\n"
	           " Exception time    : 2006/06/17 15:57:09\n"
	           " Exception reason  : Protocol error\n"
	           " Reply message     : message 21 (NEWKEYS) is not allowed in state OPEN\n");
	fixture_exec(f, "system-view\nssh exception-record max-number 50");
	CHECK(has_line(current(f), " ssh exception-record max-number 50"));
	fixture_exec(f, "system-view\nundo ssh exception-record max-number");
	CHECK(strstr(current(f), "exception") == NULL);
	fixture_free(f);
}

TEST(code_points_print_when_they_differ_and_can_be_undone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh server dscp 0\nssh server ipv6 dscp 46");
	CHECK(has_line(current(f), " ssh server dscp 0"));
	CHECK(has_line(shown(f), " ssh server ipv6 dscp 46"));
	CHECK(strstr(fixture_exec(f, "system-view\nssh server dscp 64"), "Wrong parameter") !=
	      NULL);
	fixture_exec(f, "system-view\nundo ssh server dscp\nundo ssh server ipv6 dscp");
	CHECK(strstr(current(f), "dscp") == NULL);
	fixture_free(f);
}

TEST(server_settings_print_when_they_differ_and_can_be_undone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh server enable\nssh server authentication-timeout 30\n"
	                "ssh server authentication-retries 5\nssh server port 2222\n"
	                "sftp server idle-timeout 20\nscp server enable\nsftp server enable");
	CHECK(has_line(current(f), " ssh server authentication-timeout 30"));
	CHECK(has_line(shown(f), " ssh server authentication-retries 5"));
	CHECK(has_line(shown(f), " ssh server port 2222"));
	CHECK(has_line(shown(f), " sftp server idle-timeout 20"));
	fixture_exec(f, "system-view\nundo ssh server enable\n"
	                "undo ssh server authentication-timeout\n"
	                "undo ssh server authentication-retries\nundo ssh server port\n"
	                "undo sftp server idle-timeout\nundo scp server enable\n"
	                "undo sftp server enable");
	CHECK(strstr(current(f), " ssh server ") == NULL);
	CHECK(strstr(shown(f), "sftp") == NULL && strstr(shown(f), "scp") == NULL);
	fixture_free(f);
}

TEST(version_3_spellings_set_the_same)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh server timeout 40\nsftp timeout 7");
	CHECK(has_line(current(f), " ssh server authentication-timeout 40"));
	CHECK(has_line(shown(f), " sftp server idle-timeout 7"));
	fixture_exec(f, "system-view\nundo ssh server timeout\nundo sftp timeout");
	CHECK(strstr(current(f), "timeout 40") == NULL);
	CHECK(strstr(shown(f), "sftp server idle-timeout") == NULL);
	fixture_exec(f, "system-view\nssh user old authentication-type rsa\n"
	                "ssh user old assign rsa-key k1\nssh user old service-type sftp");
	CHECK(has_line(current(f),
	               " ssh user old service-type sftp authentication-type publickey "
	               "assign publickey k1"));
	fixture_free(f);
}

TEST(key_re_exchange_is_off_until_it_is_asked_for)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(current(f), "key-re-exchange") == NULL);
	fixture_exec(f, "system-view\nssh server key-re-exchange enable");
	CHECK(has_line(current(f), " ssh server key-re-exchange enable"));
	fixture_exec(f, "system-view\nssh server key-re-exchange enable interval 24");
	CHECK(has_line(current(f), " ssh server key-re-exchange enable interval 24"));
	CHECK_EQ(atomic_load(&f->control.rekey_hours), 24);
	fixture_exec(f, "system-view\nssh server key-re-exchange volume 2048");
	CHECK(has_line(current(f), " ssh server key-re-exchange volume 2048"));
	fixture_exec(f, "system-view\nundo ssh server key-re-exchange volume\n"
	                "undo ssh server key-re-exchange enable");
	CHECK_EQ(atomic_load(&f->control.rekey_hours), 0);
	fixture_free(f);
}

TEST(ssh_1_is_off_until_it_is_asked_for)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(current(f), "ssh1x") == NULL &&
	      strstr(shown(f), "rekey-interval") == NULL);
	fixture_exec(f, "system-view\nssh server compatible-ssh1x enable\n"
	                "ssh server rekey-interval 24");
	CHECK(has_line(current(f), " ssh server compatible-ssh1x enable"));
	CHECK(has_line(shown(f), " ssh server rekey-interval 24"));
	CHECK_EQ(atomic_load(&f->control.ssh1), 1);
	fixture_exec(f, "display ssh server status");
	CHECK(strstr(shown(f), " SSH version : 1.99\n") != NULL);
	CHECK(strstr(shown(f), " SSH server key generating interval : 24 hour(s)\n") != NULL);
	fixture_exec(f, "system-view\nundo ssh server compatible-ssh1x\n"
	                "undo ssh server rekey-interval");
	CHECK_EQ(atomic_load(&f->control.ssh1), 0);
	CHECK_EQ(atomic_load(&f->control.server_key_hours), 0);
	fixture_free(f);
}

TEST(the_default_method_is_for_users_without_one)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh authentication-type default rsa");
	CHECK(has_line(current(f), " ssh authentication-type default publickey"));
	fixture_exec(f, "system-view\nundo ssh authentication-type default");
	CHECK(strstr(current(f), "authentication-type default") == NULL);
	fixture_free(f);
}

TEST(values_out_of_range_are_wrong_parameters)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, "system-view\nssh server authentication-timeout 121"),
	             "% Wrong parameter") != NULL);
	CHECK(strstr(fixture_exec(f, "system-view\nssh server authentication-retries 0"),
	             "% Wrong parameter") != NULL);
	CHECK(strstr(fixture_exec(f, "system-view\nsftp server idle-timeout 35792"),
	             "% Wrong parameter") != NULL);
	CHECK(strstr(fixture_exec(f,
	                          "system-view\nssh server key-re-exchange enable interval 25"),
	             "% Wrong parameter") != NULL);
	fixture_free(f);
}

// --- displays ----------------------------------------------------------------------------------

TEST(the_state_table_is_shown)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "display ssh server state-table"),
	           "State            From To  Message            Next             Answer\n"
	           "EXPECT_KEXINIT   20   20  KEXINIT            EXPECT_KEX_INIT  taken\n");
	fixture_free(f);
}

TEST(the_status_has_the_layout_of_the_manual)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "display ssh server status"),
	           " Stelnet server: Disable\n SSH version : 2.0\n SSH server port: 22\n"
	           " SSH authentication-timeout : 60 second(s)\n"
	           " SSH server key generating interval : 0 hour(s)\n"
	           " SSH authentication retries : 3 time(s)\n SFTP server: Disable\n"
	           " SFTP server Idle-Timeout: 10 minute(s)\n NETCONF server: Disable\n"
	           " SCP server: Disable\n");
	fixture_free(f);
}

TEST(sessions_display_in_columns)
{
	struct fixture *f = with_people();

	fixture_exec(f, "display ssh server session");
	CHECK(strncmp(shown(f), " UserPid  SessID  Ver  Encrypt ", 31) == 0);
	CHECK(strstr(shown(f), "\n 184      0       2.0  aes128-gcm@openssh.com        "
	                       "Established   1        Stelnet  ann\n") != NULL);
	fixture_exec(f, "display ssh server session verbose");
	CHECK(strstr(shown(f), "  Address:              2001:db8::1\n") != NULL);
	fixture_free(f);
}

// --- free ssh ----------------------------------------------------------------------------------

TEST(sessions_end_by_number_address_and_user)
{
	struct fixture *f = with_people();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "free ssh user-pid 184\r");
	CHECK(strstr(shown(f), "\r\nAre you sure to free SSH user 184? [Y/N]:") != NULL);
	type_text(f, d, "y\r");
	CHECK(strstr(shown(f), "\r\n [OK]\r\n") != NULL);
	CHECK_EQ(f->freed_count, 1);
	CHECK_EQ(f->freed[0], 184);
	type_text(f, d, "free ssh user-ip 192.0.2.1 port 1003\ry\r");
	CHECK_EQ(f->freed[1], 186);
	type_text(f, d, "free ssh user-ip ipv6 2001:db8::1\ry\r");
	CHECK_EQ(f->freed[2], 185);
	type_text(f, d, "free ssh username bob\r");
	CHECK(strstr(shown(f), "free 2 SSH users? [Y/N]:") != NULL);
	type_text(f, d, "y\r");
	CHECK_EQ(f->freed_count, 5);
	fixture_free(f);
}

TEST(ones_own_session_and_none_are_not_ended)
{
	struct fixture *f = with_people();
	struct dialogue *d = fixture_terminal(f);

	d->session = 184;
	type_text(f, d, "free ssh username ann\r");
	CHECK(strstr(shown(f), " % Cannot free the current session.") != NULL);
	type_text(f, d, "free ssh username eve\r");
	CHECK(strstr(shown(f), " % The session does not exist.") != NULL);
	type_text(f, d, "free ssh user-pid 185\rn\r");
	CHECK_EQ(f->freed_count, 0);
	fixture_free(f);
}

TEST(limits_of_logins_under_way_are_set_and_restored)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh server max-startups 100 50 200");
	CHECK(has_line(current(f), " ssh server max-startups 100 50 200"));
	CHECK(strstr(fixture_exec(f, "system-view\nssh server max-startups 300 50 200"),
	             "must not be greater") != NULL);
	fixture_exec(f, "system-view\nundo ssh server max-startups");
	CHECK(strstr(current(f), "max-startups") == NULL);
	fixture_free(f);
}

TEST(penalties_are_set_and_restored)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nundo ssh server penalty enable\n"
	                "ssh server penalty failure 250 minimum 5 maximum 60\n"
	                "ssh server penalty exempt 192.0.2.0/24 2001:db8::1");
	CHECK(has_line(current(f), " undo ssh server penalty enable"));
	CHECK(has_line(current(f), " ssh server penalty failure 250 minimum 5 maximum 60"));
	CHECK(has_line(current(f), " ssh server penalty exempt 192.0.2.0/24 2001:db8::1"));
	fixture_exec(f, "system-view\nssh server penalty enable\n"
	                "undo ssh server penalty failure\nundo ssh server penalty exempt");
	CHECK(strstr(current(f), "penalty") == NULL);
	fixture_free(f);
}

TEST(only_addresses_and_networks_can_be_exempt)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, "system-view\nssh server penalty exempt 192.0.2.0/33"),
	             "no list of addresses") != NULL);
	CHECK(strstr(fixture_exec(f, "system-view\nssh server penalty exempt example.org"),
	             "no list of addresses") != NULL);
	CHECK(strstr(current(f), "penalty") == NULL);
	fixture_free(f);
}

TEST(sources_whose_logins_failed_are_shown_and_forgiven)
{
	struct fixture *f = fixture_new();

	f->penalty_ms = 12345;
	CHECK(strstr(fixture_exec(f, "display ssh server penalty"),
	             " 192.0.2.9                                 3         1         "
	             "12.345        Refused\n") != NULL);
	fixture_exec(f, "reset ssh server penalty");
	CHECK_EQ(f->penalty_ms, 0);
	fixture_free(f);
}

TEST(the_alarm_of_failed_logins_is_printed_and_undone)
{
	struct fixture *f = fixture_new();
	static const char line[] = " ssh server login-failed threshold-alarm upper-limit 10 "
	                           "lower-limit 3 period 2";
	char command[200];

	snprintf(command, sizeof(command), "system-view\n%s", line);
	CHECK_TEXT(fixture_exec(f, command), "");
	CHECK(has_line(current(f), line));
	CHECK_TEXT(fixture_exec(f, "system-view\nssh server login-failed threshold-alarm "
	                           "upper-limit 2 lower-limit 3 period 2"),
	           " % The lower limit must not be above the upper one.\n");
	fixture_exec(f, "system-view\nundo ssh server login-failed threshold-alarm");
	CHECK(!has_line(current(f), line));
	fixture_free(f);
}

CHECK_MAIN()
