// Which worker a frame is for, read before anything is checked.
#include "dataplane/nic/frame_packet.h"

static bool packet_ends(struct cursor *c, uint16_t type, struct packet *out)
{
	if (type == FRAME_TYPE_IPV4)
		return packet_ends_ipv4(c, out);
	return type == FRAME_TYPE_IPV6 && packet_ends_ipv6(c, out);
}

static enum frame_owner icmp6_owner(uint8_t type)
{
	switch (type) {
	case ICMP6_SOLICIT:
	case ICMP6_ADVERT:
	case ICMP6_LISTENER_QUERY:
		return FRAME_TO_ALL;
	default:
		return FRAME_TO_ANY;
	}
}

enum frame_owner frame_owner_of(struct span bytes, uint8_t flow[FRAME_FLOW_BYTES])
{
	struct cursor c = cursor_over(bytes);
	struct span ports;
	struct packet p;
	uint16_t type;

	cursor_bytes(&c, 12);
	type = cursor_u16(&c);
	if (type == FRAME_TYPE_ARP)
		return FRAME_TO_ALL;
	if (!packet_ends(&c, type, &p))
		return FRAME_TO_ANY;
	if (p.protocol == PROTO_ICMP6)
		return icmp6_owner(cursor_u8(&c));
	ports = cursor_bytes(&c, 4);
	if (p.protocol != PROTO_TCP || !cursor_ok(&c))
		return FRAME_TO_ANY;
	memcpy(flow, p.from.bytes, 16);
	memcpy(flow + 16, p.to.bytes, 16);
	memcpy(flow + 32, ports.data, 4);
	return FRAME_TO_OWNER;
}
