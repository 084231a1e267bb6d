// The device's own key pairs as key exchanges ask for them, and the certificates of them: kept in
// the settings as one run of blobs, read again by each shard when the settings change.
#pragma once

#include "control/main/shard.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/wire/builder.h"

// Longest certificate: it takes the place of a host key in messages.
#define HOST_CERT_MAX 4096u

// NULL: the keeper has no such key.
const struct shard_hostkey *host_key_find(const struct shard *h, enum hostkey_type type);

// The certificate of that key that is valid now; NULL: there is none.
const struct shard_cert *host_cert_find(struct shard *h, enum hostkey_type type);

// What the settings should hold when the certificate of `text`, a line as ssh-keygen writes it,
// takes the place of the one of its type of key. MALFORMED: it is none; TOO_LONG; UNSUPPORTED: it
// is a user's; NOT_FOUND: it is of no key that the device has.
[[nodiscard]] enum status host_certs_import(struct shard *h, struct span text,
                                            struct builder *list);

void host_certs_forget(struct shard *h);
