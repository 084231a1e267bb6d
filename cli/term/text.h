// A growing run of bytes: output on its way, a configuration being written. The user of it bounds
// how much it puts in; no memory is held while it is empty.
#pragma once

#include "crypto/core/span.h"

struct text {
	char *data;  // owned
	size_t at;   // bytes at the front that have been taken
	size_t len;  // end of the bytes
	size_t max;  // allocated
	bool failed; // memory ran out: bytes are missing
};

void text_add(struct text *t, const void *data, size_t len);
void text_puts(struct text *t, const char *s);
void text_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_repeat(struct text *t, char byte, size_t count);
// Room for `len` bytes behind the last: fill them, then add what was used to t->len. NULL: no
// memory.
void *text_room(struct text *t, size_t len);

static inline size_t text_left(const struct text *t)
{
	return t->len - t->at;
}

static inline struct span text_span(const struct text *t)
{
	return t->data != NULL ? span_of(t->data + t->at, t->len - t->at) : span_of("", 0);
}

// Forget `len` bytes at the front; frees everything when none is left.
void text_take(struct text *t, size_t len);
void text_fini(struct text *t);
