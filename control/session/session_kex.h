// Key exchange of one session, first and repeated (RFC 4253 sections 7 to 9, RFC 5656).
#pragma once

#include "control/session/session.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/kex/kex_group.h"

#define KEXINIT_MAX   8192u // longest KEXINIT that is taken
#define KEXINIT_LISTS 10

// What the two KEXINITs agree on.
struct kex_choice {
	const struct kex *kex;
	const struct hostkey_algorithm *algorithm;
	const struct suite *suite[2]; // enum kex_direction
	bool drop_guess; // the client's next key exchange packet follows a wrong guess
	bool strict, ext_info;
	bool certified; // the host key goes with its certificate
};

// Lives from our or the client's KEXINIT to the client's NEWKEYS.
struct kex_scratch {
	struct blob ours, theirs; // KEXINIT payloads, message number included
	struct blob host;         // K_S: the blob of the host key or its certificate
	struct host_certs *certs; // held since ours offered them
	struct kex_choice choice;
	uint32_t job;           // what is waited for
	uint32_t host_key;      // type
	struct kex_group group; // of a method that agrees on one; bits 0: not yet
	size_t hash_bytes, public_bytes;
	uint8_t hash[KEX_HASH_MAX];
	uint8_t public[KEX_PUBLIC_MAX];
	struct suite_keys keys[2]; // wiped when they are posted
};

// Send our KEXINIT, making the scratch. False: out of memory.
[[nodiscard]] bool kex_start(struct shard *h, struct session *s);
// Begin a rekey when the keys in force have been used enough.
void kex_consider(struct shard *h, struct session *s);
// Forget a key exchange under way.
void kex_drop(struct shard *h, struct session *s);
// During login, to a client that takes it then (ext-info-in-auth@openssh.com): which signatures of
// users we take. Once.
void kex_ext_info_again(struct shard *h, struct session *s);
// When keys in force should be replaced: one hour, jittered.
uint64_t kex_next_due_us(struct shard *h);

// session_kexinit.c: write ours; read theirs and choose. `first`: the connection's first exchange.
size_t kexinit_emit(struct shard *h, bool first, uint8_t *out, size_t max);
[[nodiscard]] enum status kexinit_choose(struct span theirs, struct span ours, bool first,
                                         struct kex_choice *out);
// session_kex_job.c: the slow part, for the crypto pool. NULL: out of memory.
struct kex_job;
struct kex_job *kex_job_new(struct shard *h, struct session *s, struct kex_scratch *k,
                            struct span host_key, struct span client_public);
