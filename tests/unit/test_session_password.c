// Tests control/session/session_auth_password.c: changes of a password at login.
#include "tests/unit/control_client.h"

#define EVERYTHING "publickey,password,keyboard-interactive"
#define DELAY      (AUTH_DELAY_US + 2 * SHARD_TICK_US)

static struct bench *in_auth(void)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	return b;
}

// Old and new.
static void change(struct bench *b, const char *old, const char *new)
{
	client_message(b, 0,
	               wire("bsssbss", SSH_MSG_USERAUTH_REQUEST, "bob", "ssh-connection",
	                    "password", 1, old, new));
}

static const char *hash_of_bob(struct bench *b)
{
	static struct user u;

	users_find(&b->control.config, span_text("bob"), &u);
	return u.hash;
}

TEST(a_password_change_that_nobody_asked_for_is_refused)
{
	struct bench *b = in_auth();

	change(b, "secret", "new");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_TEXT(hash_of_bob(b), "$y$hash");
	bench_free(b);
}

static struct bench *with_expired(void)
{
	struct bench *b = in_auth();

	bench_local_flag(b, "bob", API_LOCAL_USER_EXPIRED);
	return b;
}

TEST(an_expired_password_must_be_changed)
{
	struct bench *b = with_expired();

	client_password(b, 0, "bob", "secret");
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_PASSWD_CHANGEREQ));
	CHECK_EQ(bench_state(b, 0), SESSION_EXPECT_AUTH);
	change(b, "secret", "fresh");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_TEXT(hash_of_bob(b), "$y$new");
	CHECK_EQ(COUNTED(b, auth_password_changed), 1);
	bench_free(b);
}

TEST(an_expired_password_that_is_wrong_is_refused_as_any)
{
	struct bench *b = with_expired();

	client_password(b, 0, "bob", "wrong");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	change(b, "wrong", "fresh");
	bench_wait(b, DELAY);
	CHECK(refused_with(b, EVERYTHING, false));
	CHECK_TEXT(hash_of_bob(b), "$y$hash");
	CHECK_EQ(bench_session(b, 0)->failures, 2);
	bench_free(b);
}

TEST(the_new_password_must_differ_from_the_old)
{
	struct bench *b = with_expired();

	change(b, "secret", "secret");
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_PASSWD_CHANGEREQ));
	CHECK_TEXT(hash_of_bob(b), "$y$hash");
	bench_free(b);
}

TEST(the_new_password_must_satisfy_the_rules)
{
	struct api_record r = {.class = API_CLASS_PASSWORD_CONTROL};
	struct bench *b = with_expired();

	r.values[r.count++] = (struct api_value){API_PASSWORD_CONTROL_ENABLE, 1, {0}};
	bench_put(b, &r);
	change(b, "secret", "short");
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_PASSWD_CHANGEREQ));
	CHECK_TEXT(hash_of_bob(b), "$y$hash");
	change(b, "secret", "long enough");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_change_whose_session_is_gone_changes_nothing)
{
	struct bench *b = with_expired();

	client_password(b, 0, "bob", "secret");
	b->keeper_mute = true;
	change(b, "secret", "fresh");
	b->keeper_mute = false;
	bench_keeper_turn(b); // the old one is right; the new one is still to be hashed
	b->keeper_mute = true;
	bench_turn(b);
	client_gone(b, 0);
	b->keeper_mute = false;
	bench_turn(b);
	CHECK_TEXT(hash_of_bob(b), "$y$hash");
	bench_free(b);
}

CHECK_MAIN()
