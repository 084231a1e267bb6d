// dataplane/nic/neighbor.c
#include "tests/unit/neighbor_link.h"

static const struct ip_addr peer = {{[10] = 0xff, 0xff, 192, 0, 2, 1}};
static const struct ether_addr ether_1 = {{2, 0, 0, 0, 0, 9}}, ether_2 = {{2, 0, 0, 0, 0, 8}};
static int frame_1, frame_2;

static void hears(uint64_t now, struct ether_addr ether)
{
	neighbor_hear(&table, &out, now, &peer, ether, true);
}

static void answers(uint64_t now, struct ether_addr ether)
{
	neighbor_confirm(&table, &out, now, &peer, ether);
}

// Asked directly, as `tries` of it are.
static bool was_direct(const struct made *m)
{
	return ether_equal(*(const struct ether_addr *)m->bytes, ether_1);
}

TEST(a_frame_waits_until_its_neighbour_answers)
{
	fresh();
	CHECK(!resolve(1, peer, &frame_1));
	CHECK_EQ(sends, 1);
	CHECK_EQ(state_of(peer), NEIGHBOR_INCOMPLETE);
	answers(2, ether_1);
	CHECK_EQ(readies, 1);
	CHECK(ready_frame == &frame_1);
	CHECK_EQ(ready_ether.bytes[5], 9);
	CHECK_EQ(state_of(peer), NEIGHBOR_REACHABLE);
	CHECK_EQ(table.timed, 0);
}

TEST(the_newest_of_several_frames_waits)
{
	fresh();
	CHECK(!resolve(1, peer, &frame_1));
	CHECK(!resolve(2, peer, &frame_2));
	CHECK_EQ(sends, 1);
	CHECK_EQ(drops, 1);
	CHECK_EQ(count[COUNTER_neighbor_pending_full], 1);
	answers(3, ether_1);
	CHECK(ready_frame == &frame_2);
}

TEST(a_neighbour_never_heard_is_asked_three_times_a_second_apart)
{
	fresh();
	CHECK(!resolve(1, peer, &frame_1));
	wait_until(NEIGHBOR_RETRY_US / 2);
	CHECK_EQ(sends, 1);
	wait_until(10 * NEIGHBOR_RETRY_US);
	CHECK_EQ(sends, 3);
	CHECK_EQ(drops, 1);
	CHECK_EQ(count[COUNTER_neighbor_failed], 1);
	CHECK_EQ(table.in_use, 0);
	CHECK_EQ(neighbor_next_us(&table), UINT64_MAX);
}

TEST(one_that_answered_is_believed_for_half_a_minute)
{
	fresh();
	hears(1, ether_1);
	answers(1, ether_1);
	CHECK(resolve(NEIGHBOR_REACHABLE_US, peer, &frame_1));
	CHECK_EQ(state_of(peer), NEIGHBOR_REACHABLE);
	CHECK(resolve(NEIGHBOR_REACHABLE_US + 2, peer, &frame_1));
	CHECK_EQ(state_of(peer), NEIGHBOR_DELAY);
	CHECK_EQ(sends, 0);
}

TEST(then_it_is_asked_directly_while_it_is_used)
{
	fresh();
	hears(1, ether_1);
	CHECK_EQ(state_of(peer), NEIGHBOR_STALE);
	CHECK(resolve(2, peer, &frame_1));
	wait_until(NEIGHBOR_DELAY_US + NEIGHBOR_RETRY_US / 2);
	CHECK_EQ(state_of(peer), NEIGHBOR_PROBING);
	CHECK_EQ(sends, 1);
	CHECK(was_direct(&sent[0]));
	CHECK(resolve(NEIGHBOR_DELAY_US + NEIGHBOR_RETRY_US / 2, peer, &frame_1));
	answers(NEIGHBOR_DELAY_US + NEIGHBOR_RETRY_US, ether_1);
	CHECK_EQ(state_of(peer), NEIGHBOR_REACHABLE);
}

TEST(one_that_fell_silent_is_asked_of_all_ever_less_often_and_forgotten)
{
	fresh();
	hears(1, ether_1);
	CHECK(resolve(2, peer, &frame_1));
	wait_until(NEIGHBOR_DELAY_US + 4 * NEIGHBOR_RETRY_US - NEIGHBOR_RETRY_US / 2);
	CHECK_EQ(sends, 4);
	CHECK(was_direct(&sent[2]) && !was_direct(&sent[3]));
	CHECK_EQ(state_of(peer), NEIGHBOR_PROBING);
	wait_until(NEIGHBOR_DELAY_US + 5 * NEIGHBOR_RETRY_US + NEIGHBOR_RETRY_US / 2);
	CHECK_EQ(sends, 5);
	wait_until(NEIGHBOR_DELAY_US + 60 * NEIGHBOR_RETRY_US);
	CHECK_EQ(sends, NEIGHBOR_TRIES_MOST);
	CHECK_EQ(state_of(peer), NEIGHBOR_FREE);
}

TEST(an_address_that_moved_is_used_and_proven_again)
{
	struct ether_addr ether;

	fresh();
	hears(1, ether_1);
	answers(1, ether_1);
	hears(2, ether_2);
	CHECK_EQ(state_of(peer), NEIGHBOR_STALE);
	CHECK(neighbor_resolve(&table, &us, &out, 3, &peer, &frame_1, &ether));
	CHECK(ether_equal(ether, ether_2));
	answers(4, ether_1); // nobody asked
	CHECK_EQ(state_of(peer), NEIGHBOR_STALE);
}

TEST(old_news_does_not_prove_anything)
{
	fresh();
	hears(1, ether_1);
	hears(2, ether_1);
	CHECK_EQ(state_of(peer), NEIGHBOR_STALE);
	answers(3, ether_1);
	hears(4, ether_1);
	CHECK_EQ(state_of(peer), NEIGHBOR_REACHABLE);
	CHECK(resolve(NEIGHBOR_REACHABLE_US + 4, peer, &frame_1));
	CHECK_EQ(state_of(peer), NEIGHBOR_DELAY);
}

static struct ip_addr nth(unsigned i)
{
	return IPV4(198, 18, (uint8_t)(i >> 8), (uint8_t)i);
}

TEST(a_flood_of_senders_stays_within_the_table_and_spares_those_that_answered)
{
	fresh();
	hears(1, ether_1);
	answers(1, ether_1);
	for (unsigned i = 0; i < 60000; i++) {
		struct ip_addr a = nth(i);

		neighbor_hear(&table, &out, i, &a, ether_2, true);
	}
	CHECK(table.in_use <= NEIGHBORS && table.in_use > NEIGHBORS - 8);
	CHECK_EQ(state_of(peer), NEIGHBOR_REACHABLE);
	CHECK_EQ(table.timed, 0);
}

TEST(requests_are_limited_and_so_are_those_never_heard)
{
	fresh();
	for (unsigned i = 0; i < 5000; i++)
		CHECK(!resolve(1, nth(i), &frame_1));
	CHECK_EQ(sends, NEIGHBOR_REQUEST_BURST);
	CHECK(table.unheard <= NEIGHBOR_UNHEARD_MOST);
	CHECK(count[COUNTER_neighbor_limited] > 0);
	CHECK(count[COUNTER_neighbor_full] > 0);
	CHECK_EQ(drops + table.unheard, 5000);
	hears(2, ether_1);
	CHECK_EQ(state_of(peer), NEIGHBOR_STALE);
	wait_until(100 * NEIGHBOR_RETRY_US);
	CHECK_EQ(table.unheard, 0);
	CHECK_EQ(drops, 5000);
}

TEST(what_waits_is_dropped_at_the_end)
{
	fresh();
	CHECK(!resolve(1, peer, &frame_1));
	neighbor_fini(&table, &out);
	CHECK_EQ(drops, 1);
}

CHECK_MAIN()
