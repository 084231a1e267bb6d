// Every exponent is drawn for one exchange, twice as long as the group is strong, and used in
// constant time. With a safe prime the checks of RFC 4253 section 8 leave no small subgroup.
#include "crypto/kex/kex_dh.h"

#include "crypto/core/random.h"

#include <stdlib.h>

#define PRIME_MAX (8192 / 8)

struct dh {
	BIGNUM *prime;
	BIGNUM *exponent; // secret
};

// clang-format off
static const struct row {
	unsigned bits;
	unsigned exponent_bits; // at least what NIST SP 800-56A table 25 asks for; whole bytes
	BIGNUM *(*prime)(BIGNUM *);
} rows[] = {
	{ 2048, 256, BN_get_rfc3526_prime_2048 },
	{ 3072, 288, BN_get_rfc3526_prime_3072 },
	{ 4096, 328, BN_get_rfc3526_prime_4096 },
	{ 6144, 376, BN_get_rfc3526_prime_6144 },
	{ 8192, 400, BN_get_rfc3526_prime_8192 },
};
// clang-format on

#define ROWS (sizeof(rows) / sizeof(rows[0]))

// The smallest row with at least that many bits; the last when there is none.
static const struct row *row_for(unsigned bits)
{
	size_t i = 0;

	while (i + 1 < ROWS && rows[i].bits < bits)
		i++;
	return &rows[i];
}

BIGNUM *kex_dh_prime(unsigned bits)
{
	return row_for(bits)->bits == bits ? row_for(bits)->prime(NULL) : NULL;
}

static void dh_free(struct dh *d)
{
	if (d == NULL)
		return;
	BN_free(d->prime);
	BN_clear_free(d->exponent);
	free(d);
}

// Takes `prime`. The exponent's top bit is set, so that all are equally long.
static struct dh *dh_new(BIGNUM *prime)
{
	struct dh *d = calloc(1, sizeof(*d));
	uint8_t bytes[512 / 8];
	size_t len;

	if (d == NULL || prime == NULL) {
		BN_free(prime);
		free(d);
		return NULL;
	}
	len = row_for((unsigned)BN_num_bits(prime))->exponent_bits / 8;
	random_fill(bytes, len);
	bytes[0] |= 0x80;
	d->prime = prime;
	d->exponent = BN_secure_new();
	if (d->exponent == NULL || BN_bin2bn(bytes, (int)len, d->exponent) == NULL) {
		dh_free(d);
		d = NULL;
	}
	secret_wipe(bytes, sizeof(bytes));
	return d;
}

// base to the exponent, as many bytes as the prime has.
static bool power(const struct dh *d, const BIGNUM *base, uint8_t out[PRIME_MAX])
{
	int len = BN_num_bytes(d->prime);
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *r = BN_secure_new();
	bool ok = ctx != NULL && r != NULL && len <= PRIME_MAX &&
	          BN_mod_exp_mont_consttime(r, base, d->exponent, d->prime, ctx, NULL) == 1 &&
	          BN_bn2binpad(r, out, len) == len;

	BN_clear_free(r);
	BN_CTX_free(ctx);
	return ok;
}

// 1 < v < prime - 1
static bool is_inside(const BIGNUM *v, const BIGNUM *prime)
{
	BIGNUM *least = BN_dup(prime);
	bool ok = v != NULL && least != NULL && BN_sub_word(least, 1) == 1 && !BN_is_zero(v) &&
	          !BN_is_one(v) && BN_cmp(v, least) < 0;

	BN_free(least);
	return ok;
}

// The inside of a positive mpint without needless bytes.
static BIGNUM *value_parse(struct span s)
{
	if (s.len == 0 || s.len > PRIME_MAX + 1 || s.data[0] & 0x80 ||
	    (s.data[0] == 0 && (s.len == 1 || !(s.data[1] & 0x80))))
		return NULL;
	return BN_bin2bn(s.data, (int)s.len, NULL);
}

static bool public_of(const struct dh *d, const BIGNUM *generator, uint8_t *out, size_t *len)
{
	size_t bytes = (size_t)BN_num_bytes(d->prime), zeros = 0;

	out[0] = 0;
	if (!power(d, generator, out + 1))
		return false;
	while (zeros < bytes && out[zeros] == 0 && !(out[zeros + 1] & 0x80))
		zeros++;
	*len = 1 + bytes - zeros;
	memmove(out, out + zeros, *len);
	return true;
}

enum status kex_dh_start_in(BIGNUM *prime, const BIGNUM *generator, void **pair,
                            uint8_t *client_public, size_t *len)
{
	struct dh *d = dh_new(prime);

	*pair = NULL;
	if (d == NULL)
		return STATUS_NO_MEMORY;
	if (!public_of(d, generator, client_public, len)) {
		dh_free(d);
		return STATUS_INTERNAL;
	}
	*pair = d;
	return STATUS_OK;
}

enum status kex_dh_start(unsigned bits, void **pair, uint8_t *client_public, size_t *len)
{
	BIGNUM *two = BN_new();
	enum status status = STATUS_NO_MEMORY;

	*pair = NULL;
	if (two != NULL && BN_set_word(two, 2) == 1)
		status = kex_dh_start_in(kex_dh_prime(bits), two, pair, client_public, len);
	BN_free(two);
	return status;
}

enum status kex_dh_finish(void *pair, struct span server_public, struct secret *shared)
{
	const struct dh *d = pair;
	BIGNUM *theirs = value_parse(server_public);
	enum status status = STATUS_BAD_KEY;

	if (theirs != NULL && is_inside(theirs, d->prime)) {
		shared->len = (size_t)BN_num_bytes(d->prime);
		status = power(d, theirs, shared->bytes) ? STATUS_OK : STATUS_KEX_FAILED;
	}
	BN_free(theirs);
	return status;
}

void kex_dh_drop(void *pair)
{
	dh_free(pair);
}

// The cheap check comes before the first of two expensive powers.
static enum status client_public_check(unsigned bits, struct span s)
{
	BIGNUM *theirs = value_parse(s), *prime = kex_dh_prime(bits);
	bool ok = theirs != NULL && prime != NULL && is_inside(theirs, prime);

	BN_free(theirs);
	BN_free(prime);
	return ok ? STATUS_OK : STATUS_BAD_KEY;
}

enum status kex_dh_answer(unsigned bits, struct span client_public, uint8_t *server_public,
                          size_t *len, struct secret *shared)
{
	enum status status = client_public_check(bits, client_public);
	void *pair;

	if (status == STATUS_OK)
		status = kex_dh_start(bits, &pair, server_public, len);
	if (status != STATUS_OK)
		return status;
	status = kex_dh_finish(pair, client_public, shared);
	kex_dh_drop(pair);
	return status;
}
