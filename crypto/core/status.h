// Every outcome of the project's fallible calls: name, text for people, and the SSH disconnect
// reason (RFC 4253 section 11.1) that a peer is told when the failure ends a connection.
#pragma once

#define SSH_DISCONNECT_NONE            0
#define SSH_DISCONNECT_NOT_ALLOWED     1
#define SSH_DISCONNECT_PROTOCOL_ERROR  2
#define SSH_DISCONNECT_KEX_FAILED      3
#define SSH_DISCONNECT_MAC_ERROR       5
#define SSH_DISCONNECT_SERVICE_UNAVAIL 7
#define SSH_DISCONNECT_VERSION         8
#define SSH_DISCONNECT_CONNECTION_LOST 10
#define SSH_DISCONNECT_BY_APPLICATION  11
#define SSH_DISCONNECT_TOO_MANY        12
#define SSH_DISCONNECT_NO_MORE_AUTH    14

// clang-format off
#define STATUS_LIST(X)                                                                        \
	X(OK,             "success",                              SSH_DISCONNECT_NONE)           \
	X(TRUNCATED,      "message ends early",                   SSH_DISCONNECT_PROTOCOL_ERROR) \
	X(TRAILING,       "bytes after the end of the message",   SSH_DISCONNECT_PROTOCOL_ERROR) \
	X(MALFORMED,      "malformed value",                      SSH_DISCONNECT_PROTOCOL_ERROR) \
	X(TOO_LONG,       "value is too long",                    SSH_DISCONNECT_PROTOCOL_ERROR) \
	X(OVERFLOW,       "buffer is too small",                  SSH_DISCONNECT_BY_APPLICATION) \
	X(FORGED,         "integrity check failed",               SSH_DISCONNECT_MAC_ERROR)      \
	X(UNEXPECTED,     "message is not allowed now",           SSH_DISCONNECT_PROTOCOL_ERROR) \
	X(NO_COMMON,      "no common algorithm",                  SSH_DISCONNECT_KEX_FAILED)     \
	X(KEX_FAILED,     "key exchange failed",                  SSH_DISCONNECT_KEX_FAILED)     \
	X(BAD_KEY,        "key is not acceptable",                SSH_DISCONNECT_KEX_FAILED)     \
	X(BAD_SIGNATURE,  "signature does not verify",            SSH_DISCONNECT_PROTOCOL_ERROR) \
	X(BAD_VERSION,    "protocol version not supported",       SSH_DISCONNECT_VERSION)        \
	X(DENIED,         "permission denied",                    SSH_DISCONNECT_NO_MORE_AUTH)   \
	X(EXPIRED,        "login time limit exceeded",            SSH_DISCONNECT_BY_APPLICATION) \
	X(TOO_MANY,       "too many sessions",                    SSH_DISCONNECT_TOO_MANY)       \
	X(NO_MEMORY,      "out of memory",                        SSH_DISCONNECT_BY_APPLICATION) \
	X(NO_ROOM,        "queue is full",                        SSH_DISCONNECT_BY_APPLICATION) \
	X(NOT_FOUND,      "not found",                            SSH_DISCONNECT_BY_APPLICATION) \
	X(EXISTS,         "already exists",                       SSH_DISCONNECT_BY_APPLICATION) \
	X(CONFLICT,       "changed by another session meanwhile", SSH_DISCONNECT_BY_APPLICATION) \
	X(UNSUPPORTED,    "not supported",                        SSH_DISCONNECT_BY_APPLICATION) \
	X(SHUTDOWN,       "the device is going down",             SSH_DISCONNECT_BY_APPLICATION) \
	X(SYSTEM,         "system call failed",                   SSH_DISCONNECT_BY_APPLICATION) \
	X(INTERNAL,       "internal error",                       SSH_DISCONNECT_BY_APPLICATION) \
	X(ENCRYPTED,      "key is protected by a passphrase",     SSH_DISCONNECT_BY_APPLICATION)
// clang-format on

enum status {
#define X(name, text, reason) STATUS_##name,
	STATUS_LIST(X)
#undef X
	        STATUS_COUNT
};

// "TRUNCATED" and the like, for logs; "?" for a value out of range.
const char *status_name(enum status status);

// The sentence for people.
const char *status_text(enum status status);

// The SSH disconnect reason that goes with it.
unsigned status_reason(enum status status);
