// crypto/cert/cert_address.c: addresses and blocks.
#include "crypto/cert/cert.h"
#include "tests/unit/check.h"

#include <arpa/inet.h>

static bool listed(const char *list, const char *address)
{
	uint8_t bytes[16];
	size_t len = strchr(address, ':') != NULL ? 16 : 4;

	if (inet_pton(len == 16 ? AF_INET6 : AF_INET, address, bytes) != 1)
		abort();
	return cert_address_listed(span_text(list), span_of(bytes, len));
}

TEST(an_address_stands_for_itself)
{
	CHECK(listed("192.0.2.7", "192.0.2.7"));
	CHECK(!listed("192.0.2.7", "192.0.2.8"));
	CHECK(listed("2001:db8::7", "2001:db8::7"));
	CHECK(!listed("2001:db8::7", "2001:db8::8"));
}

TEST(a_block_stands_for_what_begins_alike)
{
	CHECK(listed("192.0.2.0/24", "192.0.2.255"));
	CHECK(!listed("192.0.2.0/24", "192.0.3.0"));
	CHECK(listed("192.0.2.8/29", "192.0.2.15"));
	CHECK(!listed("192.0.2.8/29", "192.0.2.16"));
	CHECK(listed("2001:db8::/33", "2001:db8:7fff::1"));
	CHECK(!listed("2001:db8::/33", "2001:db8:8000::1"));
	CHECK(listed("0.0.0.0/0", "203.0.113.1"));
}

TEST(any_entry_of_a_list_will_do)
{
	CHECK(listed("192.0.2.1,198.51.100.0/24,2001:db8::/32", "198.51.100.9"));
	CHECK(listed("192.0.2.1,198.51.100.0/24,2001:db8::/32", "2001:db8::9"));
}

TEST(the_families_do_not_mix)
{
	CHECK(!listed("0.0.0.0/0", "2001:db8::1"));
	CHECK(!listed("::/0", "192.0.2.1"));
}

TEST(an_ipv4_address_in_ipv6_is_an_ipv4_address)
{
	CHECK(listed("192.0.2.0/24", "::ffff:192.0.2.9"));
	CHECK(!listed("::/0", "::ffff:192.0.2.9"));
}

TEST(nothing_matches_without_an_address)
{
	CHECK(!cert_address_listed(span_text("0.0.0.0/0"), span_text("")));
	CHECK(!cert_address_listed(span_text(""), span_of("\xc0\0\x02\x01", 4)));
}

// One bad entry spoils the list, wherever it stands.
TEST(a_list_with_anything_else_in_it_matches_nothing)
{
	CHECK(!listed("192.0.2.7,host.example", "192.0.2.7"));
	CHECK(!listed("192.0.2.7,", "192.0.2.8"));
	CHECK(!listed("192.0.2.7,,192.0.2.8", "192.0.2.7"));
	CHECK(!listed("192.0.2.7,192.0.2.8/33", "192.0.2.7"));
	CHECK(!listed("192.0.2.7,192.0.2.8/", "192.0.2.7"));
	CHECK(!listed("192.0.2.7,192.0.2.8/-1", "192.0.2.7"));
	CHECK(!listed("192.0.2.7,2001:db8::/129", "192.0.2.7"));
	CHECK(!listed("192.0.2.7, 192.0.2.8", "192.0.2.7"));
	CHECK(!listed("*", "192.0.2.7"));
	CHECK(!listed("!192.0.2.8", "192.0.2.7"));
}

TEST(a_block_with_bits_behind_its_end_matches_nothing)
{
	CHECK(!listed("192.0.2.7/24", "192.0.2.7"));
	CHECK(!listed("2001:db8::1/32", "2001:db8::1"));
}

CHECK_MAIN()
