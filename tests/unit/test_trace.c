// Trace rings: written by several threads, read back from the file.
#include "dataplane/base/trace.h"
#include "tests/unit/check.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

static struct trace_record records[TRACE_RECORDS];

static int ring_make(void)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	CHECK(trace_create(fd));
	CHECK(trace_attach(fd));
	return fd;
}

static void ring_end(int fd)
{
	munmap(trace_ring, TRACE_BYTES);
	trace_ring = NULL;
	close(fd);
}

TEST(a_step_without_a_ring_does_nothing)
{
	TRACE_STEP(1, 2);
	CHECK(trace_ring == NULL);
}

TEST(a_step_is_read_back_with_its_function_and_id)
{
	int fd = ring_make();

	TRACE_STEP(5, 6);
	CHECK_EQ(trace_read(fd, records), 1);
	CHECK_EQ(records[0].slot, 5);
	CHECK_EQ(records[0].life, 6);
	CHECK_EQ(records[0].pid, getpid());
	CHECK(strncmp(records[0].function, "test_a_step_is_read_back", 24) == 0);
	ring_end(fd);
}

TEST(the_newest_records_are_kept_in_order)
{
	int fd = ring_make();

	for (uint32_t i = 0; i < TRACE_RECORDS + 10; i++)
		trace_step("step", i, 0);
	CHECK_EQ(trace_read(fd, records), TRACE_RECORDS);
	CHECK_EQ(records[0].slot, 10);
	CHECK_EQ(records[TRACE_RECORDS - 1].slot, TRACE_RECORDS + 9);
	ring_end(fd);
}

static void *steps(void *slot)
{
	for (uint32_t i = 0; i < 1000; i++)
		trace_step("thread", (uint32_t)(uintptr_t)slot, i);
	return NULL;
}

TEST(threads_do_not_overwrite_each_other)
{
	int fd = ring_make();
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, steps, (void *)1) == 0);
	steps((void *)2);
	pthread_join(thread, NULL);
	CHECK_EQ(trace_read(fd, records), 2000);
	ring_end(fd);
}

TEST(a_file_that_is_no_trace_is_refused)
{
	int fd = memfd_create("other", MFD_CLOEXEC);

	CHECK(!trace_attach(fd));
	CHECK_EQ(trace_read(fd, records), 0);
	CHECK(ftruncate(fd, TRACE_BYTES) == 0);
	CHECK(!trace_attach(fd));
	close(fd);
}

TEST(creating_again_keeps_what_was_traced)
{
	int fd = ring_make();

	trace_step("before", 1, 1);
	CHECK(trace_create(fd));
	CHECK_EQ(trace_read(fd, records), 1);
	ring_end(fd);
}

TEST(text_that_was_forged_is_made_printable)
{
	int fd = ring_make();

	trace_step("x", 1, 1);
	memset(trace_ring->records[0].function, 7, TRACE_FUNCTION);
	CHECK_EQ(trace_read(fd, records), 1);
	CHECK_EQ(strlen(records[0].function), TRACE_FUNCTION - 1);
	CHECK_EQ(records[0].function[0], '?');
	ring_end(fd);
}

CHECK_MAIN()
