// The joint between two processes: what a well-behaved pair gets, and what a forging peer gets.
#include "dataplane/link/link.h"
#include "dataplane/link/link_segment.h"
#include "tests/unit/check.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct link_shape shape = {8, 64, 4, 1024, 2};

// Both ends of a joint, and the raw memory as a forger sees it.
struct pair {
	struct link *a, *b;
	uint8_t *raw;
	size_t bytes;
	struct link_plan a_to_b, b_to_a;
	struct link_lane *lane; // a to b
	int bell_a, bell_b;
};

static struct pair pair_make(const struct link_shape *s)
{
	struct pair p = {0};
	int fd = link_create("test", s, s);
	int a = eventfd(0, EFD_CLOEXEC), b = eventfd(0, EFD_CLOEXEC);

	p.bytes = link_bytes(s, s);
	p.raw = mmap(NULL, p.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	p.a = link_attach(dup(fd), a, dup(b), LINK_A);
	p.b = link_attach(dup(fd), b, dup(a), LINK_B);
	p.bell_a = a;
	p.bell_b = b;
	if (!link_plan_make(s, LINK_PAGE, &p.a_to_b) ||
	    !link_plan_make(s, p.a_to_b.end, &p.b_to_a))
		abort();
	p.lane = (struct link_lane *)(p.raw + p.a_to_b.lane);
	close(fd);
	return p;
}

static void pair_free(struct pair *p)
{
	link_free(p->a);
	link_free(p->b);
	munmap(p->raw, p->bytes);
}

static struct link_cell *raw_cell(struct pair *p, uint32_t at)
{
	return (struct link_cell *)(p->raw + p->a_to_b.cells) + at;
}

static bool send_text(struct link *l, uint16_t kind, const char *text)
{
	struct link_cell cell = {.kind = kind, .slot = 7, .life = 9};

	return link_send(l, &cell, span_text(text));
}

static uint32_t drain(struct link *l)
{
	struct link_cell cell;
	struct span payload;
	uint32_t count = 0;

	for (; link_next(l, &cell, &payload); count++)
		link_done(l);
	return count;
}

static bool rung(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};

	return poll(&p, 1, 0) == 1;
}

TEST(a_message_arrives_as_it_was_sent)
{
	struct pair p = pair_make(&shape);
	struct link_cell cell;
	struct span payload;

	CHECK(send_text(p.a, 3, "hello"));
	CHECK(link_next(p.b, &cell, &payload));
	CHECK_EQ(cell.kind, 3);
	CHECK_EQ(cell.slot, 7);
	CHECK_EQ(cell.life, 9);
	CHECK(span_is(payload, "hello"));
	link_done(p.b);
	CHECK(!link_next(p.b, &cell, &payload));
	pair_free(&p);
}

TEST(both_directions_are_independent)
{
	struct pair p = pair_make(&shape);

	CHECK(send_text(p.a, 1, "there"));
	CHECK(send_text(p.b, 1, "back"));
	CHECK_EQ(drain(p.a), 1);
	CHECK_EQ(drain(p.b), 1);
	pair_free(&p);
}

TEST(a_full_ring_refuses_and_changes_nothing)
{
	struct pair p = pair_make(&shape);
	struct link_cell cell = {.kind = 1, .buffer = LINK_NO_BUFFER};
	struct link_stats stats;

	while (link_post(p.a, &cell))
		continue;
	link_stats(p.a, &stats);
	CHECK_EQ(stats.posted, shape.cells);
	CHECK_EQ(stats.full, 1);
	CHECK_EQ(link_room(p.a), 0);
	CHECK_EQ(drain(p.b), shape.cells);
	CHECK_EQ(link_room(p.a), shape.cells);
	pair_free(&p);
}

TEST(an_exhausted_pool_refuses_until_a_buffer_returns)
{
	struct pair p = pair_make(&shape);
	struct link_stats stats;

	for (uint32_t i = 0; i < shape.small_count; i++)
		CHECK(send_text(p.a, 1, "x"));
	CHECK(!send_text(p.a, 1, "x"));
	link_stats(p.a, &stats);
	CHECK_EQ(stats.no_buffer, 1);
	CHECK_EQ(stats.small_out, shape.small_count);
	CHECK_EQ(drain(p.b), shape.small_count);
	CHECK(send_text(p.a, 1, "x"));
	pair_free(&p);
}

TEST(a_large_request_gets_a_large_buffer_or_none)
{
	struct pair p = pair_make(&shape);
	uint32_t name;
	size_t capacity;

	CHECK(link_buffer_take(p.a, 65, &name, &capacity) != NULL);
	CHECK_EQ(capacity, 1024);
	CHECK_EQ(link_buffers_free(p.a, true), 1);
	CHECK(link_buffer_take(p.a, 1025, &name, &capacity) == NULL);
	pair_free(&p);
}

TEST(the_buffer_used_last_is_taken_first)
{
	struct pair p = pair_make(&shape);
	uint32_t first, again;
	size_t capacity;

	CHECK(link_buffer_take(p.a, 1, &first, &capacity) != NULL);
	link_buffer_drop(p.a, first);
	CHECK(link_buffer_take(p.a, 1, &again, &capacity) != NULL);
	CHECK_EQ(again, first);
	pair_free(&p);
}

TEST(a_kept_buffer_stays_out_until_it_is_returned)
{
	struct pair p = pair_make(&shape);
	struct link_cell cell;
	struct span payload;

	CHECK(send_text(p.a, 1, "keep me"));
	CHECK(link_next(p.b, &cell, &payload));
	link_done_keep(p.b);
	CHECK_EQ(link_buffers_free(p.a, false), 3);
	link_buffer_return(p.b, cell.buffer);
	CHECK_EQ(link_buffers_free(p.a, false), 4);
	pair_free(&p);
}

TEST(a_forged_producer_index_is_counted_and_yields_nothing)
{
	struct pair p = pair_make(&shape);
	struct link_stats stats;

	atomic_store(&p.lane->tail, 9);
	CHECK_EQ(drain(p.b), 0);
	atomic_store(&p.lane->tail, UINT32_MAX);
	CHECK_EQ(drain(p.b), 0);
	link_stats(p.b, &stats);
	CHECK_EQ(stats.bad_index, 2);
	pair_free(&p);
}

TEST(a_forged_consumer_index_gives_no_room)
{
	struct pair p = pair_make(&shape);
	struct link_cell cell = {.kind = 1, .buffer = LINK_NO_BUFFER};
	struct link_stats stats;

	for (uint32_t i = 0; i < shape.cells; i++)
		CHECK(link_post(p.a, &cell));
	atomic_store(&p.lane->head, 9);
	CHECK_EQ(link_room(p.a), 0);
	link_stats(p.a, &stats);
	CHECK(stats.bad_index > 0);
	pair_free(&p);
}

// A cell posted by us and rewritten by a forger before it is read.
static struct link_stats after_forging(void (*forge)(struct link_cell *cell))
{
	struct pair p = pair_make(&shape);
	struct link_stats stats;

	CHECK(send_text(p.a, 1, "x"));
	forge(raw_cell(&p, 0));
	CHECK(send_text(p.a, 2, "y"));
	CHECK_EQ(drain(p.b), 1);
	link_stats(p.b, &stats);
	pair_free(&p);
	return stats;
}

static void forge_name(struct link_cell *cell)
{
	cell->buffer = 6;
}

static void forge_length(struct link_cell *cell)
{
	cell->length = 65;
}

static void forge_bare_length(struct link_cell *cell)
{
	cell->buffer = LINK_NO_BUFFER;
}

static void forge_reserved(struct link_cell *cell)
{
	cell->reserved = 1;
}

TEST(a_forged_buffer_name_is_counted_and_skipped)
{
	CHECK_EQ(after_forging(forge_name).bad_cell, 1);
}

TEST(a_forged_length_is_counted_and_skipped)
{
	CHECK_EQ(after_forging(forge_length).bad_cell, 1);
}

TEST(a_length_without_a_buffer_is_counted_and_skipped)
{
	CHECK_EQ(after_forging(forge_bare_length).bad_cell, 1);
}

TEST(a_reserved_field_that_is_set_is_counted_and_skipped)
{
	CHECK_EQ(after_forging(forge_reserved).bad_cell, 1);
}

TEST(a_buffer_that_we_hold_cannot_be_posted_again)
{
	struct pair p = pair_make(&shape);
	struct link_cell cell;
	struct span payload;
	uint32_t held;

	CHECK(send_text(p.a, 1, "x"));
	CHECK(send_text(p.a, 1, "y"));
	CHECK(link_next(p.b, &cell, &payload));
	link_done_keep(p.b);
	held = cell.buffer;
	raw_cell(&p, 1)->buffer = held;
	CHECK(!link_next(p.b, &cell, &payload));
	link_buffer_return(p.b, held);
	pair_free(&p);
}

TEST(a_double_return_is_counted_and_ignored)
{
	struct pair p = pair_make(&shape);
	_Atomic uint32_t *returns = (_Atomic uint32_t *)(p.raw + p.a_to_b.returns);
	struct link_stats stats;

	CHECK(send_text(p.a, 1, "x"));
	CHECK_EQ(drain(p.b), 1);
	atomic_store(&returns[1], atomic_load(&returns[0]));
	atomic_store(&p.lane->returned, 2);
	CHECK_EQ(link_buffers_free(p.a, false), 4);
	link_stats(p.a, &stats);
	CHECK_EQ(stats.bad_return, 1);
	pair_free(&p);
}

TEST(a_forged_returned_name_or_index_is_counted_and_ignored)
{
	struct pair p = pair_make(&shape);
	_Atomic uint32_t *returns = (_Atomic uint32_t *)(p.raw + p.a_to_b.returns);
	struct link_stats stats;

	atomic_store(&returns[0], 99);
	atomic_store(&p.lane->returned, 1);
	CHECK_EQ(link_buffers_free(p.a, false), 4);
	atomic_store(&p.lane->returned, 1000);
	CHECK_EQ(link_buffers_free(p.a, false), 4);
	link_stats(p.a, &stats);
	CHECK_EQ(stats.bad_return, 1);
	CHECK_EQ(stats.bad_index, 1);
	pair_free(&p);
}

TEST(nobody_rings_for_a_peer_that_is_awake)
{
	struct pair p = pair_make(&shape);

	CHECK(send_text(p.a, 1, "x"));
	link_flush(p.a);
	CHECK(!rung(p.bell_b));
	pair_free(&p);
}

TEST(a_sleeper_is_rung_once_for_many_cells)
{
	struct pair p = pair_make(&shape);
	struct link_stats stats;

	CHECK(link_sleep(p.b));
	CHECK(send_text(p.a, 1, "x"));
	CHECK(send_text(p.a, 1, "y"));
	link_flush(p.a);
	CHECK(send_text(p.a, 1, "z"));
	link_flush(p.a);
	CHECK(rung(p.bell_b));
	link_awake(p.b);
	CHECK(!rung(p.bell_b));
	CHECK_EQ(drain(p.b), 3);
	link_stats(p.a, &stats);
	CHECK_EQ(stats.doorbells, 1);
	pair_free(&p);
}

// Nobody took our announcement back, so the bell need not be read; but not for ever.
TEST(a_bell_rung_without_a_word_is_read_off_in_the_end)
{
	struct pair p = pair_make(&shape);
	unsigned wakes = 0;

	CHECK_EQ(write(p.bell_b, &(uint64_t){1}, sizeof(uint64_t)), 8);
	while (rung(p.bell_b) && wakes < 100) {
		CHECK(link_sleep(p.b));
		link_awake(p.b);
		wakes++;
	}
	CHECK(wakes > 0);
	CHECK(wakes <= 16);
	pair_free(&p);
}

TEST(work_that_came_before_the_announcement_forbids_sleep)
{
	struct pair p = pair_make(&shape);

	CHECK(send_text(p.a, 1, "x"));
	CHECK(!link_sleep(p.b));
	CHECK_EQ(drain(p.b), 1);
	CHECK(link_sleep(p.b));
	pair_free(&p);
}

TEST(consuming_does_not_wake_a_producer_with_room)
{
	struct pair p = pair_make(&shape);

	CHECK(send_text(p.a, 1, "x"));
	CHECK(link_sleep(p.a));
	CHECK_EQ(drain(p.b), 1);
	link_flush(p.b);
	CHECK(!rung(p.bell_a));
	pair_free(&p);
}

TEST(consuming_wakes_a_producer_that_was_refused)
{
	struct pair p = pair_make(&shape);

	for (uint32_t i = 0; i <= shape.small_count; i++)
		CHECK_EQ(send_text(p.a, 1, "x"), i < shape.small_count);
	CHECK(link_sleep(p.a));
	CHECK_EQ(drain(p.b), 4);
	link_flush(p.b);
	CHECK(rung(p.bell_a));
	link_awake(p.a);
	CHECK(link_sleep(p.a));
	pair_free(&p);
}

TEST(room_that_came_before_the_announcement_forbids_sleep_once)
{
	struct pair p = pair_make(&shape);

	CHECK(send_text(p.a, 1, "x"));
	link_want_room(p.a);
	CHECK_EQ(drain(p.b), 1);
	CHECK(!link_sleep(p.a));
	CHECK(link_sleep(p.a));
	pair_free(&p);
}

TEST(an_unsealed_or_foreign_segment_is_refused)
{
	int fd = memfd_create("foreign", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	CHECK(ftruncate(fd, (off_t)link_bytes(&shape, &shape)) == 0);
	CHECK(link_attach(fd, -1, -1, LINK_A) == NULL);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0);
	CHECK(link_attach(fd, -1, -1, LINK_A) == NULL);
	close(fd);
}

TEST(a_shape_that_is_not_sound_makes_no_joint)
{
	CHECK(link_create("x", &(struct link_shape){7, 64, 4, 1024, 2}, &shape) < 0);
	CHECK(link_create("x", &(struct link_shape){8, 63, 4, 1024, 2}, &shape) < 0);
	CHECK(link_create("x", &(struct link_shape){8, 64, 3, 1024, 2}, &shape) < 0);
	CHECK(link_create("x", &(struct link_shape){8, 64, 4, 32, 2}, &shape) < 0);
	CHECK(link_create("x", &shape, &(struct link_shape){1u << 21, 64, 4, 1024, 2}) < 0);
}

// --- two threads ---------------------------------------------------------------------------------

#define PUSHED 1000000u

struct running {
	struct link *link;
	bool sleeps; // and waits on the doorbell when there is nothing to do
	uint64_t wrong;
};

static void nap(struct running *r)
{
	struct pollfd bell = {link_doorbell(r->link), POLLIN, 0};

	link_flush(r->link);
	if (!r->sleeps || !link_sleep(r->link))
		return;
	if (poll(&bell, 1, 10000) == 0)
		r->wrong++; // a lost wake-up
	link_awake(r->link);
}

static void *push(void *arg)
{
	struct running *r = arg;

	for (uint32_t i = 0; i < PUSHED;) {
		struct link_cell cell = {.kind = 1, .slot = i, .buffer = LINK_NO_BUFFER};
		bool sent = i % 8 == 0 ? link_send(r->link, &cell, span_of(&i, sizeof(i)))
		                       : link_post(r->link, &cell);

		i += sent;
		if (!sent)
			nap(r);
		else if (i % 64 == 0)
			link_flush(r->link);
	}
	link_flush(r->link);
	return NULL;
}

static void pull(struct running *r)
{
	struct link_cell cell;
	struct span payload;

	for (uint32_t i = 0; i < PUSHED && r->wrong == 0;) {
		if (!link_next(r->link, &cell, &payload)) {
			nap(r);
			continue;
		}
		r->wrong += cell.slot != i;
		if (cell.slot % 8 == 0)
			r->wrong += !span_equal(payload, span_of(&i, sizeof(i)));
		link_done(r->link);
		i++;
	}
	link_flush(r->link);
}

static uint64_t million(bool sleeps)
{
	static const struct link_shape wide = {256, 64, 64, 1024, 4};
	struct pair p = pair_make(&wide);
	struct running a = {p.a, sleeps, 0}, b = {p.b, sleeps, 0};
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, push, &a) == 0);
	pull(&b);
	pthread_join(thread, NULL);
	pair_free(&p);
	return a.wrong + b.wrong;
}

TEST(a_million_cells_pass_between_two_threads_in_order)
{
	CHECK_EQ(million(false), 0);
}

TEST(a_million_cells_pass_between_two_sleepers_without_a_lost_wake)
{
	CHECK_EQ(million(true), 0);
}

CHECK_MAIN()
