// diffie-hellman-group-exchange-sha256 (RFC 4419).
#include "crypto/kex/kex_group.h"

#include "crypto/kex/kex_dh.h"
#include "crypto/wire/cursor.h"

static const uint32_t sizes[] = {2048, 3072, 4096, 6144, 8192};

enum status kex_group_choose(struct span body, struct kex_group *out)
{
	struct cursor c = cursor_over(body);
	enum status status;

	out->min = cursor_u32(&c);
	out->wanted = cursor_u32(&c);
	out->max = cursor_u32(&c);
	out->bits = 0;
	status = cursor_end(&c);
	if (status == STATUS_OK && (out->min > out->wanted || out->wanted > out->max))
		status = STATUS_MALFORMED;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && status == STATUS_OK; i++) {
		if (sizes[i] < out->min || sizes[i] > out->max)
			continue;
		out->bits = sizes[i];
		if (sizes[i] >= out->wanted)
			break;
	}
	return status == STATUS_OK && out->bits == 0 ? STATUS_NO_COMMON : status;
}

void kex_group_emit(const struct kex_group *group, struct builder *b)
{
	uint8_t bytes[KEX_GROUP_BITS_MAX / 8];
	BIGNUM *prime = kex_dh_prime(group->bits);

	if (prime != NULL)
		builder_mpint(b, span_of(bytes, (size_t)BN_bn2bin(prime, bytes)));
	else
		b->status = STATUS_OVERFLOW;
	builder_mpint(b, span_of("\x02", 1));
	BN_free(prime);
}

void kex_group_hashed(const struct kex_group *group, struct builder *b)
{
	builder_u32(b, group->min);
	builder_u32(b, group->wanted);
	builder_u32(b, group->max);
	kex_group_emit(group, b);
}

enum status kex_group_answer(const struct kex *kex, const struct kex_group *group,
                             struct span client_public, uint8_t server_public[KEX_PUBLIC_MAX],
                             size_t *server_len, struct secret *shared)
{
	enum status status;

	shared->len = 0;
	if (kex->flow->ask == 0)
		return STATUS_UNEXPECTED;
	status = kex_dh_answer(group->bits, client_public, server_public, server_len, shared);
	if (status != STATUS_OK)
		secret_fini(shared);
	return status;
}

static BIGNUM *number(struct span s)
{
	return BN_bin2bn(s.data, (int)s.len, NULL);
}

// Odd, of a size that was asked for, with 1 < generator < prime - 1.
static bool group_may_be(const BIGNUM *prime, const BIGNUM *generator,
                         const struct kex_group *asked)
{
	uint32_t bits = (uint32_t)BN_num_bits(prime);

	return bits >= asked->min && bits <= asked->max && bits >= KEX_GROUP_BITS_MIN &&
	       bits <= KEX_GROUP_BITS_MAX && BN_is_odd(prime) && !BN_is_zero(generator) &&
	       !BN_is_one(generator) && BN_num_bits(generator) < (int)bits;
}

enum status kex_group_client_start(const struct kex *kex, const struct kex_group *asked,
                                   struct span body, struct kex_client **out,
                                   uint8_t client_public[KEX_PUBLIC_MAX], size_t *len)
{
	struct cursor c = cursor_over(body);
	struct span p = cursor_mpint(&c), g = cursor_mpint(&c);
	enum status status = cursor_end(&c);
	BIGNUM *prime, *generator;
	void *pair;

	*out = NULL;
	if (status != STATUS_OK)
		return status;
	if (kex->flow->ask == 0 || p.len > KEX_GROUP_BITS_MAX / 8 || g.len > p.len)
		return STATUS_BAD_KEY;
	prime = number(p);
	generator = number(g);
	status = prime == NULL || generator == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	if (status == STATUS_OK && !group_may_be(prime, generator, asked))
		status = STATUS_BAD_KEY;
	if (status == STATUS_OK) {
		status = kex_dh_start_in(prime, generator, &pair, client_public, len);
		prime = NULL;
	}
	if (status == STATUS_OK)
		status = kex_client_adopt(kex->ops, pair, out);
	BN_free(prime);
	BN_free(generator);
	return status;
}

// Without a group there is nothing to start with.
static enum status answer(struct span client_public, uint8_t *server_public, size_t *len,
                          struct secret *shared)
{
	(void)client_public, (void)server_public, (void)len, (void)shared;
	return STATUS_UNEXPECTED;
}

static enum status start(void **pair, uint8_t *client_public, size_t *len)
{
	(void)pair, (void)client_public, (void)len;
	return STATUS_UNEXPECTED;
}

const struct kex_ops kex_group_ops = {answer, start, kex_dh_finish, kex_dh_drop};
