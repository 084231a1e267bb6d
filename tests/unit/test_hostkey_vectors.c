// hostkey_verify against Wycheproof: each case is put into SSH's key and signature blobs.
#include "crypto/hostkey/hostkey_ops.h"
#include "tests/unit/vectors.h"

#include <openssl/ec.h>

struct wire {
	uint8_t bytes[VECTOR_BYTES_MAX];
	struct builder b;
};

static enum status verify(const char *algorithm, struct span key, struct span inner,
                          struct span message)
{
	struct wire w = {.b = {0}};

	w.b = builder_over(w.bytes, sizeof(w.bytes));
	builder_text(&w.b, algorithm);
	builder_string(&w.b, inner);
	return hostkey_verify(hostkey_algorithm_find(span_text(algorithm)), key,
	                      builder_span(&w.b), message);
}

static struct span span_vector(const struct vector_bytes *v)
{
	return span_of(v->data, v->len);
}

static bool ed25519_agrees(json_t *group, json_t *test)
{
	struct vector_bytes pk = vector_bytes(json_object_get(group, "publicKey"), "pk");
	struct vector_bytes msg = vector_bytes(test, "msg"), sig = vector_bytes(test, "sig");
	struct wire key;
	enum status status;

	key.b = builder_over(key.bytes, sizeof(key.bytes));
	builder_text(&key.b, "ssh-ed25519");
	builder_string(&key.b, span_vector(&pk));
	status = verify("ssh-ed25519", builder_span(&key.b), span_vector(&sig),
	                span_vector(&msg));
	return (status == STATUS_OK) == vector_is_valid(test);
}

TEST(ed25519_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("ed25519_test.json", ed25519_agrees), 151);
}

static bool rsa_agrees(json_t *group, json_t *test)
{
	json_t *public = json_object_get(group, "publicKey");
	struct vector_bytes n = vector_bytes(public, "modulus");
	struct vector_bytes e = vector_bytes(public, "publicExponent");
	struct vector_bytes msg = vector_bytes(test, "msg"), sig = vector_bytes(test, "sig");
	struct wire key;
	enum status status;

	key.b = builder_over(key.bytes, sizeof(key.bytes));
	builder_text(&key.b, "ssh-rsa");
	builder_mpint(&key.b, span_vector(&e));
	builder_mpint(&key.b, span_vector(&n));
	status = verify("rsa-sha2-256", builder_span(&key.b), span_vector(&sig),
	                span_vector(&msg));
	return (status == STATUS_OK) == vector_is_valid(test);
}

// The one case called acceptable leaves the NULL out of the padding; we refuse it.
TEST(rsa_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("rsa_signature_2048_sha256_test.json", rsa_agrees), 259);
}

static int signatures_used;

// An integer of the DER as SSH would carry it, sign and all.
static void integer_emit(struct builder *b, const BIGNUM *v)
{
	uint8_t bytes[1024];
	int len = BN_bn2mpi(v, NULL);

	if (len > (int)sizeof(bytes))
		return;
	// BN_bn2mpi marks a negative number by its top bit; two's complement is not needed, as
	// every number with that bit set must be refused.
	BN_bn2mpi(v, bytes);
	builder_bytes(b, span_of(bytes, (size_t)len));
}

static bool ecdsa_agrees(json_t *group, json_t *test)
{
	struct vector_bytes point =
	        vector_bytes(json_object_get(group, "publicKey"), "uncompressed");
	struct vector_bytes msg = vector_bytes(test, "msg"), sig = vector_bytes(test, "sig");
	const uint8_t *at = sig.data;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)sig.len);
	struct wire key, inner;
	enum status status;

	// SSH has no DER: a case that is only about its encoding says nothing here.
	if (pair == NULL || at != sig.data + sig.len ||
	    i2d_ECDSA_SIG(pair, NULL) != (int)sig.len) {
		ECDSA_SIG_free(pair);
		return !vector_is_valid(test);
	}
	signatures_used++;
	key.b = builder_over(key.bytes, sizeof(key.bytes));
	builder_text(&key.b, "ecdsa-sha2-nistp256");
	builder_text(&key.b, "nistp256");
	builder_string(&key.b, span_vector(&point));
	inner.b = builder_over(inner.bytes, sizeof(inner.bytes));
	integer_emit(&inner.b, ECDSA_SIG_get0_r(pair));
	integer_emit(&inner.b, ECDSA_SIG_get0_s(pair));
	ECDSA_SIG_free(pair);
	status = verify("ecdsa-sha2-nistp256", builder_span(&key.b), builder_span(&inner.b),
	                span_vector(&msg));
	return (status == STATUS_OK) == vector_is_valid(test);
}

TEST(ecdsa_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("ecdsa_secp256r1_sha256_test.json", ecdsa_agrees), 484);
	CHECK_EQ(signatures_used, 265);
}

CHECK_MAIN()
