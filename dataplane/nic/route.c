// The routing table: few rows, so they stand in order and are tried in turn.
#include "dataplane/nic/route.h"

bool route_add(struct route_table *t, const struct route *route)
{
	uint32_t at = 0;

	if (t->routes == ROUTES_MAX || route_has(t, route))
		return false;
	while (at < t->routes && t->row[at].bits >= route->bits)
		at++;
	memmove(&t->row[at + 1], &t->row[at], (t->routes - at) * sizeof(t->row[0]));
	t->row[at] = *route;
	t->routes++;
	return true;
}

bool route_has(const struct route_table *t, const struct route *route)
{
	for (uint32_t i = 0; i < t->routes; i++) {
		if (t->row[i].bits == route->bits &&
		    ip_has_prefix(&t->row[i].prefix, &route->prefix, route->bits))
			return true;
	}
	return false;
}

const struct route *route_find(const struct route_table *t, const struct ip_addr *to)
{
	bool is_ipv4 = ip_is_ipv4(to);

	for (uint32_t i = 0; i < t->routes; i++) {
		const struct route *r = &t->row[i];

		if (is_ipv4 && r->bits < IPV4_MAPPED_BITS)
			return NULL;
		if (ip_has_prefix(to, &r->prefix, r->bits))
			return r;
	}
	return NULL;
}

bool route_next_hop(const struct route_table *t, const struct ip_addr *to, struct ip_addr *hop)
{
	const struct route *r = route_find(t, to);

	if (r == NULL)
		return false;
	*hop = ip_is_none(&r->hop) ? *to : r->hop;
	return true;
}

bool route_is_on_link(const struct route_table *t, const struct ip_addr *a)
{
	const struct route *r = route_find(t, a);

	return r != NULL && ip_is_none(&r->hop);
}
