// Runs of the seeded link as stories: played in a child process, shrunk to the least that still
// ends the same way, written as text and read again.
//
//   seed N              of what the applications do
//   config NAME         one of link_configs
//   bytes A B           that each side sends
//   delay US            of every packet
//   hole MTU US tells|silent
//   wrap SIDE           its sequence numbers begin a little below zero
//   packet N drop | repeat | late US | corrupt BIT | window THOUSANDTHS
#pragma once

#include "tests/unit/tcp_link.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define STORY_HOUR_US 3600000000ull
#define STORY_TRIES   4000
#define STORY_SECONDS 30

enum story_end {
	STORY_FINE,
	STORY_UNFINISHED,
	STORY_WRONG, // bytes
	STORY_LEFT,  // memory or connections
	STORY_BROKEN // an invariant
};

static const char *const story_ends[] = {"ends well", "is not completed",
                                         "delivers wrong bytes", "leaves something behind",
                                         "breaks an invariant"};

static const char *const fate_names[FATES] = {"drop", "repeat", "late", "corrupt", "window"};

struct link_config {
	const char *name;
	void (*configure)(struct link_net *n, struct tcp_config *config);
};

static inline void config_small(struct link_net *n, struct tcp_config *config)
{
	config->receive_window = 20000; // no scaling
	config->mss = 536;
}

static inline void config_memory(struct link_net *n, struct tcp_config *config)
{
	config->slab_bytes = 192u << 10;
	config->send_limit = 64u << 10;
	n->side[0].read_chance = n->side[1].read_chance = 500;
}

static inline void config_slow(struct link_net *n, struct tcp_config *config)
{
	config->receive_window = 4000 + rng_below(&n->rng, 8000);
	n->side[0].read_chance = n->side[1].read_chance = 30;
}

static const struct link_config link_configs[] = {{"usual", NULL},
                                                  {"small", config_small},
                                                  {"memory", config_memory},
                                                  {"slow", config_slow}};

static inline const struct link_config *config_find(const char *name)
{
	for (size_t i = 0; i < sizeof(link_configs) / sizeof(link_configs[0]); i++)
		if (strcmp(link_configs[i].name, name) == 0)
			return &link_configs[i];
	return NULL;
}

// --- playing -------------------------------------------------------------------------------------

// More that must hold after each step, or NULL.
typedef bool (*story_holds)(const struct link_net *n);

static inline struct link_net *story_net(const struct link_story *s)
{
	struct link_net *n = net_new(s->seed, s->manner, config_find(s->config)->configure);

	if (s->wrap >= 0)
		net_wrap(n, s->wrap);
	return n;
}

static inline bool story_is_empty(struct link_net *n)
{
	bool empty = true;
	struct tcp_gauges g;

	for (int i = 0; i < 100000 && net_step(n); i++)
		; // TIME_WAIT runs out
	for (int i = 0; i < 2; i++) {
		tcp_gauges(n->side[i].tcp, &g);
		empty &= g.slab_used_bytes == 0 && g.connections == 0 && g.half_open == 0 &&
		         g.time_wait == 0 && g.closing == 0;
	}
	return empty;
}

static inline enum story_end story_run(struct link_net *n, const struct link_story *s,
                                       story_holds holds)
{
	n->holds = holds;
	net_run(n, s->bytes[0], s->bytes[1], STORY_HOUR_US);
	if (n->wrong)
		return STORY_WRONG;
	if (!net_is_complete(n))
		return STORY_UNFINISHED;
	return story_is_empty(n) ? STORY_FINE : STORY_LEFT;
}

// In a child, which may die of it. `record`: memory that it shares with us, or NULL.
static inline enum story_end story_play(const struct link_story *s, bool scripted,
                                        struct link_story *record, story_holds holds)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		struct link_net *n = story_net(s);
		int quiet = open("/dev/null", O_WRONLY);
		enum story_end end;

		dup2(quiet, STDOUT_FILENO);
		dup2(quiet, STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		alarm(STORY_SECONDS); // a run that never ends is broken too
		check_failed = false;
		n->script = scripted ? s : NULL;
		n->record = record;
		end = story_run(n, s, holds);
		_exit(64 + (int)(check_failed ? STORY_BROKEN : end));
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		abort();
	if (!WIFEXITED(status) || WEXITSTATUS(status) < 64)
		return STORY_BROKEN;
	return (enum story_end)(WEXITSTATUS(status) - 64);
}

// --- shrinking -----------------------------------------------------------------------------------

static inline struct link_story *story_new(void)
{
	void *at = mmap(NULL, sizeof(struct link_story), PROT_READ | PROT_WRITE,
	                MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		abort();
	return at;
}

static inline void story_free(struct link_story *s)
{
	munmap(s, sizeof(*s));
}

struct story_shrink {
	struct link_story *best, *next;
	enum story_end end; // that must stay
	story_holds holds;
	unsigned tries;
};

// Keep `next` if it still ends the same way.
static inline bool shrink_try(struct story_shrink *k)
{
	struct link_story *better = k->next;

	if (k->tries >= STORY_TRIES)
		return false;
	k->tries++;
	if (story_play(k->next, true, NULL, k->holds) != k->end)
		return false;
	k->next = k->best;
	k->best = better;
	return true;
}

// Without `count` fates from `from` on.
static inline bool shrink_without(struct story_shrink *k, uint32_t from, uint32_t count)
{
	*k->next = *k->best;
	memmove(k->next->fate + from, k->next->fate + from + count,
	        (k->next->fates - from - count) * sizeof(k->next->fate[0]));
	k->next->fates -= count;
	return shrink_try(k);
}

// True: something could be left out.
static inline bool shrink_fates(struct story_shrink *k)
{
	uint32_t before = k->best->fates;

	for (uint32_t step = before; step > 0; step /= 2)
		for (uint32_t at = 0; at + step <= k->best->fates;)
			if (!shrink_without(k, at, step))
				at += step;
	return k->best->fates < before;
}

// A loss is the plainest fate, and the earlier packet needs fewer before it.
static inline bool shrink_fate(struct story_shrink *k, uint32_t i)
{
	uint32_t after = i > 0 ? k->best->fate[i - 1].packet : 0;
	uint32_t before = k->best->fate[i].packet;
	bool better = false;

	if (k->best->fate[i].kind != FATE_DROP) {
		*k->next = *k->best;
		k->next->fate[i] = (struct link_fate){before, FATE_DROP, 0};
		better = shrink_try(k);
	}
	for (uint32_t cut = before - after; cut > 0; cut /= 2) {
		if (k->best->fate[i].packet < after + 1 + cut)
			continue;
		*k->next = *k->best;
		k->next->fate[i].packet -= cut;
		better |= shrink_try(k);
	}
	return better;
}

static inline bool shrink_each(struct story_shrink *k)
{
	bool better = false;

	for (uint32_t i = 0; i < k->best->fates; i++)
		better |= shrink_fate(k, i);
	return better;
}

static inline bool shrink_bytes(struct story_shrink *k, int side)
{
	uint64_t before = k->best->bytes[side];

	for (uint64_t cut = before; cut > 0; cut /= 2) {
		if (cut > k->best->bytes[side])
			continue;
		*k->next = *k->best;
		k->next->bytes[side] -= cut;
		shrink_try(k);
	}
	return k->best->bytes[side] < before;
}

static inline bool shrink_manner(struct story_shrink *k)
{
	bool better = false;

	*k->next = *k->best;
	k->next->wrap = -1;
	better |= k->best->wrap >= 0 && shrink_try(k);
	*k->next = *k->best;
	k->next->manner.mtu = 0;
	better |= k->best->manner.mtu != 0 && shrink_try(k);
	*k->next = *k->best;
	snprintf(k->next->config, sizeof(k->next->config), "usual");
	better |= strcmp(k->best->config, "usual") != 0 && shrink_try(k);
	return better;
}

static inline bool shrink_all(struct story_shrink *k)
{
	bool better = shrink_manner(k);

	better |= shrink_bytes(k, 0);
	better |= shrink_bytes(k, 1);
	better |= shrink_fates(k);
	better |= shrink_each(k);
	return better;
}

// What the run of `s`, its fates drawn, comes down to: *s becomes the least story that ends the same
// way. STORY_FINE: it ends well, and *s is what befell its packets.
static inline enum story_end story_shrink(struct link_story *s, story_holds holds)
{
	struct story_shrink k = {.best = story_new(), .next = story_new(), .holds = holds};
	struct link_manner drawn = s->manner;

	s->fates = 0;
	k.end = story_play(s, false, s, holds);
	s->manner = (struct link_manner){.delay_us = drawn.delay_us,
	                                 .mtu = drawn.mtu,
	                                 .hole_us = drawn.hole_us,
	                                 .tells = drawn.tells};
	*k.next = *s;
	*k.best = *s;
	if (k.end != STORY_FINE && shrink_try(&k))
		while (shrink_all(&k))
			;
	*s = *k.best;
	story_free(k.best);
	story_free(k.next);
	return k.end;
}

// --- text ----------------------------------------------------------------------------------------

static inline void story_write(const struct link_story *s, FILE *out)
{
	fprintf(out, "seed %" PRIu64 "\nconfig %s\nbytes %" PRIu64 " %" PRIu64 "\ndelay %u\n",
	        s->seed, s->config, s->bytes[0], s->bytes[1], s->manner.delay_us);
	if (s->manner.mtu != 0)
		fprintf(out, "hole %u %u %s\n", s->manner.mtu, s->manner.hole_us,
		        s->manner.tells ? "tells" : "silent");
	if (s->wrap >= 0)
		fprintf(out, "wrap %d\n", s->wrap);
	for (uint32_t i = 0; i < s->fates; i++) {
		const struct link_fate *f = &s->fate[i];

		fprintf(out, "packet %u %s", f->packet, fate_names[f->kind]);
		if (f->kind != FATE_DROP && f->kind != FATE_REPEAT)
			fprintf(out, " %u", f->value);
		fprintf(out, "\n");
	}
}

static inline bool fate_read(struct link_story *s, const char *line)
{
	struct link_fate f = {0};
	char name[16];

	if (sscanf(line, "packet %u %15s %u", &f.packet, name, &f.value) < 2 ||
	    s->fates == LINK_FATES_MAX)
		return false;
	while (f.kind < FATES && strcmp(fate_names[f.kind], name) != 0)
		f.kind++;
	s->fate[s->fates++] = f;
	return f.kind < FATES;
}

static inline bool story_line(struct link_story *s, const char *line)
{
	char word[16];

	if (line[0] == '#' || line[0] == '\n')
		return true;
	if (sscanf(line, "hole %u %u %15s", &s->manner.mtu, &s->manner.hole_us, word) == 3) {
		s->manner.tells = strcmp(word, "tells") == 0;
		return true;
	}
	return sscanf(line, "seed %" SCNu64, &s->seed) == 1 ||
	       (sscanf(line, "config %15s", s->config) == 1 &&
	        config_find(s->config) != NULL) ||
	       sscanf(line, "bytes %" SCNu64 " %" SCNu64, &s->bytes[0], &s->bytes[1]) == 2 ||
	       sscanf(line, "delay %u", &s->manner.delay_us) == 1 ||
	       (sscanf(line, "wrap %d", &s->wrap) == 1 && s->wrap >= 0 && s->wrap < 2) ||
	       fate_read(s, line);
}

// False: a line says nothing that we know; it is told.
static inline bool story_read(struct link_story *s, FILE *in)
{
	char line[128];

	s->wrap = -1;
	snprintf(s->config, sizeof(s->config), "usual");
	while (fgets(line, sizeof(line), in) != NULL)
		if (!story_line(s, line)) {
			printf("  cannot read: %s", line);
			return false;
		}
	return true;
}
