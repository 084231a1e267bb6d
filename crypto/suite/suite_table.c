// The rows, the choice of implementation, and the calls of suite.h passed on to it.
#include "crypto/suite/suite_ops.h"

#include "crypto/wire/names.h"

#include <string.h>

#define MAC_SHA256_ETM "hmac-sha2-256-etm@openssh.com"
#define MAC_SHA512_ETM "hmac-sha2-512-etm@openssh.com"
#define MAC_SHA256     "hmac-sha2-256"
#define MAC_SHA512     "hmac-sha2-512"
#define MAC_SHA1_ETM   "hmac-sha1-etm@openssh.com"
#define MAC_SHA1       "hmac-sha1"

// clang-format off
#define ROW_GCM(id_, cipher_, key_) \
	{ .id = id_, .cipher = cipher_, .key_bytes = key_, .iv_bytes = 12, .tag_bytes = 16, \
	  .block_bytes = 16, .head_bytes = 4, .length = SUITE_LENGTH_CLEAR, .ops = &suite_gcm_ops }
#define ROW_CHACHA(id_, cipher_) \
	{ .id = id_, .cipher = cipher_, .key_bytes = 64, .tag_bytes = 16, .block_bytes = 8, \
	  .head_bytes = 4, .length = SUITE_LENGTH_ENCRYPTED, .ops = &suite_chacha_ops }
#define ROW_ETM(id_, cipher_, key_, block_, mac_, tag_, tier_, ops_) \
	{ .id = id_, .cipher = cipher_, .mac = mac_, .key_bytes = key_, .iv_bytes = block_, \
	  .mac_key_bytes = tag_, .tag_bytes = tag_, .block_bytes = block_, .head_bytes = 4, \
	  .length = SUITE_LENGTH_CLEAR, .tier = tier_, .ops = &ops_ }
#define ROW_MAC(id_, cipher_, key_, block_, mac_, tag_, tier_, conceals_, ops_) \
	{ .id = id_, .cipher = cipher_, .mac = mac_, .key_bytes = key_, .iv_bytes = block_, \
	  .mac_key_bytes = tag_, .tag_bytes = tag_, .block_bytes = block_, .head_bytes = block_, \
	  .pads_length = true, .length = SUITE_LENGTH_IN_BLOCK, .conceals_faults = conceals_, \
	  .tier = tier_, .ops = &ops_ }
// Ids count up from the first: SHA-2 of both lengths, each in both ways.
#define ROWS_CTR(id_, cipher_, key_) \
	ROW_ETM(id_, cipher_, key_, 16, MAC_SHA256_ETM, 32, TIER_DEFAULT, suite_ctr_etm_ops), \
	ROW_ETM(id_ + 1, cipher_, key_, 16, MAC_SHA512_ETM, 64, TIER_DEFAULT, suite_ctr_etm_ops), \
	ROW_MAC(id_ + 2, cipher_, key_, 16, MAC_SHA256, 32, TIER_DEFAULT, false, suite_ctr_mac_ops), \
	ROW_MAC(id_ + 3, cipher_, key_, 16, MAC_SHA512, 64, TIER_DEFAULT, false, suite_ctr_mac_ops)
#define ROWS_CTR_SHA1(id_, cipher_, key_) \
	ROW_ETM(id_, cipher_, key_, 16, MAC_SHA1_ETM, 20, TIER_LEGACY, suite_ctr_etm_ops), \
	ROW_MAC(id_ + 1, cipher_, key_, 16, MAC_SHA1, 20, TIER_LEGACY, false, suite_ctr_mac_ops)
#define ROWS_CBC(id_, cipher_, key_, block_) \
	ROW_ETM(id_, cipher_, key_, block_, MAC_SHA256_ETM, 32, TIER_LEGACY, suite_cbc_etm_ops), \
	ROW_ETM(id_ + 1, cipher_, key_, block_, MAC_SHA512_ETM, 64, TIER_LEGACY, suite_cbc_etm_ops), \
	ROW_ETM(id_ + 2, cipher_, key_, block_, MAC_SHA1_ETM, 20, TIER_LEGACY, suite_cbc_etm_ops), \
	ROW_MAC(id_ + 3, cipher_, key_, block_, MAC_SHA256, 32, TIER_LEGACY, true, suite_cbc_mac_ops), \
	ROW_MAC(id_ + 4, cipher_, key_, block_, MAC_SHA512, 64, TIER_LEGACY, true, suite_cbc_mac_ops), \
	ROW_MAC(id_ + 5, cipher_, key_, block_, MAC_SHA1, 20, TIER_LEGACY, true, suite_cbc_mac_ops)

// In order of preference. Ids cross the link and outlive a restart: never reuse one.
static const struct suite rows[] = {
	ROW_GCM(1, "aes128-gcm@openssh.com", 16),
	ROW_CHACHA(2, "chacha20-poly1305@openssh.com"),
	ROW_GCM(3, "aes256-gcm@openssh.com", 32),
	ROWS_CTR(4, "aes128-ctr", 16),
	ROWS_CTR(12, "aes192-ctr", 24),
	ROWS_CTR(8, "aes256-ctr", 32),
	ROWS_CTR_SHA1(16, "aes128-ctr", 16),
	ROWS_CTR_SHA1(18, "aes192-ctr", 24),
	ROWS_CTR_SHA1(20, "aes256-ctr", 32),
	ROWS_CBC(22, "aes128-cbc", 16, 16),
	ROWS_CBC(28, "aes192-cbc", 24, 16),
	ROWS_CBC(34, "aes256-cbc", 32, 16),
	ROWS_CBC(40, "3des-cbc", 24, 8),
};

const char *const suite_cipher_names =
	"aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,"
	"aes128-ctr,aes192-ctr,aes256-ctr";
const char *const suite_mac_names = MAC_SHA256_ETM "," MAC_SHA512_ETM "," MAC_SHA256 "," MAC_SHA512;
const char *const suite_cipher_names_legacy = "aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc";
const char *const suite_mac_names_legacy = MAC_SHA1_ETM "," MAC_SHA1;
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
	EVP_CIPHER_CTX_set_padding(evp, 0);
	EVP_CIPHER_free(cipher);
	return evp;
}

void suite_ctx_init(struct suite_ctx *ctx)
{
	static const char *const names[SUITE_EVPS] = {
	        [SUITE_EVP_GCM_128] = "AES-128-GCM",   [SUITE_EVP_GCM_256] = "AES-256-GCM",
	        [SUITE_EVP_CTR_128] = "AES-128-CTR",   [SUITE_EVP_CTR_192] = "AES-192-CTR",
	        [SUITE_EVP_CTR_256] = "AES-256-CTR",   [SUITE_EVP_CBC_128] = "AES-128-CBC",
	        [SUITE_EVP_CBC_192] = "AES-192-CBC",   [SUITE_EVP_CBC_256] = "AES-256-CBC",
	        [SUITE_EVP_CBC_3DES] = "DES-EDE3-CBC", [SUITE_EVP_CHACHA_HEAD] = "ChaCha20",
	        [SUITE_EVP_CHACHA_BODY] = "ChaCha20",
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

static const struct suite *row_find(struct span cipher, struct span mac)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (span_is(cipher, rows[i].cipher) &&
		    (rows[i].mac == NULL || span_is(mac, rows[i].mac)))
			return &rows[i];
	}
	return NULL;
}

const struct suite *suite_find(struct span cipher, struct span mac)
{
	const struct suite *suite = row_find(cipher, mac);

	return suite != NULL && suite->tier == TIER_DEFAULT ? suite : NULL;
}

const struct suite *suite_find_in(struct span ciphers, struct span macs, struct span cipher,
                                  struct span mac)
{
	const struct suite *suite = row_find(cipher, mac);

	if (suite == NULL || !names_has(ciphers, cipher))
		return NULL;
	return suite->mac == NULL || names_has(macs, mac) ? suite : NULL;
}

bool suite_cipher_is_aead(struct span cipher)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (span_is(cipher, rows[i].cipher))
			return rows[i].mac == NULL;
	}
	return false;
}
