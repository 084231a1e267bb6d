// Inside crypto/pq: polynomials of Streamlined NTRU Prime 761, that is modulo x^761 - x - 1 and
// modulo q = 4591 (Rq) or 3 (R3). Coefficients are centred: -2295..2295, and -1..1 where
// "small". Nothing here branches on, indexes by or divides a coefficient.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SNTRUP_P      761
#define SNTRUP_Q      4591
#define SNTRUP_WEIGHT 286 // non-zero coefficients of a "short" polynomial, which is small too
#define SNTRUP_SIZED  768 // room for P + 1 coefficients in whole vectors

struct sntrup_poly {
	int16_t c[SNTRUP_P];
};

struct sntrup_small {
	int8_t c[SNTRUP_P];
};

// sntrup_ring.c

// out = a b in Rq; for small a it is also the product in R3 before sntrup_mod3.
void sntrup_times(struct sntrup_poly *out, const struct sntrup_poly *a,
                  const struct sntrup_small *b);
void sntrup_triple(struct sntrup_poly *f); // f = 3 f in Rq
void sntrup_round(struct sntrup_poly *f);  // to the nearest multiples of 3
void sntrup_mod3(struct sntrup_small *out, const struct sntrup_poly *f);
void sntrup_widen(struct sntrup_poly *out, const struct sntrup_small *f);

// sntrup_invert.c: inverses by division steps (Bernstein and Yang, 2019), whose number is
// fixed.

void sntrup_invert_triple(struct sntrup_poly *out,
                          const struct sntrup_small *f); // 1 / (3 f) in Rq
bool sntrup_invert_mod3(struct sntrup_small *out, const struct sntrup_small *f); // false: none

// sntrup_code.c

#define SNTRUP_SMALL_BYTES   191
#define SNTRUP_POLY_BYTES    1158
#define SNTRUP_ROUNDED_BYTES 1007

void sntrup_small_encode(uint8_t out[SNTRUP_SMALL_BYTES], const struct sntrup_small *f);
void sntrup_small_decode(struct sntrup_small *out, const uint8_t in[SNTRUP_SMALL_BYTES]);
void sntrup_poly_encode(uint8_t out[SNTRUP_POLY_BYTES], const struct sntrup_poly *f);
void sntrup_poly_decode(struct sntrup_poly *out, const uint8_t in[SNTRUP_POLY_BYTES]);
void sntrup_rounded_encode(uint8_t out[SNTRUP_ROUNDED_BYTES], const struct sntrup_poly *f);
void sntrup_rounded_decode(struct sntrup_poly *out, const uint8_t in[SNTRUP_ROUNDED_BYTES]);

// sntrup_sort.c: ascending, by a fixed network.

#define SNTRUP_SORTED 1024

void sntrup_sort(uint32_t list[SNTRUP_SORTED]);
