// Public keys as text: OpenSSH's line, RFC 4716, SubjectPublicKeyInfo in PEM, SSH-1's by way of its
// own file; and fingerprints.
#include "crypto/hostkey/hostkey_ops.h"

#include "crypto/hostkey/base64.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

#define RFC4716_BEGIN   "---- BEGIN SSH2 PUBLIC KEY ----"
#define RFC4716_END     "---- END SSH2 PUBLIC KEY ----"
#define RFC4716_WIDTH   70
#define RFC4716_COMMENT (72 - 11) // behind "Comment: " and between quotes
#define SPKI_BEGIN      "-----BEGIN PUBLIC KEY-----"
#define SPKI_END        "-----END PUBLIC KEY-----"

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span hostkey_text_trim(struct span s)
{
	while (s.len > 0 && is_blank(s.data[0]))
		s = span_of(s.data + 1, s.len - 1);
	while (s.len > 0 && is_blank(s.data[s.len - 1]))
		s.len--;
	return s;
}

// The next line without its end; false when no text is left.
static bool line_take(struct span *text, struct span *line)
{
	const uint8_t *end;
	size_t n;

	if (text->len == 0)
		return false;
	end = memchr(text->data, '\n', text->len);
	n = end != NULL ? (size_t)(end - text->data) : text->len;
	*line = span_of(text->data, n);
	n += end != NULL;
	*text = span_of(text->data + n, text->len - n);
	return true;
}

struct span hostkey_text_word(struct span *text)
{
	size_t n = 0;
	struct span word;

	*text = hostkey_text_trim(*text);
	while (n < text->len && !is_blank(text->data[n]))
		n++;
	word = span_of(text->data, n);
	*text = hostkey_text_trim(span_of(text->data + n, text->len - n));
	return word;
}

bool hostkey_text_marker(struct span *text, const char *marker)
{
	struct span rest = hostkey_text_trim(*text);
	struct span line;

	if (!line_take(&rest, &line) || !span_is(hostkey_text_trim(line), marker))
		return false;
	*text = rest;
	return true;
}

enum status hostkey_text_until(struct span text, const char *marker, struct span *body)
{
	const uint8_t *start = text.data;
	struct span line;

	while (line_take(&text, &line)) {
		if (!span_is(hostkey_text_trim(line), marker))
			continue;
		*body = span_of(start, (size_t)(line.data - start));
		return hostkey_text_trim(text).len == 0 ? STATUS_OK : STATUS_TRAILING;
	}
	return STATUS_TRUNCATED;
}

// Decode and keep only what hostkey_blob_check accepts; its name goes to `name`.
static enum status blob_decode(struct span text, struct blob *blob, struct span *name)
{
	enum status status = base64_decode(text, blob);

	if (status != STATUS_OK)
		return status;
	status = hostkey_blob_check(span_blob(blob), name);
	if (status != STATUS_OK)
		blob_fini(blob);
	return status;
}

static enum status line_parse(struct span text, struct blob *blob)
{
	struct span type, data, name;
	enum status status;

	text = hostkey_text_trim(text);
	if (memchr(text.data, '\n', text.len) != NULL)
		return STATUS_TRAILING;
	type = hostkey_text_word(&text);
	data = hostkey_text_word(&text);
	if (hostkey_type_find(type) == HOSTKEY_TYPES_ALL)
		return STATUS_BAD_KEY;
	status = blob_decode(data, blob, &name);
	if (status == STATUS_OK && !span_equal(name, type)) {
		blob_fini(blob);
		return STATUS_MALFORMED;
	}
	return status;
}

// RFC 4716 section 3.3: "Tag: value" lines, each continued while the line ends in a backslash.
static struct span headers_skip(struct span body)
{
	struct span rest = body, line;

	while (line_take(&rest, &line) && memchr(line.data, ':', line.len) != NULL) {
		line = hostkey_text_trim(line);
		while (line.len > 0 && line.data[line.len - 1] == '\\' &&
		       line_take(&rest, &line))
			line = hostkey_text_trim(line);
		body = rest;
	}
	return body;
}

static enum status rfc4716_parse(struct span text, struct blob *blob)
{
	struct span body, name;
	enum status status = hostkey_text_until(text, RFC4716_END, &body);

	if (status != STATUS_OK)
		return status;
	return blob_decode(headers_skip(body), blob, &name);
}

// `text` begins at the marker.
static enum status spki_parse(struct span text, struct blob *blob)
{
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);
	EVP_PKEY *pkey = bio != NULL ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
	enum status status = STATUS_MALFORMED;
	struct span name;

	if (pkey != NULL)
		status = hostkey_pkey_type(pkey) != HOSTKEY_TYPES_ALL
		                 ? hostkey_blob_of(pkey, blob)
		                 : STATUS_BAD_KEY;
	if (status == STATUS_OK)
		status = hostkey_blob_check(span_blob(blob), &name);
	if (status != STATUS_OK)
		blob_fini(blob);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	ERR_clear_error();
	return status;
}

static enum status ssh1_parse(struct span text, struct blob *blob)
{
	enum status status = hostkey_ssh1_parse(text, blob);
	struct span name;

	if (status == STATUS_OK)
		status = hostkey_blob_check(span_blob(blob), &name);
	if (status != STATUS_OK)
		blob_fini(blob);
	return status;
}

enum status hostkey_public_parse(struct span text, struct blob *blob)
{
	struct span rest = hostkey_text_trim(text), body;
	enum status status;

	*blob = (struct blob){NULL, 0};
	if (text.len > HOSTKEY_TEXT_MAX)
		return STATUS_TOO_LONG;
	if (rest.len == 0)
		return STATUS_TRUNCATED;
	if (rest.data[0] >= '1' && rest.data[0] <= '9')
		return ssh1_parse(rest, blob);
	if (hostkey_text_marker(&rest, RFC4716_BEGIN))
		return rfc4716_parse(rest, blob);
	if (!hostkey_text_marker(&rest, SPKI_BEGIN))
		return line_parse(rest, blob);
	status = hostkey_text_until(rest, SPKI_END, &body);
	return status == STATUS_OK ? spki_parse(hostkey_text_trim(text), blob) : status;
}

enum status hostkey_public_line(struct span blob, const char *comment, struct blob *out)
{
	struct blob data;
	struct span name;
	enum status status = hostkey_blob_check(blob, &name);
	struct builder b;
	size_t room;

	*out = (struct blob){NULL, 0};
	if (status != STATUS_OK)
		return status;
	if (!span_is_printable(span_text(comment)))
		return STATUS_MALFORMED;
	data = base64_encode(blob, 0);
	room = name.len + 1 + data.len + 1 + strlen(comment);
	out->data = malloc(room + 1);
	if (data.data != NULL && out->data != NULL) {
		b = builder_over(out->data, room);
		builder_bytes(&b, name);
		builder_u8(&b, ' ');
		builder_bytes(&b, span_blob(&data));
		if (comment[0] != 0) {
			builder_u8(&b, ' ');
			builder_bytes(&b, span_text(comment));
		}
		out->len = b.len;
		out->data[b.len] = 0;
	} else {
		blob_fini(out);
		status = STATUS_NO_MEMORY;
	}
	blob_fini(&data);
	return status;
}

enum status hostkey_public_rfc4716(struct span blob, const char *comment, struct blob *out)
{
	struct span name;
	enum status status = hostkey_blob_check(blob, &name);
	struct blob data;
	char *text = NULL;
	int len;

	*out = (struct blob){NULL, 0};
	if (status != STATUS_OK)
		return status;
	// Quoted, so without a quote of its own; section 3.4 bounds a line at 72 bytes.
	if (!span_is_printable(span_text(comment)) || strchr(comment, '"') != NULL ||
	    strlen(comment) > RFC4716_COMMENT)
		return STATUS_MALFORMED;
	data = base64_encode(blob, RFC4716_WIDTH);
	if (data.data == NULL)
		return STATUS_NO_MEMORY;
	len = asprintf(&text, RFC4716_BEGIN "\nComment: \"%s\"\n%s" RFC4716_END "\n", comment,
	               (const char *)data.data);
	blob_fini(&data);
	if (len < 0)
		return STATUS_NO_MEMORY;
	*out = (struct blob){(uint8_t *)text, (size_t)len};
	return STATUS_OK;
}

void hostkey_fingerprint(struct span blob, char out[HOSTKEY_FINGERPRINT_MAX])
{
	uint8_t hash[DIGEST_BYTES_MAX];
	uint8_t text[4 * ((32 + 2) / 3) + 1];

	digest_of(DIGEST_SHA256, blob, hash);
	EVP_EncodeBlock(text, hash, 32);
	memcpy(out, "SHA256:", 7);
	memcpy(out + 7, text, 43); // the 44th is padding
	out[7 + 43] = 0;
}
