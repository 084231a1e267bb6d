// An IP address of either family. All are IPv6-sized; IPv4 is held v4-mapped (::ffff:a.b.c.d), so
// one comparison and one table serve both. Network byte order.
#pragma once

#include "crypto/core/span.h"

#define IPV4_MAPPED_BITS 96u // in front of an IPv4 prefix

struct ip_addr {
	uint8_t bytes[16];
};

static inline bool ip_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return memcmp(a->bytes, b->bytes, 16) == 0;
}

static inline bool ip_has_prefix(const struct ip_addr *a, const struct ip_addr *prefix,
                                 unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a->bytes, prefix->bytes, whole) != 0)
		return false;
	return rest == 0 ||
	       ((a->bytes[whole] ^ prefix->bytes[whole]) & (0xff00u >> rest) & 0xff) == 0;
}

static inline bool ip_is_ipv4(const struct ip_addr *a)
{
	static const struct ip_addr mapped = {{[10] = 0xff, [11] = 0xff}};

	return memcmp(a->bytes, mapped.bytes, 12) == 0;
}

// :: stands for none. The mapped 0.0.0.0 is not it.
static inline bool ip_is_none(const struct ip_addr *a)
{
	static const struct ip_addr none;

	return ip_equal(a, &none);
}

// Of an IPv6 address.
static inline bool ip_is_group(const struct ip_addr *a)
{
	return a->bytes[0] == 0xff;
}

static inline bool ip_is_link_local(const struct ip_addr *a)
{
	return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

// An address that one host may have: no group, none of the reserved ones.
bool ip_is_host(const struct ip_addr *a);

// Forget what stands behind the prefix.
struct ip_addr ip_prefix_of(const struct ip_addr *a, unsigned bits);

// "192.0.2.1", "2001:db8::1". False, with *out undefined, for anything else.
bool ip_from_text(struct span text, struct ip_addr *out);
// "192.0.2.0/24", "2001:db8::/64"; `bits` counts from the front of the sixteen bytes.
bool ip_prefix_from_text(struct span text, struct ip_addr *out, uint8_t *bits);

#define IP_TEXT_MAX 52 // with a prefix length
const char *ip_text(const struct ip_addr *a, char out[IP_TEXT_MAX]);
const char *ip_prefix_text(const struct ip_addr *a, unsigned bits, char out[IP_TEXT_MAX]);
