// The IPv6 header and its extension headers (RFC 8200), walked as far as two bounds allow.
#include "dataplane/nic/frame_packet.h"

#define HEADERS_MAX      8u   // extension headers of one packet ...
#define HEADER_BYTES_MAX 256u // ... and their length together

#define OPTION_PAD1    0
#define OPTION_ACTION  0xc0 // what to do about an unknown one (RFC 8200 section 4.2)
#define OPTION_SILENT  0x40 // drop the packet and say nothing
#define NEXT_HEADER_AT 6u   // in the fixed header

struct ip_addr cursor_ipv6(struct cursor *c)
{
	struct ip_addr out = {0};
	struct span s = cursor_bytes(c, sizeof(out.bytes));

	if (s.len == sizeof(out.bytes))
		memcpy(out.bytes, s.data, s.len);
	return out;
}

// ::, ::1, groups, mapped IPv4 addresses and our own send nothing over a link. Duplicate address
// detection and multicast listeners do send from :: (RFC 4862 section 5.4.2).
static bool is_martian(const struct host *host, const struct packet *p)
{
	static const struct ip_addr loopback = {{[15] = 1}};
	const struct ip_addr *a = &p->from;

	if (ip_is_none(a))
		return p->protocol != PROTO_ICMP6 || !ip_is_group(&p->to);
	return ip_is_group(a) || ip_is_ipv4(a) || ip_equal(a, &loopback) || host_has(host, a);
}

// Options are known not at all, so each is skipped or forbids the packet by its first two bits.
// `*fault` is where the one stands that does, NULL when it wants no answer.
static enum counter options_parse(struct span options, const uint8_t **fault)
{
	struct cursor c = cursor_over(options);

	while (cursor_left(&c) > 0) {
		const uint8_t *at = c.at;
		uint8_t kind = cursor_u8(&c);

		if (kind == OPTION_PAD1)
			continue;
		cursor_bytes(&c, cursor_u8(&c));
		if ((kind & OPTION_ACTION) == 0)
			continue;
		*fault = (kind & OPTION_ACTION) == OPTION_SILENT ? NULL : at;
		return COUNTER_ip6_option;
	}
	return cursor_ok(&c) ? COUNTERS : COUNTER_ip_header_bad;
}

// Only a packet that is its own and only fragment is taken (RFC 6946).
static enum counter fragment_parse(struct cursor *c, uint8_t *next)
{
	*next = cursor_u8(c);
	cursor_u8(c);
	if ((cursor_u16(c) & 0xfff9) != 0)
		return COUNTER_ip_fragment;
	cursor_u32(c);
	return COUNTERS;
}

// Hop-by-hop options, destination options, routing: a byte for what follows, one for the length.
static enum counter header_parse(struct cursor *c, uint8_t kind, uint8_t *next,
                                 const uint8_t **fault)
{
	struct span body;

	*next = cursor_u8(c);
	body = cursor_bytes(c, cursor_u8(c) * 8u + 6);
	if (!cursor_ok(c))
		return COUNTER_ip_header_bad;
	if (kind != PROTO_ROUTING)
		return options_parse(body, fault);
	// RFC 5095, and for other types RFC 8200 section 4.4: with segments left it is not for us.
	return body.data[1] == 0 ? COUNTERS : COUNTER_ip_source_route;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == PROTO_HOP_BY_HOP || protocol == PROTO_ROUTING ||
	       protocol == PROTO_DESTINATION || protocol == PROTO_FRAGMENT;
}

// Walk to the payload. A header may not be cut off by the end (RFC 7112: the whole chain stands in
// the first fragment, and the atomic one is all that we take). `*fault` is left where an error
// would point: at an option, or at what named the payload's protocol.
static enum counter extensions_walk(struct cursor *c, uint8_t *protocol, const uint8_t **fault)
{
	size_t start = cursor_left(c);

	for (unsigned i = 0; is_extension(*protocol); i++) {
		const uint8_t *at = c->at;
		uint8_t kind = *protocol;
		enum counter why = kind == PROTO_FRAGMENT
		                           ? fragment_parse(c, protocol)
		                           : header_parse(c, kind, protocol, fault);

		if (!cursor_ok(c) || (kind == PROTO_HOP_BY_HOP && i > 0))
			return COUNTER_ip_header_bad;
		if (why != COUNTERS)
			return why;
		if (i == HEADERS_MAX || start - cursor_left(c) > HEADER_BYTES_MAX)
			return COUNTER_ip6_chain;
		*fault = at;
	}
	return COUNTERS;
}

enum counter packet_parse_ipv6(const struct host *host, struct span bytes, struct packet *out)
{
	struct cursor c = cursor_over(bytes);
	const uint8_t *fault = bytes.data + NEXT_HEADER_AT;
	uint32_t first = cursor_u32(&c);
	uint16_t payload_bytes = cursor_u16(&c);
	enum counter why;

	*out = (struct packet){.class = (uint8_t)(first >> 20), .protocol = cursor_u8(&c)};
	out->hops = cursor_u8(&c);
	out->from = cursor_ipv6(&c);
	out->to = cursor_ipv6(&c);
	if (!cursor_ok(&c) || first >> 28 != 6 || payload_bytes > cursor_left(&c))
		return COUNTER_ip_header_bad;
	if (ip_is_ipv4(&out->to) ||
	    !(host_has(host, &out->to) || host_in_group(host, &out->to)))
		return COUNTER_ip_not_ours;
	out->whole = span_of(bytes.data, FRAME_IPV6_BYTES + (size_t)payload_bytes);
	c = cursor_over(cursor_bytes(&c, payload_bytes));
	why = extensions_walk(&c, &out->protocol, &fault);
	out->fault_at = fault == NULL ? 0 : (uint16_t)(fault - bytes.data);
	if (is_martian(host, out))
		return COUNTER_ip_martian;
	out->payload = cursor_rest(&c);
	return why;
}

bool packet_ends_ipv6(struct cursor *c, struct packet *out)
{
	const uint8_t *fault;

	cursor_bytes(c, 6);
	out->protocol = cursor_u8(c);
	cursor_u8(c);
	out->from = cursor_ipv6(c);
	out->to = cursor_ipv6(c);
	return cursor_ok(c) && extensions_walk(c, &out->protocol, &fault) == COUNTERS;
}
