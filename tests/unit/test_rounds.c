// Rounds: memory is taken away between them.
#include "dataplane/base/rounds.h"
#include "tests/unit/check.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE        4096
#define TAKEN_AWAY  300
#define A_WHILE_US  20000
#define LAST_OF_ALL ((int *)-1)

static struct rounds rounds;
static _Atomic bool waited;

static void *wait_for_rounds(void *none)
{
	rounds_publish();
	rounds_wait(&rounds);
	waited = true;
	return none;
}

TEST(who_is_in_no_round_is_not_waited_for)
{
	rounds_prepare();
	rounds_begin(&rounds);
	rounds_end(&rounds);
	rounds_wait(&rounds);
	CHECK_EQ(atomic_load(&rounds.turns) % 2, 0);
}

TEST(a_round_is_waited_for_to_its_end)
{
	pthread_t waiter;

	waited = false;
	rounds_begin(&rounds);
	CHECK_EQ(pthread_create(&waiter, NULL, wait_for_rounds, NULL), 0);
	usleep(A_WHILE_US);
	CHECK(!waited);
	rounds_end(&rounds);
	pthread_join(waiter, NULL);
	CHECK(waited);
}

TEST(the_next_round_is_not_waited_for)
{
	pthread_t waiter;

	waited = false;
	rounds_begin(&rounds);
	CHECK_EQ(pthread_create(&waiter, NULL, wait_for_rounds, NULL), 0);
	usleep(A_WHILE_US);
	rounds_end(&rounds);
	rounds_begin(&rounds);
	pthread_join(waiter, NULL);
	CHECK(waited);
	rounds_end(&rounds);
}

// --- what it is for ------------------------------------------------------------------------------

static _Atomic(int *) page;
static int sum;

// Reads the page as long as there is a way to it.
static void *reader(void *none)
{
	int *at = NULL;

	while (at != LAST_OF_ALL) {
		rounds_begin(&rounds);
		at = atomic_load_explicit(&page, memory_order_relaxed);
		for (int i = 0; at != NULL && at != LAST_OF_ALL && i < PAGE / 4; i++)
			sum += at[i];
		rounds_end(&rounds);
	}
	return none;
}

TEST(memory_is_taken_away_from_no_round)
{
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, reader, NULL), 0);
	for (int i = 0; i < TAKEN_AWAY; i++) {
		int *at = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		CHECK(at != MAP_FAILED);
		atomic_store(&page, at);
		if (i % 8 == 0)
			usleep(100);
		atomic_store(&page, NULL);
		rounds_publish();
		rounds_wait(&rounds);
		munmap(at, PAGE);
	}
	atomic_store(&page, LAST_OF_ALL);
	pthread_join(thread, NULL);
	CHECK_EQ(sum, 0);
}

CHECK_MAIN()
