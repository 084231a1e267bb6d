// The keeper's closed list: cells in, cells out.
#include "control/keeper/keeper_answer.h"
#include "crypto/core/secret.h"
#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "tests/unit/keeper_place.h"

static struct keeper keeper;
static const char *place;

// One keeper for all tests: a key of each type is there.
static struct keeper *ready(void)
{
	if (place != NULL)
		return &keeper;
	place = place_make();
	CHECK_EQ(keeper_store_open(&keeper.store, place, KEEPER_OWNER_SELF), STATUS_OK);
	CHECK_EQ(keeper_store_complete(&keeper.store), STATUS_OK);
	keeper_totp_init(&keeper.totp, keeper.store.dir);
	CHECK_EQ(keeper_password_hash(span_text("nobody"), keeper.dummy), STATUS_OK);
	return &keeper;
}

__attribute__((destructor)) static void gone(void)
{
	keeper_store_fini(&keeper.store);
	if (place != NULL)
		place_remove(place);
}

static struct keeper_job *ask(enum keeper_kind kind, struct keeper_body body,
                              struct span payload)
{
	struct link_cell cell = {.kind = (uint16_t)kind, .slot = 11, .life = 12, .offset = 13};
	struct keeper_job *job;
	enum keeper_lane lane;
	enum status status;

	memcpy(cell.body, &body, sizeof(body));
	job = keeper_job_make(&cell, payload);
	status = keeper_admit(job, &lane);
	if (status == STATUS_OK)
		keeper_answer(ready(), job);
	else
		keeper_refuse(job, status);
	CHECK_EQ(job->cell.kind, KEEPER_ANSWER);
	CHECK_EQ(job->cell.slot, 11);
	CHECK_EQ(job->cell.life, 12);
	CHECK_EQ(keeper_job_body(job).asked, kind);
	return job;
}

static enum status status_of(enum keeper_kind kind, struct keeper_body body,
                             struct span payload)
{
	struct keeper_job *job = ask(kind, body, payload);
	enum status status = (enum status)keeper_job_body(job).status;

	if (status != STATUS_OK)
		CHECK_EQ(job->payload.len, 0);
	keeper_job_free(job);
	return status;
}

static struct blob public_of(enum hostkey_type type)
{
	struct blob blob = {0};

	CHECK_EQ(hostkey_public_blob(keeper.store.keys[type].key, &blob), STATUS_OK);
	return blob;
}

static void check_signing(enum hostkey_type type, const char *name)
{
	const struct hostkey_algorithm *algorithm = hostkey_algorithm_find(span_text(name));
	struct keeper_body body = {.key_type = type,
	                           .algorithm = hostkey_algorithm_row(algorithm)};
	struct span hash = span_text("0123456789abcdef0123456789abcdef");
	struct keeper_job *job = ask(KEEPER_SIGN, body, hash);
	struct blob blob = public_of(type);

	CHECK_EQ(keeper_job_body(job).status, STATUS_OK);
	CHECK_EQ(hostkey_verify(algorithm, span_blob(&blob), span_blob(&job->payload), hash),
	         STATUS_OK);
	blob_fini(&blob);
	keeper_job_free(job);
}

TEST(each_type_of_key_signs)
{
	ready();
	check_signing(HOSTKEY_ED25519, "ssh-ed25519");
	check_signing(HOSTKEY_RSA, "rsa-sha2-512");
	check_signing(HOSTKEY_RSA, "rsa-sha2-256");
	check_signing(HOSTKEY_ECDSA_P256, "ecdsa-sha2-nistp256");
}

TEST(a_key_that_is_made_when_asked_for_signs_too)
{
	CHECK(ready()->store.keys[HOSTKEY_ECDSA_P384].key == NULL);
	CHECK_EQ(status_of(KEEPER_GENERATE,
	                   (struct keeper_body){.key_type = HOSTKEY_ECDSA_P384},
	                   span_of(NULL, 0)),
	         STATUS_OK);
	check_signing(HOSTKEY_ECDSA_P384, "ecdsa-sha2-nistp384");
}

// What the client of OpenSSH's PROTOCOL 2.5 verifies.
TEST(a_proof_covers_its_name_the_session_and_the_key)
{
	const struct hostkey_algorithm *a = hostkey_algorithm_find(span_text("rsa-sha2-512"));
	struct keeper_body body = {.key_type = HOSTKEY_RSA,
	                           .algorithm = hostkey_algorithm_row(a)};
	struct span session = span_text("0123456789abcdef0123456789abcdef");
	uint8_t message[2048];
	struct builder b = builder_over(message, sizeof(message));
	struct keeper_job *job = ask(KEEPER_PROVE, body, session);
	struct blob blob = public_of(HOSTKEY_RSA);

	builder_text(&b, "hostkeys-prove-00@openssh.com");
	builder_string(&b, session);
	builder_string(&b, span_blob(&blob));
	CHECK_EQ(keeper_job_body(job).status, STATUS_OK);
	CHECK_EQ(
	        hostkey_verify(a, span_blob(&blob), span_blob(&job->payload), builder_span(&b)),
	        STATUS_OK);
	blob_fini(&blob);
	keeper_job_free(job);
}

TEST(a_proof_is_refused_for_what_is_no_session_and_for_a_key_that_is_not_here)
{
	const struct hostkey_algorithm *a = hostkey_algorithm_find(span_text("ssh-ed25519"));
	struct keeper_body body = {.key_type = HOSTKEY_ED25519,
	                           .algorithm = hostkey_algorithm_row(a)};
	uint8_t bytes[65] = {0};

	CHECK_EQ(status_of(KEEPER_PROVE, body, span_of(bytes, 65)), STATUS_TOO_LONG);
	CHECK_EQ(status_of(KEEPER_PROVE, body, span_of(bytes, 19)), STATUS_MALFORMED);
	body.key_type = HOSTKEY_RSA;
	CHECK_EQ(status_of(KEEPER_PROVE, body, span_of(bytes, 32)), STATUS_BAD_KEY);
	a = hostkey_algorithm_find(span_text("ecdsa-sha2-nistp521"));
	body = (struct keeper_body){.key_type = HOSTKEY_ECDSA_P521,
	                            .algorithm = hostkey_algorithm_row(a)};
	CHECK_EQ(status_of(KEEPER_PROVE, body, span_of(bytes, 32)), STATUS_NOT_FOUND);
}

TEST(signing_refuses_what_is_no_exchange_hash_or_no_fitting_key)
{
	struct keeper_body body = {.key_type = HOSTKEY_ED25519};
	uint8_t bytes[65] = {0};

	body.algorithm =
	        hostkey_algorithm_row(hostkey_algorithm_find(span_text("ssh-ed25519")));
	CHECK_EQ(status_of(KEEPER_SIGN, body, span_of(bytes, 65)), STATUS_TOO_LONG);
	CHECK_EQ(status_of(KEEPER_SIGN, body, span_of(NULL, 0)), STATUS_MALFORMED);
	body.key_type = HOSTKEY_RSA;
	CHECK_EQ(status_of(KEEPER_SIGN, body, span_of(bytes, 32)), STATUS_BAD_KEY);
	body.key_type = HOSTKEY_TYPES;
	CHECK_EQ(status_of(KEEPER_SIGN, body, span_of(bytes, 32)), STATUS_BAD_KEY);
	body.algorithm = UINT32_MAX;
	CHECK_EQ(status_of(KEEPER_SIGN, body, span_of(bytes, 32)), STATUS_BAD_KEY);
}

static enum status password_status(struct span hash, const char *password)
{
	uint8_t bytes[4096];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_string(&b, hash);
	builder_text(&b, password);
	return status_of(KEEPER_CHECK_PASSWORD, (struct keeper_body){0}, builder_span(&b));
}

TEST(a_password_that_was_set_is_checked)
{
	struct keeper_job *job =
	        ask(KEEPER_SET_PASSWORD, (struct keeper_body){0}, span_text("pass word"));
	struct span hash = span_blob(&job->payload);

	CHECK_EQ(keeper_job_body(job).status, STATUS_OK);
	CHECK_EQ(password_status(hash, "pass word"), STATUS_OK);
	CHECK_EQ(password_status(hash, "password"), STATUS_DENIED);
	CHECK_EQ(password_status(span_of(NULL, 0), "pass word"), STATUS_DENIED);
	keeper_job_free(job);
}

TEST(a_malformed_password_request_is_refused)
{
	struct span cut = span_of("\0\0\0\x05"
	                          "abc",
	                          7);
	struct span extra = span_of("\0\0\0\0\0\0\0\0x", 9);

	CHECK_EQ(status_of(KEEPER_CHECK_PASSWORD, (struct keeper_body){0}, cut),
	         STATUS_TRUNCATED);
	CHECK_EQ(status_of(KEEPER_CHECK_PASSWORD, (struct keeper_body){0}, extra),
	         STATUS_TRAILING);
}

TEST(a_password_above_the_cap_is_refused)
{
	char text[1026];

	memset(text, 'x', sizeof(text));
	text[1025] = 0;
	CHECK_EQ(password_status(span_of(NULL, 0), text), STATUS_TOO_LONG);
	CHECK_EQ(status_of(KEEPER_SET_PASSWORD, (struct keeper_body){0}, span_text(text)),
	         STATUS_TOO_LONG);
}

TEST(requests_outside_the_list_are_refused)
{
	CHECK_EQ(status_of(KEEPER_NONE, (struct keeper_body){0}, span_of(NULL, 0)),
	         STATUS_UNEXPECTED);
	CHECK_EQ(status_of(KEEPER_ANSWER, (struct keeper_body){0}, span_of(NULL, 0)),
	         STATUS_UNEXPECTED);
	CHECK_EQ(status_of(KEEPER_KINDS, (struct keeper_body){0}, span_of(NULL, 0)),
	         STATUS_UNEXPECTED);
	CHECK_EQ(status_of(KEEPER_LIST_PUBLIC, (struct keeper_body){.zero = {0, 1}},
	                   span_of(NULL, 0)),
	         STATUS_MALFORMED);
}

static unsigned listed(enum hostkey_type wanted, uint32_t *bits)
{
	struct keeper_job *job =
	        ask(KEEPER_LIST_PUBLIC, (struct keeper_body){0}, span_of(NULL, 0));
	struct cursor c = cursor_over(span_blob(&job->payload));
	unsigned found = 0;

	while (cursor_left(&c) > 0) {
		uint32_t type = cursor_u32(&c), size = cursor_u32(&c);

		CHECK(cursor_u64(&c) > 1700000000);
		CHECK(cursor_string(&c).len > 40);
		if (type != wanted)
			continue;
		found++;
		*bits = size;
	}
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	keeper_job_free(job);
	return found;
}

TEST(public_keys_are_listed_with_their_sizes)
{
	uint32_t bits = 0;

	CHECK_EQ(listed(HOSTKEY_RSA, &bits), 1);
	CHECK_EQ(bits, 3072);
	CHECK_EQ(listed(HOSTKEY_ED25519, &bits), 1);
	CHECK_EQ(bits, 256);
}

// Does known_hosts hold a line for this key?
static bool known(const char *name)
{
	struct blob text;
	bool found;

	CHECK_EQ(keeper_file_read(keeper.store.dir, "known_hosts", &text, NULL), STATUS_OK);
	found = strstr((char *)text.data, name) != NULL;
	blob_fini(&text);
	return found;
}

TEST(a_destroyed_key_is_gone_until_it_is_generated_again)
{
	struct keeper_body body = {.key_type = HOSTKEY_ECDSA_P256};
	uint32_t bits;

	ready();
	CHECK(known("192.0.2.2,2001:db8::2 ecdsa-sha2-nistp256 AAAA"));
	CHECK_EQ(status_of(KEEPER_DESTROY, body, span_of(NULL, 0)), STATUS_OK);
	CHECK_EQ(status_of(KEEPER_DESTROY, body, span_of(NULL, 0)), STATUS_NOT_FOUND);
	CHECK(!known("ecdsa-sha2-nistp256"));
	CHECK_EQ(listed(HOSTKEY_ECDSA_P256, &bits), 0);
	CHECK_EQ(status_of(KEEPER_GENERATE, body, span_of(NULL, 0)), STATUS_OK);
	CHECK(known("ecdsa-sha2-nistp256"));
}

TEST(a_destroyed_key_stays_destroyed_after_a_restart)
{
	struct keeper_body body = {.key_type = HOSTKEY_ECDSA_P256};
	struct keeper_store again;

	CHECK_EQ(status_of(KEEPER_DESTROY, body, span_of(NULL, 0)), STATUS_OK);
	CHECK_EQ(keeper_store_open(&again, place, KEEPER_OWNER_SELF), STATUS_OK);
	CHECK_EQ(keeper_store_complete(&again), STATUS_OK);
	CHECK(again.keys[HOSTKEY_ECDSA_P256].key == NULL);
	CHECK(again.keys[HOSTKEY_RSA].key != NULL);
	keeper_store_fini(&again);
	CHECK_EQ(status_of(KEEPER_GENERATE, body, span_of(NULL, 0)), STATUS_OK);
}

TEST(keys_of_unheard_types_and_sizes_are_not_generated)
{
	struct keeper_body rsa = {.key_type = HOSTKEY_RSA, .bits = 1024};
	struct keeper_body other = {.key_type = HOSTKEY_TYPES};

	CHECK_EQ(status_of(KEEPER_GENERATE, rsa, span_of(NULL, 0)), STATUS_UNSUPPORTED);
	rsa.bits = 4097;
	CHECK_EQ(status_of(KEEPER_GENERATE, rsa, span_of(NULL, 0)), STATUS_UNSUPPORTED);
	CHECK_EQ(status_of(KEEPER_GENERATE, other, span_of(NULL, 0)), STATUS_UNSUPPORTED);
	CHECK_EQ(status_of(KEEPER_DESTROY, other, span_of(NULL, 0)), STATUS_UNSUPPORTED);
}

CHECK_MAIN()
