// Who we are on one link: one copy a worker, written by its owner only.
#pragma once

#include "dataplane/base/keyed_hash.h"
#include "dataplane/link/net_msg.h"
#include "dataplane/nic/route.h"

enum host_address_name { HOST_IPV4, HOST_IPV6, HOST_LINK_LOCAL, HOST_ADDRESSES };

struct host_address {
	struct ip_addr ip; // none: we have none
	uint8_t bits;      // of the prefix on our link, as in struct route
	bool used;         // false: being checked for another owner, or lost to one
};

struct host {
	struct ether_addr ether;
	uint16_t mtu;    // longest IP packet either way
	uint16_t vlan;   // 0: untagged
	bool down;       // the operator has shut the interface
	uint8_t dscp[2]; // of TCP's packets, IPv4 and IPv6
	struct host_address address[HOST_ADDRESSES];
	struct route_table routes;
	struct hash_key label_key; // for IPv6 flow labels
};

// Become what the settings say of port `port`; what they leave open is as it was at start. An address
// that is new is not used yet (presence.h). Of routes it has those to its own link alone.
void host_apply(struct host *host, const struct host *start, const struct net_settings *s,
                uint32_t port);

// Is this an address that we use?
static inline bool host_has(const struct host *host, const struct ip_addr *a)
{
	for (unsigned i = 0; i < HOST_ADDRESSES; i++) {
		if (host->address[i].used && ip_equal(&host->address[i].ip, a))
			return true;
	}
	return false;
}

// Which of our addresses is `a`, used or not; HOST_ADDRESSES: none.
static inline unsigned host_name_of(const struct host *host, const struct ip_addr *a)
{
	for (unsigned i = 0; i < HOST_ADDRESSES; i++) {
		if (!ip_is_none(&host->address[i].ip) && ip_equal(&host->address[i].ip, a))
			return i;
	}
	return HOST_ADDRESSES;
}

// Are we a member of this IPv6 group? All nodes, and those in which neighbours ask for us.
static inline bool host_in_group(const struct host *host, const struct ip_addr *group)
{
	struct ip_addr all = IP_ALL_NODES;

	if (ip_equal(group, &all))
		return true;
	for (unsigned i = HOST_IPV6; i < HOST_ADDRESSES; i++) {
		struct ip_addr own = ip_solicited_group(&host->address[i].ip);

		if (!ip_is_none(&host->address[i].ip) && ip_equal(group, &own))
			return true;
	}
	return false;
}

// Our address to speak to `to` from (RFC 6724 with one address of each scope), or NULL.
static inline const struct ip_addr *host_source(const struct host *host,
                                                const struct ip_addr *to)
{
	enum host_address_name name = ip_is_ipv4(to)         ? HOST_IPV4
	                              : ip_is_link_local(to) ? HOST_LINK_LOCAL
	                                                     : HOST_IPV6;

	if (!host->address[name].used)
		name = name == HOST_IPV6 ? HOST_LINK_LOCAL : HOST_ADDRESSES;
	return name < HOST_ADDRESSES && host->address[name].used ? &host->address[name].ip
	                                                         : NULL;
}
