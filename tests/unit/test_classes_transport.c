// The classes of attack on transport and key exchange that other servers fell to, one test each:
// what a client tries, and that it gets the one right answer. Records and gate are the
// dataplane's, the rest is control's.
#include "tests/unit/record_pair.h"
#include "tests/unit/state_arrivals.h"

#include "crypto/wire/names.h"

static struct record_pair p;

// The client stands in that state and says this: is it disconnected for `reason`, without a word
// more?
static bool ends(void (*arrive)(struct bench *b), struct span message, int reason)
{
	struct blob copy = blob_copy(message); // the way there writes messages too
	struct bench *b = bench_new();
	struct bench_cell c;
	unsigned said = 0;
	bool right;

	arrive(b);
	client_forgets(b);
	client_message(b, 0, span_blob(&copy));
	blob_fini(&copy);
	right = client_waiting(b, 0, SSH_MSG_DISCONNECT) == 1 && client_told(b, 0) == reason;
	while (bench_queue_pop(&b->down, &c)) {
		said += c.cell.kind == DATA_MESSAGE_DOWN;
		blob_fini(&c.payload);
	}
	right &= said == 0 && bench_state(b, 0) == SESSION_CLOSING;
	bench_free(b);
	return right;
}

static bool ends_number(void (*arrive)(struct bench *b), uint8_t number)
{
	return ends(arrive, wire("b", number), SSH_DISCONNECT_PROTOCOL_ERROR);
}

// CVE-2023-48795
TEST(terrapin_a_message_slipped_in_before_newkeys_ends_a_strict_connection)
{
	struct suite_keys keys = pair_keys(1);

	CHECK(ends_number(arrive_newkeys, SSH_MSG_IGNORE));
	pair_init(&p);
	CHECK_EQ(record_gate_in(p.core, &p.b, id_b, SSH_MSG_IGNORE), STATUS_OK);
	CHECK_EQ(record_gate_in(p.core, &p.b, id_b, SSH_MSG_KEXINIT), STATUS_OK);
	CHECK_EQ(record_keys_install(p.core, &p.b, 1, false, true, &keys), STATUS_UNEXPECTED);
	pair_fini(&p);
}

// arXiv 2509.10895: everything but what is awaited, at each step of the first exchange.
TEST(strict_kex_every_other_message_ends_the_handshake_and_nothing_else_is_said)
{
	static const struct {
		void (*arrive)(struct bench *b);
		uint8_t awaited;
	} steps[] = {{arrive_kex_init, SSH_MSG_KEX_ECDH_INIT},
	             {arrive_kex_answer, 0},
	             {arrive_signature, 0},
	             {arrive_newkeys, SSH_MSG_NEWKEYS}};

	for (size_t i = 0; i < 4; i++)
		for (unsigned n = 2; n < 256; n++)
			if (n != steps[i].awaited)
				CHECK(ends_number(steps[i].arrive, (uint8_t)n));
}

// CVE-2016-10708, CVE-2026-84897, CVE-2025-14942
TEST(messages_out_of_sequence_or_of_the_other_role_cost_no_arithmetic)
{
	struct bench *b = bench_new();

	arrive_kex_init(b);
	client_number(b, 0, SSH_MSG_KEX_ECDH_REPLY);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK(!crypto_pool_step(b->control.crypto));
	CHECK_EQ(b->signatures, 0);
	bench_free(b);
	CHECK(ends_number(arrive_kex_init, SSH_MSG_KEX_GROUP_REPLY));
	CHECK(ends_number(arrive_kex_init, SSH_MSG_NEWKEYS));
	CHECK(ends(arrive_kex_init, client_kexinit(&modern), SSH_DISCONNECT_PROTOCOL_ERROR));
}

// CVE-2018-10933, CVE-2018-7750, CVE-2024-2873, CVE-2025-32433
TEST(services_are_not_reached_before_the_login)
{
	for (unsigned n = 80; n < 128; n++) {
		CHECK(ends_number(arrive_kexinit, (uint8_t)n));
		CHECK(ends_number(arrive_service, (uint8_t)n));
		CHECK(ends_number(arrive_auth, (uint8_t)n));
		CHECK(ends_number(arrive_wait_auth, (uint8_t)n));
	}
	CHECK(ends_number(arrive_auth, SSH_MSG_USERAUTH_SUCCESS));
	CHECK(ends_number(arrive_auth, SSH_MSG_USERAUTH_FAILURE));
	CHECK(ends(arrive_service,
	           wire("bsss", SSH_MSG_USERAUTH_REQUEST, "bob", "ssh-connection", "none"),
	           SSH_DISCONNECT_PROTOCOL_ERROR));
}

// CVE-2023-46445, CVE-2023-46446
TEST(extensions_and_users_are_not_exchanged_from_outside)
{
	struct bench *b = bench_open();

	client_password(b, 0, "eve", "secret");
	CHECK_EQ(b->down.count, 0);
	CHECK_TEXT(bench_session(b, 0)->user, "bob");
	bench_free(b);
	CHECK(ends(arrive_newkeys, wire("bu", SSH_MSG_EXT_INFO, 0),
	           SSH_DISCONNECT_PROTOCOL_ERROR));
	CHECK(ends(arrive_auth, wire("bu", SSH_MSG_EXT_INFO, 0),
	           SSH_DISCONNECT_PROTOCOL_ERROR));
	CHECK(ends(arrive_open, wire("bu", SSH_MSG_EXT_INFO, 0),
	           SSH_DISCONNECT_PROTOCOL_ERROR));
}

// CVE-2025-26466
TEST(pings_are_not_answered_before_the_login_and_never_pile_up)
{
	struct bench *b = bench_new();

	CHECK(ends(arrive_kex_init, wire("bs", 192, "ping"), SSH_DISCONNECT_PROTOCOL_ERROR));
	arrive_auth(b);
	client_message(b, 0, wire("bs", 192, "ping"));
	CHECK_EQ(client_waiting(b, 0, 193), 0);
	b->no_credit = true;
	for (int i = 0; i < 20000 && bench_state(b, 0) != SESSION_CLOSING; i++) {
		client_message(b, 0, wire("bs", 192, "ping"));
		client_forgets(b);
	}
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	CHECK_EQ(COUNTED(b, peer_not_reading), 1);
	bench_free(b);
}

// CVE-2025-22869, and what OpenSSH 10.4 does to us when we do it
TEST(data_during_a_rekey_ends_the_session_and_ours_waits)
{
	struct bench *b = bench_shell(100000);

	client_offers(b, 0, &modern);
	client_forgets(b);
	cli_shows(b, span_text("held"));
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_CHANNEL_DATA), 0);
	bench_free(b);
	CHECK(ends(arrive_rekey_kex_init, wire("bus", SSH_MSG_CHANNEL_DATA, 0, "x"),
	           SSH_DISCONNECT_PROTOCOL_ERROR));
	CHECK(ends(arrive_rekey_newkeys, wire("bus", SSH_MSG_CHANNEL_DATA, 0, "x"),
	           SSH_DISCONNECT_PROTOCOL_ERROR));
}

// CVE-2016-8858, CVE-2025-8277, CVE-2023-1667
TEST(kexinit_is_taken_once_and_whole)
{
	struct offer reserved = modern, guess = modern;
	struct bench *b = bench_new();
	struct span s;

	reserved.reserved = 1;
	CHECK(ends(arrive_kexinit, client_kexinit(&reserved), SSH_DISCONNECT_PROTOCOL_ERROR));
	s = client_kexinit(&modern);
	((uint8_t *)s.data)[s.len] = 0;
	CHECK(ends(arrive_kexinit, span_of(s.data, s.len + 1), SSH_DISCONNECT_PROTOCOL_ERROR));
	guess.kex = "sntrup4591761x25519-sha512@tinyssh.org,curve25519-sha256";
	guess.guess = true;
	arrive_kexinit(b);
	client_offers(b, 0, &guess);
	client_number(b, 0, SSH_MSG_KEX_ECDH_INIT); // the wrong guess, whatever it holds
	CHECK_EQ(COUNTED(b, kex_guess_dropped), 1);
	client_number(b, 0, SSH_MSG_KEX_ECDH_INIT);
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	CHECK_EQ(COUNTED(b, kex_guess_dropped), 1);
	bench_free(b);
}

// CVE-2026-73429, CVE-2026-59842
TEST(public_values_that_cannot_be_fail_the_exchange)
{
	static const uint8_t zeros[64];

	for (size_t len = 0; len <= sizeof(zeros); len++)
		CHECK(ends(arrive_kex_init,
		           wire("bS", SSH_MSG_KEX_ECDH_INIT, span_of(zeros, len)),
		           SSH_DISCONNECT_KEX_FAILED));
}

// CVE-2026-48110, CVE-2026-55199
TEST(lengths_and_counts_are_compared_with_what_is_there)
{
	struct bench *b = bench_new();

	CHECK(ends(arrive_kexinit, wire("buuuuu", SSH_MSG_KEXINIT, 0, 0, 0, 0, 0xffffffffu),
	           SSH_DISCONNECT_PROTOCOL_ERROR));
	CHECK(ends(arrive_auth, wire("bu", SSH_MSG_USERAUTH_REQUEST, 0x7fffffffu),
	           SSH_DISCONNECT_PROTOCOL_ERROR));
	CHECK(ends(arrive_open, wire("buu", SSH_MSG_CHANNEL_DATA, 0, 0xffffffffu),
	           SSH_DISCONNECT_PROTOCOL_ERROR));
	arrive_service(b);
	for (int i = 0; i < 2; i++)
		client_message(b, 0, wire("bu", SSH_MSG_EXT_INFO, 0xffffffffu));
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	bench_free(b);
}

// CVE-2026-48108
TEST(a_version_line_is_short_first_and_nothing_depends_on_it)
{
	char text[300] = "SSH-2.0-";
	struct span line;
	size_t taken;

	memset(text + 8, 'x', 291);
	CHECK_EQ(record_ident_parse(span_of(text, 255), false, &line, &taken),
	         STATUS_MALFORMED);
	CHECK_EQ(record_ident_parse(span_text("hello\r\nSSH-2.0-x\r\n"), false, &line, &taken),
	         STATUS_MALFORMED);
	CHECK_EQ(record_ident_parse(span_text("SSH-2.0-a\tb\r\n"), false, &line, &taken),
	         STATUS_MALFORMED);
}

// CVE-2002-20001, CVE-2022-40735, CVE-2024-41996
TEST(dheat_no_finite_field_group_is_offered)
{
	struct bench *b = bench_new();
	struct blob m;

	arrive_kexinit(b);
	m = client_gets(b, 0, SSH_MSG_KEXINIT);
	CHECK(m.data != NULL && memmem(m.data, m.len, "diffie-hellman", 14) == NULL);
	blob_fini(&m);
	bench_free(b);
}

// CVE-2026-23943, CVE-2026-46673
TEST(zip_bombs_no_compression_is_offered_or_agreed_on)
{
	struct offer zlib = modern;
	struct bench *b = bench_new();
	struct blob m;

	arrive_kexinit(b);
	m = client_gets(b, 0, SSH_MSG_KEXINIT);
	CHECK(m.data != NULL && memmem(m.data, m.len, "zlib", 4) == NULL);
	blob_fini(&m);
	zlib.compression = "zlib@openssh.com,zlib";
	client_offers(b, 0, &zlib);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_KEX_FAILED);
	bench_free(b);
}

static enum status opens_spoiled(uint8_t suite, size_t at)
{
	uint8_t record[256], plain[256] = {0};
	struct span message;
	enum status status;
	size_t len;

	pair_init(&p);
	pair_key(&p, suite, true);
	len = pair_seal(&p, &p.a, span_text("a message to be spoiled"), record);
	record[at < len ? at : len - 1] ^= 1;
	status = pair_open(&p, &p.b, record, len, plain, &message);
	pair_fini(&p);
	return status;
}

// CVE-2026-59847, CVE-2025-5987: a byte changed anywhere behind the length is one and the same.
TEST(mac_and_aead_a_spoiled_record_is_forged_wherever_it_is_spoiled)
{
	for (uint8_t suite = 1; suite <= 15; suite++)
		for (size_t at = 4; at < 80; at++)
			CHECK_EQ(opens_spoiled(suite, at), STATUS_FORGED);
}

// GHSA-p8qx-h547-fjw9
TEST(a_cipher_without_a_mac_in_common_is_not_agreed_on)
{
	struct offer ctr = modern;

	ctr.cipher = "aes128-ctr";
	ctr.mac = "umac-64@openssh.com";
	CHECK(ends(arrive_kexinit, client_kexinit(&ctr), SSH_DISCONNECT_KEX_FAILED));
}

static enum status measured(uint8_t suite, const uint8_t *head)
{
	uint32_t packet_length;
	size_t wire_bytes;
	enum status status;

	pair_init(&p);
	if (suite != 0)
		pair_key(&p, suite, true);
	status = record_measure(p.core, &p.b, id_b, head, &packet_length, &wire_bytes);
	pair_fini(&p);
	return status;
}

TEST(length_fields_that_cannot_be_have_one_answer)
{
	static const uint8_t heads[][64] = {{0, 0, 0, 0},
	                                    {0, 0, 0, 1},
	                                    {0, 0, 0, 13},
	                                    {0, 1, 0, 0},
	                                    {0x7f, 0xff, 0xff, 0xfc},
	                                    {0xff, 0xff, 0xff, 0xff}};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		CHECK_EQ(measured(0, heads[i]), STATUS_MALFORMED);
		CHECK_EQ(measured(1, heads[i]), STATUS_FORGED);
	}
	CHECK_EQ(status_reason(STATUS_MALFORMED), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(status_reason(STATUS_FORGED), SSH_DISCONNECT_MAC_ERROR);
}

TEST(a_sequence_number_never_comes_back_under_one_key)
{
	uint8_t record[256], plain[256];
	struct span message, sealed;
	size_t len;

	pair_init(&p);
	pair_key(&p, 1, true);
	len = pair_seal(&p, &p.a, span_text("x"), record);
	p.b.in.packets = RECORD_PACKETS_MAX;
	CHECK_EQ(pair_open(&p, &p.b, record, len, plain, &message), STATUS_TOO_LONG);
	CHECK_EQ(p.count[COUNTER_gate_limit], 1);
	p.a.out.packets = RECORD_PACKETS_MAX;
	CHECK_EQ(record_seal(p.core, &p.a, id_a, span_text("x"), &sealed), STATUS_NO_ROOM);
	pair_fini(&p);
}

CHECK_MAIN()
