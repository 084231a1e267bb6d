// Inside crypto/pq: polynomials of ML-KEM (FIPS 203) in Z_3329[X]/(X^256 + 1), and the steps
// between seeds, coefficients and bytes. Nothing here branches on, indexes by or divides a
// coefficient, but for the sampling of the public matrix.
#pragma once

#include "crypto/core/span.h"

#define MLKEM_N     256
#define MLKEM_Q     3329
#define MLKEM_K     3  // of ML-KEM-768
#define MLKEM_SEED  32 // every seed, message and shared secret
#define MLKEM_ETA   2
#define MLKEM_NOISE (64 * MLKEM_ETA) // bytes that one noise polynomial takes

// Coefficients are signed and need not be reduced; each function says what it takes and leaves.
struct mlkem_poly {
	int16_t c[MLKEM_N];
};

struct mlkem_vector {
	struct mlkem_poly p[MLKEM_K];
};

// mlkem_ntt.c. "Small" is |c| <= 2 q; "reduced" is |c| <= q/2 + 1; "canonical" is 0 <= c < q.
// "In Montgomery form" is 2^16 times the value.

void mlkem_ntt(struct mlkem_poly *f); // algorithm 9; in: small, out: reduced
void mlkem_ntt_inv(
        struct mlkem_poly *f); // algorithm 10, times 2^16; in: |c| < 2^15, out: reduced

// The product in the NTT domain (algorithm 11) summed over a row, times 2^-16. In: reduced, or
// canonical; out: reduced.
void mlkem_dot(struct mlkem_poly *out, const struct mlkem_vector *a,
               const struct mlkem_vector *b);

void mlkem_montgomery(struct mlkem_poly *f);                      // into Montgomery form
void mlkem_add(struct mlkem_poly *f, const struct mlkem_poly *g); // in: sum fits; out: reduced
void mlkem_subtract(struct mlkem_poly *f, const struct mlkem_poly *g); // f = g - f; the same
void mlkem_canonical(struct mlkem_poly *f);

// mlkem_sample.c

// The public matrix from its public seed (algorithm 7), canonical; transposed for encryption.
void mlkem_sample_matrix(struct mlkem_vector row[MLKEM_K], const uint8_t rho[MLKEM_SEED],
                         bool transposed);

// `count` noise polynomials (algorithm 8 with eta 2) of nonces from `nonce` on, small.
void mlkem_sample_noise(struct mlkem_poly *out, const uint8_t seed[MLKEM_SEED], uint8_t nonce,
                        unsigned count);

// mlkem_encode.c. Bits a coefficient: 12 is exact, fewer compress. Polynomials are canonical.

#define MLKEM_ENCODED(bits) (MLKEM_N / 8 * (bits))

void mlkem_encode12(uint8_t out[MLKEM_ENCODED(12)], const struct mlkem_poly *f);
void mlkem_encode10(uint8_t out[MLKEM_ENCODED(10)], const struct mlkem_poly *f);
void mlkem_encode4(uint8_t out[MLKEM_ENCODED(4)], const struct mlkem_poly *f);
void mlkem_encode1(uint8_t out[MLKEM_ENCODED(1)], const struct mlkem_poly *f);

// False when a coefficient is not below q (FIPS 203 section 7.2); for public bytes.
bool mlkem_decode12(struct mlkem_poly *out, const uint8_t in[MLKEM_ENCODED(12)]);
void mlkem_decode10(struct mlkem_poly *out, const uint8_t in[MLKEM_ENCODED(10)]);
void mlkem_decode4(struct mlkem_poly *out, const uint8_t in[MLKEM_ENCODED(4)]);
void mlkem_decode1(struct mlkem_poly *out, const uint8_t in[MLKEM_ENCODED(1)]);

// mlkem_pke.c: K-PKE, the encryption inside the KEM (algorithms 13 to 15).

#define MLKEM_EK (MLKEM_K * MLKEM_ENCODED(12) + MLKEM_SEED)
#define MLKEM_SK (MLKEM_K * MLKEM_ENCODED(12))
#define MLKEM_C1 (MLKEM_K * MLKEM_ENCODED(10))
#define MLKEM_CT (MLKEM_C1 + MLKEM_ENCODED(4))

void mlkem_pke_keygen(const uint8_t d[MLKEM_SEED], uint8_t ek[MLKEM_EK], uint8_t sk[MLKEM_SK]);

// False, and nothing written, when the key holds a coefficient that is not below q.
[[nodiscard]] bool mlkem_pke_encrypt(const uint8_t ek[MLKEM_EK], const uint8_t m[MLKEM_SEED],
                                     const uint8_t coins[MLKEM_SEED], uint8_t ct[MLKEM_CT]);
void mlkem_pke_decrypt(const uint8_t sk[MLKEM_SK], const uint8_t ct[MLKEM_CT],
                       uint8_t m[MLKEM_SEED]);
