// The rows, the choice of implementation, and the calls of suite.h passed on to it.
#include "crypto/suite/suite_ops.h"

#include <string.h>

// clang-format off
#define ROW_GCM(id_, cipher_, key_) \
	{ .id = id_, .cipher = cipher_, .key_bytes = key_, .iv_bytes = 12, .tag_bytes = 16, \
	  .block_bytes = 16, .head_bytes = 4, .length = SUITE_LENGTH_CLEAR, .ops = &suite_gcm_ops }
#define ROW_CHACHA(id_, cipher_) \
	{ .id = id_, .cipher = cipher_, .key_bytes = 64, .tag_bytes = 16, .block_bytes = 8, \
	  .head_bytes = 4, .length = SUITE_LENGTH_ENCRYPTED, .ops = &suite_chacha_ops }
#define ROW_CTR_ETM(id_, cipher_, key_, mac_, tag_) \
	{ .id = id_, .cipher = cipher_, .mac = mac_, .key_bytes = key_, .iv_bytes = 16, \
	  .mac_key_bytes = tag_, .tag_bytes = tag_, .block_bytes = 16, .head_bytes = 4, \
	  .length = SUITE_LENGTH_CLEAR, .ops = &suite_ctr_etm_ops }
#define ROW_CTR_MAC(id_, cipher_, key_, mac_, tag_) \
	{ .id = id_, .cipher = cipher_, .mac = mac_, .key_bytes = key_, .iv_bytes = 16, \
	  .mac_key_bytes = tag_, .tag_bytes = tag_, .block_bytes = 16, .head_bytes = 16, \
	  .pads_length = true, .length = SUITE_LENGTH_IN_BLOCK, .ops = &suite_ctr_mac_ops }

// In order of preference. Ids cross the link and outlive a restart: never reuse one.
static const struct suite rows[] = {
	ROW_GCM(1, "aes128-gcm@openssh.com", 16),
	ROW_CHACHA(2, "chacha20-poly1305@openssh.com"),
	ROW_GCM(3, "aes256-gcm@openssh.com", 32),
	ROW_CTR_ETM(4, "aes128-ctr", 16, "hmac-sha2-256-etm@openssh.com", 32),
	ROW_CTR_ETM(5, "aes128-ctr", 16, "hmac-sha2-512-etm@openssh.com", 64),
	ROW_CTR_MAC(6, "aes128-ctr", 16, "hmac-sha2-256", 32),
	ROW_CTR_MAC(7, "aes128-ctr", 16, "hmac-sha2-512", 64),
	ROW_CTR_ETM(8, "aes256-ctr", 32, "hmac-sha2-256-etm@openssh.com", 32),
	ROW_CTR_ETM(9, "aes256-ctr", 32, "hmac-sha2-512-etm@openssh.com", 64),
	ROW_CTR_MAC(10, "aes256-ctr", 32, "hmac-sha2-256", 32),
	ROW_CTR_MAC(11, "aes256-ctr", 32, "hmac-sha2-512", 64),
};

const char *const suite_cipher_names =
	"aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,"
	"aes128-ctr,aes256-ctr";
const char *const suite_mac_names =
	"hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512";
// clang-format on

#define ROWS (sizeof(rows) / sizeof(rows[0]))

// Written by suite_backend_set, which runs before any context is expanded.
static enum suite_backend backend = SUITE_BACKEND_EVP;
static IMB_MGR *mgr;

IMB_MGR *suite_mgr(void)
{
	return mgr;
}

// NULL when the processor lacks what makes the library worth using.
static IMB_MGR *mgr_new(void)
{
	const uint64_t need = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
	IMB_MGR *m = alloc_mb_mgr(0);
	IMB_ARCH arch;

	if (m == NULL)
		return NULL;
	init_mb_mgr_auto(m, &arch);
	if (imb_get_errno(m) == 0 && (m->features & need) == need)
		return m;
	free_mb_mgr(m);
	return NULL;
}

enum suite_backend suite_backend_set(enum suite_backend want)
{
	if (want != SUITE_BACKEND_EVP && mgr == NULL)
		mgr = mgr_new();
	backend = want != SUITE_BACKEND_EVP && mgr != NULL ? SUITE_BACKEND_IPSEC_MB
	                                                   : SUITE_BACKEND_EVP;
	return backend;
}

size_t suite_ctx_bytes(void)
{
	return sizeof(struct suite_ctx);
}

static EVP_CIPHER_CTX *evp_new(const char *name)
{
	EVP_CIPHER_CTX *evp = EVP_CIPHER_CTX_new();
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);

	if (evp == NULL || cipher == NULL)
		abort();
	suite_must(EVP_CipherInit_ex2(evp, cipher, NULL, NULL, 1, NULL));
	EVP_CIPHER_free(cipher);
	return evp;
}

void suite_ctx_init(struct suite_ctx *ctx)
{
	static const char *const names[SUITE_EVPS] = {
	        [SUITE_EVP_GCM_128] = "AES-128-GCM",  [SUITE_EVP_GCM_256] = "AES-256-GCM",
	        [SUITE_EVP_CTR_128] = "AES-128-CTR",  [SUITE_EVP_CTR_256] = "AES-256-CTR",
	        [SUITE_EVP_CHACHA_HEAD] = "ChaCha20", [SUITE_EVP_CHACHA_BODY] = "ChaCha20",
	};
	EVP_MAC *poly = EVP_MAC_fetch(NULL, "POLY1305", NULL);

	memset(ctx, 0, sizeof(*ctx));
	for (unsigned i = 0; i < SUITE_EVPS; i++)
		ctx->evp[i] = evp_new(names[i]);
	ctx->poly = EVP_MAC_CTX_new(poly);
	EVP_MAC_free(poly);
	if (ctx->poly == NULL)
		abort();
}

void suite_ctx_fini(struct suite_ctx *ctx)
{
	for (unsigned i = 0; i < SUITE_EVPS; i++)
		EVP_CIPHER_CTX_free(ctx->evp[i]);
	EVP_MAC_CTX_free(ctx->poly);
	secret_wipe(ctx, sizeof(*ctx));
}

void suite_expand(struct suite_ctx *ctx, const struct suite *suite,
                  const struct suite_keys *keys, bool sealing)
{
	const struct suite_ops *ops = suite->ops;

	ctx->suite = suite;
	ctx->engine = backend == SUITE_BACKEND_IPSEC_MB ? &ops->ipsec_mb : &ops->evp;
	ctx->sealing = sealing;
	ctx->engine->expand(ctx, keys);
}

uint32_t suite_packet_length(struct suite_ctx *ctx, const struct suite_keys *keys, uint32_t seq,
                             const uint8_t *head)
{
	return ctx->engine->length(ctx, keys, seq, head);
}

enum status suite_open(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                       const uint8_t *record, uint32_t packet_length, uint8_t *plain)
{
	return ctx->engine->open(ctx, keys, seq, record, packet_length, plain);
}

void suite_seal(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                const uint8_t *plain, uint32_t packet_length, uint8_t *record)
{
	ctx->engine->seal(ctx, keys, seq, plain, packet_length, record);
}

const struct suite *suite_by_id(uint8_t id)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].id == id)
			return &rows[i];
	}
	return NULL;
}

const struct suite *suite_find(struct span cipher, struct span mac)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (span_is(cipher, rows[i].cipher) &&
		    (rows[i].mac == NULL || span_is(mac, rows[i].mac)))
			return &rows[i];
	}
	return NULL;
}

bool suite_cipher_is_aead(struct span cipher)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (span_is(cipher, rows[i].cipher))
			return rows[i].mac == NULL;
	}
	return false;
}
