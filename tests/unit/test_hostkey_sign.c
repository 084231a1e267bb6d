// crypto/hostkey: signing, and what verification must refuse.
#include "crypto/hostkey/hostkey_ops.h"
#include "crypto/wire/names.h"
#include "tests/unit/check.h"

#define ALL                                                                                    \
	"ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"             \
	"rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-dss"

static struct hostkey *keys[HOSTKEY_TYPES_ALL]; // made once, as RSA takes its time

static struct hostkey *key_of(enum hostkey_type type)
{
	if (keys[type] == NULL &&
	    hostkey_generate(type, type == HOSTKEY_DSA ? 1024 : 2048, &keys[type]) != STATUS_OK)
		abort();
	return keys[type];
}

static const struct hostkey_algorithm *algorithm(const char *name)
{
	const struct hostkey_algorithm *a =
	        hostkey_algorithm_find_in(span_text(ALL), span_text(name));

	if (a == NULL)
		abort();
	return a;
}

struct signed_message {
	struct blob key, signature;
};

static const struct span message = {(const uint8_t *)"exchange hash", 13};

static struct signed_message sign(const char *name)
{
	struct hostkey *key = key_of(algorithm(name)->type);
	struct signed_message s;

	CHECK_EQ(hostkey_public_blob(key, &s.key), STATUS_OK);
	CHECK_EQ(hostkey_sign(key, algorithm(name), message, &s.signature), STATUS_OK);
	return s;
}

static void drop(struct signed_message *s)
{
	blob_fini(&s->key);
	blob_fini(&s->signature);
}

static enum status verify(const char *name, const struct signed_message *s)
{
	return hostkey_verify(algorithm(name), span_blob(&s->key), span_blob(&s->signature),
	                      message);
}

TEST(every_algorithm_signs_and_verifies)
{
	struct span list = span_text(ALL), name;
	struct signed_message s;
	char text[64] = "";

	while (names_next(&list, &name)) {
		snprintf(text, sizeof(text), "%.*s", (int)name.len, (const char *)name.data);
		s = sign(text);
		CHECK_EQ(verify(text, &s), STATUS_OK);
		drop(&s);
	}
	CHECK_TEXT(text, "ssh-dss");
}

TEST(an_algorithm_is_found_by_its_row)
{
	const struct hostkey_algorithm *a = algorithm("rsa-sha2-512");

	CHECK(hostkey_algorithm_at(hostkey_algorithm_row(a)) == a);
	CHECK(hostkey_algorithm_at(10) == NULL);
	CHECK(hostkey_algorithm_at(UINT32_MAX) == NULL);
}

TEST(sha1_and_dsa_are_found_by_request_only)
{
	struct span legacy = span_text(hostkey_algorithm_names_legacy);

	CHECK(hostkey_algorithm_find(span_text("ssh-rsa")) == NULL);
	CHECK(hostkey_algorithm_find(span_text("ssh-dss")) == NULL);
	CHECK_EQ(hostkey_algorithm_find_in(legacy, span_text("ssh-rsa"))->tier, TIER_LEGACY);
	CHECK_EQ(hostkey_algorithm_find_in(legacy, span_text("ssh-dss"))->tier, TIER_LEGACY);
	CHECK(hostkey_algorithm_find_in(legacy, span_text("ssh-ed25519")) == NULL);
}

TEST(every_name_offered_is_found)
{
	struct span list = span_text(hostkey_algorithm_names), name;
	unsigned found = 0;

	while (names_next(&list, &name))
		found += hostkey_algorithm_find(name) != NULL;
	CHECK_EQ(found, 8);
}

TEST(a_modern_signature_does_not_pass_as_a_legacy_one)
{
	struct signed_message s = sign("rsa-sha2-256");

	CHECK_EQ(verify("ssh-rsa", &s), STATUS_BAD_SIGNATURE);
	drop(&s);
}

TEST(a_signature_blob_names_its_algorithm)
{
	struct signed_message s = sign("rsa-sha2-512");
	struct cursor c = cursor_over(span_blob(&s.signature));

	CHECK(span_is(cursor_string(&c), "rsa-sha2-512"));
	CHECK_EQ(cursor_string(&c).len, 256);
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	drop(&s);
}

TEST(a_key_does_not_sign_for_another_type)
{
	struct blob out;

	CHECK_EQ(
	        hostkey_sign(key_of(HOSTKEY_ED25519), algorithm("rsa-sha2-256"), message, &out),
	        STATUS_BAD_KEY);
	CHECK(out.data == NULL);
}

TEST(an_algorithm_other_than_the_negotiated_one_does_not_verify)
{
	struct signed_message s = sign("rsa-sha2-512");

	CHECK_EQ(verify("rsa-sha2-256", &s), STATUS_BAD_SIGNATURE);
	drop(&s);
}

TEST(a_key_of_another_type_does_not_verify)
{
	struct signed_message s = sign("ssh-ed25519"), other = sign("ecdsa-sha2-nistp256");

	CHECK_EQ(hostkey_verify(algorithm("ssh-ed25519"), span_blob(&other.key),
	                        span_blob(&s.signature), message),
	         STATUS_BAD_KEY);
	drop(&s);
	drop(&other);
}

static void check_changed_message(const char *name)
{
	struct signed_message s = sign(name);

	CHECK_EQ(hostkey_verify(algorithm(name), span_blob(&s.key), span_blob(&s.signature),
	                        span_text("exchange hasH")),
	         STATUS_BAD_SIGNATURE);
	drop(&s);
}

TEST(another_message_does_not_verify)
{
	check_changed_message("ssh-ed25519");
	check_changed_message("ecdsa-sha2-nistp256");
	check_changed_message("ecdsa-sha2-nistp384");
	check_changed_message("ecdsa-sha2-nistp521");
	check_changed_message("rsa-sha2-256");
	check_changed_message("ssh-rsa");
	check_changed_message("ssh-dss");
}

// Every byte of key and signature matters: none may change and still verify.
static void check_changed_bytes(const char *name)
{
	struct signed_message s = sign(name);
	unsigned passed = 0;

	for (size_t i = 0; i < s.signature.len; i++) {
		s.signature.data[i] ^= 0x40;
		passed += verify(name, &s) == STATUS_OK;
		s.signature.data[i] ^= 0x40;
	}
	for (size_t i = 0; i < s.key.len; i++) {
		s.key.data[i] ^= 0x40;
		passed += verify(name, &s) == STATUS_OK;
		s.key.data[i] ^= 0x40;
	}
	CHECK_EQ(passed, 0);
	CHECK_EQ(verify(name, &s), STATUS_OK);
	drop(&s);
}

TEST(a_changed_byte_does_not_verify)
{
	check_changed_bytes("ssh-ed25519");
	check_changed_bytes("ecdsa-sha2-nistp256");
	check_changed_bytes("ecdsa-sha2-nistp384");
	check_changed_bytes("ecdsa-sha2-nistp521");
	check_changed_bytes("rsa-sha2-256");
	check_changed_bytes("ssh-dss");
}

static void check_cut_and_grown(const char *name)
{
	struct signed_message s = sign(name);
	uint8_t grown[HOSTKEY_SIGNATURE_MAX + 1] = {0};
	struct span cut = span_of(s.signature.data, s.signature.len - 1);
	struct span more = span_of(grown, s.signature.len + 1);

	memcpy(grown, s.signature.data, s.signature.len);
	CHECK_EQ(hostkey_verify(algorithm(name), span_blob(&s.key), cut, message),
	         STATUS_TRUNCATED);
	CHECK_EQ(hostkey_verify(algorithm(name), span_blob(&s.key), more, message),
	         STATUS_TRAILING);
	drop(&s);
}

TEST(a_signature_with_a_byte_less_or_more_is_refused)
{
	check_cut_and_grown("ssh-ed25519");
	check_cut_and_grown("ecdsa-sha2-nistp256");
	check_cut_and_grown("ecdsa-sha2-nistp521");
	check_cut_and_grown("rsa-sha2-512");
	check_cut_and_grown("ssh-dss");
}

// Add the group order L to S: the equation still holds, RFC 8032 section 5.1.7 refuses it.
TEST(an_ed25519_s_not_below_the_order_is_refused)
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
	                                  0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
	                                  0,    0,    0,    0,    0,    0,    0,    0,
	                                  0,    0,    0,    0,    0,    0,    0,    0x10};
	struct signed_message s = sign("ssh-ed25519");
	uint8_t *half = s.signature.data + s.signature.len - 32;
	unsigned carry = 0;

	for (int i = 0; i < 32; i++) {
		carry += half[i] + order[i];
		half[i] = (uint8_t)carry;
		carry >>= 8;
	}
	CHECK_EQ(carry, 0);
	CHECK_EQ(verify("ssh-ed25519", &s), STATUS_BAD_SIGNATURE);
	drop(&s);
}

// An RSA signature with zeros in front is a number of the right value and the wrong length.
TEST(an_rsa_signature_longer_than_the_modulus_is_refused)
{
	struct signed_message s = sign("rsa-sha2-256");
	uint8_t wire[512];
	struct builder b = builder_over(wire, sizeof(wire));

	builder_text(&b, "rsa-sha2-256");
	builder_u32(&b, 257);
	builder_u8(&b, 0);
	builder_bytes(&b, span_of(s.signature.data + s.signature.len - 256, 256));
	CHECK_EQ(hostkey_verify(algorithm("rsa-sha2-256"), span_blob(&s.key), builder_span(&b),
	                        message),
	         STATUS_BAD_SIGNATURE);
	drop(&s);
}

TEST(rsa_sizes_out_of_bounds_are_not_generated)
{
	struct hostkey *key;

	CHECK_EQ(hostkey_generate(HOSTKEY_RSA, 1024, &key), STATUS_BAD_KEY);
	CHECK_EQ(hostkey_generate(HOSTKEY_RSA, 16385, &key), STATUS_BAD_KEY);
	CHECK(key == NULL);
}

TEST(dsa_sizes_out_of_bounds_are_not_generated)
{
	struct hostkey *key;

	CHECK_EQ(hostkey_generate(HOSTKEY_DSA, 1023, &key), STATUS_BAD_KEY);
	CHECK_EQ(hostkey_generate(HOSTKEY_DSA, 2049, &key), STATUS_BAD_KEY);
}

TEST(keys_of_security_keys_are_not_generated)
{
	struct hostkey *key;

	CHECK_EQ(hostkey_generate(HOSTKEY_SK_ED25519, 256, &key), STATUS_UNSUPPORTED);
	CHECK_EQ(hostkey_generate(HOSTKEY_SK_ECDSA, 256, &key), STATUS_UNSUPPORTED);
}

CHECK_MAIN()
