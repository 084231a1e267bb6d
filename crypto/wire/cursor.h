// Read SSH wire types (RFC 4251 section 5) from bytes that nobody has vouched for. The first
// failure sticks: later reads return zero or an empty span, so a parser is straight-line and
// asks once, at the end.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	enum status status; // first failure, or STATUS_OK
};

static inline struct cursor cursor_over(struct span s)
{
	return (struct cursor){s.data, s.data == NULL ? NULL : s.data + s.len, STATUS_OK};
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->status == STATUS_OK ? (size_t)(c->end - c->at) : 0;
}

static inline bool cursor_ok(const struct cursor *c)
{
	return c->status == STATUS_OK;
}

// Record a failure found by the caller; keeps an earlier one.
void cursor_fail(struct cursor *c, enum status why);

uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c); // network byte order, as all of these
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
bool cursor_bool(struct cursor *c); // any non-zero byte is true

// The next n bytes, not copied.
struct span cursor_bytes(struct cursor *c, size_t n);

// A uint32 length and that many bytes.
struct span cursor_string(struct cursor *c);

// The same, failing with STATUS_TOO_LONG when longer than max.
struct span cursor_string_max(struct cursor *c, size_t max);

// A positive mpint as its magnitude without leading zero bytes; a negative or non-minimal one
// fails with STATUS_MALFORMED.
struct span cursor_mpint(struct cursor *c);

// Everything that is left.
struct span cursor_rest(struct cursor *c);

// STATUS_OK when all was read well and nothing is left; else the first failure or TRAILING.
[[nodiscard]] enum status cursor_end(struct cursor *c);

// Tells a bounded text with no NUL and no control byte from a hostile one.
bool span_is_printable(struct span s);
