// Tests control/session/session_kex.c: the first key exchange and later ones.
#include "tests/unit/control_client.h"

#include "crypto/kex/kex.h"

static struct bench *connected(void)
{
	struct bench *b = bench_new();

	client_connects(b, 0);
	return b;
}

static struct bench *identified(void)
{
	struct bench *b = connected();

	client_identifies(b, 0, "SSH-2.0-test");
	return b;
}

TEST(our_kexinit_answers_the_identification)
{
	struct bench *b = identified();
	struct blob m = client_gets(b, 0, SSH_MSG_KEXINIT);

	CHECK(m.data != NULL);
	CHECK(memmem(m.data, m.len, "kex-strict-s-v00@openssh.com", 28) != NULL);
	CHECK(memmem(m.data, m.len, "ext-info-s", 10) != NULL);
	CHECK(memmem(m.data, m.len, "rsa-sha2", 8) == NULL); // the keeper has no such key
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_KEXINIT);
	blob_fini(&m);
	bench_free(b);
}

TEST(another_protocol_version_is_refused)
{
	struct bench *b = connected();

	client_identifies(b, 0, "SSH-1.5-old");
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_VERSION);
	CHECK_EQ(COUNTED(b, ident_refused), 1);
	bench_free(b);
}

// The client's side in full: shared secret, exchange hash, host signature.
TEST(the_host_signature_verifies_over_the_exchange_hash)
{
	struct bench *b = identified();
	struct blob server_init = client_gets(b, 0, SSH_MSG_KEXINIT);
	struct blob client_init = blob_copy(client_kexinit(&modern));
	const struct kex *kex = kex_find(span_text("curve25519-sha256"));
	uint8_t public[KEX_PUBLIC_MAX], hash[KEX_HASH_MAX];
	struct kex_transcript t = {0};
	struct kex_client *state;
	struct secret shared;
	struct span signature;
	struct blob reply;
	struct cursor c;
	size_t len;

	client_message(b, 0, span_blob(&client_init));
	CHECK_EQ(kex_client_start(kex, &state, public, &len), STATUS_OK);
	client_message(b, 0, wire("bS", SSH_MSG_KEX_ECDH_INIT, span_of(public, len)));
	reply = client_gets(b, 0, SSH_MSG_KEX_ECDH_REPLY);
	c = cursor_over(span_blob(&reply));
	cursor_u8(&c);
	t.host_key = cursor_string(&c);
	t.server_public = cursor_string(&c);
	signature = cursor_string(&c);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_EQ(kex_client_finish(state, t.server_public, &shared), STATUS_OK);
	t.client_ident = span_text("SSH-2.0-test");
	t.server_ident = span_text(DATA_IDENT);
	t.client_kexinit = span_blob(&client_init);
	t.server_kexinit = span_blob(&server_init);
	t.client_public = span_of(public, len);
	kex_hash(kex, &t, &shared, hash);
	CHECK_EQ(hostkey_verify(hostkey_algorithm_find(span_text("ssh-ed25519")), t.host_key,
	                        signature, span_of(hash, kex->hash_bytes)),
	         STATUS_OK);
	CHECK_MEM(bench_session(b, 0)->session_id, hash, kex->hash_bytes);
	blob_fini(&server_init);
	blob_fini(&client_init);
	blob_fini(&reply);
	bench_free(b);
}

TEST(keys_come_before_reply_newkeys_and_ext_info)
{
	static const uint16_t kinds[] = {DATA_KEYS_INSTALL, DATA_KEYS_INSTALL,
	                                 DATA_MESSAGE_DOWN, DATA_MESSAGE_DOWN,
	                                 DATA_MESSAGE_DOWN};
	static const uint8_t numbers[] = {0, 0, SSH_MSG_KEX_ECDH_REPLY, SSH_MSG_NEWKEYS,
	                                  SSH_MSG_EXT_INFO};
	struct bench *b = identified();
	struct bench_cell c;

	client_offers(b, 0, &modern);
	client_forgets(b);
	client_public(b, 0);
	CHECK_EQ(b->down.count, 5);
	for (int i = 0; i < 5 && bench_queue_pop(&b->down, &c); i++) {
		CHECK_EQ(c.cell.kind, kinds[i]);
		CHECK(numbers[i] == 0 || c.payload.data[0] == numbers[i]);
		blob_fini(&c.payload);
	}
	bench_free(b);
}

TEST(both_directions_get_different_keys_and_strict_is_said)
{
	struct data_keys first, second;
	struct bench *b = identified();
	struct bench_cell one, two;

	client_offers(b, 0, &modern);
	client_forgets(b);
	client_public(b, 0);
	CHECK(bench_queue_pop(&b->down, &one) && bench_queue_pop(&b->down, &two));
	memcpy(&first, one.cell.body, sizeof(first));
	memcpy(&second, two.cell.body, sizeof(second));
	CHECK_EQ(first.sending, 0);
	CHECK_EQ(second.sending, 1);
	CHECK_EQ(first.strict, 1);
	CHECK_EQ(one.payload.len, sizeof(struct suite_keys));
	CHECK(memcmp(one.payload.data, two.payload.data, 16) != 0);
	blob_fini(&one.payload);
	blob_fini(&two.payload);
	bench_free(b);
}

TEST(a_client_without_ext_info_gets_none)
{
	struct offer plain = modern;
	struct bench *b = identified();

	plain.kex = "curve25519-sha256";
	client_offers(b, 0, &plain);
	client_public(b, 0);
	CHECK(!client_got(b, 0, SSH_MSG_EXT_INFO));
	CHECK_EQ(COUNTED(b, kex_not_strict), 1);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_NEWKEYS);
	bench_free(b);
}

TEST(strict_kex_wants_kexinit_as_the_first_packet)
{
	struct bench *b = identified();

	client_number(b, 0, SSH_MSG_IGNORE);
	client_offers(b, 0, &modern);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(strict_kex_refuses_ignore_before_newkeys)
{
	struct bench *b = identified();

	client_offers(b, 0, &modern);
	client_number(b, 0, SSH_MSG_IGNORE);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(without_strict_kex_ignore_is_ignored)
{
	struct offer plain = modern;
	struct bench *b = identified();

	plain.kex = "curve25519-sha256";
	client_offers(b, 0, &plain);
	client_number(b, 0, SSH_MSG_IGNORE);
	client_public(b, 0);
	CHECK(client_got(b, 0, SSH_MSG_KEX_ECDH_REPLY));
	bench_free(b);
}

TEST(a_second_kexinit_is_refused)
{
	struct bench *b = identified();

	client_offers(b, 0, &modern);
	client_offers(b, 0, &modern);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(COUNTED(b, refused_expect_kex_init), 1);
	bench_free(b);
}

TEST(a_wrong_guess_is_dropped_exactly_once)
{
	struct offer guess = modern;
	struct bench *b = identified();

	guess.kex = "ecdh-sha2-nistp256,kex-strict-c-v00@openssh.com";
	guess.guess = true;
	client_offers(b, 0, &guess);
	client_public(b, 0); // the wrong guess
	CHECK_EQ(COUNTED(b, kex_guess_dropped), 1);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_KEX_INIT);
	client_public(b, 0); // no point of the agreed curve: this one counts
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_KEX_FAILED);
	bench_free(b);
}

TEST(a_right_guess_is_used)
{
	struct span first = span_text(kex_names);
	uint8_t public[KEX_PUBLIC_MAX];
	struct offer guess = modern;
	struct bench *b = identified();
	struct kex_client *state;
	size_t len;

	first.len = (size_t)((const uint8_t *)strchr(kex_names, ',') - first.data);
	CHECK_EQ(kex_client_start(kex_find(first), &state, public, &len), STATUS_OK);
	guess.kex = kex_names;
	guess.guess = true;
	client_offers(b, 0, &guess);
	client_message(b, 0, wire("bS", SSH_MSG_KEX_ECDH_INIT, span_of(public, len)));
	CHECK(client_got(b, 0, SSH_MSG_KEX_ECDH_REPLY));
	CHECK_EQ(COUNTED(b, kex_guess_dropped), 0);
	kex_client_drop(state);
	bench_free(b);
}

TEST(an_all_zero_public_value_fails_the_exchange)
{
	static const uint8_t zero[32];
	struct bench *b = identified();

	client_offers(b, 0, &modern);
	client_message(b, 0, wire("bS", SSH_MSG_KEX_ECDH_INIT, span_of(zero, 32)));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_KEX_FAILED);
	CHECK_EQ(COUNTED(b, kex_failed), 1);
	CHECK_EQ(b->signatures, 0);
	bench_free(b);
}

TEST(newkeys_before_the_exchange_is_refused)
{
	struct bench *b = identified();

	client_offers(b, 0, &modern);
	client_number(b, 0, SSH_MSG_NEWKEYS);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(b->signatures, 0);
	bench_free(b);
}

TEST(nothing_in_common_is_a_failed_exchange)
{
	struct offer old = modern;
	struct bench *b = identified();

	old.kex = "diffie-hellman-group1-sha1";
	client_offers(b, 0, &old);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_KEX_FAILED);
	CHECK_EQ(COUNTED(b, kex_no_common), 1);
	bench_free(b);
}

TEST(a_keeper_that_is_lost_fails_the_exchange_and_not_the_next)
{
	struct bench *b = identified();
	struct link *old = b->keeper;

	b->keeper_mute = true;
	client_offers(b, 0, &modern);
	client_public(b, 0);
	CHECK_EQ(bench_state(b, 0), SESSION_WAIT_SIGNATURE);
	shard_attach_keeper(b->h, bench_joint(&b->keeper, LINK_A));
	link_free(old);
	b->keeper_mute = false;
	bench_turn(b);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_KEX_FAILED);
	client_keyed(b, 1);
	CHECK_EQ(bench_state(b, 1), SESSION_EXPECT_SERVICE);
	bench_free(b);
}

TEST(a_client_that_leaves_during_the_exchange_leaves_nothing)
{
	struct bench *b = identified();

	b->keeper_mute = true;
	client_offers(b, 0, &modern);
	client_public(b, 0);
	client_gone(b, 0);
	b->keeper_mute = false;
	bench_turn(b);
	CHECK_EQ(b->h->kexes.used, 0);
	CHECK_EQ(b->h->asks.used, 0);
	CHECK_EQ(b->h->idents.used, 0);
	CHECK_EQ(b->h->gauges.sessions, 0);
	bench_free(b);
}

TEST(no_rekey_before_login)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	client_offers(b, 0, &modern);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

// --- again ---------------------------------------------------------------------------------------

TEST(a_client_may_rekey_while_open)
{
	struct bench *b = bench_open();
	uint8_t id[32];
	struct blob m;

	memcpy(id, bench_session(b, 0)->session_id, sizeof(id));
	client_offers(b, 0, &modern);
	m = client_gets(b, 0, SSH_MSG_KEXINIT);
	CHECK(m.data != NULL);
	CHECK(memmem(m.data, m.len, "kex-strict-s", 12) == NULL);
	blob_fini(&m);
	client_public(b, 0);
	CHECK(client_got(b, 0, SSH_MSG_NEWKEYS));
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_EXT_INFO), 0);
	client_number(b, 0, SSH_MSG_NEWKEYS);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(bench_session(b, 0)->rekeys, 1);
	CHECK_MEM(bench_session(b, 0)->session_id, id, sizeof(id));
	CHECK_EQ(b->h->kexes.used, 0);
	bench_free(b);
}

TEST(nothing_but_the_exchange_may_follow_the_clients_kexinit)
{
	struct bench *b = bench_open();

	client_offers(b, 0, &modern);
	client_message(b, 0, wire("bsb", SSH_MSG_GLOBAL_REQUEST, "x", 1));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(COUNTED(b, refused_rekey_kex_init), 1);
	bench_free(b);
}

TEST(nothing_of_ours_follows_our_kexinit_until_newkeys)
{
	struct bench *b = bench_shell(1000000);

	client_offers(b, 0, &modern);
	client_forgets(b);
	cli_shows(b, span_text("held"));
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_CHANNEL_DATA), 0);
	client_public(b, 0);
	CHECK(client_got(b, 0, SSH_MSG_NEWKEYS));
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_DATA));
	bench_free(b);
}

TEST(an_hour_of_use_brings_new_keys)
{
	struct bench *b = bench_open();

	bench_wait(b, SESSION_REKEY_US);
	CHECK_EQ(COUNTED(b, rekeys_ours), 1);
	CHECK(client_got(b, 0, SSH_MSG_KEXINIT));
	bench_free(b);
}

TEST(a_rekey_of_ours_lets_the_client_finish_its_sentence)
{
	struct bench *b = bench_shell(1000000);

	bench_session(b, 0)->key_bytes[0] = SESSION_REKEY_BYTES;
	client_types(b, 0, span_text("a"));
	CHECK_EQ(bench_state(b, 0), SESSION_REKEY_KEXINIT);
	client_types(b, 0, span_text("b")); // sent before it saw our KEXINIT
	CHECK_EQ(bench_state(b, 0), SESSION_REKEY_KEXINIT);
	client_offers(b, 0, &modern);
	client_public(b, 0);
	client_number(b, 0, SSH_MSG_NEWKEYS);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(bench_session(b, 0)->key_bytes[0], 0);
	bench_free(b);
}

// RFC 4253 section 7.1; Debian 12's AsyncSSH does not keep to it.
TEST(after_its_kexinit_a_client_says_nothing_else_unless_it_is_known_for_it)
{
	const char *idents[] = {NULL, "SSH-2.0-AsyncSSH_2.10.1"};

	for (unsigned known = 0; known < 2; known++) {
		struct bench *b = bench_new();

		b->ident = idents[known];
		client_in_auth(b, 0);
		client_password(b, 0, "bob", "secret");
		client_channel(b, 7, 100000);
		client_request(b, 0, "shell", span_of(NULL, 0));
		client_forgets(b);
		client_offers(b, 0, &modern);
		client_types(b, 0, span_text("a"));
		CHECK_EQ(client_told(b, 0), known ? -1 : SSH_DISCONNECT_PROTOCOL_ERROR);
		CHECK_EQ(COUNTED(b, messages_in_rekey), known);
		bench_free(b);
	}
}

TEST(what_a_talking_client_is_answered_waits_for_the_end_of_the_key_exchange)
{
	struct bench *b = bench_new();

	b->ident = "SSH-2.0-AsyncSSH_2.10.1";
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	client_forgets(b);
	client_offers(b, 0, &modern);
	client_channel(b, 7, 100000);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_CHANNEL_OPEN_CONFIRMATION), 0);
	client_public(b, 0);
	client_number(b, 0, SSH_MSG_NEWKEYS);
	CHECK(client_got(b, 0, SSH_MSG_CHANNEL_OPEN_CONFIRMATION));
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_client_that_never_rekeys_is_dropped)
{
	struct bench *b = bench_open();

	bench_wait(b, SESSION_REKEY_US);
	bench_wait(b, SESSION_REKEY_WAIT_US + 1000000);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_KEX_FAILED);
	CHECK_EQ(COUNTED(b, rekey_expired), 1);
	bench_free(b);
}

TEST(keys_are_exchanged_again_after_the_configured_volume_of_both_directions)
{
	struct bench *b = bench_open();
	struct api_record r = {.class = API_CLASS_SSH_SERVER, .count = 1};
	struct session *s = bench_session(b, 0);

	r.values[0] = (struct api_value){API_SSH_SERVER_REKEY_KILOBYTES, 64, {0}};
	bench_put(b, &r);
	s->session_id[0] = 0;
	s->key_bytes[0] = 30 * 1024;
	s->key_bytes[1] = 30 * 1024;
	client_number(b, 0, SSH_MSG_IGNORE);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	s->key_bytes[1] = 34 * 1024;
	client_number(b, 0, SSH_MSG_IGNORE);
	CHECK_EQ(bench_state(b, 0), SESSION_REKEY_KEXINIT);
	bench_free(b);
}

// Sessions that began together do not exchange keys together.
TEST(the_volume_of_a_session_is_less_by_up_to_a_sixteenth)
{
	struct bench *b = bench_open();
	struct session *s = bench_session(b, 0);

	s->session_id[0] = 255;
	s->key_bytes[0] = (1ull << 30) / 16 * 15;
	client_number(b, 0, SSH_MSG_IGNORE);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	s->key_bytes[0] = (1ull << 30) / 16 * 15 + (1 << 19);
	client_number(b, 0, SSH_MSG_IGNORE);
	CHECK_EQ(bench_state(b, 0), SESSION_REKEY_KEXINIT);
	bench_free(b);
}

CHECK_MAIN()
