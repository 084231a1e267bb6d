// A key exchange on its way through the crypto pool.
#pragma once

#include "control/main/crypto_pool.h"
#include "control/session/session_kex.h"

struct kex_job {
	struct shard_job base; // first
	size_t bytes;          // of the whole allocation, which is wiped
	uint32_t slot, life, number;
	const struct kex *kex;
	struct kex_group group; // of a method that agrees on one
	const struct suite *suite[2];
	uint8_t session_id[SESSION_HASH_MAX];
	size_t session_id_len; // 0: this exchange makes it
	struct kex_transcript transcript;
	// Results.
	enum status status;
	size_t public_len;
	uint8_t public[KEX_PUBLIC_MAX];
	uint8_t hashed[KEX_GROUP_BODY_MAX]; // the group as the hash covers it
	uint8_t hash[KEX_HASH_MAX];
	struct suite_keys keys[2];
	uint8_t data[]; // what the transcript names
};

void kex_job_drop(struct pool_job *base);
