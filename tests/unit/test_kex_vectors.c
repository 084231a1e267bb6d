// The arithmetic of crypto/kex against Wycheproof, through the client's last step.
#include "crypto/kex/kex_ops.h"
#include "tests/unit/vectors.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

static bool x25519_agrees(json_t *group, json_t *test)
{
	struct vector_bytes theirs = vector_bytes(test, "public");
	struct vector_bytes ours = vector_bytes(test, "private");
	struct vector_bytes want = vector_bytes(test, "shared");
	struct secret shared = {.len = 0};
	enum status status;
	EVP_PKEY *pair;

	(void)group;
	pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, ours.data, ours.len);
	status = kex_x25519_ops.finish(pair, span_of(theirs.data, theirs.len), &shared);
	EVP_PKEY_free(pair);
	// RFC 8731 section 3 makes the all-zero result an error, whatever the file thinks of it.
	if (vector_has_flag(test, "ZeroSharedSecret"))
		return status != STATUS_OK;
	return status == STATUS_OK && shared.len == want.len &&
	       memcmp(shared.bytes, want.data, want.len) == 0;
}

TEST(x25519_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("x25519_test.json", x25519_agrees), 518);
}

static EVP_PKEY *p256_private(struct vector_bytes d)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	BIGNUM *scalar = BN_bin2bn(d.data, (int)d.len, NULL);
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;

	OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, scalar);
	params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_fromdata_init(ctx);
	EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_free(scalar);
	return pkey;
}

static int points_used;

// SubjectPublicKeyInfo of P-256 by name, up to the point. SSH carries the bare point, so a case
// about the ASN.1 around it says nothing here.
static const uint8_t spki[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                               0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                               0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

static bool ecdh_agrees(json_t *group, json_t *test)
{
	struct vector_bytes theirs = vector_bytes(test, "public");
	struct vector_bytes want = vector_bytes(test, "shared");
	struct secret shared = {.len = 0};
	enum status status;
	EVP_PKEY *pair;

	(void)group;
	if (theirs.len < sizeof(spki) || memcmp(theirs.data, spki, sizeof(spki)) != 0)
		return true;
	points_used++;
	pair = p256_private(vector_bytes(test, "private"));
	status = kex_ecdh_ops.finish(
	        pair, span_of(theirs.data + sizeof(spki), theirs.len - sizeof(spki)), &shared);
	EVP_PKEY_free(pair);
	if (!vector_is_valid(test))
		return status != STATUS_OK;
	return status == STATUS_OK && shared.len == want.len &&
	       memcmp(shared.bytes, want.data, want.len) == 0;
}

TEST(nistp256_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("ecdh_secp256r1_test.json", ecdh_agrees), 612);
	CHECK(points_used >= 330);
}

CHECK_MAIN()
