// Displays and dialogues of the manual, letter by letter: those that no other test holds whole.
// tests/unit/layouts.txt names the test of each.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static const char *typed(struct fixture *f, struct dialogue *d, const char *keys)
{
	shown_clear(f);
	type_text(f, d, keys);
	return shown(f);
}

static const char peer_key[] = "system-view\npublic-key peer k1\npublic-key-code begin\n"
                               "302A300506032B6570032100303132333435363738396162636465666768696"
                               "A6B6C6D6E6F70717273747576"
                               "\npublic-key-code end\npeer-public-key end\n";

TEST(ssh_users_display_in_columns_under_their_number)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, peer_key);
	fixture_exec(f,
	             "system-view\nssh user bob service-type stelnet sftp authentication-type "
	             "publickey assign publickey k1\n"
	             "ssh user eve service-type all authentication-type password");
	CHECK_TEXT(fixture_exec(f, "display ssh user-information"),
	           " Total ssh users:2\n"
	           " Username                 Authentication-type   User-public-key-name    "
	           "Service-type\n"
	           " bob                      publickey             k1                      "
	           "stelnet|sftp\n"
	           " eve                      password              null                    "
	           "all\n");
	CHECK(strncmp(fixture_exec(f, "display ssh user-information eve"),
	              " Total ssh users:1\n", 19) == 0);
	fixture_free(f);
}

TEST(keys_of_peers_display_with_their_code)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, peer_key);
	CHECK_TEXT(
	        fixture_exec(f, "display public-key peer name k1"),
	        "\n=============================================\n"
	        "Key name: k1\nKey type: ED25519\nKey modulus: 256\n"
	        "=============================================\nKey code:\n\n"
	        "   "
	        "302A300506032B6570032100303132333435363738396162636465666768696A6B6C6D6E6F\n"
	        "   70717273747576\n\n");
	fixture_free(f);
}

TEST(keys_of_peers_display_in_brief)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, peer_key);
	CHECK_TEXT(fixture_exec(f, "display public-key peer brief"),
	           "Type     Modulus  Name\n---------------------------\n"
	           "ED25519  256      k1\n");
	fixture_free(f);
}

TEST(local_users_display_with_all_that_is_set_of_them)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nlocal-user root class manage\n"
	                "service-type ssh telnet terminal\n"
	                "authorization-attribute user-role network-admin");
	CHECK_TEXT(fixture_exec(f, "display local-user"),
	           "Total 1 local users matched.\n\nDevice management user root:\n"
	           "  State:                     Active\n"
	           "  Service type:              SSH/Telnet/Terminal\n"
	           "  Access limit:              Disabled\n"
	           "  User group:                system\n  Bind attributes:\n"
	           "  Authorization attributes:\n    Work directory:          flash:\n"
	           "    User role list:          network-admin\n");
	fixture_free(f);
}

TEST(the_version_is_told_in_the_lines_that_scripts_look_for)
{
	struct fixture *f = fixture_new();
	unsigned weeks, days, hours, minutes;
	const char *uptime;

	fixture_exec(f, "display version");
	CHECK(strncmp(shown(f), "Comware Software, Version 7.1.070, Sallyport ", 45) == 0);
	uptime = strstr(shown(f), "\nSallyport uptime is ");
	CHECK(uptime != NULL);
	CHECK_EQ(sscanf(uptime != NULL ? uptime : "",
	                "\nSallyport uptime is %u week%*[s], %u day%*[s], %u hour%*[s], %u "
	                "minute",
	                &weeks, &days, &hours, &minutes) >= 1,
	         true);
	CHECK(strstr(shown(f), "\nLast reboot reason : ") != NULL);
	CHECK(strstr(shown(f), "\nBoot image: flash:/") != NULL);
	fixture_free(f);
}

TEST(the_configuration_of_a_fresh_device_is_displayed)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nsysname Other");
	fixture_exec(f, "display default-configuration");
	CHECK(strncmp(shown(f), "#\nsysname Sallyport\n#\n", 22) == 0);
	CHECK(strstr(shown(f),
	             "\nline vty 0 1048575\n authentication-mode scheme\n"
	             " protocol inbound ssh\n idle-timeout 10 0\n#\nreturn\n") != NULL);
	CHECK(strstr(shown(f), "password hash") == NULL);
	fixture_free(f);
}

TEST(erasing_the_saved_configuration_asks_in_the_manuals_words)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	fixture_flash(f);
	d = fixture_terminal(f);
	type_text(f, d, "save force\r");
	CHECK_TEXT(typed(f, d, "reset saved-configuration\r"),
	           "reset saved-configuration\r\n"
	           "The saved configuration file will be erased. Are you sure? [Y/N]:");
	CHECK_TEXT(typed(f, d, "y\r"),
	           "y\r\nConfiguration file in flash: is being cleared.\r\n"
	           "Please wait ...\r\nConfiguration file is cleared.\r\n<Sallyport>");
	fixture_free(f);
}

TEST(choosing_the_next_file_answers_in_the_manuals_words)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	fixture_exec(f, "save night.cfg");
	CHECK_TEXT(fixture_exec(f, "startup saved-configuration night.cfg"),
	           "Please wait ....\n... Done!\n");
	CHECK(strstr(fixture_exec(f, "display startup"),
	             "Next main startup saved-configuration file: flash:/night.cfg\n") != NULL);
	fixture_free(f);
}

CHECK_MAIN()
