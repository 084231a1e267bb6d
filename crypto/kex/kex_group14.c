// diffie-hellman-group14-sha256 (RFC 8268), and its predecessor with SHA-1 (RFC 4253).
#include "crypto/kex/kex_dh.h"

#define BITS 2048

static enum status answer(struct span client_public, uint8_t *server_public, size_t *len,
                          struct secret *shared)
{
	return kex_dh_answer(BITS, client_public, server_public, len, shared);
}

static enum status start(void **pair, uint8_t *client_public, size_t *len)
{
	return kex_dh_start(BITS, pair, client_public, len);
}

const struct kex_ops kex_group14_ops = {answer, start, kex_dh_finish, kex_dh_drop};
