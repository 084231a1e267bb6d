// Tests control/session/session_alive.c: keepalives, connections that nobody uses.
#include "tests/unit/control_client.h"

#define SECOND 1000000ull

static void policy(struct bench *b, uint8_t field, uint32_t number)
{
	struct api_record r = {.class = API_CLASS_SSH_POLICY, .count = 1};

	r.values[0] = (struct api_value){field, number, {0}};
	bench_put(b, &r);
}

static struct bench *with_keepalives(uint32_t seconds, uint32_t count)
{
	struct bench *b = bench_new();

	policy(b, API_SSH_POLICY_ALIVE_SECONDS, seconds);
	policy(b, API_SSH_POLICY_ALIVE_COUNT, count);
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	client_forgets(b);
	return b;
}

static struct bench *with_unused(uint32_t seconds)
{
	struct bench *b = bench_new();

	policy(b, API_SSH_POLICY_UNUSED_SECONDS, seconds);
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	client_forgets(b);
	return b;
}

TEST(by_default_nobody_is_asked_and_nobody_is_ended)
{
	struct bench *b = bench_open();

	bench_wait(b, 1800 * SECOND);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_GLOBAL_REQUEST), 0);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_silent_client_is_asked_and_wants_to_be_answered)
{
	struct bench *b = with_keepalives(30, 3);
	struct blob m;

	bench_wait(b, 28 * SECOND);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_GLOBAL_REQUEST), 0);
	bench_wait(b, 3 * SECOND);
	m = client_gets(b, 0, SSH_MSG_GLOBAL_REQUEST);
	CHECK(span_equal(span_blob(&m),
	                 wire("bsb", SSH_MSG_GLOBAL_REQUEST, "keepalive@openssh.com", 1)));
	CHECK_EQ(COUNTED(b, keepalives_sent), 1);
	blob_fini(&m);
	bench_free(b);
}

// RFC 4254 section 4: a client that does not know the request says FAILURE.
TEST(whatever_the_client_says_is_an_answer)
{
	struct bench *b = with_keepalives(30, 2);

	for (unsigned i = 0; i < 20; i++) {
		bench_wait(b, 31 * SECOND);
		client_number(b, 0, SSH_MSG_REQUEST_FAILURE);
	}
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(COUNTED(b, keepalives_sent), 20);
	bench_free(b);
}

TEST(a_client_that_talks_is_not_asked)
{
	struct bench *b = with_keepalives(30, 2);

	for (unsigned i = 0; i < 20; i++) {
		bench_wait(b, 20 * SECOND);
		client_number(b, 0, SSH_MSG_IGNORE);
	}
	CHECK_EQ(COUNTED(b, keepalives_sent), 0);
	bench_free(b);
}

TEST(after_so_many_questions_without_an_answer_the_session_ends_and_says_why)
{
	struct bench *b = with_keepalives(30, 3);

	bench_wait(b, 100 * SECOND);
	CHECK_EQ(COUNTED(b, keepalives_sent), 3);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_wait(b, 21 * SECOND);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_CONNECTION_LOST);
	CHECK_EQ(COUNTED(b, keepalives_lost), 1);
	bench_free(b);
}

// PROTOCOL section 2.1 allows nothing but the exchange; afterwards the questions go on.
TEST(nobody_is_asked_while_keys_are_exchanged)
{
	struct bench *b = with_keepalives(30, 3);

	client_offers(b, 0, &modern);
	client_forgets(b);
	bench_wait(b, 40 * SECOND);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_GLOBAL_REQUEST), 0);
	client_public(b, 0);
	client_number(b, 0, SSH_MSG_NEWKEYS);
	bench_wait(b, 31 * SECOND);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_GLOBAL_REQUEST), 1);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(keys_are_exchanged_in_time_between_keepalives)
{
	struct bench *b = with_keepalives(600, 30);

	bench_wait(b, 3599 * SECOND);
	CHECK_EQ(COUNTED(b, rekeys_ours), 1);
	CHECK(COUNTED(b, keepalives_sent) >= 5);
	bench_free(b);
}

// The client's own, which OpenSSH calls ServerAliveInterval.
TEST(a_keepalive_of_the_client_is_answered)
{
	struct bench *b = bench_open();

	client_message(b, 0, wire("bsb", SSH_MSG_GLOBAL_REQUEST, "keepalive@openssh.com", 1));
	CHECK(client_got(b, 0, SSH_MSG_REQUEST_FAILURE));
	client_channel(b, 7, 1000);
	client_request(b, 0, "keepalive@openssh.com", span_of(NULL, 0));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_FAILURE));
	bench_free(b);
}

TEST(a_connection_without_a_channel_ends_in_its_time_and_says_why)
{
	struct bench *b = with_unused(20);

	bench_wait(b, 19 * SECOND);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_wait(b, 2 * SECOND);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_BY_APPLICATION);
	CHECK_EQ(COUNTED(b, unused_expired), 1);
	bench_free(b);
}

TEST(an_idle_channel_keeps_a_connection)
{
	struct bench *b = with_unused(20);

	client_channel(b, 7, 1000);
	bench_wait(b, 300 * SECOND);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(the_time_without_a_channel_begins_when_the_last_has_closed)
{
	struct bench *b = with_unused(20);

	client_channel(b, 7, 1000);
	bench_wait(b, 300 * SECOND);
	client_message(b, 0, wire("bu", SSH_MSG_CHANNEL_CLOSE, 0));
	bench_wait(b, 19 * SECOND);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_wait(b, 2 * SECOND);
	CHECK_EQ(COUNTED(b, unused_expired), 1);
	bench_free(b);
}

// Keepalives that are answered do not make it used.
TEST(a_connection_that_is_alive_may_be_unused)
{
	struct bench *b = with_unused(20);

	for (unsigned i = 0; i < 5; i++) {
		bench_wait(b, 5 * SECOND);
		client_number(b, 0, SSH_MSG_IGNORE);
	}
	CHECK_EQ(COUNTED(b, unused_expired), 1);
	bench_free(b);
}

CHECK_MAIN()
