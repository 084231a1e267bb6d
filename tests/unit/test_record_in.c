// dataplane/record/record_in.c
#include "tests/unit/record_pair.h"

static uint8_t record[RECORD_MAX + 64], plain[RECORD_MAX + 64];

static enum status measure(struct record_pair *p, uint32_t packet_length)
{
	uint8_t head[64] = {(uint8_t)(packet_length >> 24), (uint8_t)(packet_length >> 16),
	                    (uint8_t)(packet_length >> 8), (uint8_t)packet_length};
	uint32_t got;
	size_t wire;

	return record_measure(p->core, &p->b, id_b, head, &got, &wire);
}

TEST(a_plain_record_opens)
{
	static const uint8_t hand[16] = {0, 0, 0, 12, 6, 2, 'h', 'e', 'l', 'l'};
	struct record_pair p;
	struct span message;

	pair_init(&p);
	CHECK_EQ(pair_open(&p, &p.b, hand, 16, plain, &message), STATUS_OK);
	CHECK_EQ(message.len, 5);
	CHECK_MEM(message.data, "\x02hell", 5);
	CHECK_EQ(p.b.in.sequence, 1);
	pair_fini(&p);
}

TEST(a_plain_length_that_cannot_be_is_malformed)
{
	struct record_pair p;

	pair_init(&p);
	CHECK_EQ(measure(&p, 0), STATUS_MALFORMED);
	CHECK_EQ(measure(&p, 4), STATUS_MALFORMED);
	CHECK_EQ(measure(&p, 13), STATUS_MALFORMED);
	CHECK_EQ(measure(&p, 0xffffffffu), STATUS_MALFORMED);
	CHECK_EQ(measure(&p, RECORD_MAX + 4), STATUS_MALFORMED);
	CHECK_EQ(measure(&p, 12), STATUS_OK);
	CHECK_EQ(p.count[COUNTER_record_length_bad], 5);
	pair_fini(&p);
}

TEST(padding_must_leave_a_message)
{
	static const uint8_t none[16] = {0, 0, 0, 12, 11};
	static const uint8_t more[16] = {0, 0, 0, 12, 200};
	static const uint8_t thin[16] = {0, 0, 0, 12, 3};
	struct record_pair p;
	struct span message;

	pair_init(&p);
	CHECK_EQ(pair_open(&p, &p.b, none, 16, plain, &message), STATUS_MALFORMED);
	CHECK_EQ(pair_open(&p, &p.b, more, 16, plain, &message), STATUS_MALFORMED);
	CHECK_EQ(pair_open(&p, &p.b, thin, 16, plain, &message), STATUS_MALFORMED);
	CHECK_EQ(p.count[COUNTER_record_padding_bad], 3);
	pair_fini(&p);
}

TEST(every_suite_opens_what_it_sealed)
{
	uint8_t suites = 0;

	for (uint8_t id = 1; suite_by_id(id) != NULL; id++, suites++) {
		struct record_pair p;
		struct span message;
		size_t len;

		pair_init(&p);
		pair_key(&p, id, true);
		for (int i = 0; i < 3; i++) {
			len = pair_seal(&p, &p.a,
			                span_text("\x5e"
			                          "a keystroke"),
			                record);
			CHECK_EQ(pair_open(&p, &p.b, record, len, plain, &message), STATUS_OK);
			CHECK(span_is(message, "\x5e"
			                       "a keystroke"));
		}
		CHECK_EQ(p.b.in.sequence, 3);
		pair_fini(&p);
	}
	CHECK(suites >= 5);
}

TEST(every_suite_refuses_a_changed_byte)
{
	for (uint8_t id = 1; suite_by_id(id) != NULL; id++) {
		struct record_pair p;
		struct span message;
		size_t len;

		pair_init(&p);
		pair_key(&p, id, true);
		len = pair_seal(&p, &p.a,
		                span_text("\x5e"
		                          "a keystroke"),
		                record);
		record[len - 1] ^= 1;
		CHECK_EQ(pair_open(&p, &p.b, record, len, plain, &message), STATUS_FORGED);
		CHECK_EQ(p.count[COUNTER_record_forged], 1);
		pair_fini(&p);
	}
}

TEST(a_wrong_length_under_keys_fails_as_a_wrong_mac_does)
{
	for (uint8_t id = 1; suite_by_id(id) != NULL; id++) {
		struct record_pair p;
		struct span message;
		size_t len;

		pair_init(&p);
		pair_key(&p, id, true);
		len = pair_seal(&p, &p.a,
		                span_text("\x5e"
		                          "a keystroke"),
		                record);
		record[0] ^= 0x80;
		// One that conceals its faults waits for the largest record first.
		CHECK_EQ(pair_open(&p, &p.b, record, len, plain, &message),
		         suite_by_id(id)->conceals_faults ? STATUS_TRUNCATED : STATUS_FORGED);
		pair_fini(&p);
	}
}

TEST(the_largest_message_passes_every_suite)
{
	static uint8_t big[RECORD_MAX - RECORD_OVERHEAD_MAX];

	memset(big, 0x5e, sizeof(big));
	for (uint8_t id = 0; id == 0 || suite_by_id(id) != NULL; id++) {
		struct record_pair p;
		struct span message;
		size_t len;

		pair_init(&p);
		if (id != 0)
			pair_key(&p, id, false);
		len = pair_seal(&p, &p.a, span_of(big, sizeof(big)), record);
		CHECK(len <= RECORD_MAX);
		CHECK_EQ(pair_open(&p, &p.b, record, len, plain, &message), STATUS_OK);
		CHECK_EQ(message.len, sizeof(big));
		pair_fini(&p);
	}
}

TEST(a_key_that_opened_two_to_the_31_packets_opens_no_more)
{
	struct record_pair p;
	struct span message;
	size_t len;

	pair_init(&p);
	len = pair_seal(&p, &p.a, span_text("\x02"), record);
	p.b.in.packets = RECORD_PACKETS_MAX;
	CHECK_EQ(pair_open(&p, &p.b, record, len, plain, &message), STATUS_TOO_LONG);
	CHECK_EQ(p.count[COUNTER_gate_limit], 1);
	pair_fini(&p);
}

CHECK_MAIN()
