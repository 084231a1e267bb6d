// Tests control/main/crypto_pool.c with real threads.
#include "control/base/background.h"
#include "tests/unit/control_bench.h"

struct count_job {
	struct shard_job base;
	int *ran, *home, *dropped;
};

static void run(struct pool_job *job)
{
	__atomic_add_fetch(((struct count_job *)job)->ran, 1, __ATOMIC_SEQ_CST);
}

static void home(struct shard *h, struct shard_job *job)
{
	(*((struct count_job *)job)->home)++;
	free(job);
}

static void drop(struct pool_job *job)
{
	(*((struct count_job *)job)->dropped)++;
	free(job);
}

static struct count_job *job_new(struct shard *h, int *counts, bool urgent)
{
	struct count_job *j = calloc(1, sizeof(*j));

	j->base = (struct shard_job){
	        .base = {.run = run, .drop = drop, .urgent = urgent}, .owner = h, .done = home};
	j->ran = &counts[0];
	j->home = &counts[1];
	j->dropped = &counts[2];
	return j;
}

TEST(every_job_comes_home_once)
{
	struct bench *b = bench_new();
	struct crypto_pool *p = crypto_pool_new(2);
	int counts[3] = {0};

	for (int i = 0; i < 500; i++)
		CHECK(crypto_pool_post(p, &job_new(b->h, counts, i % 2)->base));
	for (int i = 0; i < 5000 && counts[1] < 500; i++) {
		shard_turn(b->h, b->now_us);
		usleep(1000);
	}
	CHECK_EQ(counts[0], 500);
	CHECK_EQ(counts[1], 500);
	crypto_pool_free(p);
	bench_free(b);
}

TEST(jobs_that_never_ran_are_dropped)
{
	struct bench *b = bench_new();
	struct crypto_pool *p = crypto_pool_new(0);
	int counts[3] = {0};

	for (int i = 0; i < 3; i++)
		CHECK(crypto_pool_post(p, &job_new(b->h, counts, false)->base));
	CHECK_EQ(crypto_pool_gauges(p).waiting, 3);
	crypto_pool_free(p);
	CHECK_EQ(counts[2], 3);
	bench_free(b);
}

TEST(a_brief_job_that_is_alone_is_done_by_its_shard)
{
	struct bench *b = bench_new();
	struct crypto_pool *p = crypto_pool_new(1);
	int counts[3] = {0};
	struct count_job *job = job_new(b->h, counts, false);

	job->base.brief = true;
	CHECK(crypto_pool_offer(p, &job->base));
	CHECK_EQ(counts[0], 0); // at the end of the turn, when all answers have left
	crypto_pool_settle(p, b->h, true);
	CHECK_EQ(counts[0], 1);
	CHECK_EQ(counts[1], 1);
	CHECK_EQ(crypto_pool_gauges(p).peak, 0);
	crypto_pool_free(p);
	bench_free(b);
}

TEST(a_brief_job_of_a_shard_with_more_to_do_goes_to_the_pool)
{
	struct bench *b = bench_new();
	struct crypto_pool *p = crypto_pool_new(1);
	int counts[3] = {0};
	struct count_job *job = job_new(b->h, counts, false);

	job->base.brief = true;
	CHECK(crypto_pool_offer(p, &job->base));
	crypto_pool_settle(p, b->h, false);
	CHECK_EQ(crypto_pool_gauges(p).peak, 1);
	crypto_pool_free(p);
	CHECK_EQ(counts[0] + counts[2], 1);
	shard_turn(b->h, b->now_us);
	CHECK_EQ(counts[1] + counts[2], 1);
	bench_free(b);
}

TEST(only_one_brief_job_stays_with_its_shard)
{
	struct bench *b = bench_new();
	struct crypto_pool *p = crypto_pool_new(0);
	int counts[3] = {0};

	for (int i = 0; i < 3; i++) {
		struct count_job *job = job_new(b->h, counts, false);

		job->base.brief = true;
		CHECK(crypto_pool_offer(p, &job->base));
	}
	CHECK_EQ(crypto_pool_gauges(p).waiting, 2);
	crypto_pool_settle(p, b->h, true);
	CHECK_EQ(crypto_pool_gauges(p).waiting, 3);
	crypto_pool_free(p);
	bench_free(b);
}

TEST(rekeys_have_capacity_of_their_own_and_go_first)
{
	struct bench *b = bench_new();
	struct crypto_pool *p = crypto_pool_new(0);
	int slow[3] = {0}, urgent[3] = {0};
	struct count_job *extra;

	for (unsigned i = 0; i < CRYPTO_QUEUE_MAX; i++)
		CHECK(crypto_pool_post(p, &job_new(b->h, slow, false)->base));
	extra = job_new(b->h, slow, false);
	CHECK(!crypto_pool_post(p, &extra->base));
	free(extra);
	CHECK(crypto_pool_post(p, &job_new(b->h, urgent, true)->base));
	CHECK(crypto_pool_step(p));
	CHECK_EQ(urgent[0], 1);
	CHECK_EQ(slow[0], 0);
	crypto_pool_free(p);
	bench_turn(b);
	bench_free(b);
}

// Its threads cannot do it: they may be those that get no processor.
TEST(a_shard_wakes_and_raises_the_threads_when_a_job_of_its_is_late)
{
	struct bench *b = bench_new();
	int counts[3] = {0};

	CHECK(crypto_pool_post(b->control.crypto, &job_new(b->h, counts, false)->base));
	CHECK(shard_next_us(b->h) <= b->now_us + BACKGROUND_LOOK_US);
	shard_turn(b->h, b->now_us + BACKGROUND_LATE_US + 1);
	CHECK_EQ(COUNTED(b, crypto_raised), 1);
	bench_free(b);
}

CHECK_MAIN()
