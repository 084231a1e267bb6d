// The line of progress and the final table.
#include "tests/load/report/report.h"

#include <string.h>

#include "tests/load/scenario/load_plan.h"

#define MS        1000.0
#define HELD_MANY 10000u // fewer tell nothing about one

// --- progress ------------------------------------------------------------------------------------

static uint64_t sum(const struct results *const *all, unsigned count, enum tally t)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < count; i++)
		total += results_read(&all[i]->tally[t]);
	return total;
}

void report_live(const struct results *const *all, unsigned count, double seconds, FILE *out)
{
	static const enum tally shown[] = {TALLY_LOGINS, TALLY_EXECS,      TALLY_KEYS,
	                                   TALLY_REKEYS, TALLY_BYTES_DOWN, TALLY_BYTES_UP,
	                                   TALLY_FAILED};
	static uint64_t before[TALLIES];
	uint64_t open = 0;

	for (unsigned i = 0; i < count; i++)
		open += results_read(&all[i]->open);
	fprintf(out, "\r\033[K%6.0f s  %lu open", seconds, (unsigned long)open);
	for (unsigned i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		uint64_t now = sum(all, count, shown[i]);

		if (now > 0)
			fprintf(out, "  %s %lu (+%lu)", tally_text(shown[i]),
			        (unsigned long)now, (unsigned long)(now - before[shown[i]]));
		before[shown[i]] = now;
	}
	fflush(out);
}

// --- the end -------------------------------------------------------------------------------------

const char *report_bottleneck(const struct report *r)
{
	if (r->seconds > 0 && r->cpu_loop / r->seconds / r->cores > 0.9)
		return "its loop threads were busy more than 90 % of the time";
	if (r->open_loop && r->results->tally[TALLY_STARTED] > 0 &&
	    (double)r->results->late / (double)r->results->tally[TALLY_STARTED] > 0.01)
		return "more than 1 % of the sessions began over 10 ms behind the plan";
	return NULL;
}

static void latency_rows(struct histogram *const latency[METRICS], FILE *out)
{
	fprintf(out, "\n%-16s %9s %10s %10s %10s %10s %10s %10s   ms\n", "latency", "count",
	        "mean", "p50", "p90", "p99", "p99.9", "max");
	for (unsigned m = 0; m < METRICS; m++) {
		const struct histogram *h = latency[m];

		if (h == NULL || h->total == 0)
			continue;
		fprintf(out, "%-16s %9lu %10.3f %10.3f %10.3f %10.3f %10.3f %10.3f\n",
		        metric_label((enum metric)m), (unsigned long)h->total,
		        histogram_mean(h) / MS, (double)histogram_at(h, 50) / MS,
		        (double)histogram_at(h, 90) / MS, (double)histogram_at(h, 99) / MS,
		        (double)histogram_at(h, 99.9) / MS, (double)h->max / MS);
	}
}

static void phases(const struct report *r, FILE *out)
{
	for (unsigned p = 0; p < r->results->phases; p++) {
		fprintf(out, "\nphase %s, from %g to %g s", r->phase[p].name,
		        r->phase[p].from_s, r->phase[p].to_s);
		latency_rows(r->results->in_phase[p].latency, out);
	}
}

static void chosen(const struct results *r, FILE *out)
{
	if (r->chosens == 0)
		return;
	fprintf(out, "\n%9s  chosen in key exchanges\n", "sessions");
	for (unsigned i = 0; i < r->chosens; i++)
		fprintf(out, "%9lu  %s\n", (unsigned long)r->chosen[i].count,
		        r->chosen[i].words);
	if (r->chosen_other > 0)
		fprintf(out, "%9lu  others\n", (unsigned long)r->chosen_other);
}

static void tallies(const struct report *r, FILE *out)
{
	fprintf(out, "\n%-26s %14s %14s\n", "", "in all", "a second");
	for (unsigned t = 0; t < TALLIES; t++) {
		uint64_t n = r->results->tally[t];

		if (n > 0)
			fprintf(out, "%-26s %14lu %14.1f\n", tally_text((enum tally)t),
			        (unsigned long)n, (double)n / r->seconds);
	}
	fprintf(out, "%-26s %14lu\n", "open at once, most",
	        (unsigned long)r->results->open_most);
}

static void errors(const struct results *r, FILE *out)
{
	if (r->errors > 0)
		fprintf(out, "\n%9s %8s  %s\n", "errors", "first",
		        "what and the words with it");
	for (unsigned i = 0; i < r->errors; i++)
		fprintf(out, "%9lu %6u s  %s%s%s\n", (unsigned long)r->error[i].count,
		        r->error[i].first_s, r->error[i].class,
		        r->error[i].words[0] != '\0' ? ": " : "", r->error[i].words);
	if (r->errors_other > 0)
		fprintf(out, "%9lu           of other kinds\n", (unsigned long)r->errors_other);
}

void report_text(const struct report *r, FILE *out)
{
	const char *limit = report_bottleneck(r);

	fprintf(out, "%s against %s over %s, %s, %.1f s\n", r->scenario, r->target, r->link,
	        r->loop, r->seconds);
	latency_rows(r->results->latency, out);
	phases(r, out);
	tallies(r, out);
	chosen(r->results, out);
	errors(r->results, out);
	fprintf(out,
	        "\ngenerator: %.2f s of CPU (%.0f %% of a core; loop threads %.0f %% each), "
	        "%.1f MiB at most",
	        r->cpu_all, 100 * r->cpu_all / r->seconds,
	        100 * r->cpu_loop / r->seconds / r->cores,
	        (double)r->resident_bytes / (1 << 20));
	if (r->held >= HELD_MANY)
		fprintf(out, ", %.0f bytes a session with %lu open", r->held_bytes_each,
		        (unsigned long)r->held);
	if (r->open_loop)
		fprintf(out, "; latest start %.3f ms behind the plan",
		        (double)r->results->late_us_most / MS);
	fprintf(out, "\n%s%s\n", limit != NULL ? "THE GENERATOR WAS THE LIMIT: " : "",
	        limit != NULL ? limit : "the generator was not the limit");
}
