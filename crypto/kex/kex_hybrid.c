// The steps that all hybrids share. The server asks the KEM first: it refuses at less cost, and
// no prepared X25519 pair is spent on a bad key.
#include "crypto/kex/kex_hybrid.h"

#include <stdlib.h>

#define X25519 32

// A client's ephemeral keys.
struct hybrid {
	const struct kex_kem *kem;
	void *classic; // of kex_x25519_ops
	uint8_t private[];
};

static void combine(const struct kex_kem *kem, const uint8_t quantum[KEX_KEM_SECRET],
                    const struct secret *classic, struct secret *shared)
{
	struct digest d;

	digest_init(&d, kem->digest);
	digest_update(&d, span_of(quantum, KEX_KEM_SECRET));
	digest_update(&d, secret_span(classic));
	digest_final(&d, shared->bytes);
	shared->len = digest_bytes(kem->digest);
}

enum status kex_hybrid_answer(const struct kex_kem *kem, struct span client_public,
                              uint8_t *server_public, size_t *len, struct secret *shared)
{
	uint8_t quantum[KEX_KEM_SECRET];
	struct secret classic = {.len = 0};
	enum status status;

	if (client_public.len != kem->public_bytes + X25519)
		return STATUS_BAD_KEY;
	status = kem->encaps(span_of(client_public.data, kem->public_bytes), server_public,
	                     quantum);
	if (status == STATUS_OK)
		status = kex_x25519_ops.answer(
		        span_of(client_public.data + kem->public_bytes, X25519),
		        server_public + kem->cipher_bytes, len, &classic);
	if (status == STATUS_OK) {
		combine(kem, quantum, &classic, shared);
		*len = kem->cipher_bytes + X25519;
	}
	secret_wipe(quantum, sizeof(quantum));
	secret_fini(&classic);
	return status;
}

enum status kex_hybrid_start(const struct kex_kem *kem, void **pair, uint8_t *client_public,
                             size_t *len)
{
	struct hybrid *h = malloc(sizeof(*h) + kem->private_bytes);
	enum status status;

	if (h == NULL)
		return STATUS_NO_MEMORY;
	h->kem = kem;
	status = kex_x25519_ops.start(&h->classic, client_public + kem->public_bytes, len);
	if (status != STATUS_OK) {
		free(h);
		return status;
	}
	kem->keygen(client_public, h->private);
	*len = kem->public_bytes + X25519;
	*pair = h;
	return STATUS_OK;
}

enum status kex_hybrid_finish(void *pair, struct span server_public, struct secret *shared)
{
	const struct hybrid *h = pair;
	const struct kex_kem *kem = h->kem;
	uint8_t quantum[KEX_KEM_SECRET];
	struct secret classic = {.len = 0};
	enum status status;

	if (server_public.len != kem->cipher_bytes + X25519)
		return STATUS_BAD_KEY;
	status = kex_x25519_ops.finish(
	        h->classic, span_of(server_public.data + kem->cipher_bytes, X25519), &classic);
	if (status == STATUS_OK)
		status = kem->decaps(span_of(h->private, kem->private_bytes),
		                     span_of(server_public.data, kem->cipher_bytes), quantum);
	if (status == STATUS_OK)
		combine(kem, quantum, &classic, shared);
	secret_wipe(quantum, sizeof(quantum));
	secret_fini(&classic);
	return status;
}

void kex_hybrid_drop(void *pair)
{
	struct hybrid *h = pair;

	kex_x25519_ops.drop(h->classic);
	secret_wipe(h->private, h->kem->private_bytes);
	free(h);
}
