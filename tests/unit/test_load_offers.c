// tests/load/scenario/load_offers.c
#include "tests/load/client/known_hosts.h"
#include "tests/load/scenario/load_values.h"
#include "tests/load/scenario/load_offers.h"
#include "tests/unit/check.h"

static bool any(struct span name)
{
	return name.len > 0 && name.data[0] != '?';
}

static struct mix mix;

static void mixes(const char *text)
{
	mix_fini(&mix);
	CHECK(mix_parse(text, any, &mix));
}

static void refuses(const char *text, const char *why)
{
	mix_fini(&mix);
	CHECK(!mix_parse(text, any, &mix));
	CHECK_TEXT(load_complaint(), why);
	mix_fini(&mix);
}

TEST(a_list_is_one_offer)
{
	mixes("a,b,c");
	CHECK_EQ(mix.count, 1);
	CHECK_TEXT(mix.names[0], "a,b,c");
}

TEST(weights_make_a_mix)
{
	mixes("a=3,b=1");
	CHECK_EQ(mix.count, 2);
	CHECK_TEXT(mix.names[1], "b");
	CHECK_EQ(mix_draw(&mix, 0.0), 0);
	CHECK_EQ(mix_draw(&mix, 0.74), 0);
	CHECK_EQ(mix_draw(&mix, 0.76), 1);
	CHECK_EQ(mix_draw(&mix, 0.9999999), 1);
}

TEST(a_mix_that_is_none_is_refused)
{
	refuses("", "a list of algorithms has 1 to 1023 bytes");
	refuses("a=1,b", "every algorithm of a mix has a weight: NAME=WEIGHT,...");
	refuses("a=0", "0 is not a number from 0.001 to 1e+06");
	refuses("a=1,?b=2", "no algorithm is called ?b");
	refuses("a,?", "no algorithm is called ?");
}

TEST(every_combination_is_an_offer)
{
	const char *const text[OFFER_KINDS] = {"curve25519-sha256=1,ecdh-sha2-nistp256=1",
	                                       "ssh-ed25519", "aes128-ctr=1,aes256-ctr=2",
	                                       "hmac-sha2-256"};
	struct client_config base = {.user = "u", .trust = host_trust_pin("first")};
	struct offers o;

	CHECK(offers_make(&o, text, &base));
	CHECK_EQ(o.count, 4);
	CHECK_TEXT(o.config[1].kex, "ecdh-sha2-nistp256");
	CHECK_TEXT(o.config[1].ciphers, "aes128-ctr");
	CHECK_TEXT(o.config[2].kex, "curve25519-sha256");
	CHECK_TEXT(o.config[2].ciphers, "aes256-ctr");
	CHECK_TEXT(o.config[3].user, "u");
	for (unsigned i = 0; i < 50; i++)
		CHECK(offers_draw(&o) < o.config + 4);
	offers_fini(&o);
	host_trust_free(base.trust);
}

TEST(what_nobody_knows_is_refused)
{
	const char *const text[OFFER_KINDS] = {"curve25519-sha256", "ssh-ed25519", "rot13",
	                                       "hmac-sha2-256"};
	struct client_config base = {.trust = host_trust_pin("first")};
	struct offers o;

	CHECK(!offers_make(&o, text, &base));
	CHECK_TEXT(load_complaint(), "no algorithm is called rot13");
	offers_fini(&o);
	host_trust_free(base.trust);
}

CHECK_MAIN()
