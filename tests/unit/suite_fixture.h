// A sealing and an opening context over the same keys, for the tests of crypto/suite.
#pragma once

#include "crypto/core/random.h"
#include "crypto/suite/suite_ops.h"
#include "tests/unit/check.h"

#define RECORD_MAX (40000 + 4 + SUITE_TAG_MAX)

struct suite_pair {
	struct suite_ctx *sealer, *opener;
	struct suite_keys seal_keys, open_keys;
	const struct suite *suite;
};

static inline struct suite_ctx *ctx_make(void)
{
	struct suite_ctx *ctx = aligned_alloc(64, (suite_ctx_bytes() + 63) / 64 * 64);

	if (ctx == NULL)
		abort();
	suite_ctx_init(ctx);
	return ctx;
}

static inline void ctx_drop(struct suite_ctx *ctx)
{
	suite_ctx_fini(ctx);
	free(ctx);
}

// A context of one implementation. The machine may lack ipsec-mb's instructions: EVP then.
static inline struct suite_ctx *ctx_expanded(enum suite_backend backend,
                                             const struct suite *suite,
                                             const struct suite_keys *keys, bool sealing)
{
	struct suite_ctx *ctx = ctx_make();

	suite_backend_set(backend);
	suite_expand(ctx, suite, keys, sealing);
	return ctx;
}

static inline struct suite_pair pair_make(const struct suite *suite, enum suite_backend seals,
                                          enum suite_backend opens)
{
	struct suite_pair p = {.suite = suite};

	random_fill(&p.seal_keys, sizeof(p.seal_keys));
	p.open_keys = p.seal_keys;
	p.sealer = ctx_expanded(seals, suite, &p.seal_keys, true);
	p.opener = ctx_expanded(opens, suite, &p.open_keys, false);
	return p;
}

static inline void pair_drop(struct suite_pair *p)
{
	ctx_drop(p->sealer);
	ctx_drop(p->opener);
}

// A plain packet with its length field and random content.
static inline void packet_make(uint8_t *plain, uint32_t packet_length)
{
	random_fill(plain, packet_length + 4);
	suite_put_be32(plain, packet_length);
}

// Seal, read the length back and open; every answer is checked. True when all went well.
static inline bool round_trip(struct suite_pair *p, uint32_t seq, uint32_t packet_length,
                              bool in_place)
{
	static uint8_t plain[RECORD_MAX], record[RECORD_MAX], opened[RECORD_MAX];
	uint8_t *to = in_place ? record : opened;

	packet_make(plain, packet_length);
	if (in_place) {
		memcpy(record, plain, packet_length + 4);
		suite_seal(p->sealer, &p->seal_keys, seq, record, packet_length, record);
	} else {
		suite_seal(p->sealer, &p->seal_keys, seq, plain, packet_length, record);
	}
	return suite_packet_length(p->opener, &p->open_keys, seq, record) == packet_length &&
	       suite_open(p->opener, &p->open_keys, seq, record, packet_length, to) ==
	               STATUS_OK &&
	       memcmp(to, plain, packet_length + 4) == 0 &&
	       memcmp(p->seal_keys.iv, p->open_keys.iv, SUITE_IV_MAX) == 0;
}
