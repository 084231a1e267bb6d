// Whole connections over a bad network: every byte arrives once and in order both ways, every
// invariant holds at every step, and nothing is left behind.
#include "tests/unit/tcp_link.h"

#include <signal.h>
#include <unistd.h>

#define HOUR_US 3600000000ull

static void report(const struct link_net *n, uint64_t seed, const char *what)
{
	printf("  seed %" PRIu64 " (%s): sent %" PRIu64 "/%" PRIu64 " got %" PRIu64 "/%" PRIu64
	       " closed %d/%d why %d/%d wrong %d at %" PRIu64 " ms\n",
	       seed, what, n->side[0].sent, n->side[1].sent, n->side[0].got, n->side[1].got,
	       n->side[0].closed, n->side[1].closed, n->side[0].why, n->side[1].why, n->wrong,
	       n->now_us / 1000);
}

static void check_empty(struct link_net *n)
{
	struct tcp_gauges g;

	for (int i = 0; i < 100000 && net_step(n); i++)
		; // TIME_WAIT runs out
	for (int i = 0; i < 2; i++) {
		tcp_gauges(n->side[i].tcp, &g);
		CHECK_EQ(g.slab_used_bytes, 0);
		CHECK_EQ(g.connections, 0);
		CHECK_EQ(g.half_open, 0);
		CHECK_EQ(g.time_wait, 0);
		CHECK_EQ(g.closing, 0);
	}
}

static uint64_t seed_now;
static const char *what_now;

// An invariant does not hold: say where, then die of it.
static void on_abort(int signal)
{
	char text[128];
	int len = snprintf(text, sizeof(text), "  seed %" PRIu64 " (%s)\n", seed_now, what_now);

	if (write(STDOUT_FILENO, text, (size_t)len) < 0)
		_exit(3);
}

static void run_net(struct link_net *n, uint64_t bytes0, uint64_t bytes1)
{
	net_run(n, bytes0, bytes1, HOUR_US);
	if (!net_is_complete(n))
		report(n, seed_now, what_now);
	CHECK(net_is_complete(n));
	check_empty(n);
	net_free(n);
}

static struct link_net *seed_net(uint64_t seed, struct link_manner manner,
                                 void (*configure)(struct link_net *, struct tcp_config *),
                                 const char *what)
{
	signal(SIGABRT, on_abort);
	seed_now = seed;
	what_now = what;
	return net_new(seed, manner, configure);
}

static void run_seed(uint64_t seed, struct link_manner manner, uint64_t bytes0, uint64_t bytes1,
                     void (*configure)(struct link_net *, struct tcp_config *),
                     const char *what)
{
	run_net(seed_net(seed, manner, configure, what), bytes0, bytes1);
}

// LINK_SEEDS: how many runs all together instead of 2000.
static uint64_t seeds(uint64_t usual)
{
	const char *text = getenv("LINK_SEEDS");
	uint64_t share = text != NULL ? strtoull(text, NULL, 0) * usual / 2000 : usual;

	return share > 0 ? share : 1;
}

static void options_off(struct link_net *n, struct tcp_config *config)
{
	config->receive_window = 20000; // no scaling
	config->mss = 536;
}

static void memory_short(struct link_net *n, struct tcp_config *config)
{
	config->slab_bytes = 192u << 10;
	config->send_limit = 64u << 10;
	n->side[0].read_chance = n->side[1].read_chance = 500;
}

static void reads_rarely(struct link_net *n, struct tcp_config *config)
{
	config->receive_window = 4000 + rng_below(&n->rng, 8000);
	n->side[0].read_chance = n->side[1].read_chance = 30;
}

TEST(a_clean_link_carries_everything)
{
	for (uint64_t seed = 1; seed <= seeds(50); seed++)
		run_seed(seed, (struct link_manner){.delay_us = 100}, 300000, 200000, NULL,
		         "clean");
}

TEST(losses_of_up_to_a_fifth_lose_nothing)
{
	for (uint64_t seed = 1; seed <= seeds(350); seed++)
		run_seed(seed,
		         (struct link_manner){.drop = (uint32_t)(seed * 37 % 201),
		                              .delay_us = 5000},
		         40000, 30000, NULL, "drop");
}

TEST(reordering_and_repeats_change_nothing)
{
	struct link_manner manner = {.repeat = 100,
	                             .late = 200,
	                             .late_us = 30000,
	                             .delay_us = 2000,
	                             .jitter_us = 3000};

	for (uint64_t seed = 1; seed <= seeds(250); seed++)
		run_seed(seed, manner, 100000, 80000, NULL, "reorder");
}

TEST(everything_at_once_loses_nothing)
{
	for (uint64_t seed = 1; seed <= seeds(350); seed++) {
		struct link_manner manner = {.drop = (uint32_t)(seed % 150),
		                             .repeat = (uint32_t)(seed * 3 % 100),
		                             .corrupt = (uint32_t)(seed * 7 % 50),
		                             .late = (uint32_t)(seed * 11 % 300),
		                             .late_us = 200000,
		                             .delay_us = (uint32_t)(seed * 997 % 50000),
		                             .jitter_us = (uint32_t)(seed * 13 % 20000)};

		run_seed(seed, manner, 60000, 50000, NULL, "all");
	}
}

TEST(small_segments_and_windows_lose_nothing)
{
	for (uint64_t seed = 1; seed <= seeds(150); seed++)
		run_seed(seed,
		         (struct link_manner){.drop = 50, .delay_us = 3000, .jitter_us = 2000},
		         40000, 40000, options_off, "small");
}

TEST(short_memory_loses_nothing)
{
	for (uint64_t seed = 1; seed <= seeds(150); seed++)
		run_seed(seed,
		         (struct link_manner){
		                 .drop = 30, .late = 100, .late_us = 20000, .delay_us = 1000},
		         150000, 150000, memory_short, "memory");
}

TEST(slow_readers_lose_nothing)
{
	for (uint64_t seed = 1; seed <= seeds(150); seed++)
		run_seed(seed,
		         (struct link_manner){.drop = (uint32_t)(seed % 80), .delay_us = 2000},
		         40000, 40000, reads_rarely, "slow");
}

TEST(a_hole_that_tells_is_passed)
{
	for (uint64_t seed = 1; seed <= seeds(150); seed++) {
		struct link_manner manner = {.mtu = 600 + (uint32_t)(seed * 97 % 880),
		                             .hole_us = (uint32_t)(seed * 1009 % 60000),
		                             .tells = true,
		                             .drop = (uint32_t)(seed % 50),
		                             .delay_us = 4000};

		run_seed(seed, manner, 60000, 50000, NULL, "mtu");
	}
}

TEST(a_hole_that_swallows_is_passed)
{
	for (uint64_t seed = 1; seed <= seeds(100); seed++) {
		struct link_manner manner = {.mtu = 600 + (uint32_t)(seed * 97 % 880),
		                             .hole_us = (uint32_t)(seed * 1009 % 60000),
		                             .delay_us = 4000};

		run_seed(seed, manner, 60000, 50000, NULL, "black hole");
	}
}

TEST(windows_that_shrink_lose_nothing)
{
	for (uint64_t seed = 1; seed <= seeds(150); seed++) {
		struct link_manner manner = {.shrink = (uint32_t)(seed * 7 % 400),
		                             .drop = (uint32_t)(seed % 60),
		                             .delay_us = 3000};

		run_seed(seed, manner, 40000, 40000, NULL, "windows");
	}
}

TEST(numbers_that_wrap_lose_nothing)
{
	for (uint64_t seed = 1; seed <= seeds(150); seed++) {
		struct link_manner manner = {.drop = (uint32_t)(seed % 100),
		                             .late = (uint32_t)(seed * 11 % 200),
		                             .late_us = 30000,
		                             .delay_us = 2000};
		struct link_net *n = seed_net(seed, manner, NULL, "wrap");

		net_wrap(n, seed % 2);
		run_net(n, 60000, 60000);
	}
}

TEST(corruption_is_never_delivered)
{
	for (uint64_t seed = 1; seed <= seeds(150); seed++)
		run_seed(seed,
		         (struct link_manner){.corrupt = (uint32_t)(seed * 13 % 250),
		                              .delay_us = 3000,
		                              .jitter_us = 1000},
		         40000, 40000, NULL, "corrupt");
}

CHECK_MAIN()
