// dataplane/nic/frame.c and frame_write.c
#include "tests/unit/frame_bytes.h"

static enum counter why_of(const struct made *m)
{
	struct frame f = parsed(m);

	return f.verdict == FRAME_DROP ? f.why : COUNTERS;
}

TEST(a_segment_for_us_reaches_tcp)
{
	struct made m = tcp_from_peer("hello");
	struct frame f = parsed(&m);

	CHECK_EQ(f.verdict, FRAME_TCP);
	CHECK_EQ(f.segment.to.remote_port, 40000);
	CHECK_EQ(f.segment.to.local_port, 22);
	CHECK_EQ(f.segment.bytes.len, 25);
	CHECK_MEM(f.segment.bytes.data + 20, "hello", 5);
	CHECK_MEM(f.segment.to.remote.bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
	CHECK_EQ(f.from.bytes[5], 9);
}

TEST(padding_behind_the_packet_is_not_payload)
{
	struct made m = tcp_from_peer("");

	m.len = 60;
	CHECK_EQ(parsed(&m).segment.bytes.len, 20);
}

TEST(odd_and_even_payloads_have_the_right_checksum)
{
	struct made odd = tcp_from_peer("abc"), even = tcp_from_peer("abcd");

	CHECK_EQ(parsed(&odd).verdict, FRAME_TCP);
	CHECK_EQ(parsed(&even).verdict, FRAME_TCP);
}

// Of two values that mean the same, the one that RFC 1624 asks for.
TEST(a_sum_that_comes_to_nothing_is_written_as_zero)
{
	static const uint8_t words[] = {0x12, 0x34, 0xed, 0xcb, 0xff, 0xff, 0xff, 0xff};

	CHECK_EQ(checksum_finish(checksum_add(0, words, 4)), 0);
	CHECK_EQ(checksum_finish(checksum_add(0, words, 8)), 0);
	CHECK_EQ(checksum_finish(0xffffull << 48 | 0xffff), 0);
}

TEST(a_changed_byte_fails_the_checksum)
{
	struct made m = tcp_from_peer("hello");

	m.bytes[m.len - 1] ^= 4;
	CHECK_EQ(why_of(&m), COUNTER_tcp_checksum_bad);
}

TEST(the_ports_word_on_checksums_is_taken)
{
	struct made m = tcp_from_peer("hello");
	struct span s = span_of(m.bytes, m.len);

	CHECK_EQ(frame_parse(&us, s, FRAME_BAD).why, COUNTER_tcp_checksum_bad);
	m.bytes[m.len - 1] ^= 4;
	CHECK_EQ(frame_parse(&us, s, FRAME_GOOD).verdict, FRAME_TCP);
	CHECK_EQ(frame_parse(&us, s, FRAME_NONE).verdict, FRAME_TCP);
}

TEST(a_partial_checksum_passes_only_where_kernels_leave_them)
{
	struct made m = tcp_from_peer("hello");
	struct span s = span_of(m.bytes, m.len);
	uint64_t pseudo = checksum_add(0, m.bytes + 26, 8);
	uint8_t rest[4] = {0, 6, 0, 25};
	uint16_t partial = checksum_fold(checksum_add(pseudo, rest, 4));

	memcpy(m.bytes + 50, &partial, 2);
	CHECK_EQ(frame_parse(&us, s, FRAME_UNKNOWN).why, COUNTER_tcp_checksum_bad);
	CHECK_EQ(frame_parse(&us, s, FRAME_PERHAPS_PARTIAL).verdict, FRAME_TCP);
	m.bytes[50] ^= 1;
	CHECK_EQ(frame_parse(&us, s, FRAME_PERHAPS_PARTIAL).why, COUNTER_tcp_checksum_bad);
}

TEST(a_frame_for_another_address_is_dropped)
{
	struct made m = tcp_from_peer("x");

	m.bytes[5] = 7;
	CHECK_EQ(why_of(&m), COUNTER_frame_not_ours);
	memset(m.bytes, 0xff, 6);
	CHECK_EQ(why_of(&m), COUNTER_frame_not_ours);
}

// The same frame with a tag: a priority and a VLAN.
static struct made tagged(uint16_t tag)
{
	struct made m = tcp_from_peer("x");

	memmove(m.bytes + 16, m.bytes + 12, m.len - 12);
	put16(m.bytes + 12, 0x8100);
	put16(m.bytes + 14, tag);
	m.len += 4;
	return m;
}

TEST(a_tag_that_tells_only_a_priority_is_stripped)
{
	struct made m = tagged(0xe000);
	uint8_t flow[FRAME_FLOW_BYTES];

	CHECK_EQ(parsed(&m).verdict, FRAME_TCP);
	CHECK_EQ(frame_owner_of(span_of(m.bytes, m.len), flow), FRAME_TO_OWNER);
}

TEST(other_vlans_are_counted)
{
	struct made m = tagged(7), twice = tagged(0);

	CHECK_EQ(why_of(&m), COUNTER_frame_vlan);
	put16(twice.bytes + 16, 0x8100);
	CHECK_EQ(why_of(&twice), COUNTER_frame_vlan);
	put16(twice.bytes + 12, 0x88a8);
	CHECK_EQ(why_of(&twice), COUNTER_frame_vlan);
}

TEST(a_vlan_of_ours_is_the_only_one_taken)
{
	struct made m = tagged(0x2007), untagged = tcp_from_peer("x"),
	            priority = tagged(0xe000);
	struct host host = us;

	host.vlan = 7;
	CHECK_EQ(frame_parse(&host, span_of(m.bytes, m.len), FRAME_UNKNOWN).verdict, FRAME_TCP);
	CHECK_EQ(frame_parse(&host, span_of(untagged.bytes, untagged.len), FRAME_UNKNOWN).why,
	         COUNTER_frame_vlan);
	CHECK_EQ(frame_parse(&host, span_of(priority.bytes, priority.len), FRAME_UNKNOWN).why,
	         COUNTER_frame_vlan);
}

TEST(an_unknown_type_is_counted)
{
	struct made m = tcp_from_peer("x");

	put16(m.bytes + 12, 0x88cc);
	CHECK_EQ(why_of(&m), COUNTER_frame_type);
}

TEST(lengths_that_disagree_are_malformed)
{
	struct made m = tcp_from_peer("hello");

	put16(m.bytes + 16, 46);
	ip_seal(&m);
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
	put16(m.bytes + 16, 19);
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
	m = tcp_from_peer("hello");
	m.bytes[14] = 0x44;
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
	m.bytes[14] = 0x65;
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
	m.len = 30;
	CHECK_EQ(why_of(&m), COUNTER_ip_header_bad);
	m.len = 13;
	CHECK_EQ(why_of(&m), COUNTER_frame_short);
}

TEST(a_wrong_header_checksum_is_dropped)
{
	struct made m = tcp_from_peer("x");

	m.bytes[24] ^= 1;
	CHECK_EQ(why_of(&m), COUNTER_ip_checksum_bad);
}

TEST(fragments_are_dropped)
{
	struct made m = tcp_from_peer("x");

	m.bytes[20] = 0x20;
	ip_seal(&m);
	CHECK_EQ(why_of(&m), COUNTER_ip_fragment);
	put16(m.bytes + 20, 10);
	ip_seal(&m);
	CHECK_EQ(why_of(&m), COUNTER_ip_fragment);
}

TEST(impossible_senders_are_dropped)
{
	static const uint8_t senders[][4] = {
	        {0, 0, 0, 0},         {127, 0, 0, 1}, {224, 0, 0, 1},
	        {255, 255, 255, 255}, {240, 0, 0, 1}, {192, 0, 2, 2},
	};

	for (size_t i = 0; i < sizeof(senders) / 4; i++) {
		struct made m = tcp_from_peer("x");

		memcpy(m.bytes + 26, senders[i], 4);
		ip_seal(&m);
		CHECK_EQ(why_of(&m), COUNTER_ip_martian);
	}
}

// The same packet with eight bytes of IP options.
static struct made with_options(const char *options)
{
	struct made m = tcp_from_peer("x");

	memmove(m.bytes + 42, m.bytes + 34, m.len - 34);
	memcpy(m.bytes + 34, options, 8);
	m.len += 8;
	m.bytes[14] = 0x47;
	put16(m.bytes + 16, (unsigned)m.len - 14);
	ip_seal(&m);
	return m;
}

TEST(options_are_skipped)
{
	struct made m = with_options("\1\1\7\5\4\0\0\0");

	CHECK_EQ(parsed(&m).verdict, FRAME_TCP);
	CHECK_EQ(parsed(&m).segment.bytes.len, 21);
	m = with_options("\7\0\0\0\0\0\0\0");
	CHECK_EQ(parsed(&m).verdict, FRAME_TCP);
}

TEST(source_routes_are_dropped)
{
	struct made loose = with_options("\1\x83\7\4\0\0\0\0");
	struct made strict = with_options("\x89\7\4\0\0\0\0\0");

	CHECK_EQ(why_of(&loose), COUNTER_ip_source_route);
	CHECK_EQ(why_of(&strict), COUNTER_ip_source_route);
}

TEST(other_hosts_are_dropped_and_other_protocols_refused)
{
	struct made m = ip_from_peer(17, span_text("udp"));

	CHECK_EQ(parsed(&m).verdict, FRAME_REFUSE);
	CHECK_EQ(parsed(&m).why, COUNTER_ip_protocol);
	m.bytes[33] = 3;
	ip_seal(&m);
	CHECK_EQ(why_of(&m), COUNTER_ip_not_ours);
}

TEST(an_echo_request_is_answered_with_its_own_bytes)
{
	uint8_t request[12] = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g'};
	uint16_t sum = checksum_finish(checksum_add(0, request, sizeof(request)));
	uint8_t out[FRAME_MAX];
	struct made m;
	struct frame f;

	memcpy(request + 2, &sum, 2);
	m = ip_from_peer(1, span_of(request, sizeof(request)));
	f = parsed(&m);
	CHECK_EQ(f.verdict, FRAME_ECHO);
	CHECK_EQ(frame_write_echo(&us, &f, out), 46);
	CHECK_EQ(out[34], 0);
	CHECK_MEM(out + 38, request + 4, 8);
	CHECK_EQ(checksum_finish(checksum_add(0, out + 34, 12)), 0);
	CHECK_EQ(checksum_finish(checksum_add(0, out + 14, 20)), 0);
	CHECK_MEM(out + 30, "\xc0\0\2\1", 4);
}

TEST(short_or_broken_icmp_is_counted)
{
	struct made m = ip_from_peer(1, span_of("\x8\0\0\0\0\0\0\0", 8));
	struct made reply = ip_from_peer(1, span_of("\0\0\xff\xff\0\0\0\0", 8));

	CHECK_EQ(why_of(&m), COUNTER_icmp_bad);
	CHECK_EQ(parsed(&reply).verdict, FRAME_PROBE); // somebody may have asked
	m = ip_from_peer(1, span_of("\x8\0\xf7\xff", 4));
	CHECK_EQ(why_of(&m), COUNTER_icmp_bad);
}

static struct tcp_emission emission(const char *a, const char *b)
{
	struct tcp_emission e = {
	        .from = {.local = us.address[HOST_IPV4].ip, .remote = IPV4(192, 0, 2, 9)},
	        .header = {0, 22, 0x9c, 0x40, [12] = 0x50, [13] = 0x18},
	        .header_bytes = 20,
	        .payload_bytes = (uint16_t)(strlen(a) + strlen(b)),
	        .pieces = 2,
	        .piece = {span_text(a), span_text(b)},
	};
	return e;
}

TEST(a_written_segment_parses_at_the_other_end)
{
	struct tcp_emission e = emission("hello ", "world");
	struct host peer = us;
	uint8_t out[FRAME_MAX];
	struct frame f;
	size_t len;

	e.ecn = 1;
	len = frame_write(&us, &e, false, out);
	peer.address[HOST_IPV4].ip = IPV4(192, 0, 2, 9);
	peer.ether = PEER_ETHER;
	frame_address(out, peer.ether);
	f = frame_parse(&peer, span_of(out, len), FRAME_UNKNOWN);
	CHECK_EQ(f.verdict, FRAME_TCP);
	CHECK_EQ(f.segment.bytes.len, 31);
	CHECK_MEM(f.segment.bytes.data + 20, "hello world", 11);
	CHECK_EQ(f.segment.ecn, 1);
	CHECK_EQ(f.segment.to.remote_port, 22);
}

TEST(the_mark_of_congestion_stands_in_the_type_of_service)
{
	struct tcp_emission e = emission("a", "b");
	uint8_t out[FRAME_MAX];

	e.ecn = 2;
	frame_write(&us, &e, false, out);
	CHECK_EQ(out[15], 2);
	CHECK_EQ(checksum_finish(checksum_add(0, out + 14, 20)), 0);
}

TEST(the_code_point_stands_above_the_mark_of_congestion)
{
	struct host here = us;
	struct tcp_emission e = emission("a", "b");
	uint8_t out[FRAME_MAX];

	here.dscp[NET_IPV4] = 48;
	e.ecn = 2;
	frame_write(&here, &e, false, out);
	CHECK_EQ(out[15], 48 << 2 | 2);
	CHECK_EQ(checksum_finish(checksum_add(0, out + 14, 20)), 0);
}

TEST(what_may_not_be_cut_needs_no_number)
{
	struct tcp_emission e = emission("a", "b");
	uint8_t out[FRAME_MAX];

	frame_write(&us, &e, false, out);
	CHECK_MEM(out + 18, "\0\0\x40\0", 4);
}

TEST(a_partial_checksum_is_finished_by_the_port)
{
	struct tcp_emission e = emission("abc", "de");
	uint8_t whole[FRAME_MAX], part[FRAME_MAX];
	size_t len = frame_write(&us, &e, false, whole);
	uint16_t sum;

	CHECK_EQ(frame_write(&us, &e, true, part), len);
	sum = checksum_finish(checksum_add(0, part + 34, len - 34));
	CHECK_MEM(whole + 50, &sum, 2);
}

TEST(in_a_vlan_frames_are_tagged)
{
	struct tcp_emission e = emission("hello ", "world");
	struct host host = us, peer = us;
	uint8_t out[FRAME_HEAD_MAX + FRAME_MTU];
	size_t len;

	host.vlan = peer.vlan = 7;
	len = frame_write(&host, &e, false, out);
	CHECK_EQ(len, frame_head_bytes(&host) + 20 + 31);
	CHECK_MEM(out + 12, "\x81\0\0\7\x8\0", 6);
	peer.address[HOST_IPV4].ip = IPV4(192, 0, 2, 9);
	frame_address(out, peer.ether);
	CHECK_EQ(frame_parse(&peer, span_of(out, len), FRAME_UNKNOWN).segment.bytes.len, 31);
}

TEST(a_longer_mtu_takes_longer_segments)
{
	static uint8_t out[FRAME_MAX];
	static const uint8_t body[8960];
	struct tcp_emission e = emission("", "");
	struct host host = us;

	host.mtu = 9000;
	e.payload_bytes = sizeof(body);
	e.piece[0] = span_of(body, sizeof(body));
	CHECK_EQ(frame_write(&host, &e, false, out), 14 + 9000);
	host.mtu--;
	CHECK_EQ(frame_write(&host, &e, false, out), 0);
}

TEST(a_segment_longer_than_the_mtu_is_refused)
{
	static const uint8_t body[1461];
	struct tcp_emission e = emission("", "");
	uint8_t out[FRAME_MAX];

	e.payload_bytes = 1460;
	e.piece[0] = span_of(body, 1460);
	CHECK_EQ(frame_write(&us, &e, false, out), 14 + 1500);
	e.payload_bytes = 1461;
	e.piece[0] = span_of(body, 1461);
	CHECK_EQ(frame_write(&us, &e, false, out), 0);
}

CHECK_MAIN()
