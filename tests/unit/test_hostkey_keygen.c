// OpenSSH's ssh-keygen as the second opinion on every text form: it reads what we write and the
// other way round. Needs openssh-client.
#include "crypto/hostkey/hostkey.h"
#include "tests/unit/ssh_keygen.h"

// ssh-keygen derives the public line and the fingerprint from our private text.
static void check_ours(enum hostkey_type type)
{
	struct folder f = folder_make();
	char got[2048], print[HOSTKEY_FINGERPRINT_MAX];
	struct blob text, blob, line;
	struct hostkey *key;

	CHECK_EQ(hostkey_generate(type, type == HOSTKEY_DSA ? 1024 : 2048, &key), STATUS_OK);
	CHECK_EQ(hostkey_private_text(key, "ours", &text), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(key, &blob), STATUS_OK);
	CHECK_EQ(hostkey_public_line(span_blob(&blob), "ours", &line), STATUS_OK);
	hostkey_fingerprint(span_blob(&blob), print);
	save(&f, "key", span_blob(&text));
	keygen(&f, "-y -P '' -f key", got, sizeof(got));
	CHECK_TEXT(got, (char *)line.data);
	keygen(&f, "-l -f key", got, sizeof(got));
	CHECK(strstr(got, print) != NULL);
	blob_wipe(&text);
	blob_fini(&blob);
	blob_fini(&line);
	hostkey_free(key);
	folder_drop(&f);
}

TEST(ssh_keygen_reads_our_ed25519_key)
{
	check_ours(HOSTKEY_ED25519);
}

TEST(ssh_keygen_reads_our_ecdsa_keys)
{
	check_ours(HOSTKEY_ECDSA_P256);
	check_ours(HOSTKEY_ECDSA_P384);
	check_ours(HOSTKEY_ECDSA_P521);
}

TEST(ssh_keygen_reads_our_dsa_key)
{
	check_ours(HOSTKEY_DSA);
}

TEST(ssh_keygen_reads_our_rsa_key)
{
	check_ours(HOSTKEY_RSA);
}

// We read ssh-keygen's private key and its public line, and they are one key.
static void check_theirs(const char *arguments, enum hostkey_type type)
{
	struct folder f = folder_make();
	struct blob text, line, from_line, from_key = {NULL, 0};
	struct hostkey *key = NULL;
	char output[2048];

	keygen(&f, arguments, output, sizeof(output));
	text = load(&f, "key");
	line = load(&f, "key.pub");
	CHECK_EQ(hostkey_private_parse(span_blob(&text), &key), STATUS_OK);
	CHECK_EQ(hostkey_public_parse(span_blob(&line), &from_line), STATUS_OK);
	if (key != NULL) {
		CHECK_EQ(hostkey_type_of(key), type);
		CHECK_EQ(hostkey_public_blob(key, &from_key), STATUS_OK);
	}
	CHECK(span_equal(span_blob(&from_key), span_blob(&from_line)));
	hostkey_free(key);
	blob_wipe(&text);
	blob_fini(&line);
	blob_fini(&from_line);
	blob_fini(&from_key);
	folder_drop(&f);
}

TEST(we_read_an_ed25519_key_of_ssh_keygen)
{
	check_theirs("-q -t ed25519 -N '' -C theirs -f key", HOSTKEY_ED25519);
}

TEST(we_read_ecdsa_keys_of_ssh_keygen)
{
	check_theirs("-q -t ecdsa -b 256 -N '' -C '' -f key", HOSTKEY_ECDSA_P256);
	check_theirs("-q -t ecdsa -b 384 -N '' -C '' -f key", HOSTKEY_ECDSA_P384);
	check_theirs("-q -t ecdsa -b 521 -N '' -C '' -f key", HOSTKEY_ECDSA_P521);
}

TEST(we_read_a_dsa_key_of_ssh_keygen)
{
	check_theirs("-q -t dsa -N '' -C '' -f key", HOSTKEY_DSA);
}

TEST(we_read_an_rsa_key_of_ssh_keygen)
{
	check_theirs("-q -t rsa -b 3072 -N '' -C 'a longer comment' -f key", HOSTKEY_RSA);
}

TEST(we_read_pem_keys_of_ssh_keygen)
{
	check_theirs("-q -t rsa -m PEM -b 2048 -N '' -f key", HOSTKEY_RSA);
	check_theirs("-q -t ecdsa -m PEM -N '' -f key", HOSTKEY_ECDSA_P256);
	check_theirs("-q -t ecdsa -b 521 -m PEM -N '' -f key", HOSTKEY_ECDSA_P521);
	check_theirs("-q -t rsa -m PKCS8 -b 2048 -N '' -f key", HOSTKEY_RSA);
}

static enum status parse_theirs(const char *arguments)
{
	struct folder f = folder_make();
	struct hostkey *key;
	enum status status;
	char output[2048];
	struct blob text;

	keygen(&f, arguments, output, sizeof(output));
	text = load(&f, "key");
	status = hostkey_private_parse(span_blob(&text), &key);
	hostkey_free(key);
	blob_wipe(&text);
	folder_drop(&f);
	return status;
}

TEST(an_encrypted_key_of_ssh_keygen_is_told_as_such)
{
	CHECK_EQ(parse_theirs("-q -t ed25519 -N secret -f key"), STATUS_ENCRYPTED);
	CHECK_EQ(parse_theirs("-q -t rsa -b 2048 -m PEM -N secret -f key"), STATUS_ENCRYPTED);
	CHECK_EQ(parse_theirs("-q -t ecdsa -m PKCS8 -N secret -f key"), STATUS_ENCRYPTED);
}

// ssh-keygen imports what we write, and it is the same key.
static void check_exported(enum hostkey_type type)
{
	struct folder f = folder_make();
	char got[2048];
	struct blob blob, text, line;
	struct hostkey *key;

	CHECK_EQ(hostkey_generate(type, type == HOSTKEY_DSA ? 1024 : 2048, &key), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(key, &blob), STATUS_OK);
	CHECK_EQ(hostkey_public_line(span_blob(&blob), "", &line), STATUS_OK);
	CHECK_EQ(hostkey_public_rfc4716(span_blob(&blob), "a comment", &text), STATUS_OK);
	save(&f, "exported", span_blob(&text));
	keygen(&f, "-i -m RFC4716 -f exported", got, sizeof(got));
	CHECK_TEXT(got, (char *)line.data);
	blob_fini(&blob);
	blob_fini(&text);
	blob_fini(&line);
	hostkey_free(key);
	folder_drop(&f);
}

TEST(ssh_keygen_reads_our_rfc_4716)
{
	check_exported(HOSTKEY_ED25519);
	check_exported(HOSTKEY_ECDSA_P521);
	check_exported(HOSTKEY_RSA);
	check_exported(HOSTKEY_DSA);
}

// ssh-keygen converts our line, and we read the result back.
static void check_converted(enum hostkey_type type, const char *format)
{
	struct folder f = folder_make();
	struct blob blob, line, text, again;
	char command[128], output[2048];
	struct hostkey *key;

	CHECK_EQ(hostkey_generate(type, type == HOSTKEY_DSA ? 1024 : 2048, &key), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(key, &blob), STATUS_OK);
	CHECK_EQ(hostkey_public_line(span_blob(&blob), "x", &line), STATUS_OK);
	save(&f, "key.pub", span_blob(&line));
	snprintf(command, sizeof(command), "-e -m %s -f key.pub > converted", format);
	keygen(&f, command, output, sizeof(output));
	text = load(&f, "converted");
	CHECK_EQ(hostkey_public_parse(span_blob(&text), &again), STATUS_OK);
	CHECK(span_equal(span_blob(&again), span_blob(&blob)));
	blob_fini(&blob);
	blob_fini(&line);
	blob_fini(&text);
	blob_fini(&again);
	hostkey_free(key);
	folder_drop(&f);
}

TEST(we_read_what_ssh_keygen_exports_as_rfc_4716)
{
	check_converted(HOSTKEY_ED25519, "RFC4716");
	check_converted(HOSTKEY_ECDSA_P256, "RFC4716");
	check_converted(HOSTKEY_RSA, "RFC4716");
}

TEST(we_read_what_ssh_keygen_exports_as_pkcs8)
{
	check_converted(HOSTKEY_ECDSA_P256, "PKCS8");
	check_converted(HOSTKEY_ECDSA_P384, "PKCS8");
	check_converted(HOSTKEY_RSA, "PKCS8");
}

CHECK_MAIN()
