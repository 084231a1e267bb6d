// Authentication of one session (RFC 4252), from the service request to SUCCESS.
#pragma once

#include "control/session/session.h"
#include "crypto/hostkey/hostkey.h"

#define AUTH_REQUESTS_MAX 64u    // of any kind on one connection
#define AUTH_QUERIES_MAX  20u    // "would this key do?"
#define AUTH_DELAY_US     30000u // a refusal never comes sooner than this after its request

enum auth_method { AUTH_PASSWORD = 1, AUTH_PUBLICKEY = 2 };

// Lives from the first request to success.
struct auth_scratch {
	char user[USER_NAME_MAX + 1];
	struct user account; // as it was when the request under way came
	uint8_t passed;      // enum auth_method bits that this user has passed
	uint8_t method;      // of the request under way
	bool key_allowed;    // PUBLICKEY: the key is one of the user's
	bool refusal_waits;  // the check is over; its FAILURE waits for answer_us
	bool counts;         // and is a failed attempt
	uint8_t requests, queries;
	uint32_t job;       // number of the check under way
	uint64_t answer_us; // no refusal before this
};

void auth_drop(struct shard *h, struct session *s);

// The earlier of `due_us` and a refusal that waits.
uint64_t auth_due_us(struct shard *h, const struct session *s, uint64_t due_us);

// The request of USERAUTH_REQUEST, taken apart (session_auth_parse.c).
struct auth_request {
	struct span user, service, method;
	bool has_signature; // publickey: signed; password: a change is asked for
	struct span password;
	struct span algorithm, key, signature;
	struct span signed_part; // publickey: the message up to the signature
};
[[nodiscard]] enum status auth_request_parse(struct span message, struct auth_request *out);

// session_auth_job.c: check a signature in the crypto pool. NO_MEMORY, NO_ROOM.
[[nodiscard]] enum status auth_verify(struct shard *h, struct session *s,
                                      struct auth_scratch *a,
                                      const struct hostkey_algorithm *algorithm,
                                      const struct auth_request *request);
