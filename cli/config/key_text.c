// Public keys as other programs read them.
#include "cli/config/config_text.h"
#include "crypto/core/digest.h"

#include <stdio.h>

#define LINE_BYTES    48u // of a blob, on one line of RFC 4716
#define DECIMAL_LIMBS 512u

// `width` bytes of `s` a line, 0: all on one, without an end.
static void base64_put(struct text *out, struct span s, size_t width)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.len; i += 3) {
		size_t left = s.len - i;
		uint32_t v = (uint32_t)s.data[i] << 16 |
		             (left > 1 ? (uint32_t)s.data[i + 1] << 8 : 0) |
		             (left > 2 ? s.data[i + 2] : 0);
		char four[4] = {digits[v >> 18], digits[v >> 12 & 63],
		                left > 1 ? digits[v >> 6 & 63] : '=',
		                left > 2 ? digits[v & 63] : '='};

		if (width > 0 && i > 0 && i % width == 0)
			text_puts(out, "\n");
		text_add(out, four, 4);
	}
}

void key_text_openssh(struct text *out, struct span blob, const char *comment)
{
	struct cursor c = cursor_over(blob);
	struct span name = cursor_string(&c);

	text_add(out, name.data, name.len);
	text_puts(out, " ");
	base64_put(out, blob, 0);
	text_format(out, " %s\n", comment);
}

void key_text_ssh2(struct text *out, struct span blob, const char *comment)
{
	text_format(out, "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"%s\"\n", comment);
	base64_put(out, blob, LINE_BYTES);
	text_puts(out, "\n---- END SSH2 PUBLIC KEY ----\n");
}

// A big-endian number in decimal: limbs of nine digits, least first.
static void decimal_put(struct text *out, struct span number)
{
	uint32_t limbs[DECIMAL_LIMBS] = {0};
	size_t used = 1;

	for (size_t i = 0; i < number.len; i++) {
		uint64_t carry = number.data[i];

		for (size_t k = 0; k < used; k++) {
			carry += (uint64_t)limbs[k] << 8;
			limbs[k] = (uint32_t)(carry % 1000000000u);
			carry /= 1000000000u;
		}
		if (carry > 0 && used < DECIMAL_LIMBS)
			limbs[used++] = (uint32_t)carry;
	}
	text_format(out, "%u", limbs[used - 1]);
	for (size_t k = used - 1; k-- > 0;)
		text_format(out, "%09u", limbs[k]);
}

enum status key_text_ssh1(struct text *out, struct span blob)
{
	struct cursor c = cursor_over(blob);
	const char *type = "";
	uint32_t bits = 0;
	struct span e, n;

	if (!key_describe(blob, &type, &bits) || strcmp(type, "RSA") != 0)
		return STATUS_UNSUPPORTED;
	cursor_string(&c);
	e = cursor_mpint(&c);
	n = cursor_mpint(&c);
	text_format(out, "%u ", bits);
	decimal_put(out, e);
	text_puts(out, " ");
	decimal_put(out, n);
	text_puts(out, "\n");
	return STATUS_OK;
}

void key_fingerprint(struct span blob, char out[KEY_FINGERPRINT_MAX])
{
	uint8_t hash[32];
	struct text text = {0};
	int len;

	digest_of(DIGEST_SHA256, blob, hash);
	base64_put(&text, span_of(hash, sizeof(hash)), 0);
	len = (int)text_left(&text);
	while (len > 0 && text.data[len - 1] == '=')
		len--;
	snprintf(out, KEY_FINGERPRINT_MAX, "SHA256:%.*s", len,
	         text.data != NULL ? text.data : "");
	text_fini(&text);
}
