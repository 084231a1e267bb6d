// Tests control/users/users_line.c: who may have a line, and with which role.
#include "tests/unit/user_key.h"

static void line_set(struct bench *b, uint8_t field, uint32_t number, const char *text)
{
	struct api_record r = {.class = API_CLASS_VTY, .count = 1};

	r.values[0] = (struct api_value){field, number, span_text(text)};
	bench_put(b, &r);
}

static struct bench *logged_in(void)
{
	struct bench *b = bench_new();

	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	client_channel(b, 7, 1000);
	bench_queue_clear(&b->down);
	return b;
}

static bool shell_is_refused(struct bench *b)
{
	client_request(b, 0, "shell", wire(""));
	return client_got(b, 0, SSH_MSG_CHANNEL_FAILURE) &&
	       cli_gets(b, DIALOGUE_OPEN).cell.kind != DIALOGUE_OPEN;
}

static void rule_set(struct bench *b, uint32_t rule, bool permit, const char *source)
{
	char key[24];
	struct api_record r = {.class = API_CLASS_ACL};

	r.key = span_of(key, api_acl_key(key, sizeof(key), false, 2001, rule));
	if (rule != API_ACL_NO_RULE) {
		r.values[r.count++] = (struct api_value){API_ACL_PERMIT, permit, {0}};
		r.values[r.count++] = (struct api_value){API_ACL_SOURCE, 0, span_text(source)};
	}
	bench_put(b, &r);
}

static enum line_verdict verdict_of(struct bench *b, const char *address)
{
	struct ip_addr from = {0};

	CHECK(ip_from_text(span_text(address), &from));
	return users_line(&b->control.config, from.bytes, 40000, 22);
}

TEST(without_scheme_a_shell_is_refused)
{
	struct bench *b = logged_in();

	line_set(b, API_VTY_MODE, API_LINE_PASSWORD, "");
	CHECK(shell_is_refused(b));
	CHECK_EQ(COUNTED(b, lines_refused), 1);
	bench_free(b);
}

TEST(lines_for_telnet_take_no_shell)
{
	struct bench *b = logged_in();

	line_set(b, API_VTY_INBOUND, API_INBOUND_TELNET, "");
	CHECK(shell_is_refused(b));
	bench_free(b);
}

TEST(lines_for_ssh_take_a_shell)
{
	struct bench *b = logged_in();

	line_set(b, API_VTY_INBOUND, API_INBOUND_SSH, "");
	CHECK(!shell_is_refused(b));
	bench_free(b);
}

TEST(a_list_of_the_lines_decides_by_the_address)
{
	struct bench *b = bench_new();

	line_set(b, API_VTY_ACL, 2001, "");
	CHECK_EQ(verdict_of(b, "192.0.2.1"), LINE_LIST);
	rule_set(b, API_ACL_NO_RULE, false, "");
	rule_set(b, 0, false, "192.0.2.9 0.0.0.0");
	rule_set(b, 5, true, "192.0.2.0 0.0.0.255");
	CHECK_EQ(verdict_of(b, "192.0.2.1"), LINE_ADMITS);
	CHECK_EQ(verdict_of(b, "192.0.2.9"), LINE_LIST);
	CHECK_EQ(verdict_of(b, "198.51.100.1"), LINE_LIST);
	CHECK_EQ(verdict_of(b, "2001:db8::1"), LINE_ADMITS);
	bench_free(b);
}

TEST(a_list_of_ipv6_leaves_ipv4_alone)
{
	struct bench *b = bench_new();

	line_set(b, API_VTY_ACL6, 2001, "");
	CHECK_EQ(verdict_of(b, "2001:db8::1"), LINE_LIST);
	CHECK_EQ(verdict_of(b, "192.0.2.1"), LINE_ADMITS);
	bench_free(b);
}

TEST(an_ssh_user_who_is_no_local_user_has_the_role_of_the_line)
{
	struct bench *b = bench_new();
	struct user u;

	bench_ssh_user(b, "eve", API_METHOD_PUBLICKEY, "k");
	users_find(&b->control.config, span_text("eve"), &u);
	CHECK(!user_may_publickey(&u));
	line_set(b, API_VTY_ROLE, 0, "network-operator");
	users_find(&b->control.config, span_text("eve"), &u);
	CHECK(user_may_publickey(&u));
	CHECK(!user_may_password(&u));
	CHECK_TEXT(u.role, "network-operator");
	users_find(&b->control.config, span_text("mallory"), &u);
	CHECK(!u.known);
	bench_free(b);
}

// --- from where a user may come ----------------------------------------------------------------

static void bound_to(struct bench *b, const char *address)
{
	struct api_record r = {
	        .class = API_CLASS_LOCAL_USER, .key = span_text("bob"), .count = 1};

	r.values[0] = (struct api_value){API_LOCAL_USER_BOUND, 0, span_text(address)};
	bench_put(b, &r);
}

TEST(a_user_bound_to_another_address_is_refused)
{
	struct bench *b = bench_new();

	bound_to(b, "198.51.100.7");
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	bench_wait(b, 3000000);
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_FAILURE));
	CHECK(!(bench_session(b, 0)->flags & SESSION_LOGGED_IN));
	bench_free(b);
}

TEST(a_user_bound_to_its_address_is_admitted)
{
	struct bench *b = bench_new();

	bound_to(b, "192.0.0.9"); // whence clients of slot 0 come
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	CHECK(client_got(b, 0, SSH_MSG_USERAUTH_SUCCESS));
	bench_free(b);
}

CHECK_MAIN()
