// crypto/pq/mlkem768.c against Wycheproof, and what it refuses.
#include "crypto/pq/mlkem768.h"
#include "tests/unit/vectors.h"

static struct span bytes_span(const struct vector_bytes *b)
{
	return span_of(b->data, b->len);
}

static bool is(const uint8_t *got, const struct vector_bytes *want, size_t len)
{
	return want->len == len && memcmp(got, want->data, len) == 0;
}

static bool keygen_agrees(json_t *group, json_t *test)
{
	struct vector_bytes seed = vector_bytes(test, "seed");
	struct vector_bytes ek = vector_bytes(test, "ek"), dk = vector_bytes(test, "dk");
	uint8_t got_ek[MLKEM768_EK], got_dk[MLKEM768_DK];

	(void)group;
	mlkem768_keygen(seed.data, seed.data + 32, got_ek, got_dk);
	return seed.len == 64 && is(got_ek, &ek, sizeof(got_ek)) &&
	       is(got_dk, &dk, sizeof(got_dk));
}

TEST(key_generation_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("mlkem_768_keygen_seed_test.json", keygen_agrees), 100);
}

static bool encaps_agrees(json_t *group, json_t *test)
{
	struct vector_bytes ek = vector_bytes(test, "ek"), m = vector_bytes(test, "m");
	struct vector_bytes c = vector_bytes(test, "c"), key = vector_bytes(test, "K");
	uint8_t got_ct[MLKEM768_CT], got_key[MLKEM768_KEY];
	enum status status = mlkem768_encaps(bytes_span(&ek), m.data, got_ct, got_key);

	(void)group;
	if (!vector_is_valid(test))
		return status == STATUS_BAD_KEY;
	return status == STATUS_OK && is(got_ct, &c, sizeof(got_ct)) &&
	       is(got_key, &key, sizeof(got_key));
}

TEST(encapsulation_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("mlkem_768_encaps_test.json", encaps_agrees), 265);
}

// An invalid case has no key: decapsulation refuses it.
static bool decaps_gives(json_t *test, struct span dk)
{
	struct vector_bytes c = vector_bytes(test, "c"), key;
	uint8_t got[MLKEM768_KEY];
	enum status status = mlkem768_decaps(dk, bytes_span(&c), got);

	if (!vector_is_valid(test))
		return status == STATUS_BAD_KEY;
	key = vector_bytes(test, "K");
	return status == STATUS_OK && is(got, &key, sizeof(got));
}

static bool seed_agrees(json_t *test, const struct vector_bytes *seed)
{
	struct vector_bytes want = vector_bytes(test, "ek");
	uint8_t ek[MLKEM768_EK], dk[MLKEM768_DK];

	mlkem768_keygen(seed->data, seed->data + 32, ek, dk);
	return is(ek, &want, sizeof(ek)) && decaps_gives(test, span_of(dk, sizeof(dk)));
}

// A seed of another length cannot be passed; what else is invalid, decapsulation refuses.
static bool decaps_agrees(json_t *group, json_t *test)
{
	struct vector_bytes seed = vector_bytes(test, "seed");

	(void)group;
	return seed.len == 64 ? seed_agrees(test, &seed) : !vector_is_valid(test);
}

TEST(decapsulation_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("mlkem_768_test.json", decaps_agrees), 193);
}

static bool stored_key_agrees(json_t *group, json_t *test)
{
	struct vector_bytes dk = vector_bytes(test, "dk");

	(void)group;
	return decaps_gives(test, bytes_span(&dk));
}

TEST(stored_keys_are_checked_as_wycheproof_asks)
{
	CHECK_EQ(vectors_run("mlkem_768_semi_expanded_decaps_test.json", stored_key_agrees), 9);
}

TEST(a_changed_bit_anywhere_in_the_ciphertext_changes_the_key)
{
	uint8_t seed[64] = {1}, m[32] = {2}, ek[MLKEM768_EK], dk[MLKEM768_DK];
	uint8_t ct[MLKEM768_CT], key[32], got[32];
	int same = 0;

	mlkem768_keygen(seed, seed + 32, ek, dk);
	CHECK_EQ(mlkem768_encaps(span_of(ek, sizeof(ek)), m, ct, key), STATUS_OK);
	for (size_t i = 0; i < sizeof(ct); i++) {
		ct[i] ^= (uint8_t)(1 << i % 8);
		CHECK_EQ(mlkem768_decaps(span_of(dk, sizeof(dk)), span_of(ct, sizeof(ct)), got),
		         STATUS_OK);
		same += memcmp(got, key, 32) == 0;
		ct[i] ^= (uint8_t)(1 << i % 8);
	}
	CHECK_EQ(same, 0);
}

CHECK_MAIN()
