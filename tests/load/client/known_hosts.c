// Reading known_hosts, and the one question.
#include "tests/load/client/known_hosts.h"

#include <fnmatch.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/hostkey/base64.h"
#include "crypto/wire/names.h"
#include "tests/load/client/client_inner.h"

#define HASH_MARK  "|1|"
#define HASH_BYTES 20 // SHA-1

struct trusted_key {
	struct blob blob;
	bool revoked;
};

struct host_trust {
	pthread_mutex_t lock; // of keys, when the first one pins
	bool first;
	char fingerprint[HOSTKEY_FINGERPRINT_MAX]; // pinned, or empty
	unsigned keys;
	struct trusted_key key[HOST_TRUST_KEYS];
};

static struct host_trust *trust_new(void)
{
	struct host_trust *t = calloc(1, sizeof(*t));

	if (t != NULL)
		pthread_mutex_init(&t->lock, NULL);
	return t;
}

void host_trust_free(struct host_trust *t)
{
	if (t == NULL)
		return;
	for (unsigned i = 0; i < t->keys; i++)
		blob_fini(&t->key[i].blob);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

struct host_trust *host_trust_pin(const char *fingerprint)
{
	bool first = strcmp(fingerprint, "first") == 0;
	struct host_trust *t;

	if (!first && (strncmp(fingerprint, "SHA256:", 7) != 0 || strlen(fingerprint) != 50))
		return NULL;
	t = trust_new();
	if (t == NULL)
		return NULL;
	t->first = first;
	if (!first)
		memcpy(t->fingerprint, fingerprint, strlen(fingerprint));
	return t;
}

// --- known_hosts ---------------------------------------------------------------------------------

static struct span word_next(struct span *line)
{
	struct span word;
	size_t at = 0;

	while (line->len > 0 && (*line->data == ' ' || *line->data == '\t')) {
		line->data++;
		line->len--;
	}
	while (at < line->len && line->data[at] != ' ' && line->data[at] != '\t')
		at++;
	word = span_of(line->data, at);
	line->data += at;
	line->len -= at;
	return word;
}

// |1|salt|HMAC-SHA1(salt, name)
static bool hashed_is(struct span entry, const char *name)
{
	struct span rest = span_of(entry.data + 3, entry.len - 3);
	const uint8_t *bar = rest.len > 0 ? memchr(rest.data, '|', rest.len) : NULL;
	struct blob salt = {0}, hash = {0};
	uint8_t own[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool same = false;

	if (bar == NULL)
		return false;
	if (base64_decode(span_of(rest.data, (size_t)(bar - rest.data)), &salt) == STATUS_OK &&
	    base64_decode(span_of(bar + 1, (size_t)(rest.data + rest.len - bar - 1)), &hash) ==
	            STATUS_OK &&
	    hash.len == HASH_BYTES &&
	    HMAC(EVP_sha1(), salt.data, (int)salt.len, (const uint8_t *)name, strlen(name), own,
	         &len) != NULL)
		same = len == HASH_BYTES && memcmp(own, hash.data, HASH_BYTES) == 0;
	blob_fini(&salt);
	blob_fini(&hash);
	return same;
}

static bool pattern_is(struct span pattern, const char *name)
{
	char text[256];

	if (pattern.len == 0 || pattern.len >= sizeof(text))
		return false;
	memcpy(text, pattern.data, pattern.len);
	text[pattern.len] = '\0';
	// fnmatch takes brackets for a set; here they belong to the name.
	return strchr(text, '[') != NULL ? strcmp(text, name) == 0
	                                 : fnmatch(text, name, 0) == 0;
}

static bool entry_names(struct span entry, const char *name)
{
	struct span pattern;
	bool found = false;

	if (entry.len > 3 && memcmp(entry.data, HASH_MARK, 3) == 0)
		return hashed_is(entry, name);
	while (names_next(&entry, &pattern)) {
		if (pattern.len > 1 && pattern.data[0] == '!') {
			if (pattern_is(span_of(pattern.data + 1, pattern.len - 1), name))
				return false;
		} else {
			found |= pattern_is(pattern, name);
		}
	}
	return found;
}

static void key_add(struct host_trust *t, struct span type, struct span text, bool revoked)
{
	struct blob blob = {0};
	struct span name;

	if (t->keys == HOST_TRUST_KEYS || base64_decode(text, &blob) != STATUS_OK)
		return;
	if (hostkey_blob_check(span_blob(&blob), &name) != STATUS_OK || !span_equal(name, type))
		blob_fini(&blob);
	else
		t->key[t->keys++] = (struct trusted_key){blob, revoked};
}

static void line_take(struct host_trust *t, struct span line, const char *const names[2])
{
	struct span entry = word_next(&line), type;
	bool revoked = span_is(entry, "@revoked");

	if (entry.len == 0 || entry.data[0] == '#' || span_is(entry, "@cert-authority"))
		return;
	if (revoked)
		entry = word_next(&line);
	if (!entry_names(entry, names[0]) && !entry_names(entry, names[1]))
		return;
	type = word_next(&line);
	key_add(t, type, word_next(&line), revoked);
}

// Another port than 22 makes it part of the name.
static void name_format(char *out, size_t max, const char *name, uint16_t port)
{
	if (port == 22)
		snprintf(out, max, "%s", name);
	else
		snprintf(out, max, "[%s]:%u", name, port);
}

struct host_trust *host_trust_known(struct span text, const char *name, const char *address,
                                    uint16_t port)
{
	struct host_trust *t = trust_new();
	char by_name[300], by_address[300];
	const char *const names[2] = {by_name, by_address};

	if (t == NULL)
		return NULL;
	name_format(by_name, sizeof(by_name), name, port);
	name_format(by_address, sizeof(by_address), address, port);
	while (text.len > 0) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.data) : text.len;

		line_take(t, span_of(text.data, len), names);
		len += end != NULL;
		text = span_of(text.data + len, text.len - len);
	}
	return t;
}

unsigned host_trust_keys(const struct host_trust *t)
{
	unsigned keys = t->fingerprint[0] != '\0';

	for (unsigned i = 0; i < t->keys; i++)
		keys += !t->key[i].revoked;
	return keys;
}

// --- the order of algorithms ---------------------------------------------------------------------

static bool has_type(const struct host_trust *t, const char *key_name)
{
	for (unsigned i = 0; i < t->keys; i++) {
		struct span name;

		if (!t->key[i].revoked &&
		    hostkey_blob_check(span_blob(&t->key[i].blob), &name) == STATUS_OK &&
		    span_is(name, key_name))
			return true;
	}
	return false;
}

void host_trust_order(const struct host_trust *t, const char *names, char *out, size_t max)
{
	size_t len = 0;

	out[0] = '\0';
	for (int known = 1; known >= 0; known--) {
		struct span all = span_text(names), name;

		while (names_next(&all, &name)) {
			const struct hostkey_algorithm *a =
			        hostkey_algorithm_find_in(span_text(names), name);

			if (a == NULL || has_type(t, a->key_name) != known || len >= max)
				continue;
			len += (size_t)snprintf(out + len, max - len, "%s%s",
			                        len > 0 ? "," : "", a->name);
		}
	}
}

// --- the question --------------------------------------------------------------------------------

static enum status refuse(enum client_failure why, enum client_failure *failure, char *words,
                          size_t max, const char *what, const char *fingerprint)
{
	*failure = why;
	snprintf(words, max, "%s %s", what, fingerprint);
	return STATUS_BAD_KEY;
}

static void first_keep(struct host_trust *t, const char *fingerprint)
{
	pthread_mutex_lock(&t->lock);
	if (t->fingerprint[0] == '\0')
		memcpy(t->fingerprint, fingerprint, strlen(fingerprint) + 1);
	pthread_mutex_unlock(&t->lock);
}

enum status host_trust_check(struct host_trust *t, struct span blob,
                             enum client_failure *failure, char *words, size_t max)
{
	char own[HOSTKEY_FINGERPRINT_MAX];
	bool known = false;

	hostkey_fingerprint(blob, own);
	if (t->first)
		first_keep(t, own);
	if (t->fingerprint[0] != '\0')
		return strcmp(t->fingerprint, own) == 0
		               ? STATUS_OK
		               : refuse(CLIENT_FAILURE_HOST_KEY_CHANGED, failure, words, max,
		                        "not the pinned key:", own);
	for (unsigned i = 0; i < t->keys; i++) {
		bool same = span_equal(span_blob(&t->key[i].blob), blob);

		if (same && t->key[i].revoked)
			return refuse(CLIENT_FAILURE_HOST_KEY_CHANGED, failure, words, max,
			              "revoked:", own);
		known |= same;
	}
	if (known)
		return STATUS_OK;
	return refuse(host_trust_keys(t) > 0 ? CLIENT_FAILURE_HOST_KEY_CHANGED
	                                     : CLIENT_FAILURE_HOST_KEY_UNKNOWN,
	              failure, words, max, "server's key:", own);
}
