// OpenSSL's block functions without the EVP layer: that one allocates for every copy of a state,
// and costs more than the hashing of a short record. They are deprecated, hence the define.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/core/digest.h"

#include "crypto/core/secret.h"

static const struct {
	const char *name;
	size_t bytes;
	size_t block;
} rows[DIGESTS] = {
        [DIGEST_SHA256] = {"SHA256", 32, 64},
        [DIGEST_SHA384] = {"SHA384", 48, 128},
        [DIGEST_SHA512] = {"SHA512", 64, 128},
        [DIGEST_SHA1] = {"SHA1", 20, 64},
};

size_t digest_bytes(enum digest_id id)
{
	return rows[id].bytes;
}

enum digest_id digest_find(const char *name)
{
	enum digest_id id = 0;

	while (id + 1 < DIGESTS && strcmp(rows[id].name, name) != 0)
		id++;
	return id;
}

void digest_init(struct digest *d, enum digest_id id)
{
	d->id = id;
	if (id == DIGEST_SHA256)
		SHA256_Init(&d->state.sha256);
	else if (id == DIGEST_SHA384)
		SHA384_Init(&d->state.sha512);
	else if (id == DIGEST_SHA1)
		SHA1_Init(&d->state.sha1);
	else
		SHA512_Init(&d->state.sha512);
}

void digest_update(struct digest *d, struct span s)
{
	if (s.len == 0)
		return;
	if (d->id == DIGEST_SHA256)
		SHA256_Update(&d->state.sha256, s.data, s.len);
	else if (d->id == DIGEST_SHA1)
		SHA1_Update(&d->state.sha1, s.data, s.len);
	else
		SHA512_Update(&d->state.sha512, s.data, s.len);
}

void digest_final(struct digest *d, uint8_t *out)
{
	if (d->id == DIGEST_SHA256)
		SHA256_Final(out, &d->state.sha256);
	else if (d->id == DIGEST_SHA1)
		SHA1_Final(out, &d->state.sha1);
	else
		SHA512_Final(out,
		             &d->state.sha512); // writes as many bytes as the init asked for
	secret_wipe(&d->state, sizeof(d->state));
}

void digest_of(enum digest_id id, struct span message, uint8_t *out)
{
	struct digest d;

	digest_init(&d, id);
	digest_update(&d, message);
	digest_final(&d, out);
}

void hmac_init(struct hmac *h, enum digest_id id, struct span key)
{
	uint8_t block[128] = {0};

	if (key.len > rows[id].block)
		digest_of(id, key, block);
	else if (key.len > 0)
		memcpy(block, key.data, key.len);

	for (size_t i = 0; i < rows[id].block; i++)
		block[i] ^= 0x36;
	digest_init(&h->inner, id);
	digest_update(&h->inner, span_of(block, rows[id].block));

	for (size_t i = 0; i < rows[id].block; i++)
		block[i] ^= 0x36 ^ 0x5c;
	digest_init(&h->outer, id);
	digest_update(&h->outer, span_of(block, rows[id].block));
	secret_wipe(block, sizeof(block));
}

void hmac_end(const struct hmac *h, struct digest *run, uint8_t *out)
{
	uint8_t inner[DIGEST_BYTES_MAX];
	struct digest outer = h->outer;

	digest_final(run, inner);
	digest_update(&outer, span_of(inner, digest_bytes(h->inner.id)));
	digest_final(&outer, out);
}

void hmac_of(enum digest_id id, struct span key, struct span message, uint8_t *out)
{
	struct digest run;
	struct hmac h;

	hmac_init(&h, id, key);
	hmac_begin(&h, &run);
	digest_update(&run, message);
	hmac_end(&h, &run, out);
	secret_wipe(&h, sizeof(h));
}
