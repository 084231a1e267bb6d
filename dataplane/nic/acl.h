// Who may open a connection: the rules of the listeners, asked before TCP knows anything of the
// sender. A table is written once and then only read; another replaces it whole. Pure.
#pragma once

#include "dataplane/nic/frame.h"

#define ACL_RULES_MAX 256u

struct acl_rule {
	struct ip_addr from; // prefix, as in struct route
	uint8_t bits;
	bool permit;
	uint16_t port; // of the listener; 0: any
};

// The first rule that fits decides; `permit_rest` when none does.
struct acl {
	bool permit_rest;
	uint32_t rules;
	struct acl_rule rule[ACL_RULES_MAX];
};

bool acl_permits(const struct acl *acl, const struct ip_addr *from, uint16_t port);

// May this segment go on to TCP? Only a request for a connection can be refused.
bool acl_admits(const struct acl *acl, const struct tcp_segment *segment);
