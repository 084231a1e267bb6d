// dataplane/nic/frame_ipv6.c, and what the others do for IPv6
#include "tests/unit/frame_bytes.h"

static enum counter why_of(const struct made *m)
{
	struct frame f = parsed(m);

	return f.verdict == FRAME_DROP ? f.why : COUNTERS;
}

TEST(a_segment_for_us_reaches_tcp)
{
	struct made m = tcp6_from_peer("hello");
	struct ip_addr peer = IPV6_HERE(1);
	struct frame f;

	m.bytes[15] = 0x20; // the low half of the traffic class: ECN's ECT(0)
	f = parsed(&m);
	CHECK_EQ(f.verdict, FRAME_TCP);
	CHECK_EQ(f.segment.to.remote_port, 40000);
	CHECK_EQ(f.segment.bytes.len, 25);
	CHECK_MEM(f.segment.to.remote.bytes, peer.bytes, 16);
	CHECK_EQ(f.segment.ecn, 2);
}

TEST(padding_behind_the_packet_is_not_payload)
{
	struct made m = tcp6_from_peer("");

	m.len += 9;
	CHECK_EQ(parsed(&m).segment.bytes.len, 20);
}

TEST(a_changed_byte_fails_the_checksum)
{
	struct made m = tcp6_from_peer("odd"), swapped = tcp6_from_peer("x");

	m.bytes[m.len - 1] ^= 4;
	CHECK_EQ(why_of(&m), COUNTER_tcp_checksum_bad);
	swapped.bytes[30] ^= 1; // the sender's address is part of the sum
	CHECK_EQ(why_of(&swapped), COUNTER_tcp_checksum_bad);
}

TEST(lengths_that_disagree_are_malformed)
{
	struct made m = tcp6_from_peer("hello");

	m.len--;
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
	m.len = 53;
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
	m = tcp6_from_peer("hello");
	m.bytes[14] = 0x40;
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
}

TEST(others_addresses_are_not_ours)
{
	struct made m = tcp6_from_peer("x"), mapped = tcp6_from_peer("x");
	struct ip_addr four = IPV4(192, 0, 2, 2), all = IP_ALL_NODES;

	m.bytes[53] = 3;
	CHECK_EQ(why_of(&m), COUNTER_ip_not_ours);
	memcpy(mapped.bytes + 38, four.bytes, 16);
	CHECK_EQ(why_of(&mapped), COUNTER_ip_not_ours);
	memcpy(mapped.bytes + 38, all.bytes, 16); // TCP is not spoken to groups
	CHECK_EQ(why_of(&mapped), COUNTER_ip_not_ours);
}

TEST(an_address_still_being_checked_is_not_ours)
{
	struct made m = tcp6_from_peer("x");
	struct host early = us;

	early.address[HOST_IPV6].used = false;
	CHECK_EQ(frame_parse(&early, span_of(m.bytes, m.len), FRAME_UNKNOWN).why,
	         COUNTER_ip_not_ours);
}

TEST(impossible_senders_are_dropped)
{
	static const struct ip_addr senders[] = {
	        {{0}},
	        {{[15] = 1}},
	        {{0xff, 2, [15] = 1}},
	        {{[10] = 0xff, 0xff, 192, 0, 2, 1}},
	        {{0x20, 1, 0xd, 0xb8, [15] = 2}},
	};

	for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
		struct made m = tcp6_from_peer("x");

		memcpy(m.bytes + 22, senders[i].bytes, 16);
		CHECK_EQ(why_of(&m), COUNTER_ip_martian);
	}
}

TEST(a_group_address_of_the_link_brings_no_segment)
{
	struct made m = tcp6_from_peer("x");

	m.bytes[0] = m.bytes[1] = 0x33;
	CHECK_EQ(why_of(&m), COUNTER_frame_not_ours);
}

// --- extension headers ---------------------------------------------------------------------------

TEST(extension_headers_are_walked)
{
	struct made m = tcp6_from_peer("x");

	ip6_extend(&m, 60, span_of("\0\0\1\4\0\0\0\0", 8));
	ip6_extend(&m, 43, span_of("\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16));
	ip6_extend(&m, 0, span_of("\0\0\0\0\0\1\1\0", 8));
	CHECK_EQ(parsed(&m).verdict, FRAME_TCP);
	CHECK_EQ(parsed(&m).segment.bytes.len, 21);
}

TEST(hop_by_hop_options_come_first_or_not_at_all)
{
	struct made m = tcp6_from_peer("x");

	ip6_extend(&m, 0, span_of("\0\0\1\4\0\0\0\0", 8));
	ip6_extend(&m, 60, span_of("\0\0\1\4\0\0\0\0", 8));
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
}

TEST(an_atomic_fragment_is_whole_and_others_are_refused)
{
	struct made m = tcp6_from_peer("x"), more = m, offset = m;

	ip6_extend(&m, 44, span_of("\0\0\0\0\1\2\3\4", 8));
	CHECK_EQ(parsed(&m).verdict, FRAME_TCP);
	ip6_extend(&more, 44, span_of("\0\0\0\1\1\2\3\4", 8));
	CHECK_EQ(why_of(&more), COUNTER_ip_fragment);
	ip6_extend(&offset, 44, span_of("\0\0\0\x8\1\2\3\4", 8));
	CHECK_EQ(why_of(&offset), COUNTER_ip_fragment);
}

TEST(a_source_route_with_stops_left_is_dropped)
{
	struct made m = tcp6_from_peer("x");

	ip6_extend(&m, 43, span_of("\0\0\0\1\0\0\0\0", 8));
	CHECK_EQ(why_of(&m), COUNTER_ip_source_route);
}

TEST(an_unknown_option_is_skipped_or_forbids_the_packet)
{
	struct made skipped = tcp6_from_peer("x"), forbids = skipped;

	ip6_extend(&skipped, 60, span_of("\0\0\x3e\4\0\0\0\0", 8));
	CHECK_EQ(parsed(&skipped).verdict, FRAME_TCP);
	ip6_extend(&forbids, 60, span_of("\0\0\x7e\4\0\0\0\0", 8));
	CHECK_EQ(why_of(&forbids), COUNTER_ip6_option);
	forbids.bytes[54 + 2] = 0xbe;
	CHECK_EQ(parsed(&forbids).verdict, FRAME_REFUSE);
	CHECK_EQ(parsed(&forbids).why, COUNTER_ip6_option);
	CHECK_EQ(parsed(&forbids).refusal.pointer, 42);
}

TEST(an_option_longer_than_its_header_is_malformed)
{
	struct made m = tcp6_from_peer("x");

	ip6_extend(&m, 60, span_of("\0\0\1\5\0\0\0\0", 8));
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
}

TEST(a_chain_ends_after_eight_headers_or_256_bytes)
{
	struct made m = tcp6_from_peer("x"), longer = m;
	static const uint8_t big[272] = {[1] = 33, [2] = 1, [3] = 253};

	for (int i = 0; i < 8; i++)
		ip6_extend(&m, 60, span_of("\0\0\1\4\0\0\0\0", 8));
	CHECK_EQ(parsed(&m).verdict, FRAME_TCP);
	ip6_extend(&m, 60, span_of("\0\0\1\4\0\0\0\0", 8));
	CHECK_EQ(why_of(&m), COUNTER_ip6_chain);
	ip6_extend(&longer, 60, span_of(big, 272));
	longer.bytes[57] = 255;
	longer.bytes[56 + 257] = 1;
	longer.bytes[56 + 258] = 11;
	CHECK_EQ(why_of(&longer), COUNTER_ip6_chain);
}

TEST(a_chain_may_not_be_cut_off)
{
	struct made m = tcp6_from_peer("x");

	ip6_extend(&m, 60, span_of("\0\0\1\4\0\0\0\0", 8));
	m.bytes[55] = 200;
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
}

TEST(a_packet_without_payload_is_dropped)
{
	struct made none = ip6_from_peer(59, span_of(NULL, 0));

	CHECK_EQ(why_of(&none), COUNTER_ip_protocol);
}

// --- ICMPv6 --------------------------------------------------------------------------------------

static const uint8_t echo[12] = {128, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g'};

TEST(an_echo_request_is_answered_with_its_own_bytes)
{
	struct made m = icmp6_from_peer(span_of(echo, sizeof(echo)));
	struct made answer = {0};
	struct host peer = us;
	struct frame f = parsed(&m);

	CHECK_EQ(f.verdict, FRAME_ECHO);
	answer.len = frame_write_echo(&us, &f, answer.bytes);
	CHECK_EQ(answer.len, 66);
	CHECK_EQ(answer.bytes[54], 129);
	CHECK_MEM(answer.bytes + 58, echo + 4, 8);
	frame_address(answer.bytes, us.ether);
	peer.address[HOST_IPV6].ip = IPV6_HERE(1);
	f = frame_parse(&peer, span_of(answer.bytes, answer.len), FRAME_UNKNOWN);
	CHECK_EQ(f.verdict, FRAME_PROBE); // so its checksum is right
	CHECK_EQ(f.probe.name.first, 0x1234);
}

TEST(an_echo_to_all_nodes_is_answered_from_an_address_of_ours)
{
	struct made m = icmp6_from_peer(span_of(echo, sizeof(echo)));
	struct ip_addr all = IP_ALL_NODES, own = IPV6_HERE(2);
	uint8_t out[FRAME_HEAD_MAX + FRAME_MTU];
	struct frame f;

	memcpy(m.bytes + 38, all.bytes, 16);
	m.bytes[0] = m.bytes[1] = 0x33;
	ip6_sum(&m, 54, 58, 2);
	f = parsed(&m);
	CHECK_EQ(f.verdict, FRAME_ECHO);
	CHECK_EQ(frame_write_echo(&us, &f, out), 66);
	CHECK_MEM(out + 22, own.bytes, 16);
}

TEST(a_wrong_checksum_is_counted)
{
	struct made m = icmp6_from_peer(span_of(echo, sizeof(echo)));

	m.bytes[60] ^= 1;
	CHECK_EQ(why_of(&m), COUNTER_icmp_bad);
}

TEST(routers_are_not_listened_to)
{
	static const uint8_t advert[16] = {134}, redirect[40] = {137};
	struct made m = icmp6_from_peer(span_of(advert, sizeof(advert)));
	struct made r = icmp6_from_peer(span_of(redirect, sizeof(redirect)));

	CHECK_EQ(why_of(&m), COUNTER_ndp_ignored);
	CHECK_EQ(why_of(&r), COUNTER_ndp_ignored);
}

TEST(a_solicitation_that_crossed_a_router_is_dropped)
{
	uint8_t solicit[24] = {135, [8] = 0x20, 1, 0xd, 0xb8, [23] = 2};
	struct made m = icmp6_from_peer(span_of(solicit, sizeof(solicit)));

	CHECK_EQ(parsed(&m).verdict, FRAME_NDP);
	m.bytes[21] = 254;
	CHECK_EQ(why_of(&m), COUNTER_ndp_bad);
	solicit[1] = 1;
	m = icmp6_from_peer(span_of(solicit, sizeof(solicit)));
	CHECK_EQ(why_of(&m), COUNTER_ndp_bad);
	m = icmp6_from_peer(span_of(solicit, 20));
	CHECK_EQ(why_of(&m), COUNTER_ndp_bad);
}

// --- out -----------------------------------------------------------------------------------------

TEST(a_written_segment_parses_at_the_other_end)
{
	struct tcp_emission e = {
	        .from = {.local = IPV6_HERE(2), .remote = IPV6_HERE(1)},
	        .header = {0, 22, 0x9c, 0x40, [12] = 0x50, [13] = 0x18},
	        .header_bytes = 20,
	        .payload_bytes = 3,
	        .pieces = 1,
	        .ecn = 2,
	        .piece = {span_text("abc")},
	};
	uint8_t out[FRAME_HEAD_MAX + FRAME_MTU];
	size_t len = frame_write(&us, &e, false, out);
	struct host peer = us;
	struct frame f;

	peer.address[HOST_IPV6].ip = IPV6_HERE(1);
	frame_address(out, peer.ether);
	f = frame_parse(&peer, span_of(out, len), FRAME_UNKNOWN);
	CHECK_EQ(f.verdict, FRAME_TCP);
	CHECK_EQ(f.segment.bytes.len, 23);
	CHECK_EQ(f.segment.ecn, 2);
	CHECK_EQ(out[21], 64);
	e.payload_bytes = 1500 - 40 - 20 + 1;
	CHECK_EQ(frame_write(&us, &e, false, out), 0);
}

TEST(the_mark_of_congestion_stands_in_the_traffic_class)
{
	struct tcp_emission e = {
	        .from = {IPV6_HERE(2), IPV6_HERE(1), 22, 40000}, .header_bytes = 20, .ecn = 2};
	uint8_t out[128];

	frame_write(&us, &e, false, out);
	CHECK_EQ(out[14], 0x60);
	CHECK_EQ(out[15] & 0xf0, 0x20);
}

TEST(a_flow_keeps_its_label_and_another_has_its_own)
{
	struct tcp_emission e = {.from = {IPV6_HERE(2), IPV6_HERE(1), 22, 40000},
	                         .header_bytes = 20};
	uint8_t one[128], same[128], other[128];

	frame_write(&us, &e, false, one);
	frame_write(&us, &e, false, same);
	e.from.remote_port++;
	frame_write(&us, &e, false, other);
	CHECK_MEM(one + 15, same + 15, 3);
	CHECK(memcmp(one + 15, other + 15, 3) != 0);
}

CHECK_MAIN()
