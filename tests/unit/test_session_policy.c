// Tests control/session/session_policy.c and what requests make of it.
#include "tests/unit/control_client.h"

#include "control/session/session_policy.h"

static void variables_set(struct bench *b, const char *names)
{
	struct api_record r = {.class = API_CLASS_SSH_POLICY, .count = 1};

	r.values[0] = (struct api_value){API_SSH_POLICY_ENVIRONMENT, 0, span_text(names)};
	bench_put(b, &r);
}

static void subsystem_set(struct bench *b, const char *name, const char *command)
{
	struct api_record r = {
	        .class = API_CLASS_SSH_SUBSYSTEM, .key = span_text(name), .count = 1};

	r.values[0] = (struct api_value){API_SSH_SUBSYSTEM_COMMAND, 0, span_text(command)};
	bench_put(b, &r);
}

static bool takes(struct bench *b, const char *name)
{
	return policy_takes_variable(&b->control.config, span_text(name));
}

TEST(by_default_only_locales_are_taken)
{
	struct bench *b = bench_new();

	CHECK(takes(b, "LANG") && takes(b, "LC_ALL") && takes(b, "LC_"));
	CHECK(!takes(b, "LANGUAGE") && !takes(b, "LD_PRELOAD") && !takes(b, "PATH"));
	CHECK(!takes(b, "") && !takes(b, "LC_\n"));
	bench_free(b);
}

TEST(configured_patterns_are_taken_besides)
{
	struct bench *b = bench_new();

	variables_set(b, "GIT_*,COLORTERM,X*Y*Z");
	CHECK(takes(b, "GIT_PROTOCOL") && takes(b, "COLORTERM") && takes(b, "LANG"));
	CHECK(takes(b, "XYZ") && takes(b, "XaYYbZ") && !takes(b, "XaZ") && !takes(b, "XYZa"));
	CHECK(!takes(b, "COLORTERMS") && !takes(b, "AGIT_X"));
	bench_free(b);
}

TEST(a_pattern_of_many_stars_is_matched_in_no_time)
{
	struct bench *b = bench_new();
	static char name[257];

	memset(name, 'a', sizeof(name) - 1);
	variables_set(b, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
	CHECK(!takes(b, name));
	bench_free(b);
}

TEST(a_client_is_told_which_variable_was_taken)
{
	struct bench *b = bench_open();

	variables_set(b, "EDITOR");
	client_channel(b, 7, 1000);
	client_request(b, 0, "env", wire("ss", "EDITOR", "vi"));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_SUCCESS));
	client_request(b, 0, "env", wire("ss", "LD_PRELOAD", "/x"));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_FAILURE));
	bench_free(b);
}

static bool cli_hears_hup(struct bench *b)
{
	struct bench_cell c = cli_gets(b, DIALOGUE_SIGNAL);
	bool hup = span_is(span_blob(&c.payload), "HUP");

	blob_fini(&c.payload);
	return hup;
}

TEST(a_command_whose_output_nobody_reads_is_ended)
{
	struct bench *b = bench_open();

	client_channel(b, 7, 1000);
	client_request(b, 0, "exec", wire("s", "display clock"));
	client_message(b, 0, wire("busb", SSH_MSG_CHANNEL_REQUEST, 0, "eow@openssh.com", 0));
	CHECK(cli_hears_hup(b));
	CHECK_EQ(COUNTED(b, requests_refused), 0);
	bench_free(b);
}

TEST(a_shell_goes_on_whoever_reads_it)
{
	struct bench *b = bench_shell(1000);

	client_message(b, 0, wire("busb", SSH_MSG_CHANNEL_REQUEST, 0, "eow@openssh.com", 0));
	CHECK(!cli_hears_hup(b));
	bench_free(b);
}

TEST(an_unknown_subsystem_is_refused_and_the_session_lives)
{
	struct bench *b = bench_open();

	client_channel(b, 7, 1000);
	client_request(b, 0, "subsystem", wire("s", "netconf"));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_FAILURE));
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_configured_subsystem_runs_its_command)
{
	struct bench *b = bench_open();
	struct dialogue_open open;
	struct bench_cell c;

	subsystem_set(b, "version", "display version");
	client_channel(b, 7, 1000);
	client_request(b, 0, "subsystem", wire("s", "version"));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_SUCCESS));
	c = cli_gets(b, DIALOGUE_OPEN);
	memcpy(&open, c.cell.body, sizeof(open));
	CHECK_EQ(open.type, DIALOGUE_EXEC);
	CHECK(memmem(c.payload.data, c.payload.len, "display version", 15) != NULL);
	blob_fini(&c.payload);
	bench_free(b);
}

TEST(files_may_be_served_under_another_name_when_they_are_served_at_all)
{
	struct bench *b = bench_open();
	struct api_record on = {.class = API_CLASS_SSH_SERVER, .count = 1};

	subsystem_set(b, "files", "");
	client_channel(b, 7, 1000);
	client_request(b, 0, "subsystem", wire("s", "files"));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_FAILURE));
	on.values[0] = (struct api_value){API_SSH_SERVER_SFTP_ENABLE, 1, {0}};
	bench_put(b, &on);
	client_request(b, 0, "subsystem", wire("s", "files"));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_SUCCESS));
	CHECK(cli_got(b, DIALOGUE_OPEN));
	bench_free(b);
}

CHECK_MAIN()
