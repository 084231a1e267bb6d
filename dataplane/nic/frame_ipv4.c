// The IPv4 header (RFC 791, RFC 1122 section 3.2.1).
#include "dataplane/nic/checksum.h"
#include "dataplane/nic/frame_packet.h"

#define OPTION_END          0
#define OPTION_NOP          1
#define OPTION_LOOSE_ROUTE  131
#define OPTION_STRICT_ROUTE 137

#define FRAGMENT_MASK 0x3fff // more fragments, offset

struct ip_addr cursor_ipv4(struct cursor *c)
{
	struct ipv4_addr out = {0};
	struct span s = cursor_bytes(c, sizeof(out.bytes));

	if (s.len == sizeof(out.bytes))
		memcpy(out.bytes, s.data, s.len);
	return ip_from_ipv4(out);
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
static bool is_martian(const struct host *host, const struct ip_addr *from)
{
	struct ipv4_addr a = ipv4_from_ip(from);

	return a.bytes[0] == 0 || a.bytes[0] == 127 || a.bytes[0] >= 224 ||
	       host_has(host, from);
}

enum counter packet_parse_ipv4(const struct host *host, struct span bytes, struct packet *out)
{
	struct cursor c = cursor_over(bytes);
	uint8_t version_length = cursor_u8(&c);
	size_t header_bytes = (version_length & 15) * 4u;
	uint16_t total, fragment;

	*out = (struct packet){.class = cursor_u8(&c)};
	total = cursor_u16(&c);
	cursor_u16(&c); // identification
	fragment = cursor_u16(&c);
	out->hops = cursor_u8(&c);
	out->protocol = cursor_u8(&c);
	cursor_u16(&c); // checksum
	out->from = cursor_ipv4(&c);
	out->to = cursor_ipv4(&c);
	if (!cursor_ok(&c) || version_length >> 4 != 4 || header_bytes < FRAME_IPV4_BYTES ||
	    total < header_bytes || total > bytes.len)
		return COUNTER_ip_header_bad;
	out->whole = span_of(bytes.data, total);
	out->payload = span_of(bytes.data + header_bytes, total - header_bytes);
	if (checksum_finish(checksum_add(0, bytes.data, header_bytes)) != 0)
		return COUNTER_ip_checksum_bad;
	if (!host_has(host, &out->to))
		return COUNTER_ip_not_ours;
	if (is_martian(host, &out->from))
		return COUNTER_ip_martian;
	if (has_source_route(
	            span_of(bytes.data + FRAME_IPV4_BYTES, header_bytes - FRAME_IPV4_BYTES)))
		return COUNTER_ip_source_route;
	return fragment & FRAGMENT_MASK ? COUNTER_ip_fragment : COUNTERS;
}

bool packet_ends_ipv4(struct cursor *c, struct packet *out)
{
	uint8_t header_bytes = (uint8_t)((cursor_u8(c) & 15) * 4u);

	cursor_bytes(c, 5);
	if ((cursor_u16(c) & FRAGMENT_MASK) != 0 || header_bytes < FRAME_IPV4_BYTES)
		return false;
	cursor_u8(c);
	out->protocol = cursor_u8(c);
	cursor_u16(c);
	out->from = cursor_ipv4(c);
	out->to = cursor_ipv4(c);
	cursor_bytes(c, header_bytes - FRAME_IPV4_BYTES);
	return cursor_ok(c);
}
