// A thread's loop: begin what is due, run timers, take finished arithmetic, poll the link; and how
// a run ends.
#include "tests/load/scenario/engine.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "crypto/core/random.h"
#include "tests/load/link/load_port.h"
#include "tests/load/link/load_sockets.h"
#include "tests/load/scenario/load_options.h"

#define TICK_US      20u
#define SECOND_US    1000000u
#define LATE_US      10000u
#define GOODBYES     256u // a turn
#define FAREWELL_US  (12 * SECOND_US)
#define HURRY_US     (3 * SECOND_US)
#define POLL_MOST_US 200000u

// --- the end of a run ----------------------------------------------------------------------------

static void stopping_begin(struct engine *e, uint64_t now_us)
{
	double wait_s = e->scenario->holds ? 0 : e->options->timeout_s;

	e->stopping = true;
	e->goodbye = 0;
	e->give_up_us = now_us + (uint64_t)(wait_s * 1e6) + FAREWELL_US;
}

// Sessions that are held from now on have their time.
static void holding_begin(struct engine *e, uint64_t now_us)
{
	if (!e->scenario->holds || e->stop_us != UINT64_MAX || !arrivals_over(&e->arrivals) ||
	    e->logging_in > 0)
		return;
	e->stop_us = now_us + (uint64_t)(e->options->duration_s * 1e6);
}

static void stop_consider(struct engine *e, uint64_t now_us)
{
	bool all_made = !e->scenario->holds && arrivals_over(&e->arrivals);

	holding_begin(e, now_us);
	if (!e->stopping && (atomic_load_explicit(&e->stop, memory_order_relaxed) ||
	                     now_us >= e->stop_us || (all_made && e->active == 0)))
		stopping_begin(e, now_us);
}

// A few at a time, so that the rest of the loop goes on.
static void goodbyes(struct engine *e, uint64_t now_us)
{
	bool hurry = atomic_load_explicit(&e->hurry, memory_order_relaxed);

	if (!e->stopping || (!e->scenario->holds && !hurry))
		return;
	if (hurry && e->give_up_us > now_us + HURRY_US)
		e->give_up_us = now_us + HURRY_US;
	for (unsigned i = 0; i < GOODBYES && e->goodbye < e->touched; i++)
		session_goodbye(e, &e->sessions[e->goodbye++], hurry || e->scenario->holds);
}

static bool is_over(const struct engine *e, uint64_t now_us)
{
	return e->stopping && (e->active == 0 || now_us >= e->give_up_us);
}

// --- arrivals ------------------------------------------------------------------------------------

static bool has_place(const struct engine *e)
{
	return !e->stopping && e->active < e->slots && e->logging_in < e->parallel;
}

static void arrivals_run(struct engine *e, uint64_t now_us)
{
	uint64_t intended_us, late_us;

	while (has_place(e) && arrivals_take(&e->arrivals, now_us, &intended_us)) {
		late_us = now_us - intended_us;
		if (late_us > e->results.late_us_most)
			e->results.late_us_most = late_us;
		e->results.late += late_us > LATE_US;
		if (!session_begin(e, intended_us))
			return;
	}
}

static uint64_t wait_until(const struct engine *e, uint64_t now_us)
{
	uint64_t until_us = now_us + POLL_MOST_US, next_us = wheel_next_us(&e->wheel);

	if (next_us < until_us)
		until_us = next_us;
	if (has_place(e) && arrivals_next_us(&e->arrivals) < until_us)
		until_us = arrivals_next_us(&e->arrivals);
	if (e->stop_us < until_us && !e->stopping)
		until_us = e->stop_us;
	if (e->stopping && e->goodbye < e->touched && e->scenario->holds)
		until_us = now_us;
	return until_us;
}

void *engine_run(void *engine)
{
	struct engine *e = engine;
	uint64_t now_us = load_now_us();

	pthread_setname_np(pthread_self(), "load");
	prctl(PR_SET_TIMERSLACK, 1000);
	e->start_us = now_us;
	if (!results_init(&e->results, now_us))
		abort();
	if (e->options->duration_s > 0 && !e->scenario->holds)
		e->stop_us = now_us + (uint64_t)(e->options->duration_s * 1e6);
	arrivals_start(&e->arrivals, now_us, e->index + 1);
	wheel_init(&e->wheel, &e->sessions[0].timer, sizeof(e->sessions[0]), TICK_US, now_us);
	while (!is_over(e, now_us)) {
		stop_consider(e, now_us);
		arrivals_run(e, now_us);
		goodbyes(e, now_us);
		e->link->ops->poll(e->link, wait_until(e, load_now_us()));
		session_jobs(e);
		now_us = load_now_us();
		wheel_advance(&e->wheel, now_us, session_timer, e);
		results_tick(&e->results, now_us);
	}
	results_end(&e->results, load_now_us());
	atomic_store(&e->over, true);
	return NULL;
}

void engine_stop(struct engine *e, bool hurry)
{
	if (hurry)
		atomic_store(&e->hurry, true);
	atomic_store(&e->stop, true);
	e->link->ops->wake(e->link);
}

// --- life ----------------------------------------------------------------------------------------

static uint64_t share(uint64_t all, const struct engine_config *config)
{
	return all / config->engines + (config->index < all % config->engines);
}

static void plan(struct engine *e, const struct engine_config *config)
{
	const struct load_options *o = config->options;
	double part = 1.0 / config->engines;

	e->slots = (uint32_t)share(o->sessions, config);
	e->parallel = (uint32_t)share(o->parallel, config);
	if (e->parallel == 0)
		e->parallel = 1;
	e->arrivals = (struct arrivals){
	        .kind = o->arrivals,
	        .rate = o->rate * part,
	        .rate_end = o->rate_end * part,
	        .duration_s = o->duration_s,
	        .count = o->count == UINT64_MAX ? UINT64_MAX : share(o->count, config),
	};
	if (e->scenario->holds)
		e->arrivals.count = e->slots;
}

static void engine_wake(void *engine)
{
	struct engine *e = engine;

	e->link->ops->wake(e->link);
}

static struct load_link *link_new(struct engine *e)
{
	const struct load_options *o = e->options;
	struct load_sockets_config sockets = {e->slots, o->target, o->sources, o->source_count};
	struct load_port_config port = {
	        .device = o->link,
	        .slots = e->slots,
	        .target = o->target,
	        .first_source = o->sources,
	        .sources = o->source_count,
	        .prefix_bits = o->prefix_bits,
	        .gateway = o->gateway.ss_family != 0 ? &o->gateway : NULL,
	};

	return load_port_is(o->link) ? load_port_new(&port, &session_link_ops, e)
	                             : load_sockets_new(&sockets, &session_link_ops, e);
}

bool engine_init(struct engine *e, const struct engine_config *config)
{
	*e = (struct engine){.options = config->options,
	                     .scenario = config->options->scenario,
	                     .pool = config->pool,
	                     .index = config->index,
	                     .stop_us = UINT64_MAX,
	                     .give_up_us = UINT64_MAX,
	                     .free_first = SESSION_NONE};
	plan(e, config);
	if (e->slots == 0)
		return true;
	e->sessions = mmap(NULL, e->slots * sizeof(*e->sessions), PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (e->sessions == MAP_FAILED) {
		e->sessions = NULL;
		return false;
	}
	e->jobs = job_taker_new(engine_wake, e);
	e->link = link_new(e);
	return e->jobs != NULL && e->link != NULL &&
	       client_env_init(&e->env, &session_client_ops, e, e->slots);
}

void engine_fini(struct engine *e)
{
	for (uint32_t i = 0; e->sessions != NULL && i < e->touched; i++) {
		if (e->sessions[i].stage != SESSION_FREE)
			client_fini(&e->env, &e->sessions[i].client);
	}
	session_jobs(e);
	if (e->link != NULL)
		e->link->ops->free(e->link);
	job_taker_free(e->jobs);
	client_env_fini(&e->env);
	results_fini(&e->results);
	if (e->sessions != NULL)
		munmap(e->sessions, e->slots * sizeof(*e->sessions));
}
