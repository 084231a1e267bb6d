// The fields of a certificate, in the order of PROTOCOL.certkeys.
#include "crypto/cert/cert.h"

#include "crypto/hostkey/base64.h"
#include "crypto/hostkey/hostkey_ops.h"

#include <openssl/err.h>

// clang-format off
static const struct format {
	const char *name;
	enum hostkey_type type;
} formats[] = {
	{ "ssh-ed25519-cert-v01@openssh.com",            HOSTKEY_ED25519 },
	{ "ssh-rsa-cert-v01@openssh.com",                HOSTKEY_RSA },
	{ "ecdsa-sha2-nistp256-cert-v01@openssh.com",    HOSTKEY_ECDSA_P256 },
	{ "ecdsa-sha2-nistp384-cert-v01@openssh.com",    HOSTKEY_ECDSA_P384 },
	{ "ecdsa-sha2-nistp521-cert-v01@openssh.com",    HOSTKEY_ECDSA_P521 },
	{ "sk-ssh-ed25519-cert-v01@openssh.com",         HOSTKEY_SK_ED25519 },
	{ "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", HOSTKEY_SK_ECDSA },
};
// clang-format on

static const struct format *format_find(struct span name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (span_is(name, formats[i].name))
			return &formats[i];
	}
	return NULL;
}

static struct span key_take(enum hostkey_type type, struct cursor *c)
{
	const uint8_t *start = c->at;
	EVP_PKEY *pkey = hostkey_ops_of(type)->public_parse(c);

	if (pkey == NULL)
		ERR_clear_error();
	EVP_PKEY_free(pkey);
	return span_of(start, (size_t)(c->at - start));
}

// An option's data is empty for a flag, else one string.
struct option {
	struct span name, data;
};

static bool flag_is(const struct option *o, const char *name)
{
	return span_is(o->name, name) && o->data.len == 0;
}

static bool value_take(const struct option *o, const char *name, struct span *out)
{
	struct cursor c = cursor_over(o->data);

	if (!span_is(o->name, name))
		return false;
	*out = cursor_string(&c);
	if (cursor_end(&c) == STATUS_OK)
		return true;
	*out = (struct span){NULL, 0};
	return false;
}

static void critical_take(const struct option *o, struct cert *out)
{
	if (value_take(o, "force-command", &out->force_command) ||
	    value_take(o, "source-address", &out->source_address))
		return;
	if (flag_is(o, "verify-required"))
		out->verify_required = true;
	else
		out->has_unknown_option = true;
}

static void extension_take(const struct option *o, struct cert *out)
{
	if (flag_is(o, "no-touch-required"))
		out->no_touch_required = true;
	else if (flag_is(o, "permit-pty"))
		out->permit_pty = true;
}

static bool comes_after(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n > 0 ? memcmp(a.data, b.data, n) : 0;

	return order > 0 || (order == 0 && a.len > b.len);
}

// In lexical order, so no name comes twice.
static enum status options_parse(struct span options, struct cert *out,
                                 void (*take)(const struct option *o, struct cert *out))
{
	struct cursor c = cursor_over(options);
	struct span last = {NULL, 0};

	while (cursor_left(&c) > 0) {
		struct option o;

		o.name = cursor_string(&c);
		o.data = cursor_string(&c);
		if (!cursor_ok(&c))
			break;
		if (!comes_after(o.name, last))
			return STATUS_MALFORMED;
		take(&o, out);
		last = o.name;
	}
	return cursor_end(&c);
}

static enum status principals_check(struct span principals)
{
	struct cursor c = cursor_over(principals);
	unsigned count = 0;

	while (cursor_left(&c) > 0) {
		if (cursor_string(&c).len == 0 && cursor_ok(&c))
			return STATUS_MALFORMED;
		if (++count > CERT_PRINCIPALS_MAX)
			return STATUS_TOO_LONG;
	}
	return cursor_end(&c);
}

static enum status fields_parse(struct span blob, struct cert *out)
{
	struct cursor c = cursor_over(blob);
	const struct format *format = format_find(cursor_string(&c));
	struct span critical, extensions;
	enum status status;

	if (!cursor_ok(&c))
		return cursor_end(&c);
	if (format == NULL)
		return STATUS_BAD_KEY;
	out->name = format->name;
	out->type = format->type;
	cursor_string(&c); // nonce
	out->key_fields = key_take(format->type, &c);
	out->serial = cursor_u64(&c);
	out->kind = (enum cert_kind)cursor_u32(&c);
	out->key_id = cursor_string(&c);
	out->principals = cursor_string(&c);
	out->valid_after = cursor_u64(&c);
	out->valid_before = cursor_u64(&c);
	critical = cursor_string(&c);
	extensions = cursor_string(&c);
	cursor_string(&c); // reserved
	out->authority = cursor_string(&c);
	if (cursor_ok(&c))
		out->signed_part = span_of(blob.data, (size_t)(c.at - blob.data));
	out->signature = cursor_string(&c);
	status = cursor_end(&c);
	if (status == STATUS_OK && out->kind != CERT_USER && out->kind != CERT_HOST)
		status = STATUS_MALFORMED;
	if (status == STATUS_OK)
		status = principals_check(out->principals);
	if (status == STATUS_OK)
		status = options_parse(critical, out, critical_take);
	if (status == STATUS_OK)
		status = options_parse(extensions, out, extension_take);
	return status;
}

enum status cert_parse(struct span blob, struct cert *out)
{
	enum status status = STATUS_TOO_LONG;

	*out = (struct cert){0};
	if (blob.len <= CERT_BLOB_MAX)
		status = fields_parse(blob, out);
	if (status != STATUS_OK)
		*out = (struct cert){0};
	return status;
}

enum status cert_line_parse(struct span text, struct blob *blob)
{
	struct span line = hostkey_text_trim(text), rest = line;
	struct span name = hostkey_text_word(&rest), data = hostkey_text_word(&rest);
	enum status status = STATUS_TOO_LONG;
	struct cert cert;

	*blob = (struct blob){NULL, 0};
	if (memchr(line.data, '\n', line.len) != NULL)
		return STATUS_TRAILING;
	if (data.len <= CERT_BLOB_MAX / 3 * 4 + 4)
		status = base64_decode(data, blob);
	if (status == STATUS_OK)
		status = cert_parse(span_blob(blob), &cert);
	if (status == STATUS_OK && !span_is(name, cert.name))
		status = STATUS_MALFORMED;
	if (status != STATUS_OK)
		blob_fini(blob);
	return status;
}

enum status cert_key_blob(const struct cert *cert, struct blob *out)
{
	uint8_t room[HOSTKEY_BLOB_MAX];
	struct builder b = builder_over(room, sizeof(room));

	*out = (struct blob){NULL, 0};
	builder_text(&b, hostkey_ops_of(cert->type)->key_name);
	builder_bytes(&b, cert->key_fields);
	if (!builder_ok(&b))
		return STATUS_BAD_KEY;
	*out = blob_copy(builder_span(&b));
	return out->data != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}
