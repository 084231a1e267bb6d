// TCP of one worker: RFC 9293 with 2018, 2883, 3522, 5961, 6191, 6298, 6528, 6582, 6928, 6937,
// 7323, 8985 and 9438. Pure: segments and `now` in, segments out; no device, no clock, no
// allocation after tcp_new, no lock. Owner core only.
//
// This header is what the record layer and the worker see. struct conn and its invariants stand
// in tcp_conn.h.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"
#include "dataplane/base/counters_tcp.h"
#include "dataplane/base/ip_addr.h"

// A name that crosses cores and processes: stale once conns[slot].life has moved on.
struct conn_id {
	uint32_t slot;
	uint32_t life;
};

struct tcp_tuple {
	struct ip_addr local, remote;
	uint16_t local_port, remote_port; // host byte order
};

// --- segments in and out -------------------------------------------------------------------------

// One arriving segment. IP has been judged and the checksum verified.
struct tcp_segment {
	struct tcp_tuple to; // local: us
	struct span bytes;   // TCP header, options, payload; borrowed for the call
	uint8_t ecn;         // the two bits of the IP header
	uint32_t hash;       // of the tuple, from tcp_prefetch; 0: tcp_input computes it
};

// One leaving segment: TCP header with checksum zero (the sender fills it in), payload in pieces
// that are valid until emit returns.
#define TCP_HEADER_MAX 60
#define TCP_PIECES_MAX 8
struct tcp_emission {
	struct tcp_tuple from; // local: us
	uint8_t header[TCP_HEADER_MAX];
	uint16_t header_bytes;
	uint16_t payload_bytes;
	uint16_t pieces;
	uint8_t ecn; // the two bits of the IP header
	struct span piece[TCP_PIECES_MAX];
};

// --- what the application above is told ----------------------------------------------------------

enum tcp_end {
	TCP_END_CLOSED,  // both sides closed in order
	TCP_END_RESET,   // the peer reset it
	TCP_END_TIMEOUT, // retransmissions unanswered
	TCP_END_ABORTED, // we aborted it
	TCP_END_ENDS
};

struct tcp_app {
	// A connection is open, passive or by tcp_connect. Refuse by tcp_abort.
	void (*opened)(void *app, struct conn_id id, const struct tcp_tuple *tuple);
	// New bytes in order, or the peer's FIN (tcp_peer_closed). Read with tcp_front/tcp_consume.
	void (*readable)(void *app, struct conn_id id);
	// `bytes` of what we sent were acknowledged: there is room again.
	void (*acked)(void *app, struct conn_id id, uint32_t bytes);
	// The connection is over; the id is stale when this returns. Told once, also after tcp_abort
	// and when both FINs are acknowledged (a TIME_WAIT record may live on without the id).
	void (*closed)(void *app, struct conn_id id, enum tcp_end why);
};

struct tcp_config {
	uint32_t slots;     // connections, at most TCP_SLOTS_MAX
	void *arena;        // tcp_arena_bytes(slots) zeroed, lazily committed; outlives us
	uint32_t syn_slots; // half-open entries
	uint32_t time_wait_slots; // records
	// Limits on new connections; 0: the usual.
	uint32_t syn_high_water;   // half-open entries beyond which cookies answer: 3/4 of them
	uint32_t source_half_open; // ... of one IPv4 address or IPv6 /64: 1/8, at least 64
	uint32_t connections_most; // open, of all: slots
	uint32_t source_connections; // ... of one source: no limit
	uint8_t source_bits;         // prefix that is one source: 32 of IPv4
	uint8_t source6_bits;        // ... 64 of IPv6
	bool cookies;                // answer all requests so
	uint64_t syn_us;             // how long a half-open entry waits: 63 s
	uint64_t fin_wait_us;        // in FIN_WAIT_2: 60 s
	size_t slab_bytes; // stream chunks, all connections together (reserved, lazily used)
	uint16_t mss;      // from the port's MTU, for IPv4
	uint32_t receive_window;  // most we ever advertise, per connection
	uint32_t send_limit;      // unacknowledged and unsent bytes held per connection
	uint32_t time_wait_us;    // 0: 60 s
	uint64_t user_timeout_us; // without any answer a connection ends; 0: 180 s
	// Keepalive: probes of a connection that is silent for so long, so far apart, so many in vain.
	uint64_t alive_idle_us; // 0: none
	uint64_t alive_every_us;
	uint8_t alive_probes;
	uint8_t secret[32]; // keyed hash and initial sequence numbers
	uint64_t *count;    // TCP_COUNTERS counters, writer: this core
	const struct tcp_app *app_ops;
	void *app;
	void (*emit)(void *out, const struct tcp_emission *segment);
	void *out;
};

struct tcp; // private to dataplane/tcp

size_t tcp_arena_bytes(uint32_t slots);
struct tcp *tcp_new(const struct tcp_config *config); // NULL: out of memory. At start only.
void tcp_free(struct tcp *t);

void tcp_listen(struct tcp *t, uint16_t port, bool on);

// What an operator may change at any time, as in struct tcp_config; connections that are open keep
// what they have agreed on.
struct tcp_limits {
	uint16_t mss;
	bool cookies;
	uint8_t source_bits, source6_bits;
	uint32_t receive_window; // 0: as started
	uint32_t half_open, source_half_open, connections, source_connections;
	uint64_t syn_us, fin_wait_us;
	uint64_t alive_idle_us, alive_every_us;
	uint8_t alive_probes;
};
void tcp_limits_set(struct tcp *t, const struct tcp_limits *limits);

// Workers whose limits of connections and half-open entries count together, at start. What is
// usual protects the memory of each alone.
#define TCP_SHARERS 16u
void tcp_share(struct tcp *const *all, uint32_t count);

// Open a connection from tuple->local to tuple->remote; `opened` follows, or `closed` alone when
// it fails. life is 0 when no slot is left or the tuple is in use.
struct conn_id tcp_connect(struct tcp *t, uint64_t now_us, const struct tcp_tuple *tuple);

// --- driving it ----------------------------------------------------------------------------------

// What a burst will need, fetched from memory all at once: hashes all tuples, then touches all
// buckets, then all connections. Call it with the segments of a burst before the tcp_input of
// each; of use when connections are many more than the cache holds.
void tcp_prefetch(const struct tcp *t, struct tcp_segment *segments, unsigned count);

// Take one segment. Callbacks run inside; they may call any verb below. `now` in microseconds,
// monotonic, never 0.
void tcp_input(struct tcp *t, uint64_t now_us, const struct tcp_segment *segment);

// Run what is due. Returns the time of the next deadline, or UINT64_MAX. May call `closed`.
uint64_t tcp_timers(struct tcp *t, uint64_t now_us);

// Emit what the last calls made sendable, acknowledgements included. Once per loop.
void tcp_flush(struct tcp *t, uint64_t now_us);

// ICMP says that our segment `seq` of that connection was too big for the next hop, or did not get
// through. The caller has parsed the message and found the tuple in it, local: us. Believed only
// of a segment in flight; an unreachable peer ends nothing but an open that was never answered.
void tcp_icmp_packet_too_big(struct tcp *t, uint64_t now_us, const struct tcp_tuple *tuple,
                             uint32_t seq, uint32_t mtu);
void tcp_icmp_unreachable(struct tcp *t, uint64_t now_us, const struct tcp_tuple *tuple,
                          uint32_t seq, bool hard);

// The next deadline, or UINT64_MAX: tcp_flush starts timers, so ask after it before sleeping.
uint64_t tcp_next_us(const struct tcp *t);

// --- one connection ------------------------------------------------------------------------------
// A stale id is answered by 0, false, an empty span or nothing at all. Inside `closed` the id is no
// longer alive, but tcp_tuple_of still answers.

bool tcp_alive(const struct tcp *t, struct conn_id id);
const struct tcp_tuple *tcp_tuple_of(const struct tcp *t, struct conn_id id);

// Bytes in order that are not consumed yet; the first contiguous piece of them; a copy of
// [offset, offset+len) into `out` (returns what was there). While `readable` runs, the payload of
// the segment in hand is part of this without having been copied.
size_t tcp_readable(const struct tcp *t, struct conn_id id);
struct span tcp_front(const struct tcp *t, struct conn_id id);
size_t tcp_copy(const struct tcp *t, struct conn_id id, size_t offset, void *out, size_t len);
// Forget bytes at the front; opens the window. What is never consumed closes it: back-pressure.
void tcp_consume(struct tcp *t, struct conn_id id, size_t len);
// Acknowledge what has come without delay: no answer will carry it, and the peer may be holding small
// segments back until then.
void tcp_ack_now(struct tcp *t, struct conn_id id);
// The same when the last segment was not full: by Nagle's algorithm (RFC 9293 section 3.7.4) its sender
// keeps what it writes next until then. For a reader who cannot answer before he has that.
void tcp_ack_short(struct tcp *t, struct conn_id id);
bool tcp_fin_received(const struct tcp *t, struct conn_id id); // nothing more will come
bool tcp_peer_closed(const struct tcp *t, struct conn_id id);  // ... and all is read

// Room below send_limit; queue bytes (copied), all or nothing: NO_ROOM, NO_MEMORY (slab), NOT_FOUND.
size_t tcp_send_room(const struct tcp *t, struct conn_id id);
[[nodiscard]] enum status tcp_send(struct tcp *t, struct conn_id id, struct span bytes);
// FIN after what is queued; no more tcp_send. Receiving goes on until the peer's FIN, once ours is
// acknowledged for at most 60 s without anything new.
void tcp_close(struct tcp *t, struct conn_id id);
// RST now; `closed` is called with TCP_END_ABORTED.
void tcp_abort(struct tcp *t, struct conn_id id);

// --- watching ------------------------------------------------------------------------------------

struct tcp_gauges {
	uint32_t connections, half_open, time_wait, closing; // closing: our FIN sent, not done
	size_t slab_used_bytes;                              // in chunks in use
	size_t slab_peak_bytes;
	uint32_t slots_touched; // highest slot ever used + 1: what the arena has committed
};
void tcp_gauges(const struct tcp *t, struct tcp_gauges *out); // O(1)

// The connection in a slot, or NULL; the slots in use lie below slots_touched.
const struct tcp_tuple *tcp_at(const struct tcp *t, uint32_t slot, struct conn_id *id);
bool tcp_find(const struct tcp *t, const struct tcp_tuple *tuple, struct conn_id *id);
// Send no segment longer than what is configured now.
void tcp_shorten(struct tcp *t, struct conn_id id);

struct tcp_info {
	const char *state; // RFC 9293 name
	uint32_t send_window, receive_window, congestion_window;
	uint32_t srtt_us, rto_us;
	uint32_t send_queue, receive_queue;
	uint32_t retransmits;
	uint32_t mss; // most payload of a segment, options included
	uint64_t bytes_in, bytes_out;
};
bool tcp_info(const struct tcp *t, struct conn_id id, struct tcp_info *out);
