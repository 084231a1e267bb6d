// crypto/pq/sntrup761.c: round trips, refusals, and answers that OpenSSH's implementation gives
// to the same random bytes.
#include "crypto/core/digest.h"
#include "crypto/core/random.h"
#include "crypto/pq/sntrup761.h"
#include "tests/unit/vectors.h"

static uint64_t state;

static void repeatable(void *out, size_t len)
{
	uint8_t *bytes = out;

	for (size_t i = 0; i < len; i++) {
		state = state * 6364136223846793005 + 1442695040888963407;
		bytes[i] = (uint8_t)(state >> 56);
	}
}

struct keys {
	uint8_t pk[SNTRUP761_PK], sk[SNTRUP761_SK];
};

struct answer {
	uint8_t ct[SNTRUP761_CT], key[SNTRUP761_KEY];
};

static struct keys keys_of_seed(uint64_t seed)
{
	struct keys k;

	state = seed;
	random_source_set(repeatable);
	sntrup761_keygen(k.pk, k.sk);
	return k;
}

static struct answer encapsulate(const struct keys *k)
{
	struct answer a;

	CHECK_EQ(sntrup761_encaps(span_of(k->pk, sizeof(k->pk)), a.ct, a.key), STATUS_OK);
	return a;
}

static void decapsulate(const struct keys *k, const struct answer *a,
                        uint8_t key[SNTRUP761_KEY])
{
	CHECK_EQ(sntrup761_decaps(span_of(k->sk, sizeof(k->sk)), span_of(a->ct, sizeof(a->ct)),
	                          key),
	         STATUS_OK);
}

TEST(both_sides_have_one_key)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct keys k = keys_of_seed(seed);
		struct answer a = encapsulate(&k);
		uint8_t got[SNTRUP761_KEY];

		decapsulate(&k, &a, got);
		CHECK_MEM(got, a.key, sizeof(got));
	}
}

TEST(every_encapsulation_is_another)
{
	struct keys k = keys_of_seed(1);
	struct answer a, b;

	random_source_set(NULL);
	a = encapsulate(&k);
	b = encapsulate(&k);
	CHECK(memcmp(a.ct, b.ct, sizeof(a.ct)) != 0);
	CHECK(memcmp(a.key, b.key, sizeof(a.key)) != 0);
}

// Key pair, ciphertext, secret, and the secret of the ciphertext with one bit changed, all
// hashed.
static void hash_of_seed(uint64_t seed, uint8_t hash[DIGEST_BYTES_MAX])
{
	struct keys k = keys_of_seed(seed);
	struct answer a = encapsulate(&k);
	uint8_t rejected[SNTRUP761_KEY];
	struct digest d;

	digest_init(&d, DIGEST_SHA256);
	digest_update(&d, span_of(&k, sizeof(k)));
	digest_update(&d, span_of(&a, sizeof(a)));
	a.ct[seed % SNTRUP761_CT] ^= 1;
	decapsulate(&k, &a, rejected);
	digest_update(&d, span_of(rejected, sizeof(rejected)));
	digest_final(&d, hash);
}

static void check_seed(uint64_t seed, const char *hex)
{
	uint8_t want[32], got[DIGEST_BYTES_MAX];

	vector_unhex(hex, want, sizeof(want));
	hash_of_seed(seed, got);
	CHECK_MEM(got, want, sizeof(want));
}

TEST(seeds_give_what_openssh_makes_of_them)
{
	check_seed(1, "97c849b127fa5ea76f25c60d4ebd713c"
	              "b9fa3ba01dba61588bf43542e8221986");
	check_seed(77, "a2e5bbc4a369e9680232c5dda4a863e0"
	               "65621d616553baea07ea648fd0a692e4");
	check_seed(2000, "5e328382d7de55293d0daad2704b7481"
	                 "e584c684681dbb2ad5788d53746d0afd");
}

TEST(a_changed_byte_anywhere_in_the_ciphertext_changes_the_key)
{
	struct keys k = keys_of_seed(3);
	struct answer a = encapsulate(&k);
	uint8_t got[SNTRUP761_KEY];
	int same = 0;

	for (size_t i = 0; i < sizeof(a.ct); i += 13) {
		a.ct[i] ^= (uint8_t)(1 << i % 8);
		decapsulate(&k, &a, got);
		same += memcmp(got, a.key, sizeof(got)) == 0;
		a.ct[i] ^= (uint8_t)(1 << i % 8);
	}
	CHECK_EQ(same, 0);
}

TEST(a_forged_ciphertext_always_yields_the_same_key)
{
	struct keys k = keys_of_seed(4);
	uint8_t first[SNTRUP761_KEY], second[SNTRUP761_KEY];
	struct answer a;

	memset(&a, 0xff, sizeof(a));
	decapsulate(&k, &a, first);
	decapsulate(&k, &a, second);
	CHECK_MEM(second, first, sizeof(first));
	a.ct[0] ^= 1;
	decapsulate(&k, &a, second);
	CHECK(memcmp(first, second, sizeof(first)) != 0);
}

TEST(other_lengths_are_refused)
{
	uint8_t zeros[SNTRUP761_SK + 1] = {0}, ct[SNTRUP761_CT], key[SNTRUP761_KEY];

	CHECK_EQ(sntrup761_encaps(span_of(zeros, SNTRUP761_PK - 1), ct, key), STATUS_BAD_KEY);
	CHECK_EQ(sntrup761_encaps(span_of(zeros, SNTRUP761_PK + 1), ct, key), STATUS_BAD_KEY);
	CHECK_EQ(sntrup761_decaps(span_of(zeros, SNTRUP761_SK),
	                          span_of(zeros, SNTRUP761_CT - 1), key),
	         STATUS_BAD_KEY);
	CHECK_EQ(sntrup761_decaps(span_of(zeros, SNTRUP761_SK + 1),
	                          span_of(zeros, SNTRUP761_CT), key),
	         STATUS_BAD_KEY);
}

TEST(any_public_key_of_the_right_length_can_be_used)
{
	struct keys k;

	memset(&k, 0xff, sizeof(k));
	encapsulate(&k);
	memset(&k, 0, sizeof(k));
	encapsulate(&k);
}

CHECK_MAIN()
