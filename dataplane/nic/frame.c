// Check the headers of what arrives (RFC 791, RFC 1122 section 3.2.1).
#include "dataplane/nic/frame.h"

#include "crypto/wire/cursor.h"
#include "dataplane/base/trace.h"
#include "dataplane/nic/checksum.h"

#define TYPE_VLAN    0x8100
#define TYPE_QINQ    0x88a8
#define PROTO_ICMP   1
#define PROTO_TCP    6
#define TCP_PORTS    4u
#define TCP_CHECKSUM 16u // offset in the TCP header
#define ICMP_HEAD    8u
#define ICMP_ECHO    8

#define OPTION_END          0
#define OPTION_NOP          1
#define OPTION_LOOSE_ROUTE  131
#define OPTION_STRICT_ROUTE 137

#define FRAGMENT_MASK 0x3fff // more fragments, offset

struct ipv4 {
	struct ipv4_addr from, to;
	uint8_t protocol, tos;
	struct span header, payload;
};

static struct frame drop(enum counter why)
{
	return (struct frame){.verdict = FRAME_DROP, .why = why};
}

static struct ether_addr cursor_ether(struct cursor *c)
{
	struct ether_addr out = {0};
	struct span s = cursor_bytes(c, sizeof(out.bytes));

	if (s.len == sizeof(out.bytes))
		memcpy(out.bytes, s.data, s.len);
	return out;
}

static struct ipv4_addr cursor_ipv4(struct cursor *c)
{
	struct ipv4_addr out = {0};
	struct span s = cursor_bytes(c, sizeof(out.bytes));

	if (s.len == sizeof(out.bytes))
		memcpy(out.bytes, s.data, s.len);
	return out;
}

// Options are skipped, except that a source route makes a packet unwelcome.
static bool has_source_route(struct span options)
{
	struct cursor c = cursor_over(options);

	while (cursor_left(&c) > 0) {
		uint8_t kind = cursor_u8(&c);
		uint8_t len;

		if (kind == OPTION_END)
			return false;
		if (kind == OPTION_NOP)
			continue;
		if (kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE)
			return true;
		len = cursor_u8(&c);
		if (len < 2)
			return false;
		cursor_bytes(&c, len - 2u);
	}
	return false;
}

// No unicast host sends from these (RFC 1122 section 3.2.1.3).
static bool is_martian(const struct host *host, struct ipv4_addr a)
{
	static const struct ipv4_addr broadcast = {{255, 255, 255, 255}};

	return a.bytes[0] == 0 || a.bytes[0] == 127 || a.bytes[0] >= 224 ||
	       ipv4_equal(a, broadcast) || ipv4_equal(a, host->address);
}

// Counter of the first fault found, or COUNTERS when there is none.
static enum counter ipv4_parse(const struct host *host, struct span packet, struct ipv4 *out)
{
	struct cursor c = cursor_over(packet);
	uint8_t version_length = cursor_u8(&c);
	size_t header_bytes = (version_length & 15) * 4u;
	uint16_t total, fragment;

	out->tos = cursor_u8(&c);
	total = cursor_u16(&c);
	cursor_u16(&c); // identification
	fragment = cursor_u16(&c);
	cursor_u8(&c); // time to live: for routers
	out->protocol = cursor_u8(&c);
	cursor_u16(&c); // checksum
	out->from = cursor_ipv4(&c);
	out->to = cursor_ipv4(&c);
	if (!cursor_ok(&c) || version_length >> 4 != 4 || header_bytes < FRAME_IPV4_BYTES ||
	    total < header_bytes || total > packet.len)
		return COUNTER_ip_header_bad;
	out->header = span_of(packet.data, header_bytes);
	out->payload = span_of(packet.data + header_bytes, total - header_bytes);
	if (checksum_finish(checksum_add(0, out->header.data, header_bytes)) != 0)
		return COUNTER_ip_checksum_bad;
	if (!ipv4_equal(out->to, host->address))
		return COUNTER_ip_not_ours;
	if (is_martian(host, out->from))
		return COUNTER_ip_martian;
	if (has_source_route(
	            span_of(packet.data + FRAME_IPV4_BYTES, header_bytes - FRAME_IPV4_BYTES)))
		return COUNTER_ip_source_route;
	return fragment & FRAGMENT_MASK ? COUNTER_ip_fragment : COUNTERS;
}

static uint64_t pseudo_sum(struct ipv4_addr a, struct ipv4_addr b, size_t len)
{
	uint8_t rest[4] = {0, PROTO_TCP, (uint8_t)(len >> 8), (uint8_t)len};
	uint64_t sum = checksum_add(0, a.bytes, 4);

	return checksum_add(checksum_add(sum, b.bytes, 4), rest, 4);
}

static bool tcp_sum_may_be(const struct ipv4 *ip, bool partial_too)
{
	uint64_t sum = pseudo_sum(ip->from, ip->to, ip->payload.len);
	uint16_t partial = checksum_fold(sum);

	sum = checksum_add(sum, ip->payload.data, ip->payload.len);
	if (checksum_finish(sum) == 0)
		return true;
	return partial_too && ip->payload.len >= TCP_CHECKSUM + 2 &&
	       memcmp(ip->payload.data + TCP_CHECKSUM, &partial, sizeof(partial)) == 0;
}

static struct frame frame_tcp(const struct ipv4 *ip, enum frame_checksum sums)
{
	struct frame f = {.verdict = FRAME_TCP, .remote = ip->from};
	struct cursor c = cursor_over(ip->payload);

	f.segment.to.remote_port = cursor_u16(&c);
	f.segment.to.local_port = cursor_u16(&c);
	if (!cursor_ok(&c))
		return drop(COUNTER_frame_short);
	if (sums == FRAME_BAD)
		return drop(COUNTER_tcp_checksum_bad);
	if ((sums == FRAME_UNKNOWN || sums == FRAME_PERHAPS_PARTIAL) &&
	    !tcp_sum_may_be(ip, sums == FRAME_PERHAPS_PARTIAL))
		return drop(COUNTER_tcp_checksum_bad);
	f.segment.to.local = ip_from_ipv4(ip->to);
	f.segment.to.remote = ip_from_ipv4(ip->from);
	f.segment.bytes = ip->payload;
	f.segment.ecn = ip->tos & 3;
	return f;
}

static struct frame frame_icmp(const struct ipv4 *ip)
{
	if (ip->payload.len < ICMP_HEAD ||
	    checksum_finish(checksum_add(0, ip->payload.data, ip->payload.len)) != 0)
		return drop(COUNTER_icmp_bad);
	if (ip->payload.data[0] != ICMP_ECHO || ip->payload.data[1] != 0)
		return drop(COUNTER_icmp_ignored);
	return (struct frame){.verdict = FRAME_ECHO, .packet = ip->payload, .remote = ip->from};
}

static struct frame frame_ipv4(const struct host *host, struct span packet,
                               enum frame_checksum sums)
{
	struct ipv4 ip;
	enum counter why = ipv4_parse(host, packet, &ip);

	if (why != COUNTERS)
		return drop(why);
	if (ip.protocol == PROTO_TCP)
		return frame_tcp(&ip, sums);
	if (ip.protocol == PROTO_ICMP)
		return frame_icmp(&ip);
	return drop(COUNTER_ip_protocol);
}

struct frame frame_parse(const struct host *host, struct span bytes, enum frame_checksum sums)
{
	struct cursor c = cursor_over(bytes);
	struct ether_addr to = cursor_ether(&c);
	struct ether_addr from = cursor_ether(&c);
	uint16_t type = cursor_u16(&c);
	struct span packet = cursor_rest(&c);
	struct frame f;

	TRACE_STEP(UINT32_MAX, 0);
	if (!cursor_ok(&c))
		return drop(COUNTER_frame_short);
	if (type == TYPE_VLAN || type == TYPE_QINQ)
		return drop(COUNTER_frame_vlan);
	if (!ether_equal(to, host->ether) && (type != FRAME_TYPE_ARP || !ether_is_group(to)))
		return drop(COUNTER_frame_not_ours);
	if (type == FRAME_TYPE_ARP)
		f = (struct frame){.verdict = FRAME_ARP, .packet = packet};
	else if (type == FRAME_TYPE_IPV4)
		f = frame_ipv4(host, packet, sums);
	else
		return drop(COUNTER_frame_type);
	f.from = from;
	return f;
}

bool frame_flow(struct span bytes, uint8_t flow[12])
{
	struct cursor c = cursor_over(bytes);
	struct span addresses, ports;
	uint8_t header_words;
	bool fits;

	cursor_bytes(&c, 12);
	fits = cursor_u16(&c) == FRAME_TYPE_IPV4;
	header_words = cursor_u8(&c) & 15;
	cursor_bytes(&c, 8);
	fits &= cursor_u8(&c) == PROTO_TCP && header_words >= 5;
	cursor_u16(&c);
	addresses = cursor_bytes(&c, 8);
	cursor_bytes(&c, fits ? header_words * 4u - FRAME_IPV4_BYTES : 0);
	ports = cursor_bytes(&c, TCP_PORTS);
	if (!fits || !cursor_ok(&c))
		return false;
	memcpy(flow, addresses.data, 8);
	memcpy(flow + 8, ports.data, 4);
	return true;
}
