// Three bytes to four characters and back.
#include "crypto/hostkey/base64.h"

#include "crypto/core/secret.h"

#include <stdlib.h>

static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct blob base64_encode(struct span s, size_t width)
{
	size_t chars = (s.len + 2) / 3 * 4;
	size_t lines = width > 0 ? (chars + width - 1) / width : 0;
	struct blob out = {malloc(chars + lines + 1), 0};
	size_t column = 0;

	if (out.data == NULL)
		return out;
	for (size_t i = 0; i < chars; i++) {
		size_t at = i / 4 * 3, sextet = i % 4;
		uint32_t group = (uint32_t)s.data[at] << 16;
		char c;

		group |= at + 1 < s.len ? (uint32_t)s.data[at + 1] << 8 : 0;
		group |= at + 2 < s.len ? s.data[at + 2] : 0;
		c = at + sextet > s.len ? '=' : alphabet[group >> (18 - 6 * sextet) & 63];
		out.data[out.len++] = (uint8_t)c;
		if (width > 0 && (++column == width || i + 1 == chars)) {
			out.data[out.len++] = '\n';
			column = 0;
		}
	}
	out.data[out.len] = 0;
	return out;
}

static int sextet_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Bytes written, or -1. `out` has room for three bytes in four characters.
static ptrdiff_t decode(struct span text, uint8_t *out)
{
	uint32_t group = 0;
	size_t chars = 0, pads = 0, n = 0;

	for (size_t i = 0; i < text.len; i++) {
		int v = sextet_of(text.data[i]);

		if (is_blank(text.data[i]))
			continue;
		if (text.data[i] == '=')
			pads++;
		else if (v < 0 || pads > 0)
			return -1;
		else
			chars++;
		group = group << 6 | (v > 0 ? (uint32_t)v : 0);
		if ((chars + pads) % 4 != 0)
			continue;
		if (pads > 2 || (pads > 0 && group & ((1u << 8 * pads) - 1)))
			return -1;
		for (size_t k = 0; k < 3 - pads; k++)
			out[n++] = (uint8_t)(group >> (16 - 8 * k));
		group = 0;
	}
	return (chars + pads) % 4 == 0 && pads <= 2 ? (ptrdiff_t)n : -1;
}

enum status base64_decode(struct span text, struct blob *out)
{
	size_t room = text.len / 4 * 3 + 4;
	ptrdiff_t n;

	*out = (struct blob){malloc(room), room};
	if (out->data == NULL)
		return STATUS_NO_MEMORY;
	n = decode(text, out->data);
	if (n < 0) {
		blob_wipe(out);
		return STATUS_MALFORMED;
	}
	out->len = (size_t)n;
	return STATUS_OK;
}
