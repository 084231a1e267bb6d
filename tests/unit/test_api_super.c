// Roles as control sees them: super, and roles made of rules.
#include "tests/unit/api_asker.h"

static uint32_t change_by(struct bench *b)
{
	struct answer a =
	        ask_from(b, 0, b->h->dialogues[0].life, API_PUT, 0, port_record(2222));

	blob_fini(&a.payload);
	return a.head.status;
}

static uint32_t super_by(struct bench *b, const char *role, const char *password)
{
	struct answer a = ask_from(b, 0, b->h->dialogues[0].life, API_SUPER, 0,
	                           wire("ss", role, password));

	blob_fini(&a.payload);
	return a.head.status;
}

TEST(super_gives_one_dialogue_a_role_for_its_password)
{
	struct bench *b = shell_of_operator();

	CHECK_EQ(super_by(b, "network-admin", "secret"), STATUS_NOT_FOUND);
	CHECK_EQ(status_of(b, API_SET_SUPER, wire("ss", "network-admin", "x")), STATUS_OK);
	CHECK_EQ(super_by(b, "network-admin", "wrong"), STATUS_DENIED);
	CHECK_EQ(change_by(b), STATUS_DENIED);
	CHECK_EQ(super_by(b, "network-admin", "secret"), STATUS_OK);
	CHECK_EQ(change_by(b), STATUS_OK);
	bench_free(b);
}

TEST(the_password_of_the_lines_is_hashed_by_the_keeper)
{
	struct bench *b = bench_new();
	struct answer a;

	CHECK_EQ(status_of(b, API_SET_LINE_PASSWORD, wire("s", "")), STATUS_MALFORMED);
	CHECK_EQ(status_of(b, API_SET_LINE_PASSWORD, wire("s", "clear")), STATUS_OK);
	a = ask(b, API_GET, wire("bs", API_CLASS_VTY, ""));
	CHECK(memmem(a.payload.data, a.payload.len, "$y$new", 6) != NULL);
	blob_fini(&a.payload);
	bench_free(b);
}

TEST(super_knows_no_role_that_does_not_exist)
{
	struct bench *b = shell_of_operator();

	CHECK_EQ(super_by(b, "nobody", "secret"), STATUS_UNSUPPORTED);
	bench_free(b);
}

TEST(who_steps_down_needs_no_password_and_stays_down)
{
	struct bench *b = shell_of_operator();

	CHECK_EQ(status_of(b, API_SET_SUPER, wire("ss", "network-admin", "x")), STATUS_OK);
	CHECK_EQ(super_by(b, "network-admin", "secret"), STATUS_OK);
	CHECK_EQ(super_by(b, "network-operator", ""), STATUS_OK);
	CHECK_EQ(change_by(b), STATUS_DENIED);
	bench_free(b);
}

TEST(a_role_made_of_rules_may_call_everything_and_sees_no_hashes)
{
	struct api_record role = {.class = API_CLASS_ROLE, .key = span_text("r1")};
	struct bench *b = shell_of_operator();
	struct answer a;

	bench_put(b, &role);
	strcpy(b->h->sessions[b->h->dialogues[0].session].role, "r1");
	CHECK_EQ(change_by(b), STATUS_OK);
	a = ask_from(b, 0, b->h->dialogues[0].life, API_GET, 0,
	             wire("bs", API_CLASS_LOCAL_USER, "bob"));
	CHECK_EQ(a.head.status, STATUS_OK);
	CHECK(memmem(a.payload.data, a.payload.len, "$y$", 3) == NULL);
	blob_fini(&a.payload);
	bench_free(b);
}

CHECK_MAIN()
