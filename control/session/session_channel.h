// Channels of a session (RFC 4254) and the dialogues behind them. A channel runs at most one
// shell, command or subsystem; that is one dialogue of cli.
//
// Windows. Towards us: CHANNEL_WINDOW bytes, given back at half as the dialogue consumes, so what
// lies unread here and there is never more. A subsystem has as much as its dialogue may hold, as
// long as all of the shard's together stay below SHARD_WIDENED_MAX; else it stays with the usual. Towards the client: cli may send what CREDIT granted,
// and credit granted plus bytes held here never exceed the client's window.
#pragma once

#include "control/session/session.h"
#include "dataplane/link/dialogue_msg.h"

#define CHANNEL_WINDOW       (64u * 1024)
#define SHARD_WIDENED_MAX    (256u << 20)
#define CHANNEL_PACKET       (32u * 1024)  // most we take in one message
#define CHANNEL_PACKET_LOW   32u           // less from a client is refused
#define CHANNEL_CREDIT       (64u * 1024)  // most granted to a dialogue at once
#define CHANNEL_CREDIT_FILES (512u * 1024) // ... that sends files; anew below a quarter
#define CHANNEL_TEXT_MAX     (32u * 1024)  // of an exec command
#define CHANNEL_TERM_MAX     31u
static_assert(CHANNEL_WINDOW <= DIALOGUE_INPUT_WINDOW, "all of a window fits into a dialogue");

enum channel_flag {
	CHANNEL_PTY = 1 << 0,
	CHANNEL_GOT_EOF = 1 << 1,
	CHANNEL_GOT_CLOSE = 1 << 2,
	CHANNEL_SENT_EOF = 1 << 3,
	CHANNEL_SENT_CLOSE = 1 << 4,
	CHANNEL_TOLD_EOF = 1 << 5, // INPUT_EOF went to cli
	CHANNEL_EXITED = 1 << 6,   // EXIT came; exit_status is valid
	CHANNEL_ENDS_SESSION = 1 << 7,
	CHANNEL_ENDLESS = 1 << 8, // SSH-1: the client's window has no end
};

struct channel {
	uint32_t session; // slot
	uint32_t peer;    // the client's number
	uint8_t number;   // ours
	uint8_t type;     // enum dialogue_type, 0 before one began
	uint8_t service;  // API_SERVICE_STELNET ... that it uses, with the type
	uint16_t flags;   // enum channel_flag
	uint32_t columns, rows;
	char term[CHANNEL_TERM_MAX + 1];

	uint32_t window;       // what the client may still send
	uint32_t widened;      // beyond CHANNEL_WINDOW, of the shard's share
	uint32_t consumed;     // to be given back
	uint32_t unconsumed;   // INPUT that cli has not consumed
	struct chunk_queue in; // INPUT that waits for room

	uint32_t peer_window, peer_packet;
	uint32_t credit;        // granted to cli, not used yet
	struct chunk_queue out; // OUTPUT that waits to be sent
	uint32_t exit_status;
	uint32_t dialogue;            // slot + 1; 0: none
	uint64_t in_bytes, out_bytes; // with the dialogue: offsets of its cells
};

enum dialogue_state { DIALOGUE_FREE, DIALOGUE_OPENED, DIALOGUE_HANGING, DIALOGUE_ENDING };

// A dialogue slot. HANGING: HANGUP waits for room in the ring. ENDING: it was sent and EXIT is
// awaited; only then the slot is free.
struct dialogue {
	uint32_t life;
	uint32_t session; // slot, while OPENED
	uint32_t channel; // name in the shard's pool, while OPENED
	uint8_t state;    // enum dialogue_state
	uint8_t role;     // enum api_role after `super`; NONE: the session's
	uint64_t login_time;
};

// --- channels ------------------------------------------------------------------------------------

static inline struct channel *channel_at(struct shard *h, const struct session *s, unsigned i)
{
	return pool_at(&h->channels, s->channels[i]);
}

// Everything that can move now: input, output, credit, the end.
void channel_pump(struct shard *h, struct session *s, struct channel *c);
void channel_pump_all(struct shard *h, struct session *s);

// Read the number of a channel and find it; NULL: malformed, or the session is being refused.
struct cursor;
struct channel *channel_in(struct shard *h, struct session *s, struct cursor *c);

// A free one of the session's; NULL: none is left.
struct channel *channel_new(struct shard *h, struct session *s);

static inline void channel_spend(struct channel *c, size_t sent)
{
	if (!(c->flags & CHANNEL_ENDLESS))
		c->peer_window -= (uint32_t)sent;
}

// Terminal sizes beyond this are taken for it.
#define CHANNEL_CELLS_MAX 65535u

// Consumed by the dialogue, or dropped: the client may send as much again.
void channel_consumed(struct shard *h, struct session *s, struct channel *c, uint32_t bytes);

// It takes files: let more be on its way, once.
void channel_widen(struct shard *h, struct session *s, struct channel *c);

// The session is over.
void channel_drop_all(struct shard *h, struct session *s);

unsigned channel_count(const struct session *s);

// session_request.c
void channel_answer(struct shard *h, struct session *s, struct channel *c, bool wanted,
                    bool ok);

// --- dialogues (session_shell.c) -----------------------------------------------------------------

// Begin one. NO_ROOM, NO_MEMORY.
[[nodiscard]] enum status shell_open(struct shard *h, struct session *s, struct channel *c,
                                     enum dialogue_type type, struct span text);
// Input, or its end, as far as the dialogue may have it now.
void shell_input(struct shard *h, struct session *s, struct channel *c);
[[nodiscard]] bool shell_take(struct shard *h, struct session *s, struct channel *c,
                              struct span bytes);
void shell_resize(struct shard *h, struct channel *c);
void shell_signal(struct shard *h, struct channel *c, struct span name);
void shell_credit(struct shard *h, struct session *s, struct channel *c);
// The channel has no more use for it.
void shell_hangup(struct shard *h, struct channel *c);
// Post the HANGUPs that wait.
void shell_pump(struct shard *h);

// Cells of cli.
void shell_on_cell(struct shard *h, const struct link_cell *cell, struct span payload);
// cli is gone: all dialogues are.
void shell_lost(struct shard *h);

struct dialogue *dialogue_find(struct shard *h, uint32_t slot, uint32_t life);
