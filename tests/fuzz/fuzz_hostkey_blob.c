// Public keys and signatures as peers send them. Input: string key, string signature, message.
#include "crypto/hostkey/hostkey.h"
#include "crypto/wire/cursor.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(span_of(data, size));
	struct span key = cursor_string(&c), signature = cursor_string(&c);
	struct span message = cursor_rest(&c), name;
	bool accepted = hostkey_blob_check(key, &name) == STATUS_OK;
	const struct hostkey_algorithm *algorithm;
	enum status status;

	for (uint32_t row = 0; (algorithm = hostkey_algorithm_at(row)) != NULL; row++) {
		status = hostkey_verify(algorithm, key, signature, message);
		if (status == STATUS_OK && !accepted)
			abort();
	}
	return 0;
}
