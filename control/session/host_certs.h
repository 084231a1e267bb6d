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

// A certificate, as the settings have it.
struct host_cert {
	struct blob blob, key;              // the plain blob of the key that it certifies
	uint64_t valid_after, valid_before; // Unix seconds; the second is the first too late
};

// All of one revision of the settings. Who offers one holds them until it has been shown: time and
// settings go on meanwhile.
struct host_certs {
	uint32_t holders;
	struct host_cert of[SHARD_HOSTKEYS]; // by type of key; no bytes: none
};

// Those of now; NULL: there are none, or no memory.
struct host_certs *host_certs_hold(struct shard *h);
void host_certs_give(struct host_certs **held);

// Whether it is offered now, or why not.
enum api_host_cert host_cert_state(struct shard *h, enum hostkey_type type);

// Held certificate of the key that the keeper has; NULL: none.
const struct host_cert *host_cert_of(const struct shard *h, const struct host_certs *held,
                                     enum hostkey_type type);

// What the settings should hold when the certificate of `text`, a line as ssh-keygen writes it,
// takes the place of the one of its type of key. MALFORMED: it is none; TOO_LONG; UNSUPPORTED: it
// is a user's; NOT_FOUND: it is of no key that the device has.
[[nodiscard]] enum status host_certs_import(struct shard *h, struct span text,
                                            struct builder *list);

// ... and when the one of that type goes. NOT_FOUND: there is none.
[[nodiscard]] enum status host_certs_drop(struct shard *h, uint32_t type, struct builder *list);

// One row of API_HOST_CERTS. False: there is no certificate of that type.
bool host_cert_row(struct shard *h, enum hostkey_type type, struct builder *b);
