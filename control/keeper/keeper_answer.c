// The table of requests and what each does.
#include "control/keeper/keeper_answer.h"

#include "crypto/core/secret.h"
#include "crypto/wire/cursor.h"

#include <stdlib.h>
#include <time.h>

#define EXCHANGE_HASH_MAX 64 // SHA-512: nothing longer is ever signed
#define SESSION_ID_MIN    20 // SHA-1
#define RSA_BITS_LOW      2048
#define RSA_BITS_HIGH     4096
#define SSH1_WRAPPED_MAX  (RSA_BITS_HIGH / 8)

struct row {
	enum keeper_lane lane;
	size_t payload_max;
	enum status (*run)(struct keeper *k, const struct keeper_body *ask, struct span payload,
	                   struct blob *out);
};

// --- the requests --------------------------------------------------------------------------------

// The algorithm that is asked for, when it goes with a key that can be here; else NULL.
static const struct hostkey_algorithm *algorithm_of(const struct keeper_body *ask)
{
	const struct hostkey_algorithm *algorithm = hostkey_algorithm_at(ask->algorithm);

	if (algorithm == NULL || ask->key_type >= HOSTKEY_TYPES ||
	    algorithm->type != (enum hostkey_type)ask->key_type)
		return NULL;
	return algorithm;
}

static enum status sign(struct keeper *k, const struct keeper_body *ask, struct span payload,
                        struct blob *out)
{
	const struct hostkey_algorithm *algorithm = algorithm_of(ask);

	if (algorithm == NULL)
		return STATUS_BAD_KEY;
	if (payload.len == 0)
		return STATUS_MALFORMED;
	return keeper_store_sign(&k->store, algorithm->type, algorithm, payload, out);
}

// Nobody but the keeper says what is signed: the asker brings a session's identifier.
static enum status prove(struct keeper *k, const struct keeper_body *ask, struct span payload,
                         struct blob *out)
{
	const struct hostkey_algorithm *algorithm = algorithm_of(ask);

	if (algorithm == NULL)
		return STATUS_BAD_KEY;
	if (payload.len < SESSION_ID_MIN)
		return STATUS_MALFORMED;
	return keeper_store_prove(&k->store, algorithm->type, algorithm, payload, out);
}

static enum status check_password(struct keeper *k, const struct keeper_body *ask,
                                  struct span payload, struct blob *out)
{
	struct cursor c = cursor_over(payload);
	struct span hash = cursor_string_max(&c, KEEPER_HASH_MAX);
	struct span password = cursor_string_max(&c, KEEPER_PASSWORD_MAX);
	enum status status = cursor_end(&c);

	return status == STATUS_OK ? keeper_password_check(hash, password, k->dummy) : status;
}

static enum status set_password(struct keeper *k, const struct keeper_body *ask,
                                struct span payload, struct blob *out)
{
	char hash[KEEPER_HASH_TEXT];
	enum status status = keeper_password_hash(payload, hash);

	if (status != STATUS_OK)
		return status;
	*out = blob_copy(span_text(hash));
	secret_wipe(hash, sizeof(hash));
	return out->data != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status check_totp(struct keeper *k, const struct keeper_body *ask,
                              struct span payload, struct blob *out)
{
	struct cursor c = cursor_over(payload);
	struct span user = cursor_string_max(&c, TOTP_USER_MAX);
	struct span code = cursor_string_max(&c, KEEPER_CODE_MAX);
	enum status status = cursor_end(&c);

	return status == STATUS_OK
	               ? keeper_totp_check(&k->totp, user, code, (uint64_t)time(NULL))
	               : status;
}

static enum status set_totp(struct keeper *k, const struct keeper_body *ask,
                            struct span payload, struct blob *out)
{
	char text[TOTP_SECRET_TEXT];
	enum status status = keeper_totp_set(&k->totp, payload, text);

	if (status != STATUS_OK)
		return status;
	*out = blob_copy(span_text(text));
	secret_wipe(text, sizeof(text));
	return out->data != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status drop_totp(struct keeper *k, const struct keeper_body *ask,
                             struct span payload, struct blob *out)
{
	return keeper_totp_drop(&k->totp, payload);
}

static enum status generate(struct keeper *k, const struct keeper_body *ask,
                            struct span payload, struct blob *out)
{
	if (ask->key_type >= HOSTKEY_TYPES)
		return STATUS_UNSUPPORTED;
	if (ask->key_type == HOSTKEY_RSA &&
	    (ask->bits < RSA_BITS_LOW || ask->bits > RSA_BITS_HIGH))
		return STATUS_UNSUPPORTED;
	return keeper_store_generate(&k->store, (enum hostkey_type)ask->key_type, ask->bits,
	                             out);
}

static enum status destroy(struct keeper *k, const struct keeper_body *ask, struct span payload,
                           struct blob *out)
{
	if (ask->key_type >= HOSTKEY_TYPES)
		return STATUS_UNSUPPORTED;
	return keeper_store_destroy(&k->store, (enum hostkey_type)ask->key_type);
}

static enum status list_public(struct keeper *k, const struct keeper_body *ask,
                               struct span payload, struct blob *out)
{
	return keeper_store_list(&k->store, out);
}

static enum status ssh1_public(struct keeper *k, const struct keeper_body *ask,
                               struct span payload, struct blob *out)
{
	return keeper_ssh1_public(&k->ssh1, &k->store, ask->bits, out);
}

static enum status ssh1_open(struct keeper *k, const struct keeper_body *ask,
                             struct span payload, struct blob *out)
{
	return keeper_ssh1_open(&k->ssh1, &k->store, ask->algorithm, payload, out);
}

static const struct row rows[KEEPER_KINDS] = {
        [KEEPER_SIGN] = {KEEPER_LANE_SIGN, EXCHANGE_HASH_MAX, sign},
        [KEEPER_PROVE] = {KEEPER_LANE_SIGN, EXCHANGE_HASH_MAX, prove},
        [KEEPER_CHECK_PASSWORD] = {KEEPER_LANE_PASSWORD,
                                   8 + KEEPER_HASH_MAX + KEEPER_PASSWORD_MAX, check_password},
        [KEEPER_SET_PASSWORD] = {KEEPER_LANE_PASSWORD, KEEPER_PASSWORD_MAX, set_password},
        [KEEPER_CHECK_TOTP] = {KEEPER_LANE_PASSWORD, 8 + TOTP_USER_MAX + KEEPER_CODE_MAX,
                               check_totp},
        [KEEPER_SET_TOTP] = {KEEPER_LANE_PASSWORD, TOTP_USER_MAX, set_totp},
        [KEEPER_DROP_TOTP] = {KEEPER_LANE_PASSWORD, TOTP_USER_MAX, drop_totp},
        [KEEPER_GENERATE] = {KEEPER_LANE_KEYS, 0, generate},
        [KEEPER_DESTROY] = {KEEPER_LANE_KEYS, 0, destroy},
        [KEEPER_LIST_PUBLIC] = {KEEPER_LANE_SIGN, 0, list_public},
        [KEEPER_SSH1_PUBLIC] = {KEEPER_LANE_KEYS, 0, ssh1_public},
        [KEEPER_SSH1_OPEN] = {KEEPER_LANE_SIGN, SSH1_WRAPPED_MAX, ssh1_open},
};

// --- jobs ----------------------------------------------------------------------------------------

struct keeper_job *keeper_job_make(const struct link_cell *cell, struct span payload)
{
	struct keeper_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->cell = *cell;
	if (payload.len > 0)
		job->payload = blob_copy(payload);
	if (payload.len > 0 && job->payload.data == NULL) {
		free(job);
		return NULL;
	}
	return job;
}

void keeper_job_free(struct keeper_job *job)
{
	if (job == NULL)
		return;
	blob_wipe(&job->payload);
	free(job);
}

struct keeper_body keeper_job_body(const struct keeper_job *job)
{
	struct keeper_body body;

	memcpy(&body, job->cell.body, sizeof(body));
	return body;
}

// Names of the asker (slot, life, offset) stay; kind, body and payload become the answer's.
static void answer_fill(struct keeper_job *job, enum status status, struct blob payload)
{
	struct keeper_body body = {
	        .asked = job->cell.kind,
	        .status = status,
	        .key_type = keeper_job_body(job).key_type,
	};

	blob_wipe(&job->payload);
	job->payload = payload;
	job->cell.kind = KEEPER_ANSWER;
	job->cell.buffer = LINK_NO_BUFFER;
	job->cell.length = 0;
	memcpy(job->cell.body, &body, sizeof(body));
}

void keeper_refuse(struct keeper_job *job, enum status why)
{
	answer_fill(job, why, (struct blob){NULL, 0});
}

enum status keeper_admit(const struct keeper_job *job, enum keeper_lane *lane)
{
	struct keeper_body body = keeper_job_body(job);

	if (job->cell.kind >= KEEPER_KINDS || rows[job->cell.kind].run == NULL)
		return STATUS_UNEXPECTED;
	if (body.zero[0] != 0 || body.zero[1] != 0)
		return STATUS_MALFORMED;
	if (job->payload.len > rows[job->cell.kind].payload_max)
		return STATUS_TOO_LONG;
	*lane = rows[job->cell.kind].lane;
	return STATUS_OK;
}

void keeper_answer(struct keeper *k, struct keeper_job *job)
{
	struct keeper_body ask = keeper_job_body(job);
	struct blob out = {NULL, 0};
	enum status status = rows[job->cell.kind].run(k, &ask, span_blob(&job->payload), &out);

	if (status != STATUS_OK)
		blob_wipe(&out);
	answer_fill(job, status, out);
}
