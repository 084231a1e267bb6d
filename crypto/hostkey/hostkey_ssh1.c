// RSA public keys as SSH-1 wrote them: "bits exponent modulus comment", all in decimal.
#include "crypto/hostkey/hostkey_ops.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#define BITS_MIN   512
#define DIGITS_MAX 4933 // of a number of 16384 bits
#define BITS_TEXT  5

static BIGNUM *decimal(struct span s)
{
	char text[DIGITS_MAX + 1];
	BIGNUM *v = NULL;

	if (s.len == 0 || s.len > DIGITS_MAX || s.data[0] == '0')
		return NULL;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return NULL;
		text[i] = (char)s.data[i];
	}
	text[s.len] = 0;
	return BN_dec2bn(&v, text) != 0 ? v : NULL;
}

static unsigned small(struct span s)
{
	BIGNUM *v = s.len <= BITS_TEXT ? decimal(s) : NULL;
	unsigned n = v != NULL ? (unsigned)BN_get_word(v) : 0;

	BN_free(v);
	return n;
}

static void number_emit(struct builder *b, const BIGNUM *v)
{
	uint8_t bytes[RSA_BITS_MAX / 8 + 1];

	if (BN_num_bytes(v) > (int)sizeof(bytes))
		b->status = STATUS_BAD_KEY;
	else
		builder_mpint(b, span_of(bytes, (size_t)BN_bn2bin(v, bytes)));
}

// The bits that the text claims are those of the modulus.
static enum status blob_make(unsigned bits, const BIGNUM *e, const BIGNUM *n, struct blob *blob)
{
	uint8_t room[HOSTKEY_BLOB_MAX];
	struct builder b = builder_over(room, sizeof(room));

	if (BN_num_bits(n) != (int)bits || !BN_is_odd(n) || !BN_is_odd(e) || BN_is_one(e))
		return STATUS_MALFORMED;
	if (bits < BITS_MIN || bits > RSA_BITS_MAX)
		return STATUS_BAD_KEY;
	builder_text(&b, "ssh-rsa");
	number_emit(&b, e);
	number_emit(&b, n);
	if (!builder_ok(&b))
		return STATUS_BAD_KEY;
	*blob = blob_copy(builder_span(&b));
	return blob->data != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status hostkey_ssh1_parse(struct span text, struct blob *blob)
{
	struct span line = hostkey_text_trim(text);
	unsigned bits;
	BIGNUM *e, *n;
	enum status status = STATUS_MALFORMED;

	*blob = (struct blob){NULL, 0};
	if (line.len > 0 && memchr(line.data, '\n', line.len) != NULL)
		return STATUS_TRAILING;
	bits = small(hostkey_text_word(&line));
	e = decimal(hostkey_text_word(&line));
	n = decimal(hostkey_text_word(&line));
	if (bits != 0 && e != NULL && n != NULL)
		status = blob_make(bits, e, n, blob);
	BN_free(e);
	BN_free(n);
	return status;
}

static enum status line_make(const BIGNUM *e, const BIGNUM *n, const char *comment,
                             struct blob *out)
{
	char *exponent = BN_bn2dec(e), *modulus = BN_bn2dec(n), *text = NULL;
	int len = -1;

	if (exponent != NULL && modulus != NULL)
		len = asprintf(&text, "%d %s %s%s%s", BN_num_bits(n), exponent, modulus,
		               comment[0] != 0 ? " " : "", comment);
	OPENSSL_free(exponent);
	OPENSSL_free(modulus);
	if (len < 0)
		return STATUS_NO_MEMORY;
	*out = (struct blob){(uint8_t *)text, (size_t)len};
	return STATUS_OK;
}

enum status hostkey_ssh1_line(struct span blob, const char *comment, struct blob *out)
{
	struct cursor c = cursor_over(blob);
	struct span name = cursor_string(&c), e = cursor_mpint(&c), n = cursor_mpint(&c);
	enum status status = cursor_end(&c);
	BIGNUM *en, *nn;

	*out = (struct blob){NULL, 0};
	if (status != STATUS_OK)
		return status;
	if (!span_is(name, "ssh-rsa") || blob.len > HOSTKEY_BLOB_MAX)
		return STATUS_BAD_KEY;
	if (!span_is_printable(span_text(comment)))
		return STATUS_MALFORMED;
	en = BN_bin2bn(e.data, (int)e.len, NULL);
	nn = BN_bin2bn(n.data, (int)n.len, NULL);
	status = en != NULL && nn != NULL ? line_make(en, nn, comment, out) : STATUS_NO_MEMORY;
	BN_free(en);
	BN_free(nn);
	return status;
}
