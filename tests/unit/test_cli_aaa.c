// RADIUS schemes and ISP domains: how they are configured, printed and displayed.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#define SCHEME                                                                                 \
	"system-view\nradius scheme rad1\nprimary authentication 192.0.2.9\n"                  \
	"secondary authentication ipv6 2001:db8::9 1645\nkey authentication simple \"a b\"\n"  \
	"timer response-timeout 2\nretry 2\ntimer quiet 0\nuser-name-format without-domain\n"
#define DOMAIN "quit\ndomain corp\nauthentication login radius-scheme rad1 local\n"

static const char *current(struct fixture *f)
{
	return fixture_exec(f, "display current-configuration");
}

TEST(a_scheme_prints_as_the_commands_that_make_it)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, SCHEME);
	CHECK_TEXT(fixture_exec(f, "system-view\nradius scheme rad1\ndisplay this"),
	           "#\nradius scheme rad1\n primary authentication 192.0.2.9\n"
	           " secondary authentication ipv6 2001:db8::9 1645\n"
	           " key authentication simple \"a b\"\n timer response-timeout 2\n"
	           " timer quiet 0\n retry 2\n user-name-format without-domain\n#\nreturn\n");
	fixture_free(f);
}

TEST(what_a_scheme_has_is_undone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, SCHEME "undo primary authentication\nundo key authentication\n"
	                       "undo timer response-timeout\nundo timer quiet\nundo retry\n"
	                       "undo user-name-format\n"
	                       "undo secondary authentication ipv6 2001:db8::9");
	CHECK_TEXT(fixture_exec(f, "system-view\nradius scheme rad1\ndisplay this"),
	           "#\nradius scheme rad1\n#\nreturn\n");
	fixture_free(f);
}

TEST(a_new_primary_server_takes_the_place_of_the_old)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, SCHEME "primary authentication 192.0.2.10 1900");
	CHECK(strstr(current(f), " primary authentication 192.0.2.10 1900\n secondary") !=
	      NULL);
	CHECK(strstr(current(f), "192.0.2.9") == NULL);
	fixture_free(f);
}

TEST(an_address_that_is_none_is_refused)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, SCHEME "primary authentication 2001:db8::1"),
	             "The address is not valid.") != NULL);
	fixture_free(f);
}

TEST(a_scheme_has_at_most_seventeen_servers)
{
	char lines[1024] = "system-view\nradius scheme rad1\n";
	struct fixture *f = fixture_new();

	for (int i = 1; i <= 18; i++)
		sprintf(lines + strlen(lines), "secondary authentication 192.0.2.%d\n", i);
	CHECK(strstr(fixture_exec(f, lines), "at most 17 servers") != NULL);
	fixture_free(f);
}

TEST(a_scheme_is_displayed)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, SCHEME);
	CHECK_TEXT(fixture_exec(f, "display radius scheme rad1"),
	           "------------------------------------------------------------------\n"
	           "RADIUS scheme name: rad1\n"
	           "  Primary authentication server:\n"
	           "    IP   : 192.0.2.9                                Port: 1812\n"
	           "  Second authentication server:\n"
	           "    IP   : 2001:db8::9                              Port: 1645\n"
	           "  Retransmission times                       : 2\n"
	           "  Retransmission timeout (seconds)           : 2\n"
	           "  Quiet interval (minutes)                   : 0\n"
	           "  User name format                           : without-domain\n"
	           "------------------------------------------------------------------\n");
	CHECK(strstr(fixture_exec(f, "display radius scheme"), "rad1") != NULL);
	CHECK(strstr(fixture_exec(f, "display radius scheme x"), "does not exist") != NULL);
	fixture_free(f);
}

TEST(a_key_is_shown_to_administrators_alone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, SCHEME);
	f->secrets = false;
	CHECK(strstr(current(f), "key authentication") == NULL);
	fixture_free(f);
}

TEST(a_domain_asks_a_scheme_that_exists)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, "system-view\ndomain corp\nauthentication login "
	                             "radius-scheme rad1"),
	             "does not exist") != NULL);
	fixture_exec(f, SCHEME DOMAIN);
	CHECK(strstr(current(f),
	             "#\ndomain corp\n authentication login radius-scheme rad1 local\n") !=
	      NULL);
	fixture_free(f);
}

TEST(a_domain_asks_the_device_itself_again)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, SCHEME DOMAIN "undo authentication login");
	CHECK(strstr(current(f), "authentication login") == NULL);
	fixture_exec(f, SCHEME DOMAIN "authentication default local");
	CHECK(strstr(current(f), "authentication login") == NULL);
	fixture_free(f);
}

TEST(domains_are_displayed)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, SCHEME DOMAIN "quit\ndomain default enable corp");
	CHECK_TEXT(fixture_exec(f, "display domain"),
	           "Domain: corp\n  State: Active\n"
	           "  Login authentication scheme: RADIUS: rad1, Local\n\n"
	           "Default domain name: corp\n");
	CHECK(strstr(fixture_exec(f, "display domain corp"), "Domain: corp\n") != NULL);
	CHECK(strstr(fixture_exec(f, "display domain x"), "does not exist") != NULL);
	fixture_free(f);
}

TEST(defaults_of_aaa_are_set_and_undone)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, "system-view\ndomain corp\nquit\ndomain default enable corp\n"
	                "role default-role enable level-1");
	CHECK(strstr(current(f), " domain default enable corp\n") != NULL);
	CHECK(strstr(current(f), " role default-role enable level-1\n") != NULL);
	fixture_exec(f, "system-view\nundo domain default enable\n"
	                "undo role default-role enable");
	CHECK(strstr(current(f), "default") == NULL);
	CHECK(strstr(fixture_exec(f, "system-view\ndomain default enable x"), "not exist") !=
	      NULL);
	fixture_free(f);
}

TEST(schemes_and_domains_are_deleted)
{
	struct fixture *f = fixture_new();

	fixture_exec(f, SCHEME DOMAIN "quit\nundo domain corp\nundo radius scheme rad1");
	CHECK(strstr(current(f), "corp") == NULL);
	CHECK(strstr(current(f), "rad1") == NULL);
	CHECK(strstr(fixture_exec(f, "system-view\nundo domain corp"), "not exist") != NULL);
	CHECK(strstr(fixture_exec(f, "system-view\nundo radius scheme rad1"), "not exist") !=
	      NULL);
	fixture_free(f);
}

// A file that somebody saves who may not see secrets holds them all the same.
TEST(a_role_of_rules_saves_secrets_that_it_may_not_see)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;
	struct blob file;

	fixture_flash(f);
	fixture_exec(f, SCHEME "quit\nrole name r1\nrule 1 permit command save *\n"
	                       "rule 2 permit command display *");
	f->secrets = false;
	d = fixture_open(f, DIALOGUE_EXEC, false, API_ROLE_VISITOR,
	                 "display current-configuration\nsave force");
	CHECK(dialogue_roles(d, span_text("r1")));
	shown_clear(f);
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	CHECK(strstr(shown(f), "key authentication") == NULL);
	CHECK_EQ(file_read(f->shell.flash, "startup.cfg", 65536, &file), STATUS_OK);
	CHECK(memmem(file.data, file.len, "key authentication", 18) != NULL);
	blob_fini(&file);
	fixture_free(f);
}

CHECK_MAIN()
