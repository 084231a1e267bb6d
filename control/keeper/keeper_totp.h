// One-time codes (RFC 6238: HMAC-SHA-1, 6 digits, 30 seconds). A user's secret is a file beside the
// host keys; it leaves this process once, as text, when it is made. A code is taken once. Any
// thread, one at a time.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"
#include "crypto/core/totp.h"

#include <pthread.h>
#include <stdint.h>

#define TOTP_SECRET_BYTES 20
#define TOTP_SECRET_TEXT  33    // in base32, and its NUL
#define TOTP_DRIFT        1u    // steps that a clock may be behind or ahead
#define TOTP_WRONG_MAX    5u    // wrong codes in succession after which ...
#define TOTP_WRONG_REST   30u   // ... none is looked at for so many seconds
#define TOTP_USER_MAX     80u   // bytes of a user's name
#define TOTP_WATCHED      1024u // users whose wrong codes are counted at a time

struct keeper_totp {
	int dir; // of the store; borrowed
	pthread_mutex_t lock;
	struct {
		uint64_t name; // hash of the user's
		uint64_t at;   // Unix seconds of the last wrong code
		uint32_t wrong;
	} watched[TOTP_WATCHED]; // under lock; by hash
};

void keeper_totp_init(struct keeper_totp *t, int dir);
void keeper_totp_fini(struct keeper_totp *t);

// Make a secret for a user, in place of any other. MALFORMED for a name that nobody can have.
[[nodiscard]] enum status keeper_totp_set(struct keeper_totp *t, struct span user,
                                          char text[TOTP_SECRET_TEXT]);

// NOT_FOUND when the user has none.
[[nodiscard]] enum status keeper_totp_drop(struct keeper_totp *t, struct span user);

// Is this the user's code at `now` (Unix seconds), and was none of its time or later taken yet?
// OK or DENIED, whatever is amiss; SYSTEM when that could not be remembered.
[[nodiscard]] enum status keeper_totp_check(struct keeper_totp *t, struct span user,
                                            struct span code, uint64_t now);
