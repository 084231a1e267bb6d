// crypto/suite/suite_table.c: rows and names.
#include "crypto/wire/names.h"
#include "tests/unit/suite_fixture.h"

static const struct suite *find(const char *cipher, const char *mac)
{
	return suite_find(span_text(cipher), span_text(mac));
}

TEST(id_zero_is_no_suite)
{
	CHECK(suite_by_id(0) == NULL);
}

TEST(an_unknown_id_is_no_suite)
{
	CHECK(suite_by_id(200) == NULL);
}

TEST(every_suite_is_found_by_its_own_names_and_id)
{
	struct span ciphers = span_text(suite_cipher_names), cipher, macs, mac;
	const struct suite *s;
	unsigned found = 0;

	while (names_next(&ciphers, &cipher)) {
		macs = span_text(suite_mac_names);
		while (names_next(&macs, &mac)) {
			s = suite_find(cipher, mac);
			CHECK(s != NULL && span_is(cipher, s->cipher));
			CHECK(s != NULL && (s->mac == NULL || span_is(mac, s->mac)));
			CHECK(s != NULL && suite_by_id(s->id) == s);
			found += s != NULL;
		}
	}
	CHECK_EQ(found, 6 * 4);
}

TEST(an_aead_ignores_the_negotiated_mac)
{
	CHECK(find("aes128-gcm@openssh.com", "") != NULL);
	CHECK(find("aes128-gcm@openssh.com", "") == find("aes128-gcm@openssh.com", "hmac-md5"));
}

TEST(ctr_without_a_known_mac_is_no_suite)
{
	CHECK(find("aes128-ctr", "hmac-md5") == NULL);
	CHECK(find("aes128-ctr", "") == NULL);
}

TEST(cbc_and_sha1_are_no_suites_by_default)
{
	CHECK(find("aes128-cbc", "hmac-sha2-256") == NULL);
	CHECK(find("3des-cbc", "hmac-sha1") == NULL);
	CHECK(find("aes128-ctr", "hmac-sha1") == NULL);
	CHECK(find("aes128-ctr", "hmac-sha1-etm@openssh.com") == NULL);
}

static const struct suite *find_in(const char *ciphers, const char *macs, const char *cipher,
                                   const char *mac)
{
	return suite_find_in(span_text(ciphers), span_text(macs), span_text(cipher),
	                     span_text(mac));
}

TEST(a_legacy_suite_needs_both_its_names_in_the_lists)
{
	CHECK(find_in("aes128-cbc", "hmac-sha1", "aes128-cbc", "hmac-sha1") != NULL);
	CHECK(find_in("aes128-ctr", "hmac-sha1", "aes128-cbc", "hmac-sha1") == NULL);
	CHECK(find_in("aes128-cbc", "hmac-sha2-256", "aes128-cbc", "hmac-sha1") == NULL);
	CHECK(find_in("aes128-gcm@openssh.com", "", "aes128-gcm@openssh.com", "") != NULL);
	CHECK(find_in("aes128-ctr", "", "aes128-ctr", "") == NULL);
}

static unsigned count_legacy(const char *ciphers, const char *macs)
{
	struct span c = span_text(ciphers), m, cipher, mac;
	unsigned found = 0;

	while (names_next(&c, &cipher)) {
		m = span_text(macs);
		while (names_next(&m, &mac)) {
			const struct suite *s =
			        suite_find_in(span_text(ciphers), span_text(macs), cipher, mac);

			found += s != NULL && s->mac != NULL && s->tier == TIER_LEGACY;
		}
	}
	return found;
}

TEST(whatever_has_a_legacy_half_is_legacy)
{
	CHECK_EQ(count_legacy(suite_cipher_names, suite_mac_names), 0);
	CHECK_EQ(count_legacy(suite_cipher_names, suite_mac_names_legacy), 3 * 2);
	CHECK_EQ(count_legacy(suite_cipher_names_legacy, suite_mac_names), 4 * 4);
	CHECK_EQ(count_legacy(suite_cipher_names_legacy, suite_mac_names_legacy), 4 * 2);
}

TEST(aead_ciphers_are_told_apart)
{
	CHECK(suite_cipher_is_aead(span_text("chacha20-poly1305@openssh.com")));
	CHECK(suite_cipher_is_aead(span_text("aes256-gcm@openssh.com")));
	CHECK(!suite_cipher_is_aead(span_text("aes256-ctr")));
	CHECK(!suite_cipher_is_aead(span_text("nothing")));
}

TEST(only_encrypt_and_mac_counts_the_length_in_the_padding)
{
	CHECK(find("aes128-ctr", "hmac-sha2-256")->pads_length);
	CHECK(!find("aes128-ctr", "hmac-sha2-256-etm@openssh.com")->pads_length);
	CHECK(!find("aes128-gcm@openssh.com", "")->pads_length);
	CHECK(!find("chacha20-poly1305@openssh.com", "")->pads_length);
}

TEST(only_encrypt_and_mac_needs_a_block_to_read_the_length)
{
	CHECK_EQ(find("aes256-ctr", "hmac-sha2-512")->head_bytes, 16);
	CHECK_EQ(find("aes256-ctr", "hmac-sha2-512-etm@openssh.com")->head_bytes, 4);
	CHECK_EQ(find("aes256-gcm@openssh.com", "")->head_bytes, 4);
	CHECK_EQ(find("chacha20-poly1305@openssh.com", "")->head_bytes, 4);
}

TEST(the_evp_backend_is_always_there)
{
	CHECK_EQ(suite_backend_set(SUITE_BACKEND_EVP), SUITE_BACKEND_EVP);
}

TEST(auto_and_ipsec_mb_agree_on_what_the_machine_has)
{
	CHECK_EQ(suite_backend_set(SUITE_BACKEND_AUTO),
	         suite_backend_set(SUITE_BACKEND_IPSEC_MB));
}

CHECK_MAIN()
