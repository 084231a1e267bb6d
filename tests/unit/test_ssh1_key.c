// crypto/hostkey/ssh1_key.c: session keys under two RSA keys, challenges under one.
#include "tests/unit/check.h"

#include "crypto/core/random.h"
#include "crypto/hostkey/hostkey_ops.h"
#include "crypto/hostkey/ssh1_key.h"

static struct hostkey *small, *large;

static void keys(void)
{
	if (small == NULL)
		CHECK_EQ(hostkey_generate(HOSTKEY_RSA, 2048, &small), STATUS_OK);
	if (large == NULL)
		CHECK_EQ(hostkey_generate(HOSTKEY_RSA, 2304, &large), STATUS_OK);
}

static struct blob sealed(const struct hostkey *key, struct span message)
{
	struct blob public = {NULL, 0}, out = {NULL, 0};

	CHECK_EQ(hostkey_public_blob(key, &public), STATUS_OK);
	CHECK_EQ(ssh1_key_seal(span_blob(&public), message, &out), STATUS_OK);
	blob_fini(&public);
	return out;
}

static struct blob wrapped(struct span key)
{
	struct blob once, twice;

	keys();
	once = sealed(small, key);
	twice = sealed(large, span_blob(&once));
	blob_fini(&once);
	return twice;
}

static bool opens(const struct hostkey *host, const struct hostkey *server, struct span in,
                  struct span want)
{
	uint8_t key[SSH1_SESSION_KEY_BYTES];

	CHECK_EQ(ssh1_key_open(host, server, in, key), STATUS_OK);
	return want.len == sizeof(key) && memcmp(key, want.data, sizeof(key)) == 0;
}

TEST(a_session_key_opens_whichever_key_is_longer)
{
	uint8_t key[SSH1_SESSION_KEY_BYTES];
	struct blob in;

	random_fill(key, sizeof(key));
	in = wrapped(span_of(key, sizeof(key)));
	CHECK(opens(small, large, span_blob(&in), span_of(key, sizeof(key))));
	CHECK(opens(large, small, span_blob(&in), span_of(key, sizeof(key))));
	blob_fini(&in);
}

// As a number it may be shorter.
TEST(a_session_key_that_begins_with_zeros_opens)
{
	uint8_t key[SSH1_SESSION_KEY_BYTES] = {0, 0, 3, 4};
	struct blob in = wrapped(span_of(key + 2, sizeof(key) - 2));

	CHECK(opens(small, large, span_blob(&in), span_of(key, sizeof(key))));
	blob_fini(&in);
}

TEST(what_is_not_sound_opens_to_something_random)
{
	uint8_t key[SSH1_SESSION_KEY_BYTES] = {9}, a[SSH1_SESSION_KEY_BYTES],
	        b[SSH1_SESSION_KEY_BYTES];
	struct blob in = wrapped(span_of(key, sizeof(key)));

	in.data[in.len - 1] ^= 1;
	CHECK_EQ(ssh1_key_open(small, large, span_blob(&in), a), STATUS_OK);
	CHECK_EQ(ssh1_key_open(small, large, span_blob(&in), b), STATUS_OK);
	CHECK(memcmp(a, key, sizeof(a)) != 0);
	CHECK(memcmp(a, b, sizeof(a)) != 0);
	blob_fini(&in);
}

TEST(a_key_that_is_too_long_for_a_session_is_not_sound)
{
	uint8_t key[SSH1_SESSION_KEY_BYTES + 1], out[SSH1_SESSION_KEY_BYTES];
	struct blob in;

	memset(key, 7, sizeof(key));
	in = wrapped(span_of(key, sizeof(key)));
	CHECK_EQ(ssh1_key_open(small, large, span_blob(&in), out), STATUS_OK);
	CHECK(memcmp(out, key, sizeof(out)) != 0);
	blob_fini(&in);
}

TEST(one_layer_alone_is_not_sound)
{
	uint8_t key[SSH1_SESSION_KEY_BYTES] = {5};
	struct blob once;

	keys();
	once = sealed(large, span_of(key, sizeof(key)));
	CHECK(!opens(small, large, span_blob(&once), span_of(key, sizeof(key))));
	blob_fini(&once);
}

TEST(lengths_that_everybody_sees_are_refused)
{
	uint8_t key[SSH1_SESSION_KEY_BYTES], bytes[2304 / 8 + 1] = {1};

	keys();
	CHECK_EQ(ssh1_key_open(small, large, span_of(bytes, sizeof(bytes)), key),
	         STATUS_TOO_LONG);
	CHECK_EQ(ssh1_key_open(small, large, span_of(bytes, 0), key), STATUS_TOO_LONG);
	CHECK_EQ(ssh1_key_open(small, small, span_of(bytes, 100), key), STATUS_BAD_KEY);
	CHECK_EQ(ssh1_key_open(NULL, small, span_of(bytes, 100), key), STATUS_BAD_KEY);
}

TEST(a_challenge_is_for_rsa_keys_only)
{
	struct hostkey *key;
	struct blob public, out;

	CHECK_EQ(hostkey_generate(HOSTKEY_ED25519, 0, &key), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(key, &public), STATUS_OK);
	CHECK_EQ(ssh1_key_seal(span_blob(&public), span_text("x"), &out), STATUS_BAD_KEY);
	blob_fini(&public);
	hostkey_free(key);
}

CHECK_MAIN()
