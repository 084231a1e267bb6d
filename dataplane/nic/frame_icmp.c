// ICMP and ICMPv6 messages that concern a host (RFC 792, RFC 4443, RFC 4861).
#include "dataplane/nic/checksum.h"
#include "dataplane/nic/frame_packet.h"

#define NDP_HOPS       255 // a neighbour's packet has crossed no router
#define SOLICIT_BYTES  24u
#define LISTENER_BYTES 24u

static struct frame taken(enum frame_verdict verdict, const struct packet *p)
{
	return (struct frame){
	        .verdict = verdict, .packet = p->payload, .local = p->to, .remote = p->from};
}

// Type, code and checksum, then what names it.
static bool quote_echo(struct cursor *c, uint8_t request, struct quote *out)
{
	uint8_t type = cursor_u8(c);

	cursor_u8(c);
	cursor_u16(c);
	out->probe.first = cursor_u16(c);
	out->probe.second = cursor_u16(c);
	return cursor_ok(c) && type == request;
}

bool quote_parse(struct cursor *c, bool is_ipv4, struct quote *out)
{
	struct packet p;

	*out = (struct quote){0};
	if (!(is_ipv4 ? packet_ends_ipv4(c, &p) : packet_ends_ipv6(c, &p)))
		return false;
	out->tuple.local = p.from;
	out->tuple.remote = p.to;
	out->is_probe = p.protocol != PROTO_TCP;
	if (p.protocol == (is_ipv4 ? PROTO_ICMP : PROTO_ICMP6))
		return quote_echo(c, is_ipv4 ? ICMP_ECHO : ICMP6_ECHO, out);
	out->tuple.local_port = out->probe.first = cursor_u16(c);
	out->tuple.remote_port = out->probe.second = cursor_u16(c);
	out->probe.is_udp = p.protocol == PROTO_UDP;
	out->seq = cursor_u32(c); // of UDP: length and checksum
	return cursor_ok(c) && (p.protocol == PROTO_TCP || p.protocol == PROTO_UDP);
}

static struct frame probe_error(const struct packet *p, const struct quote *quote,
                                struct icmp_told told)
{
	struct frame f = taken(FRAME_PROBE, p);

	f.probe = (struct probe_told){
	        .name = quote->probe,
	        .code = told.code,
	        .hops = p->hops,
	        .kind = told.too_big    ? NET_ECHO_TOO_BIG
	                : told.exceeded ? NET_ECHO_EXCEEDED
	                                : NET_ECHO_UNREACHABLE,
	};
	return f;
}

// An error is worth hearing when it quotes a packet that we may have sent.
static struct frame error_message(const struct host *host, const struct packet *p,
                                  struct cursor *c, struct icmp_told told)
{
	struct frame f = taken(FRAME_ICMP_ERROR, p);
	struct quote quote;

	if (ip_is_group(&p->to) || !quote_parse(c, p->protocol == PROTO_ICMP, &quote) ||
	    !host_has(host, &quote.tuple.local))
		return frame_drop(COUNTER_icmp_ignored);
	if (quote.is_probe)
		return probe_error(p, &quote, told);
	f.told = told;
	f.told.seq = quote.seq;
	f.segment.to = quote.tuple;
	return f;
}

// An answer to an echo request; whether to one of ours the table of probes knows.
static struct frame echo_reply(const struct packet *p)
{
	struct frame f = taken(FRAME_PROBE, p);
	struct cursor c = cursor_over(p->payload);

	cursor_u32(&c);
	f.probe.name.first = cursor_u16(&c);
	f.probe.name.second = cursor_u16(&c);
	f.probe.kind = NET_ECHO_REPLY;
	f.probe.hops = p->hops;
	return f;
}

static struct frame unreachable(const struct host *host, const struct packet *p,
                                struct cursor *c, uint8_t code)
{
	struct icmp_told told = {
	        .too_big = code == ICMP_TOO_BIG,
	        .hard = code == ICMP_PROTOCOL || code == ICMP_PORT,
	        .code = code,
	};

	cursor_u16(c);
	told.mtu = cursor_u16(c); // RFC 1191
	return error_message(host, p, c, told);
}

struct frame packet_icmp(const struct host *host, const struct packet *p)
{
	struct cursor c = cursor_over(p->payload);
	uint8_t type = cursor_u8(&c), code = cursor_u8(&c);

	cursor_u16(&c);
	if (p->payload.len < ICMP_HEAD ||
	    checksum_finish(checksum_add(0, p->payload.data, p->payload.len)) != 0)
		return frame_drop(COUNTER_icmp_bad);
	if (type == ICMP_ECHO && code == 0)
		return taken(FRAME_ECHO, p);
	if (type == ICMP_ECHO_REPLY && code == 0)
		return echo_reply(p);
	if (type == ICMP_UNREACHABLE)
		return unreachable(host, p, &c, code);
	if (type != ICMP_EXCEEDED)
		return frame_drop(COUNTER_icmp_ignored);
	cursor_u32(&c);
	return error_message(host, p, &c, (struct icmp_told){.exceeded = true, .code = code});
}

// RFC 4861 section 7.1: what makes a message of neighbours invalid whatever it says.
static struct frame neighbor_message(const struct packet *p, uint8_t code)
{
	if (p->hops != NDP_HOPS || code != 0 || p->payload.len < SOLICIT_BYTES)
		return frame_drop(COUNTER_ndp_bad);
	return taken(FRAME_NDP, p);
}

// RFC 3810 section 6.2: from a link-local address, one hop away.
static struct frame listener_message(const struct packet *p)
{
	if (p->hops != 1 || p->payload.len < LISTENER_BYTES || !ip_is_link_local(&p->from))
		return frame_drop(COUNTER_icmp_bad);
	return taken(FRAME_GROUPS, p);
}

struct frame packet_icmp6(const struct host *host, const struct packet *p)
{
	struct cursor c = cursor_over(p->payload);
	uint8_t type = cursor_u8(&c), code = cursor_u8(&c);
	uint32_t value;

	cursor_u16(&c);
	value = cursor_u32(&c);
	if (p->payload.len < ICMP_HEAD || !packet_sum_is_good(p))
		return frame_drop(COUNTER_icmp_bad);
	switch (type) {
	case ICMP6_UNREACHABLE:
		return error_message(
		        host, p, &c,
		        (struct icmp_told){.hard = code == ICMP6_PORT, .code = code});
	case ICMP6_TOO_BIG:
		return error_message(host, p, &c,
		                     (struct icmp_told){.too_big = true, .mtu = value});
	case ICMP6_EXCEEDED:
		return error_message(host, p, &c,
		                     (struct icmp_told){.exceeded = true, .code = code});
	case ICMP6_ECHO_REPLY:
		return code == 0 ? echo_reply(p) : frame_drop(COUNTER_icmp_ignored);
	case ICMP6_ECHO:
		if (code != 0 || ip_is_none(&p->from))
			return frame_drop(COUNTER_icmp_ignored);
		return taken(FRAME_ECHO, p);
	case ICMP6_SOLICIT:
	case ICMP6_ADVERT:
		return neighbor_message(p, code);
	case ICMP6_LISTENER_QUERY:
		return listener_message(p);
	case ICMP6_ROUTER_SOLICIT:
	case ICMP6_ROUTER_ADVERT:
	case ICMP6_REDIRECT: // our routes are configured
		return frame_drop(COUNTER_ndp_ignored);
	default:
		return frame_drop(COUNTER_icmp_ignored);
	}
}
