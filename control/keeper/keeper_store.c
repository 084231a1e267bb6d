// Load, make, use and destroy the host keys.
#include "control/keeper/keeper_store.h"

#include "crypto/core/secret.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LIST_MAX   (HOSTKEY_TYPES * (HOSTKEY_BLOB_MAX + 32))
#define KNOWN_MAX  (HOSTKEY_TYPES * (HOSTKEY_BLOB_MAX * 2))
#define KNOWN_NAME "known_hosts"

static const struct {
	const char *file;
	unsigned bits; // unless somebody chooses
	bool unasked;  // made at the first start
} types[HOSTKEY_TYPES] = {
        [HOSTKEY_ED25519] = {"ed25519", 256, true},
        [HOSTKEY_RSA] = {"rsa", KEEPER_RSA_BITS, true},
        [HOSTKEY_ECDSA_P256] = {"ecdsa_p256", 256, true},
        [HOSTKEY_ECDSA_P384] = {"ecdsa_p384", 384, false},
        [HOSTKEY_ECDSA_P521] = {"ecdsa_p521", 521, false},
        [HOSTKEY_DSA] = {"dsa", 1024, false},
};

// --- opening -------------------------------------------------------------------------------------

static enum status dir_open(struct keeper_store *s, const char *state)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/keys", state) >= (int)sizeof(path))
		return STATUS_TOO_LONG;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return STATUS_SYSTEM;
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (s->dir < 0)
		return STATUS_SYSTEM;
	if (s->owner.uid != (uid_t)-1 &&
	    (fchown(s->dir, s->owner.uid, s->owner.gid) != 0 || fchmod(s->dir, 0700) != 0))
		return STATUS_SYSTEM;
	return STATUS_OK;
}

static enum status key_load(struct keeper_store *s, enum hostkey_type type)
{
	struct blob text;
	enum status status =
	        keeper_file_read(s->dir, types[type].file, &text, &s->keys[type].made);

	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	if (text.len == 0)
		s->keys[type].destroyed = true;
	else
		status = hostkey_private_parse(span_blob(&text), &s->keys[type].key);
	blob_wipe(&text);
	if (status == STATUS_OK && s->keys[type].key != NULL &&
	    hostkey_type_of(s->keys[type].key) != type)
		status = STATUS_BAD_KEY;
	return status;
}

enum status keeper_store_open(struct keeper_store *s, const char *state,
                              struct keeper_owner owner)
{
	enum status status;

	*s = (struct keeper_store){.dir = -1, .owner = owner};
	pthread_rwlock_init(&s->lock, NULL);
	status = dir_open(s, state);
	if (status != STATUS_OK)
		fprintf(stderr, "%s/keys: %s\n", state, strerror(errno));
	for (int t = 0; t < HOSTKEY_TYPES && status == STATUS_OK; t++) {
		status = key_load(s, (enum hostkey_type)t);
		if (status != STATUS_OK)
			fprintf(stderr, "%s/keys/%s: %s\n", state, types[t].file,
			        status_text(status));
	}
	return status;
}

void keeper_store_fini(struct keeper_store *s)
{
	for (int t = 0; t < HOSTKEY_TYPES; t++)
		hostkey_free(s->keys[t].key);
	if (s->dir >= 0)
		close(s->dir);
	pthread_rwlock_destroy(&s->lock);
	*s = (struct keeper_store){.dir = -1};
}

// --- known_hosts ---------------------------------------------------------------------------------

static void known_line(struct builder *b, const struct hostkey *key)
{
	struct blob blob = {0}, line = {0};

	if (hostkey_public_blob(key, &blob) == STATUS_OK &&
	    hostkey_public_line(span_blob(&blob), "", &line) == STATUS_OK) {
		while (line.len > 0 && line.data[line.len - 1] <= ' ')
			line.len--;
		builder_bytes(b, span_text(KEEPER_KNOWN_HOSTS " "));
		builder_bytes(b, span_blob(&line));
		builder_u8(b, '\n');
	}
	blob_fini(&blob);
	blob_fini(&line);
}

static enum status known_write(struct keeper_store *s)
{
	static_assert(KNOWN_MAX < KEEPER_FILE_MAX, "known_hosts can be read back");
	uint8_t *text = malloc(KNOWN_MAX);
	struct builder b = builder_over(text, KNOWN_MAX);
	enum status status;

	if (text == NULL)
		return STATUS_NO_MEMORY;
	for (int t = 0; t < HOSTKEY_TYPES; t++)
		if (s->keys[t].key != NULL)
			known_line(&b, s->keys[t].key);
	status = builder_end(&b);
	if (status == STATUS_OK)
		status =
		        keeper_file_write(s->dir, KNOWN_NAME, builder_span(&b), 0600, s->owner);
	free(text);
	return status;
}

// --- changing ------------------------------------------------------------------------------------

static void key_swap(struct keeper_store *s, enum hostkey_type type, struct hostkey *key)
{
	struct hostkey *old;

	pthread_rwlock_wrlock(&s->lock);
	old = s->keys[type].key;
	s->keys[type].key = key;
	s->keys[type].made = (uint64_t)time(NULL);
	s->keys[type].destroyed = key == NULL;
	pthread_rwlock_unlock(&s->lock);
	hostkey_free(old);
}

static enum status key_save(struct keeper_store *s, enum hostkey_type type,
                            const struct hostkey *key)
{
	struct blob text = {0};
	enum status status = hostkey_private_text(key, "sallyport", &text);

	if (status == STATUS_OK)
		status = keeper_file_write(s->dir, types[type].file, span_blob(&text), 0600,
		                           s->owner);
	blob_wipe(&text);
	return status;
}

// The file comes first: a key is never used that a restart would not find.
static enum status key_make(struct keeper_store *s, enum hostkey_type type, unsigned bits)
{
	struct hostkey *key = NULL;
	enum status status = hostkey_generate(type, bits, &key);

	if (status == STATUS_OK)
		status = key_save(s, type, key);
	if (status == STATUS_OK)
		key_swap(s, type, key);
	else
		hostkey_free(key);
	return status;
}

enum status keeper_store_complete(struct keeper_store *s)
{
	bool stale = !keeper_file_exists(s->dir, KNOWN_NAME);
	enum status status = STATUS_OK;

	for (int t = 0; t < HOSTKEY_TYPES && status == STATUS_OK; t++) {
		if (s->keys[t].key != NULL || s->keys[t].destroyed || !types[t].unasked)
			continue;
		status = key_make(s, (enum hostkey_type)t, types[t].bits);
		stale = true;
	}
	if (status == STATUS_OK && stale)
		status = known_write(s);
	return status;
}

enum status keeper_store_generate(struct keeper_store *s, enum hostkey_type type, unsigned bits,
                                  struct blob *public_blob)
{
	enum status status = key_make(s, type, type == HOSTKEY_RSA ? bits : types[type].bits);

	if (status == STATUS_OK)
		status = known_write(s);
	// This thread is the only writer: reading what it wrote needs no lock.
	return status == STATUS_OK ? hostkey_public_blob(s->keys[type].key, public_blob)
	                           : status;
}

enum status keeper_store_destroy(struct keeper_store *s, enum hostkey_type type)
{
	enum status status;

	if (s->keys[type].key == NULL)
		return STATUS_NOT_FOUND;
	status = keeper_file_write(s->dir, types[type].file, span_of(NULL, 0), 0600, s->owner);
	if (status != STATUS_OK)
		return status;
	key_swap(s, type, NULL);
	return known_write(s);
}

// --- using ---------------------------------------------------------------------------------------

// With the lock held.
static enum status sign_with(struct keeper_store *s, enum hostkey_type type,
                             const struct hostkey_algorithm *algorithm, struct span message,
                             struct blob *signature)
{
	return s->keys[type].key != NULL
	               ? hostkey_sign(s->keys[type].key, algorithm, message, signature)
	               : STATUS_NOT_FOUND;
}

enum status keeper_store_sign(struct keeper_store *s, enum hostkey_type type,
                              const struct hostkey_algorithm *algorithm, struct span hash,
                              struct blob *signature)
{
	enum status status;

	pthread_rwlock_rdlock(&s->lock);
	status = sign_with(s, type, algorithm, hash, signature);
	pthread_rwlock_unlock(&s->lock);
	return status;
}

// What is signed: the request's name, the session and the key itself.
static enum status proof_sign(struct keeper_store *s, enum hostkey_type type,
                              const struct hostkey_algorithm *algorithm, struct span session,
                              struct blob *signature)
{
	uint8_t message[HOSTKEY_BLOB_MAX + 256];
	struct builder b = builder_over(message, sizeof(message));
	struct blob blob = {NULL, 0};
	enum status status = STATUS_NOT_FOUND;

	if (s->keys[type].key != NULL)
		status = hostkey_public_blob(s->keys[type].key, &blob);
	builder_text(&b, KEEPER_PROOF_NAME);
	builder_string(&b, session);
	builder_string(&b, span_blob(&blob));
	if (status == STATUS_OK)
		status = builder_end(&b);
	if (status == STATUS_OK)
		status = sign_with(s, type, algorithm, builder_span(&b), signature);
	blob_fini(&blob);
	return status;
}

enum status keeper_store_prove(struct keeper_store *s, enum hostkey_type type,
                               const struct hostkey_algorithm *algorithm, struct span session,
                               struct blob *signature)
{
	enum status status;

	pthread_rwlock_rdlock(&s->lock);
	status = proof_sign(s, type, algorithm, session, signature);
	pthread_rwlock_unlock(&s->lock);
	return status;
}

// Size of the modulus of an RSA blob: "string name, mpint e, mpint n".
static uint32_t rsa_bits(struct span blob)
{
	struct cursor c = cursor_over(blob);
	struct span n;

	cursor_string(&c);
	cursor_mpint(&c);
	n = cursor_mpint(&c);
	if (cursor_end(&c) != STATUS_OK || n.len == 0)
		return 0;
	return (uint32_t)n.len * 8 - (uint32_t)(__builtin_clz(n.data[0]) - 24);
}

static enum status list_row(struct builder *b, enum hostkey_type type,
                            const struct hostkey *key, uint64_t made)
{
	struct blob blob = {0};
	enum status status = hostkey_public_blob(key, &blob);

	if (status == STATUS_OK) {
		builder_u32(b, type);
		builder_u32(b, type == HOSTKEY_RSA ? rsa_bits(span_blob(&blob))
		                                   : types[type].bits);
		builder_u64(b, made);
		builder_string(b, span_blob(&blob));
	}
	blob_fini(&blob);
	return status;
}

enum status keeper_store_list(struct keeper_store *s, struct blob *out)
{
	struct builder b = builder_over(malloc(LIST_MAX), LIST_MAX);
	enum status status = b.base == NULL ? STATUS_NO_MEMORY : STATUS_OK;

	pthread_rwlock_rdlock(&s->lock);
	for (int t = 0; t < HOSTKEY_TYPES && status == STATUS_OK; t++)
		if (s->keys[t].key != NULL)
			status = list_row(&b, (enum hostkey_type)t, s->keys[t].key,
			                  s->keys[t].made);
	pthread_rwlock_unlock(&s->lock);
	if (status == STATUS_OK)
		status = builder_end(&b);
	if (status == STATUS_OK)
		*out = (struct blob){b.base, b.len};
	else
		free(b.base);
	return status;
}
