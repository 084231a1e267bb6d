// crypto/kex/kex_dh.c: finite fields against OpenSSL's own, what is refused, and who finds the rows.
#include "crypto/kex/kex_dh.h"
#include "crypto/wire/names.h"
#include "tests/unit/check.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#define ALL                                                                                    \
	"diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,"                         \
	"diffie-hellman-group18-sha512,diffie-hellman-group14-sha1"

static const struct kex *method(const char *name)
{
	const struct kex *kex = kex_find_in(span_text(ALL), span_text(name));

	if (kex == NULL)
		abort();
	return kex;
}

static void check_agreement(const char *name, size_t secret_bytes)
{
	uint8_t ours[KEX_PUBLIC_MAX], theirs[KEX_PUBLIC_MAX];
	struct secret client, server;
	struct kex_client *state;
	size_t our_len, their_len;

	CHECK_EQ(kex_client_start(method(name), &state, ours, &our_len), STATUS_OK);
	CHECK_EQ(kex_answer(method(name), span_of(ours, our_len), theirs, &their_len, &server),
	         STATUS_OK);
	CHECK_EQ(kex_client_finish(state, span_of(theirs, their_len), &client), STATUS_OK);
	CHECK_EQ(server.len, secret_bytes);
	CHECK_EQ(client.len, secret_bytes);
	CHECK_MEM(client.bytes, server.bytes, secret_bytes);
}

TEST(both_sides_agree_in_every_group)
{
	check_agreement("diffie-hellman-group14-sha256", 256);
	check_agreement("diffie-hellman-group14-sha1", 256);
	check_agreement("diffie-hellman-group16-sha512", 512);
	check_agreement("diffie-hellman-group18-sha512", 1024);
}

static EVP_PKEY *peer_make(const char *group, BIGNUM *public)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM params[] = {
	        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0),
	        OSSL_PARAM_END,
	        OSSL_PARAM_END,
	};
	uint8_t bytes[1024];

	if (public == NULL) {
		EVP_PKEY_keygen_init(ctx);
		EVP_PKEY_CTX_set_params(ctx, params);
		EVP_PKEY_keygen(ctx, &pkey);
	} else {
		BN_bn2nativepad(public, bytes, sizeof(bytes));
		params[1] =
		        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PUB_KEY, bytes, sizeof(bytes));
		EVP_PKEY_fromdata_init(ctx);
		EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY,
		                  (OSSL_PARAM[]){params[0], params[1], OSSL_PARAM_END});
	}
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

// OpenSSL's whole Diffie-Hellman is the client.
static void check_peer(const char *name, const char *group, size_t secret_bytes)
{
	EVP_PKEY *peer = peer_make(group, NULL), *ours;
	uint8_t value[1 + 1024], answer[KEX_PUBLIC_MAX], want[1024];
	BIGNUM *public = NULL, *other;
	size_t len, want_len = sizeof(want);
	struct secret shared;
	EVP_PKEY_CTX *ctx;

	CHECK_EQ(EVP_PKEY_get_bn_param(peer, OSSL_PKEY_PARAM_PUB_KEY, &public), 1);
	len = (size_t)BN_bn2mpi(public, NULL) - 4;
	value[0] = 0;
	BN_bn2bin(public, value + (len - (size_t)BN_num_bytes(public)));
	CHECK_EQ(kex_answer(method(name), span_of(value, len), answer, &len, &shared),
	         STATUS_OK);
	other = BN_bin2bn(answer, (int)len, NULL);
	ours = peer_make(group, other);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL);
	EVP_PKEY_derive_init(ctx);
	EVP_PKEY_CTX_set_params(
	        ctx, (OSSL_PARAM[]){
	                     OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &(unsigned){1}),
	                     OSSL_PARAM_construct_end()});
	CHECK_EQ(EVP_PKEY_derive_set_peer(ctx, ours), 1);
	CHECK_EQ(EVP_PKEY_derive(ctx, want, &want_len), 1);
	CHECK_EQ(want_len, secret_bytes);
	CHECK_EQ(shared.len, secret_bytes);
	CHECK_MEM(shared.bytes, want, secret_bytes);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(ours);
	EVP_PKEY_free(peer);
	BN_free(public);
	BN_free(other);
}

TEST(our_secret_is_that_of_openssl)
{
	check_peer("diffie-hellman-group14-sha256", "modp_2048", 256);
	check_peer("diffie-hellman-group16-sha512", "modp_4096", 512);
	check_peer("diffie-hellman-group18-sha512", "modp_8192", 1024);
}

static enum status answer(const uint8_t *value, size_t len)
{
	uint8_t out[KEX_PUBLIC_MAX];
	struct secret shared;
	size_t n;

	return kex_answer(method("diffie-hellman-group14-sha256"), span_of(value, len), out, &n,
	                  &shared);
}

// The prime plus `more`, as the inside of an mpint.
static size_t near_prime(int more, uint8_t out[257])
{
	BIGNUM *p = kex_dh_prime(2048);
	int len;

	if (more >= 0)
		BN_add_word(p, (BN_ULONG)more);
	else
		BN_sub_word(p, (BN_ULONG)-more);
	out[0] = 0;
	len = BN_bn2bin(p, out + 1);
	BN_free(p);
	return 1 + (size_t)len;
}

// RFC 4253 section 8: a value outside [1, p - 1] must not be accepted; the ends give K away.
TEST(values_outside_the_group_are_refused)
{
	uint8_t value[257];

	CHECK_EQ(answer((const uint8_t *)"", 0), STATUS_BAD_KEY);
	CHECK_EQ(answer((const uint8_t *)"\x00", 1), STATUS_BAD_KEY);
	CHECK_EQ(answer((const uint8_t *)"\x01", 1), STATUS_BAD_KEY);
	CHECK_EQ(answer((const uint8_t *)"\x02", 1), STATUS_OK);
	CHECK_EQ(answer(value, near_prime(-2, value)), STATUS_OK);
	CHECK_EQ(answer(value, near_prime(-1, value)), STATUS_BAD_KEY);
	CHECK_EQ(answer(value, near_prime(0, value)), STATUS_BAD_KEY);
	CHECK_EQ(answer(value, near_prime(1, value)), STATUS_BAD_KEY);
}

TEST(values_that_are_no_positive_mpint_are_refused)
{
	uint8_t value[3000];

	memset(value, 0x7f, sizeof(value));
	CHECK_EQ(answer((const uint8_t *)"\x00\x02", 2), STATUS_BAD_KEY);
	CHECK_EQ(answer((const uint8_t *)"\x80", 1), STATUS_BAD_KEY);
	CHECK_EQ(answer(value, 257), STATUS_BAD_KEY);
	CHECK_EQ(answer(value, sizeof(value)), STATUS_BAD_KEY);
}

TEST(our_values_are_minimal_mpints)
{
	unsigned signs = 0, bad = 0;
	uint8_t value[KEX_PUBLIC_MAX];
	struct kex_client *state;
	size_t len;

	for (int i = 0; i < 60; i++) {
		CHECK_EQ(kex_client_start(method("diffie-hellman-group14-sha256"), &state,
		                          value, &len),
		         STATUS_OK);
		signs += len == 257;
		bad += value[0] & 0x80 || (value[0] == 0 && !(value[1] & 0x80)) || len < 250;
		kex_client_drop(state);
	}
	CHECK_EQ(bad, 0);
	CHECK(signs > 0 && signs < 60);
}

TEST(a_failed_answer_leaves_no_secret)
{
	uint8_t out[KEX_PUBLIC_MAX];
	struct secret shared;
	size_t n;

	memset(&shared, 0xee, sizeof(shared));
	CHECK_EQ(kex_answer(method("diffie-hellman-group14-sha256"), span_of("\x01", 1), out,
	                    &n, &shared),
	         STATUS_BAD_KEY);
	CHECK_EQ(shared.len, 0);
	CHECK_EQ(shared.bytes[0], 0);
}

TEST(no_finite_field_is_found_by_default)
{
	struct span all = span_text(ALL), name;

	while (names_next(&all, &name)) {
		CHECK(kex_find(name) == NULL);
		CHECK(!names_has(span_text(kex_names), name));
	}
}

TEST(a_method_is_found_in_a_list_that_names_it)
{
	struct span name = span_text("diffie-hellman-group14-sha1");

	CHECK(kex_find_in(span_text(kex_names_legacy), name) != NULL);
	CHECK(kex_find_in(span_text(kex_names_optional), name) == NULL);
	CHECK(kex_find_in(span_text("made-up"), span_text("made-up")) == NULL);
}

static unsigned count_tier(const char *list, enum tier tier)
{
	struct span all = span_text(list), name;
	unsigned found = 0;

	while (names_next(&all, &name)) {
		const struct kex *kex = kex_find_in(span_text(list), name);

		found += kex != NULL && kex->tier == tier;
	}
	return found;
}

TEST(every_name_is_in_the_list_of_its_tier)
{
	CHECK_EQ(count_tier(kex_names, TIER_DEFAULT), 9);
	CHECK_EQ(count_tier(kex_names_optional, TIER_OPTIONAL), 4);
	CHECK_EQ(count_tier(kex_names_legacy, TIER_LEGACY), 1);
}

CHECK_MAIN()
