// dataplane/main/data_up.c: what is acknowledged at once, and what waits for its answer.
#include "tests/unit/data_rig.h"

// A client may hold its next request back until then (Nagle), and nothing answers NEWKEYS.
TEST(newkeys_alone_is_acknowledged_at_once)
{
	struct suite_keys in = pair_keys(5), out = pair_keys(6);

	keys_exchanged(&in, &out);
	CHECK_EQ(acked_bytes, 16);
	rig_stop();
}

TEST(the_first_part_of_a_record_is_acknowledged_at_once)
{
	identified();
	acked_bytes = 0;
	sends(span_of(record_of("\x14kexinit", 8).data, 10));
	CHECK_EQ(acked_bytes, 16 + 10); // the identification line as well
	rig_stop();
}

TEST(the_length_of_a_record_by_itself_is_acknowledged_at_once_after_login_too)
{
	identified();
	for (int i = 0; i < 40; i++)
		sends(record_of("\x02nothing", 8));
	acked_bytes = 0;
	sends(span_of(record_of("\x02nothing", 8).data, 4));
	CHECK(acked_bytes >= 4);
	rig_stop();
}

TEST(a_record_that_waits_for_its_mac_is_acknowledged_at_once_after_login_too)
{
	static const uint8_t ignored[1200] = {2};
	struct span whole;

	identified();
	for (int i = 0; i < 40; i++)
		sends(record_of("\x02nothing", 8));
	acked_bytes = 0;
	whole = record_of(ignored, sizeof(ignored));
	sends(span_of(whole.data, whole.len - 1));
	CHECK(acked_bytes >= whole.len - 1);
	rig_stop();
}

TEST(a_full_segment_of_a_record_is_acknowledged_as_any_after_login)
{
	static const uint8_t part[1448] = {0, 0, 0x7f, 0xfc, 4};

	identified();
	for (int i = 0; i < 40; i++)
		sends(record_of("\x02nothing", 8));
	acked_bytes = 0;
	sends(span_of(part, sizeof(part)));
	CHECK_EQ(acked_bytes, 0);
	rig_stop();
}

TEST(a_message_waits_for_its_answer_to_be_acknowledged)
{
	identified();
	acked_bytes = 0;
	sends(record_of("\x14kexinit", 8));
	CHECK_EQ(acked_bytes, 0);
	rig_stop();
}

CHECK_MAIN()
