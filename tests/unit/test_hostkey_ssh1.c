// crypto/hostkey/hostkey_ssh1.c: the decimal text, there and back.
#include "crypto/hostkey/hostkey_ops.h"
#include "tests/unit/check.h"

#include <openssl/bn.h>

// A modulus with its top and bottom bit set; no key, but that is the blob check's business.
static char *modulus(int bits)
{
	BIGNUM *n = BN_new();
	char *text;

	BN_set_bit(n, bits - 1);
	BN_set_bit(n, bits / 2);
	BN_set_bit(n, 0);
	text = BN_bn2dec(n);
	BN_free(n);
	return text;
}

static enum status parse(int claimed, const char *exponent, int bits, const char *tail,
                         struct blob *blob)
{
	char text[8192], *n = modulus(bits);

	snprintf(text, sizeof(text), "%d %s %s%s", claimed, exponent, n, tail);
	OPENSSL_free(n);
	return hostkey_ssh1_parse(span_text(text), blob);
}

static enum status parse_only(int claimed, const char *exponent, int bits, const char *tail)
{
	struct blob blob;
	enum status status = parse(claimed, exponent, bits, tail, &blob);

	blob_fini(&blob);
	return status;
}

TEST(a_key_in_decimal_is_an_rsa_key)
{
	uint8_t want[512], bytes[128] = {[0] = 0x80, [63] = 1, [127] = 1};
	struct builder b = builder_over(want, sizeof(want));
	struct blob blob;

	CHECK_EQ(parse(1024, "65537", 1024, " somebody@somewhere\n", &blob), STATUS_OK);
	builder_text(&b, "ssh-rsa");
	builder_mpint(&b, span_of("\x01\x00\x01", 3));
	builder_mpint(&b, span_of(bytes, sizeof(bytes)));
	CHECK(span_equal(span_blob(&blob), builder_span(&b)));
	blob_fini(&blob);
}

TEST(a_real_key_survives_the_way_there_and_back)
{
	struct blob blob, line, again;
	struct hostkey *key;

	CHECK_EQ(hostkey_generate(HOSTKEY_RSA, 2048, &key), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(key, &blob), STATUS_OK);
	CHECK_EQ(hostkey_ssh1_line(span_blob(&blob), "me", &line), STATUS_OK);
	CHECK(memcmp(line.data, "2048 65537 ", 11) == 0);
	CHECK(strcmp((char *)line.data + line.len - 3, " me") == 0);
	CHECK_EQ(hostkey_public_parse(span_blob(&line), &again), STATUS_OK);
	CHECK(span_equal(span_blob(&again), span_blob(&blob)));
	hostkey_free(key);
	blob_fini(&blob);
	blob_fini(&line);
	blob_fini(&again);
}

TEST(the_bits_must_be_those_of_the_modulus)
{
	CHECK_EQ(parse_only(1024, "65537", 1024, ""), STATUS_OK);
	CHECK_EQ(parse_only(1023, "65537", 1024, ""), STATUS_MALFORMED);
	CHECK_EQ(parse_only(1025, "65537", 1024, ""), STATUS_MALFORMED);
}

TEST(sizes_are_those_of_ssh_1)
{
	CHECK_EQ(parse_only(511, "3", 511, ""), STATUS_BAD_KEY);
	CHECK_EQ(parse_only(512, "3", 512, ""), STATUS_OK);
	CHECK_EQ(parse_only(16384, "3", 16384, ""), STATUS_OK);
	CHECK_EQ(parse_only(16385, "3", 16385, ""), STATUS_BAD_KEY);
	CHECK_EQ(parse_only(17000, "3", 17000, ""), STATUS_MALFORMED);
}

// SSH-2 wants more of a key than SSH-1 did.
TEST(a_short_key_is_no_key_for_ssh_2)
{
	char text[2048], *n = modulus(1024);
	struct blob blob;

	snprintf(text, sizeof(text), "1024 65537 %s", n);
	OPENSSL_free(n);
	CHECK_EQ(hostkey_public_parse(span_text(text), &blob), STATUS_BAD_KEY);
	CHECK(blob.data == NULL);
}

TEST(an_exponent_that_is_even_or_one_is_malformed)
{
	CHECK_EQ(parse_only(1024, "65538", 1024, ""), STATUS_MALFORMED);
	CHECK_EQ(parse_only(1024, "1", 1024, ""), STATUS_MALFORMED);
	CHECK_EQ(parse_only(1024, "0", 1024, ""), STATUS_MALFORMED);
}

TEST(anything_but_plain_decimals_is_malformed)
{
	struct blob blob;

	CHECK_EQ(hostkey_ssh1_parse(span_text(""), &blob), STATUS_MALFORMED);
	CHECK_EQ(hostkey_ssh1_parse(span_text("1024"), &blob), STATUS_MALFORMED);
	CHECK_EQ(hostkey_ssh1_parse(span_text("1024 35"), &blob), STATUS_MALFORMED);
	CHECK_EQ(hostkey_ssh1_parse(span_text("1024 35 0x1f"), &blob), STATUS_MALFORMED);
	CHECK_EQ(hostkey_ssh1_parse(span_text("1024 -35 77"), &blob), STATUS_MALFORMED);
	CHECK_EQ(hostkey_ssh1_parse(span_text("1024 35 077"), &blob), STATUS_MALFORMED);
	CHECK_EQ(hostkey_ssh1_parse(span_text("99999999999 35 77"), &blob), STATUS_MALFORMED);
	CHECK_EQ(parse_only(1024, "65537", 1024, "\nmore"), STATUS_TRAILING);
}

TEST(only_rsa_keys_have_such_a_line)
{
	struct blob blob, line;
	struct hostkey *key;

	CHECK_EQ(hostkey_generate(HOSTKEY_ED25519, 0, &key), STATUS_OK);
	CHECK_EQ(hostkey_public_blob(key, &blob), STATUS_OK);
	CHECK(hostkey_ssh1_line(span_blob(&blob), "", &line) != STATUS_OK);
	CHECK(line.data == NULL);
	hostkey_free(key);
	blob_fini(&blob);
}

CHECK_MAIN()
