// The listeners' rules.
#include "dataplane/nic/acl.h"

#include "crypto/wire/cursor.h"

#define FLAGS_AT 13u // in the TCP header
#define FLAG_SYN 0x02
#define FLAG_ACK 0x10

static bool is_hit(const struct acl_rule *r, const struct ip_addr *from, uint16_t port)
{
	return (r->port == 0 || r->port == port) && ip_has_prefix(from, &r->from, r->bits) &&
	       ip_is_ipv4(from) == (r->bits >= IPV4_MAPPED_BITS && ip_is_ipv4(&r->from));
}

bool acl_permits(const struct acl *acl, const struct ip_addr *from, uint16_t port)
{
	for (uint32_t i = 0; i < acl->rules; i++) {
		if (is_hit(&acl->rule[i], from, port))
			return acl->rule[i].permit;
	}
	return acl->permit_rest;
}

bool acl_admits(const struct acl *acl, const struct tcp_segment *segment)
{
	struct cursor c = cursor_over(segment->bytes);

	cursor_bytes(&c, FLAGS_AT);
	if ((cursor_u8(&c) & (FLAG_SYN | FLAG_ACK)) != FLAG_SYN)
		return true;
	return acl_permits(acl, &segment->to.remote, segment->to.local_port);
}
