// Certificates as peers send them, judged as if whoever signed them were trusted.
#include "crypto/cert/cert.h"
#include "crypto/wire/cursor.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static struct span first_principal(const struct cert *cert)
{
	struct cursor c = cursor_over(cert->principals);

	return cursor_string(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cert cert;
	struct cert_question q = {.authorities = &cert.authority, .authority_count = 1};
	struct span name;
	struct blob key;

	if (cert_parse(span_of(data, size), &cert) != STATUS_OK)
		return 0;
	must(cert_key_blob(&cert, &key) == STATUS_OK);
	must(hostkey_blob_check(span_blob(&key), &name) == STATUS_OK);
	q.kind = cert.kind;
	q.now = cert.valid_after;
	q.principal = first_principal(&cert);
	q.source = span_of("\xc0\0\x02\x01", 4);
	if (cert_judge(&cert, &q) == CERT_GOOD)
		must(q.principal.len > 0 && !cert.has_unknown_option);
	blob_fini(&key);
	return 0;
}
