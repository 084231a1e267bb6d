// dataplane/nic/neighbor.c
#include "dataplane/nic/neighbor.h"
#include "tests/unit/frame_bytes.h"

static struct neighbor_table table;
static uint64_t count[COUNTERS];
static uint8_t sent[8][ARP_FRAME];
static unsigned sends, readies, drops;
static void *ready_frame;
static struct ether_addr ready_ether;

static void on_send(void *owner, const uint8_t *frame, size_t len)
{
	CHECK_EQ(len, ARP_FRAME);
	memcpy(sent[sends++ % 8], frame, len);
}

static void on_ready(void *owner, void *waiting, struct ether_addr ether)
{
	readies++;
	ready_frame = waiting;
	ready_ether = ether;
}

static void on_drop(void *owner, void *waiting)
{
	drops++;
}

static const struct neighbor_out out = {NULL, on_send, on_ready, on_drop};
static const struct ipv4_addr peer = {{192, 0, 2, 1}};
static int frame_1, frame_2;

static void fresh(void)
{
	static const uint8_t secret[16] = {1};

	memset(count, 0, sizeof(count));
	sends = readies = drops = 0;
	neighbor_init(&table, secret, count);
}

static void arp_comes(uint64_t now, uint8_t operation, const char *sender, const char *target)
{
	uint8_t packet[46] = {0, 1, 8, 0, 6, 4, 0, operation, 2, 0, 0, 0, 0, 9};

	memcpy(packet + 14, sender, 4);
	memcpy(packet + 24, target, 4);
	neighbor_input(&table, &us, &out, now, span_of(packet, sizeof(packet)), false);
}

#define PEER "\xc0\0\2\1"
#define US   "\xc0\0\2\2"

static bool resolve(uint64_t now, void *frame)
{
	struct ether_addr ether;

	return neighbor_resolve(&table, &us, &out, now, peer, frame, &ether);
}

TEST(a_request_for_us_is_answered_and_its_sender_learned)
{
	fresh();
	arp_comes(1, 1, PEER, US);
	CHECK_EQ(sends, 1);
	CHECK_MEM(sent[0], "\2\0\0\0\0\x9\2\0\0\0\0\1\x8\6", 14);
	CHECK_MEM(sent[0] + 14,
	          "\0\1\x8\0\6\4\0\2\2\0\0\0\0\1\xc0\0\2\2\2\0\0\0\0\x9\xc0\0\2\1", 28);
	CHECK(resolve(2, &frame_1));
}

TEST(a_request_for_another_host_teaches_nothing)
{
	fresh();
	arp_comes(1, 1, PEER, "\xc0\0\2\3");
	CHECK_EQ(sends, 0);
	CHECK_EQ(table.in_use, 0);
	CHECK_EQ(count[COUNTER_arp_ignored], 1);
}

TEST(an_unsolicited_reply_teaches_nothing)
{
	fresh();
	arp_comes(1, 2, PEER, US);
	CHECK_EQ(table.in_use, 0);
}

TEST(a_frame_waits_until_its_neighbour_answers)
{
	fresh();
	CHECK(!resolve(1, &frame_1));
	CHECK_EQ(sends, 1);
	CHECK_MEM(sent[0], "\xff\xff\xff\xff\xff\xff", 6);
	CHECK_MEM(sent[0] + 38, PEER, 4);
	arp_comes(2, 2, PEER, US);
	CHECK_EQ(readies, 1);
	CHECK(ready_frame == &frame_1);
	CHECK_EQ(ready_ether.bytes[5], 9);
	CHECK_EQ(table.asking, 0);
}

TEST(the_newest_of_several_frames_waits)
{
	fresh();
	CHECK(!resolve(1, &frame_1));
	CHECK(!resolve(2, &frame_2));
	CHECK_EQ(sends, 1);
	CHECK_EQ(drops, 1);
	CHECK_EQ(count[COUNTER_neighbor_pending_full], 1);
	arp_comes(3, 2, PEER, US);
	CHECK(ready_frame == &frame_2);
}

TEST(a_silent_neighbour_is_asked_four_times_and_given_up)
{
	uint64_t now = 1;

	fresh();
	CHECK(!resolve(now, &frame_1));
	for (int i = 0; i < 10; i++) {
		uint64_t next = neighbor_timers(&table, &us, &out, now);

		now = next == UINT64_MAX ? now : next;
	}
	CHECK_EQ(sends, 4);
	CHECK_EQ(drops, 1);
	CHECK_EQ(count[COUNTER_neighbor_failed], 1);
	CHECK_EQ(table.in_use, 0);
	CHECK_EQ(neighbor_timers(&table, &us, &out, now), UINT64_MAX);
}

TEST(an_old_entry_is_used_and_asked_again)
{
	fresh();
	arp_comes(1, 1, PEER, US);
	sends = 0;
	CHECK(resolve(NEIGHBOR_FRESH_US + 2, &frame_1));
	CHECK_EQ(sends, 1);
	CHECK_MEM(sent[0], "\2\0\0\0\0\x9", 6);
	CHECK(resolve(NEIGHBOR_FRESH_US + 3, &frame_1));
	CHECK_EQ(sends, 1);
}

TEST(another_owner_of_our_address_is_counted)
{
	fresh();
	arp_comes(1, 1, US, US);
	CHECK_EQ(count[COUNTER_arp_conflict], 1);
	CHECK_EQ(sends, 0);
	CHECK_EQ(table.in_use, 0);
}

TEST(a_probe_is_answered_but_not_learned)
{
	fresh();
	arp_comes(1, 1, "\0\0\0\0", US);
	CHECK_EQ(sends, 1);
	CHECK_EQ(table.in_use, 0);
}

TEST(malformed_packets_are_counted)
{
	uint8_t packet[28] = {0, 1, 8, 0, 6, 4, 0, 1, 2};

	fresh();
	for (size_t len = 0; len < sizeof(packet); len++)
		neighbor_input(&table, &us, &out, 1, span_of(packet, len), false);
	CHECK_EQ(count[COUNTER_arp_bad], sizeof(packet));
	packet[8] = 1; // a group address owns nothing
	neighbor_input(&table, &us, &out, 1, span_of(packet, sizeof(packet)), false);
	packet[8] = 2;
	packet[4] = 8;
	neighbor_input(&table, &us, &out, 1, span_of(packet, sizeof(packet)), false);
	CHECK_EQ(count[COUNTER_arp_bad], sizeof(packet) + 2);
}

TEST(a_flood_of_senders_stays_within_the_table)
{
	char sender[5] = PEER;

	fresh();
	for (unsigned i = 3; i < 255; i++) {
		sender[3] = (char)i;
		arp_comes(i, 1, sender, US);
	}
	CHECK(table.in_use <= 252 && table.in_use > 200);
	CHECK_EQ(table.asking, 0);
}

TEST(an_announcement_asks_for_our_own_address)
{
	fresh();
	neighbor_announce(&table, &us, &out);
	CHECK_MEM(sent[0], "\xff\xff\xff\xff\xff\xff", 6);
	CHECK_MEM(sent[0] + 28, US, 4);
	CHECK_MEM(sent[0] + 38, US, 4);
}

CHECK_MAIN()
