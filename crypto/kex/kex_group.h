// Group exchange (RFC 4419): the client asks for a finite field of a size, the server names one, and
// only then are public values exchanged. The server gives the groups of RFC 3526 only, whose
// primes are safe and known. For a method whose flow has an `ask`.
#pragma once

#include "crypto/kex/kex.h"
#include "crypto/wire/builder.h"

#define KEX_GROUP_BITS_MIN 2048
#define KEX_GROUP_BITS_MAX 8192

// What the server keeps between the messages. Flat.
struct kex_group {
	uint32_t min, wanted, max; // bits, as the client asked
	uint32_t bits;             // as chosen
};

// Longest body of the server's message, and longest contribution to the exchange hash.
#define KEX_GROUP_BODY_MAX 1060

// The client's request, behind its message number: the smallest group that is as large as wanted,
// else the largest allowed. NO_COMMON when none lies between its bounds; MALFORMED when they make
// no sense.
[[nodiscard]] enum status kex_group_choose(struct span body, struct kex_group *out);

// The body of the answer: prime and generator.
void kex_group_emit(const struct kex_group *group, struct builder *b);

// For kex_transcript.group. The client writes its three numbers and the answer's body instead.
void kex_group_hashed(const struct kex_group *group, struct builder *b);

// As kex_answer, in that group.
[[nodiscard]] enum status kex_group_answer(const struct kex *kex, const struct kex_group *group,
                                           struct span client_public,
                                           uint8_t server_public[KEX_PUBLIC_MAX],
                                           size_t *server_len, struct secret *shared);

// As kex_client_start, with the body of the server's answer. BAD_KEY for a group whose size is not
// what `asked` allows, or that cannot be one. Whether its prime is safe is the server's word.
[[nodiscard]] enum status kex_group_client_start(const struct kex *kex,
                                                 const struct kex_group *asked,
                                                 struct span body, struct kex_client **out,
                                                 uint8_t client_public[KEX_PUBLIC_MAX],
                                                 size_t *len);
