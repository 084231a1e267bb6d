// Tests the kinds of keys and of signatures in control/session/session_auth.c, and publickey bound to
// the host key.
#include "tests/unit/user_key.h"
#include "tests/unit/v1_client.h"

#include "crypto/hostkey/base64.h"

// Bob logs in with a fresh key of that type and that algorithm; which state that leads to.
static unsigned login_with(struct bench *b, enum hostkey_type type, const char *algorithm)
{
	struct blob blob;
	struct hostkey *key;
	struct key_request r = {.user = "bob", .algorithm = algorithm};

	client_in_auth(b, 0);
	key = user_key(b, type, &blob);
	r.key = span_blob(&blob);
	r.sign_with = any_algorithm(algorithm);
	user_asks(b, &r, key);
	blob_fini(&blob);
	hostkey_free(key);
	return bench_state(b, 0);
}

static bool opens(enum hostkey_type type, const char *algorithm)
{
	struct bench *b = bench_new();
	bool open = login_with(b, type, algorithm) == SESSION_OPEN;

	bench_free(b);
	return open;
}

TEST(each_modern_kind_of_key_logs_in)
{
	CHECK(opens(HOSTKEY_ED25519, "ssh-ed25519"));
	CHECK(opens(HOSTKEY_ECDSA_P256, "ecdsa-sha2-nistp256"));
	CHECK(opens(HOSTKEY_ECDSA_P384, "ecdsa-sha2-nistp384"));
	CHECK(opens(HOSTKEY_ECDSA_P521, "ecdsa-sha2-nistp521"));
	CHECK(opens(HOSTKEY_RSA, "rsa-sha2-256"));
	CHECK(opens(HOSTKEY_RSA, "rsa-sha2-512"));
}

// A list of one key, as text.
static void revoke_key(struct bench *b, const char *type, struct span key)
{
	struct blob text = base64_encode(key, 0);
	char line[2048];

	snprintf(line, sizeof(line), "%s %.*s\n", type, (int)text.len, (const char *)text.data);
	bench_revokes(b, span_text(line));
	blob_fini(&text);
}

// Bob's key, once it stands in the list.
static unsigned login_revoked(struct bench *b, bool revoked)
{
	struct blob blob;
	struct hostkey *key;
	struct key_request r = {.user = "bob", .algorithm = "ssh-ed25519"};
	unsigned state;

	client_in_auth(b, 0);
	key = user_key(b, HOSTKEY_ED25519, &blob);
	r.key = span_blob(&blob);
	r.sign_with = any_algorithm(r.algorithm);
	if (revoked)
		revoke_key(b, "ssh-ed25519", r.key);
	user_asks(b, &r, key);
	state = bench_state(b, 0);
	blob_fini(&blob);
	hostkey_free(key);
	return state;
}

TEST(a_revoked_key_logs_nobody_in_and_others_do)
{
	struct bench *b = bench_new();

	CHECK(login_revoked(b, true) != SESSION_OPEN);
	client_gone(b, 0);
	CHECK_EQ(login_revoked(b, false), SESSION_OPEN); // a fresh key: the list names another
	bench_free(b);
}

TEST(a_revoked_rsa_key_is_challenged_by_ssh_1_for_nobody)
{
	uint8_t bytes[1024];
	struct bench *b = bench_new_v1();

	bench_rsa_user(b, "rob", API_METHOD_PUBLICKEY);
	revoke_key(b, "ssh-rsa", rsa_blob(2048, bytes, sizeof(bytes)));
	v1_challenged(b, "rob");
	CHECK_EQ(client_waiting(b, 0, SSH1_SMSG_AUTH_RSA_CHALLENGE), 0);
	CHECK_EQ(client_waiting(b, 0, SSH1_SMSG_FAILURE), 2); // of the name, of the key
	CHECK_EQ(bench_state(b, 0), SESSION_V1_EXPECT_AUTH);
	bench_free(b);
}

TEST(sha_1_and_dsa_log_nobody_in_unasked)
{
	CHECK(!opens(HOSTKEY_RSA, "ssh-rsa"));
	CHECK(!opens(HOSTKEY_DSA, "ssh-dss"));
}

TEST(sha_1_and_dsa_log_in_where_the_list_of_public_keys_names_them)
{
	struct bench *b = bench_new();

	bench_algorithms(b, API_SSH_ALGORITHM_HOST_KEY, "ssh-ed25519,ssh-dss,ssh-rsa");
	CHECK_EQ(login_with(b, HOSTKEY_RSA, "ssh-rsa"), SESSION_OPEN);
	client_gone(b, 0);
	CHECK_EQ(login_with(b, HOSTKEY_DSA, "ssh-dss"), SESSION_OPEN);
	bench_free(b);
}

// The request says SHA-2, the signature SHA-1.
TEST(a_signature_of_another_algorithm_than_the_request_names_is_refused)
{
	struct bench *b = bench_new();
	struct key_request r = {.user = "bob", .algorithm = "rsa-sha2-512"};
	struct blob blob;
	struct hostkey *key;

	client_in_auth(b, 0);
	key = user_key(b, HOSTKEY_RSA, &blob);
	r.key = span_blob(&blob);
	r.sign_with = any_algorithm("rsa-sha2-256");
	user_asks(b, &r, key);
	CHECK(bench_state(b, 0) != SESSION_OPEN);
	CHECK_EQ(COUNTED(b, auth_publickey_failed), 1);
	blob_fini(&blob);
	hostkey_free(key);
	bench_free(b);
}

// --- bound to the host key -----------------------------------------------------------------------

// Bob's signed request that names this host key; NULL: ours.
static unsigned bound_login(struct bench *b, const char *host_key)
{
	struct key_request r = {.user = "bob", .algorithm = "ssh-ed25519", .hostbound = true};
	struct blob blob, ours = blob_copy(span_blob(&b->h->hostkeys[0].blob));
	struct hostkey *key;

	client_in_auth(b, 0);
	key = user_key(b, HOSTKEY_ED25519, &blob);
	r.key = span_blob(&blob);
	r.host_key = host_key != NULL ? span_text(host_key) : span_blob(&ours);
	r.sign_with = any_algorithm(r.algorithm);
	user_asks(b, &r, key);
	blob_fini(&blob);
	blob_fini(&ours);
	hostkey_free(key);
	return bench_state(b, 0);
}

TEST(a_request_bound_to_our_host_key_logs_in)
{
	struct bench *b = bench_new();

	CHECK_EQ(bound_login(b, NULL), SESSION_OPEN);
	bench_free(b);
}

TEST(a_request_bound_to_another_host_key_is_a_failed_attempt)
{
	struct bench *b = bench_new();

	CHECK(bound_login(b, "the key of somebody between us") != SESSION_OPEN);
	CHECK_EQ(COUNTED(b, auth_publickey_failed), 1);
	bench_free(b);
}

// --- extensions ----------------------------------------------------------------------------------

static bool has(const struct blob *m, const char *text)
{
	return m->data != NULL && memmem(m->data, m->len, text, strlen(text)) != NULL;
}

TEST(a_client_is_told_what_it_may_use)
{
	struct bench *b = bench_new();
	struct blob m;

	client_keyed(b, 0);
	m = client_gets(b, 0, SSH_MSG_EXT_INFO);
	CHECK(has(&m, "server-sig-algs"));
	CHECK(has(&m, "ecdsa-sha2-nistp521"));
	CHECK(has(&m, "publickey-hostbound@openssh.com"));
	CHECK(has(&m, "ping@openssh.com"));
	CHECK(!has(&m, "ssh-dss"));
	blob_fini(&m);
	bench_free(b);
}

TEST(a_client_that_takes_extensions_during_login_gets_them_once)
{
	struct bench *b = bench_new();

	client_keyed(b, 0);
	client_message(b, 0,
	               wire("buss", SSH_MSG_EXT_INFO, 1, "ext-info-in-auth@openssh.com", "0"));
	client_message(b, 0, wire("bs", SSH_MSG_SERVICE_REQUEST, "ssh-userauth"));
	client_forgets(b);
	for (int i = 0; i < 2; i++)
		client_message(b, 0,
		               wire("bsss", SSH_MSG_USERAUTH_REQUEST, "bob", "ssh-connection",
		                    "none"));
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_EXT_INFO), 1);
	bench_free(b);
}

TEST(others_get_none_during_login)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	client_message(b, 0,
	               wire("bsss", SSH_MSG_USERAUTH_REQUEST, "bob", "ssh-connection", "none"));
	CHECK_EQ(client_waiting(b, 0, SSH_MSG_EXT_INFO), 0);
	bench_free(b);
}

CHECK_MAIN()
