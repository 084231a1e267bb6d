// Access lists: views, rules, where they are in force, how they print.
#include "tests/unit/cli_workers.h"

static bool configured(struct fixture *f, const char *text)
{
	return strstr(fixture_exec(f, "display current-configuration"), text) != NULL;
}

TEST(rules_take_the_next_number_and_print_in_order)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\nacl basic 2000\nrule permit source 192.0.2.99 0.0.0.255\n"
	                "rule deny source any\nrule 3 permit source 10.0.0.1 0\nrule permit");
	CHECK(configured(f, "#\nacl basic 2000\n rule 0 permit source 192.0.2.0 0.0.0.255\n"
	                    " rule 3 permit source 10.0.0.1 0\n rule 5 deny\n"
	                    " rule 10 permit\n#\n"));
	fixture_free(f);
}

TEST(the_step_may_be_another)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\nacl number 2000\nstep 10\nrule permit\nrule deny");
	CHECK(configured(f, "acl basic 2000\n step 10\n rule 0 permit\n rule 10 deny\n#\n"));
	fixture_exec(f, "system-view\nacl number 2000\nundo step\nundo rule 0");
	CHECK(configured(f, "acl basic 2000\n rule 10 deny\n#\n"));
	fixture_free(f);
}

TEST(an_advanced_list_knows_protocols_and_ports)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\nacl advanced 3000\n"
	                "rule permit tcp source 192.0.2.0 0.0.0.255 destination 192.0.2.2 0 "
	                "destination-port eq 22 counting logging\n"
	                "rule deny udp source-port range 1 1023\n"
	                "rule deny 47\nrule permit ip source-port gt 1023\n"
	                "rule permit ip source-port lt 5");
	CHECK(configured(f, "acl advanced 3000\n"
	                    " rule 0 permit tcp source 192.0.2.0 0.0.0.255 destination "
	                    "192.0.2.2 0 destination-port eq 22 counting logging\n"
	                    " rule 5 deny udp source-port range 1 1023\n"
	                    " rule 10 deny 47\n"
	                    " rule 15 permit ip source-port range 1024 65535\n"
	                    " rule 20 permit ip source-port range 0 4\n#\n"));
	fixture_free(f);
}

TEST(an_ipv6_list_knows_prefixes)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\nacl ipv6 basic 2000\nrule permit source 2001:db8::1 64\n"
	                "rule permit source 2001:db8:1::/48");
	CHECK(configured(f, "acl ipv6 basic 2000\n rule 0 permit source 2001:db8::/64\n"
	                    " rule 5 permit source 2001:db8:1::/48\n#\n"));
	fixture_free(f);
}

TEST(what_a_list_does_not_know_is_refused)
{
	struct fixture *f = workers_new();

	CHECK(says(f, "system-view\nacl basic 2000\nrule permit tcp",
	           "A basic list knows sources only."));
	CHECK(says(f, "system-view\nacl basic 2000\nrule permit destination any",
	           "A basic list knows sources only."));
	CHECK(says(f, "system-view\nacl advanced 3000\nrule permit source any",
	           "An advanced list needs a protocol."));
	CHECK(says(f, "system-view\nacl basic 2000\nrule permit source 2001:db8::1 64",
	           "The address is of the other family."));
	CHECK(says(f, "system-view\nacl advanced 3000\nrule permit tcp source-port range 9 3",
	           "The range of ports is empty."));
	CHECK(says(f, "system-view\nacl advanced 3000\nrule permit tcp source-port lt 0",
	           "The range of ports is empty."));
	CHECK(says(f, "system-view\nacl basic 3000", "Wrong parameter"));
	fixture_free(f);
}

TEST(a_rule_typed_again_is_replaced_as_a_whole)
{
	struct fixture *f = workers_new();

	fixture_exec(f,
	             "system-view\nacl basic 2000\nrule 5 permit source 192.0.2.1 0 logging\n"
	             "rule 5 comment old\nrule 5 deny");
	CHECK(configured(f, "acl basic 2000\n rule 5 deny\n#\n"));
	fixture_free(f);
}

TEST(descriptions_and_comments_print_and_can_be_undone)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\nacl basic 2000\ndescription who may come\nrule permit\n"
	                "rule 0 comment all of them");
	CHECK(configured(f, "acl basic 2000\n description \"who may come\"\n rule 0 permit\n"
	                    " rule 0 comment \"all of them\"\n#\n"));
	fixture_exec(f, "system-view\nacl basic 2000\nundo description\nundo rule 0 comment");
	CHECK(configured(f, "acl basic 2000\n rule 0 permit\n#\n"));
	CHECK(says(f, "system-view\nacl basic 2000\nrule 9 comment x",
	           "The ACL or rule does not exist."));
	CHECK(says(f, "system-view\nacl basic 2000\nundo rule 9",
	           "The ACL or rule does not exist."));
	fixture_free(f);
}

TEST(a_list_goes_with_its_rules_and_no_others)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\nacl basic 2000\nrule permit\nrule deny\nquit\n"
	                "acl basic 2001\nrule deny\nquit\nacl ipv6 basic 2000\nrule permit\n"
	                "quit\nundo acl basic 2000");
	CHECK(!configured(f, "acl basic 2000"));
	CHECK(configured(f, "acl basic 2001\n rule 0 deny\n"));
	CHECK(configured(f, "acl ipv6 basic 2000\n rule 0 permit\n"));
	fixture_exec(f, "system-view\nundo acl ipv6 number 2000\nundo acl basic 2001");
	CHECK(!configured(f, "acl"));
	CHECK(says(f, "system-view\nundo acl basic 2000", "The ACL or rule does not exist."));
	fixture_free(f);
}

TEST(a_list_has_as_many_rules_as_a_worker_takes)
{
	struct fixture *f = workers_new();
	struct text commands = {0};

	text_puts(&commands, "system-view\nacl basic 2000\n");
	for (uint32_t i = 0; i <= NET_RULES_MAX; i++)
		text_puts(&commands, "rule deny\n");
	text_add(&commands, "", 1);
	CHECK(says(f, commands.data, "The ACL has 256 rules, which is the most."));
	text_fini(&commands);
	fixture_free(f);
}

TEST(lists_are_shown_with_their_matches)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\nacl basic 2000\ndescription lab\nrule permit source "
	                "192.0.2.0 0.0.0.255\nrule deny\nquit\nacl basic 2001\nquit\n"
	                "acl ipv6 basic 2000\nrule permit");
	CHECK_TEXT(fixture_exec(f, "display acl all"),
	           "Basic IPv4 ACL 2000, 2 rules,\nlab\nACL's step is 5, start ID is 0\n"
	           " rule 0 permit source 192.0.2.0 0.0.0.255\n"
	           " rule 5 deny (4 times matched)\n"
	           "\nBasic IPv4 ACL 2001, 0 rules,\nACL's step is 5, start ID is 0\n");
	CHECK(says(f, "display acl ipv6 2000", "Basic IPv6 ACL 2000, 1 rule,\n"));
	CHECK(says(f, "display acl 2000 | json", "\"Rule\": 5, \"Text\": \"deny\", "));
	CHECK(says(f, "display acl 2009", "The ACL does not exist."));
	fixture_free(f);
}

TEST(matches_are_reset_by_list_in_all_workers)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "reset acl counter 2000");
	CHECK_EQ(forgotten[NET_ASK_FORGET_HITS], 2);
	CHECK_EQ(forgotten_list, 2000);
	fixture_exec(f, "reset acl ipv6 counter all");
	CHECK_EQ(forgotten_list, 0);
	fixture_free(f);
}

TEST(the_ssh_server_obeys_a_list)
{
	struct fixture *f = workers_new();

	fixture_exec(f, "system-view\nssh server acl basic 2000\n"
	                "ssh server ipv6 acl ipv6 2001\nssh server acl-deny-log enable");
	CHECK(configured(f, " ssh server acl 2000\n ssh server ipv6 acl ipv6 2001\n"
	                    " ssh server acl-deny-log enable\n"));
	fixture_exec(f, "system-view\nundo ssh server acl\nundo ssh server ipv6 acl\n"
	                "undo ssh server acl-deny-log enable");
	CHECK(!configured(f, "acl"));
	fixture_free(f);
}

TEST(the_view_of_a_list_has_its_name_and_shows_itself)
{
	struct fixture *f = workers_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "system-view\racl ipv6 number 3000\r");
	CHECK(strstr(shown(f), "[Sallyport-acl-ipv6-advanced-3000]") != NULL);
	type_text(f, d, "rule permit ipv6\r");
	shown_clear(f);
	type_text(f, d, "display this\r");
	CHECK(strstr(shown(f),
	             "acl ipv6 advanced 3000\r\n rule 0 permit ipv6\r\n#\r\nreturn") != NULL);
	fixture_free(f);
}

TEST(lists_load_as_they_were_saved)
{
	struct fixture *f = workers_new();
	char *saved;

	fixture_exec(f, "system-view\nacl advanced 3000\nstep 7\nrule permit tcp source "
	                "192.0.2.0 0.0.0.255 logging\nrule deny ip\nrule 7 comment the rest");
	saved = strdup(
	        strstr(fixture_exec(f, "display current-configuration"), "acl advanced"));
	fixture_exec(f, "system-view\nundo acl advanced 3000");
	saved[strstr(saved, "return") - saved] = 0;
	{
		struct text again = {0};

		text_puts(&again, "system-view\n");
		text_puts(&again, saved);
		text_add(&again, "", 1);
		fixture_exec(f, again.data);
		text_fini(&again);
	}
	CHECK(configured(f, saved));
	free(saved);
	fixture_free(f);
}

CHECK_MAIN()
