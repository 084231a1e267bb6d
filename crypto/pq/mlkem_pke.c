// K-PKE (FIPS 203 section 5): encryption under a key that is a noisy product. Hats of the
// standard, which mark the NTT domain, are the suffix _hat here.
#include "crypto/pq/mlkem_poly.h"

#include "crypto/core/secret.h"
#include "crypto/pq/keccak.h"

static void ntt_vector(struct mlkem_vector *v)
{
	for (unsigned i = 0; i < MLKEM_K; i++)
		mlkem_ntt(&v->p[i]);
}

static void encode_vector(uint8_t *out, struct mlkem_vector *v)
{
	for (unsigned i = 0; i < MLKEM_K; i++) {
		mlkem_canonical(&v->p[i]);
		mlkem_encode12(out + i * MLKEM_ENCODED(12), &v->p[i]);
	}
}

static bool decode_vector(struct mlkem_vector *v, const uint8_t *in)
{
	unsigned below = 1;

	for (unsigned i = 0; i < MLKEM_K; i++)
		below &= mlkem_decode12(&v->p[i], in + i * MLKEM_ENCODED(12));
	return below;
}

void mlkem_pke_keygen(const uint8_t d[MLKEM_SEED], uint8_t ek[MLKEM_EK], uint8_t sk[MLKEM_SK])
{
	struct {
		uint8_t input[MLKEM_SEED + 1], seed[2 * MLKEM_SEED]; // d and k; rho and sigma
		struct mlkem_vector noise[2];                        // s, e
		struct mlkem_vector matrix_hat[MLKEM_K], t_hat;
	} w;

	memcpy(w.input, d, MLKEM_SEED);
	w.input[MLKEM_SEED] = MLKEM_K;
	keccak_of(KECCAK_SHA3_512, span_of(w.input, sizeof(w.input)), w.seed, sizeof(w.seed));
	mlkem_sample_matrix(w.matrix_hat, w.seed, false);
	mlkem_sample_noise(w.noise[0].p, w.seed + MLKEM_SEED, 0, 2 * MLKEM_K);
	ntt_vector(&w.noise[0]);
	ntt_vector(&w.noise[1]);

	for (unsigned i = 0; i < MLKEM_K; i++) {
		mlkem_dot(&w.t_hat.p[i], &w.matrix_hat[i], &w.noise[0]);
		mlkem_montgomery(&w.t_hat.p[i]);
		mlkem_add(&w.t_hat.p[i], &w.noise[1].p[i]);
	}
	encode_vector(sk, &w.noise[0]);
	encode_vector(ek, &w.t_hat);
	memcpy(ek + MLKEM_SK, w.seed, MLKEM_SEED);
	secret_wipe(&w, sizeof(w));
}

bool mlkem_pke_encrypt(const uint8_t ek[MLKEM_EK], const uint8_t m[MLKEM_SEED],
                       const uint8_t coins[MLKEM_SEED], uint8_t ct[MLKEM_CT])
{
	struct {
		struct mlkem_vector matrix_hat[MLKEM_K], t_hat;
		struct mlkem_poly noise[2 * MLKEM_K + 1]; // y, e1, e2
		struct mlkem_vector y_hat;
		struct mlkem_poly u, v, message;
	} w;

	if (!decode_vector(&w.t_hat, ek))
		return false;
	mlkem_sample_matrix(w.matrix_hat, ek + MLKEM_SK, true);
	mlkem_sample_noise(w.noise, coins, 0, 2 * MLKEM_K + 1);
	memcpy(&w.y_hat, w.noise, sizeof(w.y_hat));
	ntt_vector(&w.y_hat);

	for (unsigned i = 0; i < MLKEM_K; i++) {
		mlkem_dot(&w.u, &w.matrix_hat[i], &w.y_hat);
		mlkem_ntt_inv(&w.u);
		mlkem_add(&w.u, &w.noise[MLKEM_K + i]);
		mlkem_canonical(&w.u);
		mlkem_encode10(ct + i * MLKEM_ENCODED(10), &w.u);
	}
	mlkem_dot(&w.v, &w.t_hat, &w.y_hat);
	mlkem_ntt_inv(&w.v);
	mlkem_add(&w.v, &w.noise[2 * MLKEM_K]);
	mlkem_decode1(&w.message, m);
	mlkem_add(&w.v, &w.message);
	mlkem_canonical(&w.v);
	mlkem_encode4(ct + MLKEM_C1, &w.v);
	secret_wipe(&w, sizeof(w));
	return true;
}

void mlkem_pke_decrypt(const uint8_t sk[MLKEM_SK], const uint8_t ct[MLKEM_CT],
                       uint8_t m[MLKEM_SEED])
{
	struct {
		struct mlkem_vector s_hat, u_hat;
		struct mlkem_poly v, w;
	} w;

	for (unsigned i = 0; i < MLKEM_K; i++)
		mlkem_decode10(&w.u_hat.p[i], ct + i * MLKEM_ENCODED(10));
	mlkem_decode4(&w.v, ct + MLKEM_C1);
	decode_vector(&w.s_hat, sk); // a stored key; hashed values decide, not its range
	ntt_vector(&w.u_hat);
	mlkem_dot(&w.w, &w.s_hat, &w.u_hat);
	mlkem_ntt_inv(&w.w);
	mlkem_subtract(&w.w, &w.v);
	mlkem_canonical(&w.w);
	mlkem_encode1(m, &w.w);
	secret_wipe(&w, sizeof(w));
}
