// crypto/hostkey/hostkey_text.c and hostkey_private.c: every text form, there and back. The keys
// were made by ssh-keygen for this file and are used nowhere else.
#include "crypto/hostkey/hostkey.h"
#include "crypto/core/secret.h"
#include "crypto/wire/cursor.h"
#include "tests/unit/check.h"

#include <openssl/params.h>
#include <openssl/pem.h>

#define ED_DATA  "AAAAC3NzaC1lZDI1NTE5AAAAIK4Wu93ZHnuBYhd6pM+GwdIkek42DICFsNrwayd8MBcM"
#define ED_LINE  "ssh-ed25519 " ED_DATA
#define ED_PRINT "SHA256:qMOiZ4ArtExx7spah1/F44e2SlqiXzznnDmx9N8mums"
#define EC_DATA1 "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGyi5tsjESKwEkA6nm"
#define EC_DATA2 "g9MA7kUfWXUKRZW0jUxxkcI+x1Ix3ocXuW/drQh5VO1juE8SG5D1D3gnEAOg8l/NNofL4="
#define EC_LINE  "ecdsa-sha2-nistp256 " EC_DATA1 EC_DATA2
#define EC_PRINT "SHA256:VG079W52r8TOlk4tw3AA/cPBS803AtzuZMJ1XzyZ2YY"
#define EC_SPKI                                                                                \
	"-----BEGIN PUBLIC KEY-----\n"                                                         \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbKLm2yMRIrASQDqeaD0wDuRR9ZdQ\n"                   \
	"pFlbSNTHGRwj7HUjHehxe5b92tCHlU7WO4TxIbkPUPeCcQA6DyX802h8vg==\n"                       \
	"-----END PUBLIC KEY-----\n"
#define BEGIN_4716 "---- BEGIN SSH2 PUBLIC KEY ----\n"
#define END_4716   "---- END SSH2 PUBLIC KEY ----\n"

static enum status parse(const char *text)
{
	struct blob blob;
	enum status status = hostkey_public_parse(span_text(text), &blob);

	blob_fini(&blob);
	return status;
}

// Parse `text` and print it again as the line that OpenSSH would write.
static void check_line(const char *text, const char *line)
{
	struct blob blob, out = {NULL, 0};

	CHECK_EQ(hostkey_public_parse(span_text(text), &blob), STATUS_OK);
	CHECK_EQ(hostkey_public_line(span_blob(&blob), "", &out), STATUS_OK);
	CHECK_TEXT((char *)out.data, line);
	blob_fini(&blob);
	blob_fini(&out);
}

static void check_print(const char *line, const char *want)
{
	char print[HOSTKEY_FINGERPRINT_MAX];
	struct blob blob;

	CHECK_EQ(hostkey_public_parse(span_text(line), &blob), STATUS_OK);
	hostkey_fingerprint(span_blob(&blob), print);
	CHECK_TEXT(print, want);
	blob_fini(&blob);
}

TEST(fingerprints_are_those_of_ssh_keygen)
{
	check_print(ED_LINE, ED_PRINT);
	check_print(EC_LINE, EC_PRINT);
}

TEST(a_line_is_read_with_or_without_a_comment)
{
	check_line(ED_LINE, ED_LINE);
	check_line(ED_LINE "\n", ED_LINE);
	check_line("  " ED_LINE " somebody at a machine\r\n", ED_LINE);
	check_line(EC_LINE "\tx", EC_LINE);
}

TEST(a_comment_is_written_behind_the_key)
{
	struct blob blob, out;

	CHECK_EQ(hostkey_public_parse(span_text(ED_LINE), &blob), STATUS_OK);
	CHECK_EQ(hostkey_public_line(span_blob(&blob), "me", &out), STATUS_OK);
	CHECK_TEXT((char *)out.data, ED_LINE " me");
	blob_fini(&out);
	CHECK_EQ(hostkey_public_line(span_blob(&blob), "a\nb", &out), STATUS_MALFORMED);
	blob_fini(&blob);
}

TEST(rfc_4716_is_read)
{
	check_line(BEGIN_4716 ED_DATA "\n" END_4716, ED_LINE);
	check_line(BEGIN_4716 "Comment: \"256-bit\"\n" EC_DATA1 "\n" EC_DATA2 "\n" END_4716,
	           EC_LINE);
}

TEST(rfc_4716_headers_may_go_on_in_the_next_line)
{
	check_line(BEGIN_4716 "Comment: one \\\r\ntwo \\\r\nthree\r\nx-key: y\r\n" ED_DATA
	                      "\r\n" END_4716,
	           ED_LINE);
}

TEST(subject_public_key_info_is_read)
{
	check_line(EC_SPKI, EC_LINE);
	check_line("\n" EC_SPKI "\n", EC_LINE);
}

TEST(text_behind_a_key_is_refused)
{
	CHECK_EQ(parse(ED_LINE "\n" ED_LINE "\n"), STATUS_TRAILING);
	CHECK_EQ(parse(BEGIN_4716 ED_DATA "\n" END_4716 "x"), STATUS_TRAILING);
	CHECK_EQ(parse(EC_SPKI "x"), STATUS_TRAILING);
}

TEST(a_key_without_its_end_is_refused)
{
	CHECK_EQ(parse(""), STATUS_TRUNCATED);
	CHECK_EQ(parse(BEGIN_4716 ED_DATA "\n"), STATUS_TRUNCATED);
	CHECK_EQ(parse("-----BEGIN PUBLIC KEY-----\nMFkw\n"), STATUS_TRUNCATED);
	CHECK_EQ(parse("ssh-ed25519"), STATUS_TRUNCATED);
	CHECK_EQ(parse("ssh-ed25519 AAAA"), STATUS_TRUNCATED);
}

TEST(a_line_whose_two_types_differ_is_refused)
{
	CHECK_EQ(parse("ecdsa-sha2-nistp256 " ED_DATA), STATUS_MALFORMED);
	CHECK_EQ(parse("ssh-dss " ED_DATA), STATUS_MALFORMED);
	CHECK_EQ(parse("ssh-made-up " ED_DATA), STATUS_BAD_KEY);
}

TEST(a_text_too_long_to_be_a_key_is_not_read)
{
	static uint8_t text[70000];

	memset(text, 'A', sizeof(text));
	struct blob blob;

	CHECK_EQ(hostkey_public_parse(span_of(text, sizeof(text)), &blob), STATUS_TOO_LONG);
}

static struct hostkey *generated(enum hostkey_type type)
{
	struct hostkey *key;

	if (hostkey_generate(type, type == HOSTKEY_DSA ? 1024 : 2048, &key) != STATUS_OK)
		abort();
	return key;
}

static void check_same_key(const struct hostkey *a, const struct hostkey *b)
{
	struct blob first, second;

	CHECK_EQ(hostkey_public_blob(a, &first), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(b, &second), STATUS_OK);
	CHECK(span_equal(span_blob(&first), span_blob(&second)));
	blob_fini(&first);
	blob_fini(&second);
}

static void check_private_round_trip(enum hostkey_type type)
{
	struct hostkey *key = generated(type), *again = NULL;
	struct blob text;

	CHECK_EQ(hostkey_private_text(key, "a comment", &text), STATUS_OK);
	CHECK_EQ(hostkey_private_parse(span_blob(&text), &again), STATUS_OK);
	if (again != NULL)
		check_same_key(key, again);
	hostkey_free(again);
	hostkey_free(key);
	blob_wipe(&text);
}

TEST(a_private_key_is_read_back_as_written)
{
	check_private_round_trip(HOSTKEY_ED25519);
	check_private_round_trip(HOSTKEY_ECDSA_P256);
	check_private_round_trip(HOSTKEY_ECDSA_P384);
	check_private_round_trip(HOSTKEY_ECDSA_P521);
	check_private_round_trip(HOSTKEY_DSA);
	check_private_round_trip(HOSTKEY_RSA);
}

// A fresh key as OpenSSL writes PKCS #8.
static void check_pkcs8(EVP_PKEY *pkey, enum hostkey_type type)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct hostkey *key = NULL;
	uint8_t *text;
	long len;

	CHECK_EQ(PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
	len = BIO_get_mem_data(bio, &text);
	CHECK_EQ(hostkey_private_parse(span_of(text, (size_t)len), &key), STATUS_OK);
	CHECK(key != NULL && hostkey_type_of(key) == type);
	hostkey_free(key);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
}

TEST(pkcs8_is_read_for_every_type)
{
	check_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), HOSTKEY_ED25519);
	check_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), HOSTKEY_ECDSA_P256);
	check_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384"), HOSTKEY_ECDSA_P384);
	check_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp521r1"), HOSTKEY_ECDSA_P521);
	check_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), HOSTKEY_RSA);
}

static enum status parse_pkcs8(EVP_PKEY *pkey, const EVP_CIPHER *cipher)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct hostkey *key;
	enum status status;
	uint8_t *text;
	long len;

	PEM_write_bio_PrivateKey(bio, pkey, cipher, (const uint8_t *)"word", 4, NULL, NULL);
	len = BIO_get_mem_data(bio, &text);
	status = hostkey_private_parse(span_of(text, (size_t)len), &key);
	hostkey_free(key);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return status;
}

TEST(an_rsa_key_too_short_is_not_read)
{
	CHECK_EQ(parse_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024), NULL),
	         STATUS_BAD_KEY);
}

// A wrong private exponent beside right CRT numbers: OpenSSL reads it, and signs with the latter.
TEST(an_rsa_key_whose_numbers_contradict_each_other_is_not_read)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	OSSL_PARAM *params = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *spoiled = NULL;

	CHECK_EQ(EVP_PKEY_todata(pkey, EVP_PKEY_KEYPAIR, &params), 1);
	((uint8_t *)OSSL_PARAM_locate(params, "d")->data)[9] ^= 1;
	CHECK_EQ(EVP_PKEY_fromdata_init(ctx), 1);
	CHECK_EQ(EVP_PKEY_fromdata(ctx, &spoiled, EVP_PKEY_KEYPAIR, params), 1);
	CHECK_EQ(parse_pkcs8(spoiled, NULL), STATUS_BAD_KEY);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	OSSL_PARAM_free(params);
}

TEST(a_key_on_another_curve_is_not_read)
{
	CHECK_EQ(parse_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1"), NULL),
	         STATUS_BAD_KEY);
	CHECK_EQ(parse_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), NULL), STATUS_BAD_KEY);
}

TEST(an_encrypted_key_is_refused_without_asking_for_a_passphrase)
{
	CHECK_EQ(parse_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), EVP_aes_128_cbc()),
	         STATUS_ENCRYPTED);
}

TEST(something_else_is_no_private_key)
{
	struct hostkey *key;

	CHECK_EQ(hostkey_private_parse(span_text("hello\n"), &key), STATUS_MALFORMED);
	CHECK_EQ(hostkey_private_parse(span_text(""), &key), STATUS_MALFORMED);
	CHECK_EQ(hostkey_private_parse(span_text(ED_LINE), &key), STATUS_MALFORMED);
	CHECK(key == NULL);
}

// Every character of the body changed in turn: whatever still parses is the same key.
static void check_spoiled(enum hostkey_type type)
{
	struct hostkey *key = generated(type), *again;
	struct blob text;

	CHECK_EQ(hostkey_private_text(key, "c", &text), STATUS_OK);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 0x01;
		if (hostkey_private_parse(span_blob(&text), &again) == STATUS_OK)
			check_same_key(key, again);
		hostkey_free(again);
		text.data[i] ^= 0x01;
	}
	hostkey_free(key);
	blob_wipe(&text);
}

TEST(a_spoiled_private_key_is_refused_or_harmless)
{
	check_spoiled(HOSTKEY_ED25519);
	check_spoiled(HOSTKEY_ECDSA_P256);
}

CHECK_MAIN()
