// Tests control/session/session_auth.c: who gets in, who does not, and that it looks the same.
#include "tests/unit/control_client.h"

#define EVERYTHING "publickey,password,keyboard-interactive"
#define DELAY      (AUTH_DELAY_US + 2 * SHARD_TICK_US)

static struct bench *in_auth(void)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	return b;
}

// carol may use the bench's own key; dave needs both.
static struct bench *in_auth_with_keys(void)
{
	struct bench *b = in_auth();
	struct blob blob;

	if (hostkey_public_blob(b->key, &blob) != STATUS_OK)
		abort();
	bench_peer_key(b, "k", span_blob(&blob));
	bench_local_user(b, "carol", "");
	bench_ssh_user(b, "carol", API_METHOD_PUBLICKEY, "k");
	bench_local_user(b, "dave", "$y$hash");
	bench_ssh_user(b, "dave", API_METHOD_BOTH, "k");
	bench_local_user(b, "erin", "$y$hash");
	bench_ssh_user(b, "erin", API_METHOD_ANY, "k");
	blob_fini(&blob);
	return b;
}

static void none(struct bench *b, const char *user)
{
	client_message(b, 0,
	               wire("bsss", SSH_MSG_USERAUTH_REQUEST, user, "ssh-connection", "none"));
}

static struct blob key_blob(struct bench *b)
{
	struct blob blob;

	if (hostkey_public_blob(b->key, &blob) != STATUS_OK)
		abort();
	return blob;
}

static void query(struct bench *b, const char *user, const char *algorithm, struct span key)
{
	client_message(b, 0,
	               wire("bsssbsS", SSH_MSG_USERAUTH_REQUEST, user, "ssh-connection",
	                    "publickey", 0, algorithm, key));
}

// A signed request; `spoil` changes the signature.
static void sign(struct bench *b, const char *user, bool spoil)
{
	struct blob key = key_blob(b), signature;
	struct blob request =
	        blob_copy(wire("bsssbsS", SSH_MSG_USERAUTH_REQUEST, user, "ssh-connection",
	                       "publickey", 1, "ssh-ed25519", span_blob(&key)));
	struct session *s = bench_session(b, 0);
	struct blob signed_part = blob_copy(
	        wire("SR", span_of(s->session_id, s->hash_bytes), span_blob(&request)));

	if (hostkey_sign(b->key, hostkey_algorithm_find(span_text("ssh-ed25519")),
	                 span_blob(&signed_part), &signature) != STATUS_OK)
		abort();
	signature.data[30] ^= spoil;
	client_message(b, 0, wire("RS", span_blob(&request), span_blob(&signature)));
	blob_fini(&key);
	blob_fini(&request);
	blob_fini(&signed_part);
	blob_fini(&signature);
}

TEST(the_right_password_opens_the_session)
{
	struct bench *b = in_auth();

	client_password(b, 0, "bob", "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_TEXT(bench_session(b, 0)->user, "bob");
	CHECK_TEXT(bench_session(b, 0)->role, API_ROLE_ADMIN_NAME);
	CHECK_EQ(b->h->auths.used, 0);
	CHECK_EQ(COUNTED(b, logins), 1);
	CHECK_EQ(b->h->gauges.unauthenticated, 0);
	bench_free(b);
}

TEST(the_dataplane_hears_of_it_before_the_client)
{
	struct bench *b = in_auth();
	struct bench_cell c = {0};

	client_password(b, 0, "bob", "secret");
	CHECK(bench_queue_pop(&b->down, &c));
	CHECK_EQ(c.cell.kind, DATA_PHASE);
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_SUCCESS));
	bench_free(b);
}

TEST(a_wrong_password_is_refused_after_a_while)
{
	struct bench *b = in_auth();

	client_password(b, 0, "bob", "wrong");
	CHECK_EQ(b->down.count, 0);
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_AUTH);
	bench_free(b);
}

TEST(the_third_wrong_password_ends_the_connection)
{
	struct bench *b = in_auth();

	client_password(b, 0, "bob", "wrong");
	bench_wait(b, DELAY);
	client_password(b, 0, "bob", "wrong");
	bench_wait(b, DELAY);
	client_password(b, 0, "bob", "wrong");
	bench_wait(b, DELAY);
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_NO_MORE_AUTH);
	CHECK_EQ(COUNTED(b, auth_too_many), 1);
	bench_free(b);
}

TEST(an_unknown_user_costs_and_looks_the_same)
{
	struct bench *b = in_auth();

	client_password(b, 0, "nobody", "secret");
	CHECK_EQ(b->passwords, 1);
	CHECK_EQ(b->down.count, 0);
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	bench_free(b);
}

TEST(an_empty_password_never_passes)
{
	struct bench *b = in_auth();

	bench_local_user(b, "open", "");
	client_password(b, 0, "open", "");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(b->passwords, 0);
	bench_free(b);
}

TEST(a_user_without_a_password_is_not_let_in_by_one)
{
	struct bench *b = in_auth();

	bench_local_user(b, "open", "");
	client_password(b, 0, "open", "secret");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	bench_free(b);
}

TEST(a_blocked_user_is_refused)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .key = span_text("bob")};
	struct bench *b = in_auth();

	r.values[r.count++] = (struct api_value){API_LOCAL_USER_BLOCKED, 1, {0}};
	bench_put(b, &r);
	client_password(b, 0, "bob", "secret");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	bench_free(b);
}

TEST(a_user_without_service_ssh_is_refused)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .key = span_text("bob")};
	struct bench *b = in_auth();

	r.values[r.count++] = (struct api_value){API_LOCAL_USER_SERVICES, 4, {0}};
	bench_put(b, &r);
	client_password(b, 0, "bob", "secret");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	bench_free(b);
}

TEST(none_lists_the_methods_at_once_and_does_not_count)
{
	struct bench *b = in_auth();

	none(b, "bob");
	CHECK(refused_with(b, EVERYTHING, false));
	none(b, "nobody");
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_session(b, 0)->failures, 0);
	bench_free(b);
}

TEST(too_many_requests_of_any_kind_end_the_connection)
{
	struct bench *b = in_auth();

	for (unsigned i = 0; i < AUTH_REQUESTS_MAX; i++)
		none(b, "bob");
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_FAILURE), AUTH_REQUESTS_MAX);
	none(b, "bob");
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_NO_MORE_AUTH);
	CHECK_EQ(COUNTED(b, auth_flood), 1);
	bench_free(b);
}

TEST(a_key_of_the_user_would_do)
{
	struct bench *b = in_auth_with_keys();
	struct blob key = key_blob(b);

	query(b, "carol", "ssh-ed25519", span_blob(&key));
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_PK_OK));
	CHECK_EQ(bench_session(b, 0)->failures, 0);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_AUTH);
	blob_fini(&key);
	bench_free(b);
}

TEST(a_key_of_someone_else_would_not)
{
	struct bench *b = in_auth_with_keys();
	struct blob key = key_blob(b);

	query(b, "bob", "ssh-ed25519", span_blob(&key));
	CHECK(refused_with(b, EVERYTHING, false));
	query(b, "nobody", "ssh-ed25519", span_blob(&key));
	CHECK(refused_with(b, EVERYTHING, false));
	blob_fini(&key);
	bench_free(b);
}

TEST(an_algorithm_that_is_not_the_keys_would_not)
{
	struct bench *b = in_auth_with_keys();
	struct blob key = key_blob(b);

	query(b, "carol", "rsa-sha2-256", span_blob(&key));
	CHECK(refused_with(b, EVERYTHING, false));
	blob_fini(&key);
	bench_free(b);
}

TEST(too_many_queries_end_the_connection)
{
	struct bench *b = in_auth_with_keys();
	struct blob key = key_blob(b);

	for (unsigned i = 0; i <= AUTH_QUERIES_MAX; i++)
		query(b, "nobody", "ssh-ed25519", span_blob(&key));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_NO_MORE_AUTH);
	blob_fini(&key);
	bench_free(b);
}

TEST(a_good_signature_opens_the_session)
{
	struct bench *b = in_auth_with_keys();

	sign(b, "carol", false);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(COUNTED(b, auth_publickey_ok), 1);
	bench_free(b);
}

TEST(a_bad_signature_counts)
{
	struct bench *b = in_auth_with_keys();

	sign(b, "carol", true);
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	bench_free(b);
}

TEST(a_good_signature_of_a_key_that_is_not_the_users_counts)
{
	struct bench *b = in_auth_with_keys();

	sign(b, "nobody", false);
	CHECK_EQ(b->down.count, 0);
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	bench_free(b);
}

TEST(a_public_key_user_is_not_let_in_by_password)
{
	struct bench *b = in_auth_with_keys();

	bench_local_user(b, "carol", "$y$hash");
	client_password(b, 0, "carol", "secret");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	bench_free(b);
}

TEST(any_takes_either)
{
	struct bench *b = in_auth_with_keys();

	client_password(b, 0, "erin", "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	client_in_auth(b, 1);
	bench_free(b);
}

TEST(both_means_key_and_then_password)
{
	struct bench *b = in_auth_with_keys();

	sign(b, "dave", false);
	CHECK(refused_with(b, "password,keyboard-interactive", true));
	client_password(b, 0, "dave", "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(half_of_both_is_not_enough)
{
	struct bench *b = in_auth_with_keys();

	sign(b, "dave", false);
	client_password(b, 0, "dave", "wrong");
	bench_wait(b, DELAY);
	CHECK(bench_state(b, 0) != SESSION_OPEN);
	sign(b, "dave", false);
	CHECK(bench_state(b, 0) != SESSION_OPEN);
	bench_free(b);
}

TEST(what_one_user_passed_is_nothing_to_another)
{
	struct bench *b = in_auth_with_keys();

	sign(b, "dave", false);
	none(b, "bob");
	client_forgets(b);
	client_password(b, 0, "dave", "secret");
	CHECK(refused_with(b, "publickey", true));
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_AUTH);
	bench_free(b);
}

// A bench whose keeper has a wrong password of bob's to check and has not answered yet.
static struct bench *while_checking(void)
{
	struct bench *b = in_auth();

	b->keeper_mute = true;
	client_password(b, 0, "bob", "wrong");
	return b;
}

TEST(a_second_request_before_the_answer_waits_for_it)
{
	struct bench *b = while_checking();

	client_password(b, 0, "bob", "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_WAIT_AUTH);
	b->keeper_mute = false;
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(b->h->auths.used, 0);
	CHECK_EQ(COUNTED(b, auth_early), 1);
	bench_free(b);
}

TEST(requests_that_waited_are_answered_in_order)
{
	struct bench *b = while_checking();

	none(b, "bob");
	client_message(b, 0, wire("bs", SSH_MSG_SERVICE_REQUEST, "ssh-userauth"));
	none(b, "carol");
	b->keeper_mute = false;
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_SERVICE_ACCEPT), 1);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_FAILURE), 1);
	CHECK_EQ(bench_session(b, 0)->failures, 1);
	bench_free(b);
}

TEST(a_request_behind_the_one_that_succeeds_is_ignored)
{
	struct bench *b = in_auth();

	b->keeper_mute = true;
	client_password(b, 0, "bob", "secret");
	none(b, "bob");
	b->keeper_mute = false;
	bench_turn(b);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_USERAUTH_FAILURE), 0);
	bench_free(b);
}

TEST(too_many_requests_before_the_answer_end_the_connection)
{
	struct bench *b = while_checking();

	for (unsigned i = 0; i < AUTH_WAITING_MAX; i++)
		none(b, "bob");
	CHECK_EQ(bench_state(b, 0), SESSION_WAIT_AUTH);
	none(b, "bob");
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_NO_MORE_AUTH);
	CHECK_EQ(COUNTED(b, auth_flood), 1);
	bench_free(b);
}

TEST(requests_that_wait_are_bounded_in_bytes)
{
	static const uint8_t much[AUTH_WAITING_BYTES];
	struct bench *b = while_checking();

	client_message(b, 0,
	               wire("bsssR", SSH_MSG_USERAUTH_REQUEST, "bob", "ssh-connection", "none",
	                    span_of(much, sizeof(much))));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_NO_MORE_AUTH);
	bench_free(b);
}

TEST(requests_that_wait_go_with_their_session)
{
	struct bench *b = while_checking();

	none(b, "bob");
	client_gone(b, 0);
	CHECK_EQ(b->h->auths.used, 0);
	bench_free(b);
}

TEST(an_answer_for_an_earlier_life_of_the_slot_opens_nothing)
{
	struct bench *b = in_auth();

	b->keeper_mute = true;
	client_password(b, 0, "bob", "secret");
	client_gone(b, 0);
	b->keeper_mute = false;
	client_connects(b, 0);
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_IDENT);
	bench_free(b);
}

TEST(a_lost_keeper_refuses_without_counting)
{
	struct bench *b = in_auth();
	struct link *old = b->keeper;

	b->keeper_mute = true;
	client_password(b, 0, "bob", "secret");
	shard_attach_keeper(b->h, bench_joint(&b->keeper, LINK_A));
	link_free(old);
	b->keeper_mute = false;
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_EQ(bench_session(b, 0)->failures, 0);
	client_password(b, 0, "bob", "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(another_service_is_refused)
{
	struct bench *b = in_auth();

	client_message(b, 0,
	               wire("bsss", SSH_MSG_USERAUTH_REQUEST, "bob", "ssh-other", "none"));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_SERVICE_UNAVAIL);
	bench_free(b);
}

TEST(only_ssh_userauth_can_be_asked_for)
{
	struct bench *b = bench_new();

	client_keyed(b, 0);
	client_message(b, 0, wire("bs", SSH_MSG_SERVICE_REQUEST, "ssh-connection"));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_SERVICE_UNAVAIL);
	bench_free(b);
}

TEST(ext_info_is_heard_once_and_only_after_newkeys)
{
	struct bench *b = bench_new();

	client_keyed(b, 0);
	client_message(b, 0, wire("bu", SSH_MSG_EXT_INFO, 0));
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_SERVICE);
	client_message(b, 0, wire("bu", SSH_MSG_EXT_INFO, 0));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(the_login_time_limit_ends_the_connection)
{
	struct bench *b = in_auth();

	bench_wait(b, 61000000);
	CHECK(client_told(b, 0) >= 0);
	CHECK_EQ(COUNTED(b, login_expired), 1);
	CHECK_EQ(b->h->auths.used, 0);
	bench_free(b);
}

TEST(requests_after_success_are_ignored_in_silence)
{
	struct bench *b = bench_open();

	none(b, "bob");
	CHECK_EQ(b->down.count, 0);
	CHECK_EQ(COUNTED(b, auth_late), 1);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_malformed_request_ends_the_connection)
{
	struct bench *b = in_auth();

	client_message(b, 0,
	               wire("bssu", SSH_MSG_USERAUTH_REQUEST, "bob", "ssh-connection", 99));
	CHECK_EQ(client_told(b, 0), SSH_DISCONNECT_PROTOCOL_ERROR);
	bench_free(b);
}

TEST(a_name_too_long_for_anyone_is_an_unknown_user)
{
	char name[128];
	struct bench *b = in_auth();

	memset(name, 'x', sizeof(name));
	name[100] = 0;
	client_password(b, 0, name, "secret");
	CHECK_EQ(b->passwords, 1);
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	bench_free(b);
}

TEST(a_full_device_says_so)
{
	struct api_record r = {.class = API_CLASS_SSH_SERVER, .count = 1};
	struct bench *b = bench_open();

	r.values[0] = (struct api_value){API_SSH_SERVER_SESSION_LIMIT, 1, {0}};
	bench_put(b, &r);
	client_connects(b, 1);
	CHECK_EQ(client_told(b, 1), SSH_DISCONNECT_TOO_MANY);
	CHECK_EQ(COUNTED(b, sessions_limited), 1);
	client_gone(b, 1);
	client_gone(b, 0);
	client_keyed(b, 1);
	CHECK_EQ(bench_state(b, 1), SESSION_EXPECT_SERVICE);
	bench_free(b);
}

CHECK_MAIN()
