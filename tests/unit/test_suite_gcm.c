// crypto/suite/suite_gcm.c: the nonce, and the primitives under both implementations against
// published vectors.
#include "tests/unit/suite_fixture.h"
#include "tests/unit/vectors.h"

static const struct suite *gcm(size_t key_bytes)
{
	return suite_find(span_text(key_bytes == 16 ? "aes128-gcm@openssh.com"
	                                            : "aes256-gcm@openssh.com"),
	                  span_text(""));
}

TEST(gcm_counts_records_in_the_last_eight_bytes_of_the_nonce)
{
	struct suite_pair p = pair_make(gcm(16), SUITE_BACKEND_EVP, SUITE_BACKEND_IPSEC_MB);
	uint8_t fixed[4];

	memcpy(fixed, p.seal_keys.iv, 4);
	memset(p.seal_keys.iv + 4, 0xff, 8);
	memset(p.open_keys.iv + 4, 0xff, 8);
	CHECK(round_trip(&p, 0, 32, false));
	CHECK_MEM(p.open_keys.iv, fixed, 4);
	CHECK_MEM(p.open_keys.iv + 4, "\0\0\0\0\0\0\0\0", 8);
	pair_drop(&p);
}

// A record is a GCM message whose associated data is its length (RFC 5647 section 7.3).
TEST(a_gcm_record_is_what_evp_computes_from_scratch)
{
	uint8_t plain[36], record[36 + 16], want[32], tag[16];
	struct suite_pair p = pair_make(gcm(32), SUITE_BACKEND_AUTO, SUITE_BACKEND_AUTO);
	EVP_CIPHER_CTX *evp = EVP_CIPHER_CTX_new();
	int n;

	packet_make(plain, 32);
	EVP_EncryptInit_ex(evp, EVP_aes_256_gcm(), NULL, p.seal_keys.key, p.seal_keys.iv);
	EVP_EncryptUpdate(evp, NULL, &n, plain, 4);
	EVP_EncryptUpdate(evp, want, &n, plain + 4, 32);
	EVP_EncryptFinal_ex(evp, tag, &n);
	EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, 16, tag);
	suite_seal(p.sealer, &p.seal_keys, 1234, plain, 32, record);
	CHECK_MEM(record, plain, 4);
	CHECK_MEM(record + 4, want, 32);
	CHECK_MEM(record + 36, tag, 16);
	EVP_CIPHER_CTX_free(evp);
	pair_drop(&p);
}

struct vector {
	struct vector_bytes key, iv, aad, msg, ct, tag;
};

static struct vector vector_read(json_t *test)
{
	return (struct vector){
	        .key = vector_bytes(test, "key"),
	        .iv = vector_bytes(test, "iv"),
	        .aad = vector_bytes(test, "aad"),
	        .msg = vector_bytes(test, "msg"),
	        .ct = vector_bytes(test, "ct"),
	        .tag = vector_bytes(test, "tag"),
	};
}

static bool same(const struct vector *v, const uint8_t *ct, const uint8_t *tag)
{
	return memcmp(ct, v->ct.data, v->ct.len) == 0 && memcmp(tag, v->tag.data, 16) == 0;
}

static bool mb_equal(const struct suite_ctx *ctx, const struct vector *v)
{
	static uint8_t ct[VECTOR_BYTES_MAX];
	struct gcm_context_data run;
	uint8_t tag[16];
	aes_gcm_enc_dec_t enc =
	        v->key.len == 16 ? suite_mgr()->gcm128_enc : suite_mgr()->gcm256_enc;

	enc(&ctx->key.gcm, &run, ct, v->msg.data, v->msg.len, v->iv.data, v->aad.data,
	    v->aad.len, tag, 16);
	return same(v, ct, tag);
}

static bool evp_equal(const struct suite_ctx *ctx, const struct vector *v)
{
	static uint8_t ct[VECTOR_BYTES_MAX];
	EVP_CIPHER_CTX *evp =
	        ctx->evp[v->key.len == 16 ? SUITE_EVP_GCM_128 : SUITE_EVP_GCM_256];
	uint8_t tag[16];
	int n;

	EVP_CipherInit_ex2(evp, NULL, NULL, v->iv.data, -1, NULL);
	EVP_CipherUpdate(evp, NULL, &n, v->aad.data, (int)v->aad.len);
	EVP_CipherUpdate(evp, ct, &n, v->msg.data, (int)v->msg.len);
	EVP_CipherFinal_ex(evp, tag, &n);
	EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, 16, tag);
	return same(v, ct, tag);
}

static int evp_used, mb_used;

static bool backend_agrees(json_t *test, enum suite_backend backend, int *used,
                           bool (*equal)(const struct suite_ctx *, const struct vector *))
{
	struct vector v = vector_read(test);
	struct suite_keys keys = {0};
	struct suite_ctx *ctx;
	bool ok;

	if (v.iv.len != 12 || v.tag.len != 16 || (v.key.len != 16 && v.key.len != 32))
		return true;
	(*used)++;
	memcpy(keys.key, v.key.data, v.key.len);
	ctx = ctx_expanded(backend, gcm(v.key.len), &keys, true);
	ok = equal(ctx, &v) == vector_is_valid(test);
	ctx_drop(ctx);
	return ok;
}

static bool evp_agrees(json_t *group, json_t *test)
{
	(void)group;
	return backend_agrees(test, SUITE_BACKEND_EVP, &evp_used, evp_equal);
}

static bool mb_agrees(json_t *group, json_t *test)
{
	(void)group;
	return backend_agrees(test, SUITE_BACKEND_IPSEC_MB, &mb_used, mb_equal);
}

// Of the 316 cases, those with a nonce of 96 bits and a key of 128 or 256.
TEST(evp_gcm_agrees_with_wycheproof)
{
	CHECK_EQ(vectors_run("aes_gcm_test.json", evp_agrees), 316);
	CHECK(evp_used > 120);
}

TEST(ipsec_mb_gcm_agrees_with_wycheproof)
{
	if (suite_backend_set(SUITE_BACKEND_IPSEC_MB) != SUITE_BACKEND_IPSEC_MB)
		return;
	CHECK_EQ(vectors_run("aes_gcm_test.json", mb_agrees), 316);
	CHECK(mb_used > 120);
}

CHECK_MAIN()
