// The exchange hash (RFC 5656 section 4, RFC 8731 section 3.1) and the keys that follow from it
// (RFC 4253 section 7.2).
#include "crypto/kex/kex_ops.h"

#include "crypto/core/digest.h"
#include "crypto/wire/builder.h"

static void absorb_string(struct digest *d, struct span s)
{
	uint8_t be[4] = {(uint8_t)(s.len >> 24), (uint8_t)(s.len >> 16), (uint8_t)(s.len >> 8),
	                 (uint8_t)s.len};

	digest_update(d, span_of(be, sizeof(be)));
	digest_update(d, s);
}

static void absorb_shared(struct digest *d, const struct kex *kex, const struct secret *shared)
{
	uint8_t wire[4 + 1 + SECRET_MAX];
	struct builder b = builder_over(wire, sizeof(wire));

	if (kex->secret_is_mpint)
		builder_mpint(&b, secret_span(shared));
	else
		builder_string(&b, secret_span(shared));
	digest_update(d, builder_span(&b));
	secret_wipe(wire, sizeof(wire));
}

void kex_hash(const struct kex *kex, const struct kex_transcript *t,
              const struct secret *shared, uint8_t hash[KEX_HASH_MAX])
{
	struct digest d;

	digest_init(&d, digest_find(kex->digest));
	absorb_string(&d, t->client_ident);
	absorb_string(&d, t->server_ident);
	absorb_string(&d, t->client_kexinit);
	absorb_string(&d, t->server_kexinit);
	absorb_string(&d, t->host_key);
	digest_update(&d, t->group);
	absorb_string(&d, t->client_public);
	absorb_string(&d, t->server_public);
	absorb_shared(&d, kex, shared);
	digest_final(&d, hash);
}

struct derivation {
	struct digest base; // K and H absorbed
	size_t hash_bytes;
	struct span session_id;
};

// K1 = HASH(K || H || letter || session_id), K2 = HASH(K || H || K1), K3 = HASH(K || H || K1 || K2)
static void derive(const struct derivation *from, char letter, uint8_t *out, size_t len)
{
	uint8_t stream[SUITE_KEY_MAX + KEX_HASH_MAX];
	struct digest d = from->base;
	size_t have = from->hash_bytes;

	digest_update(&d, span_of(&letter, 1));
	digest_update(&d, from->session_id);
	digest_final(&d, stream);
	while (have < len) {
		d = from->base;
		digest_update(&d, span_of(stream, have));
		digest_final(&d, stream + have);
		have += from->hash_bytes;
	}
	memcpy(out, stream, len);
	secret_wipe(stream, sizeof(stream));
}

void kex_derive(const struct kex *kex, const struct secret *shared,
                const uint8_t hash[KEX_HASH_MAX], struct span session_id,
                enum kex_direction direction, const struct suite *suite, struct suite_keys *out)
{
	struct derivation from = {.hash_bytes = kex->hash_bytes, .session_id = session_id};
	char step = direction == KEX_SERVER_TO_CLIENT;

	memset(out, 0, sizeof(*out));
	digest_init(&from.base, digest_find(kex->digest));
	absorb_shared(&from.base, kex, shared);
	digest_update(&from.base, span_of(hash, kex->hash_bytes));

	derive(&from, 'A' + step, out->iv, suite->iv_bytes);
	derive(&from, 'C' + step, out->key, suite->key_bytes);
	derive(&from, 'E' + step, out->mac_key, suite->mac_key_bytes);
	secret_wipe(&from, sizeof(from));
}
