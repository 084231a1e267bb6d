// CBC in dataplane/main/data_up.c and dataplane/record/record_in.c: a client cannot learn from when
// or how its record was refused what was wrong with it.
#include "tests/unit/data_rig.h"

#define LONGEST 35000u // as many bytes as any refused record takes, or a block less

static const uint8_t kexinit[] = {SSH_MSG_KEXINIT};

// A session that receives in `suite`; what is sealed with the rig's own end opens there.
static struct record_pair sealer;

static void keyed(const struct suite *suite)
{
	struct suite_keys in = pair_keys(suite->id);
	struct data_keys keys = {.suite = suite->id, .strict = 1};

	identified();
	sends(record_of(kexinit, 1));
	control_posts(DATA_KEYS_INSTALL, served(), &keys, sizeof(keys),
	              span_of(&in, sizeof(in)));
	turn(1, 100, false);
	sends(record_of("\x15", 1));
	pair_init(&sealer);
	CHECK_EQ(record_keys_install(sealer.core, &sealer.a, suite->id, true, true, &in),
	         STATUS_OK);
	CHECK_EQ(record_gate_out(sealer.core, &sealer.a, SSH_MSG_KEXINIT), STATUS_OK);
	pair_seal(&sealer, &sealer.a, span_text("\x15"), got);
	got_bytes = 0;
}

static void unkeyed(void)
{
	pair_fini(&sealer);
	rig_stop();
}

static const struct suite *cbc(const char *mac)
{
	return suite_find_in(span_text("aes128-cbc"), span_text(mac), span_text("aes128-cbc"),
	                     span_text(mac));
}

static uint8_t bytes[LONGEST + 100];

// A sound record of `len` bytes of message in `bytes`; how long it is.
static size_t sealed(size_t len)
{
	static uint8_t message[20000] = {SSH_MSG_IGNORE};

	return pair_seal(&sealer, &sealer.a, span_of(message, len), bytes);
}

static bool refused(void)
{
	return conns[served().slot].state == DATA_CLOSING;
}

// How many of the bytes are taken before the connection is refused; 0: never.
static size_t taken_until_refused(size_t from, size_t total)
{
	for (size_t at = from; at < total; at += 8) {
		sends(span_of(bytes + at, 8));
		if (refused())
			return at + 8;
	}
	return 0;
}

TEST(a_sound_record_opens_at_once)
{
	keyed(cbc("hmac-sha2-256"));
	sends(span_of(bytes, sealed(100)));
	CHECK_EQ(count[COUNTER_record_opened], 3);
	CHECK(!refused());
	unkeyed();
}

TEST(a_record_with_a_wrong_mac_is_refused_after_as_many_bytes_as_the_longest)
{
	const struct suite *suite = cbc("hmac-sha2-256");
	size_t longest = 4 + suite_conceal_length(suite) + suite->tag_bytes, len;

	keyed(suite);
	len = sealed(100);
	bytes[len - 1] ^= 1;
	sends(span_of(bytes, len));
	CHECK(!refused());
	CHECK_EQ(count[COUNTER_record_forged], 1);
	sends(span_of(bytes, longest - len - 8));
	CHECK(!refused());
	CHECK_EQ(got_bytes, 0);
	sends(span_of(bytes, 8));
	CHECK(refused());
	CHECK_EQ(got[5], SSH_MSG_DISCONNECT);
	CHECK_EQ(count[COUNTER_record_concealed], 1);
	tcp_close(client, client_id);
	turn(8, 100, false);
	CHECK_EQ(closed_body().status, STATUS_FORGED);
	unkeyed();
}

// The same bytes with the fault in the length instead: the end comes at the same one of them.
TEST(a_wrong_length_is_refused_after_the_same_byte_with_the_same_words)
{
	const struct suite *suite = cbc("hmac-sha2-256");
	size_t longest = 4 + suite_conceal_length(suite) + suite->tag_bytes;
	uint8_t words[128];

	keyed(suite);
	sealed(100);
	bytes[0] ^= 0x80;
	sends(span_of(bytes, longest - 64));
	CHECK(!refused());
	CHECK_EQ(taken_until_refused(longest - 64, sizeof(bytes)), longest);
	memcpy(words, got, 128);
	unkeyed();
	keyed(suite);
	bytes[sealed(100) - 1] ^= 1;
	sends(span_of(bytes, longest - 64));
	CHECK_EQ(taken_until_refused(longest - 64, sizeof(bytes)), longest);
	CHECK_EQ(got_bytes, 48);
	CHECK_MEM(got, words, 40); // up to the padding
	unkeyed();
}

TEST(a_client_that_leaves_meanwhile_is_told_nothing)
{
	keyed(cbc("hmac-sha2-512"));
	bytes[sealed(100) - 1] ^= 1;
	sends(span_of(bytes, 1000));
	tcp_close(client, client_id);
	turn(8, 100, false);
	CHECK_EQ(got_bytes, 0);
	CHECK_EQ(closed_body().status, STATUS_OK);
	unkeyed();
}

TEST(encrypt_then_mac_has_nothing_to_conceal)
{
	size_t len;

	keyed(cbc("hmac-sha2-256-etm@openssh.com"));
	len = sealed(100);
	bytes[len - 1] ^= 1;
	sends(span_of(bytes, len));
	CHECK(refused());
	CHECK_EQ(count[COUNTER_record_concealed], 0);
	unkeyed();
}

CHECK_MAIN()
