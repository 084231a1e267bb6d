// dataplane/link/link_place.c: two ends of one joint and the core that this process may use.
#include <sys/eventfd.h>
#include <unistd.h>

#include "dataplane/link/link.h"
#include "dataplane/link/link_place.h"
#include "tests/unit/check.h"

static const struct link_shape shape = {4, 64, 4, 256, 4};

struct ends {
	struct link *leader, *follower;
	struct link_place place; // the follower's
	unsigned core;           // one that we may use
};

static struct ends ends_make(void)
{
	int memfd = link_create("place", &shape, &shape);
	int a = eventfd(0, 0), b = eventfd(0, 0);
	struct ends e = {link_attach(dup(memfd), dup(a), dup(b), LINK_A),
	                 link_attach(memfd, b, a, LINK_B),
	                 {0},
	                 0};

	CHECK(e.leader != NULL && e.follower != NULL);
	link_place_start(&e.place, 0);
	while (!CPU_ISSET(e.core, &e.place.all))
		e.core++;
	return e;
}

static void ends_free(struct ends *e)
{
	link_place_roam(&e->place);
	link_free(e->leader);
	link_free(e->follower);
}

static int cores_now(void)
{
	cpu_set_t now;

	CHECK_EQ(sched_getaffinity(0, sizeof(now), &now), 0);
	return CPU_COUNT(&now);
}

TEST(a_window_ends_after_a_while_and_tells_the_share_of_time_awake)
{
	struct ends e = ends_make();

	CHECK(!link_place_slept(&e.place, 1000, 6000));
	CHECK(link_place_slept(&e.place, 20000, 30000));
	CHECK_EQ(e.place.used, 50);
	CHECK(!link_place_slept(&e.place, 30000, 31000));
	ends_free(&e);
}

TEST(a_follower_joins_while_both_fit_on_the_core)
{
	struct ends e = ends_make();

	e.place.used = 29;
	link_place_tell(e.leader, e.core, 30);
	link_place_follow(&e.place, e.follower);
	CHECK(e.place.joined);
	CHECK_EQ(cores_now(), 1);
	ends_free(&e);
}

TEST(a_follower_keeps_off_when_both_would_not_fit)
{
	struct ends e = ends_make();

	e.place.used = 30;
	link_place_tell(e.leader, e.core, 30);
	link_place_follow(&e.place, e.follower);
	CHECK(!e.place.joined);
	CHECK_EQ(cores_now(), CPU_COUNT(&e.place.all));
	ends_free(&e);
}

TEST(a_follower_leaves_a_core_that_is_full)
{
	struct ends e = ends_make();

	link_place_tell(e.leader, e.core, 0);
	link_place_follow(&e.place, e.follower);
	CHECK(e.place.joined);
	link_place_tell(e.leader, e.core, 84);
	link_place_follow(&e.place, e.follower);
	CHECK(e.place.joined);
	link_place_tell(e.leader, e.core, 85);
	link_place_follow(&e.place, e.follower);
	CHECK(!e.place.joined);
	CHECK_EQ(cores_now(), CPU_COUNT(&e.place.all));
	ends_free(&e);
}

TEST(nobody_follows_who_has_said_nothing)
{
	struct ends e = ends_make();

	link_place_follow(&e.place, e.follower);
	CHECK(!e.place.joined);
	ends_free(&e);
}

TEST(a_core_that_is_not_ours_is_not_joined)
{
	struct ends e = ends_make();

	link_place_tell(e.leader, CPU_SETSIZE - 1, 0);
	link_place_follow(&e.place, e.follower);
	CHECK(!e.place.joined);
	link_place_tell(e.leader, 0x00ffffff, 0);
	link_place_follow(&e.place, e.follower);
	CHECK(!e.place.joined);
	ends_free(&e);
}

TEST(who_joined_nobody_passes_on_a_full_core)
{
	struct ends e = ends_make(), next = ends_make();

	link_place_pass(&e.place, next.leader);
	link_place_follow(&next.place, next.follower);
	CHECK(!next.place.joined);
	link_place_tell(e.leader, e.core, 10);
	link_place_follow(&e.place, e.follower);
	link_place_pass(&e.place, next.leader);
	link_place_follow(&next.place, next.follower);
	CHECK(next.place.joined);
	CHECK_EQ(next.place.core, e.core);
	ends_free(&next);
	ends_free(&e);
}

CHECK_MAIN()
