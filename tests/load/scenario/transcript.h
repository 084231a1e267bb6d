// What someone typed and when: the input events of an asciicast (version 2), as
// `asciinema rec --stdin` writes it, one JSON value a line:
//   {"version": 2, "width": 80, "height": 24}
//   [0.5, "i", "display version\r"]
// Events of other kinds are passed over. Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "crypto/core/span.h"

#define TRANSCRIPT_BYTES_MAX  (1u << 20)
#define TRANSCRIPT_EVENTS_MAX 65536u

struct typed {
	uint64_t at_us; // since the first prompt
	struct blob text;
};

struct transcript {
	struct typed *typed;
	unsigned count;
};

// False with load_complaint().
[[nodiscard]] bool transcript_parse(struct span text, struct transcript *out);
void transcript_fini(struct transcript *t);
