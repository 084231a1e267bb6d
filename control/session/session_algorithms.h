// The algorithms that the server offers now: the configuration's lists, or the modern ones where it
// has none. Names that only the configuration can bring in are weak ones and ones that cost much.
#pragma once

#include "control/config/config.h"

#define ALGORITHMS_NAMES_MAX 1024 // of one list, with its NUL

// In the order of the fields of API_CLASS_SSH_ALGORITHM.
enum algorithms_list {
	ALGORITHMS_KEX,
	ALGORITHMS_HOST_KEY,
	ALGORITHMS_CIPHER,
	ALGORITHMS_MAC,
	ALGORITHMS_LISTS
};

struct algorithms {
	char names[ALGORITHMS_LISTS][ALGORITHMS_NAMES_MAX]; // comma-separated
};

// What is in force, by value. Any thread.
void algorithms_copy(struct config *c, struct algorithms *out);

static inline struct span algorithms_list(const struct algorithms *a, enum algorithms_list list)
{
	return span_text(a->names[list]);
}

// Which signatures of users' keys are taken: the modern ones, and weak ones that stand in the list
// of host key algorithms.
void algorithms_of_users(struct config *c, char out[ALGORITHMS_NAMES_MAX]);

// The weak algorithms in force, a bit each; and the name of one.
uint32_t algorithms_weak(struct config *c);
struct span algorithms_weak_name(unsigned bit);
