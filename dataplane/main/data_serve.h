// The dataplane's side of one joint with control: connections of one worker's TCP become
// identification lines and SSH messages, and back (dataplane/link/data_msg.h). No DPDK here. Owner
// core only; nothing is allocated after data_new.
//
// Back-pressure: without room towards control bytes stay in the TCP stream, whose window closes;
// the connection stands on a list and is served again when room returns. Cells that must not be
// lost (CONN_CLOSED, SENT) are owed and told later; MESSAGE_UP leaves a reserve for them.
#pragma once

#include "dataplane/link/data_msg.h"
#include "dataplane/record/record.h"
#include "dataplane/tcp/tcp.h"

#define DATA_NO_SLOT   UINT32_MAX
#define DATA_PORTS_MAX 16u

// DISCARD: a record was refused, and `wanted` bytes more are dropped before that is told.
enum data_state {
	DATA_FREE,
	DATA_EXPECT_IDENT,
	DATA_EXPECT_RECORD,
	DATA_DISCARD,
	DATA_CLOSING
};

// Beside TCP's own slot of the same number; flat and position independent.
struct data_conn {
	struct record_conn record;
	uint64_t offset_up;     // payload bytes told to control
	uint64_t cost_sealed;   // payload + DATA_MESSAGE_COST of the messages sealed
	uint64_t progress_told; // last SENT
	uint32_t unacked;       // stream bytes sent, not acknowledged
	uint32_t ident_unacked; // of these, our identification line
	uint32_t wanted;        // stream bytes before the next record is complete
	uint32_t life;          // TCP's; 0: free
	uint32_t wait_next, wait_prev;
	uint8_t state;       // enum data_state
	uint8_t joint;       // which joint knows it
	uint8_t status;      // enum status, for CONN_CLOSED
	bool waits;          // is on the list ...
	bool owes_sent;      // ... for a SENT to be told
	bool wants_read;     // ... for bytes to be read
	uint8_t last_number; // of the last message that came
	bool offers_v1;      // our version line said 1.99
	bool held;           // control wants no more for now; the stream's window closes
	uint8_t zero[3];
};
static_assert(sizeof(struct data_conn) <= 448, "budget of an idle connection");

// An end that control has not been told yet.
struct data_owed {
	uint32_t slot, life, end, status;
};

struct data_config {
	struct data_conn *conns; // `slots` of them, zeroed, lazily committed
	uint32_t slots;
	uint32_t pending_keys;
	uint64_t *count; // writer: this core
};

struct net_serve;

struct data_serve {
	struct tcp *tcp;       // set by the owner right after tcp_new
	struct net_serve *net; // NULL: cells about the network are refused
	struct link *link;     // NULL: control is absent
	struct record_core *record;
	struct data_conn *conns;
	struct data_owed *owed; // ring of owed_mask + 1
	uint64_t *count;
	uint32_t slots;
	uint32_t owed_head, owed_tail, owed_mask;
	uint32_t wait_first, wait_last, waiting;
	uint32_t reserve; // cells of the up ring kept for what must not be lost
	uint8_t joint;    // number of the joint attached, 1 to 255
	bool stopping;
	bool offers_v1;               // connections to come are told 1.99
	uint32_t sweep_at, sweep_end; // slots to disconnect, in slices
	const char *sweep_text;
	uint32_t ports;
	uint16_t port[DATA_PORTS_MAX]; // listening
	uint16_t discard_port;         // of discard.c; 0: none
};

// What data_serve tells TCP; `app` is the struct data_serve.
extern const struct tcp_app data_serve_ops;

[[nodiscard]] enum status data_init(struct data_serve *s, const struct data_config *config);
void data_fini(struct data_serve *s); // not the link

// Control has (re)started: connections of the old joint are told and closed, the listener is off
// until the new control asks for it. Returns the old link, which the caller frees.
struct link *data_attach(struct data_serve *s, struct link *link);

// The device goes down: no new connections, all present ones are told and closed.
void data_stop(struct data_serve *s);

// Once per loop, in this order. data_drain takes what control posted (bounded); data_retry serves
// what waited. Each answers whether there is more to do at once.
bool data_drain(struct data_serve *s, uint64_t now_us);
bool data_retry(struct data_serve *s);
void data_flush(struct data_serve *s); // ring control's doorbell

// Is there anything to do before the next doorbell or segment?
bool data_is_idle(const struct data_serve *s);
