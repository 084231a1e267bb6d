// crypto/suite/suite_chacha.c against ChaCha20 (RFC 8439 section 2.3) written out plainly here and
// OpenSSL's Poly1305, put together as PROTOCOL.chacha20poly1305 says.
#include "tests/unit/suite_fixture.h"
#include "tests/unit/vectors.h"

#define LENGTH 200

static uint32_t rotl(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

static void quarter(uint32_t *s, int a, int b, int c, int d)
{
	s[a] += s[b], s[d] = rotl(s[d] ^ s[a], 16);
	s[c] += s[d], s[b] = rotl(s[b] ^ s[c], 12);
	s[a] += s[b], s[d] = rotl(s[d] ^ s[a], 8);
	s[c] += s[d], s[b] = rotl(s[b] ^ s[c], 7);
}

static uint32_t le32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

// One key stream block: counter, and 12 bytes of nonce.
static void chacha_block(const uint8_t key[32], uint32_t counter, const uint8_t nonce[12],
                         uint8_t out[64])
{
	uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, s[16];

	for (int i = 0; i < 8; i++)
		start[4 + i] = le32(key + 4 * i);
	start[12] = counter;
	for (int i = 0; i < 3; i++)
		start[13 + i] = le32(nonce + 4 * i);
	memcpy(s, start, sizeof(s));
	for (int i = 0; i < 10; i++) {
		for (int k = 0; k < 4; k++)
			quarter(s, k, 4 + k, 8 + k, 12 + k);
		for (int k = 0; k < 4; k++)
			quarter(s, k, 4 + (k + 1) % 4, 8 + (k + 2) % 4, 12 + (k + 3) % 4);
	}
	for (int i = 0; i < 64; i++)
		out[i] = (uint8_t)((s[i / 4] + start[i / 4]) >> 8 * (i % 4));
}

TEST(the_plain_chacha_block_is_that_of_rfc_8439)
{
	uint8_t key[32], nonce[12] = {0, 0, 0, 9, 0, 0, 0, 0x4a}, got[64], want[64];

	for (uint8_t i = 0; i < 32; i++)
		key[i] = i;
	vector_unhex("10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
	             "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e",
	             want, sizeof(want));
	chacha_block(key, 1, nonce, got);
	CHECK_MEM(got, want, sizeof(want));
}

static void xor_stream(const uint8_t key[32], uint32_t counter, uint32_t seq, const uint8_t *in,
                       uint8_t *out, size_t len)
{
	uint8_t nonce[12] = {0}, block[64];

	suite_put_be32(nonce + 8, seq);
	for (size_t i = 0; i < len; i++) {
		if (i % 64 == 0)
			chacha_block(key, counter++, nonce, block);
		out[i] = in[i] ^ block[i % 64];
	}
}

static void poly1305(const uint8_t key[32], const uint8_t *in, size_t len, uint8_t tag[16])
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "POLY1305", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	size_t n;

	EVP_MAC_init(ctx, key, 32, NULL);
	EVP_MAC_update(ctx, in, len);
	EVP_MAC_final(ctx, tag, &n, 16);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}

static void check_record(enum suite_backend backend)
{
	uint8_t plain[4 + LENGTH], record[4 + LENGTH + 16], want[4 + LENGTH + 16];
	uint8_t zero[32] = {0}, poly_key[32];
	const struct suite *s =
	        suite_find(span_text("chacha20-poly1305@openssh.com"), span_text(""));
	struct suite_pair p = pair_make(s, backend, SUITE_BACKEND_EVP);
	const uint8_t *k2 = p.seal_keys.key, *k1 = p.seal_keys.key + 32;
	uint32_t seq = 0xfedcba98;

	packet_make(plain, LENGTH);
	xor_stream(k1, 0, seq, plain, want, 4);
	xor_stream(k2, 1, seq, plain + 4, want + 4, LENGTH);
	xor_stream(k2, 0, seq, zero, poly_key, sizeof(poly_key));
	poly1305(poly_key, want, 4 + LENGTH, want + 4 + LENGTH);
	suite_seal(p.sealer, &p.seal_keys, seq, plain, LENGTH, record);
	CHECK_MEM(record, want, sizeof(want));
	CHECK_EQ(suite_packet_length(p.opener, &p.open_keys, seq, want), LENGTH);
	pair_drop(&p);
}

TEST(an_evp_record_is_the_composition_that_openssh_describes)
{
	check_record(SUITE_BACKEND_EVP);
}

TEST(an_ipsec_mb_record_is_the_composition_that_openssh_describes)
{
	check_record(SUITE_BACKEND_IPSEC_MB);
}

CHECK_MAIN()
