// Tests control/main/loop.c: a shard wakes for its timers, whatever its loop believes the time to be.
#include "tests/unit/check.h"

#include "control/main/loop.h"
#include "control/session/session.h"

#include <sys/mman.h>
#include <time.h>

#define AHEAD_US 30000u // of a timer
#define LATE_US  60000u // what a turn takes that is held up

// A task that holds its shard up, as a busy machine does, and then has the deadline of a session.
struct late {
	struct shard_task task;
	_Atomic uint32_t armed;
};

static void sleep_us(unsigned us)
{
	struct timespec time = {us / 1000000, (long)(us % 1000000) * 1000};

	nanosleep(&time, NULL);
}

static uint64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void late_run(struct shard *h, struct shard_task *task)
{
	struct late *late = (struct late *)task;

	sleep_us(LATE_US);
	h->sessions[0].life = 1;
	h->sessions[0].state = SESSION_CLOSING;
	h->sessions[0].flags |= SESSION_RELEASED;
	session_arm(h, &h->sessions[0], clock_us() + AHEAD_US);
	late->armed = 1;
}

// True when the deadline came within a second.
static bool deadline_comes(struct shard *h)
{
	struct late late = {{NULL, late_run}, 0};
	unsigned waited = 0;

	shard_post(h, &late.task);
	while (!(late.armed && !wheel_is_armed(&h->wheel, 0)) && waited++ < 1000)
		sleep_us(1000);
	return late.armed && !wheel_is_armed(&h->wheel, 0);
}

TEST(a_deadline_comes_even_when_the_turn_that_set_it_was_held_up)
{
	struct control control;
	struct shard *h;
	struct loop *l;

	control_init(&control);
	h = shard_new(&control, 0);
	CHECK_EQ(shard_map_sessions(h, memfd_create("sessions", MFD_CLOEXEC)), STATUS_OK);
	l = loop_start(h);
	sleep_us(20000); // until it sleeps: a bell that rings at once would wake it twice
	CHECK(deadline_comes(h));
	loop_stop(l);
	loop_join(l);
	shard_free(h);
	control_fini(&control);
}

CHECK_MAIN()
