// Tests control/session/session_auth_rounds.c: keyboard-interactive (RFC 4256).
#include "tests/unit/control_client.h"

#define EVERYTHING "publickey,password,keyboard-interactive"
#define DELAY      (AUTH_DELAY_US + 2 * SHARD_TICK_US)

static void ask(struct bench *b, const char *user)
{
	client_interactive(b, 0, user);
}

static void answer(struct bench *b, const char *text)
{
	client_message(b, 0, wire("bus", SSH_MSG_USERAUTH_INFO_RESPONSE, 1, text));
}

// bob asks to be asked.
static struct bench *in_round(const char *user)
{
	struct bench *b = bench_new();

	bench_local_user(b, "iris", "$y$hash");
	bench_ssh_user(b, "iris", API_METHOD_INTERACTIVE, "");
	bench_local_user(b, "kay", "$y$hash");
	bench_ssh_user(b, "kay", API_METHOD_PUBLICKEY, "k");
	bench_local_user(b, "dave", "$y$hash");
	bench_ssh_user(b, "dave", API_METHOD_BOTH, "k");
	client_in_auth(b, 0);
	ask(b, user);
	return b;
}

// A round with one question, this one, is next.
static bool asked(struct bench *b, const char *prompt, bool echo)
{
	struct blob m = client_gets(b, 0, SSH_MSG_USERAUTH_INFO_REQUEST);
	struct cursor c = cursor_over(span_blob(&m));
	bool right;

	cursor_u8(&c);
	cursor_string(&c); // name
	cursor_string(&c); // instruction
	cursor_string(&c); // language
	right = cursor_u32(&c) == 1 && span_is(cursor_string(&c), prompt) &&
	        cursor_bool(&c) == echo && cursor_end(&c) == STATUS_OK;
	blob_fini(&m);
	return right;
}

TEST(the_password_is_asked_for_without_echo)
{
	struct bench *b = in_round("bob");

	CHECK(asked(b, "Password: ", false));
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_ROUND);
	bench_free(b);
}

TEST(the_right_answer_opens_the_session)
{
	struct bench *b = in_round("bob");

	answer(b, "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_wrong_answer_is_an_attempt)
{
	struct bench *b = in_round("bob");

	answer(b, "wrong");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_AUTH);
	bench_free(b);
}

TEST(a_question_left_unanswered_is_no_attempt)
{
	struct bench *b = in_round("bob");

	ask(b, "bob");
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_FAILURE), 0);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_INFO_REQUEST), 2);
	CHECK_EQ(bench_session(b, 0)->failures, 0);
	answer(b, "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(failures_are_summed_across_methods)
{
	struct bench *b = in_round("bob");

	answer(b, "wrong");
	bench_wait(b, DELAY);
	client_password(b, 0, "bob", "wrong");
	bench_wait(b, DELAY);
	ask(b, "bob");
	answer(b, "wrong");
	bench_wait(b, DELAY);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_NO_MORE_AUTH);
	bench_free(b);
}

TEST(an_unknown_user_is_asked_and_refused_alike)
{
	struct bench *b = in_round("nobody");

	CHECK(asked(b, "Password: ", false));
	answer(b, "secret");
	CHECK_EQ(b->passwords, 1);
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	bench_free(b);
}

TEST(a_public_key_user_is_asked_and_refused_alike)
{
	struct bench *b = in_round("kay");

	answer(b, "secret");
	CHECK_EQ(b->passwords, 1);
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	bench_free(b);
}

TEST(a_user_of_type_keyboard_interactive_logs_in_by_it_alone)
{
	struct bench *b = in_round("iris");

	client_password(b, 0, "iris", "secret");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	ask(b, "iris");
	answer(b, "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(it_is_the_password_half_of_both)
{
	struct bench *b = in_round("dave");

	answer(b, "secret");
	CHECK(refused_with(b, "publickey", true));
	CHECK_EQ(bench_session(b, 0)->failures, 0);
	ask(b, "dave");
	CHECK(refused_with(b, "publickey", false));
	bench_free(b);
}

TEST(no_answer_at_all_is_an_attempt_and_changes_nothing)
{
	struct bench *b = in_round("bob");

	client_message(b, 0, wire("bu", SSH_MSG_USERAUTH_INFO_RESPONSE, 0));
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	CHECK_EQ(COUNTED(b, auth_answers_bad), 1);
	CHECK_EQ(b->passwords, 0);
	bench_free(b);
}

TEST(more_answers_than_questions_are_an_attempt)
{
	struct bench *b = in_round("bob");

	client_message(b, 0,
	               wire("buss", SSH_MSG_USERAUTH_INFO_RESPONSE, 2, "secret", "secret"));
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(b->passwords, 0);
	bench_free(b);
}

TEST(a_count_beyond_the_message_ends_the_connection)
{
	struct bench *b = in_round("bob");

	client_message(b, 0, wire("bus", SSH_MSG_USERAUTH_INFO_RESPONSE, 0xffffffffu, "x"));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(an_empty_answer_never_passes)
{
	struct bench *b = in_round("bob");

	answer(b, "");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(b->passwords, 0);
	bench_free(b);
}

TEST(answers_to_no_question_end_the_connection)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	answer(b, "secret");
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(COUNTED(b, refused_expect_auth), 1);
	bench_free(b);
}

TEST(answers_twice_end_the_connection)
{
	struct bench *b = in_round("bob");

	b->keeper_mute = true;
	answer(b, "secret");
	answer(b, "secret");
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(COUNTED(b, refused_wait_auth), 1);
	bench_free(b);
}

TEST(an_answer_after_another_users_request_is_that_users)
{
	struct bench *b = in_round("bob");

	ask(b, "nobody");
	answer(b, "secret");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	bench_free(b);
}

TEST(the_login_time_limit_holds_while_we_wait_for_an_answer)
{
	struct bench *b = in_round("bob");

	bench_wait(b, 61000000);
	CHECK(client_told(b, 0) >= 0);
	CHECK_EQ(COUNTED(b, login_expired), 1);
	bench_free(b);
}

// --- an expired password -------------------------------------------------------------------------

static void answer_twice(struct bench *b, const char *one, const char *two)
{
	client_message(b, 0, wire("buss", SSH_MSG_USERAUTH_INFO_RESPONSE, 2, one, two));
}

static struct bench *with_expired(void)
{
	struct bench *b = in_round("bob");

	bench_local_flag(b, "bob", API_LOCAL_USER_EXPIRED);
	client_interactive(b, 0, "bob");
	answer(b, "secret");
	client_forgets(b);
	return b;
}

TEST(an_expired_password_is_changed_in_a_round)
{
	struct bench *b = with_expired();

	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_ROUND);
	answer_twice(b, "fresh", "fresh");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(COUNTED(b, auth_password_changed), 1);
	bench_free(b);
}

TEST(two_new_passwords_that_differ_are_asked_for_again)
{
	struct bench *b = with_expired();

	answer_twice(b, "fresh", "flesh");
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_INFO_REQUEST), 1);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_ROUND);
	bench_free(b);
}

TEST(the_old_password_again_will_not_do)
{
	struct bench *b = with_expired();

	answer_twice(b, "secret", "secret");
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_INFO_REQUEST), 1);
	CHECK_EQ(COUNTED(b, auth_password_changed), 0);
	bench_free(b);
}

// --- one-time codes ------------------------------------------------------------------------------

static struct bench *with_codes(const char *user)
{
	struct bench *b = in_round(user);

	bench_local_flag(b, user, API_LOCAL_USER_TOTP);
	client_forgets(b);
	client_interactive(b, 0, user);
	client_forgets(b);
	return b;
}

TEST(a_code_is_asked_for_behind_the_password)
{
	struct bench *b = with_codes("bob");

	answer(b, "secret");
	CHECK(asked(b, "Verification code: ", false));
	answer(b, "123456");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(COUNTED(b, auth_code_ok), 1);
	bench_free(b);
}

TEST(a_wrong_code_is_an_attempt)
{
	struct bench *b = with_codes("bob");

	answer(b, "secret");
	answer(b, "000000");
	bench_wait(b, DELAY);
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_AUTH);
	CHECK_EQ(COUNTED(b, auth_code_failed), 1);
	bench_free(b);
}

TEST(a_wrong_password_asks_for_no_code)
{
	struct bench *b = with_codes("bob");

	answer(b, "wrong");
	bench_wait(b, DELAY);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_INFO_REQUEST), 0);
	CHECK_EQ(b->codes, 0);
	bench_free(b);
}

TEST(the_password_alone_is_partial_success)
{
	struct bench *b = with_codes("bob");

	client_password(b, 0, "bob", "secret");
	CHECK(refused_with(b, "keyboard-interactive", true));
	client_interactive(b, 0, "bob");
	CHECK(asked(b, "Verification code: ", false));
	answer(b, "123456");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_code_alone_opens_nothing)
{
	struct bench *b = with_codes("kay");

	answer(b, "123456");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(b->codes, 0);
	bench_free(b);
}

TEST(another_user_starts_without_the_password)
{
	struct bench *b = with_codes("bob");

	client_password(b, 0, "bob", "secret");
	client_forgets(b);
	client_interactive(b, 0, "iris");
	CHECK(asked(b, "Password: ", false));
	bench_free(b);
}

// --- questions of the checker --------------------------------------------------------------------

// The checker of bob's password answers by hand.
static struct bench *with_checker(void)
{
	struct bench *b = in_round("bob");

	b->keeper_mute = true;
	answer(b, "secret");
	client_forgets(b);
	return b;
}

static void checker_says(struct bench *b, struct auth_outcome outcome)
{
	struct session *s = bench_session(b, 0);

	auth_outcome_take(b->h, 0, s->life, auth_scratch_of(b->h, s)->job, &outcome);
	bench_turn(b);
}

static const struct auth_outcome more = {
        .verdict = AUTH_MORE, .prompt = {(const uint8_t *)"Token: ", 7}, .echo = true};

TEST(the_checkers_own_question_is_passed_on)
{
	struct bench *b = with_checker();

	checker_says(b, more);
	CHECK(asked(b, "Token: ", true));
	answer(b, "1234");
	CHECK_EQ(bench_state(b, 0), SESSION_WAIT_AUTH);
	checker_says(b, (struct auth_outcome){.verdict = AUTH_PROVEN});
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(the_checker_asks_a_bounded_number_of_times)
{
	struct bench *b = with_checker();

	for (unsigned i = 1; i < AUTH_ROUNDS_MAX; i++) {
		checker_says(b, more);
		answer(b, "1234");
	}
	checker_says(b, more);
	bench_wait(b, DELAY);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_INFO_REQUEST), AUTH_ROUNDS_MAX - 1);
	CHECK(refused_with(b, EVERYTHING, false));
	bench_free(b);
}

TEST(a_question_of_the_checker_is_cut_to_a_message)
{
	static const uint8_t long_text[5000] = {'x'};
	struct bench *b = with_checker();

	checker_says(b, (struct auth_outcome){.verdict = AUTH_MORE,
	                                      .prompt = {long_text, sizeof(long_text)}});
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_INFO_REQUEST), 1);
	bench_free(b);
}

TEST(a_question_cannot_be_put_to_the_method_password)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	b->keeper_mute = true;
	client_password(b, 0, "bob", "secret");
	checker_says(b, more);
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	bench_free(b);
}

CHECK_MAIN()
