// dataplane/nic/probe.c
#include "dataplane/nic/probe.h"
#include "dataplane/nic/frame_packet.h"
#include "tests/unit/frame_bytes.h"

static struct probe_table table;
static struct made sent;
static unsigned sends;
static enum net_echo_kind refusal;

static enum net_echo_kind on_send(void *owner, const struct probe *p)
{
	if (host_has(&us, &p->ask.to))
		return NET_ECHO_REPLY;
	sends++;
	sent.len = frame_write_probe(&us, p, sent.bytes);
	return sent.len == 0 ? NET_ECHO_TOO_BIG : refusal;
}

static const struct probe_out out = {NULL, on_send};

static void asks(struct net_probe ask)
{
	probe_init(&table, 0x1234);
	sends = 0;
	refusal = 0;
	CHECK(probe_start(&table, 1000, &ask, 3, 4) != NULL);
	probe_timers(&table, &out, 1000);
}

static struct net_probe ping_of(struct ip_addr to)
{
	return (struct net_probe){.to = to, .hops = 255, .bytes = 56, .timeout_ms = 2000};
}

static const struct net_echo *outcome(void)
{
	static const struct net_echo none;
	const struct probe *p = probe_done(&table);

	return p != NULL ? &p->echo : &none;
}

// What the peer sends back: an ICMP message about, or in answer to, what we sent.
static void hears(const struct made *m)
{
	struct frame f = parsed(m);

	CHECK_EQ(f.verdict, FRAME_PROBE);
	if (f.verdict == FRAME_PROBE)
		probe_heard(&table, 1000 + 700, &f);
}

static void icmp_seal4(uint8_t *icmp, size_t len)
{
	uint16_t sum;

	put16(icmp + 2, 0);
	sum = checksum_finish(checksum_add(0, icmp, len));
	memcpy(icmp + 2, &sum, 2);
}

static struct made reply_to_sent(void)
{
	uint8_t icmp[100];
	size_t len = sent.len - 34;

	memcpy(icmp, sent.bytes + 34, len);
	icmp[0] = ICMP_ECHO_REPLY;
	icmp_seal4(icmp, len);
	return ip_from_peer(1, span_of(icmp, len));
}

static struct made error_about_sent(uint8_t type, uint8_t code)
{
	uint8_t icmp[36] = {type, code};

	memcpy(icmp + 8, sent.bytes + 14, 28);
	icmp_seal4(icmp, sizeof(icmp));
	return ip_from_peer(1, span_of(icmp, sizeof(icmp)));
}

TEST(an_echo_request_is_answered_by_its_reply)
{
	struct made m;

	asks(ping_of(IPV4(192, 0, 2, 1)));
	CHECK_EQ(sends, 1);
	CHECK_EQ(sent.len, 14 + 20 + 8 + 56);
	m = reply_to_sent();
	hears(&m);
	CHECK_EQ(outcome()->kind, NET_ECHO_REPLY);
	CHECK_EQ(outcome()->rtt_us, 700);
	CHECK_EQ(outcome()->bytes, 56);
	CHECK_EQ(outcome()->hops, 64);
}

TEST(what_we_send_has_good_checksums_in_both_families)
{
	struct packet p;

	asks(ping_of(IPV4(192, 0, 2, 1)));
	CHECK_EQ(checksum_finish(checksum_add(0, sent.bytes + 34, sent.len - 34)), 0);
	asks(ping_of(IPV6_HERE(1)));
	p = (struct packet){.from = IPV6_HERE(2), .to = IPV6_HERE(1), .protocol = PROTO_ICMP6};
	p.payload = span_of(sent.bytes + 54, sent.len - 54);
	CHECK(packet_sum_is_good(&p));
	CHECK_EQ(sent.bytes[54], ICMP6_ECHO);
}

TEST(a_reply_from_another_or_with_another_number_is_not_ours)
{
	struct made m, other;

	asks(ping_of(IPV4(192, 0, 2, 7)));
	m = reply_to_sent(); // from 192.0.2.1
	hears(&m);
	CHECK_EQ(outcome()->kind, 0);
	asks(ping_of(IPV4(192, 0, 2, 1)));
	other = reply_to_sent();
	other.bytes[34 + 7] ^= 1;
	icmp_seal4(other.bytes + 34, other.len - 34);
	hears(&other);
	CHECK_EQ(outcome()->kind, 0);
}

TEST(silence_is_a_timeout)
{
	asks(ping_of(IPV4(192, 0, 2, 1)));
	CHECK_EQ(table.next_us, 1000 + 2000000);
	probe_timers(&table, &out, 1000 + 1999999);
	CHECK_EQ(outcome()->kind, 0);
	probe_timers(&table, &out, 1000 + 2000000);
	CHECK_EQ(outcome()->kind, NET_ECHO_TIMEOUT);
}

TEST(a_router_that_counts_down_to_zero_tells_of_itself)
{
	struct net_probe trace = ping_of(IPV4(198, 51, 100, 1));
	struct made m;

	trace.udp = true;
	trace.port = 33434;
	trace.hops = 1;
	asks(trace);
	CHECK_EQ(sent.bytes[14 + 8], 1);
	CHECK_EQ(sent.bytes[14 + 9], PROTO_UDP);
	m = error_about_sent(ICMP_EXCEEDED, 0);
	hears(&m);
	CHECK_EQ(outcome()->kind, NET_ECHO_EXCEEDED);
	CHECK(ip_equal(&outcome()->from, &IPV4(192, 0, 2, 1)));
}

TEST(the_end_of_a_trace_says_that_nobody_listens)
{
	struct net_probe trace = ping_of(IPV4(192, 0, 2, 1));
	struct made m;

	trace.udp = true;
	trace.port = 33434;
	asks(trace);
	m = error_about_sent(ICMP_UNREACHABLE, ICMP_PORT);
	hears(&m);
	CHECK_EQ(outcome()->kind, NET_ECHO_UNREACHABLE);
	CHECK_EQ(outcome()->code, ICMP_PORT);
}

TEST(a_probe_longer_than_the_mtu_is_not_sent)
{
	struct net_probe big = ping_of(IPV4(192, 0, 2, 1));

	big.bytes = 1473;
	asks(big);
	CHECK_EQ(outcome()->kind, NET_ECHO_TOO_BIG);
}

TEST(our_own_address_answers_without_a_packet)
{
	asks(ping_of(IPV4(192, 0, 2, 2)));
	CHECK_EQ(sends, 0);
	CHECK_EQ(outcome()->kind, NET_ECHO_REPLY);
}

TEST(a_probe_may_wait_before_it_is_sent)
{
	struct net_probe later = ping_of(IPV4(192, 0, 2, 1));

	later.wait_ms = 200;
	asks(later);
	CHECK_EQ(sends, 0);
	CHECK_EQ(probe_timers(&table, &out, 100000), 201000);
	probe_timers(&table, &out, 201000);
	CHECK_EQ(sends, 1);
}

TEST(probes_are_bounded_and_their_places_come_back)
{
	struct net_probe ask = ping_of(IPV4(192, 0, 2, 1));

	asks(ask);
	for (uint32_t i = 1; i < PROBES_MAX; i++)
		CHECK(probe_start(&table, 1000, &ask, i, 1) != NULL);
	CHECK(probe_start(&table, 1000, &ask, 99, 1) == NULL);
	probe_timers(&table, &out, 1000);
	probe_timers(&table, &out, 1000 + 2000000);
	for (uint32_t i = 0; i < PROBES_MAX; i++)
		probe_end(&table, probe_done(&table));
	CHECK(probe_done(&table) == NULL);
	CHECK_EQ(table.in_use, 0);
}

CHECK_MAIN()
