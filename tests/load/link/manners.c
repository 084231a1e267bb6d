// Near is what an interface's own network holds.
#include "tests/load/link/manners.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

static const uint8_t *bytes_of(const struct sockaddr *a, unsigned *len)
{
	if (a->sa_family == AF_INET) {
		*len = 4;
		return (const uint8_t *)&((const struct sockaddr_in *)a)->sin_addr;
	}
	*len = 16;
	return (const uint8_t *)&((const struct sockaddr_in6 *)a)->sin6_addr;
}

bool address_is_in(const uint8_t *address, const uint8_t *own, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(address, own, whole) != 0)
		return false;
	return rest == 0 || ((address[whole] ^ own[whole]) >> (8 - rest)) == 0;
}

static unsigned bits_of(const uint8_t *mask, unsigned len)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < len; i++)
		bits += (unsigned)__builtin_popcount(mask[i]);
	return bits;
}

static bool is_loopback(const uint8_t *address, unsigned len)
{
	static const uint8_t one[16] = {[15] = 1};

	return len == 4 ? address[0] == 127 : memcmp(address, one, 16) == 0;
}

static bool is_connected(const struct ifaddrs *i, const struct sockaddr *to)
{
	const uint8_t *address, *mask;
	unsigned len, bits;

	if (i->ifa_addr == NULL || i->ifa_netmask == NULL ||
	    i->ifa_addr->sa_family != to->sa_family || !(i->ifa_flags & IFF_UP))
		return false;
	address = bytes_of(to, &len);
	mask = bytes_of(i->ifa_netmask, &len);
	bits = bits_of(mask, len);
	// A point-to-point address has no network but itself.
	return bits > 0 && address_is_in(address, bytes_of(i->ifa_addr, &len), bits);
}

bool target_is_near(const struct sockaddr_storage *target)
{
	const struct sockaddr *to = (const struct sockaddr *)target;
	struct ifaddrs *all = NULL;
	const uint8_t *address;
	bool near = false;
	unsigned len;

	address = bytes_of(to, &len);
	if (is_loopback(address, len))
		return true;
	if (getifaddrs(&all) != 0)
		return false;
	for (const struct ifaddrs *i = all; i != NULL && !near; i = i->ifa_next)
		near = is_connected(i, to);
	freeifaddrs(all);
	return near;
}
