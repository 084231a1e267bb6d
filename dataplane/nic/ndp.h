// NDP (RFC 4861): solicitations and advertisements of IPv6 neighbours and of our own addresses;
// duplicate address detection (RFC 4862 section 5.4). Routers are configured, so advertisements
// and redirects of theirs are not listened to. Pure.
#pragma once

#include "dataplane/nic/neighbor.h"

// Take a message that frame_parse called NDP. `quiet`: learn only, another worker answers.
// Returns which of our addresses someone else claims, HOST_ADDRESSES: none.
enum host_address_name ndp_input(struct neighbor_table *t, const struct host *host,
                                 const struct neighbor_out *out, uint64_t now_us,
                                 const struct frame *f, bool quiet);

void ndp_ask(const struct host *host, const struct neighbor_out *out, const struct neighbor *n,
             bool direct);

// Does anyone own this address of ours?
void ndp_probe(const struct host *host, const struct neighbor_out *out,
               enum host_address_name name);

// Tell the whole link that we own it.
void ndp_announce(const struct host *host, const struct neighbor_out *out,
                  enum host_address_name name);

// Tell switches which groups we listen to (MLDv2, RFC 3810).
void ndp_report_groups(const struct host *host, const struct neighbor_out *out);
