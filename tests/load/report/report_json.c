// Results as JSON and as HdrHistogram files.
#include "tests/load/report/report.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/load/scenario/load_plan.h"

static json_t *steps_json(const struct histogram *h)
{
	json_t *list = json_array();
	struct histogram_step step;
	double at = -1;

	while (histogram_step(h, &at, &step))
		json_array_append_new(list,
		                      json_pack("[f,I,I]", step.percentile, (json_int_t)step.us,
		                                (json_int_t)step.count));
	return list;
}

static json_t *latency_json(const struct histogram *h, enum metric m)
{
	return json_pack("{s:s,s:s,s:I,s:I,s:I,s:f,s:f,s:I,s:I,s:I,s:I,s:o}", "name",
	                 metric_label(m), "text", metric_text(m), "count", (json_int_t)h->total,
	                 "min_us", (json_int_t)h->min, "max_us", (json_int_t)h->max, "mean_us",
	                 histogram_mean(h), "deviation_us", histogram_deviation(h), "p50_us",
	                 (json_int_t)histogram_at(h, 50), "p90_us",
	                 (json_int_t)histogram_at(h, 90), "p99_us",
	                 (json_int_t)histogram_at(h, 99), "p999_us",
	                 (json_int_t)histogram_at(h, 99.9), "percentiles", steps_json(h));
}

static json_t *latencies_json(struct histogram *const latency[METRICS])
{
	json_t *list = json_array();

	for (unsigned m = 0; m < METRICS; m++) {
		if (latency[m] != NULL && latency[m]->total > 0)
			json_array_append_new(list, latency_json(latency[m], (enum metric)m));
	}
	return list;
}

static json_t *tallies_json(const uint64_t *tally)
{
	json_t *object = json_object();

	for (unsigned t = 0; t < TALLIES; t++)
		json_object_set_new(object, tally_text((enum tally)t),
		                    json_integer((json_int_t)tally[t]));
	return object;
}

static json_t *errors_json(const struct results *r)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < r->errors; i++)
		json_array_append_new(list,
		                      json_pack("{s:s,s:s,s:I,s:I}", "class", r->error[i].class,
		                                "words", r->error[i].words, "count",
		                                (json_int_t)r->error[i].count, "first_s",
		                                (json_int_t)r->error[i].first_s));
	return list;
}

static json_t *moment_json(const struct moment *m, double at_s)
{
	json_t *latency = json_object();

	for (unsigned i = 0; i < METRICS; i++) {
		const struct coarse *c = m->latency[i];

		if (c != NULL)
			json_object_set_new(latency, metric_label((enum metric)i),
			                    json_pack("{s:I,s:I,s:I,s:I}", "count",
			                              (json_int_t)coarse_total(c), "p50_us",
			                              (json_int_t)coarse_at(c, 50), "p99_us",
			                              (json_int_t)coarse_at(c, 99), "max_us",
			                              (json_int_t)c->max_us));
	}
	return json_pack("{s:f,s:I,s:f,s:o,s:o}", "at_s", at_s, "open", (json_int_t)m->open,
	                 "cpu", m->cpu, "counts", tallies_json(m->tally), "latency", latency);
}

static json_t *moments_json(const struct results *r)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < r->moments; i++)
		json_array_append_new(
		        list, moment_json(&r->moment[i], (double)i * (double)r->width_s));
	return list;
}

static json_t *phases_json(const struct report *r)
{
	json_t *list = json_array();

	for (unsigned p = 0; p < r->results->phases; p++) {
		const struct phase_results *in = &r->results->in_phase[p];

		json_array_append_new(
		        list, json_pack("{s:s,s:f,s:f,s:o,s:o}", "name", r->phase[p].name,
		                        "from_s", r->phase[p].from_s, "to_s", r->phase[p].to_s,
		                        "counts", tallies_json(in->tally), "latency",
		                        latencies_json(in->latency)));
	}
	return list;
}

static json_t *chosen_json(const struct results *r)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < r->chosens; i++)
		json_array_append_new(list, json_pack("{s:s,s:I}", "words", r->chosen[i].words,
		                                      "count", (json_int_t)r->chosen[i].count));
	return list;
}

static json_t *report_tree(const struct report *r)
{
	const char *limit = report_bottleneck(r);
	json_t *generator = json_pack(
	        "{s:f,s:f,s:i,s:I,s:I,s:I,s:b,s:I,s:f}", "cpu_s", r->cpu_all, "loop_cpu_s",
	        r->cpu_loop, "loop_threads", (int)r->cores, "resident_bytes",
	        (json_int_t)r->resident_bytes, "late_starts", (json_int_t)r->results->late,
	        "latest_start_us", (json_int_t)r->results->late_us_most, "limit", limit != NULL,
	        "held", (json_int_t)r->held, "held_bytes_each", r->held_bytes_each);

	if (limit != NULL)
		json_object_set_new(generator, "limit_reason", json_string(limit));
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:f,s:o,s:o,s:I,s:o,s:I,s:o,s:I,s:o,s:o,s:o}",
	                 "scenario", r->scenario, "target", r->target, "link", r->link, "loop",
	                 r->loop, "command_line", r->command_line, "seconds", r->seconds,
	                 "latency", latencies_json(r->results->latency), "counts",
	                 tallies_json(r->results->tally), "open_most",
	                 (json_int_t)r->results->open_most, "errors", errors_json(r->results),
	                 "errors_other", (json_int_t)r->results->errors_other, "generator",
	                 generator, "moment_s", (json_int_t)r->results->width_s, "moments",
	                 moments_json(r->results), "phases", phases_json(r), "chosen",
	                 chosen_json(r->results));
}

char *report_json_text(const struct report *r, size_t flags)
{
	json_t *tree = report_tree(r);
	char *text = tree != NULL ? json_dumps(tree, flags) : NULL;

	json_decref(tree);
	return text;
}

static bool complain(const char *path)
{
	fprintf(stderr, "sallyport-load: cannot write %s: %s\n", path, strerror(errno));
	return false;
}

bool report_json(const struct report *r, const char *path)
{
	json_t *tree = report_tree(r);
	bool written = tree != NULL && json_dump_file(tree, path, JSON_INDENT(1)) == 0;

	json_decref(tree);
	return written || complain(path);
}

// "key exchange" becomes key_exchange.hgrm.
static bool histogram_write(const struct histogram *h, const char *folder, const char *label)
{
	char path[4096];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.hgrm", folder, label);
	len = strlen(folder);
	for (char *at = path + len; *at != '\0'; at++)
		*at = *at == ' ' ? '_' : *at;
	f = fopen(path, "we");
	if (f == NULL)
		return complain(path);
	histogram_print(h, f);
	return fclose(f) == 0 || complain(path);
}

bool report_histograms(const struct report *r, const char *folder)
{
	bool good = true;

	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return complain(folder);
	for (unsigned m = 0; m < METRICS; m++) {
		if (r->results->latency[m]->total > 0)
			good &= histogram_write(r->results->latency[m], folder,
			                        metric_label((enum metric)m));
	}
	return good;
}
