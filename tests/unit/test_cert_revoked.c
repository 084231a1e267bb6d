// crypto/cert/cert_revoked.c: lists that ssh-keygen makes, with its own answers beside ours.
#include "crypto/cert/cert_revoked.h"

#include "crypto/cert/cert.h"
#include "crypto/wire/builder.h"
#include "tests/unit/ssh_keygen.h"

static struct folder f;

static void run(const char *arguments)
{
	char output[256];

	keygen(&f, arguments, output, sizeof(output));
}

static void desk_open(void)
{
	f = folder_make();
	run("-q -N '' -C '' -t ed25519 -f ca");
	run("-q -N '' -C '' -t ecdsa -f other");
	run("-q -N '' -C '' -t ed25519 -f key");
}

static void sign(const char *arguments)
{
	char command[300];

	snprintf(command, sizeof(command), "-q -n alice %s key.pub 2>&1", arguments);
	run(command);
}

// Is key-cert.pub in the list?
static bool ours(const char *list)
{
	struct blob line = load(&f, "key-cert.pub"), krl = load(&f, list), blob, key;
	struct cert_revoked_subject subject;
	struct cert cert;
	bool revoked;

	CHECK_EQ(cert_line_parse(span_blob(&line), &blob), STATUS_OK);
	CHECK_EQ(cert_parse(span_blob(&blob), &cert), STATUS_OK);
	CHECK_EQ(cert_key_blob(&cert, &key), STATUS_OK);
	CHECK_EQ(cert_revoked_check(span_blob(&krl)), STATUS_OK);
	subject = (struct cert_revoked_subject){span_blob(&key), cert.authority, cert.key_id,
	                                        cert.serial};
	revoked = cert_is_revoked(span_blob(&krl), &subject);
	blob_fini(&line);
	blob_fini(&krl);
	blob_fini(&blob);
	blob_fini(&key);
	return revoked;
}

static bool theirs(const char *list)
{
	char command[128], output[256];

	snprintf(command, sizeof(command), "-Q -f %s key-cert.pub", list);
	return keygen_status(&f, command, output, sizeof(output)) != 0;
}

static void check_both(bool want)
{
	CHECK_EQ(ours("krl"), want);
	CHECK_EQ(theirs("krl"), want);
}

static void list_make(const char *arguments, const char *lines)
{
	char command[200];

	save(&f, "spec", span_text(lines));
	snprintf(command, sizeof(command), "-q -k -f krl %s spec", arguments);
	run(command);
}

static void check_serial(unsigned serial, bool want)
{
	char arguments[64];

	snprintf(arguments, sizeof(arguments), "-s ca -I id -z %u", serial);
	sign(arguments);
	check_both(want);
}

TEST(single_serial_numbers_are_revoked)
{
	desk_open();
	list_make("-s ca.pub", "serial: 1\nserial: 1000000\n");
	check_serial(1, true);
	check_serial(2, false);
	check_serial(1000000, true);
	check_serial(0, false);
	folder_drop(&f);
}

TEST(ranges_of_serial_numbers_are_revoked)
{
	desk_open();
	list_make("-s ca.pub", "serial: 100-5000\n");
	check_serial(99, false);
	check_serial(100, true);
	check_serial(5000, true);
	check_serial(5001, false);
	folder_drop(&f);
}

// Every other number makes ssh-keygen write a bitmap.
TEST(bitmaps_of_serial_numbers_are_revoked)
{
	char lines[2000] = "";

	desk_open();
	for (unsigned i = 101; i < 180; i += 2)
		snprintf(lines + strlen(lines), 32, "serial: %u\n", i);
	list_make("-s ca.pub", lines);
	check_serial(100, false);
	check_serial(101, true);
	check_serial(102, false);
	check_serial(139, true);
	check_serial(179, true);
	check_serial(181, false);
	check_serial(4000000000u, false);
	folder_drop(&f);
}

TEST(key_ids_are_revoked)
{
	desk_open();
	list_make("-s ca.pub", "id: mallory\n");
	sign("-s ca -I mallory");
	check_both(true);
	sign("-s ca -I mallory2");
	check_both(false);
	folder_drop(&f);
}

TEST(the_serial_numbers_of_one_authority_say_nothing_about_another)
{
	desk_open();
	list_make("-s other.pub", "serial: 7\nid: x\n");
	sign("-s ca -I x -z 7");
	check_both(false);
	sign("-s other -I x -z 8");
	check_both(true);
	folder_drop(&f);
}

TEST(a_list_for_every_authority_holds_for_each)
{
	desk_open();
	list_make("-s none", "serial: 7\n");
	sign("-s ca -I x -z 7");
	check_both(true);
	sign("-s other -I x -z 7");
	check_both(true);
	sign("-s other -I x -z 8");
	check_both(false);
	folder_drop(&f);
}

static void check_key_list(const char *prefix)
{
	struct blob line;
	char lines[600];

	desk_open();
	sign("-s ca -I x -z 7");
	line = load(&f, "other.pub");
	snprintf(lines, sizeof(lines), "%s%s", prefix, (char *)line.data);
	blob_fini(&line);
	list_make("", lines);
	check_both(false);
	line = load(&f, "key.pub");
	snprintf(lines, sizeof(lines), "%s%s", prefix, (char *)line.data);
	blob_fini(&line);
	list_make("", lines);
	check_both(true);
	line = load(&f, "ca.pub");
	snprintf(lines, sizeof(lines), "%s%s", prefix, (char *)line.data);
	blob_fini(&line);
	list_make("", lines);
	check_both(true);
	folder_drop(&f);
}

TEST(a_key_and_an_authoritys_key_are_revoked_whole)
{
	check_key_list("key: ");
}

TEST(a_key_and_an_authoritys_key_are_revoked_by_fingerprint)
{
	check_key_list("sha1: ");
	check_key_list("sha256: ");
}

TEST(a_text_with_a_key_on_each_line_revokes_them)
{
	struct blob key, other;
	char lines[600];

	desk_open();
	sign("-s ca -I x");
	key = load(&f, "key.pub");
	other = load(&f, "other.pub");
	snprintf(lines, sizeof(lines), "# gone\n\n%s\r\n  %s", (char *)other.data,
	         (char *)key.data);
	save(&f, "text", span_text(lines));
	CHECK(ours("text"));
	save(&f, "text", span_blob(&other));
	CHECK(!ours("text"));
	blob_fini(&key);
	blob_fini(&other);
	folder_drop(&f);
}

TEST(a_plain_key_is_found_and_certificate_sections_leave_it_alone)
{
	struct cert_revoked_subject subject = {0};
	struct blob line, krl, key;

	desk_open();
	line = load(&f, "key.pub");
	CHECK_EQ(hostkey_public_parse(span_blob(&line), &key), STATUS_OK);
	subject.key = span_blob(&key);
	list_make("", (char *)line.data);
	krl = load(&f, "krl");
	CHECK(cert_is_revoked(span_blob(&krl), &subject));
	blob_fini(&krl);
	list_make("-s none", "serial: 1-100\nid: x\n");
	krl = load(&f, "krl");
	CHECK(!cert_is_revoked(span_blob(&krl), &subject));
	blob_fini(&line);
	blob_fini(&krl);
	blob_fini(&key);
	folder_drop(&f);
}

// --- lists that are none -------------------------------------------------------------------------

struct draft {
	uint8_t wire[512];
	struct builder b;
};

static void draft_open(struct draft *d, uint32_t version)
{
	d->b = builder_over(d->wire, sizeof(d->wire));
	builder_u64(&d->b, 0x5353484b524c0a00u);
	builder_u32(&d->b, version);
	builder_u64(&d->b, 1);
	builder_u64(&d->b, 0);
	builder_u64(&d->b, 0);
	builder_text(&d->b, "");
	builder_text(&d->b, "comment");
}

static void section(struct draft *d, uint8_t type, const void *body, size_t len)
{
	builder_u8(&d->b, type);
	builder_string(&d->b, span_of(body, len));
}

static enum status check(const struct draft *d)
{
	return cert_revoked_check(builder_span(&d->b));
}

TEST(an_empty_list_revokes_nothing)
{
	struct cert_revoked_subject subject = {.key = span_text("key")};
	struct draft d;

	draft_open(&d, 1);
	CHECK_EQ(check(&d), STATUS_OK);
	CHECK(!cert_is_revoked(builder_span(&d.b), &subject));
	CHECK(!cert_is_revoked(span_text(""), &subject));
}

TEST(another_version_is_not_supported)
{
	struct draft d;

	draft_open(&d, 2);
	CHECK_EQ(check(&d), STATUS_UNSUPPORTED);
}

TEST(unknown_and_signed_sections_are_not_supported)
{
	struct draft d;

	draft_open(&d, 1);
	section(&d, 77, "", 0);
	CHECK_EQ(check(&d), STATUS_UNSUPPORTED);
	draft_open(&d, 1);
	section(&d, 4, "", 0);
	CHECK_EQ(check(&d), STATUS_UNSUPPORTED);
}

TEST(an_extension_may_be_skipped_unless_it_is_critical)
{
	struct draft d;

	draft_open(&d, 1);
	section(&d, 255, "\0\0\0\1x\0\0\0\0\0", 10);
	CHECK_EQ(check(&d), STATUS_OK);
	draft_open(&d, 1);
	section(&d, 255, "\0\0\0\1x\1\0\0\0\0", 10);
	CHECK_EQ(check(&d), STATUS_UNSUPPORTED);
}

// Fail closed: who asks a broken list is told that all is revoked.
TEST(a_broken_list_revokes_everything)
{
	struct cert_revoked_subject subject = {.key = span_text("key")};
	struct draft d;

	draft_open(&d, 1);
	section(&d, 2, "\0\0\0\7", 4);
	CHECK_EQ(check(&d), STATUS_TRUNCATED);
	CHECK(cert_is_revoked(builder_span(&d.b), &subject));
	CHECK(cert_is_revoked(span_text("no key\n"), &subject));
}

TEST(a_list_cut_short_is_refused)
{
	struct blob krl;
	unsigned whole = 0;

	desk_open();
	list_make("-s ca.pub", "serial: 1\nserial: 5-9000\nid: x\n");
	krl = load(&f, "krl");
	for (size_t n = 44 + 1; n < krl.len; n++)
		whole += cert_revoked_check(span_of(krl.data, n)) == STATUS_OK;
	CHECK_EQ(whole, 0);
	CHECK_EQ(cert_revoked_check(span_blob(&krl)), STATUS_OK);
	blob_fini(&krl);
	folder_drop(&f);
}

CHECK_MAIN()
