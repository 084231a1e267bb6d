// People typing: each session has a shell in a terminal and presses keys at its own times, echo or
// not. A key's latency counts from when it was due, so a server that stalls is seen to stall.
// First the session learns how many bytes a key and its erasure echo, until that is the same twice.
#include "crypto/core/random.h"
#include "tests/load/scenario/scenarios.h"

#define QUIET_US 300000u
#define RETRY_US 1000u
#define LESSONS  20u
#define KEY      "x"
#define ERASE    "\x7f"

enum stage { AWAIT_PROMPT, AWAIT_QUIET, LEARN_KEY, LEARN_ERASE, TYPING };

static uint64_t gap_us(const struct engine *e, const struct load_session *s)
{
	return (uint64_t)(1e6 / task_of(e, s)->keys);
}

static uint64_t due_us(const struct engine *e, const struct load_session *s, uint32_t key)
{
	return s->typing.first_us + key * gap_us(e, s);
}

static uint32_t echo_bytes(const struct load_session *s, uint32_t key)
{
	return key % 2 == 0 ? s->typing.key_bytes : s->typing.erase_bytes;
}

static void wait_for(struct engine *e, struct load_session *s, enum stage stage, uint64_t us)
{
	s->typing.stage = (uint8_t)stage;
	session_arm(e, s, load_now_us() + us);
}

static void type_open(struct engine *e, struct load_session *s)
{
	s->step_us = load_now_us();
	s->typing = (struct typing){0};
	session_channel(e, s, CLIENT_SHELL_PTY, NULL);
	wait_for(e, s, AWAIT_PROMPT, (uint64_t)(task_of(e, s)->timeout_s * 1e6));
}

// Of the key whose echo is awaited.
static uint64_t key_begun(const struct engine *e, const struct load_session *s)
{
	const struct typing *t = &s->typing;
	uint64_t due = due_us(e, s, t->seen);

	return t->sent == t->seen + 1 ? session_begun(e, s, due, t->ready_us) : due;
}

static void echo_take(struct engine *e, struct load_session *s, size_t bytes)
{
	struct typing *t = &s->typing;
	uint64_t now_us = session_now(e);

	t->echoed += (uint32_t)bytes;
	while (t->seen < t->sent && t->echoed >= echo_bytes(s, t->seen)) {
		t->echoed -= echo_bytes(s, t->seen);
		results_latency(&e->results, METRIC_ECHO, us_between(key_begun(e, s), now_us));
		t->seen++;
	}
}

static void type_data(struct engine *e, struct load_session *s, struct span bytes)
{
	struct typing *t = &s->typing;

	if (t->stage == TYPING) {
		echo_take(e, s, bytes.len);
		return;
	}
	if (t->stage == AWAIT_PROMPT)
		session_step(e, s, METRIC_PROMPT);
	if (t->stage == LEARN_KEY)
		t->key_bytes += (uint16_t)bytes.len;
	if (t->stage == LEARN_ERASE)
		t->erase_bytes += (uint16_t)bytes.len;
	wait_for(e, s, t->stage == AWAIT_PROMPT ? AWAIT_QUIET : (enum stage)t->stage, QUIET_US);
}

static bool press(struct engine *e, struct load_session *s, const char *key)
{
	bool gone = client_write(&e->env, &s->client, span_text(key)) == 1;

	s->typing.ready_us = session_ready(e, due_us(e, s, s->typing.sent));
	session_push(e, s);
	return gone;
}

static void keys_press(struct engine *e, struct load_session *s, uint64_t now_us)
{
	struct typing *t = &s->typing;

	while (due_us(e, s, t->sent) <= now_us) {
		if (!press(e, s, t->sent % 2 == 0 ? KEY : ERASE)) {
			session_arm(e, s, now_us + RETRY_US);
			return;
		}
		t->sent++;
		results_count(&e->results, TALLY_KEYS, 1);
	}
	session_arm(e, s, due_us(e, s, t->sent));
}

static void learn(struct engine *e, struct load_session *s, const char *key, enum stage stage)
{
	if (press(e, s, key))
		wait_for(e, s, stage, (uint64_t)(task_of(e, s)->timeout_s * 1e6));
	else
		wait_for(e, s, (enum stage)s->typing.stage, RETRY_US);
}

// A late prompt was taken for an echo when the lesson before differs.
static void lesson_end(struct engine *e, struct load_session *s, uint64_t now_us)
{
	struct typing *t = &s->typing;

	if (t->key_bytes == t->key_before && t->erase_bytes == t->erase_before) {
		t->stage = TYPING;
		t->first_us = now_us + random_below((uint32_t)gap_us(e, s) + 1);
		session_arm(e, s, t->first_us);
	} else if (++t->lessons == LESSONS) {
		session_fail(e, s, "echo is not steady", span_text("in twenty tries"));
	} else {
		t->key_before = t->key_bytes;
		t->erase_before = t->erase_bytes;
		t->key_bytes = t->erase_bytes = 0;
		learn(e, s, KEY, LEARN_KEY);
	}
}

static bool is_silent(const struct typing *t)
{
	return (t->stage == LEARN_KEY && t->key_bytes == 0) ||
	       (t->stage == LEARN_ERASE && t->erase_bytes == 0);
}

static void type_timer(struct engine *e, struct load_session *s, uint64_t now_us)
{
	struct typing *t = &s->typing;

	if (t->stage == AWAIT_PROMPT)
		session_fail(e, s, "timed out", span_text("awaiting the first prompt"));
	else if (is_silent(t))
		session_fail(e, s, "timed out", span_text("awaiting a key's echo"));
	else if (t->stage == AWAIT_QUIET)
		learn(e, s, KEY, LEARN_KEY);
	else if (t->stage == LEARN_KEY)
		learn(e, s, ERASE, LEARN_ERASE);
	else if (t->stage == LEARN_ERASE)
		lesson_end(e, s, now_us);
	else
		keys_press(e, s, now_us);
}

static void type_over(struct engine *e, struct load_session *s)
{
	session_fail(e, s, "shell ended", span_text("by the server"));
}

const struct scenario scenario_type = {
        .name = "type",
        .text = "--sessions terminals, each typing --keys a second; echo latency of every key",
        .holds = true,
        .open = type_open,
        .data = type_data,
        .timer = type_timer,
        .channel_over = type_over,
};

// --- shell: to the first prompt and out ----------------------------------------------------------

static void shell_open(struct engine *e, struct load_session *s)
{
	s->step_us = load_now_us();
	session_channel(e, s, CLIENT_SHELL_PTY, NULL);
	session_arm(e, s, s->step_us + (uint64_t)(task_of(e, s)->timeout_s * 1e6));
}

static void shell_data(struct engine *e, struct load_session *s, struct span bytes)
{
	if (s->end != END_NONE)
		return;
	session_step(e, s, METRIC_PROMPT);
	session_finish(e, s);
}

const struct scenario scenario_shell = {
        .name = "shell",
        .text = "log in, open a terminal, log out at its first byte",
        .open = shell_open,
        .data = shell_data,
};
