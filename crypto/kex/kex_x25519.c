// curve25519-sha256 (RFC 8731), and the pool of key pairs made ahead of need. Each pair is used
// once and belongs to whoever took it.
#include "crypto/kex/kex_ops.h"

#include "crypto/core/random.h"

#include <openssl/evp.h>
#include <pthread.h>

#define POINT    32
#define POOL_MAX 1024

// Ready pairs. Every access under the lock.
static struct {
	pthread_mutex_t lock;
	EVP_PKEY *pair[POOL_MAX];
	unsigned ready;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static EVP_PKEY *pair_make(void)
{
	uint8_t scalar[POINT];
	EVP_PKEY *pair;

	random_fill(scalar, sizeof(scalar));
	pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, scalar, sizeof(scalar));
	secret_wipe(scalar, sizeof(scalar));
	return pair;
}

// Never waits for whoever prepares them, which may be a thread of the lowest priority.
static EVP_PKEY *pair_take(void)
{
	EVP_PKEY *pair = NULL;

	if (pthread_mutex_trylock(&pool.lock) == 0) {
		if (pool.ready > 0)
			pair = pool.pair[--pool.ready];
		pthread_mutex_unlock(&pool.lock);
	}
	return pair != NULL ? pair : pair_make();
}

// False when the pool is full; the pair is then still the caller's.
static bool pair_give(EVP_PKEY *pair, unsigned *ready)
{
	bool fits;

	pthread_mutex_lock(&pool.lock);
	fits = pool.ready < POOL_MAX;
	if (fits)
		pool.pair[pool.ready++] = pair;
	*ready = pool.ready;
	pthread_mutex_unlock(&pool.lock);
	return fits;
}

unsigned kex_prepare(unsigned count)
{
	unsigned ready;

	pthread_mutex_lock(&pool.lock);
	ready = pool.ready;
	pthread_mutex_unlock(&pool.lock);

	while (count-- > 0 && ready < POOL_MAX) {
		EVP_PKEY *pair = pair_make();

		if (pair == NULL)
			break;
		if (!pair_give(pair, &ready))
			EVP_PKEY_free(pair);
	}
	return ready;
}

// RFC 8731 section 3: 32 bytes, and OpenSSL refuses the all-zero result.
static enum status agree(EVP_PKEY *pair, struct span peer, struct secret *shared)
{
	enum status status = STATUS_KEX_FAILED;
	EVP_PKEY *theirs;

	if (peer.len != POINT)
		return STATUS_BAD_KEY;
	theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer.data, POINT);
	if (theirs != NULL)
		status = kex_agree(pair, theirs, shared, POINT);
	EVP_PKEY_free(theirs);
	return status;
}

static enum status public_of(EVP_PKEY *pair, uint8_t *out, size_t *len)
{
	*len = POINT;
	if (pair == NULL || EVP_PKEY_get_raw_public_key(pair, out, len) != 1)
		return STATUS_INTERNAL;
	return STATUS_OK;
}

static enum status x25519_answer(struct span client_public, uint8_t *server_public, size_t *len,
                                 struct secret *shared)
{
	EVP_PKEY *pair;
	enum status status;

	if (client_public.len != POINT)
		return STATUS_BAD_KEY;
	pair = pair_take();
	status = public_of(pair, server_public, len);
	if (status == STATUS_OK)
		status = agree(pair, client_public, shared);
	EVP_PKEY_free(pair);
	return status;
}

static enum status x25519_start(void **pair, uint8_t *client_public, size_t *len)
{
	enum status status;

	*pair = pair_take();
	status = public_of(*pair, client_public, len);
	if (status != STATUS_OK)
		EVP_PKEY_free(*pair);
	return status;
}

static enum status x25519_finish(void *pair, struct span server_public, struct secret *shared)
{
	return agree(pair, server_public, shared);
}

static void x25519_drop(void *pair)
{
	EVP_PKEY_free(pair);
}

const struct kex_ops kex_x25519_ops = {x25519_answer, x25519_start, x25519_finish, x25519_drop};
