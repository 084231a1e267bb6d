// Commands typed in one dialogue, newest last. No memory before the first one; at most
// HISTORY_BYTES_MAX whatever the configured number.
#pragma once

#include "crypto/core/span.h"

#define HISTORY_BYTES_MAX 8192

struct history {
	char *text; // owned: commands, each ended by NUL
	uint16_t len;
	uint16_t count;
};

// Remember a command, unless it repeats the last one; keeps the newest `most`.
void history_add(struct history *h, struct span command, uint32_t most);

// The nth newest (0 is the last one typed); false when there is none.
bool history_at(const struct history *h, uint32_t nth, struct span *out);
void history_fini(struct history *h);

// Commands of all dialogues, newest last: a ring of fixed size, allocated by the first.
#define HISTORY_ALL_MAX 1024u
struct history_entry {
	uint64_t at;       // Unix seconds
	char terminal[48]; // "vty0"
	char peer[48];     // address
	char user[64];
	char *command; // owned
};
struct history_all {
	struct history_entry *ring; // owned
	uint32_t count, oldest;
};
// `entry.command` is copied. A terminal's command that repeats its last one is not kept.
void history_all_add(struct history_all *h, const struct history_entry *entry);
// The nth oldest, or NULL.
const struct history_entry *history_all_at(const struct history_all *h, uint32_t nth);
void history_all_fini(struct history_all *h);
