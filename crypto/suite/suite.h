// The record-cipher object: how one direction of an SSH transport protects its packets (RFC 4253
// section 6, RFC 5647 with OpenSSH's aes-gcm names, chacha20-poly1305@openssh.com, and the
// encrypt-then-MAC variants; CBC for old equipment). A suite is a cipher and, unless it is an AEAD, a MAC.
//
// The raw keys of an idle direction are kept in a struct suite_keys (flat, position independent);
// an expanded context is made on wake, lives in a small per-core cache and is forgotten.
#pragma once

#include "crypto/core/secret.h"
#include "crypto/core/status.h"
#include "crypto/core/tier.h"

#define SUITE_KEY_MAX 64 // chacha20-poly1305@openssh.com takes two 32-byte keys
#define SUITE_MAC_MAX 64
#define SUITE_IV_MAX  16
#define SUITE_TAG_MAX 64

// One direction's raw keys. `iv` advances as packets pass: the GCM invocation counter (RFC 5647
// section 7.1), the CTR counter block (RFC 4344 section 4) or CBC's last block; ChaCha20 uses the
// sequence number.
struct suite_keys {
	uint8_t key[SUITE_KEY_MAX];
	uint8_t mac_key[SUITE_MAC_MAX];
	uint8_t iv[SUITE_IV_MAX];
};

// Where the packet length stands and how it is protected.
enum suite_length {
	SUITE_LENGTH_CLEAR, // first 4 bytes in clear, authenticated (GCM, -etm, and before keys)
	SUITE_LENGTH_ENCRYPTED, // its own key stream, 4 bytes are enough to read it (chacha20)
	SUITE_LENGTH_IN_BLOCK, // inside the first cipher block (CTR and CBC with encrypt-and-MAC)
};

struct suite {
	uint8_t id;         // row number in the table; crosses the link; 0 is "none"
	const char *cipher; // SSH name
	const char *mac;    // SSH name; NULL for an AEAD, whose negotiated MAC is ignored
	uint8_t key_bytes;  // to be derived (RFC 4253 section 7.2)
	uint8_t iv_bytes;
	uint8_t mac_key_bytes;
	uint8_t tag_bytes;   // MAC or tag behind the packet
	uint8_t block_bytes; // padding granularity, at least 8
	uint8_t head_bytes;  // bytes needed before the length can be read: 4 or one block
	bool pads_length; // the 4 length bytes count in the padding rule (not GCM, chacha, -etm)
	enum suite_length length;
	bool conceals_faults; // see suite_conceal_length
	enum tier tier;       // the worse of cipher's and MAC's
	const struct suite_ops *ops;
};

// An expanded context. One thread at a time. Size and alignment: suite_ctx_bytes(), 64.
struct suite_ctx;

size_t suite_ctx_bytes(void);

// Which implementation seals and opens in this process. AUTO is ipsec-mb where the machine has
// it, else EVP. Call once, before any expand; returns what is in force.
enum suite_backend { SUITE_BACKEND_AUTO, SUITE_BACKEND_EVP, SUITE_BACKEND_IPSEC_MB };
enum suite_backend suite_backend_set(enum suite_backend want);

// Set up memory of suite_ctx_bytes() once (it may allocate, so at start), tear it down at the end.
void suite_ctx_init(struct suite_ctx *ctx);
void suite_ctx_fini(struct suite_ctx *ctx);

// Key an initialised context for one suite and one direction. Does not allocate.
void suite_expand(struct suite_ctx *ctx, const struct suite *suite,
                  const struct suite_keys *keys, bool sealing);

// Read packet_length (the uint32 on the wire) from the first head_bytes of a record without
// consuming anything or changing `keys`. The value is not trusted: the caller bounds it.
uint32_t suite_packet_length(struct suite_ctx *ctx, const struct suite_keys *keys, uint32_t seq,
                             const uint8_t *head);

// CBC with encrypt-and-MAC is open to whoever can tell a refused length from a refused MAC, by time
// or by the bytes taken before (Albrecht, Paterson and Watson, 2009). So for a suite that
// `conceals_faults`
// - suite_packet_length() turns a length that cannot be into suite_conceal_length(), whose record
//   is then waited for and forged like any other;
// - after FORGED for a shorter record the caller takes and drops what follows until as many bytes
//   have come since the record's first, opens that many of anything once more, and only then ends
//   the connection.
uint32_t suite_conceal_length(const struct suite *suite);

// Open a whole record: 4 + packet_length + tag_bytes bytes at `record`. On OK the plain packet
// (length field, padding length, payload, padding) stands at `plain` (4 + packet_length bytes;
// may be the same as record, else must not overlap) and keys->iv has advanced. FORGED changes
// nothing the peer could see; the caller ends the connection. The tag is checked in constant
// time before any plain byte is used.
[[nodiscard]] enum status suite_open(struct suite_ctx *ctx, struct suite_keys *keys,
                                     uint32_t seq, const uint8_t *record,
                                     uint32_t packet_length, uint8_t *plain);

// Seal a plain packet (length field already filled in, padding already random) of
// 4 + packet_length bytes to `record`, which has room for tag_bytes more; keys->iv advances.
void suite_seal(struct suite_ctx *ctx, struct suite_keys *keys, uint32_t seq,
                const uint8_t *plain, uint32_t packet_length, uint8_t *record);

// Rows in order of preference. NULL when there is none. `mac` is ignored for an AEAD. By id, any
// tier: an id comes from whoever found the row by its names; by names, the first tier only.
const struct suite *suite_by_id(uint8_t id);
const struct suite *suite_find(struct span cipher, struct span mac);
extern const char *const suite_cipher_names; // comma-separated, for KEXINIT
extern const char *const suite_mac_names;

// A row of any tier whose names are in lists that the configuration made from these and those.
const struct suite *suite_find_in(struct span ciphers, struct span macs, struct span cipher,
                                  struct span mac);
extern const char *const suite_cipher_names_legacy;
extern const char *const suite_mac_names_legacy;
bool suite_cipher_is_aead(struct span cipher);
