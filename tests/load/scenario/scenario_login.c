// Logging in, and running one command.
#include "tests/load/scenario/scenarios.h"

// --- login: to success and out again -------------------------------------------------------------

static void login_open(struct engine *e, struct load_session *s)
{
	session_finish(e, s);
}

const struct scenario scenario_login = {
        .name = "login",
        .text = "log in and out; --rate makes it an open loop",
        .open = login_open,
};

// --- exec: a command in a channel, then out ------------------------------------------------------

static void exec_open(struct engine *e, struct load_session *s)
{
	s->step_us = load_now_us();
	session_channel(e, s, CLIENT_EXEC, task_of(e, s)->command);
	session_arm(e, s, s->step_us + (uint64_t)(task_of(e, s)->timeout_s * 1e6));
}

static void exec_over(struct engine *e, struct load_session *s)
{
	session_step(e, s, METRIC_EXEC);
	results_count(&e->results, TALLY_EXECS, 1);
	session_finish(e, s);
}

const struct scenario scenario_exec = {
        .name = "exec",
        .text = "log in, run --command, log out",
        .needs_command = true,
        .open = exec_open,
        .channel_over = exec_over,
};

// --- hold: stay ----------------------------------------------------------------------------------

const struct scenario scenario_hold = {
        .name = "hold",
        .text = "hold --sessions logins open for --duration after the last one",
        .holds = true,
};
