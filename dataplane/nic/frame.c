// Judge what arrives: Ethernet, and which protocol its packet is handed to.
#include "dataplane/nic/frame_packet.h"

#include "dataplane/base/trace.h"
#include "dataplane/nic/checksum.h"

#define VLAN_MASK 0x0fff // of a tag

struct ether_addr cursor_ether(struct cursor *c)
{
	struct ether_addr out = {0};
	struct span s = cursor_bytes(c, sizeof(out.bytes));

	if (s.len == sizeof(out.bytes))
		memcpy(out.bytes, s.data, s.len);
	return out;
}

uint16_t cursor_type(struct cursor *c, uint16_t *vlan)
{
	uint16_t type = cursor_u16(c);

	*vlan = 0;
	if (type != FRAME_TYPE_VLAN)
		return type;
	*vlan = cursor_u16(c) & VLAN_MASK;
	return cursor_u16(c);
}

uint64_t packet_pseudo_sum(const struct ip_addr *a, const struct ip_addr *b, uint8_t protocol,
                           size_t len)
{
	uint8_t rest[4] = {0, protocol, (uint8_t)(len >> 8), (uint8_t)len};
	uint64_t sum = checksum_add(0, a->bytes, 16);

	return checksum_add(checksum_add(sum, b->bytes, 16), rest, 4);
}

bool packet_sum_is_good(const struct packet *p)
{
	uint64_t sum = packet_pseudo_sum(&p->from, &p->to, p->protocol, p->payload.len);

	return checksum_finish(checksum_add(sum, p->payload.data, p->payload.len)) == 0;
}

// The sum of the pseudo header alone, where a device would have finished it.
static bool tcp_sum_is_partial(const struct packet *p)
{
	uint16_t sum =
	        checksum_fold(packet_pseudo_sum(&p->from, &p->to, PROTO_TCP, p->payload.len));

	return p->payload.len >= TCP_CHECKSUM + 2 &&
	       memcmp(p->payload.data + TCP_CHECKSUM, &sum, sizeof(sum)) == 0;
}

static bool tcp_sum_passes(const struct packet *p, enum frame_checksum sums)
{
	switch (sums) {
	case FRAME_GOOD:
	case FRAME_NONE:
		return true;
	case FRAME_BAD:
		return false;
	case FRAME_PERHAPS_PARTIAL:
		return packet_sum_is_good(p) || tcp_sum_is_partial(p);
	case FRAME_UNKNOWN:
		return packet_sum_is_good(p);
	}
	return false;
}

static struct frame packet_tcp(const struct packet *p, enum frame_checksum sums)
{
	struct frame f = {.verdict = FRAME_TCP, .local = p->to, .remote = p->from};
	struct cursor c = cursor_over(p->payload);

	f.segment.to.remote_port = cursor_u16(&c);
	f.segment.to.local_port = cursor_u16(&c);
	if (!cursor_ok(&c))
		return frame_drop(COUNTER_frame_short);
	if (!tcp_sum_passes(p, sums))
		return frame_drop(COUNTER_tcp_checksum_bad);
	f.segment.to.local = p->to;
	f.segment.to.remote = p->from;
	f.segment.bytes = p->payload;
	f.segment.ecn = p->class & 3;
	return f;
}

// Dropped, and its sender is told why unless many were spoken to (RFC 1122 section 3.2.2, RFC 4443
// section 2.4).
static struct frame packet_refuse(const struct packet *p, enum counter why,
                                  struct icmp_refusal refusal)
{
	if (ip_is_group(&p->to) || ip_is_none(&p->from))
		return frame_drop(why);
	return (struct frame){
	        .verdict = FRAME_REFUSE,
	        .why = why,
	        .packet = p->whole,
	        .local = p->to,
	        .remote = p->from,
	        .refusal = refusal,
	};
}

static struct frame frame_ipv4(const struct host *host, struct span bytes,
                               enum frame_checksum sums)
{
	struct packet p;
	enum counter why = packet_parse_ipv4(host, bytes, &p);

	if (why != COUNTERS)
		return frame_drop(why);
	if (p.protocol == PROTO_TCP)
		return packet_tcp(&p, sums);
	if (p.protocol == PROTO_ICMP)
		return packet_icmp(host, &p);
	return packet_refuse(
	        &p, COUNTER_ip_protocol,
	        (struct icmp_refusal){
	                .type = ICMP_UNREACHABLE,
	                .code = p.protocol == PROTO_UDP ? ICMP_PORT : ICMP_PROTOCOL,
	        });
}

static struct icmp_refusal problem(const struct packet *p, uint8_t code)
{
	return (struct icmp_refusal){ICMP6_PROBLEM, code, p->fault_at};
}

static struct frame frame_ipv6(const struct host *host, struct span bytes,
                               enum frame_checksum sums)
{
	struct packet p;
	enum counter why = packet_parse_ipv6(host, bytes, &p);

	if (why == COUNTER_ip6_option && p.fault_at != 0)
		return packet_refuse(&p, why, problem(&p, ICMP6_OPTION));
	if (why != COUNTERS)
		return frame_drop(why);
	if (p.protocol == PROTO_ICMP6)
		return packet_icmp6(host, &p);
	if (ip_is_group(&p.to))
		return frame_drop(COUNTER_ip_not_ours);
	if (p.protocol == PROTO_TCP)
		return packet_tcp(&p, sums);
	if (p.protocol == PROTO_NONE)
		return frame_drop(COUNTER_ip_protocol);
	if (p.protocol == PROTO_UDP)
		return packet_refuse(&p, COUNTER_ip_protocol,
		                     (struct icmp_refusal){ICMP6_UNREACHABLE, ICMP6_PORT, 0});
	return packet_refuse(&p, COUNTER_ip_protocol, problem(&p, ICMP6_HEADER));
}

// Frames to groups are for those protocols alone that use them.
static bool is_for_us(const struct host *host, struct ether_addr to, uint16_t type)
{
	if (ether_equal(to, host->ether))
		return true;
	return ether_is_group(to) && (type == FRAME_TYPE_ARP || type == FRAME_TYPE_IPV6);
}

static struct frame frame_dispatch(const struct host *host, uint16_t type, struct span packet,
                                   enum frame_checksum sums)
{
	switch (type) {
	case FRAME_TYPE_ARP:
		return (struct frame){.verdict = FRAME_ARP, .packet = packet};
	case FRAME_TYPE_IPV4:
		return frame_ipv4(host, packet, sums);
	case FRAME_TYPE_IPV6:
		return frame_ipv6(host, packet, sums);
	default:
		return frame_drop(COUNTER_frame_type);
	}
}

struct frame frame_parse(const struct host *host, struct span bytes, enum frame_checksum sums)
{
	struct cursor c = cursor_over(bytes);
	struct ether_addr to = cursor_ether(&c);
	struct ether_addr from = cursor_ether(&c);
	uint16_t vlan, type = cursor_type(&c, &vlan);
	struct span packet = cursor_rest(&c);
	struct frame f;

	TRACE_STEP(UINT32_MAX, 0);
	if (!cursor_ok(&c))
		return frame_drop(COUNTER_frame_short);
	if (vlan != host->vlan || type == FRAME_TYPE_VLAN || type == FRAME_TYPE_QINQ)
		return frame_drop(COUNTER_frame_vlan);
	if (!is_for_us(host, to, type))
		return frame_drop(COUNTER_frame_not_ours);
	f = frame_dispatch(host, type, packet, sums);
	if ((f.verdict == FRAME_TCP || f.verdict == FRAME_REFUSE) && ether_is_group(to))
		return frame_drop(COUNTER_frame_not_ours);
	f.from = from;
	return f;
}
