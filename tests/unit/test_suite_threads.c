// Workers share the manager of ipsec-mb and nothing else: two of them at once must not disturb
// each other.
#include "tests/unit/suite_fixture.h"

#include <pthread.h>

#define THREADS 2
#define ROUNDS  3000
#define LENGTH  1024

struct worker {
	struct suite_ctx *ctx;
	struct suite_keys keys;
	unsigned wrong;
};

// Every record opens again, so a byte disturbed by the other thread is seen.
static void *work(void *state)
{
	struct worker *w = state;
	uint8_t plain[4 + LENGTH], record[4 + LENGTH + SUITE_TAG_MAX], opened[4 + LENGTH];

	random_fill(plain, sizeof(plain));
	for (uint32_t i = 0; i < ROUNDS; i++) {
		const struct suite *s = suite_by_id((uint8_t)(1 + i % 45));
		uint32_t length = LENGTH - s->pads_length * 4;
		struct suite_keys keys = w->keys;

		suite_put_be32(plain, length);
		suite_expand(w->ctx, s, &w->keys, true);
		suite_seal(w->ctx, &w->keys, i, plain, length, record);
		suite_expand(w->ctx, s, &keys, false);
		w->wrong += suite_open(w->ctx, &keys, i, record, length, opened) != STATUS_OK ||
		            memcmp(opened, plain, 4 + length) != 0;
	}
	return NULL;
}

static void check_backend(enum suite_backend backend)
{
	struct worker workers[THREADS];
	pthread_t threads[THREADS];

	suite_backend_set(backend);
	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){.ctx = ctx_make()};
		random_fill(&workers[i].keys, sizeof(workers[i].keys));
		CHECK_EQ(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		CHECK_EQ(workers[i].wrong, 0);
		ctx_drop(workers[i].ctx);
	}
}

TEST(two_threads_with_evp_do_not_disturb_each_other)
{
	check_backend(SUITE_BACKEND_EVP);
}

TEST(two_threads_with_ipsec_mb_do_not_disturb_each_other)
{
	check_backend(SUITE_BACKEND_IPSEC_MB);
}

CHECK_MAIN()
