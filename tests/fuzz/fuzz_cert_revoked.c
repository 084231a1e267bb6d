// Revocation lists: what does not pass the check revokes everything, and what passes is walked the
// same way twice.
#include "crypto/cert/cert_revoked.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span list = span_of(data, size);
	struct cert_revoked_subject key = {.key = span_text("key")};
	struct cert_revoked_subject cert = {span_text("key"), span_text("authority"),
	                                    span_text("an id"), 7};
	bool sound = cert_revoked_check(list) == STATUS_OK;

	if (!sound && !cert_is_revoked(list, &key))
		abort();
	if (!sound && !cert_is_revoked(list, &cert))
		abort();
	if (cert_is_revoked(list, &cert) != cert_is_revoked(list, &cert))
		abort();
	return 0;
}
