// One connection and the stack that holds it, as the files of this folder share them. Outside
// this folder only tests may look in here; everybody else uses tcp.h.
//
// Invariants between calls (tcp_conn_check asserts them in tests):
//  - snd_una <= snd_max <= snd_una + queued bytes + (1 for our FIN).
//  - send.bytes are exactly the bytes from snd_una on: sent ones stay until acknowledged.
//  - rcv_nxt <= rcv_adv: the right edge of the window we advertised never moves left.
//  - Every chunk of send, recv, the out-of-order queue and the flight is charged to `chunks`;
//    an idle connection holds none.
//  - The wheel holds the connection no later than its nearest deadline.
//  - All links are indices plus one, so that zeroed memory is a valid empty arena.
#pragma once

#include <assert.h>

#include "dataplane/base/keyed_hash.h"
#include "dataplane/base/slab.h"
#include "dataplane/base/wheel.h"
#include "dataplane/tcp/tcp.h"
#include "dataplane/tcp/tcp_option.h"
#include "dataplane/tcp/tcp_table.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10
#define TCP_ECE 0x40
#define TCP_CWR 0x80

// The two bits of the IP header, RFC 3168 section 5.
#define IP_ECT 2
#define IP_CE  3

#define TCP_SECOND_US        1000000u
#define TCP_TICK_US          1000u
#define TCP_RTO_FIRST_US     (1 * TCP_SECOND_US) // RFC 6298 section 2
#define TCP_RTO_LEAST_US     (TCP_SECOND_US / 5)
#define TCP_RTO_MOST_US      (60 * TCP_SECOND_US)
#define TCP_GIVE_UP_US       (180ull * TCP_SECOND_US) // R2 of RFC 1122 section 4.2.3.5
#define TCP_SYN_GIVE_UP_US   (60ull * TCP_SECOND_US)
#define TCP_SYN_TRIES        6 // SYN-ACKs for one entry: 1, 2, 4, 8, 16 and 32 s apart
#define TCP_ACK_DELAY_US     40000u
#define TCP_ACK_QUICK_US     5000u // most steps of a login are answered sooner
#define TCP_FULL_LEAST       512u  // payload that fills a segment on some path
#define TCP_TAIL_LEAST_US    10000u
#define TCP_FIN_WAIT_US      (60ull * TCP_SECOND_US) // without anything new of the peer
#define TCP_SUSPECT_AFTER    2 // time-outs in a row: the third is of a path that swallows packets
#define TCP_QUICK_ACKS       8
#define TCP_MSS_LEAST        128 // less is an attack on us (CVE-2019-11477)
#define TCP_MSS_ABSENT_V4    536 // RFC 9293 section 3.7.1
#define TCP_MSS_ABSENT_V6    1220
#define TCP_TIMESTAMP_BYTES  12            // the option with its padding
#define TCP_SACKS_SENT       3             // blocks: what fits beside timestamps
#define TCP_SACKS_BYTES      28            // what they take of a segment
#define TCP_OUT_OF_ORDER_MAX 64            // chunks in the queue of one connection
#define TCP_PAWS_IDLE_S      (24 * 86400u) // RFC 7323 section 5.5
#define TCP_WINDOW_MOST      (64u << 20)
#define TCP_ANSWERS_A_SECOND                                                                   \
	1000u             // least budget of resets, and of challenges; at most twice that
#define TCP_SOURCES 8192u // counters of sources, by keyed hash

// Sequence numbers compare modulo 2^32 (RFC 9293 section 3.4).
static inline bool seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool seq_upto(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) <= 0;
}

static inline uint32_t least_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static inline uint32_t most_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

enum tcp_state {
	TCP_CLOSED, // the slot is free
	TCP_SYN_SENT,
	TCP_SYN_RECEIVED, // simultaneous open only: passive opens wait in the SYN cache
	TCP_ESTABLISHED,
	TCP_FIN_WAIT_1,
	TCP_FIN_WAIT_2,
	TCP_CLOSE_WAIT,
	TCP_CLOSING,
	TCP_LAST_ACK,
	TCP_TIME_WAIT, // until the application has read the rest; then a record without a slot
	TCP_STATES
};

enum tcp_event {
	TCP_GOT_SYN_CACHE_ACK, // a passive open is complete
	TCP_CONNECT,
	TCP_GOT_SYN,
	TCP_GOT_SYN_ACK,
	TCP_GOT_ACK_OF_SYN,
	TCP_CLOSE,
	TCP_GOT_FIN,
	TCP_GOT_ACK_OF_FIN,
	TCP_GOT_ACK_OF_FIN_UNREAD, // the same while the application still reads
	TCP_END,                   // reset, abort, time-out, done
	TCP_EVENTS
};

enum conn_flag {
	CONN_TIMESTAMPS = 1 << 0,
	CONN_SACK = 1 << 1,
	CONN_ECN = 1 << 2,        // both sides understand RFC 3168
	CONN_SYN_NOW = 1 << 3,    // send our SYN at the next flush
	CONN_QUEUED = 1 << 4,     // on the work list
	CONN_RECOVERING = 1 << 5, // between the loss and `recover`
	CONN_RESEND = 1 << 6,     // resend the segment at snd_una whatever the windows say
	CONN_PROBE = 1 << 7,      // send a window probe at the next flush
	CONN_PUSH = 1 << 8, // send less than a segment: the sender's SWS override timer ran
	CONN_LOSS = 1 << 9, // between a time-out and `recover`
	CONN_FIN_KNOWN = 1 << 10,    // fin_seq is valid
	CONN_TAIL_NOW = 1 << 11,     // send a tail loss probe at the next flush
	CONN_TAIL_SENT = 1 << 12,    // a tail loss probe is out
	CONN_TAIL_AGAIN = 1 << 13,   // ... and was a repeat
	CONN_REORDERED = 1 << 14,    // this path changes the order of segments
	CONN_REORDER_WAIT = 1 << 15, // tail_us is the end of the reordering window
	CONN_DSACK = 1 << 16,        // dsack is to be reported
	CONN_ACK_NOW = 1 << 17,      // acknowledge at the next flush
	CONN_ECE = 1 << 18,          // congestion was met on the way here: say so until CWR
	CONN_CWR_NOW = 1 << 19,      // say with the next new data that we have slowed down
	CONN_CLOSING = 1 << 20,      // the application closed before our SYN was acknowledged
	CONN_SHORT = 1 << 21, // the last segment in order was not full: all that its sender had
};

// Bytes in slab chunks.
struct chunk {
	uint32_t next; // reference, or SLAB_NONE
	uint32_t seq;  // out-of-order queue: sequence number of data[start]
	uint16_t start, end;
	uint8_t data[];
};
#define CHUNK_HEAD     sizeof(struct chunk)
#define CHUNK_DATA_MAX (SLAB_CHUNK_MAX - CHUNK_HEAD)

struct chain {
	uint32_t head, tail; // references
	uint32_t bytes;
};

enum sent_flag {
	SENT_AGAIN = 1 << 0,  // more than once
	SENT_SACKED = 1 << 1, // the peer holds it
	SENT_LOST = 1 << 2,   // to be sent again
};

// One segment in flight, from the end of the one before it, the first from snd_una.
struct sent {
	uint32_t end;
	uint32_t at_us; // last sent, low half of the clock
	uint8_t flags;
};

// A chunk. Segments in order; together they are snd_una to snd_max.
struct flight {
	uint32_t count;
	uint32_t fack;                             // highest end the peer has told of
	uint32_t rack_us, rack_end, rack_rtt_us;   // RFC 8985: the latest sent that arrived
	uint32_t dsack_round;                      // the next duplicate counts from here on
	uint32_t tail_end;                         // RFC 8985 section 7: what the probe covers
	uint32_t prr_delivered, prr_out, prr_from; // RFC 6937
	uint32_t undo_cwnd;                        // 0: nothing to undo
	uint32_t undo_ssthresh, undo_most;
	uint32_t undo_ts; // our timestamp of the first repeat
	bool rack_known, dsack_known;
	struct sent seg[];
};

struct conn {
	// First two lines: what every segment reads.
	struct tcp_key key;
	uint32_t life; // never 0 once used; moves on when the slot is freed
	uint32_t flags;
	uint32_t rcv_nxt;
	uint32_t rcv_adv;  // right edge advertised
	uint32_t acked_to; // Last.ACK.sent, RFC 7323 section 4.3
	uint32_t snd_una;
	uint32_t snd_max; // end of what was ever sent
	uint32_t snd_wnd, snd_wl1, snd_wl2;
	uint32_t ts_recent;
	uint32_t ts_recent_s; // when, in seconds
	uint32_t ts_offset;
	uint16_t mss; // both sides' limit: payload and options of one segment
	uint8_t snd_scale, rcv_scale;
	uint8_t quick_acks; // acknowledgements that still wait only for TCP_ACK_QUICK_US
	uint8_t duplicates; // of the acknowledgement at snd_una
	uint8_t backoff;    // doublings of the timer
	uint8_t out_of_order_chunks;
	uint8_t state;
	uint8_t ack_segments; // full ones received since we last acknowledged
	uint8_t reorder_steps; // RFC 8985: the reordering window, in quarters of the least round trip
	uint8_t reorder_left; // recoveries until it shrinks again
	uint8_t alive_probes; // keepalive probes unanswered

	struct chain send; // from snd_una on
	struct chain recv; // in order, not yet consumed
	struct chain far;  // out of order, sorted, no overlaps
	uint32_t far_last; // where the latest of these landed: first SACK block
	uint32_t fin_seq;  // of the peer
	uint32_t at_ref;   // chunk of `send` that holds at_seq, a hint for finding snd_max
	uint32_t at_seq;   // sequence number of its first byte
	uint32_t flight;   // struct flight (chunk) while `send` holds bytes, or SLAB_NONE
	uint32_t recover;  // RFC 6582: recovery ends here; until then no second reduction
	uint32_t cwnd, ssthresh;
	uint32_t cubic_most;    // RFC 9438: W_max
	uint32_t cubic_k_ms;    // K
	uint32_t cubic_from_ms; // start of the epoch; 0: none
	uint32_t cubic_reno;    // W_est
	uint32_t snd_wnd_most;  // largest window the peer ever offered
	uint32_t srtt_us, rttvar_us, rto_us;
	uint32_t min_rtt_us;     // 0: unknown
	struct sack_block dsack; // received again: RFC 2883
	uint32_t chunks;         // bytes of chunks charged to this connection
	uint32_t retransmits;
	uint32_t sent_ms; // when data was last sent
	union {
		uint32_t syn_us;   // when our SYN left, until it is answered
		uint32_t heard_ms; // when the peer was last heard of
	};
	uint32_t challenge_ms;  // when a challenge was last answered
	uint32_t unanswered_ms; // since when the peer makes no progress; 0: it does

	struct wheel_link timer;
	uint32_t work_next, work_prev; // index + 1
	uint64_t timer_us;             // retransmit, persist or FIN_WAIT_2 limit; 0: none
	uint64_t tail_us;              // tail loss probe, RFC 8985 section 7; 0: none
	uint64_t ack_us;               // delayed acknowledgement; 0: none
	uint64_t armed_us;             // what the wheel holds; 0: nothing
	uint64_t bytes_in, bytes_out;
};
static_assert(sizeof(struct conn) + sizeof(uint32_t) < 320,
              "with its place in the table the TCP share of an idle session");
static_assert(offsetof(struct conn, send) <= 128, "two cache lines for a segment's verdict");
static_assert(TCP_SLOTS_MAX >= 1048576 && TCP_SLOTS_MAX < WHEEL_INDEX_MAX,
              "a million sessions");

// A half-open connection: what a SYN costs.
struct syn_entry {
	struct tcp_key key;
	uint32_t irs, iss;
	uint32_t ts_recent;
	uint32_t sent_us; // low half of the clock, first SYN-ACK
	struct wheel_link timer;
	uint64_t due_us;
	uint16_t mss; // the peer's, or the default
	uint16_t window;
	uint8_t scale;
	uint8_t flags; // CONN_TIMESTAMPS | CONN_SACK | CONN_ECN
	uint8_t has_scale;
	uint8_t sent; // SYN-ACKs
};

// What is left of a connection after both FINs.
struct wait_record {
	struct tcp_key key;
	uint32_t snd_nxt, rcv_nxt;
	uint32_t ts_recent;
	uint32_t ts_offset;
	uint32_t older, newer; // index + 1, by expiry
	uint64_t due_us;
	uint8_t timestamps;
};

// Fixed records: free ones are chained through key.next, untouched ones lie above the mark.
struct record_pool {
	uint32_t limit, touched, used;
	uint32_t free; // index + 1
};

struct answer_budget {
	uint64_t from_us; // this second began
	uint32_t left;
};

// Read by all workers whose limits count together.
struct tcp_source {
	_Atomic uint32_t half_open, open; // writer: this core
};

struct tcp {
	struct tcp_config config;
	uint64_t now_us; // of the call in progress, or the last one
	struct conn *conns;
	struct record_pool conn_pool;
	struct tcp_table conn_table;
	struct wheel wheel;
	uint32_t work; // connections with something to emit; index + 1
	struct slab *slab;
	struct conn *hand_conn; // whose `readable` is running with bytes not copied yet
	struct span hand;

	struct syn_entry *syns;
	struct record_pool syn_pool;
	struct tcp_table syn_table;
	struct wheel syn_wheel;

	struct wait_record *waits;
	struct record_pool wait_pool;
	struct tcp_table wait_table;
	uint32_t wait_oldest, wait_newest; // index + 1

	struct hash_key table_key, isn_key, cookie_key, source_key;
	uint32_t usual_window;
	uint64_t cookie_us; // the last one was sent; 0: none
	struct tcp_source total, sources[TCP_SOURCES];
	const struct tcp *sharers[TCP_SHARERS]; // whose limits are ours: ourselves first
	uint32_t sharer_count;
	uint64_t random; // state of a small generator: eviction, budgets
	uint32_t closing;
	struct answer_budget resets, challenges;
	uint64_t listening[65536 / 64];
};

#define TCP_COUNT(t, name)       ((t)->config.count[TCP_COUNTER_##name]++)
#define TCP_COUNT_BY(t, name, n) ((t)->config.count[TCP_COUNTER_##name] += (n))

// One parsed segment.
struct tcp_header {
	uint32_t seq, ack;
	uint16_t window;
	uint8_t flags;
	uint8_t ecn; // of the IP header
	struct tcp_options options;
	struct span payload;
};

// --- tcp_table.c: slots and names ----------------------------------------------------------------
uint32_t tcp_hash(const struct tcp *t, const struct tcp_tuple *tuple);
uint32_t pool_take(struct record_pool *p, void *base, size_t stride); // TABLE_NONE: full
void pool_give(struct record_pool *p, void *base, size_t stride, uint32_t index);
struct conn *tcp_conn_take(struct tcp *t, const struct tcp_tuple *tuple); // NULL: no slot left
void tcp_conn_give(struct tcp *t, struct conn *c);
// The live connection of a name, or NULL.
struct conn *tcp_conn_of(const struct tcp *t, struct conn_id id);

static inline uint32_t conn_slot(const struct tcp *t, const struct conn *c)
{
	return (uint32_t)(c - t->conns);
}

static inline struct conn_id conn_id_of(const struct tcp *t, const struct conn *c)
{
	return (struct conn_id){conn_slot(t, c), c->life};
}

// --- tcp_state.c: the protocol -------------------------------------------------------------------
const char *tcp_state_name(unsigned state);
// Move by the table; false, with nothing changed, where the table has no entry.
bool tcp_step(struct tcp *t, struct conn *c, enum tcp_event event);
// Release everything, tell the application, retire the name.
void tcp_conn_end(struct tcp *t, struct conn *c, enum tcp_end why);
// Leave for a TIME_WAIT record.
void tcp_conn_finish(struct tcp *t, struct conn *c);

static inline bool conn_fin_queued(const struct conn *c)
{
	return c->state == TCP_FIN_WAIT_1 || c->state == TCP_CLOSING ||
	       c->state == TCP_LAST_ACK;
}

static inline bool conn_is_closing(const struct conn *c)
{
	return conn_fin_queued(c) || c->state == TCP_FIN_WAIT_2;
}

static inline bool conn_receives(const struct conn *c)
{
	return c->state == TCP_ESTABLISHED || c->state == TCP_FIN_WAIT_1 ||
	       c->state == TCP_FIN_WAIT_2;
}

static inline bool conn_may_send(const struct conn *c)
{
	if (c->flags & CONN_CLOSING)
		return false;
	return c->state == TCP_ESTABLISHED || c->state == TCP_CLOSE_WAIT ||
	       c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;
}

// --- tcp_listen.c: half-open connections ---------------------------------------------------------
// What a SYN says about its sender; our sequence number is left out.
struct syn_entry tcp_syn_entry(const struct tcp *t, const struct tcp_tuple *tuple,
                               const struct tcp_header *h);
void tcp_syn_input(struct tcp *t, const struct tcp_tuple *tuple, uint32_t hash,
                   const struct tcp_header *h, uint32_t iss_floor);
// A segment for a half-open connection. The connection it completed, or NULL.
struct conn *tcp_half_open_input(struct tcp *t, uint32_t index, const struct tcp_header *h);
void tcp_syn_timer(void *owner, uint32_t index, uint64_t now_us);
uint32_t tcp_iss(const struct tcp *t, const struct tcp_tuple *tuple);
uint32_t tcp_ts_offset(const struct tcp *t, const struct tcp_tuple *tuple);
uint16_t tcp_mss_ours(const struct tcp *t, const struct tcp_tuple *tuple);
uint8_t tcp_scale_ours(const struct tcp *t);
bool tcp_is_listening(const struct tcp *t, uint16_t port);
// Both sides' parameters meet: windows, scaling, segment size, options.
void tcp_conn_open(struct tcp *t, struct conn *c, const struct syn_entry *e);
uint32_t tcp_random(struct tcp *t);

void tcp_entry_emit(struct tcp *t, const struct syn_entry *e, uint8_t flags, uint32_t ts_value);

// --- tcp_admit.c: limits -------------------------------------------------------------------------
enum tcp_admission {
	TCP_ADMIT,
	TCP_ADMIT_COOKIE, // but remember nothing
	TCP_REFUSE,       // silently; counted
};
enum tcp_admission tcp_admit(struct tcp *t, const struct tcp_tuple *tuple);
// A handshake is complete: may the connection still open? Counted if not.
bool tcp_admits_open(struct tcp *t, const struct tcp_tuple *tuple);
// Who is counted where depends on the prefix or the key: count anew.
void tcp_sources_recount(struct tcp *t);
void tcp_source_half_open(struct tcp *t, const struct tcp_tuple *tuple, int32_t more);
void tcp_source_open(struct tcp *t, const struct tcp_tuple *tuple, int32_t more);

// --- tcp_cookie.c: half-open connections without memory ------------------------------------------
void tcp_cookie_send(struct tcp *t, const struct tcp_tuple *tuple, const struct tcp_header *h,
                     uint32_t iss_floor);
bool tcp_cookie_expected(const struct tcp *t); // one that is still good was sent
// The connection that this acknowledgement of a cookie opens, or NULL.
struct conn *tcp_cookie_input(struct tcp *t, const struct tcp_tuple *tuple,
                              const struct tcp_header *h);

// --- tcp_wait.c: TIME_WAIT records ---------------------------------------------------------------
void tcp_wait_add(struct tcp *t, const struct conn *c);
// True: a new SYN may take over; *iss_floor is where its sequence numbers must start.
bool tcp_wait_input(struct tcp *t, uint32_t index, const struct tcp_header *h,
                    uint32_t *iss_floor);
void tcp_wait_expire(struct tcp *t);

// --- tcp_stream.c: bytes in chunks ---------------------------------------------------------------
void chain_drop(struct tcp *t, struct conn *c, struct chain *chain, uint32_t bytes);
// Append; returns how many fit in memory. `spare` is the part of the slab that must stay free.
uint32_t chain_append(struct tcp *t, struct conn *c, struct chain *chain, struct span bytes,
                      size_t spare);
// Append all or nothing.
bool chain_append_all(struct tcp *t, struct conn *c, struct chain *chain, struct span bytes,
                      size_t spare);
void chain_fini(struct tcp *t, struct conn *c, struct chain *chain);
// Text and FIN of an acceptable segment. False: the connection is gone.
bool tcp_deliver(struct tcp *t, struct conn *c, const struct tcp_header *h);

// --- tcp_far.c: the out-of-order queue -----------------------------------------------------------
void tcp_far_insert(struct tcp *t, struct conn *c, uint32_t seq, struct span bytes);
void tcp_dsack(struct tcp *t, struct conn *c, uint32_t from, uint32_t end);
void tcp_far_drop(struct tcp *t, struct conn *c);
// Move what has become contiguous to `recv`; true when anything moved.
bool tcp_far_merge(struct tcp *t, struct conn *c);
// SACK blocks for the next segment, the latest first (RFC 2018 section 4).
unsigned tcp_far_blocks(const struct tcp *t, const struct conn *c, struct sack_block *out,
                        unsigned most);

// --- tcp_recover.c: acknowledgements and losses --------------------------------------------------
// False: the segment is refused, or the connection is gone.
bool tcp_ack_input(struct tcp *t, struct conn *c, const struct tcp_header *h);
void tcp_lost_timer(struct tcp *t, struct conn *c); // the retransmission timer ran out
void tcp_loss_seen(struct tcp *t, struct conn *c);  // segments were marked lost

// --- tcp_flight.c: what was sent and is not acknowledged -----------------------------------------
struct flight *tcp_flight(const struct tcp *t, const struct conn *c); // or NULL
bool tcp_flight_start(struct tcp *t, struct conn *c);                 // false: no memory
void tcp_flight_end(struct tcp *t, struct conn *c);
uint32_t flight_from(const struct conn *c, const struct flight *f, uint32_t i);
void tcp_flight_sent(struct tcp *t, struct conn *c, uint32_t end); // from snd_max on
void tcp_flight_again(struct tcp *t, struct conn *c, uint32_t seq, uint32_t end);
uint32_t tcp_flight_pipe(const struct tcp *t, const struct conn *c);
// The first lost stretch; false: none.
bool tcp_flight_lost(const struct tcp *t, const struct conn *c, uint32_t *seq, uint32_t *len);
void tcp_flight_lose_first(struct tcp *t, struct conn *c);
void tcp_flight_lose_larger(struct tcp *t, struct conn *c, uint32_t bytes);
void tcp_flight_lose_all(struct tcp *t, struct conn *c);
void tcp_flight_lose_none(struct tcp *t, struct conn *c);
bool tcp_is_dsack(const struct tcp_header *h);
// Take the selective acknowledgements; the bytes they newly tell of.
uint32_t tcp_flight_sacked(struct tcp *t, struct conn *c, const struct tcp_header *h);
// Forget what is acknowledged, before snd_una moves; the bytes not told of before. *may_time:
// *sent_us is when the oldest of them was sent, which was sent once.
uint32_t tcp_flight_acked(struct tcp *t, struct conn *c, const struct tcp_header *h,
                          bool *may_time, uint32_t *sent_us);

// --- tcp_rack.c: losses by time, tail loss probes ------------------------------------------------
void tcp_rack_heard(struct tcp *t, struct conn *c, struct flight *f, const struct sent *s,
                    const struct tcp_header *h);
void tcp_rack_duplicate(struct tcp *t, struct conn *c);
void tcp_rack_recovered(struct conn *c);
bool tcp_rack_mark(struct tcp *t, struct conn *c); // true: something is newly lost
void tcp_tail_arm(struct tcp *t, struct conn *c);
void tcp_tail_timer(struct tcp *t, struct conn *c); // nothing was heard of the last segments
void tcp_tail_acked(struct tcp *t, struct conn *c, const struct tcp_header *h);

// --- tcp_congestion.c ----------------------------------------------------------------------------
uint32_t tcp_initial_window(const struct conn *c);
uint32_t tcp_payload_max(const struct conn *c);
void tcp_congestion_acked(struct tcp *t, struct conn *c, uint32_t bytes, uint32_t flight);
void tcp_congestion_lost(struct tcp *t, struct conn *c);   // threshold only
void tcp_congestion_reduce(struct tcp *t, struct conn *c); // ... and the window
void tcp_congestion_idle(struct tcp *t, struct conn *c);

// --- tcp_path.c: what the path says --------------------------------------------------------------
void tcp_path_shrink(struct tcp *t, struct conn *c, uint32_t mss); // if that is less
// Full segments time out again and again: try smaller ones. RFC 8899 section 4.3.
void tcp_path_suspect(struct tcp *t, struct conn *c);
void tcp_ecn_input(struct tcp *t, struct conn *c, const struct tcp_header *h);

// --- tcp_timer.c ---------------------------------------------------------------------------------
void tcp_rtt_sample(struct conn *c, uint32_t rtt_us);
uint32_t tcp_timeout_us(const struct conn *c); // with backoff
void tcp_timer_update(struct tcp *t, struct conn *c);
void tcp_conn_timer(void *owner, uint32_t index, uint64_t now_us);
void tcp_clock(struct tcp *t, uint64_t now_us);

static inline uint64_t tcp_fin_wait_us(const struct tcp *t)
{
	return t->config.fin_wait_us != 0 ? t->config.fin_wait_us : TCP_FIN_WAIT_US;
}

static inline uint32_t tcp_ts_clock(const struct tcp *t, uint32_t offset)
{
	return (uint32_t)(t->now_us / 1000) + offset;
}

// --- tcp_output.c --------------------------------------------------------------------------------
void tcp_want_output(struct tcp *t, struct conn *c);
void tcp_unqueue(struct tcp *t, struct conn *c);
void tcp_want_ack(struct tcp *t, struct conn *c);
void tcp_challenge(struct tcp *t, struct conn *c);
void tcp_output(struct tcp *t, struct conn *c);
void tcp_emit_ack(struct tcp *t, struct conn *c);
void tcp_emit_reset(struct tcp *t, struct conn *c);
void tcp_emit_probe(struct tcp *t, struct conn *c); // an old number: every stack answers it
// Right edge that the application's reading allows now.
uint32_t tcp_window_edge(const struct tcp *t, const struct conn *c);

// --- tcp_emit.c: segments without a connection, and the header of all ----------------------------
struct tcp_outline {
	const struct tcp_tuple *tuple;
	uint32_t seq, ack;
	uint16_t window;
	uint8_t flags;
	struct tcp_options options;
};
// Fill in header and length; pieces are the caller's.
void tcp_emission_init(struct tcp_emission *out, const struct tcp_outline *o);
void tcp_emit(struct tcp *t, struct tcp_emission *out);
// Answer a segment that belongs to nothing with RST, RFC 9293 section 3.10.7.1.
void tcp_reject(struct tcp *t, const struct tcp_tuple *tuple, const struct tcp_header *h);
bool tcp_challenge_allowed(struct tcp *t);

// --- tests ---------------------------------------------------------------------------------------
// Assert the invariants of one connection, or of all and of the pools.
void tcp_conn_check(const struct tcp *t, const struct conn *c);
void tcp_check(const struct tcp *t);
