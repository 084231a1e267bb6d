// Signature keys: host keys that sign (keeper only) and keys that verify (users' public keys, the
// client side's view of a host key). RFC 4253 section 6.6, RFC 5656, RFC 8332, RFC 8709.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"
#include "crypto/core/tier.h"

#define HOSTKEY_SIGNATURE_MAX 2100 // signature blob of RSA-16384 with its framing
#define HOSTKEY_BLOB_MAX      4200

enum hostkey_type {
	HOSTKEY_ED25519,
	HOSTKEY_RSA,
	HOSTKEY_ECDSA_P256,
	HOSTKEY_ECDSA_P384,
	HOSTKEY_ECDSA_P521,
	HOSTKEY_DSA,   // legacy: of use only to a legacy algorithm
	HOSTKEY_TYPES, // those before it are the host keys that a keeper holds
	HOSTKEY_SK_ED25519 = HOSTKEY_TYPES, // in a security key: verified here, never made
	HOSTKEY_SK_ECDSA,
	HOSTKEY_TYPES_ALL
};

struct hostkey_algorithm {
	const char *name;     // signature algorithm: "rsa-sha2-512"
	const char *key_name; // public key format: "ssh-rsa"
	enum hostkey_type type;
	const char *digest; // NULL for Ed25519
	enum tier tier;
};

// Signature algorithms of the first tier; NULL when there is none. The names are in order of
// preference.
const struct hostkey_algorithm *hostkey_algorithm_find(struct span name);
extern const char *const hostkey_algorithm_names; // comma-separated: server-sig-algs, KEXINIT
// Of any tier, in a list that the configuration made from the names above and these.
const struct hostkey_algorithm *hostkey_algorithm_find_in(struct span enabled,
                                                          struct span name);
extern const char *const hostkey_algorithm_names_legacy; // SHA-1 and DSA
// By row number, for cells that name an algorithm; NULL out of range.
const struct hostkey_algorithm *hostkey_algorithm_at(uint32_t row);
uint32_t hostkey_algorithm_row(const struct hostkey_algorithm *algorithm);

// A private key. Owned; never leaves the process that loaded it.
struct hostkey;

[[nodiscard]] enum status hostkey_generate(enum hostkey_type type, unsigned bits,
                                           struct hostkey **out);
void hostkey_free(struct hostkey *key); // NULL is fine
enum hostkey_type hostkey_type_of(const struct hostkey *key);
unsigned hostkey_bits(const struct hostkey *key); // of the modulus, or of the curve

// The public key blob ("string name, ...").
[[nodiscard]] enum status hostkey_public_blob(const struct hostkey *key, struct blob *out);

// Sign `message`; `out` becomes the signature blob ("string algorithm, string signature"). Every
// RSA signature is verified before it is returned. BAD_KEY when the algorithm does not fit.
[[nodiscard]] enum status hostkey_sign(const struct hostkey *key,
                                       const struct hostkey_algorithm *algorithm,
                                       struct span message, struct blob *out);

// Is `blob` a well-formed public key of a type and size that we know (RSA 2048 to 16384 bits)?
// `name` becomes its format name. Strict: no trailing bytes, points on the curve.
[[nodiscard]] enum status hostkey_blob_check(struct span blob, struct span *name);

// Verify: the algorithm named in the signature, `algorithm` and the key format must agree.
// Strict Ed25519 (S < L). A security key must say that somebody was present. OK, or
// BAD_SIGNATURE, BAD_KEY, or a parsing failure.
[[nodiscard]] enum status hostkey_verify(const struct hostkey_algorithm *algorithm,
                                         struct span key_blob, struct span signature,
                                         struct span message);

// Does a verification take some 100 us at most? Anything longer is worth a thread of its own.
bool hostkey_verify_is_brief(const struct hostkey_algorithm *algorithm, struct span key_blob);

// What a security key says about a signature (PROTOCOL.u2f of OpenSSH); zeros for any other key.
#define HOSTKEY_TOUCH_PRESENT  0x01 // touched
#define HOSTKEY_TOUCH_VERIFIED 0x04 // and knew whom by: a PIN, a finger
struct hostkey_touch {
	uint8_t flags;
	uint32_t counter; // signatures made so far, where the key counts them
};

// The same, leaving it to the caller to judge the flags.
[[nodiscard]] enum status hostkey_verify_touch(const struct hostkey_algorithm *algorithm,
                                               struct span key_blob, struct span signature,
                                               struct span message,
                                               struct hostkey_touch *touch);

// Text forms. Private: "OPENSSH PRIVATE KEY" (all types) both ways; PEM/PKCS#8 read. ENCRYPTED for
// a file that wants a passphrase.
[[nodiscard]] enum status hostkey_private_text(const struct hostkey *key, const char *comment,
                                               struct blob *out);
[[nodiscard]] enum status hostkey_private_parse(struct span text, struct hostkey **out);
// Public: "ssh-ed25519 AAAA... comment" line; parse also takes RFC 4716, SubjectPublicKeyInfo PEM
// and the decimal text of SSH-1.
[[nodiscard]] enum status hostkey_public_line(struct span blob, const char *comment,
                                              struct blob *out);
[[nodiscard]] enum status hostkey_public_parse(struct span text, struct blob *blob);

// RFC 4716; NUL-terminated as the line is.
[[nodiscard]] enum status hostkey_public_rfc4716(struct span blob, const char *comment,
                                                 struct blob *out);

// SSH-1's text, "bits exponent modulus comment" in decimal. The blob is that of "ssh-rsa", with a
// modulus of 512 bits at least, as SSH-1 had them: hostkey_blob_check has the last word on it.
[[nodiscard]] enum status hostkey_ssh1_parse(struct span text, struct blob *blob);
[[nodiscard]] enum status hostkey_ssh1_line(struct span blob, const char *comment,
                                            struct blob *out);

// "SHA256:..." of a blob, without padding, as OpenSSH prints it; NUL-terminated.
#define HOSTKEY_FINGERPRINT_MAX 64
void hostkey_fingerprint(struct span blob, char out[HOSTKEY_FINGERPRINT_MAX]);
