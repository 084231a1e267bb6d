// Certificates of host keys: from the settings to the key exchange.
#include "control/session/host_certs.h"

#include "crypto/cert/cert.h"
#include "crypto/wire/cursor.h"

#include <stdlib.h>
#include <time.h>

static_assert(HOSTKEY_TYPES <= SHARD_HOSTKEYS, "there is a place for every type");

const struct shard_hostkey *host_key_find(const struct shard *h, enum hostkey_type type)
{
	for (uint32_t i = 0; i < h->hostkey_count; i++) {
		if (h->hostkeys[i].type == (uint32_t)type)
			return &h->hostkeys[i];
	}
	return NULL;
}

static void cert_forget(struct host_cert *cert)
{
	blob_fini(&cert->blob);
	blob_fini(&cert->key);
}

void host_certs_give(struct host_certs **held)
{
	struct host_certs *certs = *held;

	*held = NULL;
	if (certs == NULL || --certs->holders > 0)
		return;
	for (uint32_t i = 0; i < SHARD_HOSTKEYS; i++)
		cert_forget(&certs->of[i]);
	free(certs);
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

static void cert_take(struct host_certs *certs, struct span blob)
{
	struct host_cert *at;
	struct cert cert;

	if (host_cert_parse(blob, &cert) != STATUS_OK)
		return;
	at = &certs->of[cert.type];
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

	if (h->certs == NULL || h->certs_revision != config->revision) {
		h->certs_revision = config->revision;
		host_certs_give(&h->certs);
		h->certs = cursor_left(&c) > 0 ? calloc(1, sizeof(*h->certs)) : NULL;
		if (h->certs != NULL)
			h->certs->holders = 1;
		while (h->certs != NULL && list_next(&c, &blob))
			cert_take(h->certs, blob);
	}
	config_give(config);
}

struct host_certs *host_certs_hold(struct shard *h)
{
	certs_refresh(h);
	if (h->certs != NULL)
		h->certs->holders++;
	return h->certs;
}

const struct host_cert *host_cert_of(const struct shard *h, const struct host_certs *held,
                                     enum hostkey_type type)
{
	const struct shard_hostkey *key = host_key_find(h, type);

	if (key == NULL || held == NULL || held->of[type].blob.len == 0 ||
	    !span_equal(span_blob(&held->of[type].key), span_blob(&key->blob)))
		return NULL;
	return &held->of[type];
}

enum api_host_cert host_cert_state(struct shard *h, enum hostkey_type type)
{
	const struct host_cert *cert;
	uint64_t now = (uint64_t)time(NULL);

	certs_refresh(h);
	cert = host_cert_of(h, h->certs, type);
	return cert == NULL               ? API_HOST_CERT_OF_OTHER_KEY
	       : now < cert->valid_after  ? API_HOST_CERT_EARLY
	       : now < cert->valid_before ? API_HOST_CERT_OFFERED
	                                  : API_HOST_CERT_LATE;
}

// Words of an authority may hold any byte.
static void words_emit(struct span words, struct builder *b)
{
	size_t mark = builder_open(b);

	for (size_t i = 0; i < words.len; i++)
		builder_u8(b,
		           words.data[i] >= ' ' && words.data[i] <= '~' ? words.data[i] : '?');
	builder_close(b, mark);
}

bool host_cert_row(struct shard *h, enum hostkey_type type, struct builder *b)
{
	enum api_host_cert state = host_cert_state(h, type);
	struct cursor names;
	struct cert cert;
	size_t mark;

	if (h->certs == NULL || h->certs->of[type].blob.len == 0 ||
	    cert_parse(span_blob(&h->certs->of[type].blob), &cert) != STATUS_OK)
		return false;
	builder_text(b, cert.name);
	builder_u64(b, cert.serial);
	words_emit(cert.key_id, b);
	mark = builder_open(b);
	for (names = cursor_over(cert.principals);
	     cursor_ok(&names) && cursor_left(&names) > 0;)
		words_emit(cursor_string(&names), b);
	builder_close(b, mark);
	builder_u64(b, cert.valid_after);
	builder_u64(b, cert.valid_before);
	builder_string(b, cert.authority);
	builder_u8(b, state);
	return true;
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

enum status host_certs_drop(struct shard *h, uint32_t type, struct builder *list)
{
	certs_refresh(h);
	if (type >= HOSTKEY_TYPES || h->certs == NULL || h->certs->of[type].blob.len == 0)
		return STATUS_NOT_FOUND;
	others_keep(&h->control->config, (enum hostkey_type)type, list);
	return builder_end(list);
}
