// crypto/kex/kex_derive.c against OpenSSL's own SSH key derivation, and the exchange hash against
// one put together by hand.
#include "crypto/core/digest.h"
#include "crypto/core/random.h"
#include "crypto/kex/kex_ops.h"
#include "crypto/wire/builder.h"
#include "tests/unit/check.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

struct exchange {
	struct secret shared;
	uint8_t hash[KEX_HASH_MAX];
	uint8_t session_id[32];
};

static const struct kex *curve25519(void)
{
	return kex_find(span_text("curve25519-sha256"));
}

// `first` is the leading byte of K: 0x80 and above makes the mpint longer, 0 shorter.
static struct exchange exchange_with(uint8_t first)
{
	struct exchange x = {.shared.len = 32};

	random_fill(x.shared.bytes, 32);
	random_fill(x.hash, sizeof(x.hash));
	random_fill(x.session_id, sizeof(x.session_id));
	x.shared.bytes[0] = first;
	return x;
}

static void sshkdf(struct exchange *x, char letter, uint8_t *out, size_t len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SSHKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	uint8_t k[64];
	struct builder b = builder_over(k, sizeof(k));
	char type[2] = {letter, 0};
	OSSL_PARAM params[6];

	builder_mpint(&b, secret_span(&x->shared));
	params[0] =
	        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, k, b.len);
	params[2] =
	        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SSHKDF_XCGHASH, x->hash, 32);
	params[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SSHKDF_SESSION_ID,
	                                              x->session_id, 32);
	params[4] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_SSHKDF_TYPE, type, 1);
	params[5] = OSSL_PARAM_construct_end();
	CHECK_EQ(EVP_KDF_derive(ctx, out, len, params), 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

static void check_keys(struct exchange *x, enum kex_direction direction, const char *cipher,
                       const char *mac, const char *letters)
{
	const struct suite *suite = suite_find(span_text(cipher), span_text(mac));
	uint8_t want[64];
	struct suite_keys keys;

	kex_derive(curve25519(), &x->shared, x->hash, span_of(x->session_id, 32), direction,
	           suite, &keys);
	if (suite->iv_bytes > 0)
		sshkdf(x, letters[0], want, suite->iv_bytes);
	CHECK_MEM(keys.iv, want, suite->iv_bytes);
	sshkdf(x, letters[1], want, suite->key_bytes);
	CHECK_MEM(keys.key, want, suite->key_bytes);
	if (suite->mac_key_bytes > 0)
		sshkdf(x, letters[2], want, suite->mac_key_bytes);
	CHECK_MEM(keys.mac_key, want, suite->mac_key_bytes);
}

TEST(keys_of_one_block_are_those_of_openssl)
{
	struct exchange x = exchange_with(0x42);

	check_keys(&x, KEX_CLIENT_TO_SERVER, "aes128-gcm@openssh.com", "", "ACE");
	check_keys(&x, KEX_SERVER_TO_CLIENT, "aes128-gcm@openssh.com", "", "BDF");
}

TEST(keys_longer_than_the_hash_are_those_of_openssl)
{
	struct exchange x = exchange_with(0x42);

	check_keys(&x, KEX_CLIENT_TO_SERVER, "chacha20-poly1305@openssh.com", "", "ACE");
	check_keys(&x, KEX_SERVER_TO_CLIENT, "aes256-ctr", "hmac-sha2-512", "BDF");
}

TEST(a_secret_with_its_top_bit_set_gets_a_sign_byte)
{
	struct exchange x = exchange_with(0x80);

	check_keys(&x, KEX_CLIENT_TO_SERVER, "aes256-gcm@openssh.com", "", "ACE");
}

TEST(a_secret_that_begins_with_zero_is_shortened)
{
	struct exchange x = exchange_with(0);

	check_keys(&x, KEX_CLIENT_TO_SERVER, "aes256-gcm@openssh.com", "", "ACE");
}

TEST(the_exchange_hash_covers_all_fields_in_order)
{
	struct exchange x = exchange_with(0x90);
	struct kex_transcript t = {
	        .client_ident = span_text("SSH-2.0-client"),
	        .server_ident = span_text("SSH-2.0-server"),
	        .client_kexinit = span_text("\x14 client kexinit"),
	        .server_kexinit = span_text("\x14 server kexinit"),
	        .host_key = span_text("host key blob"),
	        .client_public = span_text("client public"),
	        .server_public = span_text("server public"),
	};
	const struct span *fields = &t.client_ident;
	uint8_t wire[512], want[32], got[KEX_HASH_MAX];
	struct builder b = builder_over(wire, sizeof(wire));

	for (int i = 0; i < 7; i++)
		builder_string(&b, fields[i]);
	builder_mpint(&b, secret_span(&x.shared));
	digest_of(DIGEST_SHA256, builder_span(&b), want);
	kex_hash(curve25519(), &t, &x.shared, got);
	CHECK_MEM(got, want, 32);
}

CHECK_MAIN()
