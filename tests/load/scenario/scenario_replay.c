// Replaying a transcript: what was typed is typed again, at its times from the first prompt on. An
// answer's latency counts from when the text was due. Over when all is typed and the server has
// been quiet for a while, or has ended the shell.
#include "tests/load/scenario/scenarios.h"

#define QUIET_US 500000u
#define RETRY_US 1000u

static uint64_t due_us(const struct engine *e, const struct load_session *s)
{
	const struct load_task *t = task_of(e, s);

	return s->replaying.first_us +
	       (uint64_t)((double)t->transcript.typed[s->replaying.sent].at_us / t->speed);
}

static bool is_all_typed(const struct engine *e, const struct load_session *s)
{
	return s->replaying.sent == task_of(e, s)->transcript.count;
}

static void replay_open(struct engine *e, struct load_session *s)
{
	s->step_us = load_now_us();
	s->replaying = (struct replaying){0};
	session_channel(e, s, CLIENT_SHELL_PTY, NULL);
	session_arm(e, s, s->step_us + (uint64_t)(task_of(e, s)->timeout_s * 1e6));
}

static void first_prompt(struct engine *e, struct load_session *s, uint64_t now_us)
{
	session_step(e, s, METRIC_PROMPT);
	s->replaying.first_us = now_us;
	session_arm(e, s, due_us(e, s));
}

// Settle when the oldest text without an answer began: the link knows of the last one alone.
static void asked_begun(const struct engine *e, struct load_session *s)
{
	struct replaying *r = &s->replaying;

	if (r->ready_us != 0)
		r->asked_us = session_begun(e, s, r->asked_us, r->ready_us);
	r->ready_us = 0;
}

static void replay_data(struct engine *e, struct load_session *s, struct span bytes)
{
	struct replaying *r = &s->replaying;
	uint64_t now_us = load_now_us();

	if (r->first_us == 0) {
		first_prompt(e, s, now_us);
		return;
	}
	asked_begun(e, s);
	if (r->asked_us != 0)
		results_latency(&e->results, METRIC_REPLY,
		                us_between(r->asked_us, session_now(e)));
	r->asked_us = 0;
	if (is_all_typed(e, s))
		session_arm(e, s, now_us + QUIET_US);
}

// True when the whole event has gone.
static bool event_type(struct engine *e, struct load_session *s)
{
	struct replaying *r = &s->replaying;
	struct span text = span_blob(&task_of(e, s)->transcript.typed[r->sent].text);

	r->part += (uint32_t)client_write(&e->env, &s->client,
	                                  span_of(text.data + r->part, text.len - r->part));
	if (r->part < text.len)
		return false;
	if (r->asked_us == 0) {
		r->asked_us = due_us(e, s);
		r->ready_us = session_ready(e, r->asked_us);
	} else {
		asked_begun(e, s);
	}
	session_push(e, s);
	r->part = 0;
	r->sent++;
	results_count(&e->results, TALLY_TYPED, 1);
	return true;
}

static void replay_timer(struct engine *e, struct load_session *s, uint64_t now_us)
{
	struct replaying *r = &s->replaying;

	if (r->first_us == 0) {
		session_fail(e, s, "timed out", span_text("awaiting the first prompt"));
		return;
	}
	if (is_all_typed(e, s) && r->asked_us == 0) {
		results_count(&e->results, TALLY_EXECS, 1);
		session_finish(e, s);
		return;
	}
	if (is_all_typed(e, s)) {
		session_fail(e, s, "timed out", span_text("awaiting an answer"));
		return;
	}
	while (!is_all_typed(e, s) && due_us(e, s) <= now_us) {
		if (!event_type(e, s)) {
			session_arm(e, s, now_us + RETRY_US);
			return;
		}
	}
	if (is_all_typed(e, s))
		session_arm(e, s, now_us + (uint64_t)(task_of(e, s)->timeout_s * 1e6));
	else
		session_arm(e, s, due_us(e, s));
}

static void replay_over(struct engine *e, struct load_session *s)
{
	if (!is_all_typed(e, s)) {
		session_fail(e, s, "shell ended", span_text("before all was typed"));
		return;
	}
	results_count(&e->results, TALLY_EXECS, 1);
	session_finish(e, s);
}

const struct scenario scenario_replay = {
        .name = "replay",
        .text = "type --transcript again at its own times; latency of every answer",
        .needs_transcript = true,
        .open = replay_open,
        .data = replay_data,
        .timer = replay_timer,
        .channel_over = replay_over,
};
