// The method "keyboard-interactive" (RFC 4256): questions in rounds, each round's answers checked
// before the next is asked. The questions are the same whoever the user is, until a password was
// right.
#include "control/session/session_auth.h"

#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "dataplane/link/keeper_msg.h"

#define INSTRUCTION_MAX 512u // bytes of a checker's own question

struct question {
	const char *prompt;
	bool echo;
};

// Ask: INFO_REQUEST, and its answers are awaited (section 3.2).
static enum status round_ask(struct shard *h, struct session *s, struct auth_scratch *a,
                             enum auth_round round, struct span instruction,
                             const struct question *questions, uint8_t count)
{
	uint8_t bytes[INSTRUCTION_MAX + 256];
	struct builder b = builder_over(bytes, sizeof(bytes));

	if (++a->round_number > AUTH_ROUNDS_MAX)
		return auth_refuse(h, s, a, true);
	builder_u8(&b, SSH_MSG_USERAUTH_INFO_REQUEST);
	builder_text(&b, ""); // name
	builder_string(&b, instruction);
	builder_text(&b, ""); // language
	builder_u32(&b, count);
	for (uint8_t i = 0; i < count; i++) {
		builder_text(&b, questions[i].prompt);
		builder_bool(&b, questions[i].echo);
	}
	if (builder_end(&b) != STATUS_OK)
		return auth_refuse(h, s, a, false);
	COUNT(h, auth_rounds);
	a->round = (uint8_t)round;
	a->prompts = count;
	session_send(h, s, builder_span(&b));
	session_enter(h, s, SESSION_EXPECT_ROUND);
	return STEP_STAY;
}

// What is asked next of this user: the one place that decides it. NONE: nothing is left that
// questions could prove.
static enum auth_round round_next(const struct auth_scratch *a)
{
	uint8_t left = auth_factors_left(a);

	if (a->passed == 0 || left & AUTH_PASSWORD)
		return AUTH_ROUND_PASSWORD;
	return left & AUTH_CODE ? AUTH_ROUND_CODE : AUTH_ROUND_NONE;
}

// --- rounds --------------------------------------------------------------------------------------

static enum status password_ask(struct shard *h, struct session *s, struct auth_scratch *a)
{
	static const struct question password = {"Password: ", false};

	a->factor = AUTH_PASSWORD;
	return round_ask(h, s, a, AUTH_ROUND_PASSWORD, span_of(NULL, 0), &password, 1);
}

static enum status code_ask(struct shard *h, struct session *s, struct auth_scratch *a)
{
	static const struct question code = {"Verification code: ", false};

	a->factor = AUTH_CODE;
	return round_ask(h, s, a, AUTH_ROUND_CODE, span_of(NULL, 0), &code, 1);
}

enum status rounds_change(struct shard *h, struct session *s, struct auth_scratch *a,
                          const char *why)
{
	static const struct question twice[] = {{"New password: ", false},
	                                        {"Confirm the new password: ", false}};

	return round_ask(h, s, a, AUTH_ROUND_NEW_PASSWORD, span_text(why), twice, 2);
}

// The checker of the password has a question of its own; its text is shown as it came.
enum status rounds_challenge(struct shard *h, struct session *s, struct auth_scratch *a,
                             const struct auth_outcome *outcome)
{
	char prompt[INSTRUCTION_MAX + 1];
	struct question question = {prompt, outcome->echo};
	size_t len =
	        outcome->prompt.len < INSTRUCTION_MAX ? outcome->prompt.len : INSTRUCTION_MAX;

	if (len > 0)
		memcpy(prompt, outcome->prompt.data, len);
	prompt[len] = 0;
	return round_ask(h, s, a, AUTH_ROUND_CHALLENGE, span_of(NULL, 0), &question, 1);
}

// Both go to the checker of passwords; only a password may not be empty.
static enum status typed_check(struct shard *h, struct session *s, struct auth_scratch *a,
                               const struct span *answers)
{
	bool empty = answers[0].len == 0 && a->round == AUTH_ROUND_PASSWORD;

	if (empty || answers[0].len > KEEPER_PASSWORD_MAX) {
		COUNT(h, auth_password_failed);
		return auth_refuse(h, s, a, true);
	}
	session_enter(h, s, SESSION_WAIT_AUTH);
	if (auth_password_check(h, s, a, answers[0]) == STATUS_OK)
		return STEP_STAY;
	COUNT(h, auth_busy);
	return auth_refuse(h, s, a, false);
}

static enum status new_take(struct shard *h, struct session *s, struct auth_scratch *a,
                            const struct span *answers)
{
	char why[API_PASSWORD_WHY] = "The two passwords differ.";

	if (span_equal(answers[0], answers[1]) &&
	    auth_password_change(h, s, a, answers[0], why))
		return STEP_STAY;
	return rounds_change(h, s, a, why);
}

static enum status code_check(struct shard *h, struct session *s, struct auth_scratch *a,
                              const struct span *answers)
{
	if (answers[0].len == 0 || answers[0].len > KEEPER_CODE_MAX) {
		COUNT(h, auth_code_failed);
		return auth_refuse(h, s, a, true);
	}
	session_enter(h, s, SESSION_WAIT_AUTH);
	if (auth_code_check(h, s, a, answers[0]) == STATUS_OK)
		return STEP_STAY;
	COUNT(h, auth_busy);
	return auth_refuse(h, s, a, false);
}

static const struct {
	enum status (*ask)(struct shard *h, struct session *s, struct auth_scratch *a);
	enum status (*take)(struct shard *h, struct session *s, struct auth_scratch *a,
	                    const struct span *answers);
} rounds[AUTH_ROUNDS] = {
        [AUTH_ROUND_PASSWORD] = {password_ask, typed_check},
        [AUTH_ROUND_CHALLENGE] = {NULL, typed_check}, // asked by rounds_challenge ...
        [AUTH_ROUND_NEW_PASSWORD] = {NULL, new_take}, // ... and by rounds_change
        [AUTH_ROUND_CODE] = {code_ask, code_check},
};

// --- events --------------------------------------------------------------------------------------

enum status auth_by_rounds(struct shard *h, struct session *s, struct auth_scratch *a,
                           const struct auth_request *request)
{
	enum auth_round round = round_next(a);

	a->round_number = 0;
	return round != AUTH_ROUND_NONE ? rounds[round].ask(h, s, a) : auth_fail(h, s, a);
}

enum status rounds_go_on(struct shard *h, struct session *s, struct auth_scratch *a)
{
	enum auth_round next;

	a->passed |= a->factor;
	a->passed_by |= a->method;
	next = round_next(a);
	return next != AUTH_ROUND_NONE ? rounds[next].ask(h, s, a) : auth_prove(h, s, a);
}

// Answers are an attempt, however many there are.
enum status auth_on_answers(struct shard *h, struct session *s, const struct message *m)
{
	struct auth_scratch *a = auth_scratch_of(h, s);
	struct span answers[AUTH_PROMPTS_MAX];
	enum status status = auth_answers_parse(m->body, a->prompts, answers);

	a->answer_us = h->now_us + AUTH_DELAY_US;
	if (status == STATUS_TOO_MANY) {
		COUNT(h, auth_answers_bad);
		return auth_refuse(h, s, a, true);
	}
	return status == STATUS_OK ? rounds[a->round].take(h, s, a, answers) : status;
}
