// Password hashes: what matches, what is refused before any hashing, what costs the same.
#include "control/keeper/keeper_password.h"
#include "dataplane/link/keeper_msg.h"
#include "tests/unit/check.h"

#include <time.h>

static char dummy[KEEPER_HASH_TEXT];

static const char *hash_of(const char *password)
{
	static char hash[KEEPER_HASH_TEXT];

	CHECK_EQ(keeper_password_hash(span_text(password), hash), STATUS_OK);
	if (dummy[0] == 0)
		CHECK_EQ(keeper_password_hash(span_text("nobody"), dummy), STATUS_OK);
	return hash;
}

static enum status check(const char *hash, const char *password)
{
	return keeper_password_check(span_text(hash), span_text(password), dummy);
}

TEST(a_hash_is_yescrypt_and_matches_its_password_only)
{
	const char *hash = hash_of("secret");

	CHECK(strncmp(hash, "$y$j9T$", 7) == 0);
	CHECK_EQ(check(hash, "secret"), STATUS_OK);
	CHECK_EQ(check(hash, "Secret"), STATUS_DENIED);
	CHECK_EQ(check(hash, ""), STATUS_DENIED);
}

TEST(a_hash_made_elsewhere_is_accepted)
{
	hash_of("x");
	CHECK_EQ(check("$y$j75$8/eESi3s/"
	               "wRZ3frFyrSDt.$lEYneex4LnhiaAIYhdzVccXyK3etuPF8IKwgsrXDCmD",
	               "hello"),
	         STATUS_OK);
}

TEST(an_unknown_user_is_denied_even_with_the_password_of_the_dummy)
{
	hash_of("x");
	CHECK_EQ(check("", "nobody"), STATUS_DENIED);
}

TEST(an_unaffordable_or_malformed_hash_is_denied)
{
	hash_of("x");
	CHECK_EQ(check("$y$jFT$xriaizYQWmt7pfEUN3rhG.$", "x"), STATUS_DENIED);
	CHECK_EQ(check("$6$rounds=999999999$abcdefgh$", "x"), STATUS_DENIED);
	CHECK_EQ(check("$y$j", "x"), STATUS_DENIED);
	CHECK_EQ(check("$y$j9T$\n", "x"), STATUS_DENIED);
	CHECK_EQ(check("plain", "plain"), STATUS_DENIED);
}

TEST(a_password_of_1024_bytes_is_kept_whole)
{
	char password[KEEPER_PASSWORD_MAX + 2], hash[KEEPER_HASH_TEXT];

	memset(password, 'p', sizeof(password));
	password[KEEPER_PASSWORD_MAX] = 0;
	strcpy(hash, hash_of(password));
	CHECK_EQ(check(hash, password), STATUS_OK);
	password[KEEPER_PASSWORD_MAX - 1] = 'q';
	CHECK_EQ(check(hash, password), STATUS_DENIED);
}

TEST(a_password_that_is_too_long_is_refused_before_hashing)
{
	char password[KEEPER_PASSWORD_MAX + 1], hash[KEEPER_HASH_TEXT];
	struct span p = span_of(password, sizeof(password));
	clock_t start = clock();

	memset(password, 'p', sizeof(password));
	CHECK_EQ(keeper_password_check(span_text(""), p, dummy), STATUS_TOO_LONG);
	CHECK_EQ(keeper_password_hash(p, hash), STATUS_TOO_LONG);
	CHECK(clock() - start < CLOCKS_PER_SEC / 200);
}

TEST(a_password_with_a_nul_is_never_accepted)
{
	const char *hash = hash_of("ab");
	char other[KEEPER_HASH_TEXT];

	CHECK_EQ(keeper_password_check(span_text(hash), span_of("ab\0c", 4), dummy),
	         STATUS_DENIED);
	CHECK_EQ(keeper_password_hash(span_of("ab\0c", 4), other), STATUS_MALFORMED);
}

TEST(a_random_password_has_its_length_and_no_ambiguous_letter)
{
	char text[21];

	keeper_password_random(text, 20);
	CHECK_EQ(strlen(text), 20);
	CHECK(strpbrk(text, "lI10Oo") == NULL);
}

CHECK_MAIN()
