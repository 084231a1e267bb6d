// A whole control_bench for fuzz targets: what an input is made of, and what must be true at its
// end.
#pragma once

#include "tests/unit/v1_client.h"

#include "control/users/penalties.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// An input is a row of steps: what happens, how many bytes belong to it, and the bytes.
struct step_in {
	uint8_t what;
	struct span bytes;
};

static inline bool step_next(struct span *in, struct step_in *out)
{
	size_t length;

	if (in->len < 3)
		return false;
	length = (size_t)in->data[1] << 8 | in->data[2];
	length = length < in->len - 3 ? length : in->len - 3;
	*out = (struct step_in){in->data[0], span_of(in->data + 3, length)};
	*in = span_of(in->data + 3 + length, in->len - 3 - length);
	return true;
}

// The byte at that place of a step; 0 behind its end.
static inline uint8_t step_byte(const struct step_in *step, size_t at)
{
	return at < step->bytes.len ? step->bytes.data[at] : 0;
}

static inline void target_forgets(struct bench *b)
{
	bench_queue_clear(&b->down);
	bench_queue_clear(&b->shown);
}

// Logins that the keeper or a signature has allowed.
static inline uint64_t target_proofs(struct bench *b)
{
	return COUNTED(b, auth_password_ok) + COUNTED(b, auth_publickey_ok);
}

// cli ends its dialogues, answered or not.
static inline void target_dialogues_end(struct bench *b)
{
	for (uint32_t slot = 0; slot < b->h->dialogues_max; slot++) {
		struct link_cell cell = {.kind = DIALOGUE_EXIT,
		                         .slot = slot,
		                         .life = b->h->dialogues[slot].life};

		if (b->h->dialogues[slot].state == DIALOGUE_FREE)
			continue;
		if (!link_send(b->cli, &cell, span_of(NULL, 0)))
			abort();
		bench_turn(b);
		target_forgets(b);
	}
}

// The connection goes, and everything that was made for it.
static inline void target_nothing_left(struct bench *b)
{
	b->keeper_mute = b->crypto_mute = b->cli_mute = b->no_credit = false;
	bench_turn(b);
	client_gone(b, 0);
	target_forgets(b);
	target_dialogues_end(b);
	if (b->h->gauges.sessions != 0 || b->h->channels.used != 0 || b->h->auths.used != 0 ||
	    b->h->kexes.used != 0 || b->h->v1s.used != 0 || b->h->idents.used != 0 ||
	    b->h->gauges.dialogues != 0 || slab_gauges(b->h->slab).used_bytes != 0)
		abort();
}
