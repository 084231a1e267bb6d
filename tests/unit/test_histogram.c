// tests/load/report/histogram.c
#include "tests/load/report/histogram.h"
#include "tests/unit/check.h"

static struct histogram *filled(uint64_t first, uint64_t last)
{
	struct histogram *h = histogram_new();

	for (uint64_t us = first; us <= last; us++)
		histogram_add(h, us);
	return h;
}

static char *printed(const struct histogram *h)
{
	static char text[65536];
	FILE *f = fmemopen(text, sizeof(text), "w");

	histogram_print(h, f);
	fclose(f);
	return text;
}

TEST(every_bucket_holds_its_largest_value)
{
	for (uint32_t i = 0; i < HISTOGRAM_COUNTS; i++)
		CHECK_EQ(histogram_index(histogram_highest(i)), i);
}

TEST(a_value_is_kept_to_one_part_in_a_thousand)
{
	for (uint64_t us = 1; us < HISTOGRAM_MAX; us += us / 7 + 1) {
		uint64_t kept = histogram_highest(histogram_index(us));

		CHECK(kept >= us && kept - us <= us / 1000);
	}
}

TEST(what_is_beyond_the_range_counts_as_its_end)
{
	struct histogram *h = histogram_new();

	histogram_add(h, UINT64_MAX);
	CHECK_EQ(h->max, HISTOGRAM_MAX);
	CHECK_EQ(histogram_at(h, 50), HISTOGRAM_MAX);
	histogram_free(h);
}

TEST(percentiles_of_a_thousand_values_are_exact)
{
	struct histogram *h = filled(1, 1000);

	CHECK_EQ(histogram_at(h, 0), 1);
	CHECK_EQ(histogram_at(h, 50), 500);
	CHECK_EQ(histogram_at(h, 99), 990);
	CHECK_EQ(histogram_at(h, 99.9), 999);
	CHECK_EQ(histogram_at(h, 100), 1000);
	CHECK_EQ((int)histogram_mean(h), 500);
	CHECK_EQ((int)histogram_deviation(h), 288);
	histogram_free(h);
}

TEST(an_empty_one_answers_zero)
{
	struct histogram *h = histogram_new();
	struct histogram_step step;
	double at = -1;

	CHECK_EQ(histogram_at(h, 99), 0);
	CHECK(!histogram_step(h, &at, &step));
	histogram_free(h);
}

TEST(merging_adds_everything)
{
	struct histogram *a = filled(1, 500), *b = filled(501, 1000);

	histogram_merge(a, b);
	CHECK_EQ(a->total, 1000);
	CHECK_EQ(a->min, 1);
	CHECK_EQ(a->max, 1000);
	CHECK_EQ(histogram_at(a, 75), 750);
	histogram_free(a);
	histogram_free(b);
}

TEST(the_text_is_that_of_hdrhistogram)
{
	struct histogram *h = filled(1, 1000);
	char *text = printed(h);

	CHECK(strncmp(text,
	              "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
	              "       0.001 0.000000000000          1           1.00\n"
	              "       0.100 0.100000000000        100           1.11\n",
	              160) == 0);
	CHECK(strstr(text, "       0.500 0.500000000000        500           2.00\n") != NULL);
	CHECK(strstr(text, "       1.000 1.000000000000       1000\n#[Mean    =        0.500, "
	                   "StdDeviation   =        0.289]\n#[Max     =        1.000, Total "
	                   "count    =         1000]\n") != NULL);
	histogram_free(h);
}

CHECK_MAIN()
