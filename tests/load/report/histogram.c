// Buckets, percentiles, and HdrHistogram's text.
#include "tests/load/report/histogram.h"

#include <math.h>
#include <sys/mman.h>

#define HALF_BITS 10
#define TICKS     5 // steps for each halving of the distance to 100 %
#define MS        1000.0

struct histogram *histogram_new(void)
{
	void *at = mmap(NULL, sizeof(struct histogram), PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

void histogram_free(struct histogram *h)
{
	if (h != NULL)
		munmap(h, sizeof(*h));
}

uint32_t histogram_index(uint64_t us)
{
	uint32_t shift;

	if (us < 2 * HISTOGRAM_HALF)
		return (uint32_t)us;
	shift = 63 - (uint32_t)__builtin_clzll(us) - HALF_BITS;
	return shift * HISTOGRAM_HALF + (uint32_t)(us >> shift);
}

uint64_t histogram_highest(uint32_t index)
{
	uint32_t shift;

	if (index < 2 * HISTOGRAM_HALF)
		return index;
	shift = index / HISTOGRAM_HALF - 1;
	return (((uint64_t)index % HISTOGRAM_HALF + HISTOGRAM_HALF + 1) << shift) - 1;
}

void histogram_add(struct histogram *h, uint64_t us)
{
	if (us > HISTOGRAM_MAX)
		us = HISTOGRAM_MAX;
	if (h->total == 0 || us < h->min)
		h->min = us;
	if (us > h->max)
		h->max = us;
	h->total++;
	h->sum += (double)us;
	h->squares += (double)us * (double)us;
	h->count[histogram_index(us)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	if (from->total == 0)
		return;
	if (into->total == 0 || from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
	into->total += from->total;
	into->sum += from->sum;
	into->squares += from->squares;
	for (uint32_t i = 0; i < HISTOGRAM_COUNTS; i++)
		into->count[i] += from->count[i];
}

double histogram_mean(const struct histogram *h)
{
	return h->total == 0 ? 0 : h->sum / (double)h->total;
}

double histogram_deviation(const struct histogram *h)
{
	double mean = histogram_mean(h), spread;

	if (h->total == 0)
		return 0;
	spread = h->squares / (double)h->total - mean * mean;
	return spread > 0 ? sqrt(spread) : 0;
}

// The first bucket up to which at least `wanted` values lie, and how many do.
static uint32_t bucket_of(const struct histogram *h, uint64_t wanted, uint64_t *upto)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < HISTOGRAM_COUNTS; i++) {
		seen += h->count[i];
		if (seen >= wanted) {
			*upto = seen;
			return i;
		}
	}
	*upto = h->total;
	return HISTOGRAM_COUNTS - 1;
}

static uint64_t rank_of(const struct histogram *h, double percentile)
{
	double rank = ceil(percentile / 100 * (double)h->total - 1e-9);

	return rank < 1 ? 1 : (uint64_t)rank;
}

static uint64_t highest_in(const struct histogram *h, uint32_t index)
{
	uint64_t us = histogram_highest(index);

	return us < h->max ? us : h->max;
}

uint64_t histogram_at(const struct histogram *h, double percentile)
{
	uint64_t upto;

	return h->total == 0 ? 0 : highest_in(h, bucket_of(h, rank_of(h, percentile), &upto));
}

bool histogram_step(const struct histogram *h, double *at, struct histogram_step *out)
{
	double half_distances;

	if (h->total == 0 || *at >= 100)
		return false;
	if (*at < 0) {
		*at = 0;
	} else {
		half_distances = pow(2, floor(log2(100 / (100 - *at))) + 1);
		*at += 100 / (TICKS * half_distances);
	}
	out->us = highest_in(h, bucket_of(h, rank_of(h, *at), &out->count));
	if (out->count == h->total)
		*at = 100;
	out->percentile = *at;
	return true;
}

void histogram_print(const struct histogram *h, FILE *out)
{
	struct histogram_step step;
	double at = -1;

	fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
	        "1/(1-Percentile)");
	while (histogram_step(h, &at, &step)) {
		fprintf(out, "%12.3f %2.12f %10lu", (double)step.us / MS, step.percentile / 100,
		        (unsigned long)step.count);
		if (step.percentile < 100)
			fprintf(out, " %14.2f", 1 / (1 - step.percentile / 100));
		fputc('\n', out);
	}
	fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", histogram_mean(h) / MS,
	        histogram_deviation(h) / MS);
	fprintf(out, "#[Max     = %12.3f, Total count    = %12lu]\n", (double)h->max / MS,
	        (unsigned long)h->total);
	fprintf(out, "#[Buckets = %12u, SubBuckets     = %12u]\n",
	        HISTOGRAM_COUNTS / HISTOGRAM_HALF - 1, 2 * HISTOGRAM_HALF);
}
