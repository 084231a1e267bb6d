// Which host keys are the target's: those of a known_hosts file (sshd(8)), or one pinned
// fingerprint, or whichever comes first in this run. Any thread may check.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

#define HOST_TRUST_KEYS 64u // keys of one host

struct host_trust;

// "SHA256:...", or "first": the first key seen, and none but that afterwards. NULL when malformed.
struct host_trust *host_trust_pin(const char *fingerprint);

// The keys that `text`, a known_hosts file, has for this name or address and port. Never NULL but
// without memory; with no key in it every host key is unknown.
struct host_trust *host_trust_known(struct span text, const char *name, const char *address,
                                    uint16_t port);
void host_trust_free(struct host_trust *trust);

unsigned host_trust_keys(const struct host_trust *trust); // how many are trusted now

// Write the algorithms of `names` with those of trusted keys first, as ssh(1) does.
void host_trust_order(const struct host_trust *trust, const char *names, char *out, size_t max);
