// What cli (A) asks of the launcher (B), and hears: each message is one packet of a seqpacket
// socket. cli chooses the number by which both call a program; it may be used again once ENDED has
// come. Both sides take the other's packets as hostile: lengths are bounded, and no text has a NUL.
#pragma once

#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#define LAUNCH_BYTES_MAX 20480u // of one packet
#define LAUNCH_COMMAND   255u   // bytes of a command; its words are separated by blanks
#define LAUNCH_REQUEST   16384u // bytes of what the client asks the program to run
#define LAUNCH_NAME      255u   // bytes of any other text

enum launch_kind {
	LAUNCH_START = 1, // cli: run `command`; answered by STARTED
	LAUNCH_SIGNAL,    // cli: `name` without SIG, to those in the foreground
	LAUNCH_END,       // cli: nobody is there any more: hang up, and kill soon after
	LAUNCH_STARTED, // launcher: `number` is 0, the terminal's descriptor beside it; or an errno
	LAUNCH_ENDED, // launcher: `number` is the exit status; nothing of its session is left
	LAUNCH_KINDS
};

struct launch_msg {
	uint8_t kind; // enum launch_kind
	uint32_t id;
	uint32_t number;        // STARTED, ENDED
	bool has_pty;           // START
	uint32_t columns, rows; // START
	// START; borrowed from the packet. No `request`: a login, else it follows `-c`.
	struct span command, request, user, terminal, peer;
	struct span name; // SIGNAL
};

[[nodiscard]] enum status launch_build(struct builder *b, const struct launch_msg *m);
[[nodiscard]] enum status launch_parse(struct span packet, struct launch_msg *out);

// `fd` goes along unless it is negative. NO_ROOM: try again later; SHUTDOWN: nobody is there.
[[nodiscard]] enum status launch_send(int socket, const struct launch_msg *m, int fd);
// Into `packet`, from which `out` borrows. `fd` is -1 or the receiver's, close-on-exec. NOT_FOUND
// when there is none, SHUTDOWN when nobody is there any more.
[[nodiscard]] enum status launch_receive(int socket, uint8_t packet[LAUNCH_BYTES_MAX],
                                         struct launch_msg *out, int *fd);
