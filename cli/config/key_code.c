// SSH public keys as the hexadecimal SubjectPublicKeyInfo of the key code view (RFC 5280, RFC
// 8410, RFC 5480).
#include "cli/config/config_text.h"

// --- fixed beginnings --------------------------------------------------------------------------

static const uint8_t ed25519_head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                       0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
static const uint8_t p256_head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                    0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                    0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
static const uint8_t p384_head[] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                    0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
                                    0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00};
static const uint8_t p521_head[] = {0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                    0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81,
                                    0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00};
static const uint8_t rsa_algorithm[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                        0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};

// Kinds whose key is one string after a fixed head.
static const struct {
	const char *name, *curve, *type;
	const uint8_t *head;
	size_t head_len, point_len;
	uint32_t bits;
} curves[] = {
        {"ssh-ed25519", NULL, "ED25519", ed25519_head, sizeof(ed25519_head), 32, 256},
        {"ecdsa-sha2-nistp256", "nistp256", "ECDSA", p256_head, sizeof(p256_head), 65, 256},
        {"ecdsa-sha2-nistp384", "nistp384", "ECDSA", p384_head, sizeof(p384_head), 97, 384},
        {"ecdsa-sha2-nistp521", "nistp521", "ECDSA", p521_head, sizeof(p521_head), 133, 521},
};
#define CURVES (sizeof(curves) / sizeof(curves[0]))

// --- DER ---------------------------------------------------------------------------------------

static void der_length(struct builder *b, size_t len)
{
	if (len < 0x80) {
		builder_u8(b, (uint8_t)len);
	} else if (len < 0x100) {
		builder_u8(b, 0x81);
		builder_u8(b, (uint8_t)len);
	} else {
		builder_u8(b, 0x82);
		builder_u16(b, (uint16_t)len);
	}
}

static void der_put(struct builder *b, uint8_t tag, struct span body)
{
	builder_u8(b, tag);
	der_length(b, body.len);
	builder_bytes(b, body);
}

static struct span der_get(struct cursor *c, uint8_t tag)
{
	size_t len;

	if (cursor_u8(c) != tag)
		cursor_fail(c, STATUS_MALFORMED);
	len = cursor_u8(c);
	if (len == 0x81)
		len = cursor_u8(c);
	else if (len == 0x82)
		len = cursor_u16(c);
	else if (len >= 0x80)
		cursor_fail(c, STATUS_MALFORMED);
	return cursor_bytes(c, len);
}

static struct span magnitude(struct span s)
{
	while (s.len > 0 && s.data[0] == 0)
		s = span_of(s.data + 1, s.len - 1);
	return s;
}

// A DER INTEGER has the form of an mpint's body.
static void der_integer(struct builder *b, struct span value)
{
	bool sign = value.len > 0 && (value.data[0] & 0x80) != 0;

	builder_u8(b, 0x02);
	der_length(b, value.len + sign);
	if (sign)
		builder_u8(b, 0);
	builder_bytes(b, value);
}

static enum status rsa_to_der(struct cursor *c, struct builder *der)
{
	static const uint8_t zero = 0;
	uint8_t numbers_bytes[KEY_CODE_MAX], key_bytes[KEY_CODE_MAX], all_bytes[KEY_CODE_MAX];
	struct builder numbers = builder_over(numbers_bytes, sizeof(numbers_bytes));
	struct builder key = builder_over(key_bytes, sizeof(key_bytes));
	struct builder all = builder_over(all_bytes, sizeof(all_bytes));
	struct span e = cursor_mpint(c), n = cursor_mpint(c);

	if (cursor_end(c) != STATUS_OK)
		return STATUS_MALFORMED;
	der_integer(&numbers, n);
	der_integer(&numbers, e);
	builder_bytes(&key, span_of(&zero, 1)); // no unused bits
	der_put(&key, 0x30, builder_span(&numbers));
	builder_bytes(&all, span_of(rsa_algorithm, sizeof(rsa_algorithm)));
	der_put(&all, 0x03, builder_span(&key));
	der_put(der, 0x30, builder_span(&all));
	return builder_ok(&numbers) && builder_ok(&key) && builder_ok(&all) ? builder_end(der)
	                                                                    : STATUS_OVERFLOW;
}

static enum status rsa_from_der(struct span der, struct builder *blob)
{
	struct cursor whole = cursor_over(der), all, key;
	struct span body, n, e;

	all = cursor_over(der_get(&whole, 0x30));
	if (cursor_end(&whole) != STATUS_OK)
		return STATUS_BAD_KEY;
	if (!span_equal(cursor_bytes(&all, sizeof(rsa_algorithm)),
	                span_of(rsa_algorithm, sizeof(rsa_algorithm))))
		return STATUS_BAD_KEY;
	body = der_get(&all, 0x03);
	if (cursor_end(&all) != STATUS_OK || body.len == 0 || body.data[0] != 0)
		return STATUS_BAD_KEY;
	all = cursor_over(span_of(body.data + 1, body.len - 1));
	key = cursor_over(der_get(&all, 0x30));
	n = magnitude(der_get(&key, 0x02));
	e = magnitude(der_get(&key, 0x02));
	if (cursor_end(&all) != STATUS_OK || cursor_end(&key) != STATUS_OK || n.len < 256 ||
	    e.len == 0)
		return STATUS_BAD_KEY;
	builder_text(blob, "ssh-rsa");
	builder_mpint(blob, e);
	builder_mpint(blob, n);
	return builder_end(blob);
}

// --- kinds without a form of their own ---------------------------------------------------------

// Their code is the blob as SSH has it. Its first byte is 0, as that of no DER is.
static const struct {
	const char *name, *type;
	uint32_t bits;
} verbatim[] = {
        {"ssh-dss", "DSA", 0},
        {"sk-ssh-ed25519@openssh.com", "ED25519-SK", 256},
        {"sk-ecdsa-sha2-nistp256@openssh.com", "ECDSA-SK", 256},
};
#define VERBATIM (sizeof(verbatim) / sizeof(verbatim[0]))

static size_t verbatim_find(struct span blob)
{
	struct cursor c = cursor_over(blob);
	struct span name = cursor_string(&c);
	size_t i = 0;

	while (i < VERBATIM && !span_is(name, verbatim[i].name))
		i++;
	return i;
}

// The first field behind the name of a DSA key: its prime.
static uint32_t dsa_bits(struct span blob)
{
	struct cursor c = cursor_over(blob);
	struct span p;

	cursor_string(&c);
	p = cursor_mpint(&c);
	return p.len > 0 ? (uint32_t)p.len * 8 - (uint32_t)__builtin_clz(p.data[0]) + 24 : 0;
}

// --- both ways ---------------------------------------------------------------------------------

enum status key_code_from_blob(struct span blob, struct builder *der)
{
	struct cursor c = cursor_over(blob);
	struct span name = cursor_string(&c), point;

	if (span_is(name, "ssh-rsa"))
		return rsa_to_der(&c, der);
	for (size_t i = 0; i < CURVES; i++) {
		if (!span_is(name, curves[i].name))
			continue;
		if (curves[i].curve != NULL && !span_is(cursor_string(&c), curves[i].curve))
			return STATUS_BAD_KEY;
		point = cursor_string(&c);
		if (cursor_end(&c) != STATUS_OK || point.len != curves[i].point_len)
			return STATUS_BAD_KEY;
		builder_bytes(der, span_of(curves[i].head, curves[i].head_len));
		builder_bytes(der, point);
		return builder_end(der);
	}
	if (verbatim_find(blob) == VERBATIM)
		return STATUS_UNSUPPORTED;
	builder_bytes(der, blob);
	return builder_end(der);
}

enum status key_code_to_blob(struct span der, struct builder *blob)
{
	for (size_t i = 0; i < CURVES; i++) {
		size_t head = curves[i].head_len;

		if (der.len != head + curves[i].point_len ||
		    memcmp(der.data, curves[i].head, head) != 0)
			continue;
		builder_text(blob, curves[i].name);
		if (curves[i].curve != NULL)
			builder_text(blob, curves[i].curve);
		builder_string(blob, span_of(der.data + head, curves[i].point_len));
		return builder_end(blob);
	}
	if (verbatim_find(der) == VERBATIM)
		return rsa_from_der(der, blob);
	builder_bytes(blob, der);
	return builder_end(blob);
}

bool key_describe(struct span blob, const char **type, uint32_t *bits)
{
	struct cursor c = cursor_over(blob);
	struct span name = cursor_string(&c), n;

	if (span_is(name, "ssh-rsa")) {
		cursor_mpint(&c);
		n = cursor_mpint(&c);
		if (cursor_end(&c) != STATUS_OK || n.len == 0)
			return false;
		*type = "RSA";
		*bits = (uint32_t)n.len * 8 - (uint32_t)__builtin_clz(n.data[0]) + 24;
		return true;
	}
	for (size_t i = 0; i < CURVES; i++) {
		if (span_is(name, curves[i].name)) {
			*type = curves[i].type;
			*bits = curves[i].bits;
			return true;
		}
	}
	if (verbatim_find(blob) == VERBATIM)
		return false;
	*type = verbatim[verbatim_find(blob)].type;
	*bits = verbatim[verbatim_find(blob)].bits;
	if (*bits == 0)
		*bits = dsa_bits(blob);
	return *bits > 0;
}

void key_hex(struct text *out, struct span der, unsigned indent)
{
	for (size_t i = 0; i < der.len; i++) {
		if (i % 37 == 0) {
			if (i > 0)
				text_puts(out, "\n");
			text_repeat(out, ' ', indent);
		}
		text_format(out, "%02X", der.data[i]);
	}
	text_puts(out, "\n");
}
