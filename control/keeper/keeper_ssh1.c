// Make, keep and use the server key of SSH-1.5.
#include "control/keeper/keeper_ssh1.h"

#include "crypto/core/secret.h"
#include "crypto/hostkey/ssh1_key.h"
#include "crypto/wire/builder.h"

#include <stdlib.h>
#include <time.h>

#define BITS      2048
#define BITS_ELSE 2304 // beside a host key of nearly as many

void keeper_ssh1_init(struct keeper_ssh1 *k)
{
	*k = (struct keeper_ssh1){0};
	pthread_mutex_init(&k->lock, NULL);
}

void keeper_ssh1_fini(struct keeper_ssh1 *k)
{
	hostkey_free(k->now.key);
	hostkey_free(k->before.key);
	pthread_mutex_destroy(&k->lock);
	*k = (struct keeper_ssh1){0};
}

static uint64_t seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec;
}

static unsigned host_bits(struct keeper_store *store)
{
	unsigned bits = 0;

	pthread_rwlock_rdlock(&store->lock);
	if (store->keys[HOSTKEY_RSA].key != NULL)
		bits = hostkey_bits(store->keys[HOSTKEY_RSA].key);
	pthread_rwlock_unlock(&store->lock);
	return bits;
}

static unsigned bits_beside(unsigned host)
{
	unsigned apart = host > BITS ? host - BITS : BITS - host;

	return apart >= SSH1_KEY_BITS_APART ? BITS : BITS_ELSE;
}

static enum status key_renew(struct keeper_ssh1 *k, unsigned bits)
{
	struct hostkey *key, *old;
	enum status status = hostkey_generate(HOSTKEY_RSA, bits, &key);

	if (status != STATUS_OK)
		return status;
	pthread_mutex_lock(&k->lock);
	old = k->before.key;
	k->before = k->now;
	k->now = (struct keeper_ssh1_key){key, k->before.number + 1};
	k->made = seconds();
	pthread_mutex_unlock(&k->lock);
	hostkey_free(old);
	return STATUS_OK;
}

static bool is_stale(const struct keeper_ssh1 *k, uint32_t hours, unsigned bits)
{
	return k->now.key == NULL || hostkey_bits(k->now.key) != bits ||
	       (hours > 0 && seconds() - k->made >= hours * 3600ull);
}

// This thread is the only writer: reading what it wrote needs no lock.
enum status keeper_ssh1_public(struct keeper_ssh1 *k, struct keeper_store *store,
                               uint32_t hours, struct blob *out)
{
	uint8_t bytes[HOSTKEY_BLOB_MAX + 4];
	struct builder b = builder_over(bytes, sizeof(bytes));
	unsigned host = host_bits(store);
	struct blob blob = {NULL, 0};
	enum status status = host > 0 ? STATUS_OK : STATUS_NOT_FOUND;

	if (status == STATUS_OK && is_stale(k, hours, bits_beside(host)))
		status = key_renew(k, bits_beside(host));
	if (status == STATUS_OK)
		status = hostkey_public_blob(k->now.key, &blob);
	if (status != STATUS_OK)
		return status;
	builder_u32(&b, k->now.number);
	builder_bytes(&b, span_blob(&blob));
	blob_fini(&blob);
	*out = blob_copy(builder_span(&b));
	return out->data != NULL ? builder_end(&b) : STATUS_NO_MEMORY;
}

enum status keeper_ssh1_open(struct keeper_ssh1 *k, struct keeper_store *store, uint32_t number,
                             struct span wrapped, struct blob *out)
{
	uint8_t key[SSH1_SESSION_KEY_BYTES];
	const struct hostkey *server = NULL;
	enum status status = STATUS_NOT_FOUND;

	pthread_mutex_lock(&k->lock);
	if (number != 0 && number == k->now.number)
		server = k->now.key;
	else if (number != 0 && number == k->before.number)
		server = k->before.key;
	if (server != NULL) {
		pthread_rwlock_rdlock(&store->lock);
		status = ssh1_key_open(store->keys[HOSTKEY_RSA].key, server, wrapped, key);
		pthread_rwlock_unlock(&store->lock);
	}
	pthread_mutex_unlock(&k->lock);
	if (status != STATUS_OK)
		return status;
	*out = blob_copy(span_of(key, sizeof(key)));
	secret_wipe(key, sizeof(key));
	return out->data != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}
