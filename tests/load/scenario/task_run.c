// A task from its beginning to its end: begin what is due, stop when its time is over, let go of
// what it holds.
#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_options.h"

#define SECOND_US    1000000u
#define LATE_US      10000u
#define GOODBYES     256u  // a turn
#define CLOSING_MOST 1024u // at once: a server takes its time
#define FAREWELL_US  (12 * SECOND_US)
#define HURRY_US     (3 * SECOND_US)
#define POLL_MOST_US 200000u
#define AWAKE_US     3000u // after a goodbye: no link tells when a connection's end arrived

// --- the end of a task ---------------------------------------------------------------------------

static void stopping_begin(struct task_run *r, uint64_t now_us)
{
	double wait_s = r->task->scenario->holds ? 0 : r->task->timeout_s;

	r->stage = TASK_STOPPING;
	r->goodbye = 0;
	r->give_up_us = now_us + (uint64_t)(wait_s * 1e6) + FAREWELL_US;
}

// Sessions that are held without a phase have their time from now on.
static void holding_begin(struct task_run *r, uint64_t now_us)
{
	if (r->task->scenario->holds && r->stop_us == UINT64_MAX &&
	    arrivals_over(&r->arrivals) && r->logging_in == 0)
		r->stop_us = now_us + (uint64_t)(r->task->duration_s * 1e6);
}

static void stop_consider(const struct engine *e, struct task_run *r, uint64_t now_us)
{
	bool all_made = !r->task->scenario->holds && arrivals_over(&r->arrivals);

	holding_begin(r, now_us);
	if (atomic_load_explicit(&e->stop, memory_order_relaxed) || now_us >= r->stop_us ||
	    (all_made && r->active == 0))
		stopping_begin(r, now_us);
}

static bool says_goodbye(const struct engine *e, const struct task_run *r)
{
	return r->task->scenario->holds ||
	       atomic_load_explicit(&e->hurry, memory_order_relaxed);
}

// How many take their leave at once: as many as logged in at once, but in a hurry.
static bool may_close(const struct engine *e, const struct task_run *r)
{
	bool hurry = atomic_load_explicit(&e->hurry, memory_order_relaxed);

	return r->closing < CLOSING_MOST && (hurry || r->closing < r->parallel);
}

// A few at a time, so that the rest of the loop goes on.
static void goodbyes(struct engine *e, struct task_run *r, uint64_t now_us)
{
	bool hurry = atomic_load_explicit(&e->hurry, memory_order_relaxed);
	unsigned said = 0;

	if (hurry && r->give_up_us > now_us + HURRY_US)
		r->give_up_us = now_us + HURRY_US;
	while (says_goodbye(e, r) && said < GOODBYES && may_close(e, r) &&
	       r->goodbye < e->touched) {
		struct load_session *s = &e->sessions[r->goodbye++];

		if (s->stage == SESSION_FREE || &e->run[s->task] != r)
			continue;
		session_goodbye(e, s, true);
		said++;
	}
	if (said > 0 && !hurry)
		r->give_up_us = now_us + FAREWELL_US;
}

// What does not come to its end in time is cut.
static void leftovers_cut(struct engine *e, struct task_run *r)
{
	for (uint32_t i = 0; r->active > 0 && i < e->touched; i++) {
		struct load_session *s = &e->sessions[i];

		if (s->stage != SESSION_FREE && &e->run[s->task] == r)
			session_drop(e, s);
	}
}

// --- a turn --------------------------------------------------------------------------------------

static bool has_place(const struct task_run *r)
{
	return r->stage == TASK_RUNNING && r->active < r->bound && r->logging_in < r->parallel;
}

static void arrivals_run(struct engine *e, struct task_run *r, uint64_t now_us)
{
	uint64_t intended_us, late_us;

	while (has_place(r) && arrivals_take(&r->arrivals, now_us, &intended_us)) {
		late_us = now_us - intended_us;
		if (late_us > e->results.late_us_most)
			e->results.late_us_most = late_us;
		e->results.late += late_us > LATE_US;
		if (!session_begin(e, (unsigned)(r - e->run), intended_us))
			return;
	}
}

static void task_turn(struct engine *e, struct task_run *r, uint64_t now_us)
{
	if (r->stage == TASK_WAITING && now_us >= r->begin_us) {
		r->stage = TASK_RUNNING;
		arrivals_start(&r->arrivals, r->begin_us,
		               (e->index + 1) * TASKS_MAX + (uint64_t)(r - e->run));
	}
	if (r->stage == TASK_WAITING && atomic_load_explicit(&e->stop, memory_order_relaxed))
		r->stage = TASK_OVER;
	if (r->stage == TASK_RUNNING)
		stop_consider(e, r, now_us);
	arrivals_run(e, r, now_us);
	if (r->stage != TASK_STOPPING)
		return;
	goodbyes(e, r, now_us);
	if (now_us >= r->give_up_us)
		leftovers_cut(e, r);
	if (r->active == 0)
		r->stage = TASK_OVER;
}

void tasks_turn(struct engine *e, uint64_t now_us)
{
	const struct load_plan *plan = &e->options->plan;

	for (unsigned i = 0; i < e->runs; i++)
		task_turn(e, &e->run[i], now_us);
	while (e->results.phase + 1 < plan->phases &&
	       (double)(now_us - e->start_us) >= plan->phase[e->results.phase].to_s * 1e6)
		results_phase_next(&e->results);
}

bool tasks_are_over(const struct engine *e)
{
	for (unsigned i = 0; i < e->runs; i++) {
		if (e->run[i].stage != TASK_OVER)
			return false;
	}
	return true;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t task_wait_until(const struct engine *e, const struct task_run *r,
                                uint64_t now_us)
{
	switch (r->stage) {
	case TASK_WAITING:
		return r->begin_us;
	case TASK_RUNNING:
		return earlier(r->stop_us,
		               has_place(r) ? arrivals_next_us(&r->arrivals) : UINT64_MAX);
	case TASK_STOPPING:
		return says_goodbye(e, r) && r->goodbye < e->touched && may_close(e, r)
		               ? now_us
		               : r->give_up_us;
	case TASK_OVER:
		break;
	}
	return UINT64_MAX;
}

uint64_t tasks_wait_until(const struct engine *e, uint64_t now_us)
{
	uint64_t until_us = earlier(now_us + POLL_MOST_US, wheel_next_us(&e->wheel));

	for (unsigned i = 0; i < e->runs; i++) {
		const struct task_run *r = &e->run[i];

		if (r->closing > 0 && now_us < r->goodbye_us + AWAKE_US)
			return now_us;
		until_us = earlier(until_us, task_wait_until(e, r, now_us));
	}
	return until_us;
}

// --- the beginning -------------------------------------------------------------------------------

static uint64_t share(uint64_t all, unsigned index, unsigned engines)
{
	return all / engines + (index < all % engines);
}

static void task_share(struct engine *e, struct task_run *r, unsigned engines)
{
	const struct load_task *t = r->task;
	double part = 1.0 / engines;

	r->bound = (uint32_t)share(t->sessions, e->index, engines);
	r->parallel = (uint32_t)share(t->parallel, e->index, engines);
	if (r->parallel == 0)
		r->parallel = 1;
	r->arrivals = (struct arrivals){
	        .kind = t->arrivals,
	        .rate = t->rate * part,
	        .rate_end = t->rate_end * part,
	        .duration_s = t->duration_s,
	        .count = t->count == UINT64_MAX ? UINT64_MAX
	                                        : share(t->count, e->index, engines),
	};
	if (t->scenario->holds)
		r->arrivals.count = r->bound;
	r->stop_us = r->give_up_us = UINT64_MAX;
	e->slots += r->bound;
}

void tasks_share(struct engine *e, unsigned engines)
{
	const struct load_plan *plan = &e->options->plan;

	for (e->runs = 0; e->runs < plan->tasks; e->runs++) {
		e->run[e->runs].task = &plan->task[e->runs];
		task_share(e, &e->run[e->runs], engines);
	}
}

void tasks_start(struct engine *e, uint64_t now_us)
{
	for (unsigned i = 0; i < e->runs; i++) {
		struct task_run *r = &e->run[i];
		const struct load_task *t = r->task;

		r->begin_us = now_us + (uint64_t)(t->from_s * 1e6);
		if (t->duration_s > 0 && (!t->scenario->holds || t->to_s > 0))
			r->stop_us = r->begin_us + (uint64_t)(t->duration_s * 1e6);
	}
}
