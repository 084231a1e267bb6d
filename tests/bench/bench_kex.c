// What a key exchange costs: the parts of the post-quantum methods, and each method's whole steps.
// Microseconds of this thread's CPU time, the best of many batches, so that a busy machine tells
// the same as a quiet one.
#include "crypto/core/random.h"
#include "crypto/kex/kex.h"
#include "crypto/pq/keccak.h"
#include "crypto/pq/mlkem768.h"
#include "crypto/pq/sntrup761.h"
#include "crypto/pq/sntrup_poly.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCHES  20
#define BATCH_US 4000.0

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double batch(void (*step)(void *state), void *state, unsigned count)
{
	double start = now_us();

	for (unsigned i = 0; i < count; i++)
		step(state);
	return (now_us() - start) / count;
}

static double measure(void (*step)(void *state), void *state)
{
	double once = batch(step, state, 2), best = once;
	unsigned count = 1 + (unsigned)(BATCH_US / once);

	for (unsigned i = 0; i < BATCHES; i++) {
		double spent = batch(step, state, count);

		best = spent < best ? spent : best;
	}
	return best;
}

static void must(enum status status)
{
	if (status != STATUS_OK)
		abort();
}

// --- parts ---------------------------------------------------------------------------------------

static struct {
	uint8_t seed[64], ek[MLKEM768_EK], dk[MLKEM768_DK], ct[MLKEM768_CT], key[32];
} mlkem;

static struct {
	uint8_t pk[SNTRUP761_PK], sk[SNTRUP761_SK], ct[SNTRUP761_CT], key[32];
	struct sntrup_poly a, product;
	struct sntrup_small b;
	uint32_t list[SNTRUP_SORTED];
} sntrup;

static void run_keccak(void *state)
{
	keccak_of(KECCAK_SHA3_256, span_of(mlkem.seed, 32), mlkem.key, 32);
}

static void run_keccak_four(void *state)
{
	static uint8_t block[KECCAK_WAYS][SHAKE128_RATE];

	keccak_four_block(state, (uint8_t *[]){block[0], block[1], block[2], block[3]});
}

static void run_mlkem_keygen(void *state)
{
	mlkem768_keygen(mlkem.seed, mlkem.seed + 32, mlkem.ek, mlkem.dk);
}

static void run_mlkem_encaps(void *state)
{
	must(mlkem768_encaps(span_of(mlkem.ek, MLKEM768_EK), mlkem.seed, mlkem.ct, mlkem.key));
}

static void run_mlkem_decaps(void *state)
{
	must(mlkem768_decaps(span_of(mlkem.dk, MLKEM768_DK), span_of(mlkem.ct, MLKEM768_CT),
	                     mlkem.key));
}

static void run_sntrup_keygen(void *state)
{
	sntrup761_keygen(sntrup.pk, sntrup.sk);
}

static void run_sntrup_encaps(void *state)
{
	must(sntrup761_encaps(span_of(sntrup.pk, SNTRUP761_PK), sntrup.ct, sntrup.key));
}

static void run_sntrup_decaps(void *state)
{
	must(sntrup761_decaps(span_of(sntrup.sk, SNTRUP761_SK),
	                      span_of(sntrup.ct, SNTRUP761_CT), sntrup.key));
}

static void run_sntrup_times(void *state)
{
	sntrup_times(&sntrup.product, &sntrup.a, &sntrup.b);
}

static void run_sntrup_sort(void *state)
{
	sntrup_sort(sntrup.list);
}

static void run_sntrup_decode(void *state)
{
	sntrup_poly_decode(&sntrup.a, sntrup.pk);
}

static void bench_parts(void)
{
	struct keccak_four four = {.rate = SHAKE128_RATE};

	random_fill(mlkem.seed, sizeof(mlkem.seed));
	printf("%-40s %8.2f us\n", "keccak, one hash of one block", measure(run_keccak, NULL));
	printf("%-40s %8.2f us\n", "keccak, a block four ways",
	       measure(run_keccak_four, &four));
	printf("%-40s %8.2f us\n", "mlkem768 keygen", measure(run_mlkem_keygen, NULL));
	printf("%-40s %8.2f us\n", "mlkem768 encaps", measure(run_mlkem_encaps, NULL));
	printf("%-40s %8.2f us\n", "mlkem768 decaps", measure(run_mlkem_decaps, NULL));
	printf("%-40s %8.2f us\n", "sntrup761 keygen", measure(run_sntrup_keygen, NULL));
	printf("%-40s %8.2f us\n", "sntrup761 encaps", measure(run_sntrup_encaps, NULL));
	printf("%-40s %8.2f us\n", "sntrup761 decaps", measure(run_sntrup_decaps, NULL));
	printf("%-40s %8.2f us\n", "sntrup761 product", measure(run_sntrup_times, NULL));
	printf("%-40s %8.2f us\n", "sntrup761 sort", measure(run_sntrup_sort, NULL));
	printf("%-40s %8.2f us\n", "sntrup761 decode", measure(run_sntrup_decode, NULL));
}

// --- methods -------------------------------------------------------------------------------------

struct exchange {
	const struct kex *kex;
	uint8_t ours[KEX_PUBLIC_MAX];
	size_t our_len;
};

static void answer(void *state)
{
	struct exchange *x = state;
	uint8_t theirs[KEX_PUBLIC_MAX];
	struct secret shared;
	size_t len;

	must(kex_answer(x->kex, span_of(x->ours, x->our_len), theirs, &len, &shared));
}

static void start(void *state)
{
	struct exchange *x = state;
	struct kex_client *client;

	must(kex_client_start(x->kex, &client, x->ours, &x->our_len));
	kex_client_drop(client);
}

static double answer_prepared(struct exchange *x)
{
	double best = 1e9;

	for (int i = 0; i < BATCHES; i++) {
		unsigned ready = kex_prepare(64);
		double spent = batch(answer, x, ready);

		best = spent < best ? spent : best;
	}
	return best;
}

static void bench_method(struct span name)
{
	struct exchange x = {.kex = kex_find(name)};

	start(&x);
	printf("%-40.*s %8.2f us client start, %8.2f us answer, %8.2f us with a ready pair\n",
	       (int)name.len, (const char *)name.data, measure(start, &x), measure(answer, &x),
	       answer_prepared(&x));
}

int main(void)
{
	const char *at = kex_names;

	bench_parts();
	printf("\n");
	while (*at != 0) {
		size_t len = strcspn(at, ",");

		bench_method(span_of(at, len));
		at += len + (at[len] == ',');
	}
	return 0;
}
