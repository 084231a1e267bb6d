// The classes of attack on logging in that other servers fell to, one test each. Certificates have
// theirs in test_cert.c, keys in files in test_hostkey_text.c.
#include "tests/unit/state_arrivals.h"

#define DELAY (AUTH_DELAY_US + 2 * SHARD_TICK_US)

static struct bench *in_auth(void)
{
	struct bench *b = bench_new();

	arrive_auth(b);
	client_forgets(b);
	return b;
}

static void asks(struct bench *b, const char *user, const char *service, const char *method)
{
	client_message(b, 0, wire("bsss", SSH_MSG_USERAUTH_REQUEST, user, service, method));
}

// What a client sees of a password: when, and which bytes.
static struct blob refusal_of(const char *user, uint64_t *after_us)
{
	struct bench *b = in_auth();
	struct blob m = {NULL, 0};
	uint64_t began = b->now_us;

	client_password(b, 0, user, "guess");
	while (m.data == NULL && b->now_us < began + 10000000) {
		bench_wait(b, 1000);
		m = client_gets(b, 0, SSH_MSG_USERAUTH_FAILURE);
	}
	*after_us = b->now_us - began;
	CHECK_EQ(b->passwords, 1);
	bench_free(b);
	return m;
}

// CVE-2018-15473, CVE-2016-6210, CVE-2018-15599
TEST(user_enumeration_unknown_and_known_users_differ_in_nothing)
{
	uint64_t known_us, unknown_us;
	struct blob known = refusal_of("bob", &known_us);
	struct blob unknown = refusal_of("nobody", &unknown_us);

	CHECK(span_equal(span_blob(&known), span_blob(&unknown)));
	CHECK_EQ(known_us, unknown_us);
	blob_fini(&known);
	blob_fini(&unknown);
}

// CVE-2015-5600: whatever is asked, there is an end to asking.
TEST(attempt_counting_requests_of_every_kind_are_counted)
{
	static const char *const methods[] = {"none", "hostbased", "gssapi-with-mic", ""};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct bench *b = in_auth();

		for (unsigned n = 0; n <= AUTH_REQUESTS_MAX; n++)
			asks(b, "bob", "ssh-connection", methods[i]);
		CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_NO_MORE_AUTH);
		bench_free(b);
	}
}

// CVE-2016-6515: refused before it is hashed, and an attempt all the same.
TEST(long_passwords_cost_nothing)
{
	static char password[30001];
	struct bench *b = in_auth();

	memset(password, 'x', sizeof(password) - 1);
	client_password(b, 0, "bob", password);
	bench_wait(b, DELAY);
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_FAILURE));
	CHECK_EQ(b->passwords, 0);
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	bench_free(b);
}

// CVE-2026-77185, CVE-2026-83540, CVE-2024-45337: an answer that comes late opens nothing, neither
// for the next life of its slot nor for the next question.
TEST(asynchronous_answers_belong_to_their_question)
{
	struct bench *b = in_auth();

	b->keeper_mute = true;
	client_password(b, 0, "bob", "secret");
	client_gone(b, 0);
	arrive_kexinit(b);
	b->keeper_mute = false;
	bench_turn(b);
	CHECK_EQ(b->passwords, 1);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_KEXINIT);
	CHECK_EQ(b->h->gauges.established, 0);
	bench_free(b);
}

// GHSA-hpv4-5h6f-wqr3, CVE-2026-39828
TEST(state_carry_over_another_service_ends_it_and_another_user_begins_anew)
{
	struct bench *b = in_auth();

	asks(b, "bob", "ssh-userauth", "none");
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_SERVICE_UNAVAIL);
	bench_free(b);
	b = in_auth();
	bench_local_user(b, "eve", "$y$hash");
	bench_ssh_user(b, "eve", API_METHOD_BOTH, "none");
	client_password(b, 0, "eve", "secret");
	asks(b, "bob", "ssh-connection", "none");
	asks(b, "eve", "ssh-connection", "none");
	CHECK(!session_is_authenticated(bench_session(b, 0)));
	CHECK_EQ(((struct auth_scratch *)pool_at(&b->h->auths, bench_session(b, 0)->auth))
	                 ->passed,
	         0);
	bench_free(b);
}

// wolfSSH PR 940, CVE-2026-94052
TEST(none_and_the_empty_password_open_nothing)
{
	struct bench *b = in_auth();

	bench_local_user(b, "guest", "");
	asks(b, "guest", "ssh-connection", "none");
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_FAILURE));
	client_password(b, 0, "guest", "");
	bench_wait(b, DELAY);
	client_password(b, 0, "bob", "");
	bench_wait(b, DELAY);
	CHECK_EQ(b->passwords, 0);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_AUTH);
	bench_free(b);
}

// A request signed with the bench's key, under a name for the algorithm that may not be its own.
static unsigned signed_as(const char *declared, const char *in_signature, bool spoil)
{
	struct bench *b = in_auth();
	struct blob key, request, text, signature;
	struct session *s = bench_session(b, 0);
	unsigned state;

	CHECK_EQ(hostkey_public_blob(b->key, &key), STATUS_OK);
	bench_local_user(b, "carol", "");
	bench_peer_key(b, "k", span_blob(&key));
	bench_ssh_user(b, "carol", API_METHOD_PUBLICKEY, "k");
	request = blob_copy(wire("bsssbsS", SSH_MSG_USERAUTH_REQUEST, "carol", "ssh-connection",
	                         "publickey", 1, declared, span_blob(&key)));
	text = blob_copy(
	        wire("SR", span_of(s->session_id, s->hash_bytes), span_blob(&request)));
	CHECK_EQ(hostkey_sign(b->key, hostkey_algorithm_find(span_text("ssh-ed25519")),
	                      span_blob(&text), &signature),
	         STATUS_OK);
	signature.data[signature.len - 1] ^= spoil ? 0x10 : 0; // S grows past the group's order
	memcpy(signature.data + 4, in_signature, strlen(in_signature));
	client_message(b, 0, wire("RS", span_blob(&request), span_blob(&signature)));
	bench_wait(b, DELAY);
	state = bench_state(b, 0);
	blob_fini(&key);
	blob_fini(&request);
	blob_fini(&text);
	blob_fini(&signature);
	bench_free(b);
	return state;
}

// CVE-2026-16516, CVE-2023-2283, TinySSH 2026-03
TEST(signature_checks_names_agree_and_every_fault_is_a_refusal)
{
	CHECK_EQ(signed_as("ssh-ed25519", "ssh-ed25519", false), SESSION_OPEN);
	CHECK_EQ(signed_as("ssh-ed25519", "ssh-ed25519", true), SESSION_EXPECT_AUTH);
	CHECK_EQ(signed_as("ssh-ed25519", "ssh-ed25518", false), SESSION_EXPECT_AUTH);
	CHECK_EQ(signed_as("rsa-sha2-256", "ssh-ed25519", false), SESSION_EXPECT_AUTH);
	CHECK_EQ(signed_as("", "ssh-ed25519", false), SESSION_EXPECT_AUTH);
}

// CVE-2024-6387: time is an event like any other.
TEST(timers_the_login_time_is_over_in_whatever_state)
{
	static void (*const places[])(struct bench * b) = {
	        arrive_kexinit, arrive_kex_init, arrive_kex_answer, arrive_signature,
	        arrive_newkeys, arrive_service,  arrive_auth,       arrive_wait_auth};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct bench *b = bench_new();

		places[i](b);
		bench_wait(b, 61000000);
		CHECK_EQ(COUNTED(b, login_expired), 1);
		CHECK_EQ(bench_state(b, 0), SESSION_CLOSING);
		bench_free(b);
	}
}

// What SSHamble tries: a change nobody asked for, answers nobody asked for.
TEST(password_change_and_answers_out_of_turn_change_nothing)
{
	struct bench *b = in_auth();

	client_message(b, 0,
	               wire("bsssbss", SSH_MSG_USERAUTH_REQUEST, "bob", "ssh-connection",
	                    "password", 1, "secret", "new"));
	bench_wait(b, DELAY);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_AUTH);
	client_message(b, 0, wire("bus", SSH_MSG_USERAUTH_INFO_RESPONSE, 1, "secret"));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

CHECK_MAIN()
