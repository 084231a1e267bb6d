// dataplane/nic/frame_owner.c
#include "tests/unit/frame_bytes.h"

static uint8_t flow[FRAME_FLOW_BYTES];

static enum frame_owner owner_of(const struct made *m)
{
	return frame_owner_of(span_of(m->bytes, m->len), flow);
}

TEST(the_flow_of_a_segment_is_its_addresses_and_ports)
{
	struct made m = tcp_from_peer("x");
	struct ip_addr from = IPV4(192, 0, 2, 1), to = IPV4(192, 0, 2, 2);

	CHECK_EQ(owner_of(&m), FRAME_TO_OWNER);
	CHECK_MEM(flow, from.bytes, 16);
	CHECK_MEM(flow + 16, to.bytes, 16);
	CHECK_MEM(flow + 32, "\x9c\x40\0\x16", 4);
	m.len = 37;
	CHECK_EQ(owner_of(&m), FRAME_TO_ANY);
}

TEST(ip_options_are_skipped)
{
	struct made m = tcp_from_peer("x");

	memmove(m.bytes + 38, m.bytes + 34, m.len - 34);
	m.len += 4;
	m.bytes[14] = 0x46;
	CHECK_EQ(owner_of(&m), FRAME_TO_OWNER);
	CHECK_MEM(flow + 32, "\x9c\x40\0\x16", 4);
}

TEST(so_are_extension_headers)
{
	struct made m = tcp6_from_peer("x");
	struct ip_addr from = IPV6_HERE(1);

	ip6_extend(&m, 60, span_of("\0\0\1\4\0\0\0\0", 8));
	CHECK_EQ(owner_of(&m), FRAME_TO_OWNER);
	CHECK_MEM(flow, from.bytes, 16);
	CHECK_MEM(flow + 32, "\x9c\x40\0\x16", 4);
}

TEST(all_hear_of_neighbours)
{
	static const uint8_t solicit[24] = {135}, echo[8] = {128};
	struct made m = icmp6_from_peer(span_of(solicit, 24));
	struct made arp = {.bytes = {[12] = 8, 6}, .len = 60};
	struct made ping = icmp6_from_peer(span_of(echo, 8));

	CHECK_EQ(owner_of(&m), FRAME_TO_ALL);
	CHECK_EQ(owner_of(&arp), FRAME_TO_ALL);
	CHECK_EQ(owner_of(&ping), FRAME_TO_ANY);
}

TEST(an_error_is_for_the_owner_of_what_it_quotes)
{
	struct made m = tcp_from_peer("x"), error;
	uint8_t message[8 + 28] = {3, 1, [8] = 0x45, [16] = 64, 6},
	                    as_segment[FRAME_FLOW_BYTES];

	memcpy(message + 20, "\xc0\0\2\2\xc0\0\2\1\0\x16\x9c\x40", 12);
	CHECK_EQ(owner_of(&m), FRAME_TO_OWNER);
	memcpy(as_segment, flow, sizeof(flow));
	memset(flow, 0, sizeof(flow));
	error = ip_from_peer(1, span_of(message, sizeof(message)));
	CHECK_EQ(owner_of(&error), FRAME_TO_OWNER);
	CHECK_MEM(flow, as_segment, sizeof(flow));
	error.bytes[34] = 5; // a redirect
	CHECK_EQ(owner_of(&error), FRAME_TO_ANY);
}

TEST(answers_to_probes_are_for_the_first_worker)
{
	uint8_t reply[8] = {0}, reply6[8] = {129}, message[8 + 28] = {11, 0, [8] = 0x45};
	struct made echo = ip_from_peer(1, span_of(reply, 8)), error;
	struct made echo6 = icmp6_from_peer(span_of(reply6, 8));

	message[16] = 64;
	message[17] = 17;
	error = ip_from_peer(1, span_of(message, sizeof(message)));
	CHECK_EQ(owner_of(&echo), FRAME_TO_FIRST);
	CHECK_EQ(owner_of(&echo6), FRAME_TO_FIRST);
	CHECK_EQ(owner_of(&error), FRAME_TO_FIRST);
}

TEST(other_frames_are_anyones)
{
	struct made udp = ip_from_peer(17, span_text("12345678"));
	struct made fragment = tcp_from_peer("x");

	CHECK_EQ(owner_of(&udp), FRAME_TO_ANY);
	fragment.bytes[21] = 1;
	CHECK_EQ(owner_of(&fragment), FRAME_TO_ANY);
}

CHECK_MAIN()
