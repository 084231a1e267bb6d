// Tests cli/config/key_file.c and the kinds of cli/config/key_code.c: what ssh-keygen writes is read as
// the parser of crypto/ reads it, and comes back from the code it prints as.
#include "tests/unit/check.h"
#include "tests/unit/ssh_keygen.h"

#include "cli/config/config_text.h"
#include "crypto/hostkey/hostkey.h"

static uint8_t read_bytes[8192], code_bytes[8192], again_bytes[8192];

// Import a text as cli does.
static enum status import(struct span text, struct span *blob)
{
	struct builder b = builder_over(read_bytes, sizeof(read_bytes));
	enum status status = key_file_parse(text, &b);

	*blob = builder_span(&b);
	return status;
}

static void check_code_returns(struct span blob)
{
	struct builder code = builder_over(code_bytes, sizeof(code_bytes));
	struct builder again = builder_over(again_bytes, sizeof(again_bytes));

	CHECK_EQ(key_code_from_blob(blob, &code), STATUS_OK);
	CHECK_EQ(key_code_to_blob(builder_span(&code), &again), STATUS_OK);
	CHECK(span_equal(builder_span(&again), blob));
}

static void check_import(struct span text)
{
	struct blob want;
	struct span got;

	CHECK_EQ(hostkey_public_parse(text, &want), STATUS_OK);
	CHECK_EQ(import(text, &got), STATUS_OK);
	CHECK(span_equal(got, span_blob(&want)));
	check_code_returns(got);
	blob_fini(&want);
}

// A fresh key in the form that `convert` makes of its public file; "" is OpenSSH's line.
static void check_keygen(const char *kind, const char *convert)
{
	struct folder f = folder_make();
	char command[160], line[80];
	struct blob text;

	snprintf(command, sizeof(command), "-q -t %s -N '' -f key", kind);
	keygen(&f, command, line, sizeof(line));
	if (convert[0] != 0) {
		snprintf(command, sizeof(command), "-e -m %s -f key.pub > key.text", convert);
		keygen(&f, command, line, sizeof(line));
	}
	text = load(&f, convert[0] != 0 ? "key.text" : "key.pub");
	check_import(span_blob(&text));
	blob_fini(&text);
	folder_drop(&f);
}

TEST(lines_of_openssh_are_imported)
{
	check_keygen("ed25519", "");
	check_keygen("ecdsa -b 256", "");
	check_keygen("ecdsa -b 384", "");
	check_keygen("ecdsa -b 521", "");
	check_keygen("rsa -b 2048", "");
	check_keygen("dsa", "");
}

TEST(files_of_rfc_4716_are_imported)
{
	check_keygen("ed25519", "RFC4716");
	check_keygen("ecdsa -b 521", "RFC4716");
	check_keygen("rsa -b 3072", "RFC4716");
}

TEST(pem_files_are_imported)
{
	check_keygen("rsa -b 2048", "PKCS8");
	check_keygen("ecdsa -b 256", "PKCS8");
	check_keygen("ecdsa -b 384", "PKCS8");
}

TEST(the_decimals_of_ssh_1_are_imported)
{
	struct hostkey *key;
	struct blob blob, text;

	CHECK_EQ(hostkey_generate(HOSTKEY_RSA, 2048, &key), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(key, &blob), STATUS_OK);
	CHECK_EQ(hostkey_ssh1_line(span_blob(&blob), "old", &text), STATUS_OK);
	check_import(span_blob(&text));
	blob_fini(&blob);
	blob_fini(&text);
	hostkey_free(key);
}

TEST(decimals_that_are_no_key_of_ours_are_refused)
{
	struct span blob;

	CHECK_EQ(import(span_text("1024 37 123456789"), &blob), STATUS_BAD_KEY);
	CHECK_EQ(import(span_text("2048 37"), &blob), STATUS_MALFORMED);
	CHECK_EQ(import(span_text("2048 37 12x4"), &blob), STATUS_MALFORMED);
}

// The blob of a security key, in a line of OpenSSH.
TEST(keys_of_security_keys_are_imported_and_come_back_from_their_code)
{
	static const uint8_t point[32] = {1, 2, 3};
	uint8_t bytes[200];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct blob line;
	const char *type;
	struct span got;
	uint32_t bits;

	builder_text(&b, "sk-ssh-ed25519@openssh.com");
	builder_string(&b, span_of(point, sizeof(point)));
	builder_text(&b, "ssh:");
	CHECK_EQ(hostkey_public_line(builder_span(&b), "stick", &line), STATUS_OK);
	CHECK_EQ(import(span_blob(&line), &got), STATUS_OK);
	CHECK(span_equal(got, builder_span(&b)));
	CHECK(key_describe(got, &type, &bits));
	CHECK_TEXT(type, "ED25519-SK");
	check_code_returns(got);
	blob_fini(&line);
}

TEST(what_is_no_key_is_refused)
{
	struct span blob;

	CHECK(import(span_text(""), &blob) != STATUS_OK);
	CHECK(import(span_text("# nothing\n"), &blob) != STATUS_OK);
	CHECK(import(span_text("hello"), &blob) != STATUS_OK);
	CHECK(import(span_text("-----BEGIN PUBLIC KEY-----\nAAAA\n"), &blob) != STATUS_OK);
	CHECK(import(span_text("ssh-ed25519 AAAA\n"), &blob) != STATUS_OK);
}

CHECK_MAIN()
