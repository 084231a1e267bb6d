// Borrowed and owned runs of bytes. A span is valid for the call it is passed to; a blob is
// freed by its holder.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *data; // borrowed; may be NULL when len is 0
	size_t len;
};

struct blob {
	uint8_t *data; // owned, malloc'd, or NULL
	size_t len;
};

static inline struct span span_of(const void *data, size_t len)
{
	return (struct span){data, len};
}

static inline struct span span_text(const char *text)
{
	return (struct span){(const uint8_t *)text, strlen(text)};
}

static inline struct span span_blob(const struct blob *b)
{
	return (struct span){b->data, b->len};
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
	return span_equal(a, span_text(text));
}

// Copy into a fresh allocation; data is NULL when memory ran out. A NUL follows the bytes.
struct blob blob_copy(struct span from);

// Free and forget. Safe on a zeroed or already freed blob.
void blob_fini(struct blob *b);

// The same, wiping the bytes first: for anything secret.
void blob_wipe(struct blob *b);
