// A session that speaks SSH-1.5: no algorithms to agree on, no channels and no windows, one program.
// It has states of its own in the one table, and one struct channel behind which the dialogue is the
// same as any other. None of it is reached unless our version line offered it.
#pragma once

#include "control/session/session_channel.h"
#include "crypto/wire/ssh1.h"

// From the version line to the login.
struct v1_scratch {
	uint8_t cookie[SSH1_COOKIE_BYTES];
	uint8_t id[SSH1_ID_BYTES];
	uint32_t server_key; // the keeper's number of it
	uint8_t cipher;      // enum ssh1_cipher_id
	uint8_t method;      // enum auth_factor, of the check under way
	uint8_t requests;    // to log in, of any kind
	bool refusal_waits;  // the check is over; FAILURE waits for answer_us
	bool counts;         // and is a failed attempt
	uint32_t job;        // number of the question under way
	uint64_t answer_us;  // no refusal before this
	char user[USER_NAME_MAX + 1];
	struct user account;
	uint8_t challenge[32];
};

struct v1_scratch *v1_scratch_of(struct shard *h, const struct session *s);
void v1_drop(struct shard *h, struct session *s);

// The client's version line asked for it. Enters its first state itself.
[[nodiscard]] enum status v1_begin(struct shard *h, struct session *s);

// The earlier of `due_us` and a refusal that waits.
uint64_t v1_due_us(struct shard *h, const struct session *s, uint64_t due_us);

// SMSG_SUCCESS or SMSG_FAILURE.
void v1_answer(struct shard *h, struct session *s, bool success);

// session_v1_shell.c: the login is over; make the only channel. False: no memory.
[[nodiscard]] bool v1_channel_open(struct shard *h, struct session *s);
// Stop reading while the dialogue is behind, and go on when it is not.
void v1_flow(struct shard *h, struct session *s, struct channel *c);
// The program has ended and all it said is sent.
void v1_exit(struct shard *h, struct session *s, struct channel *c);
