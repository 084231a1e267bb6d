// The keeper's queues: bounds, reserved places, and the watch over what waits.
#include "control/keeper/keeper_lanes.h"
#include "tests/unit/keeper_place.h"

#include <poll.h>
#include <time.h>

static struct keeper keeper; // without any key: SIGN answers NOT_FOUND at once

static struct keeper_job *job_make(enum keeper_kind kind, uint32_t slot, uint32_t urgent)
{
	struct keeper_body body = {.urgent = urgent};
	struct link_cell cell = {.kind = (uint16_t)kind, .slot = slot};
	struct keeper_job *job;

	memcpy(cell.body, &body, sizeof(body));
	job = keeper_job_make(&cell, span_text("0123456789abcdef"));
	CHECK(job != NULL);
	return job;
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static bool put(struct keeper_lanes *lanes, enum keeper_lane lane, struct keeper_job *job)
{
	return keeper_lanes_put(lanes, lane, job, now_us());
}

static bool is_watched(struct keeper_lanes *lanes)
{
	return keeper_lanes_watch(lanes, now_us()) != UINT64_MAX;
}

static struct keeper_lanes *start(void)
{
	struct keeper_lanes *lanes;

	pthread_rwlock_init(&keeper.store.lock, NULL);
	lanes = keeper_lanes_start(&keeper);
	CHECK(lanes != NULL);
	return lanes;
}

// Wait until `count` answers have come, watching the lanes as their owner does; returns how many did.
static uint32_t collect(struct keeper_lanes *lanes, uint32_t count)
{
	struct pollfd bell = {keeper_lanes_bell(lanes), POLLIN, 0};
	uint32_t got = 0;

	for (struct keeper_job *job; (job = keeper_lanes_sign(lanes)) != NULL; got++) {
		CHECK_EQ(job->cell.kind, KEEPER_ANSWER);
		keeper_job_free(job);
	}
	for (int ticks = 0; got < count && ticks < 400; ticks++) {
		(void)poll(&bell, 1, 100);
		(void)is_watched(lanes);
		struct keeper_job *job = keeper_lanes_done(lanes), *next;

		for (; job != NULL; job = next, got++) {
			next = job->next;
			CHECK_EQ(job->cell.kind, KEEPER_ANSWER);
			keeper_job_free(job);
		}
	}
	return got;
}

TEST(every_job_that_was_queued_is_answered)
{
	struct keeper_lanes *lanes = start();

	for (uint32_t i = 0; i < 100; i++)
		CHECK(put(lanes, KEEPER_LANE_SIGN, job_make(KEEPER_SIGN, i, 0)));
	CHECK_EQ(collect(lanes, 100), 100);
	CHECK(keeper_lanes_done(lanes) == NULL);
	keeper_lanes_stop(lanes);
}

TEST(a_rekey_is_signed_before_the_logins_that_came_earlier)
{
	struct keeper_lanes *lanes = start();
	struct keeper_job *job;

	for (uint32_t i = 0; i < 3; i++)
		CHECK(put(lanes, KEEPER_LANE_SIGN, job_make(KEEPER_SIGN, i, 0)));
	CHECK(put(lanes, KEEPER_LANE_SIGN, job_make(KEEPER_SIGN, 9, 1)));
	job = keeper_lanes_sign(lanes);
	CHECK(job != NULL);
	CHECK_EQ(job->cell.slot, 9);
	keeper_job_free(job);
	CHECK_EQ(collect(lanes, 3), 3);
	keeper_lanes_stop(lanes);
}

TEST(a_full_lane_refuses_but_keeps_places_for_rekeys)
{
	struct keeper_lanes *lanes = start();
	struct keeper_job *more;
	uint32_t count = 0;

	pthread_rwlock_wrlock(&keeper.store.lock); // nothing is signed meanwhile
	while (put(lanes, KEEPER_LANE_SIGN, more = job_make(KEEPER_SIGN, 0, 0)))
		count++;
	keeper_job_free(more);
	CHECK(count >= 1000);
	CHECK(put(lanes, KEEPER_LANE_SIGN, job_make(KEEPER_SIGN, 0, 1)));
	pthread_rwlock_unlock(&keeper.store.lock);
	CHECK_EQ(collect(lanes, count + 1), count + 1);
	keeper_lanes_stop(lanes);
}

TEST(jobs_that_are_still_queued_at_the_end_are_dropped)
{
	struct keeper_lanes *lanes = start();

	for (uint32_t i = 0; i < 50; i++)
		CHECK(put(lanes, KEEPER_LANE_PASSWORD, job_make(KEEPER_SET_PASSWORD, i, 0)));
	keeper_lanes_stop(lanes);
}

TEST(the_watch_is_wanted_while_a_password_waits)
{
	struct keeper_lanes *lanes = start();

	CHECK(!is_watched(lanes));
	for (uint32_t i = 0; i < 4; i++)
		CHECK(put(lanes, KEEPER_LANE_PASSWORD, job_make(KEEPER_SET_PASSWORD, i, 0)));
	CHECK(is_watched(lanes));
	CHECK_EQ(collect(lanes, 4), 4);
	for (int i = 0; i < 500 && is_watched(lanes); i++)
		poll(NULL, 0, 10);
	CHECK(!is_watched(lanes));
	keeper_lanes_stop(lanes);
}

CHECK_MAIN()
