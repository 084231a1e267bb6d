// crypto/kex/kex_hybrid.c through the rows that use it: layouts, refusals, and K as a string.
#include "crypto/core/digest.h"
#include "crypto/kex/kex_hybrid.h"
#include "crypto/pq/mlkem768.h"
#include "crypto/pq/sntrup761.h"
#include "tests/unit/check.h"

#define MLKEM  "mlkem768x25519-sha256"
#define SNTRUP "sntrup761x25519-sha512"

// One exchange, up to the server's answer.
struct exchange {
	const struct kex *kex;
	struct kex_client *client;
	uint8_t ours[KEX_PUBLIC_MAX], theirs[KEX_PUBLIC_MAX];
	size_t our_len, their_len;
	struct secret server, shared;
};

static struct exchange exchange_started(const char *name)
{
	struct exchange x = {.kex = kex_find(span_text(name))};

	if (x.kex == NULL)
		abort();
	CHECK_EQ(kex_client_start(x.kex, &x.client, x.ours, &x.our_len), STATUS_OK);
	return x;
}

static enum status exchange_answer(struct exchange *x, size_t len)
{
	return kex_answer(x->kex, span_of(x->ours, len), x->theirs, &x->their_len, &x->server);
}

static enum status exchange_finish(struct exchange *x, size_t len)
{
	return kex_client_finish(x->client, span_of(x->theirs, len), &x->shared);
}

static void check_exchange(const char *name, size_t ours, size_t theirs, size_t secret)
{
	struct exchange x = exchange_started(name);

	CHECK_EQ(x.our_len, ours);
	CHECK_EQ(exchange_answer(&x, x.our_len), STATUS_OK);
	CHECK_EQ(x.their_len, theirs);
	CHECK_EQ(exchange_finish(&x, x.their_len), STATUS_OK);
	CHECK_EQ(x.server.len, secret);
	CHECK_EQ(x.shared.len, secret);
	CHECK_MEM(x.shared.bytes, x.server.bytes, secret);
	CHECK(!x.kex->secret_is_mpint);
}

TEST(both_sides_of_mlkem768x25519_agree)
{
	check_exchange(MLKEM, 1216, 1120, 32);
}

TEST(both_sides_of_sntrup761x25519_agree_under_either_name)
{
	check_exchange(SNTRUP, 1190, 1071, 64);
	check_exchange(SNTRUP "@openssh.com", 1190, 1071, 64);
}

TEST(the_hybrids_come_first)
{
	const char *first = MLKEM "," SNTRUP "," SNTRUP "@openssh.com,curve25519-sha256,";

	CHECK(strncmp(kex_names, first, strlen(first)) == 0);
}

TEST(the_server_refuses_other_lengths)
{
	struct exchange m = exchange_started(MLKEM), s = exchange_started(SNTRUP);

	CHECK_EQ(exchange_answer(&m, 0), STATUS_BAD_KEY);
	CHECK_EQ(exchange_answer(&m, 32), STATUS_BAD_KEY);
	CHECK_EQ(exchange_answer(&m, 1215), STATUS_BAD_KEY);
	CHECK_EQ(exchange_answer(&m, 1217), STATUS_BAD_KEY);
	CHECK_EQ(exchange_answer(&s, 1189), STATUS_BAD_KEY);
	CHECK_EQ(exchange_answer(&s, 1191), STATUS_BAD_KEY);
	kex_client_drop(m.client);
	kex_client_drop(s.client);
}

static void check_client_refuses(const char *name, int change)
{
	struct exchange x = exchange_started(name);

	CHECK_EQ(exchange_answer(&x, x.our_len), STATUS_OK);
	CHECK_EQ(exchange_finish(&x, (size_t)((int)x.their_len + change)), STATUS_BAD_KEY);
	CHECK_EQ(x.shared.len, 0);
}

TEST(the_client_refuses_other_lengths)
{
	check_client_refuses(MLKEM, -1);
	check_client_refuses(MLKEM, 1);
	check_client_refuses(SNTRUP, -1);
	check_client_refuses(SNTRUP, 1);
}

// FIPS 203 section 7.2: 0xfff is not below 3329.
TEST(an_encapsulation_key_out_of_range_is_refused)
{
	struct exchange x = exchange_started(MLKEM);

	memset(x.ours, 0xff, 3);
	CHECK_EQ(exchange_answer(&x, x.our_len), STATUS_BAD_KEY);
	CHECK_EQ(x.server.len, 0);
	kex_client_drop(x.client);
}

// RFC 8731 section 3, for the classic half at the end of the value.
static void check_zero_point(const char *name)
{
	struct exchange x = exchange_started(name);

	CHECK_EQ(exchange_answer(&x, x.our_len), STATUS_OK);
	memset(x.theirs + x.their_len - 32, 0, 32);
	CHECK_EQ(exchange_finish(&x, x.their_len), STATUS_KEX_FAILED);
	CHECK_EQ(x.shared.len, 0);
	memset(x.ours + x.our_len - 32, 0, 32);
	CHECK_EQ(exchange_answer(&x, x.our_len), STATUS_KEX_FAILED);
	CHECK_EQ(x.server.len, 0);
}

TEST(an_all_zero_curve_value_is_refused)
{
	check_zero_point(MLKEM);
	check_zero_point(SNTRUP);
}

static void check_damage(const char *name, size_t at)
{
	struct exchange x = exchange_started(name);

	CHECK_EQ(exchange_answer(&x, x.our_len), STATUS_OK);
	x.theirs[at] ^= 1;
	CHECK_EQ(exchange_finish(&x, x.their_len), STATUS_OK);
	CHECK(memcmp(x.shared.bytes, x.server.bytes, x.server.len) != 0);
}

TEST(damage_to_either_half_of_the_answer_leaves_the_sides_apart)
{
	check_damage(MLKEM, 0);
	check_damage(MLKEM, MLKEM768_CT);
	check_damage(SNTRUP, 0);
	check_damage(SNTRUP, SNTRUP761_CT);
}

// The draft's layout step by step: KEM value first, K = SHA-256(K_PQ || K_CL), both raw.
TEST(mlkem768x25519_puts_the_kem_first_and_hashes_both_secrets)
{
	uint8_t seed[64] = {1}, dk[MLKEM768_DK], client[MLKEM768_EK + 32], both[64], want[64];
	uint8_t answer[KEX_PUBLIC_MAX];
	struct secret classic = {.len = 0}, got;
	size_t len;
	void *pair;

	mlkem768_keygen(seed, seed + 32, client, dk);
	CHECK_EQ(kex_x25519_ops.start(&pair, client + MLKEM768_EK, &len), STATUS_OK);
	CHECK_EQ(kex_answer(kex_find(span_text(MLKEM)), span_of(client, sizeof(client)), answer,
	                    &len, &got),
	         STATUS_OK);
	CHECK_EQ(mlkem768_decaps(span_of(dk, sizeof(dk)), span_of(answer, MLKEM768_CT), both),
	         STATUS_OK);
	CHECK_EQ(kex_x25519_ops.finish(pair, span_of(answer + MLKEM768_CT, 32), &classic),
	         STATUS_OK);
	kex_x25519_ops.drop(pair);
	memcpy(both + 32, classic.bytes, 32);
	digest_of(DIGEST_SHA256, span_of(both, sizeof(both)), want);
	CHECK_MEM(got.bytes, want, 32);
}

CHECK_MAIN()
