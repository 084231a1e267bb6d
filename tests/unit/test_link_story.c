// A seed that fails comes down to the least that still fails, and is told as text.
#include "tests/unit/link_story.h"

#define ONE_SEED 7

static struct link_story *story_of_losses(void)
{
	struct link_story *s = story_new();

	s->seed = ONE_SEED;
	snprintf(s->config, sizeof(s->config), "small");
	s->bytes[0] = s->bytes[1] = 30000;
	s->wrap = 1;
	s->manner =
	        (struct link_manner){.drop = 100, .corrupt = 50, .late = 100, .late_us = 900};
	return s;
}

// Broken on purpose: no connection ever repeats a segment.
static bool nothing_is_repeated(const struct link_net *n)
{
	return n->side[0].count[TCP_COUNTER_tcp_retransmit] == 0;
}

// Broken on purpose: what crosses the link is little.
static bool little_is_carried(const struct link_net *n)
{
	return n->side[1].got < 1000;
}

TEST(a_run_that_ends_well_is_told_as_it_was)
{
	struct link_story *s = story_of_losses();

	CHECK_EQ(story_shrink(s, NULL), STORY_FINE);
	CHECK(s->fates > 10);
	CHECK_EQ(s->bytes[0], 30000);
	CHECK_EQ(story_play(s, true, NULL, NULL), STORY_FINE);
	story_free(s);
}

TEST(a_broken_invariant_shrinks_to_the_one_loss_that_breaks_it)
{
	struct link_story *s = story_of_losses();

	CHECK_EQ(story_shrink(s, nothing_is_repeated), STORY_BROKEN);
	CHECK_EQ(s->fates, 1);
	CHECK_EQ(s->fate[0].kind, FATE_DROP);
	CHECK_EQ(s->fate[0].packet, 1); // the SYN
	CHECK_EQ(s->bytes[0] + s->bytes[1], 0);
	CHECK_EQ(s->wrap, -1);
	CHECK_TEXT(s->config, "usual");
	CHECK_EQ(story_play(s, true, NULL, nothing_is_repeated), STORY_BROKEN);
	s->fates = 0;
	CHECK_EQ(story_play(s, true, NULL, nothing_is_repeated), STORY_FINE);
	story_free(s);
}

TEST(bytes_shrink_to_those_that_are_needed)
{
	struct link_story *s = story_of_losses();

	CHECK_EQ(story_shrink(s, little_is_carried), STORY_BROKEN);
	CHECK_EQ(s->fates, 0);
	CHECK_EQ(s->bytes[0], 1000);
	CHECK_EQ(s->bytes[1], 0);
	story_free(s);
}

TEST(a_story_reads_as_it_was_written)
{
	struct link_story *s = story_of_losses(), *again = story_new();
	FILE *file = tmpfile();

	CHECK_EQ(story_shrink(s, NULL), STORY_FINE);
	s->manner.mtu = 900;
	s->manner.hole_us = 77;
	s->manner.tells = true;
	story_write(s, file);
	rewind(file);
	CHECK(story_read(again, file));
	CHECK_MEM(again, s, offsetof(struct link_story, fate));
	CHECK_MEM(again->fate, s->fate, s->fates * sizeof(s->fate[0]));
	fclose(file);
	story_free(s);
	story_free(again);
}

TEST(what_is_no_story_is_refused)
{
	struct link_story *s = story_new();
	FILE *file = tmpfile();

	fprintf(file, "seed 1\npacket 3 vanish\n");
	rewind(file);
	CHECK(!story_read(s, file));
	fclose(file);
	story_free(s);
}

CHECK_MAIN()
