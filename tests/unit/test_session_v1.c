// Tests control/session/session_v1_*.c: SSH-1.5 from its version line to its exit status.
#include "tests/unit/v1_client.h"

static struct bench *logged_in(void)
{
	struct bench *b = bench_new_v1();

	v1_logged_in(b);
	client_forgets(b);
	return b;
}

static struct bench *running(void)
{
	struct bench *b = logged_in();

	client_number(b, 0, SSH1_CMSG_EXEC_SHELL);
	return b;
}

// --- keys ----------------------------------------------------------------------------------------

TEST(ssh_1_is_refused_where_it_was_not_offered)
{
	struct bench *b = bench_new_v1();

	client_connects(b, 0);
	client_identifies(b, 0, "SSH-1.5-test");
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_VERSION);
	CHECK_EQ(COUNTED(b, v1_sessions), 0);
	bench_free(b);
}

TEST(a_client_of_ssh_2_is_served_as_ever_where_ssh_1_is_offered)
{
	struct bench *b = bench_new_v1();

	client_connects_to(b, 0, true);
	client_identifies(b, 0, "SSH-2.0-test");
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_KEXINIT);
	CHECK(client_got(b, 0, SSH_MSG_KEXINIT));
	bench_free(b);
}

TEST(both_public_keys_are_shown_with_what_is_served)
{
	struct bench *b = bench_new_v1();
	struct blob m;
	struct cursor c;

	v1_connects(b);
	m = client_gets(b, 0, SSH1_SMSG_PUBLIC_KEY);
	c = cursor_over(span_blob(&m));
	cursor_bytes(&c, 1 + SSH1_COOKIE_BYTES);
	CHECK_EQ(cursor_u32(&c), 2048);
	cursor_ssh1_mpint(&c);
	CHECK_EQ(cursor_ssh1_mpint(&c).len, 256);
	CHECK_EQ(cursor_u32(&c), 3072);
	cursor_ssh1_mpint(&c);
	CHECK_EQ(cursor_ssh1_mpint(&c).len, 384);
	CHECK_EQ(cursor_u32(&c), 0);
	CHECK_EQ(cursor_u32(&c), 1 << 3 | 1 << 6);
	CHECK_EQ(cursor_u32(&c), 1 << 2 | 1 << 3);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	blob_fini(&m);
	bench_free(b);
}

TEST(without_an_rsa_host_key_there_is_no_ssh_1)
{
	struct bench *b = bench_new();

	v1_connects(b);
	CHECK_EQ(client_waiting(b, 0, SSH1_MSG_DISCONNECT), 1);
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	bench_free(b);
}

TEST(the_session_key_is_that_of_the_keeper_turned_by_the_session_id)
{
	struct bench *b = bench_new_v1();
	struct bench_cell c = {0};
	struct suite_keys keys;
	struct data_keys body;
	uint8_t id[SSH1_ID_BYTES];

	v1_connects(b);
	memcpy(id, v1_scratch_in(b)->id, sizeof(id));
	client_forgets(b);
	client_message(b, 0, v1_session_key(b, SSH1_CIPHER_BLOWFISH));
	CHECK(bench_queue_pop(&b->down, &c));
	CHECK_EQ(c.cell.kind, DATA_KEYS_INSTALL);
	memcpy(&body, c.cell.body, sizeof(body));
	CHECK_EQ(body.suite, SSH1_CIPHER_BLOWFISH);
	memcpy(&keys, c.payload.data, sizeof(keys));
	CHECK_EQ(keys.key[0] ^ id[0], 't');
	CHECK_EQ(keys.key[16], "the session key of every session"[16]);
	CHECK(client_got(b, 0, SSH1_SMSG_SUCCESS));
	blob_fini(&c.payload);
	bench_free(b);
}

TEST(a_cookie_that_is_not_ours_ends_the_session)
{
	struct bench *b = bench_new_v1();
	uint8_t message[512];
	struct span s;

	v1_connects(b);
	s = v1_session_key(b, SSH1_CIPHER_3DES);
	memcpy(message, s.data, s.len);
	message[2] ^= 1;
	client_message(b, 0, span_of(message, s.len));
	CHECK_EQ(client_waiting(b, 0, SSH1_MSG_DISCONNECT), 1);
	bench_free(b);
}

TEST(des_and_no_cipher_are_refused)
{
	for (unsigned cipher = 0; cipher < 8; cipher++) {
		struct bench *b = bench_new_v1();
		bool served = cipher == SSH1_CIPHER_3DES || cipher == SSH1_CIPHER_BLOWFISH;

		v1_connects(b);
		client_message(b, 0, v1_session_key(b, (uint8_t)cipher));
		CHECK_EQ(bench_state(b, 0), served ? SESSION_V1_EXPECT_USER : SESSION_CLOSING);
		bench_free(b);
	}
}

TEST(a_lost_keeper_ends_the_session)
{
	struct bench *b = bench_new_v1();
	struct link *old = b->keeper;

	v1_connects(b);
	b->keeper_mute = true;
	client_message(b, 0, v1_session_key(b, SSH1_CIPHER_3DES));
	shard_attach_keeper(b->h, bench_joint(&b->keeper, LINK_A));
	link_free(old);
	bench_turn(b);
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	CHECK_EQ(b->h->v1s.used, 1);
	client_gone(b, 0);
	CHECK_EQ(b->h->v1s.used, 0);
	bench_free(b);
}

// --- logging in ----------------------------------------------------------------------------------

TEST(a_name_alone_opens_nothing)
{
	struct bench *b = bench_new_v1();

	v1_keyed(b);
	client_forgets(b);
	client_message(b, 0, wire("bs", SSH1_CMSG_USER, "bob"));
	CHECK(client_got(b, 0, SSH1_SMSG_FAILURE));
	CHECK_EQ(b->h->gauges.established, 0);
	bench_free(b);
}

TEST(the_right_password_opens_the_session)
{
	struct bench *b = bench_new_v1();

	v1_named(b, "bob");
	client_forgets(b);
	v1_password(b, "secret");
	CHECK(client_got(b, 0, SSH1_SMSG_SUCCESS));
	CHECK_EQ(bench_state(b, 0), SESSION_V1_PREPARE);
	CHECK_EQ(b->h->gauges.established, 1);
	CHECK_EQ(b->h->v1s.used, 0);
	bench_free(b);
}

TEST(zeros_behind_a_password_are_not_of_it)
{
	struct bench *b = bench_new_v1();

	v1_named(b, "bob");
	client_message(b, 0,
	               wire("bS", SSH1_CMSG_AUTH_PASSWORD, span_of("secret\0\0\0\0", 10)));
	CHECK_EQ(bench_state(b, 0), SESSION_V1_PREPARE);
	bench_free(b);
}

TEST(a_wrong_password_is_refused_after_a_while)
{
	struct bench *b = bench_new_v1();

	v1_named(b, "bob");
	client_forgets(b);
	v1_password(b, "guess");
	CHECK_EQ(b->down.count, 0);
	bench_wait(b, AUTH_DELAY_US + 20000);
	CHECK(client_got(b, 0, SSH1_SMSG_FAILURE));
	CHECK_EQ(bench_state(b, 0), SESSION_V1_EXPECT_AUTH);
	bench_free(b);
}

TEST(the_third_wrong_password_ends_the_connection)
{
	struct bench *b = bench_new_v1();

	v1_named(b, "bob");
	for (int i = 0; i < 3; i++) {
		v1_password(b, "guess");
		bench_wait(b, AUTH_DELAY_US + 20000);
	}
	CHECK_EQ(client_waiting(b, 0, SSH1_MSG_DISCONNECT), 1);
	CHECK_EQ(COUNTED(b, auth_too_many), 1);
	bench_free(b);
}

TEST(an_unknown_user_costs_and_looks_the_same)
{
	struct bench *b = bench_new_v1();

	v1_named(b, "nobody");
	CHECK(client_got(b, 0, SSH1_SMSG_FAILURE));
	v1_password(b, "secret");
	CHECK_EQ(b->passwords, 1);
	bench_wait(b, AUTH_DELAY_US + 20000);
	CHECK(client_got(b, 0, SSH1_SMSG_FAILURE));
	bench_free(b);
}

TEST(an_empty_password_never_passes)
{
	struct bench *b = bench_new_v1();

	v1_named(b, "bob");
	v1_password(b, "");
	bench_wait(b, AUTH_DELAY_US + 20000);
	CHECK_EQ(bench_state(b, 0), SESSION_V1_EXPECT_AUTH);
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	bench_free(b);
}

TEST(the_answer_to_a_challenge_opens_the_session)
{
	struct bench *b = bench_new_v1();

	bench_rsa_user(b, "rob", API_METHOD_PUBLICKEY);
	v1_challenged(b, "rob");
	CHECK(client_got(b, 0, SSH1_SMSG_AUTH_RSA_CHALLENGE));
	client_message(b, 0, v1_right_answer(b));
	CHECK_EQ(bench_state(b, 0), SESSION_V1_PREPARE);
	CHECK_EQ(COUNTED(b, auth_publickey_ok), 1);
	bench_free(b);
}

TEST(a_wrong_answer_counts)
{
	struct bench *b = bench_new_v1();

	bench_rsa_user(b, "rob", API_METHOD_PUBLICKEY);
	v1_challenged(b, "rob");
	client_message(b, 0, wire("buuuu", SSH1_CMSG_AUTH_RSA_RESPONSE, 0, 0, 0, 0));
	bench_wait(b, AUTH_DELAY_US + 20000);
	CHECK_EQ(bench_state(b, 0), SESSION_V1_EXPECT_AUTH);
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	bench_free(b);
}

TEST(nobody_is_challenged_for_a_key_that_is_not_his)
{
	struct bench *b = bench_new_v1();

	bench_rsa_user(b, "rob", API_METHOD_PUBLICKEY);
	v1_challenged(b, "bob");
	CHECK_EQ(client_waiting(b, 0, SSH1_SMSG_AUTH_RSA_CHALLENGE), 0);
	CHECK_EQ(bench_state(b, 0), SESSION_V1_EXPECT_AUTH);
	CHECK_EQ(bench_session(b, 0)->failures, 0);
	bench_free(b);
}

TEST(a_user_who_needs_both_passes_with_either)
{
	struct bench *b = bench_new_v1();

	bench_rsa_user(b, "rob", API_METHOD_BOTH);
	v1_challenged(b, "rob");
	client_message(b, 0, v1_right_answer(b));
	CHECK_EQ(bench_state(b, 0), SESSION_V1_PREPARE);
	client_gone(b, 0);
	v1_named(b, "rob");
	v1_password(b, "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_V1_PREPARE);
	bench_free(b);
}

static void local_user_flag(struct bench *b, const char *name, uint8_t field)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .key = span_text(name)};

	r.values[r.count++] = (struct api_value){field, 1, {0}};
	bench_put(b, &r);
}

TEST(a_user_who_needs_a_one_time_code_is_not_let_in)
{
	struct bench *b = bench_new_v1();

	bench_rsa_user(b, "rob", API_METHOD_ANY);
	local_user_flag(b, "rob", API_LOCAL_USER_TOTP);
	v1_challenged(b, "rob");
	CHECK_EQ(client_waiting(b, 0, SSH1_SMSG_AUTH_RSA_CHALLENGE), 0);
	v1_password(b, "secret");
	bench_wait(b, AUTH_DELAY_US + 20000);
	CHECK_EQ(bench_state(b, 0), SESSION_V1_EXPECT_AUTH);
	CHECK_EQ(b->h->gauges.established, 0);
	bench_free(b);
}

TEST(an_expired_password_opens_nothing)
{
	struct bench *b = bench_new_v1();

	local_user_flag(b, "bob", API_LOCAL_USER_EXPIRED);
	v1_named(b, "bob");
	v1_password(b, "secret");
	bench_wait(b, AUTH_DELAY_US + 20000);
	CHECK_EQ(bench_state(b, 0), SESSION_V1_EXPECT_AUTH);
	CHECK_EQ(b->h->gauges.established, 0);
	bench_free(b);
}

TEST(a_public_key_user_is_not_let_in_by_password)
{
	struct bench *b = bench_new_v1();

	bench_rsa_user(b, "rob", API_METHOD_PUBLICKEY);
	v1_named(b, "rob");
	v1_password(b, "secret");
	bench_wait(b, AUTH_DELAY_US + 20000);
	CHECK_EQ(bench_state(b, 0), SESSION_V1_EXPECT_AUTH);
	bench_free(b);
}

TEST(other_ways_to_log_in_fail_and_are_bounded)
{
	struct bench *b = bench_new_v1();

	v1_named(b, "bob");
	client_forgets(b);
	client_number(b, 0, SSH1_CMSG_AUTH_TIS);
	CHECK(client_got(b, 0, SSH1_SMSG_FAILURE));
	for (unsigned i = 0; i < AUTH_REQUESTS_MAX; i++)
		client_number(b, 0, SSH1_CMSG_AUTH_RHOSTS);
	CHECK_EQ(COUNTED(b, auth_flood), 1);
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	bench_free(b);
}

TEST(the_login_time_limit_ends_the_connection)
{
	struct bench *b = bench_new_v1();

	v1_named(b, "bob");
	bench_wait(b, 61000000);
	CHECK_EQ(COUNTED(b, login_expired), 1);
	bench_free(b);
}

TEST(a_client_that_never_says_what_to_run_is_dropped)
{
	struct bench *b = logged_in();

	bench_wait(b, 61000000);
	CHECK_EQ(COUNTED(b, login_expired), 1);
	bench_free(b);
}

// --- requests ------------------------------------------------------------------------------------

TEST(a_terminal_is_granted_once)
{
	struct bench *b = logged_in();
	struct span pty = wire("bsuuuub", SSH1_CMSG_REQUEST_PTY, "vt100", 24, 100000, 0, 0, 0);

	client_message(b, 0, pty);
	CHECK(client_got(b, 0, SSH1_SMSG_SUCCESS));
	CHECK_EQ(channel_at(b->h, bench_session(b, 0), 0)->columns, 65535);
	client_message(b, 0, wire("bsuuuub", SSH1_CMSG_REQUEST_PTY, "vt100", 24, 80, 0, 0, 0));
	CHECK(client_got(b, 0, SSH1_SMSG_FAILURE));
	bench_free(b);
}

TEST(doors_and_compression_are_refused)
{
	static const uint8_t numbers[] = {SSH1_CMSG_PORT_FORWARD, SSH1_CMSG_AGENT_FORWARD,
	                                  SSH1_CMSG_X11_FORWARD, SSH1_CMSG_COMPRESS};
	struct bench *b = logged_in();

	for (size_t i = 0; i < sizeof(numbers); i++) {
		client_number(b, 0, numbers[i]);
		CHECK(client_got(b, 0, SSH1_SMSG_FAILURE));
	}
	CHECK_EQ(bench_state(b, 0), SESSION_V1_PREPARE);
	bench_free(b);
}

TEST(the_largest_packet_is_the_clients_to_choose_within_bounds)
{
	struct bench *b = logged_in();

	client_message(b, 0, wire("bu", SSH1_CMSG_MAX_PACKET_SIZE, 4096));
	CHECK(client_got(b, 0, SSH1_SMSG_SUCCESS));
	client_message(b, 0, wire("bu", SSH1_CMSG_MAX_PACKET_SIZE, 100));
	CHECK(client_got(b, 0, SSH1_SMSG_FAILURE));
	client_message(b, 0, wire("bu", SSH1_CMSG_MAX_PACKET_SIZE, 1 << 20));
	CHECK(client_got(b, 0, SSH1_SMSG_FAILURE));
	CHECK_EQ(channel_at(b->h, bench_session(b, 0), 0)->peer_packet, 4080);
	bench_free(b);
}

TEST(neither_shell_nor_command_has_an_answer)
{
	struct bench *b = running();

	CHECK_EQ(b->down.count, 0);
	CHECK_EQ(bench_state(b, 0), SESSION_V1_OPEN);
	CHECK(cli_got(b, DIALOGUE_OPEN));
	bench_free(b);
	b = logged_in();
	v1_runs(b, "display clock");
	CHECK_EQ(b->down.count, 0);
	CHECK(cli_got(b, DIALOGUE_OPEN));
	bench_free(b);
}

TEST(files_are_not_copied_over_ssh_1)
{
	struct bench *b = logged_in();

	v1_runs(b, "scp -t /");
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	CHECK_EQ(b->h->gauges.dialogues, 0);
	bench_free(b);
}

TEST(a_user_without_stelnet_gets_no_shell)
{
	struct bench *b = logged_in();

	bench_session(b, 0)->services = API_SERVICE_SFTP;
	client_number(b, 0, SSH1_CMSG_EXEC_SHELL);
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	CHECK_EQ(b->h->gauges.dialogues, 0);
	bench_free(b);
}

// --- bytes ---------------------------------------------------------------------------------------

TEST(what_is_typed_reaches_the_dialogue_and_what_it_shows_the_client)
{
	struct bench *b = running();
	uint8_t typed[64];
	struct blob m;

	v1_types(b, span_text("display clock\r"));
	CHECK_EQ(cli_reads(b, typed, sizeof(typed)), 14);
	CHECK_MEM(typed, "display clock\r", 14);
	cli_shows(b, span_text("late"));
	m = client_gets(b, 0, SSH1_SMSG_STDOUT_DATA);
	CHECK_EQ(m.len, 9);
	CHECK_MEM(m.data, "\x11\0\0\0\4late", 9);
	blob_fini(&m);
	bench_free(b);
}

static unsigned holds_waiting(struct bench *b, bool on)
{
	struct bench_cell c;
	struct data_hold body;
	unsigned count = 0;

	while (bench_queue_pop(&b->down, &c)) {
		memcpy(&body, c.cell.body, sizeof(body));
		count += c.cell.kind == DATA_HOLD && body.on == on;
		blob_fini(&c.payload);
	}
	return count;
}

// 128 KiB typed at a dialogue that reads nothing, then everything.
TEST(a_dialogue_that_is_behind_stops_the_stream_and_nothing_is_lost)
{
	struct bench *b = running();
	static uint8_t bytes[32768], read[131072];
	size_t got = 0;

	for (int i = 0; i < 4; i++)
		v1_types(b, span_of(bytes, sizeof(bytes)));
	CHECK_EQ(holds_waiting(b, true), 1);
	for (int i = 0; i < 8; i++) {
		size_t n = cli_reads(b, read, sizeof(read));

		got += n;
		cli_consumes(b, n);
	}
	CHECK_EQ(got, 4 * sizeof(bytes));
	CHECK_EQ(holds_waiting(b, false), 1);
	bench_free(b);
}

TEST(output_goes_on_beyond_any_window)
{
	struct bench *b = running();
	static uint8_t bytes[16000];

	for (int i = 0; i < 200; i++)
		cli_shows(b, span_of(bytes, sizeof(bytes)));
	CHECK_EQ(COUNTED(b, dialogue_bad), 0);
	CHECK_EQ(client_waiting(b, 0, SSH1_SMSG_STDOUT_DATA), 200);
	CHECK_EQ(channel_at(b->h, bench_session(b, 0), 0)->peer_window, 1u << 30);
	bench_free(b);
}

TEST(a_resize_reaches_the_dialogue)
{
	struct bench *b = running();

	client_message(b, 0, wire("buuuu", SSH1_CMSG_WINDOW_SIZE, 50, 132, 0, 0));
	CHECK(cli_got(b, DIALOGUE_RESIZE));
	bench_free(b);
}

// --- the end -------------------------------------------------------------------------------------

TEST(the_exit_status_is_told_and_its_confirmation_ends_the_session)
{
	struct bench *b = running();
	struct blob m;

	cli_exits(b, 7, false);
	m = client_gets(b, 0, SSH1_SMSG_EXITSTATUS);
	CHECK_EQ(m.len, 5);
	CHECK_EQ(m.len > 4 ? m.data[4] : -1, 7);
	CHECK_EQ(bench_state(b, 0), SESSION_V1_EXITING);
	v1_types(b, span_text("too late"));
	client_number(b, 0, SSH1_CMSG_EXIT_CONFIRMATION);
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	CHECK_EQ(client_waiting(b, 0, SSH1_MSG_DISCONNECT), 0);
	blob_fini(&m);
	bench_free(b);
}

TEST(a_client_that_does_not_confirm_is_closed)
{
	struct bench *b = running();

	cli_exits(b, 0, false);
	bench_wait(b, 11000000);
	CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
	bench_free(b);
}

TEST(a_disconnect_of_ours_is_a_sentence_without_a_number)
{
	struct bench *b = running();
	struct blob m;
	struct cursor c;

	client_number(b, 0, SSH1_CMSG_USER);
	m = client_gets(b, 0, SSH1_MSG_DISCONNECT);
	c = cursor_over(span_blob(&m));
	cursor_u8(&c);
	CHECK(cursor_string(&c).len > 10);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	blob_fini(&m);
	bench_free(b);
}

TEST(a_client_that_vanishes_leaves_nothing)
{
	struct bench *b = running();

	client_gone(b, 0);
	CHECK(cli_got(b, DIALOGUE_HANGUP));
	CHECK_EQ(b->h->channels.used, 0);
	CHECK_EQ(b->h->v1s.used, 0);
	CHECK_EQ(b->h->gauges.sessions, 0);
	bench_free(b);
}

CHECK_MAIN()
