// Trusted authorities and the revocation list: set, printed, undone.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static struct span field_of(struct fixture *f, uint8_t field)
{
	return setting_text(
	        settings_find(fixture_settings(f), API_CLASS_SSH_TRUST, span_of(NULL, 0)),
	        field);
}

TEST(authorities_are_set_printed_and_undone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh server trusted-ca assign publickey one two");
	CHECK(span_is(field_of(f, API_SSH_TRUST_AUTHORITIES), "one,two"));
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "\n ssh server trusted-ca assign publickey one two\n") != NULL);
	fixture_exec(f, "system-view\nundo ssh server trusted-ca");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "trusted-ca") == NULL);
	fixture_free(f);
}

TEST(an_imported_list_prints_as_lines_that_make_it_again)
{
	struct fixture *f = fixture_new(), *g = fixture_new();
	uint8_t list[250];
	char *configuration;

	for (size_t i = 0; i < sizeof(list); i++)
		list[i] = (uint8_t)(i * 7);
	fixture_flash(f);
	CHECK_EQ(file_write(f->shell.flash, "krl", span_of(list, sizeof(list))), STATUS_OK);
	CHECK_TEXT(fixture_exec(f, "system-view\nssh server revocation-list import krl"), "");
	CHECK(span_equal(field_of(f, API_SSH_TRUST_REVOKED), span_of(list, sizeof(list))));
	configuration = strdup(fixture_exec(f, "display current-configuration | include list"));
	CHECK(strstr(configuration, "ssh server revocation-list code 00070E15") != NULL);
	fixture_exec(g, "system-view");
	for (char *line = strtok(configuration, "\n"); line != NULL;
	     line = strtok(NULL, "\n")) {
		char command[512];

		snprintf(command, sizeof(command), "system-view\n%s", line);
		fixture_exec(g, command);
	}
	CHECK(span_equal(field_of(g, API_SSH_TRUST_REVOKED), span_of(list, sizeof(list))));
	fixture_exec(f, "system-view\nundo ssh server revocation-list");
	CHECK_EQ(field_of(f, API_SSH_TRUST_REVOKED).len, 0);
	free(configuration);
	fixture_free(f);
	fixture_free(g);
}

TEST(what_is_no_list_is_refused)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	CHECK_TEXT(fixture_exec(f, "system-view\nssh server revocation-list code 123"),
	           " % The code of the revocation list is invalid.\n");
	CHECK_TEXT(fixture_exec(f, "system-view\nssh server revocation-list code XY"),
	           " % The code of the revocation list is invalid.\n");
	CHECK_TEXT(fixture_exec(f, "system-view\nssh server revocation-list import none"),
	           " % The file flash:/none does not exist.\n");
	fixture_free(f);
}

// --- host certificates ---------------------------------------------------------------------------

static const char *imports(struct fixture *f, const char *line)
{
	CHECK_EQ(file_write(f->shell.flash, "cert", span_text(line)), STATUS_OK);
	return fixture_exec(f, "system-view\nssh server host-certificate import cert");
}

TEST(an_imported_host_certificate_prints_as_lines_that_make_it_again)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	CHECK_TEXT(imports(f, "host"), "");
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "\n ssh server host-certificate code 00000004686F7374\n") != NULL);
	fixture_exec(f, "system-view\nundo ssh server host-certificate");
	CHECK_EQ(field_of(f, API_SSH_TRUST_HOST_CERTS).len, 0);
	fixture_exec(f, "system-view\nssh server host-certificate code 00000004686F");
	fixture_exec(f, "system-view\nssh server host-certificate code 7374");
	CHECK_EQ(field_of(f, API_SSH_TRUST_HOST_CERTS).len, 8);
	fixture_free(f);
}

TEST(what_is_no_host_certificate_of_ours_is_refused)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	CHECK_TEXT(imports(f, "garbage"), " % The file holds no OpenSSH certificate.\n");
	CHECK_TEXT(imports(f, "of a user"),
	           " % The certificate is for users, not for hosts.\n");
	CHECK_TEXT(imports(f, "of another key"),
	           " % The certificate is of no local key pair of this device.\n");
	CHECK_TEXT(fixture_exec(f, "system-view\nssh server host-certificate code XY"),
	           " % The code of the list of host certificates is invalid.\n");
	CHECK_EQ(field_of(f, API_SSH_TRUST_HOST_CERTS).len, 0);
	fixture_free(f);
}

#define SIGNED " Signed by:      SHA256:j3b9UBu2jvcfTidrwo8pvOEAOwwsnZR43oG1v8DN4ek\n"

TEST(host_certificates_are_shown_with_what_they_say_and_whether_they_are_offered)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "display ssh server host-certificate"),
	           " Type:           ssh-ed25519-cert-v01@openssh.com\n"
	           " Serial:         7\n"
	           " Key ID:         switch-7\n"
	           " Principals:     switch-7.example.net, 192.0.2.2\n"
	           " Valid from:     00:00:00 1970/01/02\n"
	           " Valid until:    forever\n"
	           "" SIGNED ""
	           " Offered:        yes\n"
	           "\n"
	           " Type:           ssh-rsa-cert-v01@openssh.com\n"
	           " Serial:         0\n"
	           " Key ID:         -\n"
	           " Principals:     -\n"
	           " Valid from:     always\n"
	           " Valid until:    01:00:00 1970/01/01\n"
	           "" SIGNED ""
	           " Offered:        no, it has expired\n");
	CHECK(strstr(fixture_exec(f, "display ssh server host-certificate | json"),
	             "\"Principals\": \"switch-7.example.net, 192.0.2.2\"") != NULL);
	fixture_free(f);
}

TEST(one_host_certificate_goes_and_the_others_stay)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\nssh server host-certificate code 00000002");
	CHECK_TEXT(fixture_exec(f, "system-view\nundo ssh server host-certificate rsa"), "");
	CHECK_EQ(field_of(f, API_SSH_TRUST_HOST_CERTS).len, 4 + strlen("host"));
	CHECK_TEXT(fixture_exec(f, "system-view\nundo ssh server host-certificate ed25519"),
	           " % There is no certificate of that key pair.\n");
	CHECK_EQ(field_of(f, API_SSH_TRUST_HOST_CERTS).len, 4 + strlen("host"));
	fixture_free(f);
}

CHECK_MAIN()
