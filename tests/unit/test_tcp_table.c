// The table: found, removed, grown one bucket at a time, touched no further than needed.
#include "dataplane/tcp/tcp_conn.h"
#include "tests/unit/check.h"

#define RECORDS 50000

static struct tcp_key keys[RECORDS];
static struct tcp_table table;
static const struct hash_key hash_key = {1, 2};

static struct tcp_tuple tuple_of(uint32_t i)
{
	struct tcp_tuple t = {.local_port = 22, .remote_port = (uint16_t)i};

	t.remote.bytes[0] = (uint8_t)(i >> 16);
	return t;
}

static uint32_t hash_of(uint32_t i)
{
	struct tcp_tuple t = tuple_of(i);

	return (uint32_t)keyed_hash(&hash_key, &t, sizeof(t));
}

static void add(uint32_t i)
{
	struct tcp_tuple t = tuple_of(i);

	table_add(&table, i, hash_of(i), &t);
}

static uint32_t find(uint32_t i)
{
	struct tcp_tuple t = tuple_of(i);

	return table_find(&table, hash_of(i), &t);
}

static void fixture(uint32_t count)
{
	memset(keys, 0, sizeof(keys));
	CHECK(table_init(&table, keys, sizeof(keys[0]), RECORDS));
	for (uint32_t i = 0; i < count; i++)
		add(i);
}

TEST(an_empty_table_finds_nothing)
{
	fixture(0);
	CHECK_EQ(find(1), TABLE_NONE);
	table_fini(&table);
}

TEST(everything_added_is_found)
{
	uint32_t wrong = 0;

	fixture(RECORDS);
	for (uint32_t i = 0; i < RECORDS; i++)
		wrong += find(i) != i;
	CHECK_EQ(wrong, 0);
	table_fini(&table);
}

TEST(everything_removed_is_gone_and_the_rest_is_found)
{
	uint32_t wrong = 0;

	fixture(RECORDS);
	for (uint32_t i = 0; i < RECORDS; i += 2)
		table_remove(&table, i);
	for (uint32_t i = 0; i < RECORDS; i++)
		wrong += find(i) != (i % 2 ? i : TABLE_NONE);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(table.count, RECORDS / 2);
	table_fini(&table);
}

TEST(buckets_follow_the_peak_and_not_the_turnover)
{
	fixture(100);
	for (uint32_t turn = 0; turn < 1000; turn++) {
		table_remove(&table, turn % 100);
		add(turn % 100);
	}
	CHECK(table.buckets <= 101);
	table_fini(&table);
}

TEST(chains_stay_short)
{
	uint32_t longest = 0;

	fixture(RECORDS);
	for (uint32_t b = 0; b < table.buckets; b++) {
		uint32_t length = 0;

		for (uint32_t at = table.head[b]; at != 0; at = keys[at - 1].next)
			length++;
		longest = length > longest ? length : longest;
	}
	CHECK(longest < 16);
	table_fini(&table);
}

TEST(equal_hashes_are_told_apart_by_their_tuples)
{
	struct tcp_tuple a = tuple_of(1), b = tuple_of(2);

	fixture(0);
	table_add(&table, 1, 7, &a);
	table_add(&table, 2, 7, &b);
	CHECK_EQ(table_find(&table, 7, &a), 1);
	CHECK_EQ(table_find(&table, 7, &b), 2);
	table_fini(&table);
}

CHECK_MAIN()
