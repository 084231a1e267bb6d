// crypto/cert: certificates that ssh-keygen signs, and what must be refused about them.
#include "crypto/cert/cert.h"

#include "crypto/hostkey/hostkey_ops.h"
#include "crypto/wire/names.h"
#include "tests/unit/ssh_keygen.h"

#define NOW 1800000000u

// An authority, a key, and the certificate of the moment.
static struct desk {
	struct folder f;
	struct span authority;
	struct blob authority_blob, key, blob;
	struct cert cert;
} desk;

static struct blob public_of(const char *name)
{
	struct blob line = load(&desk.f, name), blob;

	if (hostkey_public_parse(span_blob(&line), &blob) != STATUS_OK)
		abort();
	blob_fini(&line);
	return blob;
}

static void desk_open(const char *authority, const char *key)
{
	char arguments[256], output[256];

	desk.f = folder_make();
	snprintf(arguments, sizeof(arguments), "-q -N '' -C '' -f ca %s", authority);
	keygen(&desk.f, arguments, output, sizeof(output));
	snprintf(arguments, sizeof(arguments), "-q -N '' -C '' -f key %s", key);
	keygen(&desk.f, arguments, output, sizeof(output));
	desk.authority_blob = public_of("ca.pub");
	desk.authority = span_blob(&desk.authority_blob);
	desk.key = public_of("key.pub");
}

// Sign the key anew with these arguments and read the result.
static void desk_sign(const char *arguments)
{
	char command[400], output[256];
	struct blob line;

	snprintf(command, sizeof(command), "-q -s ca -I 'an id' %s key.pub 2>&1", arguments);
	keygen(&desk.f, command, output, sizeof(output));
	line = load(&desk.f, "key-cert.pub");
	blob_fini(&desk.blob);
	CHECK_EQ(cert_line_parse(span_blob(&line), &desk.blob), STATUS_OK);
	CHECK_EQ(cert_parse(span_blob(&desk.blob), &desk.cert), STATUS_OK);
	blob_fini(&line);
}

static void desk_close(void)
{
	folder_drop(&desk.f);
	blob_fini(&desk.authority_blob);
	blob_fini(&desk.key);
	blob_fini(&desk.blob);
}

static struct cert_question question(enum cert_kind kind, const char *principal)
{
	return (struct cert_question){.kind = kind,
	                              .principal = span_text(principal),
	                              .now = NOW,
	                              .authorities = &desk.authority,
	                              .authority_count = 1};
}

static enum cert_verdict judge(const char *principal)
{
	struct cert_question q = question(CERT_USER, principal);

	return cert_judge(&desk.cert, &q);
}

static void check_pair(const char *authority, const char *key, const char *format)
{
	struct blob plain;

	desk_open(authority, key);
	desk_sign("-n alice -z 7");
	CHECK_TEXT(desk.cert.name, format);
	CHECK_EQ(desk.cert.serial, 7);
	CHECK(span_is(desk.cert.key_id, "an id"));
	CHECK_EQ(cert_key_blob(&desk.cert, &plain), STATUS_OK);
	CHECK(span_equal(span_blob(&plain), span_blob(&desk.key)));
	CHECK_EQ(judge("alice"), CERT_GOOD);
	blob_fini(&plain);
	desk_close();
}

TEST(keys_of_every_type_are_certified_by_authorities_of_every_type)
{
	check_pair("-t ed25519", "-t rsa -b 2048", "ssh-rsa-cert-v01@openssh.com");
	check_pair("-t rsa -b 3072", "-t ed25519", "ssh-ed25519-cert-v01@openssh.com");
	check_pair("-t ecdsa -b 256", "-t ecdsa -b 384",
	           "ecdsa-sha2-nistp384-cert-v01@openssh.com");
	check_pair("-t ecdsa -b 521", "-t ecdsa -b 256",
	           "ecdsa-sha2-nistp256-cert-v01@openssh.com");
	check_pair("-t ecdsa -b 384", "-t ecdsa -b 521",
	           "ecdsa-sha2-nistp521-cert-v01@openssh.com");
}

static void desk_plain(void)
{
	desk_open("-t ed25519", "-t ed25519");
}

TEST(a_principal_is_matched_whole)
{
	desk_plain();
	desk_sign("-n alice,bob");
	CHECK_EQ(judge("alice"), CERT_GOOD);
	CHECK_EQ(judge("bob"), CERT_GOOD);
	CHECK_EQ(judge("alice,bob"), CERT_PRINCIPAL);
	CHECK_EQ(judge("ali"), CERT_PRINCIPAL);
	CHECK_EQ(judge("alice2"), CERT_PRINCIPAL);
	CHECK_EQ(judge("Alice"), CERT_PRINCIPAL);
	CHECK_EQ(judge("*"), CERT_PRINCIPAL);
	CHECK_EQ(judge(""), CERT_PRINCIPAL);
	desk_close();
}

TEST(a_certificate_without_principals_is_for_nobody)
{
	desk_plain();
	desk_sign("");
	CHECK_EQ(judge("alice"), CERT_UNBOUND);
	CHECK_EQ(judge(""), CERT_UNBOUND);
	desk_close();
}

TEST(a_host_certificate_is_for_hosts_and_a_users_for_users)
{
	struct cert_question host;

	desk_plain();
	host = question(CERT_HOST, "switch.example");
	desk_sign("-h -n switch.example");
	CHECK_EQ(judge("switch.example"), CERT_KIND);
	CHECK_EQ(cert_judge(&desk.cert, &host), CERT_GOOD);
	desk_sign("-n switch.example");
	CHECK_EQ(judge("switch.example"), CERT_GOOD);
	CHECK_EQ(cert_judge(&desk.cert, &host), CERT_KIND);
	desk_close();
}

static enum cert_verdict judge_at(uint64_t now)
{
	struct cert_question q = question(CERT_USER, "alice");

	q.now = now;
	return cert_judge(&desk.cert, &q);
}

TEST(validity_is_from_the_first_second_to_before_the_last)
{
	desk_plain();
	desk_sign("-n alice -V 20270115080000Z:20270115090000Z");
	CHECK_EQ(desk.cert.valid_before - desk.cert.valid_after, 3600);
	CHECK_EQ(judge_at(desk.cert.valid_after - 1), CERT_EARLY);
	CHECK_EQ(judge_at(desk.cert.valid_after), CERT_GOOD);
	CHECK_EQ(judge_at(desk.cert.valid_before - 1), CERT_GOOD);
	CHECK_EQ(judge_at(desk.cert.valid_before), CERT_LATE);
	CHECK_EQ(judge_at(UINT64_MAX), CERT_LATE);
	desk_close();
}

TEST(an_authority_that_is_not_trusted_certifies_nothing)
{
	struct cert_question q;
	struct span others[2];

	desk_plain();
	q = question(CERT_USER, "alice");
	desk_sign("-n alice");
	others[0] = span_blob(&desk.key);
	others[1] = desk.authority;
	q.authorities = others;
	CHECK_EQ(cert_judge(&desk.cert, &q), CERT_AUTHORITY);
	q.authority_count = 2;
	CHECK_EQ(cert_judge(&desk.cert, &q), CERT_GOOD);
	q.authority_count = 0;
	CHECK_EQ(cert_judge(&desk.cert, &q), CERT_AUTHORITY);
	desk_close();
}

TEST(an_authority_may_not_sign_with_sha1)
{
	desk_open("-t rsa -b 2048", "-t ed25519");
	desk_sign("-n alice -t ssh-rsa");
	CHECK_EQ(judge("alice"), CERT_SIGNATURE);
	desk_sign("-n alice -t rsa-sha2-256");
	CHECK_EQ(judge("alice"), CERT_GOOD);
	desk_close();
}

TEST(known_options_are_told)
{
	desk_plain();
	desk_sign("-n alice -O force-command='display version' -O verify-required "
	          "-O no-touch-required");
	CHECK(span_is(desk.cert.force_command, "display version"));
	CHECK(desk.cert.verify_required);
	CHECK(desk.cert.no_touch_required);
	CHECK(desk.cert.permit_pty);
	CHECK(!desk.cert.has_unknown_option);
	CHECK_EQ(judge("alice"), CERT_GOOD);
	desk_sign("-n alice -O clear");
	CHECK(desk.cert.force_command.data == NULL);
	CHECK(!desk.cert.permit_pty);
	desk_close();
}

TEST(an_unknown_critical_option_is_refused_and_an_unknown_extension_is_not)
{
	desk_plain();
	desk_sign("-n alice -O critical:novelty@example.com=1");
	CHECK_EQ(judge("alice"), CERT_OPTION);
	desk_sign("-n alice -O extension:novelty@example.com=1");
	CHECK_EQ(judge("alice"), CERT_GOOD);
	desk_close();
}

// As a flag where a value must be: known by name only.
TEST(a_critical_option_in_another_form_is_unknown)
{
	desk_plain();
	desk_sign("-n alice -O critical:verify-required=yes");
	CHECK_EQ(judge("alice"), CERT_OPTION);
	desk_sign("-n alice -O critical:force-command");
	CHECK_EQ(judge("alice"), CERT_OPTION);
	desk_close();
}

TEST(a_source_address_must_match)
{
	struct cert_question q;

	desk_plain();
	q = question(CERT_USER, "alice");
	desk_sign("-n alice -O source-address=192.0.2.0/24,2001:db8::/32");
	CHECK_EQ(cert_judge(&desk.cert, &q), CERT_SOURCE);
	q.source = span_of("\xc0\0\x02\x09", 4);
	CHECK_EQ(cert_judge(&desk.cert, &q), CERT_GOOD);
	q.source = span_of("\xc0\0\x03\x09", 4);
	CHECK_EQ(cert_judge(&desk.cert, &q), CERT_SOURCE);
	desk_close();
}

// Nothing may be changed: whatever still parses is no longer signed.
TEST(a_certificate_changed_in_any_byte_is_refused)
{
	unsigned good = 0;

	desk_plain();
	desk_sign("-n alice");
	for (size_t i = 0; i < desk.blob.len; i++) {
		desk.blob.data[i] ^= 0x01;
		if (cert_parse(span_blob(&desk.blob), &desk.cert) == STATUS_OK)
			good += judge("alice") == CERT_GOOD;
		desk.blob.data[i] ^= 0x01;
	}
	CHECK_EQ(good, 0);
	desk_close();
}

TEST(a_certificate_cut_short_or_with_more_behind_is_refused)
{
	uint8_t grown[CERT_BLOB_MAX] = {0};
	struct cert cert;

	desk_plain();
	desk_sign("-n alice");
	for (size_t n = 0; n < desk.blob.len; n++)
		CHECK(cert_parse(span_of(desk.blob.data, n), &cert) != STATUS_OK);
	memcpy(grown, desk.blob.data, desk.blob.len);
	CHECK_EQ(cert_parse(span_of(grown, desk.blob.len + 1), &cert), STATUS_TRAILING);
	desk_close();
}

TEST(a_blob_too_long_is_not_read)
{
	static uint8_t blob[CERT_BLOB_MAX + 1];
	struct cert cert;

	CHECK_EQ(cert_parse(span_of(blob, sizeof(blob)), &cert), STATUS_TOO_LONG);
}

TEST(a_line_has_one_certificate_of_the_type_it_says)
{
	struct blob line, blob;
	char text[4096];

	desk_plain();
	desk_sign("-n alice");
	line = load(&desk.f, "key-cert.pub");
	snprintf(text, sizeof(text), "%s%s", (char *)line.data, (char *)line.data);
	CHECK_EQ(cert_line_parse(span_text(text), &blob), STATUS_TRAILING);
	memcpy(line.data, "ssh-ed25510", 11);
	CHECK_EQ(cert_line_parse(span_blob(&line), &blob), STATUS_MALFORMED);
	CHECK(blob.data == NULL);
	blob_fini(&line);
	desk_close();
}

// --- certificates put together by hand, signed by a key of ours ----------------------------------

struct draft {
	uint32_t kind;
	const char *options[4]; // of the critical ones: name, and no data
	struct span principals;
	struct span authority; // of the key when empty
};

static enum status draft_parse(const struct draft *d, struct cert *out)
{
	static uint8_t wire[8192];
	struct builder b = builder_over(wire, sizeof(wire));
	static struct hostkey *key; // certifies itself
	struct blob blob, signature;
	struct cursor c;
	size_t mark;

	if (key == NULL && hostkey_generate(HOSTKEY_ED25519, 0, &key) != STATUS_OK)
		abort();
	if (hostkey_public_blob(key, &blob) != STATUS_OK)
		abort();
	c = cursor_over(span_blob(&blob));
	cursor_string(&c);
	builder_text(&b, "ssh-ed25519-cert-v01@openssh.com");
	builder_text(&b, "nonce");
	builder_bytes(&b, cursor_rest(&c));
	builder_u64(&b, 1);
	builder_u32(&b, d->kind);
	builder_text(&b, "id");
	builder_string(&b, d->principals);
	builder_u64(&b, 0);
	builder_u64(&b, UINT64_MAX);
	mark = builder_open(&b);
	for (int i = 0; d->options[i] != NULL; i++) {
		builder_text(&b, d->options[i]);
		builder_text(&b, "");
	}
	builder_close(&b, mark);
	builder_text(&b, "");
	builder_text(&b, "");
	builder_string(&b, d->authority.len > 0 ? d->authority : span_blob(&blob));
	if (hostkey_sign(key, hostkey_algorithm_of(HOSTKEY_ED25519), builder_span(&b),
	                 &signature) != STATUS_OK)
		abort();
	builder_string(&b, span_blob(&signature));
	blob_fini(&blob);
	blob_fini(&signature);
	return cert_parse(builder_span(&b), out);
}

TEST(a_kind_that_is_neither_is_malformed)
{
	struct cert cert;

	CHECK_EQ(draft_parse(&(struct draft){.kind = 1}, &cert), STATUS_OK);
	CHECK_EQ(draft_parse(&(struct draft){.kind = 0}, &cert), STATUS_MALFORMED);
	CHECK_EQ(draft_parse(&(struct draft){.kind = 3}, &cert), STATUS_MALFORMED);
}

TEST(options_out_of_order_or_twice_are_malformed)
{
	struct draft d = {.kind = 1, .options = {"a", "verify-required"}};
	struct cert cert;

	CHECK_EQ(draft_parse(&d, &cert), STATUS_OK);
	d.options[1] = "a";
	CHECK_EQ(draft_parse(&d, &cert), STATUS_MALFORMED);
	d.options[0] = "b";
	CHECK_EQ(draft_parse(&d, &cert), STATUS_MALFORMED);
	d.options[0] = "";
	CHECK_EQ(draft_parse(&d, &cert), STATUS_MALFORMED);
}

TEST(an_empty_principal_is_malformed)
{
	struct draft d = {.kind = 1, .principals = span_of("\0\0\0\0", 4)};
	struct cert cert;

	CHECK_EQ(draft_parse(&d, &cert), STATUS_MALFORMED);
}

TEST(principals_are_bounded)
{
	static uint8_t wire[5 * (CERT_PRINCIPALS_MAX + 1)];
	struct builder b = builder_over(wire, sizeof(wire));
	struct draft d = {.kind = 1};
	struct cert cert;

	for (int i = 0; i <= CERT_PRINCIPALS_MAX; i++)
		builder_text(&b, "x");
	d.principals = span_of(wire, sizeof(wire) - 5);
	CHECK_EQ(draft_parse(&d, &cert), STATUS_OK);
	d.principals = span_of(wire, sizeof(wire));
	CHECK_EQ(draft_parse(&d, &cert), STATUS_TOO_LONG);
}

// A key that was merely certified must not certify others. Apart from that all is well here: the
// same key did sign.
TEST(an_authority_that_is_a_certificate_is_refused)
{
	static uint8_t authority[4096];
	struct draft d = {.kind = 1, .principals = span_of("\0\0\0\1a", 5)};
	struct cert_question q = {.kind = CERT_USER,
	                          .principal = span_text("a"),
	                          .authorities = &d.authority,
	                          .authority_count = 1};
	struct cert inner, outer;
	size_t len;

	CHECK_EQ(draft_parse(&d, &inner), STATUS_OK);
	q.authorities = &inner.authority;
	CHECK_EQ(cert_judge(&inner, &q), CERT_GOOD);
	len = inner.signed_part.len + 4 + inner.signature.len;
	memcpy(authority, inner.signed_part.data, len);
	d.authority = span_of(authority, len);
	q.authorities = &d.authority;
	CHECK_EQ(draft_parse(&d, &outer), STATUS_OK);
	CHECK_EQ(cert_judge(&outer, &q), CERT_SIGNATURE);
}

TEST(names_lead_from_algorithm_to_format_and_plain_algorithm)
{
	const struct cert_algorithm *a =
	        cert_algorithm_find(span_text("rsa-sha2-512-cert-v01@openssh.com"));

	CHECK_TEXT(a->format, "ssh-rsa-cert-v01@openssh.com");
	CHECK_TEXT(a->plain, "rsa-sha2-512");
	CHECK(cert_algorithm_find(span_text("ssh-rsa-cert-v01@openssh.com")) == NULL);
	CHECK(cert_algorithm_find(span_text("ssh-dss-cert-v01@openssh.com")) == NULL);
}

TEST(every_name_offered_is_found_and_its_plain_algorithm_too)
{
	struct span all = span_text(cert_algorithm_names), name;
	unsigned found = 0;

	while (names_next(&all, &name)) {
		const struct cert_algorithm *a = cert_algorithm_find(name);

		found += a != NULL && hostkey_algorithm_find(span_text(a->plain)) != NULL;
	}
	CHECK_EQ(found, 8);
}

TEST(a_security_key_is_asked_for_the_touch_that_the_certificate_wants)
{
	struct hostkey_touch none = {0}, present = {1, 0}, verified = {5, 0};
	struct cert c = {.type = HOSTKEY_SK_ED25519};

	CHECK(!cert_touch_ok(&c, &none));
	CHECK(cert_touch_ok(&c, &present));
	c.verify_required = true;
	CHECK(!cert_touch_ok(&c, &present));
	CHECK(cert_touch_ok(&c, &verified));
	c = (struct cert){.type = HOSTKEY_SK_ECDSA, .no_touch_required = true};
	CHECK(cert_touch_ok(&c, &none));
	c.type = HOSTKEY_RSA;
	CHECK(cert_touch_ok(&c, &none));
}

CHECK_MAIN()
