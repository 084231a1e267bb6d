// The slab: sizes, accounts, reuse, exhaustion.
#include "dataplane/base/slab.h"
#include "tests/unit/check.h"

TEST(a_chunk_is_at_least_as_large_as_asked_for)
{
	struct slab *s = slab_new(1 << 20);
	uint32_t account = 0;
	uint32_t ref = slab_take(s, 257, &account);

	CHECK_EQ(slab_size(s, ref), 1024);
	memset(slab_at(s, ref), 0xa5, 1024);
	slab_give(s, ref, &account);
	slab_free(s);
}

TEST(what_is_taken_is_charged_and_what_is_given_credited)
{
	struct slab *s = slab_new(1 << 20);
	uint32_t account = 0;
	uint32_t small = slab_take(s, 1, &account);
	uint32_t large = slab_take(s, 4096, &account);

	CHECK_EQ(account, 256 + 4096);
	slab_give(s, small, &account);
	CHECK_EQ(account, 4096);
	slab_give(s, large, &account);
	CHECK_EQ(account, 0);
	CHECK_EQ(slab_gauges(s).used_bytes, 0);
	CHECK_EQ(slab_gauges(s).peak_bytes, 256 + 4096);
	slab_free(s);
}

TEST(more_than_the_largest_chunk_is_refused)
{
	struct slab *s = slab_new(1 << 20);
	uint32_t account = 0;

	CHECK_EQ(slab_take(s, SLAB_CHUNK_MAX + 1, &account), SLAB_NONE);
	CHECK_EQ(account, 0);
	slab_free(s);
}

TEST(a_full_slab_refuses_until_something_is_given_back)
{
	struct slab *s = slab_new(16384);
	uint32_t account = 0;
	uint32_t ref[4];

	for (int i = 0; i < 4; i++)
		ref[i] = slab_take(s, 4096, &account);
	CHECK(ref[3] != SLAB_NONE);
	CHECK_EQ(slab_take(s, 4096, &account), SLAB_NONE);
	slab_give(s, ref[2], &account);
	CHECK_EQ(slab_take(s, 4000, &account), ref[2]);
	slab_free(s);
}

TEST(an_empty_page_serves_another_size)
{
	struct slab *s = slab_new(16384);
	uint32_t account = 0;
	uint32_t small = slab_take(s, 100, &account);

	CHECK_EQ(slab_take(s, 4096, &account), SLAB_NONE);
	slab_give(s, small, &account);
	CHECK(slab_take(s, 4096, &account) != SLAB_NONE);
	slab_free(s);
}

TEST(the_chunk_given_last_is_taken_first)
{
	struct slab *s = slab_new(1 << 20);
	uint32_t account = 0;
	uint32_t a = slab_take(s, 200, &account);
	uint32_t b = slab_take(s, 200, &account);

	slab_take(s, 200, &account);
	slab_give(s, a, &account);
	slab_give(s, b, &account);
	CHECK_EQ(slab_take(s, 200, &account), b);
	CHECK_EQ(slab_take(s, 200, &account), a);
	slab_free(s);
}

struct holding {
	uint32_t ref;
	uint16_t bytes;
	uint8_t mark;
};

// Whether the bytes of a chunk are still the ones its owner wrote.
static bool is_intact(const struct slab *s, const struct holding *h)
{
	const uint8_t *at = slab_at(s, h->ref);

	for (uint16_t i = 0; i < h->bytes; i++)
		if (at[i] != h->mark)
			return false;
	return true;
}

TEST(a_long_random_run_mixes_up_nothing)
{
	static struct holding held[300];
	struct slab *s = slab_new(512 << 10);
	uint32_t account = 0;
	uint64_t x = 88172645463325252ull;

	for (uint32_t i = 0; i < 100000; i++) {
		struct holding *h;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		h = &held[x % 300];
		if (h->ref != SLAB_NONE) {
			CHECK(is_intact(s, h));
			slab_give(s, h->ref, &account);
			h->ref = SLAB_NONE;
			continue;
		}
		h->bytes = (uint16_t)(1 + (x >> 20) % 4096);
		h->mark = (uint8_t)i;
		h->ref = slab_take(s, h->bytes, &account);
		if (h->ref != SLAB_NONE)
			memset(slab_at(s, h->ref), h->mark, h->bytes);
	}
	for (int i = 0; i < 300; i++)
		if (held[i].ref != SLAB_NONE)
			slab_give(s, held[i].ref, &account);
	CHECK_EQ(account, 0);
	CHECK_EQ(slab_gauges(s).held_bytes, 0);
	slab_free(s);
}

CHECK_MAIN()
