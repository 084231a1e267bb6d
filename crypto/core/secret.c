// Wiping and constant-time comparison, and the owned byte runs of span.h.
#include "crypto/core/secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>

void secret_wipe(void *data, size_t len)
{
	OPENSSL_cleanse(data, len);
}

bool secret_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

struct blob blob_copy(struct span from)
{
	struct blob b = {malloc(from.len + 1), from.len};

	if (b.data == NULL)
		return (struct blob){NULL, 0};
	if (from.len > 0)
		memcpy(b.data, from.data, from.len);
	b.data[from.len] = 0;
	return b;
}

void blob_fini(struct blob *b)
{
	free(b->data);
	*b = (struct blob){NULL, 0};
}

void blob_wipe(struct blob *b)
{
	if (b->data != NULL)
		secret_wipe(b->data, b->len);
	blob_fini(b);
}
