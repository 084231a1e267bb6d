// Which worker a frame is for, read before anything is checked.
#include "dataplane/nic/frame_packet.h"

static bool packet_ends(struct cursor *c, uint16_t type, struct packet *out)
{
	if (type == FRAME_TYPE_IPV4)
		return packet_ends_ipv4(c, out);
	return type == FRAME_TYPE_IPV6 && packet_ends_ipv6(c, out);
}

// The flow as segments of the other side have it: theirs first.
static enum frame_owner flow_owner(const struct tcp_tuple *to, uint8_t flow[FRAME_FLOW_BYTES])
{
	struct builder b = builder_over(flow, FRAME_FLOW_BYTES);

	builder_bytes(&b, span_of(to->remote.bytes, 16));
	builder_bytes(&b, span_of(to->local.bytes, 16));
	builder_u16(&b, to->remote_port);
	builder_u16(&b, to->local_port);
	return FRAME_TO_OWNER;
}

// An error is for the owner of what it quotes, an answer to a probe for who sends them all; echo
// requests are anyone's.
static enum frame_owner icmp_owner(struct cursor *c, bool is_ipv4,
                                   uint8_t flow[FRAME_FLOW_BYTES])
{
	uint8_t type = cursor_u8(c);
	bool is_error =
	        is_ipv4 ? type == ICMP_UNREACHABLE || type == ICMP_EXCEEDED : type < ICMP6_ECHO;
	struct quote quote;

	if (!is_ipv4 &&
	    (type == ICMP6_SOLICIT || type == ICMP6_ADVERT || type == ICMP6_LISTENER_QUERY))
		return FRAME_TO_ALL;
	if (type == (is_ipv4 ? ICMP_ECHO_REPLY : ICMP6_ECHO_REPLY))
		return FRAME_TO_FIRST;
	cursor_bytes(c, ICMP_HEAD - 1);
	if (!is_error || !quote_parse(c, is_ipv4, &quote))
		return FRAME_TO_ANY;
	if (quote.is_probe)
		return FRAME_TO_FIRST;
	return flow_owner(&quote.tuple, flow);
}

enum frame_owner frame_owner_of(struct span bytes, uint8_t flow[FRAME_FLOW_BYTES])
{
	struct cursor c = cursor_over(bytes);
	struct tcp_tuple to;
	struct packet p;
	uint16_t type, vlan;

	cursor_bytes(&c, 12);
	type = cursor_type(&c, &vlan);
	if (type == FRAME_TYPE_ARP)
		return FRAME_TO_ALL;
	if (!packet_ends(&c, type, &p))
		return FRAME_TO_ANY;
	if (p.protocol == PROTO_ICMP || p.protocol == PROTO_ICMP6)
		return icmp_owner(&c, p.protocol == PROTO_ICMP, flow);
	to = (struct tcp_tuple){.local = p.to, .remote = p.from};
	to.remote_port = cursor_u16(&c);
	to.local_port = cursor_u16(&c);
	if (p.protocol != PROTO_TCP || !cursor_ok(&c))
		return FRAME_TO_ANY;
	return flow_owner(&to, flow);
}
