// Hash, check and invent passwords.
#include "control/keeper/keeper_password.h"

#include "crypto/core/random.h"
#include "crypto/core/secret.h"
#include "crypto/wire/cursor.h"
#include "dataplane/link/keeper_msg.h"

#include <assert.h>
#include <crypt.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define PHRASE_MAX 500 // bytes that libxcrypt takes as they are (its limit is 511)
#define DIGEST_MAX 64
static_assert(PHRASE_MAX > 2 * DIGEST_MAX, "a condensed phrase fits");
static_assert(KEEPER_HASH_TEXT > KEEPER_HASH_MAX, "room for the NUL");

static const char prefix[] = "$y$";

// What libxcrypt is given: the password, or, when it is too long for that, its SHA-512 in hex.
static enum status phrase_make(struct span password, char phrase[PHRASE_MAX + 1])
{
	uint8_t digest[DIGEST_MAX];

	if (password.len > KEEPER_PASSWORD_MAX)
		return STATUS_TOO_LONG;
	if (memchr(password.data != NULL ? password.data : (const uint8_t *)"", 0,
	           password.len) != NULL)
		return STATUS_MALFORMED;
	if (password.len <= PHRASE_MAX) {
		if (password.len > 0)
			memcpy(phrase, password.data, password.len);
		phrase[password.len] = 0;
		return STATUS_OK;
	}
	if (EVP_Digest(password.data, password.len, digest, NULL, EVP_sha512(), NULL) != 1)
		return STATUS_INTERNAL;
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(&phrase[2 * i], 3, "%02x", digest[i]);
	secret_wipe(digest, sizeof(digest));
	return STATUS_OK;
}

// crypt_rn with its 32 KiB of scratch, wiped. False when it refuses the setting.
static bool crypt_into(const char *phrase, const char *setting, char hash[KEEPER_HASH_TEXT])
{
	struct crypt_data *scratch = calloc(1, sizeof(*scratch));
	const char *made;
	bool ok;

	if (scratch == NULL)
		return false;
	made = crypt_rn(phrase, setting, scratch, sizeof(*scratch));
	ok = made != NULL && made[0] != '*' && strlen(made) < KEEPER_HASH_TEXT;
	if (ok)
		strcpy(hash, made);
	secret_wipe(scratch, sizeof(*scratch));
	free(scratch);
	return ok;
}

enum status keeper_password_hash(struct span password, char hash[KEEPER_HASH_TEXT])
{
	char phrase[PHRASE_MAX + 1], setting[CRYPT_GENSALT_OUTPUT_SIZE], salt[32];
	enum status status = phrase_make(password, phrase);

	random_fill(salt, sizeof(salt));
	if (status == STATUS_OK &&
	    (crypt_gensalt_rn(prefix, 0, salt, sizeof(salt), setting, sizeof(setting)) ==
	             NULL ||
	     !crypt_into(phrase, setting, hash) || strlen(hash) > KEEPER_HASH_MAX))
		status = STATUS_SYSTEM;
	secret_wipe(phrase, sizeof(phrase));
	return status;
}

// Only hashes whose cost is bounded: yescrypt of at most 64 MiB ($y$j75$ ... $y$jBT$), and the
// SHA-crypts with their default rounds.
static bool hash_is_affordable(const char *hash)
{
	if (strncmp(hash, "$5$", 3) == 0 || strncmp(hash, "$6$", 3) == 0)
		return strncmp(hash + 3, "rounds=", 7) != 0;
	return strncmp(hash, "$y$j", 4) == 0 && strchr("789AB", hash[4]) != NULL &&
	       hash[4] != 0 && (hash[5] == '5' || hash[5] == 'T') && hash[6] == '$';
}

static bool hash_take(struct span hash, char text[KEEPER_HASH_TEXT])
{
	if (hash.len == 0 || hash.len > KEEPER_HASH_MAX || !span_is_printable(hash))
		return false;
	memcpy(text, hash.data, hash.len);
	text[hash.len] = 0;
	return hash_is_affordable(text);
}

static bool phrase_matches(const char *phrase, const char *hash)
{
	char made[KEEPER_HASH_TEXT] = {0};
	size_t len = strlen(hash);
	bool same = crypt_into(phrase, hash, made) && strlen(made) == len &&
	            secret_equal(made, hash, len);

	secret_wipe(made, sizeof(made));
	return same;
}

enum status keeper_password_check(struct span hash, struct span password, const char *dummy)
{
	char phrase[PHRASE_MAX + 1] = {0}, text[KEEPER_HASH_TEXT];
	enum status status = phrase_make(password, phrase);
	bool known = hash_take(hash, text), same;

	if (status == STATUS_TOO_LONG)
		return status;
	same = phrase_matches(phrase, known ? text : dummy);
	secret_wipe(phrase, sizeof(phrase));
	secret_wipe(text, sizeof(text));
	return status == STATUS_OK && known && same ? STATUS_OK : STATUS_DENIED;
}

void keeper_password_random(char *out, size_t len)
{
	static const char letters[] =
	        "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

	for (size_t i = 0; i < len; i++)
		out[i] = letters[random_below(sizeof(letters) - 1)];
	out[len] = 0;
}
