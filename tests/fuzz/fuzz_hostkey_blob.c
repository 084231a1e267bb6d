// Public keys and signatures as peers send them. Input: string key, string signature, message.
#include "crypto/hostkey/hostkey.h"
#include "crypto/wire/cursor.h"
#include "crypto/wire/names.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(span_of(data, size));
	struct span key = cursor_string(&c), signature = cursor_string(&c);
	struct span message = cursor_rest(&c), name;
	struct span algorithms = span_text(hostkey_algorithm_names), algorithm;
	bool accepted = hostkey_blob_check(key, &name) == STATUS_OK;
	enum status status;

	while (names_next(&algorithms, &algorithm)) {
		status = hostkey_verify(hostkey_algorithm_find(algorithm), key, signature,
		                        message);
		if (status == STATUS_OK && !accepted)
			abort();
	}
	return 0;
}
