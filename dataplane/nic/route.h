// Where packets go next: connected prefixes, static routes and a default of each family in one
// table, made anew when the operator changes one. Pure.
#pragma once

#include "dataplane/nic/address.h"

#define ROUTES_MAX 64u

// A prefix of either family: `bits` counts from the front of the IPv6-sized address, so an IPv4
// prefix has IPV4_MAPPED_BITS more than people write.
struct route {
	struct ip_addr prefix;
	struct ip_addr hop; // none: on our link
	uint8_t bits;
};

struct route_table {
	uint32_t routes;
	struct route row[ROUTES_MAX]; // longest prefix first
};

// False: the table is full, or has this prefix.
bool route_add(struct route_table *t, const struct route *route);

// Does a row stand for this very prefix?
bool route_has(const struct route_table *t, const struct route *route);

// The longest prefix that holds `to`, or NULL. No IPv6 prefix holds an IPv4 address.
const struct route *route_find(const struct route_table *t, const struct ip_addr *to);

// The neighbour that a packet for `to` is handed to. False: there is no way.
bool route_next_hop(const struct route_table *t, const struct ip_addr *to, struct ip_addr *hop);

bool route_is_on_link(const struct route_table *t, const struct ip_addr *a);
