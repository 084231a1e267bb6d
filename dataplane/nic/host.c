// Who we are after the operator's settings: addresses, the way to our link, limits of length.
#include "dataplane/nic/host.h"

// It is made of the port's address (RFC 4291 appendix A) and is the link's alone.
static void link_local_set(struct host *host)
{
	struct host_address *a = &host->address[HOST_LINK_LOCAL];
	const uint8_t *m = host->ether.bytes;

	*a = (struct host_address){0};
	if (ip_is_none(&host->address[HOST_IPV6].ip))
		return;
	a->ip = (struct ip_addr){
	        {0xfe, 0x80, [8] = m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]}};
	a->bits = 10;
}

static void connected_add(struct host *host)
{
	for (unsigned i = 0; i < HOST_ADDRESSES; i++) {
		const struct host_address *a = &host->address[i];
		struct route link = {.prefix = ip_prefix_of(&a->ip, a->bits), .bits = a->bits};

		if (!ip_is_none(&a->ip))
			route_add(&host->routes, &link);
	}
}

static void address_set(struct host *host, enum host_address_name name,
                        const struct net_address *want, const struct host *start)
{
	struct host_address old = host->address[name];

	host->address[name] = start->address[name];
	if (!ip_is_none(&want->ip))
		host->address[name] = (struct host_address){.ip = want->ip, .bits = want->bits};
	host->address[name].used = old.used && ip_equal(&old.ip, &host->address[name].ip);
}

void host_apply(struct host *host, const struct host *start, const struct net_settings *s,
                uint32_t port)
{
	bool link_local_used = host->address[HOST_LINK_LOCAL].used;
	const struct net_interface *want = &s->port[port];

	address_set(host, HOST_IPV4, &want->address[NET_IPV4], start);
	address_set(host, HOST_IPV6, &want->address[NET_IPV6], start);
	link_local_set(host);
	host->address[HOST_LINK_LOCAL].used =
	        link_local_used && !ip_is_none(&host->address[HOST_LINK_LOCAL].ip);
	host->mtu = want->mtu != 0 && want->mtu < start->mtu ? want->mtu : start->mtu;
	host->down = want->down;
	memcpy(host->dscp, s->dscp, sizeof(host->dscp));
	host->routes.routes = 0;
	connected_add(host);
}
