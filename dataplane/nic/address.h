// Addresses of the link and of IP. IP addresses are IPv6-sized everywhere above the headers; IPv4
// is held v4-mapped (::ffff:a.b.c.d), so one comparison, one table and one checksum serve both.
#pragma once

#include <stdint.h>

#include "dataplane/tcp/tcp.h"

struct ether_addr {
	uint8_t bytes[6];
};

struct ipv4_addr {
	uint8_t bytes[4]; // network order
};

static inline bool ether_equal(struct ether_addr a, struct ether_addr b)
{
	return memcmp(a.bytes, b.bytes, 6) == 0;
}

static inline bool ether_is_group(struct ether_addr a)
{
	return (a.bytes[0] & 1) != 0;
}

// Where frames for an IPv6 group go (RFC 2464 section 7).
static inline struct ether_addr ether_of_group(const struct ip_addr *group)
{
	struct ether_addr out = {{0x33, 0x33}};

	memcpy(out.bytes + 2, group->bytes + 12, 4);
	return out;
}

static inline struct ip_addr ip_from_ipv4(struct ipv4_addr a)
{
	struct ip_addr out = {.bytes = {[10] = 0xff, [11] = 0xff}};

	memcpy(out.bytes + 12, a.bytes, 4);
	return out;
}

static inline struct ipv4_addr ipv4_from_ip(const struct ip_addr *a)
{
	struct ipv4_addr out;

	memcpy(out.bytes, a->bytes + 12, 4);
	return out;
}

// The group a neighbour is asked for in (RFC 4291 section 2.7.1).
static inline struct ip_addr ip_solicited_group(const struct ip_addr *a)
{
	struct ip_addr out = {{0xff, 2, [11] = 1, [12] = 0xff}};

	memcpy(out.bytes + 13, a->bytes + 13, 3);
	return out;
}

#define IP_ALL_NODES ((struct ip_addr){{0xff, 2, [15] = 1}})
