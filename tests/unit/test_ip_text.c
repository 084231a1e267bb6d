// dataplane/base/ip_text.c
#include "dataplane/base/ip_addr.h"
#include "tests/unit/check.h"

static const char *again(const char *text)
{
	static char out[IP_TEXT_MAX];
	struct ip_addr a;

	return ip_from_text(span_text(text), &a) ? ip_text(&a, out) : "no address";
}

static const char *prefix_again(const char *text)
{
	static char out[IP_TEXT_MAX];
	struct ip_addr a;
	uint8_t bits;

	return ip_prefix_from_text(span_text(text), &a, &bits) ? ip_prefix_text(&a, bits, out)
	                                                       : "no prefix";
}

TEST(addresses_of_both_families_read_back_as_they_print)
{
	CHECK_TEXT(again("192.0.2.1"), "192.0.2.1");
	CHECK_TEXT(again("2001:DB8:0:0::1"), "2001:db8::1");
	CHECK_TEXT(again("::"), "::");
}

TEST(what_is_no_address_is_refused)
{
	CHECK_TEXT(again(""), "no address");
	CHECK_TEXT(again("192.0.2"), "no address");
	CHECK_TEXT(again("192.0.2.256"), "no address");
	CHECK_TEXT(again("::ffff:192.0.2.1"), "no address");
	CHECK_TEXT(again("2001:db8::1::2"), "no address");
	CHECK_TEXT(again("2001:db8:1111:2222:3333:4444:5555:6666:7777:8888:9999"),
	           "no address");
}

TEST(prefixes_count_from_the_front_of_what_people_write)
{
	struct ip_addr a;
	uint8_t bits;

	CHECK(ip_prefix_from_text(span_text("10.0.0.0/8"), &a, &bits));
	CHECK_EQ(bits, 104);
	CHECK_TEXT(prefix_again("10.0.0.0/8"), "10.0.0.0/8");
	CHECK_TEXT(prefix_again("2001:db8::/128"), "2001:db8::/128");
	CHECK_TEXT(prefix_again("0.0.0.0/0"), "0.0.0.0/0");
	CHECK_TEXT(prefix_again("::/0"), "::/0");
}

TEST(prefixes_that_are_none_are_refused)
{
	CHECK_TEXT(prefix_again("10.0.0.0"), "no prefix");
	CHECK_TEXT(prefix_again("10.0.0.0/"), "no prefix");
	CHECK_TEXT(prefix_again("10.0.0.0/33"), "no prefix");
	CHECK_TEXT(prefix_again("10.0.0.0/8x"), "no prefix");
	CHECK_TEXT(prefix_again("2001:db8::/129"), "no prefix");
	CHECK_TEXT(prefix_again("10.0.0.0/0008"), "no prefix");
}

TEST(what_stands_behind_a_prefix_is_forgotten)
{
	char out[IP_TEXT_MAX];
	struct ip_addr a;

	CHECK(ip_from_text(span_text("192.0.2.255"), &a));
	a = ip_prefix_of(&a, 96 + 25);
	CHECK_TEXT(ip_text(&a, out), "192.0.2.128");
}

static bool is_host(const char *text)
{
	struct ip_addr a;

	return ip_from_text(span_text(text), &a) && ip_is_host(&a);
}

TEST(groups_and_reserved_addresses_are_no_hosts)
{
	CHECK(is_host("192.0.2.1") && is_host("2001:db8::1") && is_host("fe80::1"));
	CHECK(!is_host("0.0.0.0") && !is_host("127.0.0.1") && !is_host("224.0.0.1"));
	CHECK(!is_host("255.255.255.255"));
	CHECK(!is_host("::") && !is_host("::1") && !is_host("ff02::1"));
}

CHECK_MAIN()
