// ecdh-sha2-nistp521 (RFC 5656 section 4).
#include "crypto/kex/kex_ecdh.h"

static const struct kex_curve curve = {"P-521", 66};

static enum status answer(struct span client_public, uint8_t *server_public, size_t *len,
                          struct secret *shared)
{
	return kex_ecdh_answer(&curve, client_public, server_public, len, shared);
}

static enum status start(void **pair, uint8_t *client_public, size_t *len)
{
	return kex_ecdh_start(&curve, pair, client_public, len);
}

static enum status finish(void *pair, struct span server_public, struct secret *shared)
{
	return kex_ecdh_finish(&curve, pair, server_public, shared);
}

const struct kex_ops kex_nistp521_ops = {answer, start, finish, kex_ecdh_drop};
