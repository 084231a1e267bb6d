// The ports as one worker knows them: who we are on each link, and who else is there. Pure.
//
// Where packets arrive we are a strong host (RFC 1122 section 3.3.4.2): one is taken only if it is
// for an address of the interface at which it came, so nobody reaches through one link what is
// offered on another. Where packets leave, the destination decides, as in a router: the longest
// prefix among the routes of all interfaces that are not shut down, and of equally long ones that
// of the interface whose address speaks. Nothing is passed on from one link to another.
#pragma once

#include "dataplane/nic/presence.h"

struct interface {
	struct host host; // this core's copy
	struct presence presence;
	struct neighbor_table neighbors;
	struct neighbor_out out; // its link
};

struct interfaces {
	uint32_t count; // 1 to NET_PORTS_MAX
	struct interface *at;
	const struct host
	        *start; // of each, as the command line said; static routes stand in the first
};

// Become what the settings say, each as host_apply; then static routes, those of the settings
// first, each by the interface whose link its hop is on.
void interfaces_apply(const struct interfaces *all, const struct net_settings *s);

// Where a packet from `from` (none: any of our addresses) to `to` leaves, and the neighbour it is
// handed to. NULL: there is no way.
struct interface *interface_towards(const struct interfaces *all, const struct ip_addr *from,
                                    const struct ip_addr *to, struct ip_addr *hop);

// Whose address is `a`, used or not; NULL: it is none of ours.
struct interface *interface_of(const struct interfaces *all, const struct ip_addr *a);
// The same, of addresses in use.
bool interfaces_have(const struct interfaces *all, const struct ip_addr *a);

// Of the shortest one: no packet of TCP is longer, wherever its connection's next one leaves.
uint16_t interfaces_mtu(const struct interfaces *all);
