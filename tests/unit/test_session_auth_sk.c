// Logins by security keys: a token in software signs, control judges touch and certificate.
#include "tests/unit/sk_token.h"
#include "tests/unit/ssh_keygen.h"
#include "tests/unit/user_key.h"

#include "crypto/cert/cert.h"
#include "crypto/hostkey/base64.h"

#define DELAY    (AUTH_DELAY_US + 2 * SHARD_TICK_US)
#define PRESENT  1
#define VERIFIED 4

// The token signs a request of bob's with that key or certificate; where does the session stand?
static unsigned token_asks(struct bench *b, const struct token *t, const char *algorithm,
                           struct span key, const char *application, uint8_t flags)
{
	struct session *s = bench_session(b, 0);
	struct blob head, to_sign, signature;

	head = blob_copy(wire("bsssbsS", SSH_MSG_USERAUTH_REQUEST, "bob", "ssh-connection",
	                      "publickey", 1, algorithm, key));
	to_sign =
	        blob_copy(wire("SR", span_of(s->session_id, s->hash_bytes), span_blob(&head)));
	signature = token_sign(t, application, span_blob(&to_sign), flags, 7);
	client_message(b, 0, wire("RS", span_blob(&head), span_blob(&signature)));
	bench_wait(b, DELAY);
	blob_fini(&head);
	blob_fini(&to_sign);
	blob_fini(&signature);
	return bench_state(b, 0);
}

static unsigned login(struct token t, const char *application, uint8_t flags)
{
	struct bench *b = bench_new();
	unsigned state;

	bench_peer_key(b, "k", span_blob(&t.blob));
	bench_ssh_user(b, "bob", API_METHOD_PUBLICKEY, "k");
	client_in_auth(b, 0);
	state = token_asks(b, &t, t.name, span_blob(&t.blob), application, flags);
	CHECK_EQ(bench_session(b, 0)->failures, state != SESSION_OPEN);
	token_drop(&t);
	bench_free(b);
	return state;
}

TEST(a_touched_security_key_logs_in)
{
	CHECK_EQ(login(ed25519(), APPLICATION, PRESENT), SESSION_OPEN);
	CHECK_EQ(login(ecdsa(), APPLICATION, PRESENT), SESSION_OPEN);
	CHECK_EQ(login(ed25519(), APPLICATION, PRESENT | VERIFIED), SESSION_OPEN);
}

TEST(an_untouched_security_key_is_a_failed_attempt)
{
	CHECK_EQ(login(ed25519(), APPLICATION, 0), SESSION_EXPECT_AUTH);
	CHECK_EQ(login(ecdsa(), APPLICATION, 0), SESSION_EXPECT_AUTH);
	CHECK_EQ(login(ed25519(), APPLICATION, VERIFIED), SESSION_EXPECT_AUTH);
}

TEST(a_signature_made_for_a_web_site_is_a_failed_attempt)
{
	CHECK_EQ(login(ed25519(), "https://example.com", PRESENT), SESSION_EXPECT_AUTH);
	CHECK_EQ(login(ecdsa(), "https://example.com", PRESENT), SESSION_EXPECT_AUTH);
}

// --- certificates --------------------------------------------------------------------------------

static void public_line_save(const struct folder *f, const char *name, const struct token *t)
{
	struct blob code = base64_encode(span_blob(&t->blob), 0);
	char line[1024];
	int n = snprintf(line, sizeof(line), "%s %.*s token\n", t->name, (int)code.len,
	                 (const char *)code.data);

	save(f, name, span_of(line, (size_t)n));
	blob_fini(&code);
}

static void ca_trust(struct bench *b, const struct folder *f)
{
	struct api_record r = {.class = API_CLASS_SSH_TRUST, .count = 1};
	struct blob text = load(f, "ca.pub"), blob;

	CHECK_EQ(hostkey_public_parse(span_blob(&text), &blob), STATUS_OK);
	bench_peer_key(b, "ca", span_blob(&blob));
	r.values[0] = (struct api_value){API_SSH_TRUST_AUTHORITIES, 0, span_text("ca")};
	bench_put(b, &r);
	blob_fini(&text);
	blob_fini(&blob);
}

static struct blob certificate(const struct folder *f, const struct token *t,
                               const char *options)
{
	char command[256], line[80];
	struct blob text, cert;

	keygen(f, "-q -t ed25519 -N '' -f ca", line, sizeof(line));
	public_line_save(f, "token.pub", t);
	snprintf(command, sizeof(command), "-q -s ca -I bobs-token -n bob %s token.pub",
	         options);
	keygen(f, command, line, sizeof(line));
	text = load(f, "token-cert.pub");
	CHECK_EQ(cert_line_parse(span_blob(&text), &cert), STATUS_OK);
	blob_fini(&text);
	return cert;
}

static unsigned certified_login(const char *options, uint8_t flags)
{
	struct folder f = folder_make();
	struct bench *b = bench_new();
	struct token t = ed25519();
	struct blob cert = certificate(&f, &t, options);
	unsigned state;

	ca_trust(b, &f);
	bench_ssh_user(b, "bob", API_METHOD_PUBLICKEY, "");
	client_in_auth(b, 0);
	state = token_asks(b, &t, "sk-ssh-ed25519-cert-v01@openssh.com", span_blob(&cert),
	                   APPLICATION, flags);
	blob_fini(&cert);
	token_drop(&t);
	bench_free(b);
	folder_drop(&f);
	return state;
}

TEST(a_certified_security_key_must_be_touched_too)
{
	CHECK_EQ(certified_login("", PRESENT), SESSION_OPEN);
	CHECK_EQ(certified_login("", 0), SESSION_EXPECT_AUTH);
}

TEST(a_certificate_may_waive_the_touch)
{
	CHECK_EQ(certified_login("-O no-touch-required", 0), SESSION_OPEN);
}

TEST(a_certificate_may_demand_that_the_user_was_verified)
{
	CHECK_EQ(certified_login("-O verify-required", PRESENT), SESSION_EXPECT_AUTH);
	CHECK_EQ(certified_login("-O verify-required", PRESENT | VERIFIED), SESSION_OPEN);
}

CHECK_MAIN()
