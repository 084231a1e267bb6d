// The client's side of one SSH connection: key exchange, authentication, one session channel. Pure:
// bytes in, bytes out through client_ops; no socket, no clock. A client belongs to the thread of
// its env; slow arithmetic is posted as a job that any thread may run. Held idle it has nothing
// but this struct.
#pragma once

#include "crypto/core/totp.h"
#include "crypto/hostkey/hostkey.h"
#include "crypto/kex/kex.h"
#include "dataplane/record/record.h"

#define CLIENT_IDENT         "SSH-2.0-SallyportLoad_" SALLYPORT_VERSION
#define CLIENT_PRE_IDENT_MAX 16384u // what a server may say before its identification line
#define CLIENT_IDENTS        4096u // different identification lines of servers, all clients of an env

// Named for what is awaited. Those with _JOB take nothing in until the job is done.
// clang-format off
#define CLIENT_STATE_LIST(X)                                                                      \
	X(EXPECT_IDENT) X(EXPECT_KEXINIT) X(EXPECT_GROUP) X(EXPECT_PUBLIC_JOB) X(EXPECT_REPLY)    \
	X(EXPECT_VERIFIED_JOB) X(EXPECT_NEWKEYS) X(EXPECT_SERVICE) X(EXPECT_SIGNED_JOB)           \
	X(EXPECT_AUTH) X(OPEN) X(REKEY_KEXINIT) X(REKEY_GROUP) X(REKEY_PUBLIC_JOB) X(REKEY_REPLY) \
	X(REKEY_VERIFIED_JOB) X(REKEY_NEWKEYS) X(OVER)

// What went wrong, by class; the words come with the event.
#define CLIENT_FAILURE_LIST(X)                                                                    \
	X(PROTOCOL,         "protocol violated by the server")                                    \
	X(VERSION,          "not an SSH 2 server")                                                \
	X(NO_COMMON,        "no common algorithm")                                                \
	X(KEX,              "key exchange failed")                                                \
	X(HOST_KEY_UNKNOWN, "host key unknown")                                                   \
	X(HOST_KEY_CHANGED, "host key changed")                                                   \
	X(SIGNATURE,        "host key signature wrong")                                           \
	X(CORRUPTED,        "record corrupted")                                                   \
	X(AUTH,             "authentication refused")                                             \
	X(QUESTION,         "more questions than answers")                                        \
	X(CHANNEL,          "channel refused")                                                    \
	X(REQUEST,          "channel request refused")                                            \
	X(DISCONNECT,       "disconnected by the server")                                         \
	X(LOCAL,            "the generator ran out of something")
// clang-format on

enum client_state {
#define X(name) CLIENT_##name,
	CLIENT_STATE_LIST(X)
#undef X
	        CLIENT_STATES
};

enum client_failure {
#define X(name, text) CLIENT_FAILURE_##name,
	CLIENT_FAILURE_LIST(X)
#undef X
	        CLIENT_FAILURES
};
const char *client_state_name(enum client_state state);
const char *client_failure_text(enum client_failure failure);

enum client_event {
	CLIENT_GOT_IDENT,     // words: the server's line
	CLIENT_KEYED,         // the first key exchange is done; words: what was chosen
	CLIENT_AUTHENTICATED, // open: channels may be opened, nothing is under way
	CLIENT_CHANNEL_READY, // shell or exec was granted
	CLIENT_WRITABLE,      // there is room to write again
	CLIENT_EXIT_STATUS,   // number
	CLIENT_EOF,           // no more data will come
	CLIENT_CHANNEL_OVER,  // closed both ways: another may be opened
	CLIENT_REKEYED,
	CLIENT_FAILED, // number: enum client_failure; words. The client is over
};

enum client_request { CLIENT_SHELL, CLIENT_SHELL_PTY, CLIENT_EXEC, CLIENT_SUBSYSTEM };

enum client_channel { CHANNEL_NONE, CHANNEL_OPENING, CHANNEL_ASKED, CHANNEL_READY };

// What to trust (known_hosts.c).
struct host_trust;

#define CLIENT_ANSWERS_MAX 16u

// What is said to one question of keyboard-interactive: a text, or the one-time code of a secret.
struct client_answer {
	const char *text; // NULL: a code
	uint8_t secret[TOTP_SECRET_MAX];
	size_t secret_len;
};

// The same for many clients; read only.
struct client_config {
	const char *user;
	const char *password; // NULL: none
	const struct client_answer
	        *answers; // in turn, over all rounds; NULL: the password to each
	uint32_t answer_count;
	const struct hostkey *key; // NULL: none
	struct span key_blob;      // its public part
	bool interactive;          // give the password by keyboard-interactive alone
	const char *kex, *host_keys, *ciphers, *macs; // name-lists in order of preference
	struct host_trust *trust;
	uint32_t window; // what we grant a channel
};

struct client_work; // while keys or signatures are made
struct client_env;

struct client {
	struct record_conn record;
	const struct client_config *config;
	struct client_work *work; // NULL when idle
	const char *command;      // or subsystem of the channel; outlives it
	uint64_t keyed_bytes;     // both ways under these keys
	uint8_t session_id[KEX_HASH_MAX];
	uint32_t slot, life; // name in the record layer's cache
	uint32_t peer_channel, peer_window, peer_packet;
	uint32_t our_window; // what the server may still send
	uint32_t consumed;   // not granted again yet
	uint16_t server_ident;
	uint8_t session_id_bytes;
	uint8_t state;         // enum client_state; writer: client_enter
	uint8_t channel;       // enum client_channel
	uint8_t request;       // enum client_request of the channel
	uint8_t replies_owed;  // answers to our channel requests that have not come
	uint8_t refusals_owed; // answers to global requests, to be sent after a key exchange
	uint8_t channel_refusals_owed;
	uint8_t answered; // questions, of those that have answers of their own
	bool sent_close : 1, got_close : 1, sent_eof : 1, owes_close : 1, owes_eof : 1;
	bool paused : 1; // grant nothing
	bool tried_key : 1, tried_interactive : 1, tried_password : 1;
	bool sha512 : 1, sha256 : 1; // server-sig-algs names rsa-sha2-...
};
static_assert(sizeof(struct client) <= 512, "counted in the budget of a held session");

// Called inside the calls below; client_fini may be called only after these have returned.
struct client_ops {
	// Queue bytes for the server; copied.
	void (*send)(void *owner, struct client *c, struct span bytes);
	// Have client_work_run() called, on any thread, then client_work_done() on ours. May do
	// both before it returns.
	void (*post)(void *owner, struct client_work *work);
	void (*event)(void *owner, struct client *c, enum client_event event, uint32_t number,
	              struct span words);
	void (*data)(void *owner, struct client *c, struct span bytes);
	uint64_t (*time)(void *owner); // Unix seconds, for codes; NULL: no answer is one
};

// Of one thread.
struct client_env {
	const struct client_ops *ops;
	void *owner;
	struct record_core *record;
	uint64_t count[COUNTERS]; // the record layer's
	struct blob idents[CLIENT_IDENTS];
	uint32_t ident_count;
	uint32_t work_in_use;
	uint8_t plain[RECORD_MAX + 64];
};

[[nodiscard]] bool client_env_init(struct client_env *env, const struct client_ops *ops,
                                   void *owner, uint32_t clients_max);
void client_env_fini(struct client_env *env);

// Begin: our identification line and KEXINIT leave at once. `slot` and `life` name this client.
void client_start(struct client_env *env, struct client *c, const struct client_config *config,
                  uint32_t slot, uint32_t life);
// Forget it in any state; safe on a zeroed one.
void client_fini(struct client_env *env, struct client *c);

// Take what can be taken from the front of the stream; answers how many bytes. The rest is given
// again, with more behind it, or after client_work_done. Events run inside.
size_t client_input(struct client_env *env, struct client *c, struct span bytes);
// True while a job is under way: input would not be taken.
bool client_is_busy(const struct client *c);

void client_work_run(struct client_work *work);
// Answers the client to feed again, or NULL when it has given up.
struct client *client_work_done(struct client_work *work);

// --- verbs of an open client ---------------------------------------------------------------------

// Open the channel. `command` is for CLIENT_EXEC and CLIENT_SUBSYSTEM and stays where it is. UNEXPECTED: not open, or a channel is there.
[[nodiscard]] enum status client_channel_open(struct client_env *env, struct client *c,
                                              enum client_request kind, const char *command);
// Send as much of the data as windows and a key exchange allow; answers how much.
size_t client_write(struct client_env *env, struct client *c, struct span bytes);
size_t client_write_room(const struct client *c);
void client_write_eof(struct client_env *env, struct client *c);
void client_channel_close(struct client_env *env, struct client *c);
// A paused client grants the server no more window.
void client_pause(struct client_env *env, struct client *c, bool paused);
[[nodiscard]] enum status client_rekey(struct client_env *env, struct client *c);
// Say goodbye; the caller closes the connection.
void client_disconnect(struct client_env *env, struct client *c);
