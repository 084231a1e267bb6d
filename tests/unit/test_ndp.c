// dataplane/nic/ndp.c
#include "tests/unit/neighbor_link.h"

#define SOLICITED 0x40
#define OVERRIDE  0x20

static const struct ip_addr peer = {{0x20, 1, 0xd, 0xb8, [15] = 1}};
static int frame_1;

// A message from the peer about `target`, with its link address 02:..:`link` unless 0.
static struct made message(uint8_t type, uint8_t flags, struct ip_addr target, uint8_t link)
{
	uint8_t bytes[32] = {type, [4] = flags, [24] = type == 135 ? 1 : 2, 1, 2, [31] = link};

	memcpy(bytes + 8, target.bytes, 16);
	return icmp6_from_peer(span_of(bytes, link == 0 ? 24 : 32));
}

static void addressed(struct made *m, struct ip_addr from, struct ip_addr to)
{
	memcpy(m->bytes + 22, from.bytes, 16);
	memcpy(m->bytes + 38, to.bytes, 16);
	ip6_sum(m, 54, 58, 2);
}

static enum host_address_name comes_to(const struct host *host, const struct made *m)
{
	struct frame f = frame_parse(host, span_of(m->bytes, m->len), FRAME_UNKNOWN);

	CHECK_EQ(f.verdict, FRAME_NDP);
	return ndp_input(&table, host, &out, 1, &f, false);
}

static enum host_address_name comes(struct made m)
{
	return comes_to(&us, &m);
}

// What the peer makes of a frame of ours.
static struct frame at_peer(const struct made *m)
{
	struct host host = us;

	host.address[HOST_IPV6].ip = peer;
	memcpy(host.ether.bytes, m->bytes, 6);
	return frame_parse(&host, span_of(m->bytes, m->len), FRAME_UNKNOWN);
}

TEST(a_solicitation_for_us_is_answered_and_its_sender_learned)
{
	struct ip_addr own = IPV6_HERE(2);
	struct frame f;

	fresh();
	CHECK_EQ(comes(message(135, 0, own, 9)), HOST_ADDRESSES);
	CHECK_EQ(sends, 1);
	f = at_peer(&sent[0]);
	CHECK_EQ(f.verdict, FRAME_NDP);
	CHECK_EQ(f.packet.len, 32);
	CHECK_EQ(f.packet.data[0], 136);
	CHECK_EQ(f.packet.data[4], SOLICITED | OVERRIDE);
	CHECK_MEM(f.packet.data + 8, own.bytes, 16);
	CHECK_MEM(f.packet.data + 24, "\2\1\2\0\0\0\0\1", 8);
	CHECK_EQ(sent[0].bytes[5], 9);
	CHECK_EQ(state_of(peer), NEIGHBOR_STALE);
}

TEST(one_sent_to_the_group_of_our_address_is_too)
{
	struct made m = message(135, 0, IPV6_HERE(2), 9);

	addressed(&m, peer, IPV6_SOLICITED(2));
	m.bytes[0] = m.bytes[1] = 0x33;
	fresh();
	comes(m);
	CHECK_EQ(sends, 1);
}

TEST(a_solicitation_for_another_is_ignored)
{
	fresh();
	comes(message(135, 0, IPV6_HERE(3), 9));
	CHECK_EQ(sends, 0);
	CHECK_EQ(table.in_use, 0);
	CHECK_EQ(count[COUNTER_ndp_ignored], 1);
}

TEST(who_checks_an_address_of_ours_hears_it_is_taken)
{
	struct made m = message(135, 0, IPV6_HERE(2), 0);
	struct frame f;

	addressed(&m, (struct ip_addr){0}, IPV6_SOLICITED(2));
	fresh();
	CHECK_EQ(comes(m), HOST_ADDRESSES);
	f = at_peer(&sent[0]);
	CHECK_EQ(f.packet.data[4], OVERRIDE);
	CHECK_MEM(sent[0].bytes, "\x33\x33\0\0\0\1", 6);
	CHECK_EQ(table.in_use, 0);
}

TEST(two_that_check_the_same_address_both_lose_it)
{
	struct made m = message(135, 0, IPV6_HERE(2), 0);
	struct host early = us;

	early.address[HOST_IPV6].used = false;
	addressed(&m, (struct ip_addr){0}, IPV6_SOLICITED(2));
	fresh();
	CHECK_EQ(comes_to(&early, &m), HOST_IPV6);
	CHECK_EQ(sends, 0);
	memcpy(m.bytes + 6, us.ether.bytes, 6); // our own question coming back
	CHECK_EQ(comes_to(&early, &m), HOST_ADDRESSES);
}

TEST(an_advertisement_of_our_address_by_another_is_told_of)
{
	struct made m = message(136, OVERRIDE, IPV6_HERE(2), 9);

	fresh();
	CHECK_EQ(comes(m), HOST_IPV6);
	CHECK_EQ(comes(message(136, OVERRIDE, IPV6_HERE(2), 1)), HOST_ADDRESSES);
}

TEST(our_question_goes_to_the_neighbours_group_and_its_answer_lets_the_frame_go)
{
	struct frame f;

	fresh();
	CHECK(!resolve(1, peer, &frame_1));
	CHECK_EQ(sends, 1);
	CHECK_MEM(sent[0].bytes, "\x33\x33\xff\0\0\1", 6);
	f = at_peer(&sent[0]);
	CHECK_EQ(f.packet.data[0], 135);
	CHECK_MEM(f.packet.data + 8, peer.bytes, 16);
	CHECK_MEM(f.packet.data + 24, "\1\1\2\0\0\0\0\1", 8);
	comes(message(136, SOLICITED | OVERRIDE, peer, 9));
	CHECK_EQ(readies, 1);
	CHECK_EQ(state_of(peer), NEIGHBOR_REACHABLE);
}

TEST(an_unsolicited_advertisement_teaches_nothing_new)
{
	fresh();
	comes(message(136, OVERRIDE, peer, 9));
	CHECK_EQ(table.in_use, 0);
	comes(message(135, 0, IPV6_HERE(2), 9));
	comes(message(136, OVERRIDE, peer, 7));
	CHECK_EQ(state_of(peer), NEIGHBOR_STALE);
	CHECK_EQ(neighbor_find(&table, &peer)->ether.bytes[5], 7);
}

TEST(without_override_a_known_address_stays)
{
	fresh();
	comes(message(135, 0, IPV6_HERE(2), 9));
	comes(message(136, SOLICITED, peer, 7));
	CHECK_EQ(neighbor_find(&table, &peer)->ether.bytes[5], 9);
	comes(message(136, SOLICITED, peer, 0));
	CHECK_EQ(state_of(peer), NEIGHBOR_REACHABLE);
}

TEST(an_answer_without_an_address_helps_nobody_who_has_none)
{
	fresh();
	CHECK(!resolve(1, peer, &frame_1));
	comes(message(136, SOLICITED | OVERRIDE, peer, 0));
	CHECK_EQ(state_of(peer), NEIGHBOR_INCOMPLETE);
}

TEST(malformed_messages_are_counted)
{
	struct made m = message(135, 0, IPV6_HERE(2), 9), probe = m, group = m;

	fresh();
	m.bytes[54 + 25] = 0; // an option of no length
	ip6_sum(&m, 54, 58, 2);
	comes(m);
	m.bytes[54 + 25] = 2; // ... and of too much
	ip6_sum(&m, 54, 58, 2);
	comes(m);
	addressed(&probe, (struct ip_addr){0}, IPV6_SOLICITED(2)); // a probe with an address
	comes(probe);
	group.bytes[54 + 26] = 1;
	ip6_sum(&group, 54, 58, 2);
	comes(group);
	comes(message(135, 0, IP_ALL_NODES, 9));
	m = message(136, SOLICITED, peer, 9);
	addressed(&m, peer, IP_ALL_NODES);
	comes(m);
	CHECK_EQ(count[COUNTER_ndp_bad], 6);
	CHECK_EQ(sends, 0);
	CHECK_EQ(table.in_use, 0);
}

TEST(our_groups_are_reported_to_switches)
{
	struct ip_addr group = IPV6_SOLICITED(2);
	const uint8_t *ip = sent[0].bytes + 14;

	fresh();
	ndp_report_groups(&us, &out);
	CHECK_EQ(sent[0].len, 14 + 40 + 8 + 8 + 40);
	CHECK_MEM(sent[0].bytes, "\x33\x33\0\0\0\x16", 6);
	CHECK_EQ(ip[7], 1);
	CHECK_MEM(ip + 40, "\x3a\0\5\2\0\0\1\0\x8f", 9);
	CHECK_MEM(ip + 40 + 16, "\4\0\0\0", 4);
	CHECK_MEM(ip + 40 + 20, group.bytes, 16);
}

CHECK_MAIN()
