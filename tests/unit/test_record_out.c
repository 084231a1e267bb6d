// dataplane/record/record_out.c
#include "tests/unit/record_pair.h"

static uint8_t record[RECORD_MAX + 64];

TEST(a_plain_record_is_whole_blocks_with_at_least_four_bytes_of_padding)
{
	static uint8_t text[64];
	struct record_pair p;

	text[0] = 2;
	pair_init(&p);
	for (size_t n = 1; n <= sizeof(text); n++) {
		size_t len = pair_seal(&p, &p.a, span_of(text, n), record);

		CHECK_EQ(len % 8, 0);
		CHECK(record[4] >= 4);
		CHECK_EQ(record[3], len - 4);
		CHECK_EQ(record[4] + 1 + n, len - 4);
	}
	pair_fini(&p);
}

TEST(sealed_records_keep_the_alignment_of_their_suite)
{
	static uint8_t text[64];

	text[0] = 94;
	for (uint8_t id = 1; suite_by_id(id) != NULL; id++) {
		const struct suite *suite = suite_by_id(id);
		struct record_pair p;

		pair_init(&p);
		pair_key(&p, id, true);
		for (size_t n = 1; n <= sizeof(text); n++) {
			size_t len = pair_seal(&p, &p.a, span_of(text, n), record);
			size_t packet = len - suite->tag_bytes;

			CHECK_EQ((suite->pads_length ? packet : packet - 4) %
			                 suite->block_bytes,
			         0);
			CHECK(len <= n + RECORD_OVERHEAD_MAX);
		}
		pair_fini(&p);
	}
}

TEST(newkeys_goes_out_under_the_old_keys)
{
	struct suite_keys keys = pair_keys(1);
	struct record_pair p;

	pair_init(&p);
	CHECK_EQ(record_keys_install(p.core, &p.a, 1, true, true, &keys), STATUS_OK);
	pair_seal(&p, &p.a, span_text("\x14"), record);
	CHECK_EQ(p.a.out.suite, 0);
	CHECK_EQ(pair_seal(&p, &p.a, span_text("\x15"), record), 16);
	CHECK_EQ(record[5], SSH_MSG_NEWKEYS);
	CHECK_EQ(p.a.out.suite, 1);
	CHECK_EQ(p.a.out.sequence, 0);
	CHECK_EQ(record_core_pending(p.core), 0);
	pair_fini(&p);
}

TEST(without_strict_kex_the_sequence_goes_on)
{
	struct suite_keys keys = pair_keys(1);
	struct record_pair p;

	pair_init(&p);
	CHECK_EQ(record_keys_install(p.core, &p.a, 1, true, false, &keys), STATUS_OK);
	pair_seal(&p, &p.a, span_text("\x15"), record);
	CHECK_EQ(p.a.out.sequence, 1);
	pair_fini(&p);
}

TEST(a_message_too_long_for_a_record_is_refused)
{
	static uint8_t text[RECORD_MAX];
	struct record_pair p;
	struct span sealed;

	pair_init(&p);
	CHECK_EQ(record_seal(p.core, &p.a, id_a, span_of(text, sizeof(text)), &sealed),
	         STATUS_NO_ROOM);
	CHECK_EQ(record_seal(p.core, &p.a, id_a, span_of(text, 0), &sealed), STATUS_NO_ROOM);
	CHECK_EQ(p.a.out.sequence, 0);
	pair_fini(&p);
}

TEST(more_connections_than_contexts_share_the_cache)
{
	enum { CONNS = 300 };
	static struct record_conn conns[CONNS];
	struct record_pair p;
	struct span sealed;

	pair_init(&p);
	for (uint32_t i = 0; i < CONNS; i++) {
		struct suite_keys keys = pair_keys((uint8_t)i);

		record_init(&conns[i]);
		CHECK_EQ(record_keys_install(p.core, &conns[i], 1, true, true, &keys),
		         STATUS_OK);
		CHECK_EQ(record_seal(p.core, &conns[i], (struct conn_id){i, 1},
		                     span_text("\x15"), &sealed),
		         STATUS_OK);
	}
	for (uint32_t i = 0; i < CONNS; i++) {
		CHECK_EQ(record_seal(p.core, &conns[i], (struct conn_id){i, 1},
		                     span_text("\x5e"), &sealed),
		         STATUS_OK);
	}
	CHECK_EQ(p.count[COUNTER_record_keyed], CONNS);
	for (uint32_t i = 0; i < CONNS; i++)
		record_fini(p.core, &conns[i], (struct conn_id){i, 1});
	pair_fini(&p);
}

CHECK_MAIN()
