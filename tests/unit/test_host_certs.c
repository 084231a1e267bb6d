// Tests control/session/host_certs.c: certificates of the device's own keys as ssh-keygen makes
// them, offered and shown to clients.
#include "tests/unit/ssh_keygen.h"
#include "tests/unit/user_key.h"

#include "control/session/host_certs.h"
#include "crypto/cert/cert.h"

#define ALGORITHM "ssh-ed25519-cert-v01@openssh.com"

// A device whose key "ca" has certified with these options of ssh-keygen.
struct certified {
	struct folder folder;
	struct bench *b;
	struct blob line, blob;
};

static struct certified certified_new(const char *options)
{
	struct certified c = {.folder = folder_make(), .b = bench_new()};
	struct blob text;
	char command[256], line[80];

	keygen(&c.folder, "-q -t ed25519 -N '' -f ca", line, sizeof(line));
	keygen(&c.folder, "-q -t ed25519 -N '' -f other", line, sizeof(line));
	CHECK_EQ(hostkey_public_line(span_blob(&c.b->h->hostkeys[0].blob), "host", &text),
	         STATUS_OK);
	save(&c.folder, "host.pub", span_text((const char *)text.data));
	blob_fini(&text);
	snprintf(command, sizeof(command), "-q -s ca -I device %s", options);
	keygen(&c.folder, command, line, sizeof(line));
	c.line = load(&c.folder, "host-cert.pub");
	if (c.line.len == 0) {
		blob_fini(&c.line);
		c.line = load(&c.folder, "other-cert.pub");
	}
	CHECK_EQ(cert_line_parse(span_blob(&c.line), &c.blob), STATUS_OK);
	return c;
}

static void certified_free(struct certified *c)
{
	bench_free(c->b);
	blob_fini(&c->line);
	blob_fini(&c->blob);
	folder_drop(&c->folder);
}

static enum status import(struct certified *c)
{
	uint8_t bytes[8192];
	struct builder list = builder_over(bytes, sizeof(bytes));
	struct api_record r = {.class = API_CLASS_SSH_TRUST, .count = 1};
	enum status status = host_certs_import(c->b->h, span_blob(&c->line), &list);

	r.values[0] = (struct api_value){API_SSH_TRUST_HOST_CERTS, 0, builder_span(&list)};
	if (status == STATUS_OK)
		bench_put(c->b, &r);
	return status;
}

static bool offers(struct bench *b, const char *host, struct kex_choice *choice)
{
	struct offer o = modern;
	uint8_t ours[8192], theirs[8192];
	struct span message;
	size_t len = kexinit_emit(b->h, true, ours, sizeof(ours));

	o.host = host;
	message = client_kexinit(&o);
	memcpy(theirs, message.data, message.len);
	return kexinit_choose(span_of(theirs, message.len), span_of(ours, len), true, choice) ==
	       STATUS_OK;
}

TEST(a_valid_certificate_is_offered_and_the_plain_key_behind_it)
{
	struct certified c = certified_new("-h -n device host.pub");
	struct kex_choice choice;

	CHECK(!offers(c.b, ALGORITHM, &choice));
	CHECK_EQ(import(&c), STATUS_OK);
	CHECK(offers(c.b, ALGORITHM ",ssh-ed25519", &choice));
	CHECK(choice.certified);
	CHECK_TEXT(choice.algorithm->name, "ssh-ed25519");
	CHECK(offers(c.b, "ssh-ed25519", &choice));
	CHECK(!choice.certified);
	certified_free(&c);
}

static bool is_offered(const char *options)
{
	struct certified c = certified_new(options);
	struct kex_choice choice;
	bool offered;

	CHECK_EQ(import(&c), STATUS_OK);
	offered = offers(c.b, ALGORITHM, &choice);
	certified_free(&c);
	return offered;
}

TEST(a_certificate_is_offered_only_while_it_is_valid)
{
	CHECK(is_offered("-h -n device -V -1d:+1d host.pub"));
	CHECK(!is_offered("-h -n device -V -2d:-1d host.pub"));
	CHECK(!is_offered("-h -n device -V +1d:+2d host.pub"));
}

static enum status import_of(const char *options)
{
	struct certified c = certified_new(options);
	enum status status = import(&c);

	certified_free(&c);
	return status;
}

TEST(a_certificate_of_a_user_is_not_imported)
{
	CHECK_EQ(import_of("-n device host.pub"), STATUS_UNSUPPORTED);
}

TEST(a_certificate_of_another_key_is_not_imported)
{
	CHECK_EQ(import_of("-h -n device other.pub"), STATUS_NOT_FOUND);
}

TEST(a_plain_key_is_no_certificate)
{
	struct certified c = certified_new("-h -n device host.pub");

	blob_fini(&c.line);
	c.line = load(&c.folder, "host.pub");
	CHECK_EQ(import(&c), STATUS_MALFORMED);
	certified_free(&c);
}

TEST(a_second_certificate_takes_the_place_of_the_first)
{
	struct certified c = certified_new("-h -n device host.pub");
	struct span list;

	CHECK_EQ(import(&c), STATUS_OK);
	CHECK_EQ(import(&c), STATUS_OK);
	list = setting_text(settings_find(config_hold(&c.b->h->control->config),
	                                  API_CLASS_SSH_TRUST, span_of(NULL, 0)),
	                    API_SSH_TRUST_HOST_CERTS);
	config_give(&c.b->h->control->config);
	CHECK_EQ(list.len, 4 + c.blob.len);
	certified_free(&c);
}

TEST(a_certificate_of_a_key_that_was_replaced_is_not_offered)
{
	struct certified c = certified_new("-h -n device host.pub");
	struct kex_choice choice;

	CHECK_EQ(import(&c), STATUS_OK);
	c.b->h->hostkeys[0].blob.data[20] ^= 1;
	CHECK(!offers(c.b, ALGORITHM, &choice));
	certified_free(&c);
}

// A client that takes the certificate, up to its login bound to `shown`.
static unsigned bound_login(struct certified *c, struct span shown)
{
	struct key_request r = {.user = "bob", .algorithm = "ssh-ed25519", .hostbound = true};
	struct offer o = modern;
	struct hostkey *key;
	struct blob blob;

	o.host = ALGORITHM;
	client_connects(c->b, 0);
	client_identifies(c->b, 0, "SSH-2.0-test");
	client_offers(c->b, 0, &o);
	client_public(c->b, 0);
	client_number(c->b, 0, SSH_MSG_NEWKEYS);
	client_message(c->b, 0, wire("bs", SSH_MSG_SERVICE_REQUEST, "ssh-userauth"));
	client_forgets(c->b);
	key = user_key(c->b, HOSTKEY_ED25519, &blob);
	r.key = span_blob(&blob);
	r.host_key = shown;
	r.sign_with = any_algorithm(r.algorithm);
	user_asks(c->b, &r, key);
	blob_fini(&blob);
	hostkey_free(key);
	return bench_state(c->b, 0);
}

static void certificates_undone(struct certified *c)
{
	struct api_record r = {.class = API_CLASS_SSH_TRUST, .count = 1};

	r.values[0] = (struct api_value){API_SSH_TRUST_HOST_CERTS, 0, span_of(NULL, 0)};
	bench_put(c->b, &r);
}

TEST(a_certificate_that_goes_after_it_was_offered_is_still_shown)
{
	struct certified c = certified_new("-h -n device host.pub");
	struct offer o = modern;

	CHECK_EQ(import(&c), STATUS_OK);
	o.host = ALGORITHM;
	client_connects(c.b, 0);
	client_identifies(c.b, 0, "SSH-2.0-test");
	certificates_undone(&c);
	client_offers(c.b, 0, &o);
	client_public(c.b, 0);
	client_number(c.b, 0, SSH_MSG_NEWKEYS);
	CHECK_EQ(bench_state(c.b, 0), SESSION_EXPECT_SERVICE);
	CHECK(!offers(c.b, ALGORITHM, &(struct kex_choice){0}));
	certified_free(&c);
}

TEST(what_is_dropped_is_the_certificate_of_that_type)
{
	struct certified c = certified_new("-h -n device host.pub");
	uint8_t bytes[8192];
	struct builder list = builder_over(bytes, sizeof(bytes));

	CHECK_EQ(host_certs_drop(c.b->h, HOSTKEY_ED25519, &list), STATUS_NOT_FOUND);
	CHECK_EQ(import(&c), STATUS_OK);
	CHECK_EQ(host_certs_drop(c.b->h, HOSTKEY_RSA, &list), STATUS_NOT_FOUND);
	CHECK_EQ(host_certs_drop(c.b->h, HOSTKEY_TYPES, &list), STATUS_NOT_FOUND);
	CHECK_EQ(host_certs_drop(c.b->h, HOSTKEY_ED25519, &list), STATUS_OK);
	CHECK_EQ(list.len, 0);
	certified_free(&c);
}

TEST(a_row_says_what_the_certificate_says)
{
	struct certified c = certified_new(
	        "-h -n switch,192.0.2.2 -z 7 -V 19700102000000Z:19700103000000Z host.pub");
	uint8_t bytes[8192];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct cursor row;

	CHECK(!host_cert_row(c.b->h, HOSTKEY_ED25519, &b));
	CHECK_EQ(import(&c), STATUS_OK);
	CHECK(host_cert_row(c.b->h, HOSTKEY_ED25519, &b));
	row = cursor_over(builder_span(&b));
	CHECK(span_is(cursor_string(&row), ALGORITHM));
	CHECK_EQ(cursor_u64(&row), 7);
	CHECK(span_is(cursor_string(&row), "device"));
	CHECK_EQ(cursor_string(&row).len, 4 + strlen("switch") + 4 + strlen("192.0.2.2"));
	CHECK_EQ(cursor_u64(&row), 86400);
	CHECK_EQ(cursor_u64(&row), 2 * 86400);
	CHECK(cursor_string(&row).len > 0);
	CHECK_EQ(cursor_u8(&row), API_HOST_CERT_LATE);
	CHECK_EQ(cursor_end(&row), STATUS_OK);
	certified_free(&c);
}

TEST(a_login_is_bound_to_the_certificate_that_was_shown)
{
	struct certified c = certified_new("-h -n device host.pub");

	CHECK_EQ(import(&c), STATUS_OK);
	CHECK_EQ(bound_login(&c, span_blob(&c.blob)), SESSION_OPEN);
	certified_free(&c);
}

TEST(and_not_to_the_plain_key_that_was_not)
{
	struct certified c = certified_new("-h -n device host.pub");

	CHECK_EQ(import(&c), STATUS_OK);
	CHECK(bound_login(&c, span_blob(&c.b->h->hostkeys[0].blob)) != SESSION_OPEN);
	CHECK_EQ(COUNTED(c.b, auth_publickey_failed), 1);
	certified_free(&c);
}

CHECK_MAIN()
