// Too many failures before, or too many sessions: who is kept out although his password is right.
#include "tests/unit/control_client.h"

#define DELAY 40000

static void control_on(struct bench *b)
{
	struct api_record r = {.class = API_CLASS_PASSWORD_CONTROL, .count = 2};

	r.values[0] = (struct api_value){.field = API_PASSWORD_CONTROL_ENABLE, .number = 1};
	r.values[1] = (struct api_value){.field = API_PASSWORD_CONTROL_TRIES, .number = 2};
	bench_put(b, &r);
}

static struct bench *in_auth(void)
{
	struct bench *b = bench_new();

	bench_local_user(b, "bob", "$y$right");
	client_in_auth(b, 0);
	return b;
}

static void fail_twice(struct bench *b)
{
	for (int i = 0; i < 2; i++) {
		client_password(b, 0, "bob", "wrong");
		bench_wait(b, DELAY);
	}
}

TEST(who_is_locked_out_does_not_get_in_by_the_right_password)
{
	struct bench *b = in_auth();

	control_on(b);
	fail_twice(b);
	client_password(b, 0, "bob", "secret");
	CHECK_EQ(COUNTED(b, logins), 0);
	CHECK_EQ(COUNTED(b, auth_locked), 1);
	bench_free(b);
}

TEST(a_check_is_made_for_show_all_the_same)
{
	struct bench *b = in_auth();

	control_on(b);
	fail_twice(b);
	client_password(b, 0, "bob", "secret");
	CHECK_EQ(b->passwords, 3);
	bench_free(b);
}

TEST(without_password_control_nobody_is_locked_out)
{
	struct bench *b = in_auth();

	fail_twice(b);
	client_password(b, 0, "bob", "secret");
	CHECK_EQ(COUNTED(b, logins), 1);
	bench_free(b);
}

static void access_limit(struct bench *b, uint32_t limit)
{
	struct api_record r = {
	        .class = API_CLASS_LOCAL_USER, .key = span_text("bob"), .count = 1};

	r.values[0] = (struct api_value){.field = API_LOCAL_USER_ACCESS_LIMIT, .number = limit};
	bench_put(b, &r);
}

TEST(a_session_beyond_the_access_limit_is_told_so)
{
	struct bench *b = in_auth();

	access_limit(b, 1);
	client_password(b, 0, "bob", "secret");
	client_in_auth(b, 1);
	client_password(b, 1, "bob", "secret");
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	CHECK_EQ(client_told(b, 1), SSH_DISCONNECT_TOO_MANY);
	CHECK_EQ(COUNTED(b, auth_access_limit), 1);
	bench_free(b);
}

TEST(a_session_that_ends_makes_room_for_another)
{
	struct bench *b = in_auth();

	access_limit(b, 1);
	client_password(b, 0, "bob", "secret");
	client_gone(b, 0);
	client_in_auth(b, 1);
	client_password(b, 1, "bob", "secret");
	CHECK_EQ(bench_state(b, 1), SESSION_OPEN);
	bench_free(b);
}

TEST(a_password_expires_by_its_age)
{
	struct bench *b = in_auth();
	struct api_record r = {
	        .class = API_CLASS_LOCAL_USER, .key = span_text("bob"), .count = 1};
	struct user u;

	r.values[0] = (struct api_value){.field = API_LOCAL_USER_CHANGED, .number = 1700000000};
	bench_put(b, &r);
	users_find(&b->control.config, span_text("bob"), &u);
	CHECK(!u.expired);
	control_on(b);
	users_find(&b->control.config, span_text("bob"), &u);
	CHECK(u.expired);
	bench_free(b);
}

CHECK_MAIN()
