// Collecting, over time and by class; merging.
#include "tests/load/report/results.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>

#define SECOND_US 1000000u

static const char *const labels[] = {
#define X(name, label, text) label,
        METRIC_LIST(X)
#undef X
};

static const char *const texts[] = {
#define X(name, label, text) text,
        METRIC_LIST(X)
#undef X
};

static const char *const tallies[] = {
#define X(name, text) text,
        TALLY_LIST(X)
#undef X
};

const char *metric_label(enum metric m)
{
	return labels[m];
}

const char *metric_text(enum metric m)
{
	return texts[m];
}

const char *tally_text(enum tally t)
{
	return tallies[t];
}

// --- coarse histograms ---------------------------------------------------------------------------

static uint32_t coarse_index(uint32_t us)
{
	uint32_t shift;

	if (us < 2 * COARSE_HALF)
		return us;
	shift = 31 - (uint32_t)__builtin_clz(us) - 4;
	return shift * COARSE_HALF + (us >> shift);
}
static_assert(COARSE_HALF == 1u << 4, "coarse_index shifts by it");

static uint64_t coarse_middle(uint32_t index)
{
	uint32_t shift = index < 2 * COARSE_HALF ? 0 : index / COARSE_HALF - 1;

	if (shift == 0)
		return index;
	return (((uint64_t)index % COARSE_HALF + COARSE_HALF) << shift) + (1u << shift) / 2;
}

uint64_t coarse_total(const struct coarse *c)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < COARSE_BUCKETS; i++)
		total += c->count[i];
	return total;
}

uint64_t coarse_at(const struct coarse *c, double percentile)
{
	uint64_t wanted = (uint64_t)ceil(percentile / 100 * (double)coarse_total(c)), seen = 0;

	for (uint32_t i = 0; i < COARSE_BUCKETS; i++) {
		seen += c->count[i];
		if (seen >= wanted && seen > 0)
			return coarse_middle(i) < c->max_us ? coarse_middle(i) : c->max_us;
	}
	return c->max_us;
}

static void coarse_merge(struct coarse **into, const struct coarse *from)
{
	if (from == NULL)
		return;
	if (*into == NULL)
		*into = calloc(1, sizeof(**into));
	if (*into == NULL)
		return;
	for (uint32_t i = 0; i < COARSE_BUCKETS; i++)
		(*into)->count[i] += from->count[i];
	if (from->max_us > (*into)->max_us)
		(*into)->max_us = from->max_us;
}

// --- moments -------------------------------------------------------------------------------------

static void moment_fini(struct moment *m)
{
	for (unsigned i = 0; i < METRICS; i++)
		free(m->latency[i]);
	*m = (struct moment){0};
}

static void moment_merge(struct moment *into, const struct moment *from)
{
	for (unsigned i = 0; i < METRICS; i++)
		coarse_merge(&into->latency[i], from->latency[i]);
	for (unsigned i = 0; i < TALLIES; i++)
		into->tally[i] += from->tally[i];
}

// Two neighbours become one.
static void moments_fold(struct results *r)
{
	for (unsigned i = 0; i < MOMENTS_MAX / 2; i++) {
		struct moment *a = &r->moment[2 * i], *b = &r->moment[2 * i + 1];

		moment_merge(a, b);
		a->open = b->open;
		a->cpu = (a->cpu + b->cpu) / 2;
		moment_fini(b);
		if (i > 0) {
			r->moment[i] = *a;
			*a = (struct moment){0};
		}
	}
	r->moments = MOMENTS_MAX / 2;
	r->width_s *= 2;
}

static double cpu_now(void)
{
	struct rusage u;

	getrusage(RUSAGE_THREAD, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void moment_close(struct results *r)
{
	struct moment *m = &r->moment[r->moments];
	double cpu = cpu_now();

	for (unsigned i = 0; i < TALLIES; i++) {
		m->tally[i] = r->tally[i] - r->tally_before[i];
		r->tally_before[i] = r->tally[i];
	}
	m->open = r->open;
	m->cpu = (cpu - r->cpu_before) / r->width_s;
	r->cpu_before = cpu;
	r->moments++;
	if (r->moments == MOMENTS_MAX)
		moments_fold(r);
}

void results_tick(struct results *r, uint64_t now_us)
{
	while (now_us >= r->start_us + (uint64_t)(r->moments + 1) * r->width_s * SECOND_US)
		moment_close(r);
}

static void phase_close(struct results *r)
{
	for (unsigned i = 0; r->phases > 0 && i < TALLIES; i++) {
		r->in_phase[r->phase].tally[i] = r->tally[i] - r->phase_tally[i];
		r->phase_tally[i] = r->tally[i];
	}
}

void results_phase_next(struct results *r)
{
	phase_close(r);
	r->phase++;
}

void results_end(struct results *r, uint64_t now_us)
{
	phase_close(r);
	results_tick(r, now_us);
	moment_close(r);
	r->end_us = now_us;
	r->cpu_total = cpu_now() - r->cpu_total;
}

// --- collecting ----------------------------------------------------------------------------------

bool results_init(struct results *r, uint64_t now_us, unsigned phases)
{
	*r = (struct results){.start_us = now_us, .width_s = 1, .phases = phases};
	r->in_phase = calloc(phases + 1, sizeof(*r->in_phase));
	r->moment = calloc(MOMENTS_MAX, sizeof(*r->moment));
	for (unsigned i = 0; i < METRICS; i++) {
		r->latency[i] = histogram_new();
		if (r->latency[i] == NULL)
			return false;
	}
	r->cpu_before = r->cpu_total = cpu_now();
	return r->moment != NULL && r->in_phase != NULL;
}

void results_fini(struct results *r)
{
	for (unsigned i = 0; i < METRICS; i++)
		histogram_free(r->latency[i]);
	for (unsigned i = 0; r->moment != NULL && i < MOMENTS_MAX; i++)
		moment_fini(&r->moment[i]);
	for (unsigned i = 0; r->in_phase != NULL && i < r->phases * METRICS; i++)
		histogram_free(r->in_phase[i / METRICS].latency[i % METRICS]);
	free(r->in_phase);
	free(r->moment);
}

static struct histogram *phase_histogram(struct results *r, unsigned phase, enum metric m)
{
	struct histogram **h = &r->in_phase[phase].latency[m];

	if (*h == NULL)
		*h = histogram_new();
	return *h;
}

void results_latency(struct results *r, enum metric m, uint64_t us)
{
	struct coarse **c = &r->moment[r->moments].latency[m];
	uint32_t bounded = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;

	histogram_add(r->latency[m], us);
	if (r->phases > 0 && phase_histogram(r, r->phase, m) != NULL)
		histogram_add(r->in_phase[r->phase].latency[m], us);
	if (*c == NULL)
		*c = calloc(1, sizeof(**c));
	if (*c == NULL)
		return;
	(*c)->count[coarse_index(bounded)]++;
	if (bounded > (*c)->max_us)
		(*c)->max_us = bounded;
}

// What a server says is for a terminal: nothing but printable text.
static void words_copy(char out[ERROR_WORDS], struct span words)
{
	size_t len = words.len < ERROR_WORDS - 1 ? words.len : ERROR_WORDS - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = words.data[i] >= 0x20 && words.data[i] < 0x7f ? (char)words.data[i]
		                                                       : '?';
	out[len] = '\0';
}

static struct error_row *error_find(struct results *r, const char *class, const char *words)
{
	for (unsigned i = 0; i < r->errors; i++) {
		if (strcmp(r->error[i].class, class) == 0 &&
		    strcmp(r->error[i].words, words) == 0)
			return &r->error[i];
	}
	if (r->errors == ERRORS_MAX)
		return NULL;
	r->error[r->errors] = (struct error_row){.class = class, .first_s = UINT32_MAX};
	memcpy(r->error[r->errors].words, words, ERROR_WORDS);
	return &r->error[r->errors++];
}

static void error_count(struct results *r, const char *class, const char *words, uint64_t count,
                        uint32_t at_s)
{
	struct error_row *row = error_find(r, class, words);

	if (row == NULL) {
		r->errors_other += count;
		return;
	}
	row->count += count;
	if (at_s < row->first_s)
		row->first_s = at_s;
}

void results_error(struct results *r, const char *class, struct span words, uint64_t now_us)
{
	char text[ERROR_WORDS] = {0};

	words_copy(text, words);
	error_count(r, class, text, 1, (uint32_t)((now_us - r->start_us) / SECOND_US));
}

static void chosen_count(struct results *r, const char *words, uint64_t count)
{
	unsigned i = 0;

	while (i < r->chosens && strcmp(r->chosen[i].words, words) != 0)
		i++;
	if (i == CHOSEN_MAX) {
		r->chosen_other += count;
		return;
	}
	if (i == r->chosens) {
		r->chosens++;
		memcpy(r->chosen[i].words, words, ERROR_WORDS);
	}
	r->chosen[i].count += count;
}

void results_chosen(struct results *r, struct span words)
{
	char text[ERROR_WORDS] = {0};

	words_copy(text, words);
	chosen_count(r, text, 1);
}

// --- merging -------------------------------------------------------------------------------------

static void moments_merge(struct results *into, const struct results *from)
{
	while (into->width_s < from->width_s)
		moments_fold(into);
	for (unsigned i = 0; i < from->moments; i++) {
		unsigned at = i * from->width_s / into->width_s;

		if (at >= MOMENTS_MAX)
			return;
		moment_merge(&into->moment[at], &from->moment[i]);
		into->moment[at].open += from->moment[i].open;
		into->moment[at].cpu += from->moment[i].cpu;
		if (at >= into->moments)
			into->moments = at + 1;
	}
}

static void phases_merge(struct results *into, const struct results *from)
{
	for (unsigned p = 0; p < into->phases && p < from->phases; p++) {
		for (unsigned m = 0; m < METRICS; m++) {
			const struct histogram *h = from->in_phase[p].latency[m];

			if (h != NULL && phase_histogram(into, p, (enum metric)m) != NULL)
				histogram_merge(into->in_phase[p].latency[m], h);
		}
		for (unsigned t = 0; t < TALLIES; t++)
			into->in_phase[p].tally[t] += from->in_phase[p].tally[t];
	}
}

void results_merge(struct results *into, const struct results *from)
{
	for (unsigned i = 0; i < METRICS; i++)
		histogram_merge(into->latency[i], from->latency[i]);
	for (unsigned i = 0; i < TALLIES; i++)
		into->tally[i] += from->tally[i];
	for (unsigned i = 0; i < from->errors; i++)
		error_count(into, from->error[i].class, from->error[i].words,
		            from->error[i].count, from->error[i].first_s);
	into->errors_other += from->errors_other;
	for (unsigned i = 0; i < from->chosens; i++)
		chosen_count(into, from->chosen[i].words, from->chosen[i].count);
	into->chosen_other += from->chosen_other;
	phases_merge(into, from);
	into->open += from->open;
	into->open_most += from->open_most;
	into->cpu_total += from->cpu_total;
	into->late += from->late;
	if (from->late_us_most > into->late_us_most)
		into->late_us_most = from->late_us_most;
	if (from->end_us > into->end_us)
		into->end_us = from->end_us;
	moments_merge(into, from);
}
