// One SSH session as control sees it: who it is, what it awaits, which keys it has, which channels.
// Flat, without pointers, in an arena that outlives the process; large things that are needed only
// for a while (a key exchange, a login, a channel) are named by index into pools of the shard.
//
// A session is stepped by events: a message of the client, an answer that it waited for, a
// deadline. The table in session.c says for every state and event what runs; what it does not
// name is refused. Owner: one shard's thread.
#pragma once

#include "control/main/shard.h"
#include "control/session/session_state.h"
#include "control/users/users.h"
#include "crypto/wire/numbers.h"
#include "dataplane/link/data_msg.h"

#define SESSIONS_MAX     (1u << 20) // of one shard; slots are the worker's
#define SESSION_CHANNELS 10         // channels of one connection
#define SESSION_LAYOUT   4          // of struct session; changes when it does
#define SESSION_HASH_MAX 64

// Limits before keys are exchanged anew, where the configuration has no others: bytes of both
// directions together, packets of one.
#define SESSION_REKEY_BYTES   (1ull << 30)
#define SESSION_REKEY_PACKETS (1u << 30)
#define SESSION_REKEY_US      (3600ull * 1000000)
#define SESSION_REKEY_WAIT_US (60ull * 1000000) // for the client to complete one
#define SESSION_CLOSE_WAIT_US (10ull * 1000000) // for the client to take our last words

// Answers that wait because the client does not read or a key exchange is under way.
#define SESSION_UNSENT_MAX (64u * 1024)
#define SESSION_ANSWER_MAX 2048u // one of them
// Send credit kept for messages of a key exchange and for DISCONNECT.
#define SESSION_KEX_CREDIT (16u * 1024)

enum session_flag {
	SESSION_STRICT = 1 << 0,      // strict KEX is in force
	SESSION_EXT_INFO = 1 << 1,    // the client takes EXT_INFO
	SESSION_NO_MORE = 1 << 2,     // no-more-sessions@openssh.com was said
	SESSION_STUCK = 1 << 3,       // in shard->stuck
	SESSION_END = 1 << 4,         // ends when its last channel has closed
	SESSION_GOT_EXT = 1 << 5,     // the client's EXT_INFO has come
	SESSION_LOGGED_IN = 1 << 6,   // counted as established
	SESSION_SAID_BYE = 1 << 7,    // DISCONNECT was sent or received
	SESSION_RELEASED = 1 << 8,    // CLOSING, and holds nothing any more
	SESSION_WIDE = 1 << 9,        // a channel sends files: more may be in flight
	SESSION_PROVING = 1 << 10,    // the keeper signs for hostkeys-prove-00@openssh.com ...
	SESSION_PROVED = 1 << 11,     // ... as it does once a session
	SESSION_EXT_AGAIN = 1 << 12,  // the client takes EXT_INFO during login, too
	SESSION_OFFERED_V1 = 1 << 13, // our version line said 1.99
	SESSION_V1 = 1 << 14,         // SSH-1.5 is spoken
	SESSION_HELD = 1 << 15,       // SSH-1: the worker reads no further
	SESSION_TALKS =
	        1 << 16, // its channels go on while keys are exchanged (session_known.h)
	SESSION_USER_COUNTED = 1 << 17, // against its user's access limit
	SESSION_GREETED = 1 << 18,      // banners were sent, if there are any ...
	SESSION_SAID_LOGIN = 1 << 19,   // ... `header login` among them
};

// A bounded run of bytes in chunks of the shard's slab.
struct chunk_queue {
	uint32_t first, last; // slab references
	uint32_t bytes;
};

struct session {
	uint32_t life;           // of the dataplane's connection; 0: the slot is free
	uint8_t layout;          // SESSION_LAYOUT
	uint8_t state;           // enum session_state; writer: session_enter
	uint8_t intent;          // enum session_event being handled, 0 between events
	uint8_t hash_bytes;      // of session_id
	struct wheel_link timer; // one for every deadline
	uint64_t due_us;         // deadline of this state

	uint64_t up_bytes, down_bytes; // payload of messages so far: offsets of cells
	uint64_t posted, progress;     // send credit (data_msg.h)

	uint8_t remote[16];
	uint16_t remote_port, local_port;
	uint32_t flags; // enum session_flag

	uint64_t keyed_us;       // when the keys in force were agreed
	uint64_t key_bytes[2];   // under them: received, sent
	uint32_t key_packets[2]; // under them: received, sent
	uint8_t session_id[SESSION_HASH_MAX];
	uint8_t host_digest[32];   // SHA-256 of the first exchange's host key or certificate
	uint8_t suite[2];          // ids: client to server, server to client
	uint8_t kex_method;        // kex_row(), for displays
	uint8_t failures;          // of authentication
	uint8_t services;          // API_SERVICE_STELNET ... that the user may have
	uint8_t host_algorithm;    // hostkey_algorithm_row() of the keys in force
	uint8_t globals_wait;      // refusals of global requests that wait for a proof
	uint8_t unanswered;        // keepalives since the last message
	uint16_t rekeys;           // key exchanges after the first
	uint32_t kex;              // struct kex_scratch while keys are exchanged, else 0
	uint32_t auth;             // struct auth_scratch until logged in, else 0
	uint32_t v1;               // struct v1_scratch until logged in over SSH-1, else 0
	uint32_t ident;            // struct ident: the client's identification
	uint32_t chunk_account;    // slab bytes charged
	struct chunk_queue unsent; // messages that wait: length and bytes each
	uint32_t promised;         // credit granted to dialogues, all channels
	uint64_t opened_us, active_us;
	uint64_t heard_us;                   // last message of the client
	uint64_t unused_us;                  // since when no channel is open, if none is
	uint32_t channels[SESSION_CHANNELS]; // struct channel, by our number; 0: free
	uint32_t jobs;                       // number of the last job asked for
	char user[USER_NAME_MAX + 1];
	char role[USER_ROLE_MAX + 1];
} __attribute__((aligned(64)));
static_assert(sizeof(struct session) <= 512, "an idle session is small");

// The client's identification line, kept for the exchange hash.
struct ident {
	uint8_t len;
	uint8_t bytes[SSH_IDENT_MAX];
};

// What can happen to a session: its client's messages by number, then everything else.
// clang-format off
#define SESSION_EVENT_LIST(X)                                                                    \
	X(IDENT) X(DISCONNECT) X(IGNORE) X(UNIMPLEMENTED) X(DEBUG) X(SERVICE_REQUEST)           \
	X(EXT_INFO) X(KEXINIT) X(NEWKEYS) X(KEX_INIT) X(KEX_GROUP_ASK) X(KEX_GROUP_INIT)        \
	X(KEX_OTHER) X(AUTH_REQUEST) X(AUTH_ANSWERS)                                            \
	X(GLOBAL_REQUEST) X(GLOBAL_REPLY) X(CHANNEL_OPEN) X(CHANNEL_OPEN_REPLY)                 \
	X(WINDOW_ADJUST) X(CHANNEL_DATA) X(EXTENDED_DATA) X(CHANNEL_EOF) X(CHANNEL_CLOSE)       \
	X(CHANNEL_REQUEST) X(CHANNEL_REPLY) X(CONNECTION_OTHER) X(ILLEGAL) X(UNKNOWN)           \
	X(V1_SESSION_KEY) X(V1_USER) X(V1_RSA) X(V1_RSA_ANSWER) X(V1_PASSWORD) X(V1_AUTH_OTHER) \
	X(V1_PTY) X(V1_WINDOW) X(V1_SHELL) X(V1_COMMAND) X(V1_STDIN) X(V1_EOF) X(V1_CONFIRMED)  \
	X(V1_MAX_PACKET) X(V1_PORT_OPEN) X(V1_REQUEST_OTHER)                                    \
	X(PING) X(KEX_ANSWERED) X(SIGNED) X(AUTH_CHECKED) X(V1_SERVER_KEY) X(V1_OPENED) X(DEADLINE)
// clang-format on

enum session_event {
	GOT_NOTHING,
// clang-format off
#define X(name) GOT_##name,
	SESSION_EVENT_LIST(X)
#undef X
	SESSION_EVENTS
	// clang-format on
};
const char *session_event_name(unsigned event);
// Of a message number; SSH-1's numbers in its states.
enum session_event session_event_in(unsigned state, uint8_t number);

// What becomes of a message: the table of session_step.c has one of these for every state and
// event, and so for every number.
// clang-format off
//      answer         what the client gets
#define SESSION_ANSWER_LIST(X)                                                                   \
	X(REFUSED,       "DISCONNECT (protocol error)")                                         \
	X(TAKEN,         "taken; DISCONNECT when malformed")                                    \
	X(HEARD,         "nothing: it is ignored")                                              \
	X(LAX,           "nothing; DISCONNECT under strict KEX")                                \
	X(ONCE,          "nothing; DISCONNECT the second time")                                 \
	X(GUESS,         "nothing after a wrong guess, else DISCONNECT")                        \
	X(TALKER,        "DISCONNECT; taken from clients known for it")                         \
	X(KEPT,          "later: it waits for the request before it")                           \
	X(METHOD,        "taken if the key exchange has it, else DISCONNECT")                   \
	X(FAILURE,       "FAILURE")                                                             \
	X(UNIMPLEMENTED, "UNIMPLEMENTED")                                                       \
	X(END,           "the connection ends")                                                 \
	X(DROPPED,       "nothing: it is not read any more")
// clang-format on

enum session_answer {
#define X(name, text) ANSWER_##name,
	SESSION_ANSWER_LIST(X)
#undef X
	        SESSION_ANSWERS
};
enum session_answer session_answer_to(unsigned state, unsigned event);
const char *session_answer_text(enum session_answer answer);
unsigned session_next_of(unsigned state, unsigned event); // FREE: stays

struct message {
	uint8_t number;    // SSH message number
	uint32_t sequence; // of its packet
	struct span whole; // with the number; private to us
	struct span body;  // after the number
	struct span
	        bulk; // CHANNEL_DATA: the bytes, in memory that the dataplane may still write
	void *answer; // KEX_ANSWERED, SIGNED, AUTH_CHECKED: what came
};

// --- life ----------------------------------------------------------------------------------------

static inline uint32_t session_slot(const struct shard *h, const struct session *s)
{
	return (uint32_t)(s - h->sessions);
}

// NULL for a slot out of range or another life.
struct session *session_find(struct shard *h, uint32_t slot, uint32_t life);

// A connection was handed to us. NULL when it was refused (and said so).
struct session *session_open(struct shard *h, uint32_t slot, uint32_t life,
                             const struct data_opened *opened);

// The connection is over: let go of everything.
void session_gone(struct shard *h, struct session *s);

// One event. The session may be CLOSING when this returns; it is not gone.
void session_step(struct shard *h, struct session *s, enum session_event event,
                  const struct message *m);

// The only writer of the state.
void session_enter(struct shard *h, struct session *s, enum session_state next);

// End it: counted, logged, DISCONNECT with that reason, then FIN. `why` is for the log and, as the
// description, for the client.
void session_refuse(struct shard *h, struct session *s, enum status status, const char *why);
void session_disconnect(struct shard *h, struct session *s, uint32_t reason, const char *why);

// End it without a word: the client has gone, or does not listen.
void session_abort(struct shard *h, struct session *s, const char *why);
// End it in good order without DISCONNECT: everything has been said.
void session_close(struct shard *h, struct session *s);

bool session_is_authenticated(const struct session *s);
// Does a key exchange forbid other messages now?
bool session_is_held(const struct session *s);

// The wheel's callback, and how a deadline is set.
void session_on_timer(void *shard, uint32_t slot, uint64_t now_us);
void session_arm(struct shard *h, struct session *s, uint64_t due_us);

// --- sending -------------------------------------------------------------------------------------

// Send a message, or keep it until it may be sent. A client that leaves too many unread is
// dropped.
void session_send(struct shard *h, struct session *s, struct span message);
// Messages of a key exchange and DISCONNECT: at once, in whatever state. False: no credit left.
bool session_send_now(struct shard *h, struct session *s, struct span message);
// Room for bytes of channel data now: 0 when held, without credit, or the ring is full.
size_t session_send_room(struct shard *h, struct session *s);
// Bytes that may be in flight, without the credit that is kept for a key exchange.
uint32_t session_send_limit(const struct session *s);
// Channel data: header and bytes become one message. Only after session_send_room.
bool session_send_data(struct shard *h, struct session *s, uint32_t channel, struct span bytes);

// Go on with everything that waited: messages, channel data, input for dialogues, credit.
void session_pump(struct shard *h, struct session *s);
// Pump it again when a ring has room.
void session_stick(struct shard *h, struct session *s);

// --- chunks --------------------------------------------------------------------------------------

[[nodiscard]] bool chunk_push(struct shard *h, struct session *s, struct chunk_queue *q,
                              struct span bytes);
// The first run of bytes, and forgetting some of them.
struct span chunk_front(struct shard *h, const struct chunk_queue *q);
// Walk on: the queue (a copy of the one that owns the chunks) now begins at the next run.
struct span chunk_next(struct shard *h, struct chunk_queue *q);
void chunk_pop(struct shard *h, struct session *s, struct chunk_queue *q, size_t n);
void chunk_clear(struct shard *h, struct session *s, struct chunk_queue *q);
