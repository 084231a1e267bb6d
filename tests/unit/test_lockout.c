// Failed logins are counted by user and address, and lead to what is configured; sessions are
// counted by user.
#include "control/users/lockout.h"
#include "control/users/user_sessions.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>

static const uint8_t here[16] = {1}, there[16] = {2};
static const struct lockout_rule for_a_minute = {2, LOCKOUT_LOCK_TIME, 1};

static struct lockout *lockout_new(void)
{
	struct lockout *l = calloc(1, sizeof(*l));

	lockout_init(l);
	return l;
}

static void lockout_free(struct lockout *l)
{
	lockout_fini(l);
	free(l);
}

static bool failed(struct lockout *l, const char *user, uint64_t now)
{
	return lockout_failed(l, &for_a_minute, span_text(user), here, now);
}

static bool locked(struct lockout *l, const char *user, uint64_t now)
{
	return lockout_is_locked(l, span_text(user), here, now);
}

TEST(too_many_failures_lock_for_a_time)
{
	struct lockout *l = lockout_new();

	CHECK(!failed(l, "bob", 100));
	CHECK(!locked(l, "bob", 100));
	CHECK(failed(l, "bob", 101));
	CHECK(locked(l, "bob", 160));
	CHECK(!locked(l, "bob", 161));
	lockout_free(l);
}

TEST(after_the_time_the_count_begins_anew)
{
	struct lockout *l = lockout_new();

	failed(l, "bob", 100);
	failed(l, "bob", 100);
	CHECK(!failed(l, "bob", 200));
	CHECK(!locked(l, "bob", 200));
	lockout_free(l);
}

TEST(another_address_or_user_is_not_locked)
{
	struct lockout *l = lockout_new();

	failed(l, "bob", 100);
	failed(l, "bob", 100);
	CHECK(!lockout_is_locked(l, span_text("bob"), there, 100));
	CHECK(!locked(l, "eve", 100));
	lockout_free(l);
}

TEST(a_lock_without_a_time_lasts_until_it_is_reset)
{
	static const struct lockout_rule forever = {2, LOCKOUT_LOCK, 1};
	struct lockout *l = lockout_new();

	lockout_failed(l, &forever, span_text("bob"), here, 1);
	lockout_failed(l, &forever, span_text("bob"), here, 1);
	CHECK(locked(l, "bob", 1u << 31));
	CHECK_EQ(lockout_reset(l, span_text("eve")), 0);
	CHECK_EQ(lockout_reset(l, span_text("bob")), 1);
	CHECK(!locked(l, "bob", 2));
	lockout_free(l);
}

TEST(who_is_only_counted_is_never_locked)
{
	static const struct lockout_rule counted = {2, LOCKOUT_UNLOCK, 1};
	struct lockout *l = lockout_new();
	struct lockout_entry e;
	uint32_t at = 0;

	for (int i = 0; i < 5; i++)
		CHECK(!lockout_failed(l, &counted, span_text("bob"), here, 1));
	CHECK(lockout_next(l, &at, 1, &e));
	CHECK_EQ(e.failures, 5);
	CHECK(!e.locked);
	lockout_free(l);
}

TEST(a_login_forgets_the_failures_before_it)
{
	struct lockout *l = lockout_new();

	failed(l, "bob", 1);
	lockout_passed(l, span_text("bob"), here);
	CHECK(!failed(l, "bob", 1));
	lockout_free(l);
}

TEST(without_a_rule_nobody_is_counted)
{
	static const struct lockout_rule none = {0};
	struct lockout *l = lockout_new();
	struct lockout_entry e;
	uint32_t at = 0;

	CHECK(!lockout_failed(l, &none, span_text("bob"), here, 1));
	CHECK(!lockout_next(l, &at, 1, &e));
	lockout_free(l);
}

TEST(a_full_table_forgets_who_failed_longest_ago)
{
	struct lockout *l = lockout_new();
	char name[16];

	failed(l, "first", 1);
	failed(l, "first", 1);
	for (uint32_t i = 0; i < LOCKOUT_ENTRIES; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		failed(l, name, 2);
	}
	CHECK(!locked(l, "first", 2));
	CHECK(failed(l, "user1023", 3));
	lockout_free(l);
}

// --- sessions ----------------------------------------------------------------------------------

TEST(a_user_has_at_most_as_many_sessions_as_his_limit)
{
	struct user_sessions t = {0};

	user_sessions_init(&t);
	CHECK(user_sessions_enter(&t, span_text("bob"), 2));
	CHECK(user_sessions_enter(&t, span_text("bob@system"), 2));
	CHECK(!user_sessions_enter(&t, span_text("bob"), 2));
	CHECK_EQ(user_sessions_count(&t, span_text("bob")), 2);
	user_sessions_leave(&t, span_text("bob@system"));
	CHECK(user_sessions_enter(&t, span_text("bob"), 2));
	user_sessions_fini(&t);
}

TEST(who_has_no_session_takes_no_room)
{
	struct user_sessions t = {0};
	char user[USER_SESSIONS_NAME];
	uint32_t sessions;

	user_sessions_init(&t);
	for (int i = 0; i < 100; i++) {
		CHECK(user_sessions_enter(&t, span_text("bob"), 1));
		user_sessions_leave(&t, span_text("bob"));
	}
	CHECK(!user_sessions_at(&t, 0, user, &sessions));
	user_sessions_fini(&t);
}

CHECK_MAIN()
