// crypto/suite/suite_ctr.c against a record put together from EVP and HMAC by hand.
#include "tests/unit/suite_fixture.h"

#include <openssl/hmac.h>

#define LENGTH 60

static const struct suite *ctr(const char *mac)
{
	return suite_find(span_text("aes128-ctr"), span_text(mac));
}

static void stream(const struct suite_keys *keys, const uint8_t *in, uint8_t *out, int len)
{
	EVP_CIPHER_CTX *evp = EVP_CIPHER_CTX_new();
	int n;

	EVP_EncryptInit_ex(evp, EVP_aes_128_ctr(), NULL, keys->key, keys->iv);
	EVP_EncryptUpdate(evp, out, &n, in, len);
	EVP_CIPHER_CTX_free(evp);
}

static void mac256(const struct suite_keys *keys, uint32_t seq, const uint8_t *packet,
                   uint8_t tag[32])
{
	uint8_t covered[4 + 4 + LENGTH];

	suite_put_be32(covered, seq);
	memcpy(covered + 4, packet, 4 + LENGTH);
	HMAC(EVP_sha256(), keys->mac_key, 32, covered, sizeof(covered), tag, NULL);
}

TEST(encrypt_and_mac_covers_the_plain_packet)
{
	uint8_t plain[4 + LENGTH], record[4 + LENGTH + 32], want[4 + LENGTH], tag[32];
	struct suite_pair p =
	        pair_make(ctr("hmac-sha2-256"), SUITE_BACKEND_AUTO, SUITE_BACKEND_EVP);

	packet_make(plain, LENGTH);
	stream(&p.seal_keys, plain, want, sizeof(want));
	mac256(&p.seal_keys, 7, plain, tag);
	suite_seal(p.sealer, &p.seal_keys, 7, plain, LENGTH, record);
	CHECK_MEM(record, want, sizeof(want));
	CHECK_MEM(record + sizeof(want), tag, sizeof(tag));
	pair_drop(&p);
}

TEST(encrypt_then_mac_covers_the_length_and_the_ciphertext)
{
	uint8_t plain[4 + LENGTH], record[4 + LENGTH + 32], want[4 + LENGTH], tag[32];
	struct suite_pair p = pair_make(ctr("hmac-sha2-256-etm@openssh.com"),
	                                SUITE_BACKEND_AUTO, SUITE_BACKEND_EVP);

	packet_make(plain, LENGTH);
	memcpy(want, plain, 4);
	stream(&p.seal_keys, plain + 4, want + 4, LENGTH);
	mac256(&p.seal_keys, 7, want, tag);
	suite_seal(p.sealer, &p.seal_keys, 7, plain, LENGTH, record);
	CHECK_MEM(record, want, sizeof(want));
	CHECK_MEM(record + sizeof(want), tag, sizeof(tag));
	pair_drop(&p);
}

// Set a counter block's bytes from `from` on to 0xff, less `back` blocks.
static void near_wrap(struct suite_keys *keys, size_t from, uint8_t back)
{
	memset(keys->iv + from, 0xff, SUITE_IV_MAX - from);
	keys->iv[SUITE_IV_MAX - 1] -= back;
}

static void check_wrap(size_t from, enum suite_backend seals, enum suite_backend opens)
{
	struct suite_pair p = pair_make(ctr("hmac-sha2-256"), seals, opens);

	for (uint8_t back = 0; back < 40; back++) {
		near_wrap(&p.seal_keys, from, back);
		near_wrap(&p.open_keys, from, back);
		CHECK(round_trip(&p, back, 508, back % 2));
	}
	pair_drop(&p);
}

TEST(the_counter_carries_past_32_bits)
{
	check_wrap(12, SUITE_BACKEND_IPSEC_MB, SUITE_BACKEND_EVP);
	check_wrap(12, SUITE_BACKEND_EVP, SUITE_BACKEND_IPSEC_MB);
}

TEST(the_counter_carries_past_64_bits)
{
	check_wrap(8, SUITE_BACKEND_IPSEC_MB, SUITE_BACKEND_EVP);
}

TEST(the_counter_wraps_at_128_bits)
{
	check_wrap(0, SUITE_BACKEND_IPSEC_MB, SUITE_BACKEND_EVP);
}

TEST(the_counter_moves_by_whole_blocks)
{
	struct suite_pair p =
	        pair_make(ctr("hmac-sha2-256"), SUITE_BACKEND_AUTO, SUITE_BACKEND_AUTO);

	memset(p.seal_keys.iv, 0, SUITE_IV_MAX);
	memset(p.open_keys.iv, 0, SUITE_IV_MAX);
	CHECK(round_trip(&p, 0, 10 * 16 - 4, false));
	CHECK_EQ(p.seal_keys.iv[15], 10);
	CHECK(round_trip(&p, 1, 300 * 16 - 4, false));
	CHECK_EQ(p.seal_keys.iv[14] * 256 + p.seal_keys.iv[15], 310);
	pair_drop(&p);
}

TEST(reading_the_length_consumes_nothing)
{
	struct suite_pair p =
	        pair_make(ctr("hmac-sha2-256"), SUITE_BACKEND_AUTO, SUITE_BACKEND_AUTO);
	struct suite_keys before = p.open_keys;
	uint8_t plain[4 + LENGTH], record[4 + LENGTH + 32];

	packet_make(plain, LENGTH);
	suite_seal(p.sealer, &p.seal_keys, 7, plain, LENGTH, record);
	CHECK_EQ(suite_packet_length(p.opener, &p.open_keys, 7, record), LENGTH);
	CHECK_EQ(suite_packet_length(p.opener, &p.open_keys, 7, record), LENGTH);
	CHECK_MEM(&p.open_keys, &before, sizeof(before));
	pair_drop(&p);
}

CHECK_MAIN()
