// SipHash-1-3 against values of an independent implementation, and its use as a keyed hash.
#include "dataplane/base/keyed_hash.h"
#include "tests/unit/check.h"

static struct hash_key counting_key(void)
{
	uint8_t bytes[16];

	for (uint8_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	return hash_key_from(bytes);
}

TEST(the_empty_message_has_its_known_hash)
{
	struct hash_key key = counting_key();

	CHECK(keyed_hash(&key, "", 0) == 0xabac0158050fc4dcull);
}

TEST(fifteen_bytes_have_their_known_hash)
{
	struct hash_key key = counting_key();
	uint8_t bytes[15];

	for (uint8_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	CHECK(keyed_hash(&key, bytes, sizeof(bytes)) == 0xd320d86d2a519956ull);
}

TEST(another_key_gives_another_hash)
{
	struct hash_key key = counting_key();
	struct hash_key other = {key.k0, key.k1 + 1};

	CHECK(keyed_hash(&key, "tuple", 5) != keyed_hash(&other, "tuple", 5));
}

TEST(trailing_zero_bytes_count)
{
	struct hash_key key = counting_key();

	CHECK(keyed_hash(&key, "\0", 1) != keyed_hash(&key, "", 0));
	CHECK(keyed_hash(&key, "a\0", 2) != keyed_hash(&key, "a", 1));
}

CHECK_MAIN()
