// Inside crypto/suite: what an algorithm file provides and what an expanded context holds.
#pragma once

#include "crypto/core/digest.h"
#include "crypto/suite/suite.h"

#include <intel-ipsec-mb.h>
#include <openssl/evp.h>
#include <stdalign.h>
#include <stdlib.h>

// One implementation of a suite. The meaning of each call is that of suite.h.
struct suite_engine {
	void (*expand)(struct suite_ctx *ctx, const struct suite_keys *keys);
	uint32_t (*length)(struct suite_ctx *ctx, const struct suite_keys *keys, uint32_t seq,
	                   const uint8_t *head);
	enum status (*open)(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
	                    const uint8_t *record, uint32_t packet_length, uint8_t *plain);
	void (*seal)(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
	             const uint8_t *plain, uint32_t packet_length, uint8_t *record);
};

struct suite_ops {
	struct suite_engine evp;
	struct suite_engine ipsec_mb;
};

extern const struct suite_ops suite_gcm_ops;
extern const struct suite_ops suite_chacha_ops;
extern const struct suite_ops suite_ctr_etm_ops; // encrypt-then-MAC
extern const struct suite_ops suite_ctr_mac_ops; // encrypt-and-MAC
extern const struct suite_ops suite_cbc_etm_ops;
extern const struct suite_ops suite_cbc_mac_ops;

// OpenSSL contexts: one of each cipher, because a change of cipher would allocate.
enum suite_evp {
	SUITE_EVP_GCM_128,
	SUITE_EVP_GCM_256,
	SUITE_EVP_CTR_128,
	SUITE_EVP_CTR_192,
	SUITE_EVP_CTR_256,
	SUITE_EVP_CBC_128,
	SUITE_EVP_CBC_192,
	SUITE_EVP_CBC_256,
	SUITE_EVP_CBC_3DES,
	SUITE_EVP_CHACHA_HEAD, // keyed with K_1, for the length
	SUITE_EVP_CHACHA_BODY, // keyed with K_2
	SUITE_EVPS
};

struct suite_aes {
	uint8_t forward[15 * 16];
	uint8_t backward[15 * 16]; // the key schedule writes it; CTR never reads it
};

struct suite_ctx {
	// ipsec-mb's expanded keys; which one follows from the suite
	alignas(64) union {
		struct gcm_key_data gcm;
		struct suite_aes aes;
		uint8_t chacha[SUITE_KEY_MAX];
	} key;
	struct hmac hmac;
	const struct suite *suite; // NULL until expanded
	const struct suite_engine *engine;
	bool sealing;
	EVP_CIPHER_CTX *evp[SUITE_EVPS];
	EVP_MAC_CTX *poly;
};

// The manager whose function table ipsec-mb is called through. Written by suite_backend_set only.
IMB_MGR *suite_mgr(void);

// A library call that fails only when our own arguments are wrong.
static inline void suite_must(int ok)
{
	if (ok != 1)
		abort();
}

static inline uint32_t suite_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void suite_put_be32(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

// Add to a big-endian counter.
static inline void suite_count(uint8_t *counter, size_t bytes, uint64_t by)
{
	for (size_t i = bytes; i-- > 0 && by > 0;) {
		by += counter[i];
		counter[i] = (uint8_t)by;
		by >>= 8;
	}
}
