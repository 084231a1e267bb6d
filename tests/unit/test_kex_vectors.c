// The arithmetic of crypto/kex against Wycheproof, through the client's last step.
#include "crypto/kex/kex_ops.h"
#include "tests/unit/vectors.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
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
	status = kex_nistp256_ops.finish(
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

// RFC 7748 section 6.2
TEST(x448_agrees_with_rfc_7748)
{
	uint8_t private[56], public[56], want[56];
	struct secret shared;
	EVP_PKEY *pair;

	vector_unhex("9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf5"
	             "74a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
	             private, 56);
	vector_unhex("3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972"
	             "fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
	             public, 56);
	vector_unhex("07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56"
	             "fd2464c335543936521c24403085d59a449a5037514a879d",
	             want, 56);
	pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_X448, NULL, private, 56);
	CHECK_EQ(kex_x448_ops.finish(pair, span_of(public, 56), &shared), STATUS_OK);
	CHECK_EQ(shared.len, 56);
	CHECK_MEM(shared.bytes, want, 56);
	EVP_PKEY_free(pair);
}

// The x coordinate of scalar * point, multiplied out by OpenSSL's curve functions.
static void check_curve(const char *group, int nid, const struct kex_ops *ops, size_t field)
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(nid);
	uint8_t theirs[KEX_PUBLIC_MAX], want[66];
	BIGNUM *scalar = NULL, *x = BN_new();
	EC_POINT *point = EC_POINT_new(g);
	EVP_PKEY *ours = EVP_EC_gen(group);
	struct secret shared;
	void *pair;
	size_t len;

	CHECK_EQ(ops->start(&pair, theirs, &len), STATUS_OK);
	CHECK_EQ(len, 1 + 2 * field);
	CHECK_EQ(ops->finish(ours, span_of(theirs, len), &shared), STATUS_OK);
	EVP_PKEY_get_bn_param(ours, OSSL_PKEY_PARAM_PRIV_KEY, &scalar);
	CHECK_EQ(EC_POINT_oct2point(g, point, theirs, len, NULL), 1);
	CHECK_EQ(EC_POINT_mul(g, point, NULL, point, scalar, NULL), 1);
	CHECK_EQ(EC_POINT_get_affine_coordinates(g, point, x, NULL, NULL), 1);
	CHECK_EQ(BN_bn2binpad(x, want, (int)field), field);
	CHECK_EQ(shared.len, field);
	CHECK_MEM(shared.bytes, want, field);
	ops->drop(pair);
	EVP_PKEY_free(ours);
	BN_free(scalar);
	BN_free(x);
	EC_POINT_free(point);
	EC_GROUP_free(g);
}

TEST(nistp384_and_nistp521_agree_with_the_curve_multiplied_out)
{
	check_curve("P-384", NID_secp384r1, &kex_nistp384_ops, 48);
	check_curve("P-521", NID_secp521r1, &kex_nistp521_ops, 66);
}

CHECK_MAIN()
