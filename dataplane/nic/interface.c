// Which interface a packet leaves by, and which routes each has.
#include "dataplane/nic/interface.h"

struct interface *interface_towards(const struct interfaces *all, const struct ip_addr *from,
                                    const struct ip_addr *to, struct ip_addr *hop)
{
	const struct route *best = NULL;
	struct interface *by = NULL;

	for (uint32_t i = 0; i < all->count; i++) {
		struct interface *one = &all->at[i];
		const struct route *r =
		        one->host.down ? NULL : route_find(&one->host.routes, to);

		if (r == NULL || (best != NULL && r->bits < best->bits) ||
		    (best != NULL && r->bits == best->bits && !host_has(&one->host, from)))
			continue;
		best = r;
		by = one;
	}
	if (by != NULL)
		*hop = ip_is_none(&best->hop) ? *to : best->hop;
	return by;
}

struct interface *interface_of(const struct interfaces *all, const struct ip_addr *a)
{
	for (uint32_t i = 0; i < all->count; i++) {
		if (host_name_of(&all->at[i].host, a) != HOST_ADDRESSES)
			return &all->at[i];
	}
	return NULL;
}

bool interfaces_have(const struct interfaces *all, const struct ip_addr *a)
{
	for (uint32_t i = 0; i < all->count; i++) {
		if (host_has(&all->at[i].host, a))
			return true;
	}
	return false;
}

uint16_t interfaces_mtu(const struct interfaces *all)
{
	uint16_t least = all->at[0].host.mtu;

	for (uint32_t i = 1; i < all->count; i++) {
		if (all->at[i].host.mtu < least)
			least = all->at[i].host.mtu;
	}
	return least;
}

// --- static routes -------------------------------------------------------------------------------

// On whose link a hop is: the longest connected prefix that holds it.
static struct interface *link_of(const struct interfaces *all, const struct ip_addr *hop)
{
	const struct route *best = NULL;
	struct interface *by = NULL;

	for (uint32_t i = 0; i < all->count; i++) {
		const struct route *r = route_find(&all->at[i].host.routes, hop);

		if (r == NULL || !ip_is_none(&r->hop) ||
		    (best != NULL && r->bits <= best->bits))
			continue;
		best = r;
		by = &all->at[i];
	}
	return by;
}

static bool is_routed(const struct interfaces *all, const struct route *route)
{
	for (uint32_t i = 0; i < all->count; i++) {
		if (route_has(&all->at[i].host.routes, route))
			return true;
	}
	return false;
}

// A hop that no link of ours leads to is of no use now; a prefix has one route.
static void static_add(const struct interfaces *all, const struct route *route)
{
	struct interface *by = link_of(all, &route->hop);

	if (by != NULL && !is_routed(all, route))
		route_add(&by->host.routes, route);
}

void interfaces_apply(const struct interfaces *all, const struct net_settings *s)
{
	const struct route_table *start = &all->start[0].routes;

	for (uint32_t i = 0; i < all->count; i++)
		host_apply(&all->at[i].host, &all->start[i], s, i);
	for (uint32_t i = 0; i < s->routes; i++) {
		const struct net_route *r = &s->route[i];

		static_add(all, &(struct route){
		                        .prefix = r->prefix, .hop = r->hop, .bits = r->bits});
	}
	for (uint32_t i = 0; i < start->routes; i++) {
		if (!ip_is_none(&start->row[i].hop))
			static_add(all, &start->row[i]);
	}
}
