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

#define TICK_US 5u

void *engine_run(void *engine)
{
	struct engine *e = engine;
	uint64_t now_us = load_now_us();

	pthread_setname_np(pthread_self(), "load");
	prctl(PR_SET_TIMERSLACK, 1000);
	e->start_us = now_us;
	if (!results_init(&e->results, now_us, e->options->plan.phases))
		abort();
	tasks_start(e, now_us);
	wheel_init(&e->wheel, &e->sessions[0].timer, sizeof(e->sessions[0]), TICK_US, now_us);
	for (;;) {
		tasks_turn(e, now_us);
		if (tasks_are_over(e))
			break;
		e->link->ops->poll(e->link, tasks_wait_until(e, load_now_us()));
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

static void engine_wake(void *engine)
{
	struct engine *e = engine;

	e->link->ops->wake(e->link);
}

static struct load_link *link_new(struct engine *e)
{
	const struct load_options *o = e->options;
	struct load_sockets_config sockets = {e->slots, o->target, o->sources, o->source_count,
	                                      o->spins};
	struct load_port_config port = {
	        .device = o->link,
	        .slots = e->slots,
	        .target = o->target,
	        .first_source = o->sources,
	        .sources = o->source_count,
	        .queues = (uint16_t)o->queues,
	        .spins = o->spins,
	        .capture = o->capture,
	        .prefix_bits = o->prefix_bits,
	        .gateway = o->gateway.ss_family != 0 ? &o->gateway : NULL,
	};

	return load_port_is(o->link) ? load_port_new(&port, &session_link_ops, e)
	                             : load_sockets_new(&sockets, &session_link_ops, e);
}

bool engine_init(struct engine *e, const struct engine_config *config)
{
	*e = (struct engine){.options = config->options,
	                     .pool = config->pool,
	                     .index = config->index,
	                     .free_first = SESSION_NONE};
	tasks_share(e, config->engines);
	if (e->slots == 0)
		return true;
	e->sessions = mmap(NULL, e->slots * sizeof(*e->sessions), PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (e->sessions == MAP_FAILED) {
		e->sessions = NULL;
		return false;
	}
	e->jobs = job_taker_new(engine_wake, e);
	e->link = config->link_new != NULL ? config->link_new(e) : link_new(e);
	return e->jobs != NULL && e->link != NULL &&
	       client_env_init(&e->env, &session_client_ops, e, e->slots);
}

void engine_fini(struct engine *e)
{
	for (uint32_t i = 0; e->sessions != NULL && i < e->touched; i++) {
		if (e->sessions[i].stage != SESSION_FREE)
			session_drop(e, &e->sessions[i]);
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
