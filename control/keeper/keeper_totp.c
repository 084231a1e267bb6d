// Secrets of one-time codes, a file each, and which step was taken last.
#include "control/keeper/keeper_totp.h"

#include "control/keeper/keeper_file.h"
#include "crypto/core/digest.h"
#include "crypto/core/random.h"
#include "crypto/core/secret.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_FORMAT 1
#define NAME_BYTES  16 // of the hash that names a file
#define NAME_TEXT   (sizeof("totp-") + 2 * NAME_BYTES)

struct enrolment {
	uint8_t secret[TOTP_SECRET_BYTES];
	uint64_t step; // the last that was taken
};

// --- codes ---------------------------------------------------------------------------------------

static bool code_matches(const struct enrolment *e, uint64_t step, struct span code)
{
	char text[16];

	snprintf(text, sizeof(text), "%0*u", TOTP_DIGITS,
	         totp_code(span_of(e->secret, sizeof(e->secret)), step, TOTP_DIGITS));
	return secret_equal(text, code.data, TOTP_DIGITS);
}

// The step whose code this is, within the drift and later than the last taken; 0: none.
static uint64_t step_of(const struct enrolment *e, struct span code, uint64_t now)
{
	uint64_t middle = now / TOTP_SECONDS, found = 0;

	if (code.len != TOTP_DIGITS || middle <= TOTP_DRIFT)
		return 0;
	for (uint64_t step = middle - TOTP_DRIFT; step <= middle + TOTP_DRIFT; step++) {
		if (code_matches(e, step, code) && step > e->step)
			found = step;
	}
	return found;
}

// --- files ---------------------------------------------------------------------------------------

static bool name_is_possible(struct span user)
{
	return user.len > 0 && user.len <= TOTP_USER_MAX && span_is_printable(user);
}

static uint64_t file_name(struct span user, char name[NAME_TEXT])
{
	uint8_t hash[DIGEST_BYTES_MAX];
	uint64_t number;
	int at;

	digest_of(DIGEST_SHA256, user, hash);
	at = snprintf(name, NAME_TEXT, "totp-");
	for (unsigned i = 0; i < NAME_BYTES; i++)
		at += snprintf(name + at, NAME_TEXT - (size_t)at, "%02x", hash[i]);
	memcpy(&number, hash, sizeof(number));
	return number;
}

static enum status enrolment_write(struct keeper_totp *t, const char *name, struct span user,
                                   const struct enrolment *e)
{
	uint8_t bytes[TOTP_USER_MAX + TOTP_SECRET_BYTES + 32];
	struct builder b = builder_over(bytes, sizeof(bytes));
	enum status status;

	builder_u8(&b, FILE_FORMAT);
	builder_string(&b, user);
	builder_string(&b, span_of(e->secret, sizeof(e->secret)));
	builder_u64(&b, e->step);
	status = builder_end(&b);
	if (status == STATUS_OK)
		status = keeper_file_write(t->dir, name, builder_span(&b), 0600,
		                           KEEPER_OWNER_SELF);
	secret_wipe(bytes, sizeof(bytes));
	return status;
}

static enum status enrolment_read(struct keeper_totp *t, const char *name, struct span user,
                                  struct enrolment *e)
{
	struct blob file;
	struct cursor c;
	struct span secret;
	enum status status = keeper_file_read(t->dir, name, &file, NULL);
	bool ours;

	if (status != STATUS_OK)
		return status;
	c = cursor_over(span_blob(&file));
	ours = cursor_u8(&c) == FILE_FORMAT && span_equal(cursor_string(&c), user);
	secret = cursor_string_max(&c, TOTP_SECRET_BYTES);
	e->step = cursor_u64(&c);
	status = cursor_end(&c);
	if (status == STATUS_OK && (!ours || secret.len != TOTP_SECRET_BYTES))
		status = STATUS_MALFORMED;
	if (status == STATUS_OK)
		memcpy(e->secret, secret.data, TOTP_SECRET_BYTES);
	blob_wipe(&file);
	return status;
}

// --- wrong codes ---------------------------------------------------------------------------------

// Too many wrong ones a moment ago: nothing is looked at (RFC 4226 section 7.3).
static bool is_resting(const struct keeper_totp *t, uint64_t name, uint64_t now)
{
	unsigned at = name % TOTP_WATCHED;

	return t->watched[at].name == name && t->watched[at].wrong >= TOTP_WRONG_MAX &&
	       now < t->watched[at].at + TOTP_WRONG_REST;
}

static void wrong_note(struct keeper_totp *t, uint64_t name, uint64_t now)
{
	unsigned at = name % TOTP_WATCHED;

	if (t->watched[at].name != name)
		t->watched[at].wrong = 0;
	t->watched[at].name = name;
	t->watched[at].at = now;
	t->watched[at].wrong++;
}

static void wrong_forget(struct keeper_totp *t, uint64_t name)
{
	if (t->watched[name % TOTP_WATCHED].name == name)
		t->watched[name % TOTP_WATCHED].wrong = 0;
}

// --- verbs ---------------------------------------------------------------------------------------

void keeper_totp_init(struct keeper_totp *t, int dir)
{
	memset(t, 0, sizeof(*t));
	t->dir = dir;
	pthread_mutex_init(&t->lock, NULL);
}

void keeper_totp_fini(struct keeper_totp *t)
{
	pthread_mutex_destroy(&t->lock);
}

enum status keeper_totp_set(struct keeper_totp *t, struct span user,
                            char text[TOTP_SECRET_TEXT])
{
	struct enrolment e = {.step = 0};
	char name[NAME_TEXT];
	enum status status;

	if (!name_is_possible(user))
		return STATUS_MALFORMED;
	random_fill(e.secret, sizeof(e.secret));
	pthread_mutex_lock(&t->lock);
	wrong_forget(t, file_name(user, name));
	status = enrolment_write(t, name, user, &e);
	pthread_mutex_unlock(&t->lock);
	totp_secret_emit(span_of(e.secret, sizeof(e.secret)), text);
	secret_wipe(&e, sizeof(e));
	return status;
}

enum status keeper_totp_drop(struct keeper_totp *t, struct span user)
{
	char name[NAME_TEXT];
	enum status status = STATUS_OK;

	pthread_mutex_lock(&t->lock);
	wrong_forget(t, file_name(user, name));
	if (unlinkat(t->dir, name, 0) != 0)
		status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_SYSTEM;
	pthread_mutex_unlock(&t->lock);
	return status;
}

// A code that is right is taken by being remembered: what cannot be remembered is not taken.
static enum status code_take(struct keeper_totp *t, struct span user, struct span code,
                             uint64_t now)
{
	struct enrolment e = {.step = 0};
	char name[NAME_TEXT];
	uint64_t id = file_name(user, name), step;
	enum status status;

	if (is_resting(t, id, now) || enrolment_read(t, name, user, &e) != STATUS_OK)
		return STATUS_DENIED;
	step = step_of(&e, code, now);
	if (step == 0) {
		wrong_note(t, id, now);
		status = STATUS_DENIED;
	} else {
		wrong_forget(t, id);
		e.step = step;
		status = enrolment_write(t, name, user, &e);
	}
	secret_wipe(&e, sizeof(e));
	return status;
}

enum status keeper_totp_check(struct keeper_totp *t, struct span user, struct span code,
                              uint64_t now)
{
	enum status status;

	pthread_mutex_lock(&t->lock);
	status = code_take(t, user, code, now);
	pthread_mutex_unlock(&t->lock);
	return status;
}
