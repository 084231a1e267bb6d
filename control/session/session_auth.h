// Authentication of one session (RFC 4252, RFC 4256), from the service request to SUCCESS.
//
// What a user must prove are factors; a method proves one or several. A check runs elsewhere (the
// keeper, the crypto pool) and comes back as an event with its outcome. How a factor is checked,
// and which round of questions follows, is decided in one place each: auth_password_check and
// rounds_next.
#pragma once

#include "control/api/api_password.h"
#include "control/session/session.h"
#include "control/session/session_table.h"
#include "crypto/hostkey/hostkey.h"

#define AUTH_REQUESTS_MAX  64u    // of any kind on one connection
#define AUTH_QUERIES_MAX   20u    // "would this key do?"
#define AUTH_DELAY_US      30000u // a refusal never comes sooner than this after its request
#define AUTH_WAITING_MAX   4u // requests that came before the one under way was answered ...
#define AUTH_WAITING_BYTES 16384u // ... and their bytes
#define AUTH_ROUNDS_MAX    8u     // of one keyboard-interactive request
#define AUTH_PROMPTS_MAX   4u     // of one round

// OpenSSH's PROTOCOL 3.1: publickey, bound to the server's host key.
#define AUTH_HOSTBOUND "publickey-hostbound-v00@openssh.com"

// Factors: what can be proven.
enum auth_factor { AUTH_PASSWORD = 1, AUTH_PUBLICKEY = 2, AUTH_CODE = 4 };

// Methods: how, in the protocol. Bits, in the order in which they are named.
enum auth_method { AUTH_BY_PUBLICKEY = 1, AUTH_BY_PASSWORD = 2, AUTH_BY_ROUNDS = 4 };

// What a round of keyboard-interactive asks for.
enum auth_round {
	AUTH_ROUND_NONE,
	AUTH_ROUND_PASSWORD,
	AUTH_ROUND_CHALLENGE,    // whatever the checker of the password wants besides
	AUTH_ROUND_NEW_PASSWORD, // the old one has expired
	AUTH_ROUND_CODE,         // a one-time code
	AUTH_ROUNDS
};

// What a check came to: the answer of GOT_AUTH_CHECKED.
struct auth_outcome {
	enum auth_verdict {
		AUTH_DENIED,
		AUTH_PROVEN,
		AUTH_BUSY,   // not checked: does not count
		AUTH_USABLE, // a query: that key would do; `prompt` is the message that says so
		AUTH_UNUSABLE, // a query: it would not
		AUTH_MORE,     // the checker asks `prompt`; its next answer goes to it again
		AUTH_CHANGED,  // the password
	} verdict;
	struct span prompt; // MORE, USABLE; borrowed for the event
	bool echo;          // MORE: what is typed may be seen
};

// Lives from the first request to success.
struct auth_scratch {
	char user[USER_NAME_MAX + 1];
	struct user account;     // as it was when the request under way came
	uint8_t passed;          // enum auth_factor bits that this user has proven ...
	uint8_t passed_by;       // ... and the methods (enum auth_method bits) that did it
	uint8_t factor;          // under check
	uint8_t method;          // of the request under way
	uint8_t round;           // enum auth_round, asked last
	uint8_t round_number;    // of this request
	uint8_t prompts;         // how many answers are awaited
	bool key_allowed;        // PUBLICKEY: the key is one of the user's
	bool refusal_waits;      // the check is over; its FAILURE waits for answer_us
	bool counts;             // and is a failed attempt
	struct blob old, wanted; // passwords: what was typed, and the new one until it is set
	uint8_t requests, queries;
	uint8_t waiting_count;
	struct blob waiting[AUTH_WAITING_MAX]; // messages, oldest first
	struct blob challenge; // of the server that asked: goes back with the answer
	uint32_t job;          // number of the check under way
	uint64_t answer_us;    // no refusal before this
};

void auth_drop(struct shard *h, struct session *s);

// The earlier of `due_us` and a refusal that waits.
uint64_t auth_due_us(struct shard *h, const struct session *s, uint64_t due_us);

// After every event: take up a request that waits, when the one before it has been answered.
void auth_consider(struct shard *h, struct session *s);

static inline struct auth_scratch *auth_scratch_of(struct shard *h, const struct session *s)
{
	return pool_at(&h->auths, s->auth);
}

// --- the request ---------------------------------------------------------------------------------

// USERAUTH_REQUEST, taken apart (session_auth_parse.c).
struct auth_request {
	struct span user, service, method;
	bool has_signature; // publickey: signed; password: a change is asked for
	struct span password, new_password;
	struct span algorithm, key, signature;
	bool hostbound; // publickey that names the host key, too
	struct span host_key;
	struct span signed_part; // publickey: the message up to the signature
};
[[nodiscard]] enum status auth_request_parse(struct span message, struct auth_request *out);

// INFO_RESPONSE (RFC 4256 section 3.4). TOO_MANY when it has not as many answers as were asked for.
[[nodiscard]] enum status auth_answers_parse(struct span body, uint32_t want,
                                             struct span answers[AUTH_PROMPTS_MAX]);

// A method: starts with a request, whose user is in the scratch.
typedef enum status auth_begin(struct shard *h, struct session *s, struct auth_scratch *a,
                               const struct auth_request *request);
auth_begin auth_by_password;  // session_auth_password.c
auth_begin auth_by_publickey; // session_auth_key.c
auth_begin auth_by_rounds;    // session_auth_rounds.c

// --- how a request ends (session_auth.c) ---------------------------------------------------------

// Tell the worker that the login is over and what may follow.
void auth_phase_open(struct shard *h, struct session *s);

// FAILURE: at once and without counting, or not before its time.
enum status auth_fail(struct shard *h, struct session *s, struct auth_scratch *a);
enum status auth_refuse(struct shard *h, struct session *s, struct auth_scratch *a,
                        bool counts);
// The factor under check is proven: SUCCESS, or FAILURE with partial success.
enum status auth_prove(struct shard *h, struct session *s, struct auth_scratch *a);
// Too many of something: the end.
enum status auth_flood(struct shard *h, struct session *s, struct auth_scratch *a);

// What the user has still to prove; 0: nothing.
uint8_t auth_factors_left(const struct auth_scratch *a);

// --- checks --------------------------------------------------------------------------------------

// Check what was typed as the password of the user in the scratch, or as the answer to the
// checker's own question. Everyone's is checked: for a user who cannot log in by one a dummy. The
// outcome comes as GOT_AUTH_CHECKED. Anything but OK: nothing will come.
[[nodiscard]] enum status auth_password_check(struct shard *h, struct session *s,
                                              struct auth_scratch *a, struct span typed);
// The same for a one-time code.
[[nodiscard]] enum status auth_code_check(struct shard *h, struct session *s,
                                          struct auth_scratch *a, struct span typed);
// Give the user a new password. False, and why, when it does not satisfy the rules; else the
// outcome comes as that of a check, CHANGED when it is in force.
[[nodiscard]] bool auth_password_change(struct shard *h, struct session *s,
                                        struct auth_scratch *a, struct span typed,
                                        char why[API_PASSWORD_WHY]);
// The method "password": the old one is right and has expired.
enum status auth_change_go_on(struct shard *h, struct session *s, struct auth_scratch *a);

// The same by the keeper, and by a RADIUS server (session_auth_remote.c).
[[nodiscard]] enum status auth_local_check(struct shard *h, struct session *s,
                                           struct auth_scratch *a, struct span typed);
[[nodiscard]] enum status auth_remote_check(struct shard *h, struct session *s,
                                            struct auth_scratch *a, struct span typed);

// Check a signature in the crypto pool (session_auth_job.c). NO_MEMORY, NO_ROOM.
[[nodiscard]] enum status auth_verify(struct shard *h, struct session *s,
                                      struct auth_scratch *a,
                                      const struct hostkey_algorithm *algorithm,
                                      const struct auth_request *request);

// The same with a certificate, judged first; a query only has it judged (session_auth_cert.c).
struct cert_algorithm;
[[nodiscard]] enum status auth_certify(struct shard *h, struct session *s,
                                       struct auth_scratch *a,
                                       const struct cert_algorithm *algorithm,
                                       const struct hostkey_algorithm *plain,
                                       const struct auth_request *request);
// Lock-out and limits (session_auth_limit.c): when the user is known, when a password was wrong,
// and when all is proven. False: the user has as many sessions as he may have.
void auth_lock_apply(struct shard *h, struct session *s, struct auth_scratch *a);
void auth_lock_failed(struct shard *h, struct session *s, const struct auth_scratch *a);
[[nodiscard]] bool auth_admit(struct shard *h, struct session *s, const struct auth_scratch *a);

// A check is over: for the job that asked, unless the session has moved on.
void auth_outcome_take(struct shard *h, uint32_t slot, uint32_t life, uint32_t job,
                       const struct auth_outcome *outcome);

// The password is right as far as keyboard-interactive is concerned, or more is asked: go on
// (session_auth_rounds.c).
enum status rounds_go_on(struct shard *h, struct session *s, struct auth_scratch *a);
enum status rounds_change(struct shard *h, struct session *s, struct auth_scratch *a,
                          const char *why);
enum status rounds_challenge(struct shard *h, struct session *s, struct auth_scratch *a,
                             const struct auth_outcome *outcome);
