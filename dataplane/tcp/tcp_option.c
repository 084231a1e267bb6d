// TCP options through a cursor.
#include "dataplane/tcp/tcp_option.h"

#include "crypto/wire/cursor.h"

enum {
	KIND_END,
	KIND_NOP,
	KIND_MSS,
	KIND_SCALE,
	KIND_SACK_PERMITTED,
	KIND_SACK,
	KIND_TIMESTAMP = 8
};

#define SCALE_MOST 14 // RFC 7323 section 2.3

static void sacks_parse(struct cursor *c, size_t len, struct tcp_options *out)
{
	if (len % 8 != 0 || len / 8 > TCP_SACK_BLOCKS_MAX) {
		cursor_fail(c, STATUS_MALFORMED);
		return;
	}
	out->sacks = 0;
	while (len > 0 && cursor_ok(c)) {
		out->sack[out->sacks].start = cursor_u32(c);
		out->sack[out->sacks].end = cursor_u32(c);
		out->sacks++;
		len -= 8;
	}
}

// One option's body of `len` bytes.
static void option_parse(struct cursor *c, uint8_t kind, size_t len, struct tcp_options *out)
{
	static const uint8_t fixed[] = {[KIND_MSS] = 2,
	                                [KIND_SCALE] = 1,
	                                [KIND_SACK_PERMITTED] = 0,
	                                [KIND_TIMESTAMP] = 8};

	if (kind == KIND_SACK) {
		sacks_parse(c, len, out);
		return;
	}
	if (kind >= sizeof(fixed) || kind == 6 || kind == 7) {
		cursor_bytes(c, len);
		return;
	}
	if (len != fixed[kind]) {
		cursor_fail(c, STATUS_MALFORMED);
		return;
	}
	switch (kind) {
	case KIND_MSS:
		out->has_mss = true;
		out->mss = cursor_u16(c);
		break;
	case KIND_SCALE:
		out->has_scale = true;
		out->scale = cursor_u8(c);
		if (out->scale > SCALE_MOST)
			out->scale = SCALE_MOST;
		break;
	case KIND_SACK_PERMITTED:
		out->sack_permitted = true;
		break;
	default:
		out->has_timestamp = true;
		out->ts_value = cursor_u32(c);
		out->ts_echo = cursor_u32(c);
	}
}

bool tcp_options_parse(struct span list, struct tcp_options *out)
{
	struct cursor c = cursor_over(list);

	*out = (struct tcp_options){0};
	while (cursor_left(&c) > 0) {
		uint8_t kind = cursor_u8(&c);
		uint8_t len;

		if (kind == KIND_END)
			break;
		if (kind == KIND_NOP)
			continue;
		len = cursor_u8(&c);
		if (len < 2)
			cursor_fail(&c, STATUS_MALFORMED);
		else
			option_parse(&c, kind, len - 2u, out);
	}
	return cursor_ok(&c);
}

static uint8_t *put_u16(uint8_t *at, uint16_t v)
{
	*at++ = (uint8_t)(v >> 8);
	*at++ = (uint8_t)v;
	return at;
}

static uint8_t *put_u32(uint8_t *at, uint32_t v)
{
	return put_u16(put_u16(at, (uint16_t)(v >> 16)), (uint16_t)v);
}

// Each option is padded in front, so that its numbers are aligned and the whole is too.
size_t tcp_options_emit(const struct tcp_options *o, uint8_t out[40])
{
	uint8_t *at = out;

	if (o->has_mss)
		at = put_u16(put_u16(at, KIND_MSS << 8 | 4), o->mss);
	if (o->has_scale) {
		at = put_u16(at, KIND_NOP << 8 | KIND_SCALE);
		at = put_u16(at, (uint16_t)(3 << 8 | o->scale));
	}
	if (o->sack_permitted)
		at = put_u32(at,
		             KIND_NOP << 24 | KIND_NOP << 16 | KIND_SACK_PERMITTED << 8 | 2);
	if (o->has_timestamp) {
		at = put_u32(at, KIND_NOP << 24 | KIND_NOP << 16 | KIND_TIMESTAMP << 8 | 10);
		at = put_u32(put_u32(at, o->ts_value), o->ts_echo);
	}
	if (o->sacks > 0) {
		at = put_u16(at, KIND_NOP << 8 | KIND_NOP);
		at = put_u16(at, (uint16_t)(KIND_SACK << 8 | (2 + 8 * o->sacks)));
		for (unsigned i = 0; i < o->sacks; i++)
			at = put_u32(put_u32(at, o->sack[i].start), o->sack[i].end);
	}
	return (size_t)(at - out);
}
