// A public key file as cli imports it: what is taken comes back from the code it prints as.
#include "cli/config/config_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t blob_bytes[16384], code_bytes[16384], again_bytes[16384];
	struct builder blob = builder_over(blob_bytes, sizeof(blob_bytes));
	struct builder code = builder_over(code_bytes, sizeof(code_bytes));
	struct builder again = builder_over(again_bytes, sizeof(again_bytes));

	if (key_file_parse(span_of(data, size), &blob) != STATUS_OK)
		return 0;
	if (key_code_from_blob(builder_span(&blob), &code) != STATUS_OK)
		return 0;
	if (key_code_to_blob(builder_span(&code), &again) == STATUS_OK &&
	    !span_equal(builder_span(&again), builder_span(&blob)))
		abort();
	return 0;
}
