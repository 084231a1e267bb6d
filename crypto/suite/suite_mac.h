// Inside crypto/suite: the MAC of a record (RFC 4253 section 6.4), for ciphers that bring none.
#pragma once

#include "crypto/suite/suite_ops.h"

static inline void suite_hmac_key(struct suite_ctx *ctx, const struct suite_keys *keys)
{
	enum digest_id id = DIGEST_SHA512;

	if (ctx->suite->tag_bytes == 32)
		id = DIGEST_SHA256;
	else if (ctx->suite->tag_bytes == 20)
		id = DIGEST_SHA1;
	hmac_init(&ctx->hmac, id, span_of(keys->mac_key, ctx->suite->mac_key_bytes));
}

// The sequence number goes first and is not sent.
static inline void suite_hmac_record(const struct suite_ctx *ctx, uint32_t seq,
                                     const uint8_t *packet, size_t len, uint8_t *tag)
{
	struct digest run;
	uint8_t be[4];

	suite_put_be32(be, seq);
	hmac_begin(&ctx->hmac, &run);
	digest_update(&run, span_of(be, sizeof(be)));
	digest_update(&run, span_of(packet, len));
	hmac_end(&ctx->hmac, &run, tag);
}
