// Key exchange methods (RFC 4253, 4419, 5656, 8731, 9941) and what follows from them: the exchange hash and the
// six keys (RFC 4253 section 7.2). Slow arithmetic: never on a poll core, never in a shard's
// loop. Any thread; nothing is shared.
#pragma once

#include "crypto/core/secret.h"
#include "crypto/core/status.h"
#include "crypto/core/tier.h"
#include "crypto/suite/suite.h"

#define KEX_HASH_MAX   64   // SHA-512
#define KEX_PUBLIC_MAX 2048 // largest public value a method takes or makes

// The messages of a method, in order. The bodies: INIT is one string or mpint, the client's public
// value; REPLY is the host key, the server's public value and a signature. `ask` and `group` are
// 0 but for a method that agrees on a group first: see kex_group.h.
struct kex_flow {
	uint8_t ask, group, init, reply;
};

struct kex {
	const char *name;   // SSH method name
	const char *digest; // of core/digest.h
	uint8_t hash_bytes;
	bool secret_is_mpint; // K is encoded as an mpint (classic) or as a string (hybrids)
	const struct kex_ops *ops;
	enum tier tier;
	const struct kex_flow *flow;
	bool brief; // some 100 us at most: not worth a thread of its own
};

// The server's whole step: from the client's public value, make our ephemeral key, our public
// value and the shared secret K (raw magnitude, or the hybrid's digest). BAD_KEY and KEX_FAILED
// for every public value that must be refused (wrong length, off curve, all-zero X25519 result,
// not between 1 and p - 1). A public value is what stands inside its string or mpint.
[[nodiscard]] enum status kex_answer(const struct kex *kex, struct span client_public,
                                     uint8_t server_public[KEX_PUBLIC_MAX], size_t *server_len,
                                     struct secret *shared);

// The client's two steps. The state is opaque and must be given to kex_client_finish or
// kex_client_drop once.
struct kex_client;
[[nodiscard]] enum status kex_client_start(const struct kex *kex, struct kex_client **out,
                                           uint8_t client_public[KEX_PUBLIC_MAX], size_t *len);
[[nodiscard]] enum status kex_client_finish(struct kex_client *state, struct span server_public,
                                            struct secret *shared);
void kex_client_drop(struct kex_client *state);

// Make `count` ephemeral X25519 key pairs, which all methods but ecdh use, ahead of need (a
// thread-safe bounded pool that kex_answer draws from); returns how many are ready. For idle time.
unsigned kex_prepare(unsigned count);

// What the exchange hash covers (RFC 5656 section 4).
struct kex_transcript {
	struct span client_ident, server_ident;     // without CR LF
	struct span client_kexinit, server_kexinit; // payloads, message number included
	struct span host_key;                       // K_S blob
	struct span client_public, server_public;
	struct span group; // kex_group_hashed(), before the values; empty for other methods
};

// H into `hash`; its length is kex->hash_bytes.
void kex_hash(const struct kex *kex, const struct kex_transcript *t,
              const struct secret *shared, uint8_t hash[KEX_HASH_MAX]);

// Letters of RFC 4253 section 7.2: 'A' + 2 for keys and so on are the table's business.
enum kex_direction { KEX_CLIENT_TO_SERVER, KEX_SERVER_TO_CLIENT };

// Derive iv, key and mac key of one direction for a suite.
void kex_derive(const struct kex *kex, const struct secret *shared,
                const uint8_t hash[KEX_HASH_MAX], struct span session_id,
                enum kex_direction direction, const struct suite *suite,
                struct suite_keys *out);

// Rows in order of preference, of the first tier only.
const struct kex *kex_find(struct span name);
extern const char *const kex_names; // comma-separated, without pseudo-names such as ext-info-c

// A row of any tier whose name is in `enabled`, a list that the configuration made from these.
const struct kex *kex_find_in(struct span enabled, struct span name);
extern const char *const kex_names_optional; // finite fields, where nothing better is in common
extern const char *const kex_names_legacy;   // with SHA-1

// Rows by number, from 1, to keep in a byte; NULL out of range.
uint8_t kex_row(const struct kex *kex);
const struct kex *kex_at(uint8_t row);
