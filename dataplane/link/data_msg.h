// All cells between a worker of the dataplane (A) and its shard of control (B). slot and life are
// the connection's (struct conn_id). Control treats everything from here as hostile.
//
// Order on the down ring is the order of effects: a MESSAGE posted after KEYS_INSTALL for the
// sending direction is still sealed with the old keys until NEWKEYS has been sealed.
#pragma once

#include "dataplane/link/link.h"

// Our identification line without CR LF: the dataplane sends it, the exchange hash covers it.
#define DATA_IDENT    "SSH-2.0-Sallyport_" SALLYPORT_VERSION
#define DATA_IDENT_V1 "SSH-1.99-Sallyport_" SALLYPORT_VERSION // while SSH-1 is allowed

// clang-format off
//      name          sender   body                  payload
#define DATA_LIST(X)                                                                            \
	X(CONN_OPENED,  WORKER,  struct data_opened,   "none")                                 \
	X(IDENT_UP,     WORKER,  struct data_none,     "the client's identification line without CR LF") \
	X(MESSAGE_UP,   WORKER,  struct data_message,  "one SSH message, number included")     \
	X(SENT,         WORKER,  struct data_sent,     "none")                                 \
	X(CONN_CLOSED,  WORKER,  struct data_closed,   "none")                                 \
	X(NET_ANSWER,   WORKER,  struct data_answer,   "rows as net_msg.h has them for this question") \
	X(NET_REFUSED,  WORKER,  struct data_refused,  "none")                                 \
	X(MESSAGE_DOWN, CONTROL, struct data_message,  "one SSH message to seal and send")     \
	X(KEYS_INSTALL, CONTROL, struct data_keys,     "struct suite_keys of one direction; receiver copies and wipes") \
	X(PHASE,        CONTROL, struct data_phase,    "none")                                 \
	X(CONN_CLOSE,   CONTROL, struct data_close,    "none")                                 \
	X(LISTEN,       CONTROL, struct data_listen,   "none")                                 \
	X(NET_SETTINGS, CONTROL, struct data_none,     "struct net_settings; replaces the last") \
	X(NET_RULES,    CONTROL, struct data_none,     "struct net_rules of one family; replaces the last") \
	X(NET_ASK,      CONTROL, struct data_ask,      "parameters as net_msg.h has them") \
	X(HOLD,         CONTROL, struct data_hold,     "none")
// clang-format on

enum data_kind {
	DATA_NONE,
#define X(name, sender, body, payload) DATA_##name,
	DATA_LIST(X)
#undef X
	        DATA_KINDS
};

struct data_none {
	uint64_t zero;
};

// A TCP connection was established; our identification line has been sent.
struct data_opened {
	uint8_t remote[16];               // IPv6, or IPv4 v4-mapped
	uint16_t remote_port, local_port; // host byte order
	uint32_t offers_v1;               // 1: it was DATA_IDENT_V1
};

struct data_message {
	uint32_t sequence; // UP: sequence number of the packet (for UNIMPLEMENTED); DOWN: zero
	uint32_t zero;
	uint64_t wire_bytes; // UP: bytes of record this message took, for rekey limits
};

// Credit. `progress` is, since the connection opened, the sum of payload + DATA_MESSAGE_COST of the
// messages sealed so far, less the record bytes that the peer has not acknowledged yet; it never
// falls. Control keeps (what it posted, each message counted as payload + DATA_MESSAGE_COST) -
// progress at or below DATA_SEND_WINDOW, or DATA_SEND_WIDE where it sends files; since a record is never longer than its message plus that
// cost, the send queue of the connection always has room. Told whenever progress has grown by
// DATA_SEND_REPORT since last told.
struct data_sent {
	uint64_t progress;
};
#define DATA_SEND_WINDOW  (256u * 1024)
#define DATA_SEND_WIDE    (1u << 20)
#define DATA_SEND_REPORT  (DATA_SEND_WINDOW / 8)
#define DATA_MESSAGE_COST 96u

// The connection is over; the id is stale from here on. Exactly one for each CONN_OPENED, whoever
// ended it. When the record layer refused something, `status` says what (enum status) and the
// peer has been sent the DISCONNECT that goes with it.
struct data_closed {
	uint32_t end;    // enum tcp_end
	uint32_t status; // enum status; OK when the record layer had no complaint
};

// One direction's next keys; in force after the next NEWKEYS of that direction. On a connection
// that speaks SSH-1.5 they are in force at once: of keys only `key` counts.
struct data_keys {
	uint8_t suite;   // suite id; for SSH-1.5 the cipher's number
	uint8_t sending; // 1: we seal with it; 0: we open with it
	uint8_t strict;  // strict KEX: sequence number returns to 0 at NEWKEYS
	uint8_t zero[5];
};

// What the gate lets pass from the peer (record_gate.h). Advisory tightening: control's own state
// table decides.
enum data_phase_kind { DATA_PHASE_LOGIN = 1, DATA_PHASE_OPEN = 2 };
struct data_phase {
	uint32_t phase;
	uint32_t
	        talks; // 1: messages of channels pass between the peer's KEXINIT and NEWKEYS, too
};

// After everything posted before it has been sent: FIN (graceful), or at once RST (abort).
struct data_close {
	uint32_t abort;
	uint32_t zero;
};

struct data_listen {
	uint16_t port;
	uint16_t on;
	uint32_t offers_v1; // 1: connections that come from now on are told DATA_IDENT_V1
};

// Read no more of this connection until told otherwise: what was sent already still comes. For
// SSH-1.5, whose streams have no windows.
struct data_hold {
	uint32_t on;
	uint32_t zero;
};

// A question about the network: slot and life are its name, which the answer bears.
struct data_ask {
	uint32_t ask; // enum net_ask
	uint32_t zero;
	uint64_t cursor; // where to go on; 0 at first
};

struct data_answer {
	uint32_t status; // enum status
	uint32_t more;   // 1: ask again with the cursor given
	uint64_t cursor;
};

// A request for a connection was refused by a rule. Told ever less often when there are many.
struct data_refused {
	uint8_t remote[16];
	uint32_t list, number; // number UINT32_MAX: no rule fitted
	uint32_t untold;       // others since the last that was told
	uint16_t remote_port;
	uint16_t logged; // the rule itself asks for it
};

#define X(name, sender, body, payload)                                                         \
	static_assert(sizeof(body) <= LINK_BODY_BYTES && sizeof(body) % 8 == 0, #name);
DATA_LIST(X)
#undef X
