// Latencies in microseconds, log-linear as HdrHistogram: three significant digits from 1 us to
// 71 minutes. One writer; merged when that has stopped.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define HISTOGRAM_HALF   1024u // sub-buckets of one power of two
#define HISTOGRAM_COUNTS (22u * HISTOGRAM_HALF + HISTOGRAM_HALF)
#define HISTOGRAM_MAX    UINT32_MAX

struct histogram {
	uint64_t total;
	uint64_t min, max; // exact; min is meaningless while total is 0
	double sum, squares;
	uint64_t count[HISTOGRAM_COUNTS];
};

struct histogram *histogram_new(void); // zeroed and lazily committed; NULL: out of memory
void histogram_free(struct histogram *h);

void histogram_add(struct histogram *h,
                   uint64_t us); // beyond the range counts as HISTOGRAM_MAX
void histogram_merge(struct histogram *into, const struct histogram *from);

// The largest value that is indistinguishable from the one at this percentile (0 to 100).
uint64_t histogram_at(const struct histogram *h, double percentile);
double histogram_mean(const struct histogram *h);
double histogram_deviation(const struct histogram *h);

// HdrHistogram's percentile distribution, values in milliseconds.
void histogram_print(const struct histogram *h, FILE *out);

// Walk its steps: from percentile 0 (`*at` -1) on, halving the distance to 100 every five. False
// after the maximum.
struct histogram_step {
	uint64_t us;
	double percentile; // 0 to 100
	uint64_t count;    // values up to this one
};
bool histogram_step(const struct histogram *h, double *at, struct histogram_step *out);

// Inside: the bucket of a value and the largest value of a bucket.
uint32_t histogram_index(uint64_t us);
uint64_t histogram_highest(uint32_t index);
