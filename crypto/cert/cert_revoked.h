// Revocation lists, walked in place: OpenSSH's KRL files (PROTOCOL.krl), or text with a public key
// on each line. The owner keeps the bytes of the file and checks them once.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

// Is it a list that can be walked whole? UNSUPPORTED for a signed one, and for one with a critical
// extension.
[[nodiscard]] enum status cert_revoked_check(struct span list);

// What to look for. For a plain key only `key`.
struct cert_revoked_subject {
	struct span key;       // plain public blob
	struct span authority; // empty for a plain key
	struct span key_id;
	uint64_t serial; // 0 is none and never revoked by number
};

// A key is revoked by itself or its fingerprint, a certificate also by its authority's key, by
// serial number and by key id. True, too, for a list that does not pass the check.
bool cert_is_revoked(struct span list, const struct cert_revoked_subject *subject);
