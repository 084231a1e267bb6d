// Tests control/config/config_store.c and what config.c makes of it.
#include "tests/unit/check.h"
#include "control/config/config.h"

static struct api_record user(const char *name)
{
	return (struct api_record){.class = API_CLASS_LOCAL_USER, .key = span_text(name)};
}

static struct api_record user_services(const char *name, uint32_t services)
{
	struct api_record r = user(name);

	r.values[r.count++] =
	        (struct api_value){.field = API_LOCAL_USER_SERVICES, .number = services};
	return r;
}

static struct api_record user_hash(const char *name, const char *hash)
{
	struct api_record r = user(name);

	r.values[r.count++] =
	        (struct api_value){.field = API_LOCAL_USER_HASH, .text = span_text(hash)};
	return r;
}

static const struct setting *find(struct settings *s, const char *name)
{
	return settings_find(s, API_CLASS_LOCAL_USER, span_text(name));
}

TEST(singletons_are_there_with_their_defaults)
{
	struct settings *s = settings_new();
	const struct setting *r = settings_find(s, API_CLASS_SSH_SERVER, span_of(NULL, 0));

	CHECK_EQ(setting_number(r, API_SSH_SERVER_PORT), 22);
	CHECK_EQ(setting_number(r, API_SSH_SERVER_RETRIES), 3);
	CHECK_EQ(setting_number(r, API_SSH_SERVER_ENABLE), 0);
	settings_free(s);
}

TEST(a_new_record_gets_defaults_for_what_was_not_named)
{
	struct settings *s = settings_new();
	struct api_record r = user_services("bob", 1);

	CHECK_EQ(settings_put(s, &r), STATUS_OK);
	CHECK_EQ(setting_number(find(s, "bob"), API_LOCAL_USER_SERVICES), 1);
	CHECK(span_is(setting_text(find(s, "bob"), API_LOCAL_USER_ROLE), "network-operator"));
	settings_free(s);
}

TEST(a_change_keeps_what_it_does_not_name)
{
	struct settings *s = settings_new();
	struct api_record services = user_services("bob", 1), hash = user_hash("bob", "$y$x");

	CHECK_EQ(settings_put(s, &services), STATUS_OK);
	CHECK_EQ(settings_put(s, &hash), STATUS_OK);
	CHECK_EQ(settings_count(s, API_CLASS_LOCAL_USER), 1);
	CHECK_EQ(setting_number(find(s, "bob"), API_LOCAL_USER_SERVICES), 1);
	CHECK(span_is(setting_text(find(s, "bob"), API_LOCAL_USER_HASH), "$y$x"));
	settings_free(s);
}

TEST(records_stand_by_key_order)
{
	struct settings *s = settings_new();
	struct api_record c = user("carol"), a = user("al"), b = user("alice");

	CHECK_EQ(settings_put(s, &c), STATUS_OK);
	CHECK_EQ(settings_put(s, &b), STATUS_OK);
	CHECK_EQ(settings_put(s, &a), STATUS_OK);
	CHECK(span_is(setting_key(settings_at(s, API_CLASS_LOCAL_USER, 0)), "al"));
	CHECK(span_is(setting_key(settings_at(s, API_CLASS_LOCAL_USER, 1)), "alice"));
	CHECK(span_is(setting_key(settings_at(s, API_CLASS_LOCAL_USER, 2)), "carol"));
	CHECK_EQ(settings_after(s, API_CLASS_LOCAL_USER, span_text("alice")), 2);
	CHECK_EQ(settings_after(s, API_CLASS_LOCAL_USER, span_text("b")), 2);
	settings_free(s);
}

TEST(a_deleted_record_is_gone_and_a_deleted_singleton_is_as_new)
{
	struct settings *s = settings_new();
	struct api_record port = {.class = API_CLASS_SSH_SERVER, .count = 1}, bob = user("bob");
	struct span none = span_of(NULL, 0);

	port.values[0] = (struct api_value){.field = API_SSH_SERVER_PORT, .number = 2222};
	CHECK_EQ(settings_put(s, &port), STATUS_OK);
	CHECK_EQ(settings_put(s, &bob), STATUS_OK);
	CHECK_EQ(settings_delete(s, API_CLASS_LOCAL_USER, span_text("bob")), STATUS_OK);
	CHECK_EQ(settings_delete(s, API_CLASS_LOCAL_USER, span_text("bob")), STATUS_NOT_FOUND);
	CHECK_EQ(settings_delete(s, API_CLASS_SSH_SERVER, none), STATUS_OK);
	CHECK_EQ(setting_number(settings_find(s, API_CLASS_SSH_SERVER, none),
	                        API_SSH_SERVER_PORT),
	         22);
	CHECK_EQ(settings_delete(s, 99, none), STATUS_MALFORMED);
	settings_free(s);
}

TEST(a_full_class_takes_no_more)
{
	struct settings *s = settings_new();
	enum status status = STATUS_OK;
	unsigned taken = 0;
	char name[16];

	while (taken <= 1024) {
		struct api_record r = {.class = API_CLASS_SSH_USER};

		snprintf(name, sizeof(name), "u%u", taken);
		r.key = span_text(name);
		status = settings_put(s, &r);
		if (status != STATUS_OK)
			break;
		taken++;
	}
	CHECK_EQ(status, STATUS_TOO_MANY);
	CHECK_EQ(taken, 1024);
	settings_free(s);
}

TEST(a_clone_does_not_see_later_changes)
{
	struct settings *s = settings_new(), *clone;
	struct api_record one = user_services("bob", 1), two = user_services("bob", 2);

	CHECK_EQ(settings_put(s, &one), STATUS_OK);
	clone = settings_clone(s);
	CHECK_EQ(settings_put(s, &two), STATUS_OK);
	CHECK_EQ(setting_number(find(clone, "bob"), API_LOCAL_USER_SERVICES), 1);
	CHECK_EQ(setting_number(find(s, "bob"), API_LOCAL_USER_SERVICES), 2);
	settings_free(s);
	CHECK_EQ(setting_number(find(clone, "bob"), API_LOCAL_USER_SERVICES), 1);
	settings_free(clone);
}

TEST(the_second_of_two_transactions_conflicts)
{
	struct api_record bob = user("bob");
	struct settings *first, *second;
	uint64_t at_first, at_second, now;
	struct config c = {0};

	config_init(&c);
	first = config_draft(&c, &at_first);
	second = config_draft(&c, &at_second);
	CHECK_EQ(settings_put(first, &bob), STATUS_OK);
	CHECK_EQ(config_commit(&c, first, at_first, &now), STATUS_OK);
	CHECK_EQ(now, at_first + 1);
	CHECK_EQ(config_commit(&c, second, at_second, &now), STATUS_CONFLICT);
	CHECK(settings_find(config_hold(&c), API_CLASS_LOCAL_USER, span_text("bob")) != NULL);
	config_give(&c);
	config_fini(&c);
}

TEST(a_change_reaches_the_quick_copies)
{
	struct api_record port = {.class = API_CLASS_SSH_SERVER, .count = 1};
	struct config c = {0};

	config_init(&c);
	port.values[0] = (struct api_value){.field = API_SSH_SERVER_PORT, .number = 2222};
	CHECK_EQ(config_put(&c, &port), STATUS_OK);
	CHECK_EQ(atomic_load(&c.port), 2222);
	CHECK_EQ(config_revision(&c), 2);
	config_fini(&c);
}

TEST(a_hash_is_shown_only_as_a_secret)
{
	struct settings *s = settings_new();
	struct api_record hash = user_hash("bob", "$y$x"), out;
	uint8_t bytes[512];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct cursor c;

	CHECK_EQ(settings_put(s, &hash), STATUS_OK);
	setting_emit(&b, find(s, "bob"), false);
	c = cursor_over(builder_span(&b));
	CHECK_EQ(api_record_parse(&c, &out), STATUS_OK);
	CHECK_EQ(out.count, 13);
	CHECK_EQ(api_record_find(&out, API_LOCAL_USER_HASH)->text.len, 0);
	settings_free(s);
}

CHECK_MAIN()
