// Tests control/session/session_auth_cert.c: users' certificates as ssh-keygen makes them.
#include "tests/unit/ssh_keygen.h"
#include "tests/unit/user_key.h"

#include "crypto/cert/cert.h"

#define ALGORITHM "ssh-ed25519-cert-v01@openssh.com"

// Bob's key, certified by "ca" with these options of ssh-keygen; a device that trusts "ca".
struct certified {
	struct folder folder;
	struct bench *b;
	struct hostkey *key;
	struct blob cert;
};

static struct blob public_in(const struct folder *f, const char *name)
{
	struct blob text = load(f, name), blob;

	CHECK_EQ(hostkey_public_parse(span_blob(&text), &blob), STATUS_OK);
	blob_fini(&text);
	return blob;
}

static void trust(struct bench *b, const char *names)
{
	struct api_record r = {.class = API_CLASS_SSH_TRUST, .count = 1};

	r.values[0] = (struct api_value){API_SSH_TRUST_AUTHORITIES, 0, span_text(names)};
	bench_put(b, &r);
}

static struct certified certified_new(const char *options)
{
	struct certified c = {folder_make(), bench_new(), NULL, {NULL, 0}};
	struct blob text, authority;
	char command[256], line[80];

	keygen(&c.folder, "-q -t ed25519 -N '' -f ca", line, sizeof(line));
	keygen(&c.folder, "-q -t ed25519 -N '' -f user", line, sizeof(line));
	snprintf(command, sizeof(command), "-q -s ca -I bobs-key %s user.pub", options);
	keygen(&c.folder, command, line, sizeof(line));
	text = load(&c.folder, "user");
	CHECK_EQ(hostkey_private_parse(span_blob(&text), &c.key), STATUS_OK);
	blob_fini(&text);
	text = load(&c.folder, "user-cert.pub");
	CHECK_EQ(cert_line_parse(span_blob(&text), &c.cert), STATUS_OK);
	blob_fini(&text);
	authority = public_in(&c.folder, "ca.pub");
	bench_peer_key(c.b, "ca", span_blob(&authority));
	blob_fini(&authority);
	trust(c.b, "ca");
	bench_ssh_user(c.b, "bob", API_METHOD_PUBLICKEY, "");
	client_in_auth(c.b, 0);
	return c;
}

static void certified_free(struct certified *c)
{
	bench_free(c->b);
	hostkey_free(c->key);
	blob_fini(&c->cert);
	folder_drop(&c->folder);
}

static struct key_request request_of(const struct certified *c)
{
	return (struct key_request){.user = "bob",
	                            .algorithm = ALGORITHM,
	                            .key = span_blob(&c->cert),
	                            .sign_with = any_algorithm("ssh-ed25519")};
}

static bool logs_in(struct certified *c, const char *user)
{
	struct key_request r = request_of(c);

	r.user = user;
	user_asks(c->b, &r, c->key);
	return bench_state(c->b, 0) == SESSION_OPEN;
}

static bool opens(const char *options)
{
	struct certified c = certified_new(options);
	bool open = logs_in(&c, "bob");

	certified_free(&c);
	return open;
}

TEST(a_certificate_of_a_trusted_authority_logs_its_principal_in)
{
	CHECK(opens("-n bob"));
	CHECK(opens("-n ann,bob -V -1d:+1d"));
}

TEST(a_certificate_for_others_or_for_nobody_logs_nobody_in)
{
	CHECK(!opens("-n ann"));
	CHECK(!opens("-n bobby"));
	CHECK(!opens(""));
}

TEST(a_certificate_is_good_within_its_time_only)
{
	CHECK(!opens("-n bob -V -2d:-1d"));
	CHECK(!opens("-n bob -V +1d:+2d"));
}

TEST(a_host_certificate_logs_nobody_in)
{
	CHECK(!opens("-h -n bob"));
}

TEST(a_certificate_for_one_command_is_refused)
{
	CHECK(!opens("-n bob -O force-command=reboot"));
}

// The client of the bench comes from 192.0.0.9.
TEST(a_source_address_must_be_the_clients)
{
	CHECK(opens("-n bob -O source-address=192.0.0.0/24"));
	CHECK(!opens("-n bob -O source-address=198.51.100.0/24"));
}

TEST(an_unknown_critical_option_is_refused)
{
	CHECK(!opens("-n bob -O critical:strange@example.org=1"));
}

TEST(an_authority_that_is_not_trusted_any_more_logs_nobody_in)
{
	struct certified c = certified_new("-n bob");

	trust(c.b, "");
	CHECK(!logs_in(&c, "bob"));
	CHECK_EQ(COUNTED(c.b, auth_publickey_failed), 1);
	certified_free(&c);
}

TEST(a_revoked_serial_number_logs_nobody_in)
{
	struct certified c = certified_new("-n bob -z 7");
	struct blob list;
	char line[80];

	save(&c.folder, "spec", span_text("serial: 7\n"));
	keygen(&c.folder, "-q -k -f list -s ca.pub spec", line, sizeof(line));
	list = load(&c.folder, "list");
	bench_revokes(c.b, span_blob(&list));
	CHECK(!logs_in(&c, "bob"));
	blob_fini(&list);
	certified_free(&c);
}

TEST(a_list_that_cannot_be_read_revokes_everything)
{
	struct certified c = certified_new("-n bob");

	bench_revokes(c.b, span_text("not a list"));
	CHECK(!logs_in(&c, "bob"));
	certified_free(&c);
}

TEST(a_principal_who_has_no_account_is_not_let_in)
{
	struct certified c = certified_new("-n eve");

	CHECK(!logs_in(&c, "eve"));
	certified_free(&c);
}

TEST(a_user_who_must_give_a_password_is_not_let_in_by_certificate)
{
	struct certified c = certified_new("-n bob");

	bench_ssh_user(c.b, "bob", API_METHOD_PASSWORD, "");
	CHECK(!logs_in(&c, "bob"));
	certified_free(&c);
}

TEST(a_signature_by_another_key_is_a_failed_attempt)
{
	struct certified c = certified_new("-n bob");
	struct key_request r = request_of(&c);

	r.spoil = true;
	user_asks(c.b, &r, c.key);
	CHECK(bench_state(c.b, 0) != SESSION_OPEN);
	CHECK_EQ(COUNTED(c.b, auth_publickey_failed), 1);
	certified_free(&c);
}

TEST(a_certificate_under_the_name_of_another_format_is_refused)
{
	struct certified c = certified_new("-n bob");
	struct key_request r = request_of(&c);

	r.algorithm = "ecdsa-sha2-nistp256-cert-v01@openssh.com";
	user_asks(c.b, &r, c.key);
	CHECK(bench_state(c.b, 0) != SESSION_OPEN);
	certified_free(&c);
}

// --- queries -------------------------------------------------------------------------------------

TEST(a_good_certificate_is_found_usable_and_then_used)
{
	struct certified c = certified_new("-n bob");
	struct key_request r = request_of(&c);
	struct blob m;

	r.query = true;
	user_asks(c.b, &r, c.key);
	m = client_gets(c.b, 0, SSH_MSG_USERAUTH_PK_OK);
	CHECK(span_equal(span_blob(&m),
	                 wire("bsS", SSH_MSG_USERAUTH_PK_OK, ALGORITHM, span_blob(&c.cert))));
	CHECK_EQ(bench_state(c.b, 0), SESSION_EXPECT_AUTH);
	blob_fini(&m);
	CHECK(logs_in(&c, "bob"));
	certified_free(&c);
}

TEST(a_query_that_names_who_does_not_exist_is_refused_like_a_bad_certificate)
{
	struct certified c = certified_new("-n eve");
	struct key_request r = request_of(&c);

	r.query = true;
	r.user = "eve";
	user_asks(c.b, &r, c.key);
	CHECK_EQ(client_waiting(c.b, 0, SSH_MSG_USERAUTH_PK_OK), 0);
	bench_wait(c.b, AUTH_DELAY_US + 20000);
	CHECK(client_got(c.b, 0, SSH_MSG_USERAUTH_FAILURE));
	CHECK_EQ(bench_session(c.b, 0)->failures, 0);
	certified_free(&c);
}

TEST(clients_hear_of_certificates_where_an_authority_is_trusted)
{
	struct bench *b = bench_new();
	struct blob m;

	client_keyed(b, 0);
	m = client_gets(b, 0, SSH_MSG_EXT_INFO);
	CHECK(memmem(m.data, m.len, "cert-v01", 8) == NULL);
	blob_fini(&m);
	client_gone(b, 0);
	trust(b, "ca");
	client_keyed(b, 0);
	m = client_gets(b, 0, SSH_MSG_EXT_INFO);
	CHECK(memmem(m.data, m.len, "rsa-sha2-512-cert-v01@openssh.com", 33) != NULL);
	blob_fini(&m);
	bench_free(b);
}

CHECK_MAIN()
