// One dialogue: somebody (or a file) who gives commands. Flat and small while it waits at its
// prompt; what only a line being typed or a command being run needs is allocated for that time.
//
// Input is read only when it can be acted upon: while a command runs, or its output waits for
// credit, it stays unread and control is not told CONSUMED. So nothing typed is ever lost.
#pragma once

#include "cli/main/shell.h"
#include "cli/term/history.h"
#include "cli/term/line.h"
#include "dataplane/base/wheel.h"

#define DIALOGUE_SLOTS     (1u << 21) // of one shard
#define DIALOGUE_OUT_HIGH  4096u      // bytes to show, above which nothing more is read or run
#define DIALOGUE_TICK_US   250000u
#define DIALOGUE_ANSWER_US 30000000u // a question waits this long

struct task;
struct input;
struct service;

// Commands that come from memory: an exec request, a configuration file. Owned text.
struct script {
	char *text;
	size_t len, at;
	uint32_t line;                                 // number of the line last taken
	uint32_t errors;                               // lines answered by an error
	uint32_t bad_line;                             // the first of them
	void (*done)(void *owner, struct dialogue *d); // NULL: the dialogue ends
	void *owner;

	// Only of commands that are repeated: rounds after this one, and the time between them.
	bool repeats, endless;
	uint32_t rounds;
	uint64_t delay_us, due_us;
};

// Run `text` (taken over) `rounds` times, or until Ctrl+C when that is 0, then go on reading.
bool dialogue_repeat(struct dialogue *d, struct text *text, uint32_t rounds, uint32_t delay_s);
// Run `text` (taken over) once, before whatever else is still to be run. False: no memory, or the
// commands that run are repeated ones; the text is then the caller's.
bool dialogue_insert(struct dialogue *d, struct text *text);
// Ctrl+C: after the command that runs, no more of them.
void dialogue_repeat_stop(struct dialogue *d);

struct dialogue {
	struct dialogue_table *table; // NULL: free
	struct dialogue *next;        // in the queue
	uint32_t slot, life;

	uint8_t type;    // enum dialogue_type
	uint8_t role;    // enum api_role
	uint8_t view;    // enum view_id
	uint8_t last_cr; // an LF now belongs to the CR before it
	bool has_pty, queued, input_ended, closing, close_session, prompt_shown;
	bool no_paging;  // screen-length disable
	bool loading;    // the start-up file: no history, `#` returns to system view
	bool asleep;     // until the activation key is typed
	bool failed;     // some command was answered by an error
	bool dumb;       // the client's terminal knows no escape sequences
	bool login_said; // `header login` was, before the login
	uint8_t recall;  // how far back in the history, 0 at the new line

	uint32_t columns, rows, line_number;
	bool monitor;          // log lines are shown here
	bool debugging;        // debugging lines are, too
	uint8_t monitor_level; // up to this one
	uint64_t monitor_next; // number of the next line to show; 0: not known yet
	uint8_t peer[16];      // address, IPv4 mapped; zero: none
	uint32_t exit_status;
	uint64_t session;
	uint64_t credit;    // bytes that may still be sent
	uint64_t sent;      // bytes of OUTPUT so far
	uint64_t received;  // bytes of INPUT so far
	uint64_t consumed;  // not yet reported
	uint64_t held;      // not yet consumed
	uint64_t active_us; // last sign of life
	struct wheel_link timer;

	struct line *line;        // while one is being typed
	struct history history;   //
	struct input *input;      // unread, oldest first
	struct input *input_last; //
	struct text out;          // to be shown
	struct task *task;        // while a command runs
	struct script *script;    // or NULL
	struct service *service;  // in place of the command line (files/service.h), or NULL
	struct guest *guest;      // the same, another's (guest/guest.h)
	char *user;               //
	char *name;               // what the view edits
	char *roles;              // separated by commas; NULL when `role` says it all
	struct text code;         // public-key-code so far
};
static_assert(sizeof(struct dialogue) <= 512, "idle dialogues are counted in millions");

// The dialogues that come through one port. Virtual memory for all slots is reserved at once and
// committed by use.
struct dialogue_table {
	struct dialogue_table *next; // of the shell
	struct shell *shell;
	struct port *port;
	struct dialogue *rows;
	uint32_t first, slots; // names are first ... first + slots - 1
	uint32_t open;
	uint32_t top; // rows in use are below
	struct wheel wheel;
};

[[nodiscard]] enum status table_init(struct dialogue_table *t, struct shell *shell,
                                     struct port *port, uint32_t first, uint32_t slots);
// End all dialogues without a word (the port is gone) and release the table.
void table_fini(struct dialogue_table *t);
struct dialogue *table_find(const struct dialogue_table *t, uint32_t slot, uint32_t life);

// A cell from control, copied already; `payload` lies in memory that control may still write.
void table_cell(struct dialogue_table *t, const struct link_cell *cell, struct span payload);
// Run timers that are due.
void table_time(struct dialogue_table *t, uint64_t now_us);

// What a dialogue begins with, from an OPEN cell or made here.
struct dialogue_start {
	struct dialogue_open open;
	enum api_role role;
	struct span user, roles, peer, terminal, command;
};
struct dialogue *dialogue_open(struct dialogue_table *t, uint32_t slot, uint32_t life,
                               const struct dialogue_start *start);
void dialogue_input(struct dialogue *d, struct span bytes);
void dialogue_input_end(struct dialogue *d);
void dialogue_credit(struct dialogue *d, uint64_t bytes);
void dialogue_interrupt(struct dialogue *d); // Ctrl+C from outside
void dialogue_wake(struct dialogue *d);      // the activation key
// It will end once all output before has been shown.
void dialogue_close(struct dialogue *d, uint32_t exit_status);
// It is gone already: forget it, and answer with EXIT.
void dialogue_hangup(struct dialogue *d);
void dialogue_free(struct dialogue *d);

enum dialogue_turn { DIALOGUE_IDLE, DIALOGUE_AGAIN, DIALOGUE_BLOCKED };
// One bounded piece of work.
enum dialogue_turn dialogue_turn(struct dialogue *d);

// Typed at a terminal: echo, prompt, pager, CRLF. Else bare lines.
static inline bool dialogue_is_interactive(const struct dialogue *d)
{
	return d->type == DIALOGUE_SHELL && d->has_pty;
}

// Take on roles: their names by commas. False: none of them exists.
bool dialogue_roles(struct dialogue *d, struct span names);
struct access dialogue_access(const struct dialogue *d);
void dialogue_view(struct dialogue *d, enum view_id view, struct span name);
// Where it is typed, for logs and displays: "192.0.2.1" or "**"; "vty3" or "con0". Returns `out`.
#define DIALOGUE_PEER_MAX 48
const char *dialogue_peer(const struct dialogue *d, char out[DIALOGUE_PEER_MAX]);
const char *dialogue_terminal(const struct dialogue *d, char out[DIALOGUE_PEER_MAX]);

#define DIALOGUE_PROMPT_MAX 192
size_t dialogue_prompt(const struct dialogue *d, char out[DIALOGUE_PROMPT_MAX]);

// --- dialogue_input.c --------------------------------------------------------------------------
// Read and act on what has been typed; true when it did something.
bool input_step(struct dialogue *d);
bool input_peek(const struct dialogue *d, uint8_t *byte);
size_t input_copy(const struct dialogue *d, uint8_t *out, size_t max);
void input_take(struct dialogue *d, size_t len);
void input_fini(struct dialogue *d);
void input_interrupt(struct dialogue *d); // Ctrl+C at the prompt
void show_prompt(struct dialogue *d);
// Text of LF lines on a terminal where somebody may be typing: his line is shown again below it.
// What does not fit a slow reader's terminal is left out. Not `again`: it is not.
void dialogue_notify(struct dialogue *d, struct span text, bool again);

// --- dialogue_output.c -------------------------------------------------------------------------
enum dialogue_turn output_send(struct dialogue *d);     // AGAIN: something was sent
void output_line(struct dialogue *d, struct span text); // with the right line end
