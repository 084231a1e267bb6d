// crypto/kex: both sides of every method, what must be refused, and the pool of ready pairs.
#include "crypto/core/random.h"
#include "crypto/kex/kex_ops.h"
#include "tests/unit/check.h"

#include <pthread.h>

static const struct kex *method(const char *name)
{
	const struct kex *kex = kex_find(span_text(name));

	if (kex == NULL)
		abort();
	return kex;
}

static void check_agreement(const char *name, size_t public_bytes, size_t secret_bytes)
{
	uint8_t ours[KEX_PUBLIC_MAX], theirs[KEX_PUBLIC_MAX];
	size_t our_len = 0, their_len = 0;
	struct secret client, server;
	struct kex_client *state;

	CHECK_EQ(kex_client_start(method(name), &state, ours, &our_len), STATUS_OK);
	CHECK_EQ(our_len, public_bytes);
	CHECK_EQ(kex_answer(method(name), span_of(ours, our_len), theirs, &their_len, &server),
	         STATUS_OK);
	CHECK_EQ(their_len, public_bytes);
	CHECK_EQ(kex_client_finish(state, span_of(theirs, their_len), &client), STATUS_OK);
	CHECK_EQ(client.len, secret_bytes);
	CHECK_EQ(server.len, secret_bytes);
	CHECK_MEM(client.bytes, server.bytes, secret_bytes);
}

TEST(both_sides_of_curve25519_agree)
{
	check_agreement("curve25519-sha256", 32, 32);
	check_agreement("curve25519-sha256@libssh.org", 32, 32);
}

TEST(both_sides_of_curve448_agree)
{
	check_agreement("curve448-sha512", 56, 56);
}

TEST(both_sides_of_the_nist_curves_agree)
{
	check_agreement("ecdh-sha2-nistp256", 65, 32);
	check_agreement("ecdh-sha2-nistp384", 97, 48);
	check_agreement("ecdh-sha2-nistp521", 133, 66);
}

TEST(an_unknown_method_is_not_found)
{
	CHECK(kex_find(span_text("diffie-hellman-group14-sha256")) == NULL);
	CHECK(kex_find(span_text("")) == NULL);
}

static enum status answer(const char *name, const uint8_t *client_public, size_t len)
{
	uint8_t out[KEX_PUBLIC_MAX];
	struct secret shared;
	size_t n;

	return kex_answer(method(name), span_of(client_public, len), out, &n, &shared);
}

TEST(curve25519_refuses_a_value_of_another_length)
{
	uint8_t value[33] = {9};

	CHECK_EQ(answer("curve25519-sha256", value, 31), STATUS_BAD_KEY);
	CHECK_EQ(answer("curve25519-sha256", value, 33), STATUS_BAD_KEY);
	CHECK_EQ(answer("curve25519-sha256", NULL, 0), STATUS_BAD_KEY);
}

// RFC 8731 section 3: points of low order make K zero.
TEST(curve25519_refuses_the_zero_and_the_one_point)
{
	uint8_t zero[32] = {0}, one[32] = {1};

	CHECK_EQ(answer("curve25519-sha256", zero, 32), STATUS_KEX_FAILED);
	CHECK_EQ(answer("curve25519-sha256", one, 32), STATUS_KEX_FAILED);
}

TEST(curve448_refuses_bad_lengths_and_points_of_low_order)
{
	uint8_t zero[57] = {0}, one[56] = {1};

	CHECK_EQ(answer("curve448-sha512", zero, 55), STATUS_BAD_KEY);
	CHECK_EQ(answer("curve448-sha512", zero, 57), STATUS_BAD_KEY);
	CHECK_EQ(answer("curve448-sha512", zero, 56), STATUS_KEX_FAILED);
	CHECK_EQ(answer("curve448-sha512", one, 56), STATUS_KEX_FAILED);
}

TEST(the_nist_curves_refuse_a_point_off_the_curve)
{
	uint8_t point[133] = {0x04};

	memset(point + 1, 1, 132);
	CHECK_EQ(answer("ecdh-sha2-nistp256", point, 65), STATUS_BAD_KEY);
	CHECK_EQ(answer("ecdh-sha2-nistp384", point, 97), STATUS_BAD_KEY);
	CHECK_EQ(answer("ecdh-sha2-nistp521", point, 133), STATUS_BAD_KEY);
}

TEST(a_point_of_one_nist_curve_is_refused_by_another)
{
	struct kex_client *state;
	uint8_t good[KEX_PUBLIC_MAX];
	size_t len;

	CHECK_EQ(kex_client_start(method("ecdh-sha2-nistp384"), &state, good, &len), STATUS_OK);
	kex_client_drop(state);
	CHECK_EQ(answer("ecdh-sha2-nistp256", good, 65), STATUS_BAD_KEY);
	CHECK_EQ(answer("ecdh-sha2-nistp521", good, 97), STATUS_BAD_KEY);
}

TEST(nistp256_refuses_other_encodings)
{
	uint8_t point[66];
	struct kex_client *state;
	size_t len;
	uint8_t good[KEX_PUBLIC_MAX];

	CHECK_EQ(kex_client_start(method("ecdh-sha2-nistp256"), &state, good, &len), STATUS_OK);
	kex_client_drop(state);
	CHECK_EQ(answer("ecdh-sha2-nistp256", good, 65), STATUS_OK);
	memcpy(point, good, 65);
	point[0] = 0x02 | (good[64] & 1);
	CHECK_EQ(answer("ecdh-sha2-nistp256", point, 33), STATUS_BAD_KEY);
	point[0] = 0x06 | (good[64] & 1);
	CHECK_EQ(answer("ecdh-sha2-nistp256", point, 65), STATUS_BAD_KEY);
	CHECK_EQ(answer("ecdh-sha2-nistp256", good, 64), STATUS_BAD_KEY);
	point[0] = 0;
	CHECK_EQ(answer("ecdh-sha2-nistp256", point, 1), STATUS_BAD_KEY);
}

TEST(a_failed_client_step_leaves_no_secret)
{
	uint8_t ours[KEX_PUBLIC_MAX], zero[32] = {0};
	struct kex_client *state;
	struct secret shared;
	size_t len;

	memset(&shared, 0xee, sizeof(shared));
	CHECK_EQ(kex_client_start(method("curve25519-sha256"), &state, ours, &len), STATUS_OK);
	CHECK(kex_client_finish(state, span_of(zero, 32), &shared) != STATUS_OK);
	CHECK_EQ(shared.len, 0);
	CHECK_EQ(shared.bytes[0], 0);
}

TEST(prepared_pairs_are_bounded)
{
	CHECK_EQ(kex_prepare(3), 3);
	CHECK_EQ(kex_prepare(0), 3);
	CHECK_EQ(kex_prepare(100000), 1024);
}

TEST(a_prepared_pair_is_used_once)
{
	uint8_t peer[32] = {9}, first[KEX_PUBLIC_MAX], second[KEX_PUBLIC_MAX];
	struct secret shared;
	unsigned ready = kex_prepare(2);
	size_t len;

	CHECK_EQ(kex_answer(method("curve25519-sha256"), span_of(peer, 32), first, &len,
	                    &shared),
	         STATUS_OK);
	CHECK_EQ(kex_answer(method("curve25519-sha256"), span_of(peer, 32), second, &len,
	                    &shared),
	         STATUS_OK);
	CHECK(memcmp(first, second, 32) != 0);
	CHECK_EQ(kex_prepare(0), ready - 2);
}

#define THREADS 4
#define ANSWERS 300

static uint8_t seen[THREADS][ANSWERS][32];

static void *answer_many(void *slot)
{
	uint8_t(*out)[32] = slot, peer[32] = {9}, value[KEX_PUBLIC_MAX];
	struct secret shared;
	size_t len;

	for (int i = 0; i < ANSWERS; i++) {
		kex_prepare(1);
		if (kex_answer(kex_find(span_text("curve25519-sha256")), span_of(peer, 32),
		               value, &len, &shared) == STATUS_OK)
			memcpy(out[i], value, 32);
	}
	return NULL;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

TEST(threads_never_share_a_pair)
{
	uint8_t(*all)[32] = &seen[0][0];
	pthread_t threads[THREADS];
	unsigned repeats = 0;

	for (int i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&threads[i], NULL, answer_many, seen[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	qsort(all, THREADS * ANSWERS, 32, by_bytes);
	for (int i = 1; i < THREADS * ANSWERS; i++)
		repeats += memcmp(all[i - 1], all[i], 32) == 0;
	CHECK_EQ(repeats, 0);
}

TEST(rows_are_numbered_from_one)
{
	const struct kex *kex = kex_find(span_text("curve25519-sha256"));

	CHECK(kex_at(kex_row(kex)) == kex);
	CHECK(kex_at(0) == NULL);
	CHECK(kex_at(200) == NULL);
	CHECK(kex_at(1) != NULL);
}

CHECK_MAIN()
