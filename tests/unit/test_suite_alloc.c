// A worker may not allocate after its start: OpenSSL's allocations are counted while a context is
// expanded and used.
#include "tests/unit/suite_fixture.h"

#include <openssl/crypto.h>

static unsigned allocations;

static void *count_malloc(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	allocations++;
	return malloc(n);
}

static void *count_realloc(void *at, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	allocations++;
	return realloc(at, n);
}

static void count_free(void *at, const char *file, int line)
{
	(void)file, (void)line;
	free(at);
}

// OpenSSL takes these only before its own first allocation.
__attribute__((constructor)) static void count_install(void)
{
	if (CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free) != 1)
		abort();
}

// OpenSSL's own generator may allocate when it seeds itself.
static void plain_fill(void *out, size_t len)
{
	static uint8_t next;

	for (size_t i = 0; i < len; i++)
		((uint8_t *)out)[i] = next += 7;
}

static void use(struct suite_pair *p, const struct suite *suite)
{
	suite_expand(p->sealer, suite, &p->seal_keys, true);
	suite_expand(p->opener, suite, &p->open_keys, false);
	for (uint32_t i = 1; i < 20; i++)
		CHECK(round_trip(p, i, i * suite->block_bytes * 16 - suite->pads_length * 4,
		                 i % 2));
}

static void check_backend(enum suite_backend backend)
{
	struct suite_pair p;
	unsigned before;

	random_source_set(plain_fill);
	p = pair_make(suite_by_id(1), backend, backend);
	CHECK(allocations > 0);
	for (uint8_t id = 1; suite_by_id(id) != NULL; id++) {
		before = allocations;
		use(&p, suite_by_id(id));
		CHECK_EQ(allocations, before);
	}
	pair_drop(&p);
}

TEST(evp_allocates_nothing_after_init)
{
	check_backend(SUITE_BACKEND_EVP);
}

TEST(ipsec_mb_allocates_nothing_after_init)
{
	check_backend(SUITE_BACKEND_IPSEC_MB);
}

CHECK_MAIN()
