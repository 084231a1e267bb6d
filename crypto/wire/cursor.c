// Bounds live here and nowhere else.
#include "crypto/wire/cursor.h"

void cursor_fail(struct cursor *c, enum status why)
{
	if (c->status == STATUS_OK)
		c->status = why;
}

struct span cursor_bytes(struct cursor *c, size_t n)
{
	struct span s;

	if (c->status != STATUS_OK || n > (size_t)(c->end - c->at)) {
		cursor_fail(c, STATUS_TRUNCATED);
		return (struct span){NULL, 0};
	}
	s = span_of(c->at, n);
	if (n > 0)
		c->at += n;
	return s;
}

static uint64_t cursor_be(struct cursor *c, size_t n)
{
	struct span s = cursor_bytes(c, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.len; i++)
		v = v << 8 | s.data[i];
	return v;
}

uint8_t cursor_u8(struct cursor *c)
{
	return (uint8_t)cursor_be(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
	return (uint16_t)cursor_be(c, 2);
}

uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)cursor_be(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
	return cursor_be(c, 8);
}

bool cursor_bool(struct cursor *c)
{
	return cursor_u8(c) != 0;
}

struct span cursor_string(struct cursor *c)
{
	return cursor_bytes(c, cursor_u32(c));
}

struct span cursor_string_max(struct cursor *c, size_t max)
{
	size_t len = cursor_u32(c);

	if (len > max) {
		cursor_fail(c, STATUS_TOO_LONG);
		return (struct span){NULL, 0};
	}
	return cursor_bytes(c, len);
}

struct span cursor_mpint(struct cursor *c)
{
	struct span s = cursor_string(c);

	if (s.len == 0)
		return s;
	if (s.data[0] & 0x80 || (s.data[0] == 0 && (s.len == 1 || !(s.data[1] & 0x80)))) {
		cursor_fail(c, STATUS_MALFORMED);
		return (struct span){NULL, 0};
	}
	if (s.data[0] == 0)
		return span_of(s.data + 1, s.len - 1);
	return s;
}

struct span cursor_rest(struct cursor *c)
{
	return cursor_bytes(c, cursor_left(c));
}

enum status cursor_end(struct cursor *c)
{
	if (c->status == STATUS_OK && c->at != c->end)
		c->status = STATUS_TRAILING;
	return c->status;
}

bool span_is_printable(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < 0x20 || s.data[i] == 0x7f)
			return false;
	}
	return true;
}
