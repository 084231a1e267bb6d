// Tests control/session/session_log.c: the lines that operators' parsers look for.
#define BENCH_LOG_LEVEL LOG_INFO
#include "control/main/exceptions.h"
#include "control/main/log_center.h"
#include "tests/unit/control_client.h"

// The newest line of that name in a ring, "" when there is none.
static const char *in_ring(enum log_ring ring, const char *name)
{
	static char text[LOG_CENTER_TEXT];
	struct log_line line;

	text[0] = 0;
	for (uint64_t at = 0; log_center_next(ring, at, &line); at = line.sequence + 1)
		if (strcmp(line.name, name) == 0)
			memcpy(text, line.text, sizeof(text));
	return text;
}

static const char *logged(const char *name)
{
	return in_ring(LOG_RING_BUFFER, name);
}

TEST(a_login_is_told_in_the_words_that_parsers_know)
{
	struct bench *b = bench_open();

	CHECK_TEXT(logged("SSHS_LOG"),
	           "Accepted password for bob from 192.0.0.9 port 4242 ssh2");
	CHECK_TEXT(logged("SSHS_AUTH_SUCCESS"),
	           "SSH user bob from 192.0.0.9 port 4242 passed password authentication.");
	CHECK_TEXT(logged("SSHS_CONNECT"),
	           "SSH user bob (IP: 192.0.0.9) connected to the server successfully.");
	bench_free(b);
}

TEST(a_failed_login_is_told_with_its_reason)
{
	struct bench *b = bench_new();

	log_center_reset();
	client_in_auth(b, 0);
	client_password(b, 0, "b\nb", "wrong");
	CHECK_TEXT(logged("SSHS_LOG"),
	           "Authentication failed for user b\\x0ab from 192.0.0.9 "
	           "port 4242 because of invalid username or wrong password.");
	CHECK_TEXT(logged("SHELL_LOGINFAIL"),
	           "SSH user b\\x0ab failed to log in from 192.0.0.9.");
	bench_free(b);
}

TEST(too_many_failed_logins_raise_an_alarm)
{
	struct api_record r = {.class = API_CLASS_SSH_GUARD, .count = 2};
	struct bench *b = bench_new();

	r.values[0] = (struct api_value){API_SSH_GUARD_ALARM_UPPER, 2, {0}};
	r.values[1] = (struct api_value){API_SSH_GUARD_ALARM_MINUTES, 1, {0}};
	bench_put(b, &r);
	log_center_reset();
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "wrong");
	bench_wait(b, 3000000);
	CHECK_TEXT(logged("SSHS_LOGINFAIL_ALARM"), "");
	client_password(b, 0, "bob", "wrong");
	CHECK_TEXT(logged("SSHS_LOGINFAIL_ALARM"),
	           "Users failed to log in too often: 2 times in 1 minutes.");
	bench_free(b);
}

TEST(a_line_is_told_when_it_is_taken_and_when_it_is_left)
{
	struct bench *b = bench_shell(1000);

	CHECK_TEXT(logged("SHELL_LOGIN"), "bob logged in from 192.0.0.9.");
	log_center_reset();
	cli_exits(b, 0, false);
	CHECK_TEXT(logged("SHELL_LOGOUT"), "bob logged out from 192.0.0.9.");
	bench_free(b);
}

TEST(a_client_that_vanishes_has_left_its_line_too)
{
	struct bench *b = bench_shell(1000);

	log_center_reset();
	client_gone(b, 0);
	CHECK_TEXT(logged("SHELL_LOGOUT"), "bob logged out from 192.0.0.9.");
	CHECK_TEXT(logged("SSHS_DISCONNECT"),
	           "SSH user bob (IP: 192.0.0.9) disconnected from the server.");
	bench_free(b);
}

TEST(debugging_tells_states_messages_and_refusals_while_it_is_on)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	CHECK_TEXT(in_ring(LOG_RING_WATCHED, "SSHS_EVENT"), "");
	atomic_store(&log_debug_switches,
	             LOG_DEBUG_EVENT | LOG_DEBUG_MESSAGE | LOG_DEBUG_ERROR);
	client_number(b, 0, SSH_MSG_KEXINIT);
	atomic_store(&log_debug_switches, 0);
	CHECK_TEXT(in_ring(LOG_RING_WATCHED, "SSHS_MESSAGE"),
	           "[192.0.0.9:4242 0.0.1] got message 20 (KEXINIT), 0 bytes, in state "
	           "EXPECT_AUTH");
	CHECK_TEXT(in_ring(LOG_RING_WATCHED, "SSHS_EVENT"),
	           "[192.0.0.9:4242 0.0.1] EXPECT_AUTH -> CLOSING on NOTHING");
	CHECK(strstr(in_ring(LOG_RING_WATCHED, "SSHS_ERROR"),
	             "refused in state EXPECT_AUTH: message 20 (KEXINIT) is not allowed") !=
	      NULL);
	bench_free(b);
}

TEST(a_session_that_the_device_ends_is_remembered_with_what_the_client_was_told)
{
	struct bench *b = bench_shell(1000);
	struct exception e;

	client_number(b, 0, SSH_MSG_NEWKEYS);
	CHECK(exceptions_at(0, 10, &e));
	CHECK_TEXT(e.user, "bob");
	CHECK_TEXT(e.stage, "Established");
	CHECK_TEXT(e.reply, "message 21 (NEWKEYS) is not allowed in state OPEN");
	CHECK_EQ(e.reason, SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(e.services, API_SERVICE_STELNET);
	CHECK_EQ(e.line, 1);
	bench_free(b);
}

TEST(one_that_has_not_logged_in_has_the_name_that_it_tried)
{
	struct bench *b = bench_new();
	struct exception e;

	client_in_auth(b, 0);
	client_password(b, 0, "mallory", "wrong");
	bench_wait(b, AUTH_DELAY_US + 2 * SHARD_TICK_US);
	client_number(b, 0, SSH_MSG_KEXINIT);
	CHECK(exceptions_at(0, 10, &e));
	CHECK_TEXT(e.user, "mallory");
	CHECK_TEXT(e.stage, "Auth-request");
	CHECK_EQ(e.line, 0);
	CHECK(!exceptions_at(1, 1, &e)); // no more than are wanted
	bench_free(b);
}

CHECK_MAIN()
