// dataplane/record/record_v1*.c: records of SSH-1.5, their gate, and the attack on their CRC.
#include "tests/unit/record_pair.h"

#include "crypto/core/random.h"
#include "crypto/wire/ssh1.h"
#include "dataplane/record/record_v1.h"

static struct record_pair p;

static void start(uint8_t cipher)
{
	struct suite_keys keys = pair_keys(5);

	pair_init(&p);
	p.a.v1 = p.b.v1 = true;
	if (cipher == 0)
		return;
	CHECK_EQ(record_keys_install(p.core, &p.a, cipher, true, false, &keys), STATUS_OK);
	CHECK_EQ(record_keys_install(p.core, &p.b, cipher, false, false, &keys), STATUS_OK);
}

static struct span text_of(size_t len)
{
	static uint8_t bytes[RECORD_MAX];

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 7 + (i >> 8));
	bytes[0] = SSH1_CMSG_STDIN_DATA;
	return span_of(bytes, len);
}

static void crosses(size_t len)
{
	static uint8_t record[RECORD_MAX], plain[RECORD_MAX];
	struct span message = {0}, text = text_of(len);
	size_t bytes = pair_seal(&p, &p.a, text, record);

	CHECK_EQ(bytes % 8, 4);
	CHECK_EQ(pair_open(&p, &p.b, record, bytes, plain, &message), STATUS_OK);
	CHECK(span_equal(message, text));
}

static void crosses_all(uint8_t cipher)
{
	start(cipher);
	for (size_t len = 1; len < 40; len++)
		crosses(len);
	crosses(30000);
	crosses(8);
	pair_fini(&p);
}

TEST(messages_of_every_length_cross_in_plain)
{
	crosses_all(0);
}

TEST(messages_of_every_length_cross_under_3des)
{
	crosses_all(SSH1_CIPHER_3DES);
}

TEST(messages_of_every_length_cross_under_blowfish)
{
	crosses_all(SSH1_CIPHER_BLOWFISH);
}

static void zeros(void *out, size_t len)
{
	memset(out, 0, len);
}

// The check value of this CRC for "123456789"; zeros before it do not change it.
TEST(the_crc_begins_with_zero_and_is_not_inverted)
{
	struct span record = {0};
	static const uint8_t want[4] = {0x2d, 0xfd, 0x2d, 0x88};
	struct span text = span_text("123456789");

	start(0);
	random_source_set(zeros);
	CHECK_EQ(record_seal(p.core, &p.a, id_a, text, &record), STATUS_OK);
	CHECK_EQ(record.len, 4 + 3 + 9 + 4);
	CHECK_MEM(record.data + record.len - 4, want, 4);
	random_source_set(NULL);
	pair_fini(&p);
}

static enum status opens_changed(size_t at)
{
	uint8_t record[256], plain[256];
	struct span message;
	enum status status;
	size_t len;

	start(SSH1_CIPHER_3DES);
	len = pair_seal(&p, &p.a, text_of(100), record);
	record[at] ^= 0x10;
	status = pair_open(&p, &p.b, record, len, plain, &message);
	pair_fini(&p);
	return status;
}

TEST(a_changed_byte_is_found)
{
	for (size_t at = 4; at < 108; at++)
		CHECK_EQ(opens_changed(at), STATUS_FORGED);
	CHECK_EQ(p.count[COUNTER_record_forged], 1);
}

TEST(lengths_that_cannot_be_are_refused)
{
	static const uint8_t heads[][4] = {
	        {0, 0, 0, 0}, {0, 0, 0, 4}, {0, 1, 0, 0}, {0xff, 0xff, 0xff, 0xff}};
	uint32_t packet_length;
	size_t wire;

	start(0);
	for (size_t i = 0; i < 4; i++)
		CHECK_EQ(record_measure(p.core, &p.b, id_b, heads[i], &packet_length, &wire),
		         STATUS_MALFORMED);
	CHECK_EQ(p.count[COUNTER_record_length_bad], 4);
	pair_fini(&p);
}

// --- the attack ----------------------------------------------------------------------------------

static bool attacked(size_t blocks, size_t from, size_t to)
{
	static uint8_t bytes[4000 * 8];
	uint8_t last[8] = {0xaa};

	for (size_t i = 0; i < blocks; i++)
		memcpy(bytes + 8 * i, &(uint64_t){(i + 1) * 0x9e3779b97f4a7c15u}, 8);
	if (from != to)
		memcpy(bytes + 8 * to, from == SIZE_MAX ? last : bytes + 8 * from, 8);
	return record_v1_attacked(p.core, bytes, 8 * blocks, last);
}

TEST(a_block_that_stands_twice_is_an_attack)
{
	start(0);
	CHECK(attacked(4, 0, 3));
	CHECK(attacked(16, 14, 15));
	CHECK(attacked(17, 3, 16));
	CHECK(attacked(4000, 5, 3999));
	CHECK(attacked(4000, SIZE_MAX, 2000));
	CHECK(attacked(1, SIZE_MAX, 0));
	pair_fini(&p);
}

TEST(blocks_that_all_differ_are_none)
{
	start(0);
	CHECK(!attacked(1, 0, 0));
	CHECK(!attacked(16, 0, 0));
	CHECK(!attacked(17, 0, 0));
	CHECK(!attacked(4000, 0, 0));
	pair_fini(&p);
}

TEST(a_record_with_a_repeated_block_is_refused_before_it_is_opened)
{
	uint8_t record[256], plain[256];
	struct span message;
	size_t len;

	start(SSH1_CIPHER_BLOWFISH);
	len = pair_seal(&p, &p.a, text_of(100), record);
	memcpy(record + 4 + 64, record + 4 + 8, 8);
	CHECK_EQ(pair_open(&p, &p.b, record, len, plain, &message), STATUS_FORGED);
	CHECK_EQ(p.count[COUNTER_record_v1_attack], 1);
	CHECK_EQ(p.count[COUNTER_record_forged], 0);
	pair_fini(&p);
}

// --- the gate ------------------------------------------------------------------------------------

static enum status in(uint8_t number)
{
	return record_gate_in(p.core, &p.b, id_b, number);
}

static unsigned passing(void)
{
	unsigned count = 0;

	for (unsigned n = 0; n < 256; n++)
		count += n != SSH1_CMSG_SESSION_KEY && in((uint8_t)n) == STATUS_OK;
	return count;
}

TEST(before_keys_only_the_session_key_and_noise_pass)
{
	start(0);
	CHECK_EQ(passing(), 3);
	CHECK_EQ(in(SSH1_CMSG_SESSION_KEY), STATUS_OK);
	CHECK_EQ(passing(), 1);
	CHECK_EQ(in(SSH1_CMSG_SESSION_KEY), STATUS_UNEXPECTED);
	pair_fini(&p);
}

TEST(before_login_nothing_of_a_session_passes)
{
	start(SSH1_CIPHER_3DES);
	CHECK_EQ(in(SSH1_CMSG_USER), STATUS_OK);
	CHECK_EQ(in(SSH1_CMSG_AUTH_PASSWORD), STATUS_OK);
	for (unsigned n = SSH1_CMSG_REQUEST_PTY; n <= 31; n++)
		CHECK_EQ(in((uint8_t)n), STATUS_UNEXPECTED);
	CHECK_EQ(in(SSH1_CMSG_SESSION_KEY), STATUS_UNEXPECTED);
	p.b.phase = RECORD_PHASE_OPEN;
	CHECK_EQ(in(SSH1_CMSG_EXEC_SHELL), STATUS_OK);
	CHECK_EQ(in(SSH1_CMSG_AUTH_PASSWORD), STATUS_UNEXPECTED);
	CHECK_EQ(in(SSH1_SMSG_SUCCESS), STATUS_UNEXPECTED);
	pair_fini(&p);
}

TEST(nothing_but_our_keys_and_the_end_leaves_in_plain)
{
	start(0);
	CHECK_EQ(record_gate_out(p.core, &p.a, SSH1_SMSG_SUCCESS), STATUS_UNEXPECTED);
	CHECK_EQ(record_gate_out(p.core, &p.a, SSH1_SMSG_PUBLIC_KEY), STATUS_OK);
	CHECK_EQ(record_gate_out(p.core, &p.a, SSH1_MSG_DISCONNECT), STATUS_OK);
	pair_fini(&p);
}

TEST(keys_are_installed_once_and_are_of_ssh_1)
{
	struct suite_keys keys = pair_keys(1);

	start(SSH1_CIPHER_3DES);
	CHECK_EQ(record_keys_install(p.core, &p.b, SSH1_CIPHER_3DES, false, false, &keys),
	         STATUS_EXISTS);
	CHECK_EQ(record_keys_install(p.core, &p.b, 1, true, false, &keys), STATUS_NOT_FOUND);
	pair_fini(&p);
}

CHECK_MAIN()
