// Certificates of host keys: from the settings to the key exchange.
#include "control/session/host_certs.h"

#include "crypto/cert/cert.h"
#include "crypto/wire/cursor.h"

#include <time.h>

static_assert(HOSTKEY_TYPES <= SHARD_HOSTKEYS, "certs has a place for every type");

const struct shard_hostkey *host_key_find(const struct shard *h, enum hostkey_type type)
{
	for (uint32_t i = 0; i < h->hostkey_count; i++) {
		if (h->hostkeys[i].type == (uint32_t)type)
			return &h->hostkeys[i];
	}
	return NULL;
}

static void cert_forget(struct shard_cert *cert)
{
	blob_fini(&cert->blob);
	blob_fini(&cert->key);
}

void host_certs_forget(struct shard *h)
{
	for (uint32_t i = 0; i < SHARD_HOSTKEYS; i++)
		cert_forget(&h->certs[i]);
}

// OK, or why it is no certificate of a host key.
static enum status host_cert_parse(struct span blob, struct cert *cert)
{
	enum status status =
	        blob.len <= HOST_CERT_MAX ? cert_parse(blob, cert) : STATUS_TOO_LONG;

	if (status != STATUS_OK)
		return status;
	return cert->kind == CERT_HOST && cert->type < HOSTKEY_TYPES ? STATUS_OK
	                                                             : STATUS_UNSUPPORTED;
}

static void cert_take(struct shard *h, struct span blob)
{
	struct shard_cert *at;
	struct cert cert;

	if (host_cert_parse(blob, &cert) != STATUS_OK)
		return;
	at = &h->certs[cert.type];
	cert_forget(at);
	at->blob = blob_copy(blob);
	at->valid_after = cert.valid_after;
	at->valid_before = cert.valid_before;
	if (at->blob.data == NULL || cert_key_blob(&cert, &at->key) != STATUS_OK)
		cert_forget(at);
}

static struct span list_in(const struct settings *s)
{
	return setting_text(settings_find(s, API_CLASS_SSH_TRUST, span_of(NULL, 0)),
	                    API_SSH_TRUST_HOST_CERTS);
}

// A list that lacks its end, as it does while its lines are typed, ends before that.
static bool list_next(struct cursor *c, struct span *blob)
{
	*blob = cursor_string(c);
	return cursor_ok(c);
}

static void certs_refresh(struct shard *h)
{
	struct config *config = &h->control->config;
	const struct settings *s = config_hold(config);
	struct cursor c = cursor_over(list_in(s));
	struct span blob;

	if (h->certs_revision != config->revision) {
		h->certs_revision = config->revision;
		host_certs_forget(h);
		while (list_next(&c, &blob))
			cert_take(h, blob);
	}
	config_give(config);
}

const struct shard_cert *host_cert_find(struct shard *h, enum hostkey_type type)
{
	const struct shard_hostkey *key = host_key_find(h, type);
	const struct shard_cert *cert = &h->certs[type];
	uint64_t now = (uint64_t)time(NULL);

	certs_refresh(h);
	if (key == NULL || cert->blob.len == 0 || now < cert->valid_after ||
	    now >= cert->valid_before ||
	    !span_equal(span_blob(&cert->key), span_blob(&key->blob)))
		return NULL;
	return cert;
}

// --- import --------------------------------------------------------------------------------------

static enum status cert_fits(const struct shard *h, struct span blob, struct cert *cert)
{
	enum status status = host_cert_parse(blob, cert);
	const struct shard_hostkey *key;
	struct blob plain;

	if (status != STATUS_OK)
		return status;
	key = host_key_find(h, cert->type);
	if (key == NULL)
		return STATUS_NOT_FOUND;
	status = cert_key_blob(cert, &plain);
	if (status != STATUS_OK)
		return status;
	if (!span_equal(span_blob(&plain), span_blob(&key->blob)))
		status = STATUS_NOT_FOUND;
	blob_fini(&plain);
	return status;
}

// Those that stay: of other types of key.
static void others_keep(struct config *config, enum hostkey_type type, struct builder *list)
{
	struct cursor c = cursor_over(list_in(config_hold(config)));
	struct span blob;
	struct cert cert;

	while (list_next(&c, &blob))
		if (host_cert_parse(blob, &cert) == STATUS_OK && cert.type != type)
			builder_string(list, blob);
	config_give(config);
}

enum status host_certs_import(struct shard *h, struct span text, struct builder *list)
{
	struct blob blob = {NULL, 0};
	struct cert cert;
	enum status status = cert_line_parse(text, &blob);

	if (status != STATUS_OK)
		return status == STATUS_NO_MEMORY ? status : STATUS_MALFORMED;
	status = cert_fits(h, span_blob(&blob), &cert);
	if (status == STATUS_OK) {
		others_keep(&h->control->config, cert.type, list);
		builder_string(list, span_blob(&blob));
		status = builder_end(list);
	}
	blob_fini(&blob);
	return status;
}
