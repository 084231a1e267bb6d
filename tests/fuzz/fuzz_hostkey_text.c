// Key files: whatever parses must print and parse again as the same key.
#include "crypto/core/secret.h"
#include "crypto/hostkey/hostkey.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void fuzz_public(struct span text)
{
	struct blob blob, line, again;

	if (hostkey_public_parse(text, &blob) != STATUS_OK) {
		must(blob.data == NULL);
		return;
	}
	must(hostkey_public_line(span_blob(&blob), "comment", &line) == STATUS_OK);
	must(hostkey_public_parse(span_blob(&line), &again) == STATUS_OK);
	must(span_equal(span_blob(&blob), span_blob(&again)));
	blob_fini(&blob);
	blob_fini(&line);
	blob_fini(&again);
}

static void fuzz_private(struct span text)
{
	struct hostkey *key, *again;
	struct blob first, second, written;

	if (hostkey_private_parse(text, &key) != STATUS_OK) {
		must(key == NULL);
		return;
	}
	must(hostkey_private_text(key, "", &written) == STATUS_OK);
	must(hostkey_private_parse(span_blob(&written), &again) == STATUS_OK);
	must(hostkey_public_blob(key, &first) == STATUS_OK);
	must(hostkey_public_blob(again, &second) == STATUS_OK);
	must(span_equal(span_blob(&first), span_blob(&second)));
	hostkey_free(key);
	hostkey_free(again);
	blob_fini(&first);
	blob_fini(&second);
	blob_wipe(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_public(span_of(data, size));
	fuzz_private(span_of(data, size));
	return 0;
}
