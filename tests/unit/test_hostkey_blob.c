// crypto/hostkey: which public key blobs are accepted.
#include "crypto/hostkey/hostkey_ops.h"
#include "tests/unit/check.h"

// The blob of a fresh key, in a builder's buffer so that a test can spoil it.
static struct blob fresh(enum hostkey_type type)
{
	struct hostkey *key;
	struct blob blob;

	if (hostkey_generate(type, type == HOSTKEY_DSA ? 1024 : 2048, &key) != STATUS_OK ||
	    hostkey_public_blob(key, &blob) != STATUS_OK)
		abort();
	hostkey_free(key);
	return blob;
}

static enum status check(struct span blob)
{
	struct span name;

	return hostkey_blob_check(blob, &name);
}

static void check_type(enum hostkey_type type, const char *want)
{
	struct blob blob = fresh(type);
	struct span name;

	CHECK_EQ(hostkey_blob_check(span_blob(&blob), &name), STATUS_OK);
	CHECK(span_is(name, want));
	blob_fini(&blob);
}

TEST(a_fresh_key_is_accepted_and_named)
{
	check_type(HOSTKEY_ED25519, "ssh-ed25519");
	check_type(HOSTKEY_ECDSA_P256, "ecdsa-sha2-nistp256");
	check_type(HOSTKEY_ECDSA_P384, "ecdsa-sha2-nistp384");
	check_type(HOSTKEY_ECDSA_P521, "ecdsa-sha2-nistp521");
	check_type(HOSTKEY_DSA, "ssh-dss");
	check_type(HOSTKEY_RSA, "ssh-rsa");
}

static void check_ends(enum hostkey_type type)
{
	struct blob blob = fresh(type);
	uint8_t grown[HOSTKEY_BLOB_MAX] = {0};

	memcpy(grown, blob.data, blob.len);
	CHECK_EQ(check(span_of(grown, blob.len + 1)), STATUS_TRAILING);
	for (size_t n = 0; n < blob.len; n++)
		CHECK(check(span_of(blob.data, n)) != STATUS_OK);
	blob_fini(&blob);
}

TEST(a_key_cut_short_or_with_more_behind_is_refused)
{
	check_ends(HOSTKEY_ED25519);
	check_ends(HOSTKEY_ECDSA_P256);
	check_ends(HOSTKEY_ECDSA_P521);
	check_ends(HOSTKEY_DSA);
	check_ends(HOSTKEY_RSA);
}

TEST(an_unknown_format_is_refused)
{
	uint8_t wire[64];
	struct builder b = builder_over(wire, sizeof(wire));

	builder_text(&b, "ssh-made-up");
	builder_text(&b, "whatever");
	CHECK_EQ(check(builder_span(&b)), STATUS_BAD_KEY);
}

static enum status check_ecdsa(const char *curve, struct span point)
{
	uint8_t wire[256];
	struct builder b = builder_over(wire, sizeof(wire));

	builder_text(&b, "ecdsa-sha2-nistp256");
	builder_text(&b, curve);
	builder_string(&b, point);
	return check(builder_span(&b));
}

TEST(an_ecdsa_point_off_the_curve_is_refused)
{
	struct blob blob = fresh(HOSTKEY_ECDSA_P256);
	uint8_t *point = blob.data + blob.len - 65;

	CHECK_EQ(check_ecdsa("nistp256", span_of(point, 65)), STATUS_OK);
	point[64] ^= 1;
	CHECK_EQ(check_ecdsa("nistp256", span_of(point, 65)), STATUS_BAD_KEY);
	blob_fini(&blob);
}

TEST(an_ecdsa_point_in_another_encoding_is_refused)
{
	struct blob blob = fresh(HOSTKEY_ECDSA_P256);
	uint8_t *point = blob.data + blob.len - 65;

	point[0] = 0x02 | (point[64] & 1);
	CHECK_EQ(check_ecdsa("nistp256", span_of(point, 33)), STATUS_BAD_KEY);
	CHECK_EQ(check_ecdsa("nistp256", span_of(point, 65)), STATUS_BAD_KEY);
	CHECK_EQ(check_ecdsa("nistp256", span_of("", 1)), STATUS_BAD_KEY);
	blob_fini(&blob);
}

TEST(an_ecdsa_key_that_names_another_curve_is_refused)
{
	struct blob blob = fresh(HOSTKEY_ECDSA_P256);

	CHECK_EQ(check_ecdsa("nistp384", span_of(blob.data + blob.len - 65, 65)),
	         STATUS_BAD_KEY);
	blob_fini(&blob);
}

// An RSA blob of `bits` with every bit of the modulus set.
static enum status check_rsa(struct span e, unsigned bits)
{
	static uint8_t wire[HOSTKEY_BLOB_MAX], modulus[HOSTKEY_BLOB_MAX];
	struct builder b = builder_over(wire, sizeof(wire));
	size_t len = (bits + 7) / 8;

	memset(modulus, 0xff, len);
	modulus[0] >>= len * 8 - bits;
	builder_text(&b, "ssh-rsa");
	builder_mpint(&b, e);
	builder_mpint(&b, span_of(modulus, len));
	return check(builder_span(&b));
}

static const struct span f4 = {(const uint8_t *)"\x01\x00\x01", 3};

TEST(rsa_moduli_of_2048_to_16384_bits_are_accepted)
{
	CHECK_EQ(check_rsa(f4, 2047), STATUS_BAD_KEY);
	CHECK_EQ(check_rsa(f4, 2048), STATUS_OK);
	CHECK_EQ(check_rsa(f4, 3071), STATUS_OK);
	CHECK_EQ(check_rsa(f4, 16384), STATUS_OK);
	CHECK_EQ(check_rsa(f4, 16385), STATUS_BAD_KEY);
}

TEST(rsa_exponents_that_are_even_or_one_are_refused)
{
	CHECK_EQ(check_rsa(span_of("\x03", 1), 2048), STATUS_OK);
	CHECK_EQ(check_rsa(span_of("\x01", 1), 2048), STATUS_BAD_KEY);
	CHECK_EQ(check_rsa(span_of("\x00", 1), 2048), STATUS_BAD_KEY);
	CHECK_EQ(check_rsa(span_of("\x01\x00\x02", 3), 2048), STATUS_BAD_KEY);
	CHECK_EQ(check_rsa(span_of("\x01\x01\x01\x01\x01\x01\x01\x01\x01", 9), 2048),
	         STATUS_BAD_KEY);
}

TEST(an_rsa_number_with_a_needless_zero_is_refused)
{
	struct blob blob = fresh(HOSTKEY_RSA);
	uint8_t wire[512];
	struct builder b = builder_over(wire, sizeof(wire));

	builder_text(&b, "ssh-rsa");
	builder_string(&b, span_of("\x00\x01\x00\x01", 4));
	builder_bytes(&b, span_of(blob.data + blob.len - 4 - 257, 4 + 257));
	CHECK_EQ(check(builder_span(&b)), STATUS_MALFORMED);
	blob_fini(&blob);
}

// p, q, g and y of a fresh key, with one of them replaced.
static enum status check_dsa(unsigned which, struct span instead)
{
	struct blob blob = fresh(HOSTKEY_DSA);
	struct cursor c = cursor_over(span_blob(&blob));
	uint8_t wire[HOSTKEY_BLOB_MAX];
	struct builder b = builder_over(wire, sizeof(wire));
	enum status status;

	builder_string(&b, cursor_string(&c));
	for (unsigned i = 0; i < 4; i++) {
		struct span v = cursor_mpint(&c);

		builder_mpint(&b, i == which ? instead : v);
	}
	status = check(builder_span(&b));
	blob_fini(&blob);
	return status;
}

TEST(dsa_numbers_that_cannot_be_are_refused)
{
	uint8_t ones[129];

	memset(ones, 0xff, sizeof(ones));
	CHECK_EQ(check_dsa(4, span_of("", 0)), STATUS_OK);
	CHECK_EQ(check_dsa(0, span_of(ones, 64)), STATUS_BAD_KEY);
	CHECK_EQ(check_dsa(0, span_of(ones, 128)), STATUS_BAD_KEY);
	CHECK_EQ(check_dsa(1, span_of(ones, 19)), STATUS_BAD_KEY);
	CHECK_EQ(check_dsa(1, span_of(ones, 21)), STATUS_BAD_KEY);
	CHECK_EQ(check_dsa(2, span_of("\x01", 1)), STATUS_BAD_KEY);
	CHECK_EQ(check_dsa(3, span_of("", 0)), STATUS_BAD_KEY);
	CHECK_EQ(check_dsa(3, span_of("\x01", 1)), STATUS_BAD_KEY);
	CHECK_EQ(check_dsa(3, span_of(ones, 129)), STATUS_BAD_KEY);
}

CHECK_MAIN()
