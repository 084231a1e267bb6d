// The writing half of the wire types.
#include "crypto/wire/builder.h"

uint8_t *builder_room(struct builder *b, size_t n)
{
	uint8_t *at;

	if (b->status != STATUS_OK || n > b->max - b->len) {
		b->status = STATUS_OVERFLOW;
		return NULL;
	}
	at = b->base + b->len;
	b->len += n;
	return at;
}

static void builder_be(struct builder *b, uint64_t v, size_t n)
{
	uint8_t *at = builder_room(b, n);

	if (at == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		at[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

void builder_u8(struct builder *b, uint8_t v)
{
	builder_be(b, v, 1);
}

void builder_u16(struct builder *b, uint16_t v)
{
	builder_be(b, v, 2);
}

void builder_u32(struct builder *b, uint32_t v)
{
	builder_be(b, v, 4);
}

void builder_u64(struct builder *b, uint64_t v)
{
	builder_be(b, v, 8);
}

void builder_bool(struct builder *b, bool v)
{
	builder_u8(b, v);
}

void builder_bytes(struct builder *b, struct span s)
{
	uint8_t *at = builder_room(b, s.len);

	if (at != NULL && s.len > 0)
		memcpy(at, s.data, s.len);
}

void builder_string(struct builder *b, struct span s)
{
	builder_u32(b, (uint32_t)s.len);
	builder_bytes(b, s);
}

void builder_text(struct builder *b, const char *text)
{
	builder_string(b, span_text(text));
}

void builder_mpint(struct builder *b, struct span magnitude)
{
	bool sign;

	while (magnitude.len > 0 && magnitude.data[0] == 0) {
		magnitude.data++;
		magnitude.len--;
	}
	sign = magnitude.len > 0 && magnitude.data[0] & 0x80;
	builder_u32(b, (uint32_t)(magnitude.len + sign));
	if (sign)
		builder_u8(b, 0);
	builder_bytes(b, magnitude);
}

size_t builder_open(struct builder *b)
{
	size_t mark = b->len;

	builder_u32(b, 0);
	return mark;
}

void builder_close(struct builder *b, size_t mark)
{
	size_t n;

	if (b->status != STATUS_OK)
		return;
	n = b->len - mark - 4;
	for (size_t i = 0; i < 4; i++)
		b->base[mark + i] = (uint8_t)(n >> 8 * (3 - i));
}

enum status builder_end(const struct builder *b)
{
	return b->status;
}
