// dataplane/nic/frame_icmp.c: errors, both ways
#include "dataplane/nic/limit.h"
#include "tests/unit/frame_bytes.h"

// --- heard ---------------------------------------------------------------------------------------

// An error that quotes a segment of ours, from port 22 to 40000, sequence number 0x01020304.
static struct made told4(uint8_t type, uint8_t code, uint16_t mtu)
{
	uint8_t m[8 + 28] = {type, code, [8] = 0x45, [17] = 6};
	uint16_t sum;

	put16(m + 6, mtu);
	memcpy(m + 20, "\xc0\0\2\2\xc6\x33\x64\1\0\x16\x9c\x40\1\2\3\4", 16);
	sum = checksum_finish(checksum_add(0, m, sizeof(m)));
	memcpy(m + 2, &sum, 2);
	return ip_from_peer(1, span_of(m, sizeof(m)));
}

static struct made told6(uint8_t type, uint8_t code, uint16_t value)
{
	uint8_t m[8 + 40 + 8 + 8] = {type, code, [8] = 0x60, [14] = 60, [48] = 6, [50] = 1, 4};
	struct ip_addr from = IPV6_HERE(2), to = IPV6_HERE(1);

	put16(m + 6, value);
	memcpy(m + 16, from.bytes, 16);
	memcpy(m + 32, to.bytes, 16);
	memcpy(m + 56, "\0\x16\x9c\x40\1\2\3\4", 8);
	return icmp6_from_peer(span_of(m, sizeof(m)));
}

TEST(a_packet_too_big_names_its_connection_and_segment)
{
	struct made m = told4(3, 4, 1400);
	struct frame f = parsed(&m);
	struct ip_addr far = IPV4(198, 51, 100, 1);

	CHECK_EQ(f.verdict, FRAME_ICMP_ERROR);
	CHECK(f.told.too_big && !f.told.hard);
	CHECK_EQ(f.told.mtu, 1400);
	CHECK_EQ(f.told.seq, 0x01020304);
	CHECK_EQ(f.segment.to.local_port, 22);
	CHECK_EQ(f.segment.to.remote_port, 40000);
	CHECK_MEM(f.segment.to.remote.bytes, far.bytes, 16);
}

TEST(so_does_that_of_ipv6_behind_extension_headers)
{
	struct made m = told6(2, 0, 1280);
	struct frame f = parsed(&m);

	CHECK_EQ(f.verdict, FRAME_ICMP_ERROR);
	CHECK(f.told.too_big);
	CHECK_EQ(f.told.mtu, 1280);
	CHECK_EQ(f.told.seq, 0x01020304);
	CHECK_EQ(f.segment.to.local_port, 22);
}

TEST(a_closed_port_is_final_and_a_lost_network_is_not)
{
	struct made port = told4(3, 3, 0), net = told4(3, 0, 0), late = told4(11, 0, 0);
	struct made port6 = told6(1, 4, 0), net6 = told6(1, 0, 0), late6 = told6(3, 0, 0);

	CHECK(parsed(&port).told.hard && parsed(&port6).told.hard);
	CHECK_EQ(parsed(&net).verdict, FRAME_ICMP_ERROR);
	CHECK_EQ(parsed(&late6).verdict, FRAME_ICMP_ERROR);
	CHECK(!parsed(&net).told.hard && !parsed(&net6).told.hard);
	CHECK(!parsed(&late).told.hard && !parsed(&late6).told.too_big);
}

TEST(an_error_about_what_we_never_send_is_ignored)
{
	struct made m = told4(3, 3, 0), tunnel = m, cut = m;
	uint16_t sum;

	m.bytes[34 + 8 + 15] = 9; // quoted sender
	m.bytes[34 + 2] = m.bytes[34 + 3] = 0;
	sum = checksum_finish(checksum_add(0, m.bytes + 34, 36));
	memcpy(m.bytes + 36, &sum, 2);
	CHECK_EQ(parsed(&m).why, COUNTER_icmp_ignored);
	tunnel.bytes[34 + 8 + 9] = 47;
	put16(tunnel.bytes + 36, 0);
	sum = checksum_finish(checksum_add(0, tunnel.bytes + 34, 36));
	memcpy(tunnel.bytes + 36, &sum, 2);
	CHECK_EQ(parsed(&tunnel).why, COUNTER_icmp_ignored);
	cut = ip_from_peer(1, span_of(m.bytes + 34, 34));
	put16(cut.bytes + 36, 0);
	sum = checksum_finish(checksum_add(0, cut.bytes + 34, 34));
	memcpy(cut.bytes + 36, &sum, 2);
	CHECK_EQ(parsed(&cut).why, COUNTER_icmp_ignored);
}

// --- sent ----------------------------------------------------------------------------------------

static struct made refusal_of(const struct made *m)
{
	struct frame f = parsed(m);
	struct made out = {0};

	CHECK_EQ(f.verdict, FRAME_REFUSE);
	out.len = frame_write_refusal(&us, &f, out.bytes);
	return out;
}

TEST(udp_meets_a_closed_port_and_other_protocols_none)
{
	struct made udp = ip_from_peer(17, span_text("12345678")), gre = udp, out;

	out = refusal_of(&udp);
	CHECK_EQ(out.len, 14 + 20 + 8 + 28);
	CHECK_MEM(out.bytes + 34, "\3\3", 2);
	CHECK_MEM(out.bytes + 38, "\0\0\0\0\x45", 5);
	CHECK_MEM(out.bytes + 42, udp.bytes + 14, 28);
	CHECK_MEM(out.bytes + 30, "\xc0\0\2\1", 4);
	CHECK_EQ(checksum_finish(checksum_add(0, out.bytes + 34, 36)), 0);
	gre.bytes[23] = 47;
	ip_seal(&gre);
	out = refusal_of(&gre);
	CHECK_MEM(out.bytes + 34, "\3\2", 2);
}

TEST(in_ipv6_an_unknown_header_is_pointed_at)
{
	struct made udp = ip6_from_peer(17, span_text("12345678"));
	struct made gre = ip6_from_peer(47, span_text("12345678")), out = refusal_of(&udp);

	CHECK_MEM(out.bytes + 54, "\1\4", 2);
	CHECK_MEM(out.bytes + 62, udp.bytes + 14, 48);
	out = refusal_of(&gre);
	CHECK_MEM(out.bytes + 54, "\4\1", 2);
	CHECK_MEM(out.bytes + 58, "\0\0\0\6", 4);
	ip6_extend(&gre, 60, span_of("\0\0\1\4\0\0\0\0", 8));
	out = refusal_of(&gre);
	CHECK_MEM(out.bytes + 58, "\0\0\0\x28", 4);
}

TEST(a_long_packet_is_quoted_in_part)
{
	static const uint8_t body[1400];
	struct made four = ip_from_peer(17, span_of(body, sizeof(body)));
	struct made six = ip6_from_peer(17, span_of(body, sizeof(body)));

	CHECK_EQ(refusal_of(&four).len, 14 + 576);
	CHECK_EQ(refusal_of(&six).len, 14 + 1280);
}

TEST(what_many_were_sent_is_not_answered)
{
	struct made m = ip6_from_peer(17, span_text("12345678")), link = m;
	struct ip_addr all = IP_ALL_NODES;

	memcpy(m.bytes + 38, all.bytes, 16);
	CHECK_EQ(parsed(&m).verdict, FRAME_DROP);
	link.bytes[0] = link.bytes[1] = 0x33;
	CHECK_EQ(parsed(&link).verdict, FRAME_DROP);
}

// --- how often -----------------------------------------------------------------------------------

static unsigned taken(struct source_limit *l, uint64_t now, struct ip_addr from, unsigned tries)
{
	unsigned n = 0;

	for (unsigned i = 0; i < tries; i++)
		n += source_limit_take(l, now, &from);
	return n;
}

TEST(one_source_is_answered_ten_times_and_then_ten_times_a_second)
{
	static struct source_limit l;

	CHECK_EQ(taken(&l, 1, IPV4(192, 0, 2, 1), 100), LIMIT_SOURCE_BURST);
	CHECK_EQ(taken(&l, 1, IPV4(192, 0, 2, 7), 100), LIMIT_SOURCE_BURST);
	CHECK_EQ(taken(&l, 1 + 5 * LIMIT_SOURCE_US, IPV4(192, 0, 2, 1), 100), 5);
}

TEST(a_prefix_of_64_bits_is_one_source)
{
	static struct source_limit l;

	CHECK_EQ(taken(&l, 1, IPV6_HERE(1), 100), LIMIT_SOURCE_BURST);
	CHECK_EQ(taken(&l, 1, IPV6_HERE(7), 100), 0);
}

TEST(all_sources_together_are_limited_too)
{
	static struct source_limit l;
	unsigned n = 0;

	for (unsigned i = 0; i < 250; i++)
		n += taken(&l, 1, IPV4(10, 0, 0, (uint8_t)i), 10);
	CHECK_EQ(n, LIMIT_ALL_BURST);
}

CHECK_MAIN()
