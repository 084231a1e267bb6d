// Tests the group exchange of control/session/session_kex.c (RFC 4419).
#include "tests/unit/control_client.h"

#include "crypto/kex/kex_group.h"

#define METHOD "diffie-hellman-group-exchange-sha256"

static struct offer asking(void)
{
	struct offer o = modern;

	o.kex = METHOD ",kex-strict-c-v00@openssh.com";
	return o;
}

// Up to both KEXINITs, group exchange agreed on.
static struct bench *agreed(struct blob *theirs, struct blob *ours)
{
	struct bench *b = bench_new();
	struct offer o = asking();

	bench_algorithms(b, API_SSH_ALGORITHM_KEX, METHOD);
	client_connects(b, 0);
	client_identifies(b, 0, "SSH-2.0-test");
	*theirs = client_gets(b, 0, SSH_MSG_KEXINIT);
	*ours = blob_copy(client_kexinit(&o));
	client_message(b, 0, span_blob(ours));
	return b;
}

static struct bench *agreed_simply(void)
{
	struct blob theirs, ours;
	struct bench *b = agreed(&theirs, &ours);

	blob_fini(&theirs);
	blob_fini(&ours);
	return b;
}

static void client_asks(struct bench *b, uint32_t min, uint32_t wanted, uint32_t max)
{
	client_message(b, 0, wire("buuu", SSH_MSG_KEX_GROUP_ASK, min, wanted, max));
}

// The client's side from the group on: what it sends, and the hash at its end.
struct exchange {
	uint8_t hashed[KEX_GROUP_BODY_MAX], public[KEX_PUBLIC_MAX], hash[KEX_HASH_MAX];
	struct kex_transcript t;
	struct kex_client *state;
	size_t len;
};

static void exchange_start(struct bench *b, struct exchange *x, const struct kex *kex)
{
	struct kex_group asked = {2048, 2048, 4096, 0};
	struct builder h = builder_over(x->hashed, sizeof(x->hashed));
	struct blob group = client_gets(b, 0, SSH_MSG_KEX_GROUP);
	struct span body = span_of(group.data + 1, group.len - 1);

	builder_u32(&h, asked.min);
	builder_u32(&h, asked.wanted);
	builder_u32(&h, asked.max);
	builder_bytes(&h, body);
	x->t.group = builder_span(&h);
	CHECK_EQ(kex_group_client_start(kex, &asked, body, &x->state, x->public, &x->len),
	         STATUS_OK);
	x->t.client_public = span_of(x->public, x->len);
	blob_fini(&group);
}

TEST(the_host_signature_verifies_over_a_hash_with_the_group)
{
	const struct kex *kex = kex_find_in(span_text(METHOD), span_text(METHOD));
	struct blob theirs, ours, reply;
	struct bench *b = agreed(&theirs, &ours);
	struct exchange x = {0};
	struct secret shared;
	struct span signature;
	struct cursor c;

	client_asks(b, 2048, 2048, 4096);
	exchange_start(b, &x, kex);
	client_message(b, 0, wire("bS", SSH_MSG_KEX_GROUP_INIT, x.t.client_public));
	reply = client_gets(b, 0, SSH_MSG_KEX_GROUP_REPLY);
	c = cursor_over(span_blob(&reply));
	cursor_u8(&c);
	x.t.host_key = cursor_string(&c);
	x.t.server_public = cursor_string(&c);
	signature = cursor_string(&c);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_EQ(kex_client_finish(x.state, x.t.server_public, &shared), STATUS_OK);
	x.t.client_ident = span_text("SSH-2.0-test");
	x.t.server_ident = span_text(DATA_IDENT);
	x.t.client_kexinit = span_blob(&ours);
	x.t.server_kexinit = span_blob(&theirs);
	kex_hash(kex, &x.t, &shared, x.hash);
	CHECK_EQ(hostkey_verify(hostkey_algorithm_find(span_text("ssh-ed25519")), x.t.host_key,
	                        signature, span_of(x.hash, kex->hash_bytes)),
	         STATUS_OK);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_NEWKEYS);
	blob_fini(&theirs);
	blob_fini(&ours);
	blob_fini(&reply);
	bench_free(b);
}

TEST(the_smallest_group_that_is_large_enough_is_given)
{
	struct bench *b = agreed_simply();
	struct blob group;
	struct cursor c;

	client_asks(b, 2048, 2500, 8192);
	group = client_gets(b, 0, SSH_MSG_KEX_GROUP);
	c = cursor_over(span_of(group.data + 1, group.len - 1));
	CHECK_EQ(cursor_mpint(&c).len, 3072 / 8);
	CHECK_EQ(cursor_mpint(&c).len, 1);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_GROUP_INIT);
	blob_fini(&group);
	bench_free(b);
}

TEST(a_client_that_takes_small_groups_only_is_refused)
{
	struct bench *b = agreed_simply();

	client_asks(b, 1024, 1024, 1536);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_KEX_FAILED);
	bench_free(b);
}

TEST(bounds_that_make_no_sense_are_malformed)
{
	struct bench *b = agreed_simply();

	client_asks(b, 4096, 2048, 8192);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(the_old_request_without_bounds_is_refused)
{
	struct bench *b = agreed_simply();

	client_message(b, 0, wire("bu", 30, 2048));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(b->signatures, 0);
	bench_free(b);
}

TEST(a_value_before_a_group_is_refused)
{
	struct bench *b = agreed_simply();

	client_message(b, 0, wire("bs", SSH_MSG_KEX_GROUP_INIT, "value"));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(a_group_is_asked_for_once)
{
	struct bench *b = agreed_simply();

	client_asks(b, 2048, 2048, 4096);
	client_asks(b, 2048, 2048, 4096);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK_EQ(COUNTED(b, refused_expect_group_init), 1);
	bench_free(b);
}

TEST(no_group_is_given_to_who_agreed_on_another_method)
{
	struct bench *b = bench_new();

	client_connects(b, 0);
	client_identifies(b, 0, "SSH-2.0-test");
	client_offers(b, 0, &modern);
	client_asks(b, 2048, 2048, 4096);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	CHECK(!client_got(b, 0, SSH_MSG_KEX_GROUP));
	bench_free(b);
}

TEST(a_wrongly_guessed_request_for_a_group_is_dropped_once)
{
	struct bench *b = bench_new();
	struct offer o = modern;

	client_connects(b, 0);
	client_identifies(b, 0, "SSH-2.0-test");
	o.kex = METHOD ",curve25519-sha256";
	o.guess = true;
	client_offers(b, 0, &o);
	client_asks(b, 2048, 2048, 4096);
	CHECK_EQ(COUNTED(b, kex_guess_dropped), 1);
	client_public(b, 0);
	CHECK(client_got(b, 0, SSH_MSG_KEX_ECDH_REPLY));
	bench_free(b);
}

TEST(a_value_outside_the_group_fails_the_exchange)
{
	struct bench *b = agreed_simply();

	client_asks(b, 2048, 2048, 4096);
	client_message(b, 0, wire("bs", SSH_MSG_KEX_GROUP_INIT, "\1"));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_KEX_FAILED);
	CHECK_EQ(COUNTED(b, kex_failed), 1);
	bench_free(b);
}

TEST(an_open_session_exchanges_keys_again_in_a_group)
{
	struct bench *b = bench_open();
	struct offer o = asking();

	bench_algorithms(b, API_SSH_ALGORITHM_KEX, METHOD);
	client_offers(b, 0, &o);
	client_asks(b, 2048, 2048, 4096);
	CHECK_EQ(bench_state(b, 0), SESSION_REKEY_GROUP_INIT);
	CHECK(client_got(b, 0, SSH_MSG_KEX_GROUP));
	client_message(b, 0, wire("bs", SSH_MSG_KEX_GROUP_INIT, "a value in the field"));
	CHECK(client_got(b, 0, SSH_MSG_KEX_GROUP_REPLY));
	client_number(b, 0, SSH_MSG_NEWKEYS);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

CHECK_MAIN()
