// Tests control/session/session_admit.c: who may begin.
#include "control/session/session_admit.h"
#include "control/users/penalties.h"
#include "tests/unit/control_client.h"

#define DELAY (AUTH_DELAY_US + 2 * SHARD_TICK_US)

// --- logins under way ----------------------------------------------------------------------------

static const struct admit_startups limits = {.start = 10, .rate = 30, .full = 110};

static unsigned percent_dropped(uint32_t under_way)
{
	unsigned dropped = 0;

	for (uint32_t lot = 0; lot < 100; lot++)
		dropped += admit_drops(under_way, &limits, lot);
	return dropped;
}

TEST(below_the_start_none_is_dropped)
{
	CHECK_EQ(percent_dropped(0), 0);
	CHECK_EQ(percent_dropped(9), 0);
}

TEST(from_the_start_on_a_growing_share_is_dropped)
{
	CHECK_EQ(percent_dropped(10), 30);
	CHECK_EQ(percent_dropped(60), 65);
	CHECK_EQ(percent_dropped(109), 99);
}

TEST(when_full_all_are_dropped)
{
	CHECK_EQ(percent_dropped(110), 100);
	CHECK_EQ(percent_dropped(100000), 100);
}

TEST(start_and_full_may_be_the_same)
{
	static const struct admit_startups one = {.start = 5, .rate = 30, .full = 5};

	CHECK(!admit_drops(4, &one, 0));
	CHECK(admit_drops(5, &one, 99));
}

static void guard(struct bench *b, enum api_field field, uint32_t number)
{
	struct api_record r = {.class = API_CLASS_SSH_GUARD, .count = 1};

	r.values[0] = (struct api_value){(uint8_t)field, number, {0}};
	bench_put(b, &r);
}

TEST(with_too_many_logins_under_way_the_next_is_told_so)
{
	struct bench *b = bench_new();

	guard(b, API_SSH_GUARD_START, 2);
	guard(b, API_SSH_GUARD_FULL, 2);
	client_in_auth(b, 0);
	client_in_auth(b, 1);
	client_connects(b, 2);
	CHECK_EQ(client_told(b, 2), SSH_DISCONNECT_TOO_MANY);
	CHECK_EQ(COUNTED(b, logins_limited), 1);
	bench_free(b);
}

// --- penalties -----------------------------------------------------------------------------------

// A login of that slot that fails and goes.
static void fail(struct bench *b, uint32_t slot)
{
	client_in_auth(b, slot);
	client_password(b, slot, "bob", "wrong");
	bench_wait(b, DELAY);
	client_gone(b, slot);
	client_forgets(b);
}

static struct bench *after_failures(unsigned count)
{
	struct bench *b = bench_new();

	guard(b, API_SSH_GUARD_FAILURE_MS, 5000);
	guard(b, API_SSH_GUARD_LEAST_SECONDS, 14);
	for (unsigned i = 0; i < count; i++)
		fail(b, i);
	return b;
}

TEST(a_source_whose_logins_fail_is_refused_and_told_how_long)
{
	struct bench *b = after_failures(3);
	struct blob m;

	client_connects(b, 5);
	m = client_gets(b, 5, SSH_MSG_DISCONNECT);
	CHECK_EQ(m.data[4], SSH_DISCONNECT_TOO_MANY);
	CHECK(memmem(m.data, m.len, "try again in 15 s.", 18) != NULL);
	CHECK_EQ(COUNTED(b, penalties_refused), 1);
	blob_fini(&m);
	bench_free(b);
}

TEST(it_is_let_in_when_nothing_is_owed)
{
	struct bench *b = after_failures(3);

	bench_wait(b, 15000000);
	client_in_auth(b, 5);
	CHECK_EQ(bench_state(b, 5), SESSION_EXPECT_AUTH);
	bench_free(b);
}

TEST(open_sessions_of_that_source_are_left_alone)
{
	struct bench *b = bench_open();

	guard(b, API_SSH_GUARD_FAILURE_MS, 60000);
	fail(b, 1);
	client_connects(b, 2);
	CHECK_EQ(client_told(b, 2), SSH_DISCONNECT_TOO_MANY);
	CHECK_EQ(bench_state(b, 0), SESSION_OPEN);
	bench_free(b);
}

TEST(a_login_after_a_mistake_costs_nothing)
{
	struct bench *b = after_failures(0);

	for (unsigned i = 0; i < 10; i++) {
		client_in_auth(b, i);
		client_password(b, i, "bob", "wrong");
		bench_wait(b, DELAY);
		client_password(b, i, "bob", "secret");
		client_gone(b, i);
	}
	CHECK_EQ(COUNTED(b, penalties_added), 0);
	bench_free(b);
}

TEST(a_connection_without_an_attempt_costs_nothing)
{
	struct bench *b = after_failures(0);

	for (unsigned i = 0; i < 10; i++) {
		client_in_auth(b, i);
		client_gone(b, i);
	}
	CHECK_EQ(COUNTED(b, penalties_added), 0);
	bench_free(b);
}

TEST(an_exempt_network_may_fail)
{
	struct api_record r = {.class = API_CLASS_SSH_GUARD, .count = 1};
	struct bench *b = after_failures(0);

	r.values[0] = (struct api_value){API_SSH_GUARD_EXEMPT, 0,
	                                 span_text("2001:db8::/32,192.0.2.0/24,192.0.0.0/8")};
	bench_put(b, &r);
	for (unsigned i = 0; i < 4; i++)
		fail(b, i);
	CHECK_EQ(COUNTED(b, penalties_added), 0);
	client_in_auth(b, 5);
	CHECK_EQ(bench_state(b, 5), SESSION_EXPECT_AUTH);
	bench_free(b);
}

TEST(penalties_can_be_off)
{
	struct bench *b = after_failures(3);

	guard(b, API_SSH_GUARD_PENALTY, 0);
	client_in_auth(b, 5);
	CHECK_EQ(bench_state(b, 5), SESSION_EXPECT_AUTH);
	bench_free(b);
}

TEST(by_default_a_handful_of_failures_is_forgiven)
{
	struct bench *b = bench_new();

	for (unsigned i = 0; i < 20; i++)
		fail(b, i);
	client_in_auth(b, 30);
	CHECK_EQ(bench_state(b, 30), SESSION_EXPECT_AUTH);
	bench_free(b);
}

CHECK_MAIN()
