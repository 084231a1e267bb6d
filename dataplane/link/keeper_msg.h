// What control may ask of the keeper, and what it answers. A closed list: one row each. Joint:
// control (A) and keeper (B). slot and life name the job and come back unchanged in the answer;
// they mean nothing to the keeper. Every request is answered once.
#pragma once

#include "dataplane/link/link.h"

// clang-format off
//      name            sender   payload: request / answer
#define KEEPER_LIST(X)                                                                          \
	X(SIGN,           CONTROL, "exchange hash to sign / signature blob")                   \
	X(PROVE,          CONTROL, "session identifier / signature blob: we hold that host key") \
	X(CHECK_PASSWORD, CONTROL, "string hash (empty: unknown user), string password / none") \
	X(SET_PASSWORD,   CONTROL, "password / new hash text ($y$...)")                         \
	X(CHECK_TOTP,     CONTROL, "string user, string code / none. DENIED: wrong, or taken before") \
	X(SET_TOTP,       CONTROL, "user / secret in base32, this once")                         \
	X(DROP_TOTP,      CONTROL, "user / none")                                              \
	X(GENERATE,       CONTROL, "none / public key blob")                                   \
	X(DESTROY,        CONTROL, "none / none")                                              \
	X(LIST_PUBLIC,    CONTROL, "none / for each key: u32 type, u32 bits, u64 made at (Unix seconds), string blob") \
	X(SSH1_PUBLIC,    CONTROL, "none / u32 number of the server key in force, its public blob") \
	X(SSH1_OPEN,      CONTROL, "session key under host key and server key / 32 bytes")     \
	X(ANSWER,         KEEPER,  "as the request's row says")
// clang-format on

enum keeper_kind {
	KEEPER_NONE,
#define X(name, sender, payload) KEEPER_##name,
	KEEPER_LIST(X)
#undef X
	        KEEPER_KINDS
};

// Body of every cell of this joint.
struct keeper_body {
	uint32_t asked;    // ANSWER: which request (enum keeper_kind)
	uint32_t status;   // ANSWER: enum status; DENIED for a wrong password
	uint32_t key_type; // SIGN, PROVE, GENERATE, DESTROY: enum hostkey_type
	uint32_t bits; // GENERATE: RSA modulus, 2048 to 4096; SSH1_PUBLIC: hours a key lasts
	uint32_t algorithm; // SIGN, PROVE: row of hostkey_algorithm_at(); SSH1_OPEN: number
	uint32_t urgent;    // SIGN: 1 for the rekey of an established session
	uint32_t zero[2];
};
static_assert(sizeof(struct keeper_body) == LINK_BODY_BYTES, "the whole body");

#define KEEPER_PASSWORD_MAX 1024 // bytes; longer ones are refused before any hashing
#define KEEPER_HASH_MAX     128  // bytes of a hash text
#define KEEPER_CODE_MAX     64   // bytes of what may be a one-time code
