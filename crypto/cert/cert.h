// OpenSSH certificates (PROTOCOL.certkeys): a key, who may use it and how long, signed by an
// authority. Reading is bounded and allocates nothing that stays; what was read are spans into the
// blob. Judging is pure: the caller brings the time, the address and whom it trusts.
#pragma once

#include "crypto/hostkey/hostkey.h"

#define CERT_BLOB_MAX       16384
#define CERT_PRINCIPALS_MAX 256

enum cert_kind { CERT_USER = 1, CERT_HOST = 2 };

struct cert {
	const char *name;       // format, "ssh-rsa-cert-v01@openssh.com"
	enum hostkey_type type; // of the certified key
	struct span key_fields; // of its plain blob, behind the format name
	uint64_t serial;
	enum cert_kind kind;
	struct span key_id; // the authority's words, for logs; any bytes
	struct span principals;
	uint64_t valid_after, valid_before; // seconds; the second is the first that is too late
	struct span authority;              // its public key blob
	struct span signed_part, signature;
	// Critical options; others make a certificate that nobody may use.
	struct span force_command; // data is NULL when absent
	struct span source_address;
	bool verify_required; // of a security key: HOSTKEY_TOUCH_VERIFIED
	bool has_unknown_option;
	// Extensions; others mean nothing.
	bool no_touch_required; // of a security key: presence need not be shown
	bool permit_pty;
};

// OK, or how it is malformed; BAD_KEY for a key inside that hostkey_blob_check would refuse. The
// authority and its signature have not been looked at.
[[nodiscard]] enum status cert_parse(struct span blob, struct cert *out);

// "name AAAA... comment" as ssh-keygen writes it; only what cert_parse accepts.
[[nodiscard]] enum status cert_line_parse(struct span text, struct blob *blob);

// The plain public key blob inside, to verify signatures with and to look up.
[[nodiscard]] enum status cert_key_blob(const struct cert *cert, struct blob *out);

// Names. An algorithm's name in a KEXINIT or a request ("rsa-sha2-512-cert-v01@openssh.com")
// stands for the plain algorithm that makes the signature; the certificate's format must be
// `format`. NULL when unknown.
struct cert_algorithm {
	const char *name, *format;
	const char *plain; // of hostkey_algorithm_find
};
const struct cert_algorithm *cert_algorithm_find(struct span name);
const struct cert_algorithm *cert_algorithm_of(struct span plain); // the reverse
extern const char *const cert_algorithm_names;                     // in order of preference

// --- judging -------------------------------------------------------------------------------------

// clang-format off
#define CERT_VERDICT_LIST(X)                                                        \
	X(GOOD,      "certificate is good")                                         \
	X(KIND,      "certificate is for another kind of key")                      \
	X(AUTHORITY, "certificate is signed by nobody we trust")                    \
	X(EARLY,     "certificate is not valid yet")                                \
	X(LATE,      "certificate has expired")                                     \
	X(UNBOUND,   "certificate names no principal")                              \
	X(PRINCIPAL, "certificate is for another principal")                        \
	X(OPTION,    "certificate has a critical option that we do not know")       \
	X(SOURCE,    "certificate may not be used from this address")               \
	X(REVOKED,   "certificate or a key of it is revoked")                       \
	X(SIGNATURE, "certificate is not signed by the authority that it names")
// clang-format on

enum cert_verdict {
#define X(name, text) CERT_##name,
	CERT_VERDICT_LIST(X)
#undef X
	        CERT_VERDICTS
};

const char *cert_verdict_text(enum cert_verdict verdict);

struct cert_question {
	enum cert_kind kind;
	struct span principal;          // the user's or the host's name, exactly
	uint64_t now;                   // seconds since 1970
	const struct span *authorities; // trusted public key blobs
	size_t authority_count;
	struct span source; // address, 4 or 16 bytes in network order; empty when there is none
	struct span revoked;    // cert_revoked.h; empty when there is none
	struct span algorithms; // an authority may sign with; empty: hostkey_algorithm_names
};

// Cheapest checks first, the signature last. Slow arithmetic: not in a shard's loop.
enum cert_verdict cert_judge(const struct cert *cert, const struct cert_question *q);

// Is the signer's touch what the certificate asks for? True for keys that are no security keys.
bool cert_touch_ok(const struct cert *cert, const struct hostkey_touch *touch);

// cert_address.c: is the address in a comma-separated list of addresses and CIDR blocks? False for
// a list with anything else in it.
bool cert_address_listed(struct span list, struct span address);
