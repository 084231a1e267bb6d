// A port's word on the checksums of what arrives is believed when it has proven true: the first
// segments are verified in software whatever it says. One that is caught wrong is never believed
// again. Pure; one a worker.
#pragma once

#include "dataplane/nic/frame.h"

#define PROOF_FRAMES 64u // that both judge alike

struct proof {
	uint64_t *count; // writer: this core
	uint32_t agreed;
	bool wrong;
};

static inline bool proof_is_open(const struct proof *p)
{
	return p->agreed < PROOF_FRAMES && !p->wrong;
}

// What frame_parse is told where the port says `said`.
static inline enum frame_checksum proof_word(const struct proof *p, enum frame_checksum said)
{
	bool claims = said == FRAME_GOOD || said == FRAME_BAD;

	return claims && p->agreed < PROOF_FRAMES ? FRAME_UNKNOWN : said;
}

// While it is open: what the software found, where the port said `said`.
void proof_hear(struct proof *p, enum frame_checksum said, const struct frame *found);
