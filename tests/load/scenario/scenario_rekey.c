// Changing keys on a schedule, and going away without a word in every phase.
#include "crypto/core/random.h"
#include "tests/load/scenario/scenarios.h"

#define RETRY_US 1000u

static uint64_t every_us(const struct engine *e, const struct load_session *s)
{
	return (uint64_t)(task_of(e, s)->every_s * 1e6);
}

static void rekey_open(struct engine *e, struct load_session *s)
{
	s->rekey_us = load_now_us() + random_below((uint32_t)every_us(e, s));
	session_arm(e, s, s->rekey_us);
}

static void rekey_timer(struct engine *e, struct load_session *s, uint64_t now_us)
{
	uint64_t taken_us = load_now_us();

	if (client_rekey(&e->env, &s->client) != STATUS_OK) {
		session_arm(e, s, now_us + RETRY_US);
		return;
	}
	// Our own arithmetic is not the server's time.
	s->step_us = session_ready(e, s->rekey_us + load_now_us() - taken_us);
	session_push(e, s);
}

static void rekey_done(struct engine *e, struct load_session *s)
{
	uint64_t begun_us = session_begun(e, s, s->rekey_us, s->step_us);

	results_latency(&e->results, METRIC_REKEY, us_between(begun_us, session_keyed(e)));
	s->rekey_us += every_us(e, s);
	session_arm(e, s, s->rekey_us);
}

const struct scenario scenario_rekey = {
        .name = "rekey",
        .text = "--sessions logins that change keys --every so many seconds",
        .holds = true,
        .open = rekey_open,
        .timer = rekey_timer,
        .rekeyed = rekey_done,
};

// --- abort ---------------------------------------------------------------------------------------

// A connection's turn is a state of its client, of the first login or of a rekey, or one of these.
#define TURN_CHANNEL CLIENT_STATES       // a channel is asked for
#define TURN_SHELL   (CLIENT_STATES + 1) // a terminal is open
#define TURNS        (CLIENT_STATES + 2)

static void abort_moved(struct engine *e, struct load_session *s)
{
	if (s->stage != SESSION_CONNECTING && s->turn < CLIENT_STATES &&
	    s->client.state >= s->turn)
		session_cut(e, s);
}

static void abort_open(struct engine *e, struct load_session *s)
{
	if (s->turn >= CLIENT_STATES)
		session_channel(e, s, CLIENT_SHELL_PTY, NULL);
	else if (client_rekey(&e->env, &s->client) != STATUS_OK)
		session_cut(e, s);
	if (s->turn == TURN_CHANNEL)
		session_cut(e, s);
}

// The state it was to leave in went by at once.
static void abort_now(struct engine *e, struct load_session *s)
{
	session_cut(e, s);
}

static void abort_begin(struct engine *e, struct load_session *s)
{
	s->turn = (uint32_t)(e->run[s->task].made % TURNS);
}

const struct scenario scenario_abort = {
        .name = "abort",
        .text = "reset the connection in each phase of a login, of a rekey and of a channel in "
                "turn",
        .begin = abort_begin,
        .moved = abort_moved,
        .open = abort_open,
        .ready = abort_now,
        .rekeyed = abort_now,
};
