// tests/load/report/results.c
#include "tests/load/report/results.h"
#include "tests/unit/check.h"

#define START 5000000u
#define S     1000000ull

static struct results r, other;

TEST(a_second_keeps_what_fell_into_it)
{
	CHECK(results_init(&r, START, 0));
	results_latency(&r, METRIC_LOGIN, 1000);
	results_count(&r, TALLY_LOGINS, 1);
	results_tick(&r, START + 1 * S);
	results_count(&r, TALLY_LOGINS, 5);
	results_tick(&r, START + 3 * S);
	CHECK_EQ(r.moments, 3);
	CHECK_EQ(r.moment[0].tally[TALLY_LOGINS], 1);
	CHECK_EQ(r.moment[1].tally[TALLY_LOGINS], 5);
	CHECK_EQ(r.moment[2].tally[TALLY_LOGINS], 0);
	CHECK_EQ(coarse_total(r.moment[0].latency[METRIC_LOGIN]), 1);
	CHECK(r.moment[1].latency[METRIC_LOGIN] == NULL);
	results_fini(&r);
}

TEST(coarse_percentiles_are_near)
{
	CHECK(results_init(&r, START, 0));
	for (uint64_t us = 1; us <= 100000; us++)
		results_latency(&r, METRIC_ECHO, us);
	CHECK(coarse_at(r.moment[0].latency[METRIC_ECHO], 50) > 48000);
	CHECK(coarse_at(r.moment[0].latency[METRIC_ECHO], 50) < 52000);
	CHECK(coarse_at(r.moment[0].latency[METRIC_ECHO], 100) <= 100000);
	CHECK_EQ(r.moment[0].latency[METRIC_ECHO]->max_us, 100000);
	results_fini(&r);
}

TEST(a_long_run_folds_its_moments)
{
	CHECK(results_init(&r, START, 0));
	for (uint64_t s = 1; s <= 2 * MOMENTS_MAX; s++) {
		results_count(&r, TALLY_KEYS, 1);
		results_tick(&r, START + s * S);
	}
	CHECK(r.width_s > 1);
	CHECK(r.moments < MOMENTS_MAX);
	CHECK_EQ(r.moment[0].tally[TALLY_KEYS], r.width_s);
	results_fini(&r);
}

TEST(errors_of_one_kind_are_one_row)
{
	CHECK(results_init(&r, START, 0));
	results_error(&r, "refused", span_text("no"), START + 2 * S);
	results_error(&r, "refused", span_text("no"), START + 3 * S);
	results_error(&r, "refused", span_text("later"), START + 3 * S);
	CHECK_EQ(r.errors, 2);
	CHECK_EQ(r.error[0].count, 2);
	CHECK_EQ(r.error[0].first_s, 2);
	results_fini(&r);
}

TEST(the_servers_words_cannot_steer_a_terminal)
{
	CHECK(results_init(&r, START, 0));
	results_error(&r, "said", span_text("a\033[2Jb\n"), START);
	CHECK_TEXT(r.error[0].words, "a?[2Jb?");
	results_fini(&r);
}

TEST(more_kinds_than_rows_are_counted_together)
{
	char words[16];

	CHECK(results_init(&r, START, 0));
	for (int i = 0; i < (int)ERRORS_MAX + 5; i++) {
		snprintf(words, sizeof(words), "%d", i);
		results_error(&r, "said", span_text(words), START);
	}
	CHECK_EQ(r.errors, ERRORS_MAX);
	CHECK_EQ(r.errors_other, 5);
	results_fini(&r);
}

TEST(merging_threads_adds_and_keeps_their_seconds)
{
	CHECK(results_init(&r, START, 0) && results_init(&other, START, 0));
	results_latency(&other, METRIC_LOGIN, 700);
	results_count(&other, TALLY_LOGINS, 2);
	results_error(&other, "refused", span_text(""), START + S);
	results_end(&other, START + 2 * S);
	results_merge(&r, &other);
	results_merge(&r, &other);
	CHECK_EQ(r.tally[TALLY_LOGINS], 4);
	CHECK_EQ(r.latency[METRIC_LOGIN]->total, 2);
	CHECK_EQ(r.moment[0].tally[TALLY_LOGINS], 4);
	CHECK_EQ(coarse_total(r.moment[0].latency[METRIC_LOGIN]), 2);
	CHECK_EQ(r.error[0].count, 2);
	CHECK_EQ(r.end_us, START + 2 * S);
	results_fini(&r);
	results_fini(&other);
}

CHECK_MAIN()
