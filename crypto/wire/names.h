// Name-lists (RFC 4251 section 5): walk one, search one, choose from two.
#pragma once

#include "crypto/core/span.h"

// Take the next name off the front of the list; false when none is left. Empty names in the
// list are returned as empty spans, so that the caller can refuse them.
bool names_next(struct span *list, struct span *name);

// Is the name in the list?
bool names_has(struct span list, struct span name);

// The first name of `theirs` that is also in `ours`: the client's preference wins (RFC 4253
// section 7.1). An empty span when there is none.
struct span names_pick(struct span theirs, struct span ours);
