// crypto/suite/suite_cbc.c against records put together from EVP and HMAC by hand, and what keeps a
// bad length from being told from a bad MAC.
#include "tests/unit/suite_fixture.h"

#include <openssl/hmac.h>

#define LENGTH 60

static const struct suite *legacy(const char *cipher, const char *mac)
{
	return suite_find_in(span_text(suite_cipher_names_legacy), span_text(mac),
	                     span_text(cipher), span_text(mac));
}

static void encrypt(const EVP_CIPHER *cipher, const struct suite_keys *keys, const uint8_t *in,
                    uint8_t *out, int len)
{
	EVP_CIPHER_CTX *evp = EVP_CIPHER_CTX_new();
	int n;

	EVP_EncryptInit_ex(evp, cipher, NULL, keys->key, keys->iv);
	EVP_CIPHER_CTX_set_padding(evp, 0);
	EVP_EncryptUpdate(evp, out, &n, in, len);
	EVP_CIPHER_CTX_free(evp);
}

static void mac1(const struct suite_keys *keys, uint32_t seq, const uint8_t *packet,
                 uint8_t tag[20])
{
	uint8_t covered[4 + 4 + LENGTH];

	suite_put_be32(covered, seq);
	memcpy(covered + 4, packet, 4 + LENGTH);
	HMAC(EVP_sha1(), keys->mac_key, 20, covered, sizeof(covered), tag, NULL);
}

static void check_mac(const char *name, const EVP_CIPHER *cipher)
{
	uint8_t plain[4 + LENGTH], record[4 + LENGTH + 20], want[4 + LENGTH], tag[20];
	struct suite_pair p =
	        pair_make(legacy(name, "hmac-sha1"), SUITE_BACKEND_AUTO, SUITE_BACKEND_EVP);

	packet_make(plain, LENGTH);
	encrypt(cipher, &p.seal_keys, plain, want, sizeof(want));
	mac1(&p.seal_keys, 7, plain, tag);
	suite_seal(p.sealer, &p.seal_keys, 7, plain, LENGTH, record);
	CHECK_MEM(record, want, sizeof(want));
	CHECK_MEM(record + sizeof(want), tag, sizeof(tag));
	pair_drop(&p);
}

TEST(encrypt_and_mac_covers_the_plain_packet)
{
	check_mac("aes128-cbc", EVP_aes_128_cbc());
	check_mac("aes192-cbc", EVP_aes_192_cbc());
	check_mac("aes256-cbc", EVP_aes_256_cbc());
	check_mac("3des-cbc", EVP_des_ede3_cbc());
}

TEST(encrypt_then_mac_covers_the_length_and_the_ciphertext)
{
	enum { INNER = LENGTH - LENGTH % 16 };
	uint8_t plain[4 + LENGTH], record[4 + LENGTH + 20], want[4 + INNER], opened[4 + INNER];
	struct suite_pair p = pair_make(legacy("aes128-cbc", "hmac-sha1-etm@openssh.com"),
	                                SUITE_BACKEND_AUTO, SUITE_BACKEND_EVP);

	packet_make(plain, INNER);
	memcpy(want, plain, 4);
	encrypt(EVP_aes_128_cbc(), &p.seal_keys, plain + 4, want + 4, INNER);
	suite_seal(p.sealer, &p.seal_keys, 7, plain, INNER, record);
	CHECK_MEM(record, want, sizeof(want));
	CHECK_EQ(suite_open(p.opener, &p.open_keys, 7, record, INNER, opened), STATUS_OK);
	CHECK_MEM(opened, plain, sizeof(opened));
	pair_drop(&p);
}

TEST(the_last_block_is_the_next_vector)
{
	struct suite_pair p = pair_make(legacy("3des-cbc", "hmac-sha1"), SUITE_BACKEND_AUTO,
	                                SUITE_BACKEND_AUTO);
	uint8_t plain[4 + LENGTH], record[4 + LENGTH + 20];

	packet_make(plain, LENGTH);
	suite_seal(p.sealer, &p.seal_keys, 7, plain, LENGTH, record);
	CHECK_MEM(p.seal_keys.iv, record + 4 + LENGTH - 8, 8);
	CHECK_EQ(suite_open(p.opener, &p.open_keys, 7, record, LENGTH, record), STATUS_OK);
	CHECK_MEM(p.open_keys.iv, p.seal_keys.iv, 8);
	pair_drop(&p);
}

// What the opener reads when the sealer wrote `length`.
static uint32_t length_read(const struct suite *suite, uint32_t length)
{
	struct suite_pair p = pair_make(suite, SUITE_BACKEND_AUTO, SUITE_BACKEND_AUTO);
	uint8_t plain[4 + LENGTH], record[4 + LENGTH + 20];
	uint32_t got;

	packet_make(plain, LENGTH);
	suite_put_be32(plain, length);
	suite_seal(p.sealer, &p.seal_keys, 7, plain, LENGTH, record);
	got = suite_packet_length(p.opener, &p.open_keys, 7, record);
	pair_drop(&p);
	return got;
}

TEST(a_length_that_cannot_be_reads_as_the_largest)
{
	const struct suite *s = legacy("aes128-cbc", "hmac-sha1");
	uint32_t most = suite_conceal_length(s);

	CHECK_EQ(most, 34976 - 4);
	CHECK_EQ(length_read(s, LENGTH), LENGTH);
	CHECK_EQ(length_read(s, most), most);
	CHECK_EQ(length_read(s, most + 16), most);
	CHECK_EQ(length_read(s, 61), most);
	CHECK_EQ(length_read(s, 0), most);
	CHECK_EQ(length_read(s, 4), most);
	CHECK_EQ(length_read(s, UINT32_MAX - 3), most);
}

static unsigned count_concealing(void)
{
	unsigned count = 0;

	for (uint8_t id = 1; suite_by_id(id) != NULL; id++) {
		const struct suite *s = suite_by_id(id);

		count += s->conceals_faults;
		CHECK(!s->conceals_faults ||
		      (s->pads_length && 4 + suite_conceal_length(s) + s->tag_bytes <= 35000 &&
		       (4 + suite_conceal_length(s)) % s->block_bytes == 0));
	}
	return count;
}

TEST(cbc_with_encrypt_and_mac_conceals_its_faults_and_nothing_else_does)
{
	CHECK_EQ(count_concealing(), 4 * 3);
	CHECK(legacy("3des-cbc", "hmac-sha1")->conceals_faults);
	CHECK(!legacy("3des-cbc", "hmac-sha1-etm@openssh.com")->conceals_faults);
}

CHECK_MAIN()
