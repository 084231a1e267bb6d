// Tests control/session/session_hostkeys.c: what clients are told of host keys, and the proofs.
#include "tests/unit/control_client.h"

#define ANNOUNCED "hostkeys-00@openssh.com"
#define PROVE     "hostkeys-prove-00@openssh.com"

// Our only host key.
static struct span key_of(struct bench *b)
{
	return span_blob(&b->h->hostkeys[0].blob);
}

static void client_asks_proof(struct bench *b, struct span key)
{
	uint8_t copy[4096];

	memcpy(copy, key.data, key.len);
	client_message(b, 0,
	               wire("bsbS", SSH_MSG_GLOBAL_REQUEST, PROVE, 1, span_of(copy, key.len)));
}

static void client_keeps_alive(struct bench *b)
{
	client_message(b, 0, wire("bsb", SSH_MSG_GLOBAL_REQUEST, "keepalive@openssh.com", 1));
}

// Logged in with this identification; what was said after that waits.
static struct bench *logged_in_as(const char *ident)
{
	struct bench *b = bench_new();

	client_connects(b, 0);
	client_identifies(b, 0, ident);
	client_offers(b, 0, &modern);
	client_public(b, 0);
	client_number(b, 0, SSH_MSG_NEWKEYS);
	client_message(b, 0, wire("bs", SSH_MSG_SERVICE_REQUEST, "ssh-userauth"));
	client_password(b, 0, "bob", "secret");
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_SUCCESS));
	return b;
}

TEST(a_client_is_told_our_host_keys_after_login)
{
	struct bench *b = logged_in_as("SSH-2.0-OpenSSH_9.2");
	struct blob m = client_gets(b, 0, SSH_MSG_GLOBAL_REQUEST);
	struct cursor c = cursor_over(span_blob(&m));

	cursor_u8(&c);
	CHECK(span_is(cursor_string(&c), ANNOUNCED));
	CHECK(!cursor_bool(&c));
	CHECK(span_equal(cursor_string(&c), key_of(b)));
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	blob_fini(&m);
	bench_free(b);
}

TEST(a_client_that_would_hang_up_is_told_nothing)
{
	struct bench *b = logged_in_as("SSH-2.0-Cisco-1.25");

	CHECK_EQ(client_waiting(b, 0, SSH_MSG_GLOBAL_REQUEST), 0);
	bench_free(b);
}

TEST(a_proof_verifies_with_the_key_over_the_session)
{
	const struct hostkey_algorithm *a = hostkey_algorithm_find(span_text("ssh-ed25519"));
	struct bench *b = bench_open();
	struct session *s = bench_session(b, 0);
	uint8_t bytes[1024];
	struct builder signed_part = builder_over(bytes, sizeof(bytes));
	struct blob m;
	struct cursor c;

	client_asks_proof(b, key_of(b));
	m = client_gets(b, 0, SSH_MSG_REQUEST_SUCCESS);
	c = cursor_over(span_blob(&m));
	cursor_u8(&c);
	builder_text(&signed_part, PROVE);
	builder_string(&signed_part, span_of(s->session_id, s->hash_bytes));
	builder_string(&signed_part, key_of(b));
	CHECK_EQ(hostkey_verify(a, key_of(b), cursor_string(&c), builder_span(&signed_part)),
	         STATUS_OK);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	blob_fini(&m);
	bench_free(b);
}

TEST(a_key_that_is_not_ours_is_not_proven)
{
	struct bench *b = bench_open();

	client_asks_proof(b, span_text("another key"));
	CHECK(client_got(b, 0, SSH_MSG_REQUEST_FAILURE));
	CHECK_EQ(COUNTED(b, hostkeys_proven), 0);
	bench_free(b);
}

TEST(a_request_that_names_no_key_or_one_twice_is_refused)
{
	struct bench *b = bench_open();
	uint8_t copy[1024];
	struct span key = span_of(copy, key_of(b).len);

	memcpy(copy, key_of(b).data, key.len);
	client_message(b, 0, wire("bsb", SSH_MSG_GLOBAL_REQUEST, PROVE, 1));
	client_message(b, 0, wire("bsbSS", SSH_MSG_GLOBAL_REQUEST, PROVE, 1, key, key));
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_REQUEST_FAILURE), 2);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_session_gets_one_proof)
{
	struct bench *b = bench_open();

	client_asks_proof(b, key_of(b));
	CHECK(client_got(b, 0, SSH_MSG_REQUEST_SUCCESS));
	client_asks_proof(b, key_of(b));
	CHECK(client_got(b, 0, SSH_MSG_REQUEST_FAILURE));
	CHECK_EQ(COUNTED(b, hostkeys_proven), 1);
	bench_free(b);
}

// RFC 4254 section 4: replies come in the order of the requests.
TEST(requests_behind_one_for_proof_are_answered_behind_it)
{
	struct bench *b = bench_open();

	b->keeper_mute = true;
	client_asks_proof(b, key_of(b));
	client_keeps_alive(b);
	client_keeps_alive(b);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_REQUEST_FAILURE), 0);
	b->keeper_mute = false;
	bench_turn(b);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_REQUEST_FAILURE), 2);
	CHECK(client_got(b, 0, SSH_MSG_REQUEST_SUCCESS));
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_REQUEST_FAILURE), 2);
	client_keeps_alive(b);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_REQUEST_FAILURE), 3);
	bench_free(b);
}

TEST(a_session_that_ends_meanwhile_gets_no_proof)
{
	struct bench *b = bench_open();

	b->keeper_mute = true;
	client_asks_proof(b, key_of(b));
	client_gone(b, 0);
	b->keeper_mute = false;
	bench_turn(b);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_REQUEST_SUCCESS), 0);
	bench_free(b);
}

TEST(a_keeper_that_is_lost_is_a_refusal)
{
	struct bench *b = bench_open();

	b->keeper_mute = true;
	client_asks_proof(b, key_of(b));
	keeper_client_lost(b->h);
	bench_turn(b);
	CHECK(client_got(b, 0, SSH_MSG_REQUEST_FAILURE));
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	b->keeper_mute = false;
	bench_turn(b);
	bench_free(b);
}

CHECK_MAIN()
