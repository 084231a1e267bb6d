// ARP (RFC 826): packets about IPv4 neighbours and about our own address. Pure.
#pragma once

#include "dataplane/nic/neighbor.h"

#define ARP_BYTES 28u

// Take an ARP packet (the bytes behind the Ethernet header, padding allowed). `quiet`: learn only,
// another worker answers. True: someone else claims our address.
bool arp_input(struct neighbor_table *t, const struct host *host,
               const struct neighbor_out *out, uint64_t now_us, struct span packet, bool quiet);

// Ask for a neighbour: `direct` to the address known, or the whole link.
void arp_ask(const struct host *host, const struct neighbor_out *out, const struct neighbor *n,
             bool direct);

// Tell the whole link who owns our address.
void arp_announce(const struct host *host, const struct neighbor_out *out);
