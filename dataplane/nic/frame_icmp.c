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

bool quote_parse(struct cursor *c, bool is_ipv4, struct quote *out)
{
	struct packet p;

	*out = (struct quote){0};
	if (!(is_ipv4 ? packet_ends_ipv4(c, &p) : packet_ends_ipv6(c, &p)))
		return false;
	out->tuple.local = p.from;
	out->tuple.remote = p.to;
	out->tuple.local_port = cursor_u16(c);
	out->tuple.remote_port = cursor_u16(c);
	out->seq = cursor_u32(c);
	return cursor_ok(c) && p.protocol == PROTO_TCP;
}

// An error is worth hearing when it quotes a segment that we may have sent.
static struct frame error_message(const struct host *host, const struct packet *p,
                                  struct cursor *c, struct icmp_told told)
{
	struct frame f = taken(FRAME_ICMP_ERROR, p);
	struct quote quote;

	if (ip_is_group(&p->to) || !quote_parse(c, p->protocol == PROTO_ICMP, &quote) ||
	    !host_has(host, &quote.tuple.local))
		return frame_drop(COUNTER_icmp_ignored);
	f.told = told;
	f.told.seq = quote.seq;
	f.segment.to = quote.tuple;
	return f;
}

static struct frame unreachable(const struct host *host, const struct packet *p,
                                struct cursor *c, uint8_t code)
{
	struct icmp_told told = {
	        .too_big = code == ICMP_TOO_BIG,
	        .hard = code == ICMP_PROTOCOL || code == ICMP_PORT,
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
	if (type == ICMP_UNREACHABLE)
		return unreachable(host, p, &c, code);
	if (type != ICMP_EXCEEDED)
		return frame_drop(COUNTER_icmp_ignored);
	cursor_u32(&c);
	return error_message(host, p, &c, (struct icmp_told){0});
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
		return error_message(host, p, &c,
		                     (struct icmp_told){.hard = code == ICMP6_PORT});
	case ICMP6_TOO_BIG:
		return error_message(host, p, &c,
		                     (struct icmp_told){.too_big = true, .mtu = value});
	case ICMP6_EXCEEDED:
		return error_message(host, p, &c, (struct icmp_told){0});
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
