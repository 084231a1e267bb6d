// START HERE. The load generator: read the command line, run one engine a thread, show progress,
// merge and report.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tests/load/link/load_port.h"
#include "tests/load/link/load_sockets.h"
#include "tests/load/report/report.h"
#include "tests/load/scenario/engine.h"
#include "tests/load/scenario/load_options.h"

#define SPARE_DESCRIPTORS 64u
#define LIVE_MS           1000
#define SAMPLE_MS         100
#define FEW               1000u // sessions that bear what all have in common

struct load {
	struct load_options options;
	struct job_pool *pool;
	struct engine *engine[CORES_MAX];
	pthread_t thread[CORES_MAX];
	unsigned engines;
	struct results merged;
	uint64_t start_us, shown_us, sampled_us;
	uint64_t few, few_bytes;   // the first thousand sessions, and what was resident then
	uint64_t held, held_bytes; // most sessions seen open, and what was resident then
	char command_line[2048], target[320];
};

static bool engines_make(struct load *l)
{
	for (unsigned i = 0; i < l->options.cores; i++) {
		struct engine_config config = {&l->options, l->pool, i, l->options.cores};
		struct engine *e = aligned_alloc(64, (sizeof(*e) + 63) / 64 * 64);

		if (e == NULL)
			return false;
		l->engine[l->engines++] = e;
		if (!engine_init(e, &config))
			return false;
	}
	return true;
}

static uint64_t resident_bytes(void)
{
	unsigned long all, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool engines_start(struct load *l)
{
	l->start_us = l->shown_us = load_now_us();
	for (unsigned i = 0; i < l->engines; i++) {
		if (pthread_create(&l->thread[i], NULL, engine_run, l->engine[i]) != 0)
			return false;
	}
	return true;
}

static bool engines_over(const struct load *l)
{
	for (unsigned i = 0; i < l->engines; i++) {
		if (!atomic_load(&l->engine[i]->over))
			return false;
	}
	return true;
}

static void live(const struct load *l)
{
	const struct results *all[CORES_MAX];

	for (unsigned i = 0; i < l->engines; i++)
		all[i] = &l->engine[i]->results;
	report_live(all, l->engines, (double)(load_now_us() - l->start_us) / 1e6, stderr);
}

// What held sessions cost: seen when most are open and quiet, before they say goodbye.
static void sample(struct load *l)
{
	uint64_t open = 0;

	for (unsigned i = 0; i < l->engines; i++)
		open += results_read(&l->engine[i]->results.open);
	if (open < l->held || open == 0)
		return;
	l->held = open;
	l->held_bytes = resident_bytes();
	if (l->few == 0 && open >= FEW) {
		l->few = open;
		l->few_bytes = l->held_bytes;
	}
}

// Ctrl-C once: the results so far. Twice: at once.
static void interrupted(struct load *l, unsigned *times)
{
	if ((*times)++ > 0)
		_exit(130);
	for (unsigned i = 0; i < l->engines; i++)
		engine_stop(l->engine[i], true);
}

static void watch(struct load *l, const sigset_t *ends)
{
	bool shows = !l->options.quiet && isatty(STDERR_FILENO);
	unsigned interrupts = 0;

	while (!engines_over(l)) {
		struct timespec wait = {0, 20000000};

		if (sigtimedwait(ends, NULL, &wait) > 0)
			interrupted(l, &interrupts);
		if (load_now_us() - l->sampled_us >= SAMPLE_MS * 1000) {
			l->sampled_us = load_now_us();
			sample(l);
		}
		if (shows && load_now_us() - l->shown_us >= LIVE_MS * 1000) {
			l->shown_us = load_now_us();
			live(l);
		}
	}
	if (shows)
		fputs("\r\033[K", stderr);
	for (unsigned i = 0; i < l->engines; i++)
		pthread_join(l->thread[i], NULL);
}

static bool merge(struct load *l)
{
	if (!results_init(&l->merged, l->start_us, l->options.plan.phases))
		return false;
	l->merged.cpu_total = 0;
	for (unsigned i = 0; i < l->engines; i++)
		results_merge(&l->merged, &l->engine[i]->results);
	return true;
}

static const char *loop_text(const struct load_options *o)
{
	static char text[96];
	const struct load_task *t = &o->plan.task[0];

	if (o->plan_path != NULL) {
		snprintf(text, sizeof(text), "%u scenarios in %u phases", o->plan.tasks,
		         o->plan.phases > 0 ? o->plan.phases : 1);
		return text;
	}
	switch (t->arrivals) {
	case ARRIVAL_CLOSED:
		snprintf(text, sizeof(text), "closed loop of %u", t->sessions);
		break;
	case ARRIVAL_RAMP:
		snprintf(text, sizeof(text), "open loop from %g to %g a second", t->rate,
		         t->rate_end);
		break;
	default:
		snprintf(text, sizeof(text), "open loop, %g a second%s", t->rate,
		         t->arrivals == ARRIVAL_POISSON ? ", poisson" : "");
	}
	return text;
}

static bool is_open_loop(const struct load_plan *plan)
{
	for (unsigned i = 0; i < plan->tasks; i++) {
		if (plan->task[i].arrivals != ARRIVAL_CLOSED)
			return true;
	}
	return false;
}

static bool report(struct load *l)
{
	struct rusage used;
	struct report r = {
	        .results = &l->merged,
	        .phase = l->options.plan.phase,
	        .scenario = l->options.plan_path != NULL
	                            ? l->options.plan_path
	                            : l->options.plan.task[0].scenario->name,
	        .target = l->target,
	        .link = l->options.link,
	        .loop = loop_text(&l->options),
	        .command_line = l->command_line,
	        .seconds = (double)(l->merged.end_us - l->start_us) / 1e6,
	        .cpu_loop = l->merged.cpu_total,
	        .cores = l->engines,
	        .open_loop = is_open_loop(&l->options.plan),
	};
	bool good = true;

	getrusage(RUSAGE_SELF, &used);
	r.cpu_all = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	            (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	r.resident_bytes = (uint64_t)used.ru_maxrss * 1024;
	if (l->few > 0 && l->held > l->few)
		r.held_bytes_each = ((double)l->held_bytes - (double)l->few_bytes) /
		                    (double)(l->held - l->few);
	r.held = l->held;
	report_text(&r, stdout);
	if (l->options.json != NULL)
		good &= report_json(&r, l->options.json);
	if (l->options.html != NULL)
		good &= report_html(&r, l->options.html);
	if (l->options.histograms != NULL)
		good &= report_histograms(&r, l->options.histograms);
	return good;
}

static void words_keep(struct load *l, int argc, char **argv)
{
	size_t len = 0;

	for (int i = 0; i < argc && len < sizeof(l->command_line); i++)
		len += (size_t)snprintf(l->command_line + len, sizeof(l->command_line) - len,
		                        "%s%s", i > 0 ? " " : "", argv[i]);
}

static bool start(struct load *l)
{
	const struct load_options *o = &l->options;
	uint64_t sessions = load_options_sessions(o);

	snprintf(l->target, sizeof(l->target), "%s port %u", o->host, o->port);
	if (!load_port_is(o->link) && !load_sockets_allow(sessions + SPARE_DESCRIPTORS)) {
		fprintf(stderr, "sallyport-load: %lu sessions need as many descriptors\n",
		        (unsigned long)sessions);
		return false;
	}
	suite_backend_set(SUITE_BACKEND_AUTO);
	l->pool = o->pool > 0 ? job_pool_new(o->pool) : NULL;
	if ((o->pool > 0 && l->pool == NULL) || !engines_make(l) || !engines_start(l)) {
		fputs("sallyport-load: out of memory or threads\n", stderr);
		return false;
	}
	return true;
}

static void end(struct load *l)
{
	job_pool_free(l->pool); // first: what it finishes wakes engines
	for (unsigned i = 0; i < l->engines; i++) {
		engine_fini(l->engine[i]);
		free(l->engine[i]);
	}
	results_fini(&l->merged);
	load_options_fini(&l->options);
}

int main(int argc, char **argv)
{
	static struct load l;
	sigset_t ends;
	bool good;
	int status;

	words_keep(&l, argc, argv); // before they are put in order
	if (!load_options_parse(argc, argv, &l.options, &status)) {
		load_options_fini(&l.options);
		return status;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	if (!start(&l))
		return 1;
	watch(&l, &ends);
	good = merge(&l) && report(&l);
	good &= l.merged.tally[TALLY_FAILED] == 0 &&
	        l.merged.tally[TALLY_LOGINS] + l.merged.tally[TALLY_FINISHED] > 0;
	end(&l);
	return good ? 0 : 1;
}
