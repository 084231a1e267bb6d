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

struct frame packet_icmp(const struct packet *p)
{
	struct cursor c = cursor_over(p->payload);
	uint8_t type = cursor_u8(&c), code = cursor_u8(&c);

	if (p->payload.len < ICMP_HEAD ||
	    checksum_finish(checksum_add(0, p->payload.data, p->payload.len)) != 0)
		return frame_drop(COUNTER_icmp_bad);
	if (type == ICMP_ECHO && code == 0)
		return taken(FRAME_ECHO, p);
	return frame_drop(COUNTER_icmp_ignored);
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

	if (p->payload.len < ICMP_HEAD || !packet_sum_is_good(p))
		return frame_drop(COUNTER_icmp_bad);
	switch (type) {
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
