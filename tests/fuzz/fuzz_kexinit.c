// A client's KEXINIT against one of ours: parsed and negotiated, first and later exchange.
#include "control/session/session_kex.h"
#include "crypto/cert/cert.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/numbers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t ours[2048];
static size_t ours_len;

// What kexinit_emit makes, without a shard: every name is offered.
static void ours_make(void)
{
	static const uint8_t cookie[16];
	struct builder b = builder_over(ours, sizeof(ours));
	size_t host_keys;

	builder_u8(&b, SSH_MSG_KEXINIT);
	builder_bytes(&b, span_of(cookie, sizeof(cookie)));
	builder_text(&b, kex_names);
	host_keys = builder_open(&b);
	builder_bytes(&b, span_text(cert_algorithm_names));
	builder_u8(&b, ',');
	builder_bytes(&b, span_text(hostkey_algorithm_names));
	builder_close(&b, host_keys);
	for (int i = 0; i < 2; i++)
		builder_text(&b, suite_cipher_names);
	for (int i = 0; i < 2; i++)
		builder_text(&b, suite_mac_names);
	builder_text(&b, "none");
	builder_text(&b, "none");
	builder_text(&b, "");
	builder_text(&b, "");
	builder_bool(&b, false);
	builder_u32(&b, 0);
	ours_len = b.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kex_choice choice;

	if (ours_len == 0)
		ours_make();
	if (size == 0)
		return 0;
	if (kexinit_choose(span_of(data, size), span_of(ours, ours_len), size & 1, &choice) !=
	    STATUS_OK)
		return 0;
	if (choice.kex == NULL || choice.algorithm == NULL || choice.suite[0] == NULL ||
	    choice.suite[1] == NULL)
		abort();
	return 0;
}
