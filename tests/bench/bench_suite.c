// What a record and a login cost: every suite under both implementations, and the public-key
// operations, in one run on one core. Numbers compare with each other, not with another day's.
#include "crypto/core/random.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/kex/kex.h"
#include "crypto/suite/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUDGET_NS 60000000.0 // per figure
#define SUITES    11
#define SHORT     60 // packet_length of a 64-byte packet
#define LONG      32764

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

typedef void step(void *state);

// Nanoseconds of one step, over as many as fit the budget.
static double measure(step *run, void *state)
{
	double start, spent = 0;
	uint64_t count = 0;

	run(state);
	start = now_ns();
	while (spent < BUDGET_NS) {
		for (int i = 0; i < 16; i++)
			run(state);
		count += 16;
		spent = now_ns() - start;
	}
	return spent / (double)count;
}

struct run {
	const struct suite *suite;
	struct suite_ctx *ctx;
	struct suite_keys keys;
	uint32_t packet_length;
	bool sealing;
	uint8_t plain[LONG + 4 + SUITE_TAG_MAX];
	uint8_t record[LONG + 4 + SUITE_TAG_MAX];
};

static void seal(void *state)
{
	struct run *r = state;

	suite_seal(r->ctx, &r->keys, 7, r->plain, r->packet_length, r->record);
}

// The counter goes back so that the same record opens again.
static void open_again(void *state)
{
	struct run *r = state;
	struct suite_keys keys = r->keys;
	uint32_t length = suite_packet_length(r->ctx, &keys, 7, r->record);

	if (length != r->packet_length ||
	    suite_open(r->ctx, &keys, 7, r->record, length, r->plain) != STATUS_OK)
		abort();
}

static void expand(void *state)
{
	struct run *r = state;

	suite_expand(r->ctx, r->suite, &r->keys, r->sealing);
}

static void lengths_set(struct run *r, uint32_t packet_length)
{
	r->packet_length = packet_length;
	for (int i = 0; i < 4; i++)
		r->plain[i] = (uint8_t)(packet_length >> 8 * (3 - i));
}

static double open_ns(struct run *r)
{
	struct suite_keys before = r->keys;

	r->sealing = true;
	expand(r);
	seal(r);
	r->keys = before;
	r->sealing = false;
	expand(r);
	return measure(open_again, r);
}

static double seal_ns(struct run *r)
{
	r->sealing = true;
	expand(r);
	return measure(seal, r);
}

static void bench_suite(struct run *r, const char *backend)
{
	double seal_short, open_short, seal_long, open_long, expand_ns;

	lengths_set(r, SHORT);
	seal_short = seal_ns(r);
	open_short = open_ns(r);
	expand_ns = measure(expand, r);
	lengths_set(r, LONG);
	seal_long = seal_ns(r);
	open_long = open_ns(r);
	printf("%-30s %-30s %-9s %8.0f %8.0f %8.0f %8.2f %8.2f\n", r->suite->cipher,
	       r->suite->mac != NULL ? r->suite->mac : "-", backend, seal_short, open_short,
	       expand_ns, LONG / seal_long, LONG / open_long);
}

static void bench_suites(void)
{
	static struct run r;

	r.ctx = aligned_alloc(64, (suite_ctx_bytes() + 63) / 64 * 64);
	if (r.ctx == NULL)
		abort();
	suite_ctx_init(r.ctx);
	random_fill(&r.keys, sizeof(r.keys));
	printf("%-30s %-30s %-9s %8s %8s %8s %8s %8s\n", "cipher", "mac", "backend", "seal",
	       "open", "expand", "seal", "open");
	printf("%-30s %-30s %-9s %8s %8s %8s %8s %8s\n", "", "", "", "ns/64 B", "ns/64 B", "ns",
	       "GB/s", "GB/s");
	for (uint8_t id = 1; id <= SUITES; id++) {
		r.suite = suite_by_id(id);
		if (suite_backend_set(SUITE_BACKEND_IPSEC_MB) == SUITE_BACKEND_IPSEC_MB)
			bench_suite(&r, "ipsec-mb");
		suite_backend_set(SUITE_BACKEND_EVP);
		bench_suite(&r, "evp");
	}
	suite_ctx_fini(r.ctx);
	free(r.ctx);
}

struct exchange {
	const struct kex *kex;
	uint8_t client_public[KEX_PUBLIC_MAX];
	size_t len;
};

static void answer(void *state)
{
	struct exchange *x = state;
	uint8_t value[KEX_PUBLIC_MAX];
	struct secret shared;
	size_t len;

	if (kex_answer(x->kex, span_of(x->client_public, x->len), value, &len, &shared) !=
	    STATUS_OK)
		abort();
}

// Fill the pool, then time only as many answers as it holds.
static double prepared_ns(struct exchange *x)
{
	unsigned ready = kex_prepare(1000);
	double start = now_ns();

	for (unsigned i = 0; i < ready; i++)
		answer(x);
	return (now_ns() - start) / ready;
}

static void bench_kex(const char *name)
{
	struct exchange x = {.kex = kex_find(span_text(name))};
	struct kex_client *client;

	if (kex_client_start(x.kex, &client, x.client_public, &x.len) != STATUS_OK)
		abort();
	kex_client_drop(client);
	printf("%-30s answer %8.1f us", name, measure(answer, &x) / 1e3);
	if (strncmp(name, "curve25519", 10) == 0)
		printf(", with a prepared pair %8.1f us", prepared_ns(&x) / 1e3);
	printf("\n");
}

struct signing {
	struct hostkey *key;
	const struct hostkey_algorithm *algorithm;
	struct blob blob, signature;
};

static const struct span message = {(const uint8_t *)"thirty-two bytes of exchange hash", 32};

static void sign(void *state)
{
	struct signing *s = state;
	struct blob out;

	if (hostkey_sign(s->key, s->algorithm, message, &out) != STATUS_OK)
		abort();
	blob_fini(&out);
}

static void verify(void *state)
{
	struct signing *s = state;

	if (hostkey_verify(s->algorithm, span_blob(&s->blob), span_blob(&s->signature),
	                   message) != STATUS_OK)
		abort();
}

static void bench_hostkey(const char *name, unsigned bits)
{
	struct signing s = {.algorithm = hostkey_algorithm_find(span_text(name))};

	if (hostkey_generate(s.algorithm->type, bits, &s.key) != STATUS_OK ||
	    hostkey_public_blob(s.key, &s.blob) != STATUS_OK ||
	    hostkey_sign(s.key, s.algorithm, message, &s.signature) != STATUS_OK)
		abort();
	printf("%-20s %-9u sign   %8.1f us, verify %8.1f us\n", name, bits,
	       measure(sign, &s) / 1e3, measure(verify, &s) / 1e3);
	blob_fini(&s.blob);
	blob_fini(&s.signature);
	hostkey_free(s.key);
}

int main(void)
{
	bench_suites();
	printf("\n");
	bench_kex("curve25519-sha256");
	bench_kex("ecdh-sha2-nistp256");
	printf("\n");
	bench_hostkey("ssh-ed25519", 0);
	bench_hostkey("ecdsa-sha2-nistp256", 0);
	bench_hostkey("rsa-sha2-256", 2048);
	bench_hostkey("rsa-sha2-512", 3072);
	return 0;
}
