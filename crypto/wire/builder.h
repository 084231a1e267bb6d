// Write SSH wire types into the caller's buffer. Overflow sticks; nothing is ever written past
// the end. Mirrors cursor.h: same names, same order.
#pragma once

#include "crypto/core/span.h"
#include "crypto/core/status.h"

struct builder {
	uint8_t *base;
	size_t len; // bytes written
	size_t max;
	enum status status; // STATUS_OK or STATUS_OVERFLOW
};

static inline struct builder builder_over(void *base, size_t max)
{
	return (struct builder){base, 0, max, STATUS_OK};
}

static inline bool builder_ok(const struct builder *b)
{
	return b->status == STATUS_OK;
}

static inline struct span builder_span(const struct builder *b)
{
	return span_of(b->base, b->status == STATUS_OK ? b->len : 0);
}

void builder_u8(struct builder *b, uint8_t v);
void builder_u16(struct builder *b, uint16_t v);
void builder_u32(struct builder *b, uint32_t v);
void builder_u64(struct builder *b, uint64_t v);
void builder_bool(struct builder *b, bool v);
void builder_bytes(struct builder *b, struct span s);
void builder_string(struct builder *b, struct span s);
void builder_text(struct builder *b, const char *text); // as a string, without the NUL

// A positive big-endian magnitude as an mpint; leading zeros are dropped, the sign byte added.
void builder_mpint(struct builder *b, struct span magnitude);

// Room for n bytes that the caller fills; NULL on overflow.
uint8_t *builder_room(struct builder *b, size_t n);

// A string whose length is not known yet: open, write, close with the returned mark.
size_t builder_open(struct builder *b);
void builder_close(struct builder *b, size_t mark);

[[nodiscard]] enum status builder_end(const struct builder *b);
