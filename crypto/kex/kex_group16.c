// diffie-hellman-group16-sha512 (RFC 8268).
#include "crypto/kex/kex_dh.h"

#define BITS 4096

static enum status answer(struct span client_public, uint8_t *server_public, size_t *len,
                          struct secret *shared)
{
	return kex_dh_answer(BITS, client_public, server_public, len, shared);
}

static enum status start(void **pair, uint8_t *client_public, size_t *len)
{
	return kex_dh_start(BITS, pair, client_public, len);
}

const struct kex_ops kex_group16_ops = {answer, start, kex_dh_finish, kex_dh_drop};
