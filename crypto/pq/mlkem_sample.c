// Polynomials from seeds (FIPS 203 section 4.2.2): uniform ones for the public matrix by
// rejection, small ones for secrets and noise by counting bits. Streams are drawn four at a
// time.
#include "crypto/pq/mlkem_poly.h"

#include "crypto/core/secret.h"
#include "crypto/pq/keccak.h"

#define ENTRIES (MLKEM_K * MLKEM_K)
#define ROUNDS  ((ENTRIES + KECCAK_WAYS - 1) / KECCAK_WAYS)

#define PER_BLOCK (SHAKE128_RATE / 3 * 2)

// Numbers below q as they come. Kept by moving on or not: branches would be mispredicted.
struct taken {
	int16_t c[MLKEM_N + PER_BLOCK]; // room for a whole block after the last that is wanted
	unsigned count;
};

static void take_below_q(struct taken *t, const uint8_t block[SHAKE128_RATE])
{
	unsigned count = t->count;

	for (unsigned i = 0; i < SHAKE128_RATE; i += 3) {
		unsigned a = block[i] | (block[i + 1] & 15u) << 8;
		unsigned b = block[i + 1] >> 4 | (unsigned)block[i + 2] << 4;

		t->c[count] = (int16_t)a;
		count += a < MLKEM_Q;
		t->c[count] = (int16_t)b;
		count += b < MLKEM_Q;
	}
	t->count = count;
}

static void sample_uniform_four(struct mlkem_poly *const out[KECCAK_WAYS],
                                const uint8_t *const seed[KECCAK_WAYS])
{
	uint8_t block[KECCAK_WAYS][SHAKE128_RATE];
	struct taken taken[KECCAK_WAYS];
	unsigned least = 0;
	struct keccak_four k;

	for (unsigned way = 0; way < KECCAK_WAYS; way++)
		taken[way].count = 0;
	keccak_four_init(&k, KECCAK_SHAKE128, seed, MLKEM_SEED + 2);
	while (least < MLKEM_N) {
		keccak_four_block(&k, (uint8_t *[]){block[0], block[1], block[2], block[3]});
		least = MLKEM_N;
		for (unsigned way = 0; way < KECCAK_WAYS; way++) {
			if (taken[way].count < MLKEM_N)
				take_below_q(&taken[way], block[way]);
			least = taken[way].count < least ? taken[way].count : least;
		}
	}
	for (unsigned way = 0; way < KECCAK_WAYS; way++)
		memcpy(out[way]->c, taken[way].c, sizeof(out[way]->c));
}

// The entry of row i and column j comes from rho, j, i (algorithm 13, line 6). The last round
// has entries to spare, which nobody sees.
void mlkem_sample_matrix(struct mlkem_vector row[MLKEM_K], const uint8_t rho[MLKEM_SEED],
                         bool transposed)
{
	struct mlkem_poly spare;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint8_t seed[KECCAK_WAYS][MLKEM_SEED + 2];
		struct mlkem_poly *out[KECCAK_WAYS];

		for (unsigned way = 0; way < KECCAK_WAYS; way++) {
			unsigned entry = round * KECCAK_WAYS + way;
			unsigned i = entry / MLKEM_K, j = entry % MLKEM_K;

			memcpy(seed[way], rho, MLKEM_SEED);
			seed[way][MLKEM_SEED] = (uint8_t)(transposed ? i : j);
			seed[way][MLKEM_SEED + 1] = (uint8_t)(transposed ? j : i);
			out[way] = entry < ENTRIES ? &row[i].p[j] : &spare;
		}
		sample_uniform_four(out,
		                    (const uint8_t *[]){seed[0], seed[1], seed[2], seed[3]});
	}
}

// Four bits a coefficient: the first two counted, less the last two.
static void count_bits(struct mlkem_poly *p, const uint8_t bytes[MLKEM_NOISE])
{
	for (unsigned i = 0; i < MLKEM_NOISE; i++) {
		unsigned pairs = (bytes[i] & 0x55u) + (bytes[i] >> 1 & 0x55u);

		p->c[2 * i] = (int16_t)((int)(pairs & 3) - (int)(pairs >> 2 & 3));
		p->c[2 * i + 1] = (int16_t)((int)(pairs >> 4 & 3) - (int)(pairs >> 6));
	}
}

static void sample_noise_four(struct mlkem_poly *out, const uint8_t seed[MLKEM_SEED],
                              uint8_t nonce, unsigned count)
{
	uint8_t input[KECCAK_WAYS][MLKEM_SEED + 1], block[KECCAK_WAYS][SHAKE256_RATE];
	struct keccak_four k;

	for (unsigned way = 0; way < KECCAK_WAYS; way++) {
		memcpy(input[way], seed, MLKEM_SEED);
		input[way][MLKEM_SEED] = (uint8_t)(nonce + way);
	}
	keccak_four_init(&k, KECCAK_SHAKE256,
	                 (const uint8_t *[]){input[0], input[1], input[2], input[3]},
	                 MLKEM_SEED + 1);
	keccak_four_block(&k, (uint8_t *[]){block[0], block[1], block[2], block[3]});
	for (unsigned way = 0; way < count; way++)
		count_bits(&out[way], block[way]);
	secret_wipe(input, sizeof(input));
	secret_wipe(block, sizeof(block));
	secret_wipe(&k, sizeof(k));
}

void mlkem_sample_noise(struct mlkem_poly *out, const uint8_t seed[MLKEM_SEED], uint8_t nonce,
                        unsigned count)
{
	for (unsigned done = 0; done < count; done += KECCAK_WAYS) {
		unsigned left = count - done;

		sample_noise_four(out + done, seed, (uint8_t)(nonce + done),
		                  left < KECCAK_WAYS ? left : KECCAK_WAYS);
	}
}
