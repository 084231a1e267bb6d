// crypto/core/digest.c against published answers.
#include "crypto/core/digest.h"
#include "tests/unit/check.h"
#include "tests/unit/vectors.h"

static void check_digest(enum digest_id id, const char *message, const char *hex)
{
	uint8_t want[DIGEST_BYTES_MAX], got[DIGEST_BYTES_MAX];

	CHECK_EQ(vector_unhex(hex, want, sizeof(want)), digest_bytes(id));
	digest_of(id, span_text(message), got);
	CHECK_MEM(got, want, digest_bytes(id));
}

// FIPS 180-4 examples

TEST(sha256_of_abc)
{
	check_digest(DIGEST_SHA256, "abc",
	             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(sha384_of_abc)
{
	check_digest(DIGEST_SHA384, "abc",
	             "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	             "8086072ba1e7cc2358baeca134c825a7");
}

TEST(sha512_of_abc)
{
	check_digest(DIGEST_SHA512, "abc",
	             "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	             "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(sha256_of_nothing)
{
	check_digest(DIGEST_SHA256, "",
	             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(sha1_of_abc)
{
	check_digest(DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d");
}

// RFC 2202 test case 6
TEST(hmac_sha1_hashes_a_key_longer_than_a_block)
{
	uint8_t key[80], want[20], got[20];

	memset(key, 0xaa, sizeof(key));
	vector_unhex("aa4ae5e15272d00e95705637ce8a3b55ed402112", want, sizeof(want));
	hmac_of(DIGEST_SHA1, span_of(key, sizeof(key)),
	        span_text("Test Using Larger Than Block-Size Key - Hash Key First"), got);
	CHECK_MEM(got, want, sizeof(want));
}

TEST(digest_in_pieces_equals_digest_at_once)
{
	uint8_t message[300], whole[DIGEST_BYTES_MAX], pieces[DIGEST_BYTES_MAX];
	struct digest d;

	memset(message, 0xa5, sizeof(message));
	digest_of(DIGEST_SHA512, span_of(message, sizeof(message)), whole);
	digest_init(&d, DIGEST_SHA512);
	for (size_t i = 0; i < sizeof(message); i += 100)
		digest_update(&d, span_of(message + i, 100));
	digest_final(&d, pieces);
	CHECK_MEM(pieces, whole, 64);
}

TEST(digest_names_are_found)
{
	CHECK_EQ(digest_find("SHA256"), DIGEST_SHA256);
	CHECK_EQ(digest_find("SHA384"), DIGEST_SHA384);
	CHECK_EQ(digest_find("SHA512"), DIGEST_SHA512);
	CHECK_EQ(digest_find("SHA1"), DIGEST_SHA1);
}

// RFC 4231 test case 6: a key longer than the block.
TEST(hmac_hashes_a_key_longer_than_a_block)
{
	uint8_t key[131], want[64], got[64];
	struct span message =
	        span_text("Test Using Larger Than Block-Size Key - Hash Key First");

	memset(key, 0xaa, sizeof(key));
	hmac_of(DIGEST_SHA256, span_of(key, sizeof(key)), message, got);
	vector_unhex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", want,
	             32);
	CHECK_MEM(got, want, 32);
	hmac_of(DIGEST_SHA512, span_of(key, sizeof(key)), message, got);
	vector_unhex("80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
	             "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
	             want, 64);
	CHECK_MEM(got, want, 64);
}

TEST(one_hmac_key_serves_many_messages)
{
	uint8_t first[32], second[32];
	struct digest run;
	struct hmac h;

	hmac_init(&h, DIGEST_SHA256, span_text("key"));
	hmac_begin(&h, &run);
	digest_update(&run, span_text("message"));
	hmac_end(&h, &run, first);
	hmac_begin(&h, &run);
	digest_update(&run, span_text("message"));
	hmac_end(&h, &run, second);
	CHECK_MEM(second, first, 32);
}

static bool hmac_agrees(json_t *group, json_t *test)
{
	struct vector_bytes key = vector_bytes(test, "key"), msg = vector_bytes(test, "msg");
	struct vector_bytes tag = vector_bytes(test, "tag");
	uint8_t got[DIGEST_BYTES_MAX];
	bool equal;

	(void)group;
	hmac_of(DIGEST_SHA256, span_of(key.data, key.len), span_of(msg.data, msg.len), got);
	equal = tag.len <= 32 && memcmp(got, tag.data, tag.len) == 0;
	return equal == vector_is_valid(test);
}

TEST(hmac_sha256_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("hmac_sha256_test.json", hmac_agrees), 174);
}

CHECK_MAIN()
