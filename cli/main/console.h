// The local console: connections to a unix socket that only root can open, each a dialogue of
// network-admin at a terminal; and the slots where the start-up file is replayed.
#pragma once

#include "cli/config/config_text.h"

#include <uv.h>

#define CONSOLES_MAX 16
#define LOCAL_SLOTS  32
#define LOAD_SLOT    (DIALOGUE_LOCAL + CONSOLES_MAX)
#define CHORE_SLOT   (LOAD_SLOT + LOAD_STEPS)

struct serve;

struct console {
	struct consoles *owner;
	uv_poll_t poll;
	int fd; // -1: free
	bool ended, closing;
	uint32_t life;
	uint64_t unread; // bytes handed over and not consumed
	struct text out; // not yet written
};

struct consoles {
	struct port port; // first
	struct serve *serve;
	struct dialogue_table table;
	uv_poll_t listener;
	bool listening;
	uint32_t lives;
	struct console console[CONSOLES_MAX];
};

[[nodiscard]] enum status consoles_init(struct consoles *c, struct serve *s);
// Take connections from this socket from now on; it is ours.
void consoles_listen(struct consoles *c, int socket);
// Control is gone: what waits for its answer ends with a word.
void consoles_orphan(struct consoles *c);
void consoles_fini(struct consoles *c);

// console_client.c: the other end. Returns the exit status.
int console_client(const char *path);
