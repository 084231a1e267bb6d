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
