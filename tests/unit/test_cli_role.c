// User roles: rules about commands and features, in what runs and in what help offers; super.
#include "cli/main/task.h"
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#define ROLE "system-view\nrole name r1\n"

static const char *configure(struct fixture *f, const char *lines)
{
	char text[1024];

	snprintf(text, sizeof(text), "system-view\n%s", lines);
	return fixture_exec(f, text);
}

// What somebody with these roles is told.
static const char *as(struct fixture *f, const char *roles, const char *lines)
{
	struct dialogue *d = fixture_open(f, DIALOGUE_EXEC, false, API_ROLE_VISITOR, lines);

	CHECK(dialogue_roles(d, span_text(roles)));
	shown_clear(f);
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	return shown(f);
}

static bool may(struct fixture *f, const char *roles, const char *lines)
{
	return strstr(as(f, roles, lines), "Permission denied.") == NULL;
}

static struct dialogue *terminal_as(struct fixture *f, const char *roles)
{
	struct dialogue *d = fixture_terminal(f);

	CHECK(dialogue_roles(d, span_text(roles)));
	return d;
}

// --- rules about commands ----------------------------------------------------------------------

TEST(a_role_without_rules_may_run_nothing_but_leave)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1");
	CHECK(!may(f, "r1", "display version"));
	CHECK(may(f, "r1", "system-view\nquit"));
	fixture_free(f);
}

TEST(a_permitted_command_runs_and_its_neighbour_does_not)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit command display clock");
	CHECK(may(f, "r1", "display clock"));
	CHECK(!may(f, "r1", "display version"));
	fixture_free(f);
}

TEST(a_star_stands_for_anything)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit command display *");
	CHECK(may(f, "r1", "display version"));
	CHECK(!may(f, "r1", "save force"));
	fixture_free(f);
}

TEST(what_displays_is_judged_alike_in_every_view)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit command display *\n"
	             "rule 2 permit command system-view\nrule 3 deny command display version");
	CHECK(may(f, "r1", "system-view\ndisplay clock"));
	CHECK(!may(f, "r1", "system-view\ndisplay version"));
	fixture_free(f);
}

TEST(an_abbreviation_is_judged_by_the_whole_keyword)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit command display *\n"
	             "rule 2 deny command display version");
	CHECK(!may(f, "r1", "dis ver"));
	fixture_free(f);
}

TEST(the_rule_with_the_highest_number_decides)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 3 permit command display version\n"
	             "rule 2 deny command display *\nrule 1 permit command display clock");
	CHECK(may(f, "r1", "display version"));
	CHECK(!may(f, "r1", "display clock"));
	fixture_free(f);
}

TEST(commands_of_a_view_are_named_by_the_way_to_it)
{
	struct fixture *f = fixture_new();

	configure(f, "local-user bob\nquit\nrole name r1\n"
	             "rule 1 permit command system-view ; local-user * ; state *");
	CHECK(may(f, "r1", "system-view\nlocal-user bob\nstate block"));
	CHECK(!may(f, "r1", "system-view\nlocal-user bob\nlevel 3"));
	CHECK(!may(f, "r1", "system-view\nsysname x"));
	fixture_free(f);
}

TEST(a_typed_semicolon_does_not_slip_by_a_denial)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit write feature\n"
	             "rule 2 deny command system-view ; ssh user *");
	CHECK(!may(f, "r1",
	           "system-view\nssh user \"a ; b\" service-type all authentication-type "
	           "password"));
	fixture_free(f);
}

TEST(a_denial_of_a_view_keeps_out_of_it)
{
	struct fixture *f = fixture_new();

	configure(f, "local-user bob\nquit\nrole name r1\nrule 1 permit read write feature\n"
	             "rule 2 deny command system-view ; local-user *");
	CHECK(!may(f, "r1", "system-view\nlocal-user bob\nstate block"));
	CHECK(may(f, "r1", "system-view\nsysname x"));
	fixture_free(f);
}

// --- rules about features ----------------------------------------------------------------------

TEST(a_feature_may_be_read_and_not_written)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit read feature ssh");
	CHECK(may(f, "r1", "display ssh server status"));
	CHECK(!may(f, "r1", "system-view\nssh server enable"));
	CHECK(!may(f, "r1", "display version"));
	fixture_free(f);
}

TEST(writing_a_feature_is_configuring_it)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit write feature ssh");
	CHECK(may(f, "r1", "system-view\nssh server enable"));
	CHECK(!may(f, "r1", "display ssh server status"));
	fixture_free(f);
}

TEST(an_unknown_feature_is_refused)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(configure(f, "role name r1\nrule 1 permit read feature xyz"),
	             "The feature does not exist.") != NULL);
	fixture_free(f);
}

TEST(features_are_listed_and_one_shows_its_commands)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(fixture_exec(f, "display role feature"), "Feature: public-key") != NULL);
	CHECK(strstr(fixture_exec(f, "display role feature name line"),
	             "  screen-length LINES\n") != NULL);
	CHECK(strstr(fixture_exec(f, "display role feature name xyz"), "not exist") != NULL);
	fixture_free(f);
}

// --- several roles, predefined ones ------------------------------------------------------------

TEST(what_one_of_the_roles_permits_is_permitted)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit command display clock\nquit\n"
	             "role name r2\nrule 1 deny command display *");
	CHECK(may(f, "r1,r2", "display clock"));
	fixture_free(f);
}

TEST(a_role_adds_to_what_an_operator_may)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit command save *");
	CHECK(may(f, "r1,network-operator", "display version"));
	CHECK(!may(f, "r1,network-operator", "system-view\nsysname x"));
	fixture_free(f);
}

TEST(level_9_configures_but_manages_neither_roles_nor_users)
{
	struct fixture *f = fixture_new();

	CHECK(may(f, "level-9", "system-view\nssh server enable"));
	CHECK(!may(f, "level-9", "system-view\nrole name x"));
	CHECK(!may(f, "level-9", "system-view\nlocal-user x"));
	CHECK(!may(f, "level-9", "reboot force"));
	fixture_free(f);
}

TEST(level_0_visits_and_level_15_does_everything)
{
	struct fixture *f = fixture_new();

	CHECK(!may(f, "level-0", "display version"));
	CHECK(may(f, "level-15", "system-view\nsysname x"));
	CHECK(may(f, "level-1", "display version"));
	fixture_free(f);
}

TEST(a_level_takes_rules)
{
	struct fixture *f = fixture_new();

	configure(f, "role name level-0\nrule 1 permit command display clock");
	CHECK(may(f, "level-0", "display clock"));
	CHECK(!may(f, "level-0", "display version"));
	fixture_free(f);
}

TEST(a_predefined_role_cannot_be_changed)
{
	struct fixture *f = fixture_new();

	CHECK(strstr(configure(f, "role name network-admin"), "cannot be changed") != NULL);
	CHECK(strstr(configure(f, "role name level-15"), "cannot be changed") != NULL);
	fixture_free(f);
}

TEST(somebody_whose_roles_are_all_unknown_is_refused)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_open(f, DIALOGUE_EXEC, false, API_ROLE_VISITOR, "quit");

	CHECK(!dialogue_roles(d, span_text("nobody")));
	fixture_free(f);
}

// --- help --------------------------------------------------------------------------------------

TEST(help_offers_only_what_the_role_permits)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	configure(f, "role name r1\nrule 1 permit command display *\n"
	             "rule 2 deny command display version");
	d = terminal_as(f, "r1");
	type_text(f, d, "display ?");
	CHECK(strstr(shown(f), "  clock ") != NULL);
	CHECK(strstr(shown(f), "  version ") == NULL);
	fixture_free(f);
}

TEST(help_of_a_view_offers_what_a_rule_with_its_way_permits)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	configure(f, "role name r1\nrule 1 permit command system-view ; ssh server *");
	d = terminal_as(f, "r1");
	type_text(f, d, "system-view\r");
	shown_clear(f);
	type_text(f, d, "?");
	CHECK(strstr(shown(f), "  ssh ") != NULL);
	CHECK(strstr(shown(f), "  sysname ") == NULL);
	fixture_free(f);
}

TEST(tab_completes_only_what_the_role_permits)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	configure(f, "role name r1\nrule 1 permit command display clock");
	d = terminal_as(f, "r1");
	type_text(f, d, "display c\t");
	CHECK(strstr(shown(f), "clock") != NULL);
	shown_clear(f);
	type_text(f, d, "\030display v\t");
	CHECK(strstr(shown(f), "version") == NULL);
	fixture_free(f);
}

// --- the configuration -------------------------------------------------------------------------

TEST(a_role_prints_as_the_commands_that_make_it)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\ndescription Who looks on\nrule 2 permit command "
	             "system-view ; line * ; *\nrule 1 deny read write feature ssh\n"
	             "rule 3 permit execute feature");
	CHECK_TEXT(fixture_exec(f, "system-view\nrole name r1\ndisplay this"),
	           "#\nrole name r1\n description \"Who looks on\"\n"
	           " rule 1 deny read write feature ssh\n"
	           " rule 2 permit command \"system-view ; line * ; *\"\n"
	           " rule 3 permit execute feature\n#\nreturn\n");
	fixture_free(f);
}

TEST(a_rule_is_taken_back_and_so_are_all)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\ndescription x\nrule 1 permit command a\nrule 2 permit "
	             "command b\nundo description\nundo rule 1");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "rule 1") == NULL);
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "rule 2") != NULL);
	configure(f, "role name r1\nundo rule all");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "rule") == NULL);
	CHECK(strstr(configure(f, "role name r1\nundo rule 9"), "not exist") != NULL);
	fixture_free(f);
}

TEST(a_role_goes_with_its_rules)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\nrule 1 permit command a\nrule 7 permit command b");
	configure(f, "undo role name r1");
	CHECK_EQ(settings_count(f->control.live, API_CLASS_ROLE), 0);
	CHECK_EQ(settings_count(f->control.live, API_CLASS_ROLE_RULE), 0);
	CHECK(strstr(configure(f, "undo role name r1"), "does not exist") != NULL);
	fixture_free(f);
}

TEST(roles_are_displayed_as_the_manual_has_them)
{
	struct fixture *f = fixture_new();

	configure(f, "role name r1\ndescription Looks\nrule 1 permit command display *\n"
	             "rule 2 deny read write feature ssh");
	CHECK_TEXT(fixture_exec(f, "display role name r1"),
	           "Role: r1\n  Description: Looks\n"
	           "  -------------------------------------------------------------------\n"
	           "  Rule    Perm   Type  Scope         Entity\n"
	           "  -------------------------------------------------------------------\n"
	           "  1       permit       command       display *\n"
	           "  2       deny   RW    feature       ssh\n"
	           "  R:Read W:Write X:Execute\n\n");
	CHECK(strstr(fixture_exec(f, "display role"), "Role: network-admin\n") != NULL);
	CHECK(strstr(fixture_exec(f, "display role name r9"), "does not exist") != NULL);
	fixture_free(f);
}

// --- users -------------------------------------------------------------------------------------

TEST(a_user_may_have_several_roles)
{
	struct fixture *f = fixture_new();
	const char *printed;

	configure(f, "role name r1\nquit\nlocal-user bob\n"
	             "authorization-attribute user-role r1\n"
	             "authorization-attribute user-role network-operator");
	printed = fixture_exec(f, "display current-configuration | include user-role");
	CHECK(strstr(printed, "user-role r1\n") != NULL);
	CHECK(strstr(printed, "user-role network-operator\n") != NULL);
	configure(f, "local-user bob\nundo authorization-attribute user-role r1");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "user-role r1") == NULL);
	fixture_free(f);
}

TEST(levels_of_old_become_roles)
{
	struct fixture *f = fixture_new();

	configure(f, "local-user bob\nauthorization-attribute level 3");
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "user-role network-admin") != NULL);
	configure(f, "local-user bob\nlevel 1");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "user-role level-1") !=
	      NULL);
	fixture_free(f);
}

// --- super -------------------------------------------------------------------------------------

TEST(super_gives_a_role_for_its_password)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	configure(f, "super password simple secret");
	d = terminal_as(f, "network-operator");
	type_text(f, d, "super\rsecret\r");
	CHECK(strstr(shown(f), "User privilege role is network-admin, and only those commands "
	                       "can be used that authorized to the role.") != NULL);
	CHECK_EQ(d->role, API_ROLE_ADMIN);
	fixture_free(f);
}

TEST(super_fails_after_three_wrong_passwords)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	configure(f, "super password role network-admin simple secret");
	d = terminal_as(f, "network-operator");
	type_text(f, d, "super\ra\rb\rc\r");
	CHECK(strstr(shown(f), " % Authenticate failed.") != NULL);
	CHECK_EQ(d->role, API_ROLE_OPERATOR);
	fixture_free(f);
}

TEST(super_says_that_no_password_is_set)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = terminal_as(f, "level-0");

	type_text(f, d, "super 3\rx\r");
	CHECK(strstr(shown(f), " % Password is not set.") != NULL);
	fixture_free(f);
}

TEST(super_by_level_answers_as_of_old)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	configure(f, "super password level 3 simple secret");
	d = terminal_as(f, "level-0");
	type_text(f, d, "super 3\rsecret\r");
	CHECK(strstr(shown(f),
	             "User privilege level is 3, and only those commands can be used") != NULL);
	CHECK_EQ(d->role, API_ROLE_ADMIN);
	fixture_free(f);
}

TEST(an_administrator_steps_down_without_a_password)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	configure(f, "super password role level-0 hash $y$x");
	type_text(f, d, "super level-0\r");
	fixture_free(f);
}

TEST(a_super_password_prints_hashed_and_is_deleted)
{
	struct fixture *f = fixture_new();

	configure(f, "super password role level-9 hash $y$abc");
	CHECK(strstr(fixture_exec(f, "display current-configuration"),
	             "super password role level-9 hash $y$abc\n") != NULL);
	configure(f, "undo super password role level-9");
	CHECK(strstr(configure(f, "undo super password role level-9"), "not set") != NULL);
	configure(f, "super password level 2 cipher $y$abc\nundo super password level 2");
	CHECK(strstr(fixture_exec(f, "display current-configuration"), "super") == NULL);
	fixture_free(f);
}

TEST(a_super_password_may_be_typed_unseen)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "system-view\rsuper password role level-9\rabc\rabc\r");
	CHECK(strstr(shown(f), "abc") == NULL);
	CHECK(settings_find(f->control.live, API_CLASS_SUPER, span_text("level-9")) != NULL);
	fixture_free(f);
}

CHECK_MAIN()
