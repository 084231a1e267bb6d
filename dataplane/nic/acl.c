// The listeners' rules.
#include "dataplane/nic/acl.h"

#include "crypto/wire/cursor.h"

#define FLAGS_AT 13u // in the TCP header
#define FLAG_SYN 0x02
#define FLAG_ACK 0x10

void acl_set(struct acl *acl, enum net_family family, const struct net_rules *rules)
{
	acl->rules[family] = *rules;
	memset(acl->hits[family], 0, sizeof(acl->hits[family]));
}

void acl_forget_hits(struct acl *acl, uint32_t list)
{
	for (unsigned f = 0; f < NET_FAMILIES; f++) {
		if (list == 0 || acl->rules[f].list == list)
			memset(acl->hits[f], 0, sizeof(acl->hits[f]));
	}
}

struct acl_verdict acl_judge(struct acl *acl, const struct tcp_tuple *to)
{
	enum net_family family = ip_is_ipv4(&to->remote) ? NET_IPV4 : NET_IPV6;
	const struct net_rules *list = &acl->rules[family];

	if (!list->in_force)
		return (struct acl_verdict){.list = list};
	for (uint32_t i = 0; i < list->count; i++) {
		const struct net_rule *r = &list->rule[i];

		if (!net_rule_fits(r, &to->remote, to->remote_port, &to->local, to->local_port))
			continue;
		acl->hits[family][i]++;
		return (struct acl_verdict){!r->permit, list, r};
	}
	return (struct acl_verdict){.refused = true, .list = list};
}

bool acl_concerns(const struct tcp_segment *segment)
{
	struct cursor c = cursor_over(segment->bytes);

	cursor_bytes(&c, FLAGS_AT);
	return (cursor_u8(&c) & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
}
