// One session of the generator from its beginning to its end: what the link and the client tell
// becomes measurements and the scenario's moves. Ends asked for inside a call are carried out when
// it has returned (session_settle).
#include <stdio.h>
#include <time.h>

#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_options.h"

#define CLOSE_WAIT_US 10000000u
#define REST_US       100000u // of a place whose session failed, in a closed loop

static struct load_session *session_of(struct client *c)
{
	return (struct load_session *)c;
}
static_assert(offsetof(struct load_session, client) == 0,
              "a client is its session's beginning");

static struct task_run *run_of(struct engine *e, const struct load_session *s)
{
	return &e->run[s->task];
}

static const struct scenario *scenario_of(const struct engine *e, const struct load_session *s)
{
	return task_of(e, s)->scenario;
}

static bool is_closed_loop(const struct engine *e, const struct load_session *s)
{
	return e->run[s->task].arrivals.kind == ARRIVAL_CLOSED;
}

uint32_t session_slot(const struct engine *e, const struct load_session *s)
{
	return (uint32_t)(s - e->sessions);
}

void session_arm(struct engine *e, struct load_session *s, uint64_t due_us)
{
	s->due_us = due_us;
	wheel_arm(&e->wheel, session_slot(e, s), due_us);
}

static void measure_until(struct engine *e, struct load_session *s, enum metric m,
                          uint64_t now_us)
{
	results_latency(&e->results, m, us_between(s->step_us, now_us));
	s->step_us = now_us;
}

static void measure(struct engine *e, struct load_session *s, enum metric m)
{
	measure_until(e, s, m, session_now(e));
}

// --- ends ----------------------------------------------------------------------------------------

static void session_free(struct engine *e, struct load_session *s)
{
	struct task_run *r = run_of(e, s);
	uint32_t slot = session_slot(e, s);

	if (s->stage == SESSION_CONNECTING || s->stage == SESSION_LOGIN)
		r->logging_in--;
	r->closing -= s->is_closing;
	s->is_closing = false;
	if (r->task->scenario->end != NULL)
		r->task->scenario->end(e, s);
	client_fini(&e->env, &s->client);
	wheel_cancel(&e->wheel, slot);
	s->stage = SESSION_FREE;
	s->next_free = e->free_first;
	e->free_first = slot;
	r->active--;
	e->active--;
}

// It does not count as open or logging in any more.
static void stage_leave(struct engine *e, struct load_session *s)
{
	if (s->stage == SESSION_CONNECTING || s->stage == SESSION_LOGIN)
		run_of(e, s)->logging_in--;
	if (s->was_open)
		e->results.open--;
	s->was_open = false;
}

static void closing_enter(struct engine *e, struct load_session *s, uint64_t wait_us)
{
	stage_leave(e, s);
	s->stage = SESSION_CLOSING;
	s->is_closing = true;
	run_of(e, s)->closing++;
	s->step_us = load_now_us();
	if (!s->gone)
		e->link->ops->push(e->link, session_slot(e, s));
	run_of(e, s)->goodbye_us = load_now_us();
	if (run_of(e, s)->goodbye_us <
	    s->step_us + LEAVING_US) // else it left before we went on
		s->step_us = run_of(e, s)->goodbye_us;
	session_arm(e, s, s->step_us + wait_us);
}

void session_drop(struct engine *e, struct load_session *s)
{
	stage_leave(e, s);
	s->stage = SESSION_CLOSING;
	if (!s->gone)
		e->link->ops->abort(e->link, session_slot(e, s));
	session_free(e, s);
}

static void session_settle(struct engine *e, struct load_session *s)
{
	const struct scenario *scenario = scenario_of(e, s);
	enum session_end end;

	if (s->stage == SESSION_FREE)
		return;
	if (scenario->moved != NULL && s->stage < SESSION_CLOSING && s->end == END_NONE)
		scenario->moved(e, s);
	end = (enum session_end)s->end;
	s->end = END_NONE;
	if (end == END_FINISH) {
		if (scenario->tcp_only)
			e->link->ops->close(e->link, session_slot(e, s));
		else
			client_disconnect(&e->env, &s->client);
		closing_enter(e, s, CLOSE_WAIT_US);
	} else if (end == END_CUT) {
		session_drop(e, s);
	} else if (end == END_FAIL && s->gone && !is_closed_loop(e, s)) {
		session_drop(e, s);
	} else if (end == END_FAIL) {
		closing_enter(e, s, REST_US);
	}
}

void session_finish(struct engine *e, struct load_session *s)
{
	if (s->stage < SESSION_CLOSING && s->end == END_NONE)
		s->end = END_FINISH;
}

void session_fail(struct engine *e, struct load_session *s, const char *class,
                  struct span words)
{
	if (s->stage >= SESSION_CLOSING || s->end != END_NONE)
		return;
	s->end = END_FAIL;
	s->failed = true;
	results_count(&e->results, TALLY_FAILED, 1);
	results_error(&e->results, class, words, load_now_us());
}

void session_cut(struct engine *e, struct load_session *s)
{
	if (s->stage >= SESSION_CLOSING || s->end != END_NONE)
		return;
	s->end = END_CUT;
	results_count(&e->results, TALLY_ABORTED, 1);
}

void session_goodbye(struct engine *e, struct load_session *s, bool all)
{
	if (s->stage == SESSION_OPEN)
		session_finish(e, s);
	else if (all && (s->stage == SESSION_CONNECTING || s->stage == SESSION_LOGIN))
		s->end = END_CUT;
	session_settle(e, s);
}

// --- beginning -----------------------------------------------------------------------------------

bool session_begin(struct engine *e, unsigned run, uint64_t intended_us)
{
	struct task_run *r = &e->run[run];
	struct load_session *s;
	uint32_t slot = e->free_first;

	if (slot != SESSION_NONE)
		e->free_first = e->sessions[slot].next_free;
	else if (e->touched < e->slots)
		slot = e->touched++;
	else
		return false;
	s = &e->sessions[slot];
	*s = (struct load_session){.life = s->life + 1,
	                           .timer = s->timer,
	                           .intended_us = intended_us,
	                           .step_us = load_now_us(),
	                           .stage = SESSION_CONNECTING,
	                           .task = (uint8_t)run};
	e->active++;
	r->active++;
	r->logging_in++;
	r->made++;
	results_count(&e->results, TALLY_STARTED, 1);
	if (r->task->scenario->begin != NULL)
		r->task->scenario->begin(e, s);
	session_arm(e, s, s->step_us + (uint64_t)(r->task->timeout_s * 1e6));
	if (!e->link->ops->connect(e->link, slot)) {
		s->gone = true;
		session_fail(e, s, load_end_text(LOAD_END_LOCAL), span_text("no connection"));
		session_settle(e, s);
		return true;
	}
	s->step_us = e->link->syn_us;
	return true;
}

void session_channel(struct engine *e, struct load_session *s, enum client_request kind,
                     const char *command)
{
	enum status status = client_channel_open(&e->env, &s->client, kind, command);

	if (status != STATUS_OK)
		session_fail(e, s, client_failure_text(CLIENT_FAILURE_LOCAL),
		             span_text(status_text(status)));
	else
		session_push(e, s);
}

// It is open: the scenario's turn.
static void stage_open(struct engine *e, struct load_session *s)
{
	run_of(e, s)->logging_in--;
	s->stage = SESSION_OPEN;
	s->was_open = true;
	e->results.open++;
	if (e->results.open > e->results.open_most)
		e->results.open_most = e->results.open;
	s->due_us = 0;
	if (scenario_of(e, s)->open != NULL)
		scenario_of(e, s)->open(e, s);
}

// --- from the link -------------------------------------------------------------------------------

static void on_opened(void *engine, uint32_t slot)
{
	struct engine *e = engine;
	struct load_session *s = &e->sessions[slot];

	measure(e, s, METRIC_CONNECT);
	if (scenario_of(e, s)->tcp_only) {
		stage_open(e, s);
	} else {
		s->stage = SESSION_LOGIN;
		client_start(&e->env, &s->client, offers_draw(&task_of(e, s)->offers), slot,
		             s->life);
	}
	session_settle(e, s);
}

static size_t on_input(void *engine, uint32_t slot, struct span bytes)
{
	struct engine *e = engine;
	struct load_session *s = &e->sessions[slot];
	size_t taken;

	if (s->stage == SESSION_CLOSING || scenario_of(e, s)->tcp_only)
		return bytes.len;
	taken = client_input(&e->env, &s->client, bytes);
	session_settle(e, s);
	return taken;
}

static bool on_busy(void *engine, uint32_t slot)
{
	struct engine *e = engine;

	const struct load_session *s = &e->sessions[slot];

	return s->stage < SESSION_CLOSING && !scenario_of(e, s)->tcp_only &&
	       client_is_busy(&s->client);
}

static void scenario_run(struct engine *e, struct load_session *s,
                         void (*run)(struct engine *e, struct load_session *s))
{
	if (run != NULL && s->stage == SESSION_OPEN)
		run(e, s);
}

static void on_drained(void *engine, uint32_t slot)
{
	struct engine *e = engine;
	struct load_session *s = &e->sessions[slot];

	scenario_run(e, s, scenario_of(e, s)->writable);
	session_settle(e, s);
}

static void closing_end(struct engine *e, struct load_session *s)
{
	if (!s->failed) {
		measure(e, s, METRIC_CLOSE); // the kernel does not say when a FIN came either
		results_latency(&e->results, METRIC_SESSION, s->step_us - s->intended_us);
		results_count(&e->results, TALLY_FINISHED, 1);
		session_free(e, s);
	} else if (!is_closed_loop(e, s)) {
		session_free(e, s);
	}
}

static void on_ended(void *engine, uint32_t slot, enum load_end why)
{
	struct engine *e = engine;
	struct load_session *s = &e->sessions[slot];
	const char *state = client_state_name((enum client_state)s->client.state);

	s->gone = true;
	if (s->stage == SESSION_CLOSING) {
		closing_end(e, s);
		return;
	}
	session_fail(e, s, load_end_text(why),
	             span_text(s->stage == SESSION_CONNECTING ? "connecting" : state));
	session_settle(e, s);
}

const struct load_link_app session_link_ops = {on_opened, on_input, on_busy, on_drained,
                                               on_ended};

// --- from the client -----------------------------------------------------------------------------

static void on_send(void *engine, struct client *c, struct span bytes)
{
	struct engine *e = engine;

	e->link->ops->send(e->link, session_slot(e, session_of(c)), bytes);
}

static void on_post(void *engine, struct client_work *work)
{
	struct engine *e = engine;

	if (e->pool != NULL) {
		job_post(e->pool, e->jobs, work);
		return;
	}
	client_work_run(work);
	client_work_done(work);
}

static void on_open(struct engine *e, struct load_session *s)
{
	measure(e, s, METRIC_AUTH);
	results_latency(&e->results, METRIC_LOGIN, us_between(s->intended_us, s->step_us));
	results_count(&e->results, TALLY_LOGINS, 1);
	stage_open(e, s);
}

static void on_event(void *engine, struct client *c, enum client_event event, uint32_t number,
                     struct span words)
{
	struct engine *e = engine;
	struct load_session *s = session_of(c);

	switch (event) {
	case CLIENT_GOT_IDENT:
		measure(e, s, METRIC_IDENT);
		return;
	case CLIENT_KEYED:
		measure_until(e, s, METRIC_KEX, session_keyed(e));
		results_chosen(&e->results, words);
		return;
	case CLIENT_AUTHENTICATED:
		on_open(e, s);
		return;
	case CLIENT_CHANNEL_READY:
		scenario_run(e, s, scenario_of(e, s)->ready);
		return;
	case CLIENT_WRITABLE:
		scenario_run(e, s, scenario_of(e, s)->writable);
		return;
	case CLIENT_CHANNEL_OVER:
		scenario_run(e, s, scenario_of(e, s)->channel_over);
		return;
	case CLIENT_REKEYED:
		results_count(&e->results, TALLY_REKEYS, 1);
		scenario_run(e, s, scenario_of(e, s)->rekeyed);
		return;
	case CLIENT_FAILED:
		session_fail(e, s, client_failure_text((enum client_failure)number), words);
		return;
	case CLIENT_EXIT_STATUS:
	case CLIENT_EOF:
		return;
	}
}

static void on_data(void *engine, struct client *c, struct span bytes)
{
	struct engine *e = engine;
	struct load_session *s = session_of(c);

	results_count(&e->results, TALLY_BYTES_DOWN, bytes.len);
	if (scenario_of(e, s)->data != NULL && s->stage == SESSION_OPEN)
		scenario_of(e, s)->data(e, s, bytes);
}

static uint64_t on_time(void *engine)
{
	return (uint64_t)time(NULL);
}

const struct client_ops session_client_ops = {on_send, on_post, on_event, on_data, on_time};

void session_jobs(struct engine *e)
{
	struct client_work *work;

	while (e->jobs != NULL && (work = job_take(e->jobs)) != NULL) {
		struct load_session *s;
		struct client *c;

		e->job_us = load_now_us();
		c = client_work_done(work);
		if (c == NULL)
			continue;
		s = session_of(c);
		session_settle(e, s);
		if (s->stage != SESSION_FREE)
			e->link->ops->feed(e->link, session_slot(e, s));
	}
	e->job_us = 0;
}

// --- timers --------------------------------------------------------------------------------------

static void login_late(struct engine *e, struct load_session *s)
{
	char words[64];
	int len = snprintf(words, sizeof(words), "awaiting %s",
	                   s->stage == SESSION_CONNECTING
	                           ? "the connection"
	                           : client_state_name((enum client_state)s->client.state));

	session_fail(e, s, "timed out", span_of(words, (size_t)len));
}

static void closing_late(struct engine *e, struct load_session *s)
{
	if (!s->failed) {
		results_count(&e->results, TALLY_FAILED, 1);
		results_error(&e->results, "timed out",
		              span_text("awaiting the connection's end"), load_now_us());
	}
	session_drop(e, s);
}

void session_timer(void *engine, uint32_t slot, uint64_t now_us)
{
	struct engine *e = engine;
	struct load_session *s = &e->sessions[slot];

	if (s->stage == SESSION_FREE || s->due_us == 0)
		return;
	if (s->due_us > now_us) {
		wheel_arm(&e->wheel, slot, s->due_us);
		return;
	}
	s->due_us = 0;
	if (s->stage == SESSION_CLOSING)
		closing_late(e, s);
	else if (s->stage == SESSION_OPEN && scenario_of(e, s)->timer != NULL)
		scenario_of(e, s)->timer(e, s, now_us);
	else
		login_late(e, s);
	session_settle(e, s);
}
