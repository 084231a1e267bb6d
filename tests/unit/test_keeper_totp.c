// Tests control/keeper/keeper_totp.c: one-time codes.
#include "control/keeper/keeper_file.h"
#include "control/keeper/keeper_totp.h"
#include "tests/unit/keeper_place.h"

#include <fcntl.h>

#define NOW 1700000010ull // 10 s into a step

// A user "bob" whose secret is known.
struct enrolled {
	struct keeper_totp totp;
	const char *place;
	uint8_t secret[TOTP_SECRET_BYTES];
};

static void secret_decode(const char *text, uint8_t secret[TOTP_SECRET_BYTES])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint64_t bits = 0;
	unsigned have = 0, at = 0;

	for (; *text != 0; text++) {
		bits = bits << 5 | (uint64_t)(strchr(letters, *text) - letters);
		have += 5;
		if (have >= 8)
			secret[at++] = (uint8_t)(bits >> (have -= 8));
	}
	CHECK_EQ(at, TOTP_SECRET_BYTES);
}

static struct enrolled *enrolled(void)
{
	struct enrolled *e = calloc(1, sizeof(*e));
	char text[TOTP_SECRET_TEXT];

	e->place = place_make();
	keeper_totp_init(&e->totp, open(e->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	CHECK_EQ(keeper_totp_set(&e->totp, span_text("bob"), text), STATUS_OK);
	CHECK_EQ(strlen(text), 32);
	secret_decode(text, e->secret);
	return e;
}

static void enrolled_free(struct enrolled *e)
{
	close(e->totp.dir);
	keeper_totp_fini(&e->totp);
	place_remove(e->place);
	free(e);
}

// Try the code of `code_at` when it is `now`.
static enum status try_at(struct enrolled *e, const char *user, uint64_t code_at, uint64_t now)
{
	char code[16];

	snprintf(code, sizeof(code), "%06u",
	         totp_code(span_of(e->secret, sizeof(e->secret)), code_at / TOTP_SECONDS, 6));
	return keeper_totp_check(&e->totp, span_text(user), span_text(code), now);
}

static enum status try_text(struct enrolled *e, const char *code)
{
	return keeper_totp_check(&e->totp, span_text("bob"), span_text(code), NOW);
}

TEST(the_vectors_of_rfc_6238_hold)
{
	struct span key = span_text("12345678901234567890");

	CHECK_EQ(totp_code(key, 59 / 30, 8), 94287082);
	CHECK_EQ(totp_code(key, 1111111109 / 30, 8), 7081804);
	CHECK_EQ(totp_code(key, 1111111111 / 30, 8), 14050471);
	CHECK_EQ(totp_code(key, 1234567890 / 30, 8), 89005924);
	CHECK_EQ(totp_code(key, 2000000000 / 30, 8), 69279037);
	CHECK_EQ(totp_code(key, 20000000000 / 30, 8), 65353130);
}

TEST(the_vectors_of_rfc_4226_hold)
{
	static const uint32_t codes[] = {755224, 287082, 359152, 969429, 338314,
	                                 254676, 287922, 162583, 399871, 520489};

	for (uint64_t i = 0; i < 10; i++)
		CHECK_EQ(totp_code(span_text("12345678901234567890"), i, 6), codes[i]);
}

TEST(the_code_of_now_is_taken)
{
	struct enrolled *e = enrolled();

	CHECK_EQ(try_at(e, "bob", NOW, NOW), STATUS_OK);
	enrolled_free(e);
}

TEST(a_code_is_taken_once)
{
	struct enrolled *e = enrolled();

	CHECK_EQ(try_at(e, "bob", NOW, NOW), STATUS_OK);
	CHECK_EQ(try_at(e, "bob", NOW, NOW + 5), STATUS_DENIED);
	CHECK_EQ(try_at(e, "bob", NOW + 30, NOW + 30), STATUS_OK);
	enrolled_free(e);
}

TEST(a_code_is_taken_once_across_restarts)
{
	struct enrolled *e = enrolled();
	int dir = e->totp.dir;

	CHECK_EQ(try_at(e, "bob", NOW, NOW), STATUS_OK);
	keeper_totp_fini(&e->totp);
	keeper_totp_init(&e->totp, dir);
	CHECK_EQ(try_at(e, "bob", NOW, NOW), STATUS_DENIED);
	enrolled_free(e);
}

TEST(no_code_older_than_one_that_was_taken_is_taken)
{
	struct enrolled *e = enrolled();

	CHECK_EQ(try_at(e, "bob", NOW, NOW), STATUS_OK);
	CHECK_EQ(try_at(e, "bob", NOW - 30, NOW), STATUS_DENIED);
	enrolled_free(e);
}

TEST(a_clock_may_drift_by_one_step_and_no_further)
{
	struct enrolled *e = enrolled();

	CHECK_EQ(try_at(e, "bob", NOW - 60, NOW), STATUS_DENIED);
	CHECK_EQ(try_at(e, "bob", NOW - 30, NOW), STATUS_OK);
	CHECK_EQ(try_at(e, "bob", NOW + 60, NOW), STATUS_DENIED);
	CHECK_EQ(try_at(e, "bob", NOW + 30, NOW), STATUS_OK);
	enrolled_free(e);
}

TEST(what_is_no_code_is_denied)
{
	struct enrolled *e = enrolled();

	CHECK_EQ(try_text(e, ""), STATUS_DENIED);
	CHECK_EQ(try_text(e, "12345"), STATUS_DENIED);
	CHECK_EQ(try_text(e, "1234567"), STATUS_DENIED);
	CHECK_EQ(try_text(e, "abcdef"), STATUS_DENIED);
	enrolled_free(e);
}

TEST(a_user_without_a_secret_is_denied)
{
	struct enrolled *e = enrolled();

	CHECK_EQ(try_at(e, "carol", NOW, NOW), STATUS_DENIED);
	enrolled_free(e);
}

TEST(a_secret_that_is_dropped_opens_nothing)
{
	struct enrolled *e = enrolled();

	CHECK_EQ(keeper_totp_drop(&e->totp, span_text("bob")), STATUS_OK);
	CHECK_EQ(try_at(e, "bob", NOW, NOW), STATUS_DENIED);
	CHECK_EQ(keeper_totp_drop(&e->totp, span_text("bob")), STATUS_NOT_FOUND);
	enrolled_free(e);
}

TEST(a_new_secret_replaces_the_old)
{
	struct enrolled *e = enrolled();
	char text[TOTP_SECRET_TEXT];

	CHECK_EQ(keeper_totp_set(&e->totp, span_text("bob"), text), STATUS_OK);
	CHECK_EQ(try_at(e, "bob", NOW, NOW), STATUS_DENIED);
	secret_decode(text, e->secret);
	CHECK_EQ(try_at(e, "bob", NOW, NOW), STATUS_OK);
	enrolled_free(e);
}

TEST(after_too_many_wrong_codes_none_is_looked_at_for_a_while)
{
	struct enrolled *e = enrolled();

	for (unsigned i = 0; i < TOTP_WRONG_MAX; i++)
		CHECK_EQ(try_text(e, "abcdef"), STATUS_DENIED);
	CHECK_EQ(try_at(e, "bob", NOW, NOW), STATUS_DENIED);
	CHECK_EQ(try_at(e, "bob", NOW + TOTP_WRONG_REST, NOW + TOTP_WRONG_REST), STATUS_OK);
	enrolled_free(e);
}

TEST(a_name_that_nobody_can_have_gets_no_secret)
{
	struct enrolled *e = enrolled();
	char text[TOTP_SECRET_TEXT];

	CHECK_EQ(keeper_totp_set(&e->totp, span_text(""), text), STATUS_MALFORMED);
	CHECK_EQ(keeper_totp_set(&e->totp, span_text("a\nb"), text), STATUS_MALFORMED);
	enrolled_free(e);
}

CHECK_MAIN()
