// Private keys as text: OpenSSH's format (PROTOCOL.key of OpenSSH), without encryption, both
// ways; and what OpenSSL reads from PEM (PKCS #8, and the older forms per type), one way.
#include "crypto/hostkey/hostkey_ops.h"

#include "crypto/core/random.h"
#include "crypto/core/secret.h"
#include "crypto/hostkey/base64.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

#define OPENSSH_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define OPENSSH_END   "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC         "openssh-key-v1" // with its NUL
#define BLOCK         8                // padding granularity of cipher "none"
#define COLUMNS       70
#define PRIVATE_MAX   16384

// Check numbers, key, comment, and the padding 1, 2, 3 and so on.
static void section_emit(const struct hostkey *key, const char *comment, struct builder *b)
{
	const struct hostkey_ops *ops = hostkey_ops_of(key->type);
	size_t mark = builder_open(b);
	uint32_t check;

	random_fill(&check, sizeof(check));
	builder_u32(b, check);
	builder_u32(b, check);
	builder_text(b, ops->key_name);
	ops->private_emit(key->pkey, b);
	builder_text(b, comment);
	for (uint8_t pad = 1; builder_ok(b) && (b->len - mark - 4) % BLOCK != 0; pad++)
		builder_u8(b, pad);
	builder_close(b, mark);
}

static enum status armour(struct span body, struct blob *out)
{
	struct blob text = base64_encode(body, COLUMNS);
	size_t room = text.len + sizeof(OPENSSH_BEGIN) + sizeof(OPENSSH_END);
	struct builder b;

	*out = (struct blob){malloc(room + 1), room};
	if (text.data == NULL || out->data == NULL) {
		blob_wipe(&text);
		blob_fini(out);
		return STATUS_NO_MEMORY;
	}
	b = builder_over(out->data, room);
	builder_bytes(&b, span_text(OPENSSH_BEGIN "\n"));
	builder_bytes(&b, span_blob(&text));
	builder_bytes(&b, span_text(OPENSSH_END "\n"));
	out->data[room] = 0;
	blob_wipe(&text);
	return builder_end(&b);
}

enum status hostkey_private_text(const struct hostkey *key, const char *comment,
                                 struct blob *out)
{
	uint8_t room[PRIVATE_MAX];
	struct builder b = builder_over(room, sizeof(room));
	struct blob blob;
	enum status status = hostkey_public_blob(key, &blob);

	*out = (struct blob){NULL, 0};
	if (status != STATUS_OK)
		return status;
	builder_bytes(&b, span_of(MAGIC, sizeof(MAGIC)));
	builder_text(&b, "none");
	builder_text(&b, "none");
	builder_text(&b, "");
	builder_u32(&b, 1);
	builder_string(&b, span_blob(&blob));
	section_emit(key, comment, &b);
	status = builder_end(&b);
	if (status == STATUS_OK)
		status = armour(builder_span(&b), out);
	secret_wipe(room, sizeof(room));
	blob_fini(&blob);
	return status;
}

// Does the private half belong to the public one? Signs and verifies once.
static enum status key_prove(const struct hostkey *key)
{
	const struct hostkey_algorithm *algorithm = hostkey_algorithm_of(key->type);
	struct blob blob, signature = {NULL, 0};
	enum status status = hostkey_public_blob(key, &blob);

	if (status != STATUS_OK)
		return status;
	status = hostkey_sign(key, algorithm, span_blob(&blob), &signature);
	if (status == STATUS_OK)
		status = hostkey_verify(algorithm, span_blob(&blob), span_blob(&signature),
		                        span_blob(&blob));
	blob_fini(&signature);
	blob_fini(&blob);
	return status == STATUS_OK ? STATUS_OK : STATUS_BAD_KEY;
}

// Padding as section_emit writes it, and nothing behind.
static enum status padding_check(struct cursor *c)
{
	uint8_t want = 1;

	while (cursor_left(c) > 0) {
		if (cursor_u8(c) != want++ || want > BLOCK)
			cursor_fail(c, STATUS_MALFORMED);
	}
	return cursor_end(c);
}

static enum status section_parse(struct span section, EVP_PKEY **out)
{
	struct cursor c = cursor_over(section);
	uint32_t check = cursor_u32(&c);
	enum hostkey_type type;
	enum status status;

	*out = NULL;
	if (section.len % BLOCK != 0 || cursor_u32(&c) != check)
		return STATUS_MALFORMED;
	type = hostkey_type_find(cursor_string(&c));
	if (type == HOSTKEY_TYPES_ALL)
		return STATUS_BAD_KEY;
	if (hostkey_ops_of(type)->private_parse == NULL)
		return STATUS_UNSUPPORTED; // only a handle of a security key
	*out = hostkey_ops_of(type)->private_parse(&c);
	cursor_string(&c); // comment
	status = padding_check(&c);
	if (status == STATUS_OK && *out != NULL)
		return STATUS_OK;
	EVP_PKEY_free(*out);
	*out = NULL;
	return status != STATUS_OK ? status : STATUS_BAD_KEY;
}

static enum status openssh_decode(struct span body, struct span *blob, struct span *section)
{
	struct cursor c = cursor_over(body);
	struct span magic = cursor_bytes(&c, sizeof(MAGIC));
	struct span cipher = cursor_string(&c);
	struct span kdf = cursor_string(&c);
	struct span options = cursor_string(&c);
	uint32_t keys = cursor_u32(&c);
	enum status status;

	*blob = cursor_string(&c);
	*section = cursor_string(&c);
	status = cursor_end(&c);
	if (cursor_ok(&c) && !span_equal(magic, span_of(MAGIC, sizeof(MAGIC))))
		return STATUS_MALFORMED;
	if (span_equal(magic, span_of(MAGIC, sizeof(MAGIC))) && cipher.len > 0 &&
	    !span_is(cipher, "none"))
		return STATUS_ENCRYPTED;
	if (status == STATUS_OK && (!span_is(kdf, "none") || options.len > 0 || keys != 1))
		return STATUS_MALFORMED;
	return status;
}

// A key that passed its own parser: is it whole, and is it the one that was announced?
static enum status key_accept(EVP_PKEY *pkey, struct span announced, struct hostkey **out)
{
	enum status status = hostkey_adopt(pkey, out);
	struct blob blob = {NULL, 0};
	struct span name;

	if (status != STATUS_OK)
		return status;
	status = hostkey_public_blob(*out, &blob);
	if (status == STATUS_OK && announced.len > 0 &&
	    !span_equal(span_blob(&blob), announced))
		status = STATUS_BAD_KEY;
	if (status == STATUS_OK)
		status = hostkey_blob_check(span_blob(&blob), &name);
	if (status == STATUS_OK)
		status = key_prove(*out);
	blob_fini(&blob);
	if (status != STATUS_OK) {
		hostkey_free(*out);
		*out = NULL;
	}
	return status;
}

static enum status openssh_parse(struct span text, struct hostkey **out)
{
	struct span armoured, blob, section;
	struct blob body;
	EVP_PKEY *pkey;
	enum status status = hostkey_text_until(text, OPENSSH_END, &armoured);

	if (status != STATUS_OK)
		return status;
	status = base64_decode(armoured, &body);
	if (status != STATUS_OK)
		return status;
	status = openssh_decode(span_blob(&body), &blob, &section);
	if (status == STATUS_OK)
		status = section_parse(section, &pkey);
	if (status == STATUS_OK)
		status = key_accept(pkey, blob, out);
	blob_wipe(&body);
	return status;
}

// No passphrase is ever asked for; that one was wanted is told.
static int no_passphrase(char *buffer, int size, int writing, void *wanted)
{
	(void)buffer, (void)size, (void)writing;
	*(bool *)wanted = true;
	return -1;
}

static bool is_multi_prime(const EVP_PKEY *pkey)
{
	BIGNUM *third = NULL;
	bool found = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_FACTOR3, &third) == 1;

	BN_clear_free(third);
	return found;
}

// OpenSSL takes keys whose numbers contradict each other; our own parser does not. So a key from
// PEM goes through the fields of the other format. Frees `pkey`.
static enum status key_recast(EVP_PKEY *pkey, EVP_PKEY **out)
{
	const struct hostkey_ops *ops = hostkey_ops_of(hostkey_pkey_type(pkey));
	uint8_t room[PRIVATE_MAX];
	struct builder b = builder_over(room, sizeof(room));
	enum status status;
	struct cursor c;

	*out = NULL;
	ops->private_emit(pkey, &b);
	EVP_PKEY_free(pkey);
	status = builder_end(&b);
	if (status == STATUS_OK) {
		c = cursor_over(builder_span(&b));
		*out = ops->private_parse(&c);
		status = *out != NULL ? STATUS_OK : STATUS_BAD_KEY;
	}
	secret_wipe(room, sizeof(room));
	return status;
}

static enum status pem_parse(struct span text, struct hostkey **out)
{
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);
	EVP_PKEY *pkey = NULL;
	bool wanted = false;
	enum status status;

	if (bio != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &wanted);
	BIO_free(bio);
	if (pkey == NULL)
		return wanted ? STATUS_ENCRYPTED : STATUS_MALFORMED;
	if (hostkey_pkey_type(pkey) == HOSTKEY_TYPES_ALL || is_multi_prime(pkey)) {
		EVP_PKEY_free(pkey);
		return STATUS_BAD_KEY;
	}
	status = key_recast(pkey, &pkey);
	return status == STATUS_OK ? key_accept(pkey, (struct span){NULL, 0}, out) : status;
}

enum status hostkey_private_parse(struct span text, struct hostkey **out)
{
	struct span rest = text;
	enum status status;

	*out = NULL;
	if (text.len > HOSTKEY_TEXT_MAX)
		return STATUS_TOO_LONG;
	if (hostkey_text_marker(&rest, OPENSSH_BEGIN))
		status = openssh_parse(rest, out);
	else
		status = pem_parse(text, out);
	ERR_clear_error();
	return status;
}
