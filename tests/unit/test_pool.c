// Tests control/main/pool.c and control/session/chunk_queue.c.
#include "tests/unit/control_client.h"

TEST(a_name_is_never_zero_and_finds_its_object)
{
	struct pool p;
	uint32_t name, other;
	void *item;

	pool_init(&p, 24);
	item = pool_take(&p, &name);
	CHECK(name != 0);
	CHECK(pool_at(&p, name) == item);
	CHECK(pool_at(&p, 0) == NULL);
	CHECK(pool_at(&p, 999) == NULL);
	CHECK(pool_take(&p, &other) != item);
	CHECK_EQ(p.used, 2);
	pool_fini(&p);
}

TEST(a_name_given_back_names_nothing)
{
	struct pool p;
	uint32_t name, kept;

	pool_init(&p, 24);
	pool_take(&p, &name);
	kept = name;
	pool_give(&p, &name);
	CHECK_EQ(name, 0);
	CHECK(pool_at(&p, kept) == NULL);
	pool_give(&p, &name); // harmless
	CHECK_EQ(p.used, 0);
	CHECK_EQ(p.peak, 1);
	pool_fini(&p);
}

TEST(a_pool_grows)
{
	struct pool p;
	uint32_t name = 0;

	pool_init(&p, 8);
	for (unsigned i = 0; i < 1000; i++)
		CHECK(pool_take(&p, &name) != NULL);
	CHECK_EQ(name, 1000);
	CHECK_EQ(p.used, 1000);
	pool_fini(&p);
}

TEST(chunks_give_back_what_was_pushed)
{
	static uint8_t in[20000], out[20000];
	struct bench *b = bench_open();
	struct session *s = bench_session(b, 0);
	struct chunk_queue q = {0};
	size_t at = 0;

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + i / 256);
	CHECK(chunk_push(b->h, s, &q, span_of(in, 1)));
	CHECK(chunk_push(b->h, s, &q, span_of(in + 1, 9999)));
	CHECK(chunk_push(b->h, s, &q, span_of(in + 10000, 10000)));
	CHECK_EQ(q.bytes, 20000);
	while (q.bytes > 0) {
		struct span front = chunk_front(b->h, &q);
		size_t part = front.len > 777 ? 777 : front.len;

		memcpy(out + at, front.data, part);
		chunk_pop(b->h, s, &q, part);
		at += part;
	}
	CHECK_MEM(out, in, sizeof(in));
	CHECK_EQ(s->chunk_account, 0);
	bench_free(b);
}

TEST(a_cleared_queue_holds_nothing)
{
	static uint8_t in[9000];
	struct bench *b = bench_open();
	struct session *s = bench_session(b, 0);
	struct chunk_queue q = {0};

	CHECK(chunk_push(b->h, s, &q, span_of(in, sizeof(in))));
	CHECK(s->chunk_account > 0);
	chunk_clear(b->h, s, &q);
	CHECK_EQ(s->chunk_account, 0);
	CHECK_EQ(q.bytes, 0);
	bench_free(b);
}

TEST(log_text_of_others_is_escaped)
{
	char out[64];

	CHECK_TEXT(log_escape(out, sizeof(out), span_text("bob")), "bob");
	CHECK_TEXT(log_escape(out, sizeof(out), span_text("a b\n\x1b[2J\\")),
	           "a b\\x0a\\x1b[2J\\x5c");
	CHECK(strlen(log_escape(out, 8, span_text("aaaaaaaaaaaaaaa"))) < 8);
}

TEST(addresses_are_written_as_people_do)
{
	uint8_t four[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 0, [14] = 2, [15] = 1};
	uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	char out[LOG_ADDRESS_MAX];

	CHECK_TEXT(log_address(out, four), "192.0.2.1");
	CHECK_TEXT(log_address(out, six), "2001:db8::1");
}

CHECK_MAIN()
