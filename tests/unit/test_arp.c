// dataplane/nic/arp.c
#include "tests/unit/neighbor_link.h"

#define PEER "\xc0\0\2\1"
#define US   "\xc0\0\2\2"

static const struct ip_addr peer = {{[10] = 0xff, 0xff, 192, 0, 2, 1}};
static int frame_1;

static bool arp_comes(uint8_t operation, const char *sender, const char *target)
{
	uint8_t packet[46] = {0, 1, 8, 0, 6, 4, 0, operation, 2, 0, 0, 0, 0, 9};

	memcpy(packet + 14, sender, 4);
	memcpy(packet + 24, target, 4);
	return arp_input(&table, &us, &out, 1, span_of(packet, sizeof(packet)), false);
}

TEST(a_request_for_us_is_answered_and_its_sender_learned)
{
	fresh();
	CHECK(!arp_comes(1, PEER, US));
	CHECK_EQ(sends, 1);
	CHECK_EQ(sent[0].len, 42);
	CHECK_MEM(sent[0].bytes, "\2\0\0\0\0\x9\2\0\0\0\0\1\x8\6", 14);
	CHECK_MEM(sent[0].bytes + 14,
	          "\0\1\x8\0\6\4\0\2\2\0\0\0\0\1\xc0\0\2\2\2\0\0\0\0\x9\xc0\0\2\1", 28);
	CHECK_EQ(state_of(peer), NEIGHBOR_STALE);
}

TEST(a_request_from_beyond_our_link_is_answered_but_not_learned)
{
	fresh();
	arp_comes(1, "\xa\0\0\1", US);
	CHECK_EQ(sends, 1);
	CHECK_EQ(table.in_use, 0);
}

TEST(a_request_for_another_host_teaches_nothing)
{
	fresh();
	arp_comes(1, PEER, "\xc0\0\2\3");
	CHECK_EQ(sends, 0);
	CHECK_EQ(table.in_use, 0);
	CHECK_EQ(count[COUNTER_arp_ignored], 1);
}

TEST(an_unsolicited_reply_teaches_nothing)
{
	fresh();
	arp_comes(2, PEER, US);
	CHECK_EQ(table.in_use, 0);
}

TEST(a_gratuitous_packet_brings_a_known_neighbour_up_to_date)
{
	struct ether_addr ether;
	uint8_t packet[46] = {0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 7};

	fresh();
	arp_comes(1, PEER, US);
	memcpy(packet + 14, PEER, 4);
	memcpy(packet + 24, PEER, 4);
	arp_input(&table, &us, &out, 2, span_of(packet, sizeof(packet)), false);
	CHECK(neighbor_resolve(&table, &us, &out, 3, &peer, &frame_1, &ether));
	CHECK_EQ(ether.bytes[5], 7);
}

TEST(our_question_goes_to_all_and_its_answer_lets_the_frame_go)
{
	fresh();
	CHECK(!resolve(1, peer, &frame_1));
	CHECK_MEM(sent[0].bytes, "\xff\xff\xff\xff\xff\xff", 6);
	CHECK_MEM(sent[0].bytes + 38, PEER, 4);
	arp_comes(2, PEER, US);
	CHECK_EQ(readies, 1);
	CHECK_EQ(state_of(peer), NEIGHBOR_REACHABLE);
}

TEST(another_owner_of_our_address_is_told_of)
{
	fresh();
	CHECK(arp_comes(1, US, US));
	CHECK_EQ(count[COUNTER_arp_conflict], 1);
	CHECK_EQ(sends, 0);
	CHECK_EQ(table.in_use, 0);
}

TEST(our_own_words_coming_back_are_no_conflict)
{
	uint8_t packet[28] = {0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 192, 0, 2, 2};

	fresh();
	CHECK(!arp_input(&table, &us, &out, 1, span_of(packet, sizeof(packet)), false));
	CHECK_EQ(count[COUNTER_arp_conflict], 0);
}

TEST(a_probe_is_answered_but_not_learned)
{
	fresh();
	arp_comes(1, "\0\0\0\0", US);
	CHECK_EQ(sends, 1);
	CHECK_EQ(table.in_use, 0);
}

TEST(another_worker_answers_when_we_are_to_be_quiet)
{
	uint8_t packet[28] = {0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 9, 192, 0, 2, 1};

	memcpy(packet + 24, US, 4);
	fresh();
	arp_input(&table, &us, &out, 1, span_of(packet, sizeof(packet)), true);
	CHECK_EQ(sends, 0);
	CHECK_EQ(state_of(peer), NEIGHBOR_STALE);
}

TEST(malformed_packets_are_counted)
{
	uint8_t packet[28] = {0, 1, 8, 0, 6, 4, 0, 1, 2};

	fresh();
	for (size_t len = 0; len < sizeof(packet); len++)
		arp_input(&table, &us, &out, 1, span_of(packet, len), false);
	CHECK_EQ(count[COUNTER_arp_bad], sizeof(packet));
	packet[8] = 1; // a group address owns nothing
	arp_input(&table, &us, &out, 1, span_of(packet, sizeof(packet)), false);
	packet[8] = 2;
	packet[4] = 8;
	arp_input(&table, &us, &out, 1, span_of(packet, sizeof(packet)), false);
	CHECK_EQ(count[COUNTER_arp_bad], sizeof(packet) + 2);
}

CHECK_MAIN()
