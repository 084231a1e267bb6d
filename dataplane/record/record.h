// The SSH record layer of one worker: each connection's two directions (keys, sequence numbers,
// limits), cutting and opening what arrives, padding and sealing what leaves, and which message
// numbers may pass when (RFC 4253, strict KEX as of OpenSSH's PROTOCOL 1.9). Pure: bytes in, bytes
// out. Owner core only; nothing is allocated after record_core_new.
//
// Raw keys stay with the connection; expanded contexts live in a small cache of the worker and
// are made again when needed. Keys agreed but not in force yet wait in a pool, not in the
// connection, so that an idle connection stays small.
#pragma once

#include "crypto/suite/suite.h"
#include "crypto/wire/numbers.h"
#include "dataplane/base/counters_page.h"
#include "dataplane/tcp/tcp.h"

#define RECORD_MAX         SSH_PACKET_MAX // bytes of a whole record, RFC 4253 section 6.1
#define RECORD_PACKETS_MAX (1u << 31)     // under one key; a sequence number never comes back
#define RECORD_NO_KEYS     UINT32_MAX

// The most that sealing adds: length, padding length, 4 to 19 bytes of padding, tag.
#define RECORD_OVERHEAD_MAX (4 + 1 + 19 + SUITE_TAG_MAX)

// What control has told about the session: tightens the gate, see record_gate.c.
enum record_phase { RECORD_PHASE_LOGIN, RECORD_PHASE_OPEN };

// One direction.
struct record_half {
	struct suite_keys keys;
	uint32_t sequence;   // of the next packet
	uint32_t packets;    // under these keys
	uint32_t pending;    // where the next keys wait, or RECORD_NO_KEYS
	uint16_t generation; // key changes so far (wraps); 0: none yet
	uint8_t suite;       // row in force; 0: plain
	bool in_kex;         // from this side's KEXINIT to its NEWKEYS
};

// Flat and position independent.
struct record_conn {
	struct record_half in, out;
	uint8_t phase;    // enum record_phase
	bool strict;      // strict KEX was agreed
	bool noise;       // the peer sent more than key exchange in its first key exchange
	bool was_kexinit; // the peer's first packet was KEXINIT
	bool keyed_in;    // a NEWKEYS of the peer has passed
	bool v1;          // SSH-1.5 is spoken: record_v1.h serves this connection
	bool talks;       // the peer goes on with its channels while keys are exchanged anew
	uint8_t zero;
};
static_assert(sizeof(struct record_half) == 160 && sizeof(struct record_conn) == 328,
              "counted in the budget of an idle connection");

struct record_core; // contexts, waiting keys, random padding, scratch of one worker

// `count` is the page's; at most `pending_max` keys wait for their NEWKEYS. At start only.
struct record_core *record_core_new(uint64_t *count, uint32_t pending_max);
void record_core_free(struct record_core *core);
uint32_t record_core_pending(const struct record_core *core); // keys waiting now

void record_init(struct record_conn *r);
// Wipe all keys, give back what waits.
void record_fini(struct record_core *core, struct record_conn *r, struct conn_id id);

// --- identification lines (record_ident.c) -------------------------------------------------------

// Judge the start of a client's stream. OK with *taken 0: not complete yet. OK with *taken > 0:
// `line` is the identification without CR LF, `taken` its bytes in the stream. Else MALFORMED,
// or BAD_VERSION for another protocol version; SSH-1.5 is one unless `v1_too`.
[[nodiscard]] enum status record_ident_parse(struct span head, bool v1_too, struct span *line,
                                             size_t *taken);
bool record_ident_is_v1(struct span line);

// The line that tells the client what was wrong, CR LF included.
struct span record_ident_answer(enum status status);

// --- arriving (record_in.c) ----------------------------------------------------------------------

// Bytes needed before record_measure can tell the length of the next record.
size_t record_head_bytes(const struct record_conn *r);

// Read the length from the record's head: *packet_length, and *wire_bytes that the whole record
// takes. A length that cannot be fails exactly as a wrong MAC does once keys are in force.
[[nodiscard]] enum status record_measure(struct record_core *core, struct record_conn *r,
                                         struct conn_id id, const uint8_t *head,
                                         uint32_t *packet_length, size_t *wire_bytes);

// Verify and open a whole record into `plain` (4 + packet_length bytes, not overlapping), which
// other processes may see; `message` is the part that matters. Advances the sequence number.
[[nodiscard]] enum status record_open(struct record_core *core, struct record_conn *r,
                                      struct conn_id id, const uint8_t *record,
                                      uint32_t packet_length, uint8_t *plain,
                                      struct span *message);

// A refused record of a suite that conceals why (suite_conceal_length): so many bytes of the stream
// are still to be taken and dropped before the connection ends; 0 when it may end at once.
size_t record_conceal(const struct record_conn *r, uint32_t packet_length);
// They have been dropped: spend the time that opening the longest record takes.
void record_concealed(struct record_core *core, struct record_conn *r, struct conn_id id);

// Contiguous room for one record, for streams that hold it in pieces.
uint8_t *record_scratch(struct record_core *core); // RECORD_MAX bytes

// --- the gate (record_gate.c) --------------------------------------------------------------------

// May a message of this number pass from the peer now? On OK for NEWKEYS the new keys are in
// force. Each refusal is counted by its own row.
[[nodiscard]] enum status record_gate_in(struct record_core *core, struct record_conn *r,
                                         struct conn_id id, uint8_t number);

// May control send this now? Nothing but the key exchange may follow our KEXINIT.
[[nodiscard]] enum status record_gate_out(struct record_core *core, struct record_conn *r,
                                          uint8_t number);

// Keys for the next NEWKEYS of a direction. NO_ROOM: too many wait; EXISTS: some wait already;
// NOT_FOUND: no such suite; UNEXPECTED: strict KEX was agreed and the peer has violated it.
[[nodiscard]] enum status record_keys_install(struct record_core *core, struct record_conn *r,
                                              uint8_t suite, bool sending, bool strict,
                                              const struct suite_keys *keys);

// --- leaving (record_out.c) ----------------------------------------------------------------------

// Pad and seal one message (read once; other processes may see it) into the worker's scratch;
// `record` is valid until the next call. After a NEWKEYS the new keys are in force. NO_ROOM: too
// long or too many packets; nothing was sealed.
[[nodiscard]] enum status record_seal(struct record_core *core, struct record_conn *r,
                                      struct conn_id id, struct span message,
                                      struct span *record);
