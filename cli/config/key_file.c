// The files that public keys are imported from: OpenSSH's lines, RFC 4716, SubjectPublicKeyInfo in
// PEM, and SSH-1's decimal text.
#include "cli/config/config_text.h"

#include <ctype.h>

#define DECIMAL_BYTES 2048u // of the largest modulus, 16384 bits

// --- base64 ------------------------------------------------------------------------------------

static int base64_value(uint8_t b)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = b != 0 ? strchr(digits, b) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

// Blanks and line ends are skipped; nothing but padding may follow padding.
static enum status base64_parse(struct span text, struct builder *out)
{
	uint32_t bits = 0;
	unsigned have = 0, padding = 0;

	for (size_t i = 0; i < text.len; i++) {
		int value = base64_value(text.data[i]);

		if (isspace(text.data[i]))
			continue;
		if (text.data[i] == '=' && ++padding <= 2)
			continue;
		if (value < 0 || padding > 0)
			return STATUS_MALFORMED;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			builder_u8(out, (uint8_t)(bits >> have));
		}
	}
	return builder_end(out);
}

static struct span next_line(struct span *text)
{
	const uint8_t *lf = memchr(text->data, '\n', text->len);
	size_t len = lf != NULL ? (size_t)(lf - text->data) : text->len;
	struct span line = span_of(text->data, len);

	*text = span_of(text->data + len + (lf != NULL), text->len - len - (lf != NULL));
	while (line.len > 0 && isspace(line.data[line.len - 1]))
		line.len--;
	return line;
}

static bool begins(struct span line, const char *with)
{
	return line.len >= strlen(with) && memcmp(line.data, with, strlen(with)) == 0;
}

// RFC 4716: headers, with continued lines, then base64 up to the end mark.
static enum status ssh2_parse(struct span text, struct builder *blob)
{
	struct span line = {0}, from = {0};
	bool header = false;

	while (text.len > 0) {
		line = next_line(&text);
		if (begins(line, "---- END"))
			return from.data == NULL
			               ? STATUS_MALFORMED
			               : base64_parse(span_of(from.data,
			                                      (size_t)(line.data - from.data)),
			                              blob);
		if (from.data != NULL)
			continue;
		if (header || memchr(line.data, ':', line.len) != NULL)
			header = line.len > 0 && line.data[line.len - 1] == '\\';
		else
			from = line;
	}
	return STATUS_TRUNCATED;
}

// PEM: base64 of the same code that is typed in the key code view.
static enum status pem_parse(struct span text, struct builder *blob)
{
	uint8_t bytes[KEY_CODE_MAX];
	struct builder der = builder_over(bytes, sizeof(bytes));
	struct span line, from = text;
	enum status status;

	while (text.len > 0) {
		line = next_line(&text);
		if (!begins(line, "-----END PUBLIC KEY-----"))
			continue;
		status =
		        base64_parse(span_of(from.data, (size_t)(line.data - from.data)), &der);
		return status == STATUS_OK ? key_code_to_blob(builder_span(&der), blob)
		                           : status;
	}
	return STATUS_TRUNCATED;
}

// --- SSH-1 -------------------------------------------------------------------------------------

static struct span next_word(struct span *line)
{
	struct span word = *line;

	while (word.len > 0 && word.data[0] == ' ')
		word = span_of(word.data + 1, word.len - 1);
	*line = word;
	for (word.len = 0; word.len < line->len && line->data[word.len] != ' ';)
		word.len++;
	*line = span_of(line->data + word.len, line->len - word.len);
	return word;
}

// A decimal number as the last bytes of `out`; false when it is none or too large.
static bool decimal_read(struct span digits, uint8_t out[DECIMAL_BYTES], struct span *number)
{
	size_t used = 0;

	memset(out, 0, DECIMAL_BYTES);
	for (size_t i = 0; i < digits.len; i++) {
		uint32_t carry = (uint32_t)(digits.data[i] - '0');

		if (!isdigit(digits.data[i]))
			return false;
		for (size_t k = 0; k < used; k++) {
			carry += out[DECIMAL_BYTES - 1 - k] * 10u;
			out[DECIMAL_BYTES - 1 - k] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry > 0 && used == DECIMAL_BYTES)
			return false;
		if (carry > 0)
			out[DECIMAL_BYTES - 1 - used++] = (uint8_t)carry;
	}
	*number = span_of(out + DECIMAL_BYTES - used, used);
	return used > 0;
}

// "bits exponent modulus comment".
static enum status ssh1_parse(struct span line, struct builder *blob)
{
	uint8_t e_bytes[DECIMAL_BYTES], n_bytes[DECIMAL_BYTES];
	struct span e, n, exponent, modulus;

	next_word(&line);
	exponent = next_word(&line);
	modulus = next_word(&line);
	if (!decimal_read(exponent, e_bytes, &e) || !decimal_read(modulus, n_bytes, &n))
		return STATUS_MALFORMED;
	if (n.len < 256 || e.len > 8)
		return STATUS_BAD_KEY;
	builder_text(blob, "ssh-rsa");
	builder_mpint(blob, e);
	builder_mpint(blob, n);
	return builder_end(blob);
}

// --- any of them -------------------------------------------------------------------------------

static enum status openssh_parse(struct span line, struct builder *blob)
{
	next_word(&line);
	return base64_parse(next_word(&line), blob);
}

enum status key_file_parse(struct span text, struct builder *blob)
{
	enum status status = STATUS_MALFORMED;
	struct span line = span_of("", 0);
	const char *type;
	uint32_t bits;

	while (text.len > 0 && (line.len == 0 || line.data[0] == '#'))
		line = next_line(&text);
	if (begins(line, "---- BEGIN SSH2 PUBLIC KEY"))
		status = ssh2_parse(text, blob);
	else if (begins(line, "-----BEGIN PUBLIC KEY-----"))
		status = pem_parse(text, blob);
	else if (line.len > 0 && isdigit(line.data[0]))
		status = ssh1_parse(line, blob);
	else if (line.len > 0 && line.data[0] != '#')
		status = openssh_parse(line, blob);
	if (status == STATUS_OK && !key_describe(builder_span(blob), &type, &bits))
		status = STATUS_UNSUPPORTED;
	return status;
}
