// Who may open a connection: the rules of the listeners, asked before TCP knows anything of the
// sender. One list of each family; another replaces it whole. Pure.
#pragma once

#include "dataplane/link/net_msg.h"
#include "dataplane/nic/frame.h"

struct acl {
	struct net_rules rules[NET_FAMILIES];
	uint64_t hits[NET_FAMILIES][NET_RULES_MAX]; // of each rule
};

// What a list says of a request.
struct acl_verdict {
	bool refused;
	const struct net_rules *list;
	const struct net_rule *rule; // NULL: none fitted
};

// Replace the list of one family; its rules have not been hit yet.
void acl_set(struct acl *acl, enum net_family family, const struct net_rules *rules);
// Of one list by its number, or of all: 0.
void acl_forget_hits(struct acl *acl, uint32_t list);

// The first rule of its family that fits decides and is hit; none refuses, unless no list is in
// force.
struct acl_verdict acl_judge(struct acl *acl, const struct tcp_tuple *to);

// Does this segment ask for a connection? Others are not judged: what is open stays open.
bool acl_concerns(const struct tcp_segment *segment);
