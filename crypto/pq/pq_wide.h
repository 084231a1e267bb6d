// What the files of crypto/pq share: loops compiled twice, and a value the compiler cannot
// guess. Not target_clones: clang 14 exports such a function under another name, and the
// resolvers crash under the thread sanitizer.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PQ_BODY static inline __attribute__((always_inline))

// Define `name`, a void function, from name_body: one copy for any machine and one whose loops
// use AVX2, chosen at every call. `linkage` is static or extern.
#if defined(__x86_64__) && !defined(PQ_PLAIN)
// What came with Haswell.
static inline bool pq_is_wide(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}

#define PQ_TWICE(linkage, name, parameters, arguments)                                         \
	__attribute__((target("avx2,bmi,bmi2"))) static void name##_avx2 parameters            \
	{                                                                                      \
		name##_body arguments;                                                         \
	}                                                                                      \
	linkage void name parameters                                                           \
	{                                                                                      \
		if (pq_is_wide())                                                              \
			name##_avx2 arguments;                                                 \
		else                                                                           \
			name##_body arguments;                                                 \
	}
#else
#define PQ_TWICE(linkage, name, parameters, arguments)                                         \
	linkage void name parameters                                                           \
	{                                                                                      \
		name##_body arguments;                                                         \
	}
#endif

// The same value, about which the compiler knows nothing, so that it cannot turn arithmetic on
// a secret bit back into a branch.
static inline uint32_t pq_opaque(uint32_t value)
{
	__asm__("" : "+r"(value));
	return value;
}

// All ones when the bytes are equal, zero when not.
static inline uint32_t pq_equal_mask(const uint8_t *a, const uint8_t *b, unsigned len)
{
	uint32_t differ = 0;

	for (unsigned i = 0; i < len; i++)
		differ |= a[i] ^ b[i];
	return -pq_opaque((differ - 1) >> 31);
}

// One byte of `yes` under a mask of ones, of `no` under zero.
static inline uint8_t pq_choose(uint32_t mask, uint8_t yes, uint8_t no)
{
	return (uint8_t)(no ^ ((no ^ yes) & mask));
}
