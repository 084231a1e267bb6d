// crypto/kex/kex_group.c: which group is chosen, and an exchange in it.
#include "crypto/kex/kex_group.h"

#include "crypto/core/digest.h"
#include "crypto/wire/numbers.h"
#include "tests/unit/check.h"

static const struct kex *method(void)
{
	return kex_find_in(span_text(kex_names_optional),
	                   span_text("diffie-hellman-group-exchange-sha256"));
}

static enum status choose(uint32_t min, uint32_t wanted, uint32_t max, struct kex_group *out)
{
	uint8_t body[12];
	struct builder b = builder_over(body, sizeof(body));

	builder_u32(&b, min);
	builder_u32(&b, wanted);
	builder_u32(&b, max);
	return kex_group_choose(builder_span(&b), out);
}

static uint32_t chosen(uint32_t min, uint32_t wanted, uint32_t max)
{
	struct kex_group group;

	CHECK_EQ(choose(min, wanted, max, &group), STATUS_OK);
	return group.bits;
}

TEST(the_smallest_group_large_enough_is_chosen)
{
	CHECK_EQ(chosen(2048, 3072, 8192), 3072);
	CHECK_EQ(chosen(2048, 3073, 8192), 4096);
	CHECK_EQ(chosen(1024, 1024, 8192), 2048);
	CHECK_EQ(chosen(2048, 8192, 8192), 8192);
}

TEST(the_largest_allowed_is_chosen_when_none_is_large_enough)
{
	CHECK_EQ(chosen(2048, 5000, 5000), 4096);
	CHECK_EQ(chosen(2048, 16384, 65536), 8192);
}

TEST(bounds_without_a_group_have_nothing_in_common)
{
	struct kex_group group;

	CHECK_EQ(choose(1024, 1024, 2047, &group), STATUS_NO_COMMON);
	CHECK_EQ(choose(8193, 8193, 16384, &group), STATUS_NO_COMMON);
	CHECK_EQ(choose(5000, 5000, 6000, &group), STATUS_NO_COMMON);
}

TEST(bounds_in_the_wrong_order_are_malformed)
{
	struct kex_group group;

	CHECK_EQ(choose(4096, 2048, 8192, &group), STATUS_MALFORMED);
	CHECK_EQ(choose(2048, 8192, 4096, &group), STATUS_MALFORMED);
}

TEST(a_request_cut_short_or_too_long_is_refused)
{
	static const uint8_t body[16] = {0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 32, 0};
	struct kex_group group;

	CHECK_EQ(kex_group_choose(span_of(body, 12), &group), STATUS_OK);
	CHECK_EQ(kex_group_choose(span_of(body, 11), &group), STATUS_TRUNCATED);
	CHECK_EQ(kex_group_choose(span_of(body, 16), &group), STATUS_TRAILING);
}

TEST(the_flow_has_numbers_of_its_own)
{
	CHECK_EQ(method()->flow->ask, 34);
	CHECK_EQ(method()->flow->group, 31);
	CHECK_EQ(method()->flow->init, 32);
	CHECK_EQ(method()->flow->reply, 33);
	CHECK_EQ(kex_find(span_text("curve25519-sha256"))->flow->ask, 0);
	CHECK_EQ(kex_find(span_text("curve25519-sha256"))->flow->init, SSH_MSG_KEX_ECDH_INIT);
}

struct offer {
	uint8_t bytes[KEX_GROUP_BODY_MAX];
	struct builder body;
};

static void offer_make(const struct kex_group *group, struct offer *o)
{
	o->body = builder_over(o->bytes, sizeof(o->bytes));
	kex_group_emit(group, &o->body);
	CHECK(builder_ok(&o->body));
}

static void check_exchange(uint32_t bits)
{
	uint8_t ours[KEX_PUBLIC_MAX], theirs[KEX_PUBLIC_MAX];
	struct secret client, server;
	struct kex_client *state;
	struct kex_group group;
	size_t our_len, their_len;
	struct offer o;

	CHECK_EQ(choose(bits, bits, bits, &group), STATUS_OK);
	offer_make(&group, &o);
	CHECK_EQ(kex_group_client_start(method(), &group, builder_span(&o.body), &state, ours,
	                                &our_len),
	         STATUS_OK);
	CHECK_EQ(kex_group_answer(method(), &group, span_of(ours, our_len), theirs, &their_len,
	                          &server),
	         STATUS_OK);
	CHECK_EQ(kex_client_finish(state, span_of(theirs, their_len), &client), STATUS_OK);
	CHECK_EQ(server.len, bits / 8);
	CHECK_EQ(client.len, bits / 8);
	CHECK_MEM(client.bytes, server.bytes, bits / 8);
}

TEST(both_sides_agree_in_groups_of_every_size)
{
	check_exchange(2048);
	check_exchange(3072);
	check_exchange(4096);
	check_exchange(6144);
	check_exchange(8192);
}

TEST(nothing_starts_without_a_group)
{
	struct kex_client *state;
	uint8_t value[KEX_PUBLIC_MAX];
	struct secret shared;
	size_t len;

	CHECK_EQ(kex_client_start(method(), &state, value, &len), STATUS_UNEXPECTED);
	CHECK_EQ(kex_answer(method(), span_of("\x02", 1), value, &len, &shared),
	         STATUS_UNEXPECTED);
}

TEST(another_method_takes_no_group)
{
	struct kex_group group = {2048, 2048, 8192, 2048};
	uint8_t value[KEX_PUBLIC_MAX];
	struct secret shared;
	size_t len;

	CHECK_EQ(kex_group_answer(kex_find(span_text("curve25519-sha256")), &group,
	                          span_of("\x02", 1), value, &len, &shared),
	         STATUS_UNEXPECTED);
}

static enum status client_takes(struct span p, struct span g)
{
	struct kex_group asked = {.min = 2048, .wanted = 2048, .max = 3072};
	uint8_t body[2200], value[KEX_PUBLIC_MAX];
	struct builder b = builder_over(body, sizeof(body));
	struct kex_client *state;
	enum status status;
	size_t len;

	builder_mpint(&b, p);
	builder_mpint(&b, g);
	status =
	        kex_group_client_start(method(), &asked, builder_span(&b), &state, value, &len);
	kex_client_drop(state);
	return status;
}

TEST(a_client_refuses_a_group_that_it_did_not_ask_for)
{
	uint8_t odd[1025];

	memset(odd, 0xff, sizeof(odd));
	CHECK_EQ(client_takes(span_of(odd, 256), span_of("\x02", 1)), STATUS_OK);
	CHECK_EQ(client_takes(span_of(odd, 255), span_of("\x02", 1)), STATUS_BAD_KEY);
	CHECK_EQ(client_takes(span_of(odd, 385), span_of("\x02", 1)), STATUS_BAD_KEY);
	CHECK_EQ(client_takes(span_of(odd, 1025), span_of("\x02", 1)), STATUS_BAD_KEY);
}

TEST(a_client_refuses_an_even_modulus_and_a_useless_generator)
{
	uint8_t odd[256], even[256];

	memset(odd, 0xff, sizeof(odd));
	memset(even, 0xfe, sizeof(even));
	CHECK_EQ(client_takes(span_of(even, 256), span_of("\x02", 1)), STATUS_BAD_KEY);
	CHECK_EQ(client_takes(span_of(odd, 256), span_of("", 0)), STATUS_BAD_KEY);
	CHECK_EQ(client_takes(span_of(odd, 256), span_of("\x01", 1)), STATUS_BAD_KEY);
	CHECK_EQ(client_takes(span_of(odd, 256), span_of(odd, 256)), STATUS_BAD_KEY);
}

// RFC 4419 section 3: the three numbers, p and g stand between the host key and the values.
TEST(the_exchange_hash_covers_the_group)
{
	struct kex_group group = {2048, 3072, 8192, 3072};
	struct secret shared = {.bytes = {0x17}, .len = 1};
	uint8_t wire[2048], want[32], got[KEX_HASH_MAX], room[KEX_GROUP_BODY_MAX];
	struct builder b = builder_over(wire, sizeof(wire));
	struct builder g = builder_over(room, sizeof(room));
	struct kex_transcript t = {.host_key = span_text("key"),
	                           .client_public = span_text("e"),
	                           .server_public = span_text("f")};

	kex_group_hashed(&group, &g);
	t.group = builder_span(&g);
	builder_bytes(&b, span_of("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16));
	builder_text(&b, "key");
	builder_u32(&b, 2048);
	builder_u32(&b, 3072);
	builder_u32(&b, 8192);
	kex_group_emit(&group, &b);
	builder_text(&b, "e");
	builder_text(&b, "f");
	builder_mpint(&b, span_of("\x17", 1));
	digest_of(DIGEST_SHA256, builder_span(&b), want);
	kex_hash(method(), &t, &shared, got);
	CHECK_MEM(got, want, 32);
}

CHECK_MAIN()
