// A known_hosts file.
#include "tests/load/client/known_hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char names[256];
	struct host_trust *t = host_trust_known(span_of(data, size), "switch", "192.0.2.2", 22);

	if (t == NULL)
		return 0;
	host_trust_order(t, "ssh-ed25519,rsa-sha2-512", names, sizeof(names));
	host_trust_free(t);
	return 0;
}
