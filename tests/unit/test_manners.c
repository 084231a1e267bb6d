// tests/load/link/manners.c
#include <arpa/inet.h>

#include "tests/load/link/manners.h"
#include "tests/unit/check.h"

static bool near(int family, const char *text)
{
	struct sockaddr_storage a = {.ss_family = (sa_family_t)family};

	CHECK_EQ(inet_pton(family, text,
	                   family == AF_INET ? (void *)&((struct sockaddr_in *)&a)->sin_addr
	                                     : (void *)&((struct sockaddr_in6 *)&a)->sin6_addr),
	         1);
	return target_is_near(&a);
}

TEST(loopback_is_near)
{
	CHECK(near(AF_INET, "127.0.0.1"));
	CHECK(near(AF_INET, "127.9.9.9"));
	CHECK(near(AF_INET6, "::1"));
}

TEST(the_world_is_not)
{
	CHECK(!near(AF_INET, "198.51.100.1"));
	CHECK(!near(AF_INET6, "2001:db8:ffff::1"));
}

TEST(a_network_ends_at_its_bits)
{
	static const uint8_t own[4] = {192, 0, 2, 1}, in[4] = {192, 0, 2, 126},
	                     out[4] = {192, 0, 2, 129};

	CHECK(address_is_in(in, own, 25));
	CHECK(!address_is_in(out, own, 25));
	CHECK(address_is_in(out, own, 24));
	CHECK(!address_is_in(in, own, 32));
	CHECK(address_is_in(own, own, 32));
}

CHECK_MAIN()
