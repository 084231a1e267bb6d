// All cells between a shard of control (A) and cli (B). slot and life name a dialogue: one open
// channel that runs a shell, a command or a subsystem, or (slot at or above DIALOGUE_LOCAL) a
// dialogue that cli made itself: the console and the start-up file.
//
// Flow: control may send at most dialogue_input_window() bytes of INPUT that cli has not CONSUMED;
// cli may send at most as many bytes of OUTPUT as CREDIT granted. Nothing is dropped.
#pragma once

#include "dataplane/link/link.h"

// clang-format off
//      name        sender   body                     payload
#define DIALOGUE_LIST(X)                                                                        \
	X(OPEN,       CONTROL, struct dialogue_open,    "strings: user, role, peer address, terminal type, command or subsystem name") \
	X(INPUT,      CONTROL, struct dialogue_none,    "bytes typed")                         \
	X(INPUT_EOF,  CONTROL, struct dialogue_none,    "none")                                \
	X(RESIZE,     CONTROL, struct dialogue_size,    "none")                                \
	X(SIGNAL,     CONTROL, struct dialogue_none,    "name without SIG: INT, TERM, ...")    \
	X(CREDIT,     CONTROL, struct dialogue_count,   "none")                                \
	X(HANGUP,     CONTROL, struct dialogue_none,    "none")                                \
	X(CONSUMED,   CLI,     struct dialogue_count,   "none")                                \
	X(OUTPUT,     CLI,     struct dialogue_none,    "bytes to show")                       \
	X(EXIT,       CLI,     struct dialogue_exit,    "none")                                \
	X(REQUEST,    CLI,     struct dialogue_request, "as the row of control/api/api.h says") \
	X(REPLY,      CONTROL, struct dialogue_request, "as the row of control/api/api.h says") \
	X(EVENT,      CONTROL, struct dialogue_request, "as the row of control/api/api.h says")
// clang-format on

enum dialogue_kind {
	DIALOGUE_NONE,
#define X(name, sender, body, payload) DIALOGUE_##name,
	DIALOGUE_LIST(X)
#undef X
	        DIALOGUE_KINDS
};

#define DIALOGUE_LOCAL        0xff000000u // slots from here on are cli's own
#define DIALOGUE_INPUT_WINDOW (64u * 1024)
#define DIALOGUE_FILE_WINDOW  (2u << 20)   // of a subsystem, which takes files
#define DIALOGUE_INPUT_MAX    (32u * 1024) // bytes in one INPUT or OUTPUT cell

enum dialogue_type { DIALOGUE_SHELL = 1, DIALOGUE_EXEC = 2, DIALOGUE_SUBSYSTEM = 3 };

static inline uint32_t dialogue_input_window(uint8_t type)
{
	return type == DIALOGUE_SUBSYSTEM ? DIALOGUE_FILE_WINDOW : DIALOGUE_INPUT_WINDOW;
}

struct dialogue_none {
	uint64_t zero;
};

// Answered by nothing: control has already told the client CHANNEL_SUCCESS. What cannot be run is
// said by OUTPUT and EXIT. CREDIT for the client's window follows.
struct dialogue_open {
	uint8_t type; // enum dialogue_type
	uint8_t has_pty;
	uint8_t login_said; // `header login` was, before the login
	uint8_t zero;
	uint32_t columns, rows; // 0 without a pty or when the client said 0
	uint32_t line;          // VTY number
	uint64_t session;       // slot of the session it belongs to, for displays
};

struct dialogue_size {
	uint32_t columns, rows;
};

struct dialogue_count {
	uint64_t bytes;
};

// The dialogue is over once all OUTPUT before it has been shown; cli has forgotten it.
// A HANGUP is answered by EXIT as well, unless EXIT is already on its way.
struct dialogue_exit {
	uint32_t status; // exit-status of the channel
	uint32_t
	        close_session; // 1: the dialogue asks that the whole session ends (unused by exec)
};

struct dialogue_request {
	uint32_t job;    // chosen by cli; comes back in the reply
	uint16_t call;   // enum api_call
	uint16_t more;   // REPLY: 1 when further rows follow (ask again with the cursor given)
	uint32_t status; // REPLY: enum status
	uint32_t zero;
	uint64_t cursor; // LIST calls: where to go on; 0 at first. REPLY: for the next ask
};

#define X(name, sender, body, payload)                                                         \
	static_assert(sizeof(body) <= LINK_BODY_BYTES && sizeof(body) % 8 == 0, #name);
DIALOGUE_LIST(X)
#undef X
