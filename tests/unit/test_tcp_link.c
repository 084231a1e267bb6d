// Whole connections over a bad network: every byte arrives once and in order both ways, every
// invariant holds at every step, and nothing is left behind. A seed that fails is shrunk to a story.
//
//   test_tcp_link                   2000 runs all together, or LINK_SEEDS of them
//   test_tcp_link --shrink CLASS SEED
//   test_tcp_link --play FILE       a story again
//
// LINK_STORIES: the folder where stories are kept; without it they are only printed.
#include "tests/unit/link_story.h"

#define SHRINK_MOST 3 // stories of one run: a broken stack fails often

struct link_class {
	const char *name;
	uint32_t share; // of 2000 runs
	const char *config;
	uint64_t bytes[2];
	bool wraps;
	struct link_manner (*manner)(uint32_t seed);
};

static struct link_manner manner_clean(uint32_t seed)
{
	return (struct link_manner){.delay_us = 100};
}

static struct link_manner manner_drop(uint32_t seed)
{
	return (struct link_manner){.drop = seed * 37 % 201, .delay_us = 5000};
}

static struct link_manner manner_reorder(uint32_t seed)
{
	return (struct link_manner){.repeat = 100,
	                            .late = 200,
	                            .late_us = 30000,
	                            .delay_us = 2000,
	                            .jitter_us = 3000};
}

static struct link_manner manner_all(uint32_t seed)
{
	return (struct link_manner){.drop = seed % 150,
	                            .repeat = seed * 3 % 100,
	                            .corrupt = seed * 7 % 50,
	                            .late = seed * 11 % 300,
	                            .late_us = 200000,
	                            .delay_us = seed * 997 % 50000,
	                            .jitter_us = seed * 13 % 20000};
}

static struct link_manner manner_small(uint32_t seed)
{
	return (struct link_manner){.drop = 50, .delay_us = 3000, .jitter_us = 2000};
}

static struct link_manner manner_memory(uint32_t seed)
{
	return (struct link_manner){
	        .drop = 30, .late = 100, .late_us = 20000, .delay_us = 1000};
}

static struct link_manner manner_slow(uint32_t seed)
{
	return (struct link_manner){.drop = seed % 80, .delay_us = 2000};
}

static struct link_manner manner_hole(uint32_t seed)
{
	return (struct link_manner){
	        .mtu = 600 + seed * 97 % 880, .hole_us = seed * 1009 % 60000, .delay_us = 4000};
}

static struct link_manner manner_mtu(uint32_t seed)
{
	struct link_manner m = manner_hole(seed);

	m.tells = true;
	m.drop = seed % 50;
	return m;
}

static struct link_manner manner_windows(uint32_t seed)
{
	return (struct link_manner){
	        .shrink = seed * 7 % 400, .drop = seed % 60, .delay_us = 3000};
}

static struct link_manner manner_wrap(uint32_t seed)
{
	return (struct link_manner){.drop = seed % 100,
	                            .late = seed * 11 % 200,
	                            .late_us = 30000,
	                            .delay_us = 2000};
}

static struct link_manner manner_corrupt(uint32_t seed)
{
	return (struct link_manner){
	        .corrupt = seed * 13 % 250, .delay_us = 3000, .jitter_us = 1000};
}

// clang-format off
static const struct link_class classes[] = {
	{"clean",      50,  "usual",  {300000, 200000}, false, manner_clean},
	{"drop",       350, "usual",  {40000, 30000},   false, manner_drop},
	{"reorder",    250, "usual",  {100000, 80000},  false, manner_reorder},
	{"all",        350, "usual",  {60000, 50000},   false, manner_all},
	{"small",      150, "small",  {40000, 40000},   false, manner_small},
	{"memory",     150, "memory", {150000, 150000}, false, manner_memory},
	{"slow",       150, "slow",   {40000, 40000},   false, manner_slow},
	{"mtu",        150, "usual",  {60000, 50000},   false, manner_mtu},
	{"black-hole", 100, "usual",  {60000, 50000},   false, manner_hole},
	{"windows",    150, "usual",  {40000, 40000},   false, manner_windows},
	{"wrap",       150, "usual",  {60000, 60000},   true,  manner_wrap},
	{"corrupt",    150, "usual",  {40000, 40000},   false, manner_corrupt},
};
// clang-format on

static const struct link_class *class_find(const char *name)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcmp(classes[i].name, name) == 0)
			return &classes[i];
	return NULL;
}

static void story_of(const struct link_class *class, uint64_t seed, struct link_story *s)
{
	s->seed = seed;
	snprintf(s->config, sizeof(s->config), "%s", class->config);
	memcpy(s->bytes, class->bytes, sizeof(s->bytes));
	s->wrap = class->wraps ? (int)(seed % 2) : -1;
	s->manner = class->manner((uint32_t)seed);
	s->fates = 0;
}

// --- shrinking -----------------------------------------------------------------------------------

static void story_keep(const struct link_class *class, const struct link_story *s)
{
	const char *folder = getenv("LINK_STORIES");
	char path[512];
	FILE *file;

	if (folder == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%s-%" PRIu64 ".link", folder, class->name, s->seed);
	file = fopen(path, "w");
	if (file == NULL) {
		perror(path);
		return;
	}
	story_write(s, file);
	fclose(file);
	printf("# kept as %s\n", path);
}

static void shrink(const struct link_class *class, uint64_t seed)
{
	struct link_story *s = story_new();
	uint32_t fates;
	enum story_end end;

	story_of(class, seed, s);
	story_play(s, false, s, NULL);
	fates = s->fates;
	story_of(class, seed, s);
	end = story_shrink(s, NULL);
	printf("# %s seed %" PRIu64 " %s; of what befell packets %u of %u remain\n",
	       class->name, seed, story_ends[end], s->fates, fates);
	story_write(s, stdout);
	story_keep(class, s);
	story_free(s);
}

static const struct link_class *class_now;
static uint64_t seed_now;

// An invariant does not hold: this process is done for, another one tells the story.
static void on_abort(int signal)
{
	char seed[24];

	snprintf(seed, sizeof(seed), "%" PRIu64, seed_now);
	execl("/proc/self/exe", "test_tcp_link", "--shrink", class_now->name, seed, NULL);
	_exit(3);
}

// --- the runs ------------------------------------------------------------------------------------

static void run_seed(const struct link_class *class, uint64_t seed, struct link_story *s)
{
	static unsigned shrunk;
	struct link_net *n;
	enum story_end end;

	class_now = class;
	seed_now = seed;
	story_of(class, seed, s);
	n = story_net(s);
	end = story_run(n, s, NULL);
	net_free(n);
	CHECK_EQ(end, STORY_FINE);
	if (end != STORY_FINE)
		printf("  seed %" PRIu64 " (%s) %s\n", seed, class->name, story_ends[end]);
	if (end != STORY_FINE && shrunk++ < SHRINK_MOST)
		shrink(class, seed);
}

static void run_class(const char *name)
{
	const struct link_class *class = class_find(name);
	const char *text = getenv("LINK_SEEDS");
	uint64_t runs = class->share;
	struct link_story *s = story_new();

	if (text != NULL)
		runs = strtoull(text, NULL, 0) * runs / 2000;
	signal(SIGABRT, on_abort);
	for (uint64_t seed = 1; seed == 1 || seed <= runs; seed++)
		run_seed(class, seed, s);
	signal(SIGABRT, SIG_DFL);
	story_free(s);
}

TEST(a_clean_link_carries_everything)
{
	run_class("clean");
}

TEST(losses_of_up_to_a_fifth_lose_nothing)
{
	run_class("drop");
}

TEST(reordering_and_repeats_change_nothing)
{
	run_class("reorder");
}

TEST(everything_at_once_loses_nothing)
{
	run_class("all");
}

TEST(small_segments_and_windows_lose_nothing)
{
	run_class("small");
}

TEST(short_memory_loses_nothing)
{
	run_class("memory");
}

TEST(slow_readers_lose_nothing)
{
	run_class("slow");
}

TEST(a_hole_that_tells_is_passed)
{
	run_class("mtu");
}

TEST(a_hole_that_swallows_is_passed)
{
	run_class("black-hole");
}

TEST(windows_that_shrink_lose_nothing)
{
	run_class("windows");
}

TEST(numbers_that_wrap_lose_nothing)
{
	run_class("wrap");
}

TEST(corruption_is_never_delivered)
{
	run_class("corrupt");
}

// --- by hand -------------------------------------------------------------------------------------

static int main_shrink(const char *name, const char *seed)
{
	const struct link_class *class = class_find(name);

	if (class == NULL) {
		fprintf(stderr, "no class %s; the names stand at the top of the table\n", name);
		return 2;
	}
	shrink(class, strtoull(seed, NULL, 0));
	printf("0 passed, 1 failed\n");
	return 1;
}

static int main_play(const char *path)
{
	struct link_story *s = story_new();
	FILE *file = fopen(path, "r");
	enum story_end end;

	if (file == NULL) {
		perror(path);
		return 2;
	}
	if (!story_read(s, file))
		return 2;
	fclose(file);
	end = story_play(s, true, NULL, NULL);
	printf("%s %s\n%d passed, %d failed\n", path, story_ends[end], end == STORY_FINE,
	       end != STORY_FINE);
	return end != STORY_FINE;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--shrink") == 0)
		return main_shrink(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "--play") == 0)
		return main_play(argv[2]);
	return check_main(argc, argv);
}
