// Copy requests off the joints, hand them to the lanes, post the answers.
#include "control/keeper/keeper_serve.h"

#include "control/keeper/keeper_lanes.h"
#include "crypto/core/secret.h"
#include "dataplane/link/link_place.h"
#include "dataplane/base/trace.h"
#include "dataplane/link/link_offer.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define JOINTS_MAX 64
#define STALLED_MS 10
#define BATCH      32 // cells of one joint before the next has its turn

struct joint {
	struct link *link;           // NULL: not offered yet
	uint32_t attached;           // counts attachments: answers of an older one are dropped
	struct keeper_job *unposted; // answers that found no room, oldest first
	struct keeper_job **unposted_last;
};

struct service {
	struct keeper *keeper;
	struct keeper_lanes *lanes;
	struct joint joints[JOINTS_MAX];
	struct link_place place;
	uint64_t now_us; // read once a turn
	bool stop;
};

static void say(const char *text)
{
	fprintf(stderr, "keeper: %s\n", text);
}

// --- answers -------------------------------------------------------------------------------------

static bool answer_post(struct joint *j, struct keeper_job *job)
{
	TRACE_STEP(job->cell.slot, job->cell.life);
	return link_send(j->link, &job->cell, span_blob(&job->payload));
}

static void answers_post(struct joint *j)
{
	while (j->unposted != NULL && answer_post(j, j->unposted)) {
		struct keeper_job *job = j->unposted;

		j->unposted = job->next;
		keeper_job_free(job);
	}
	if (j->unposted == NULL)
		j->unposted_last = &j->unposted;
}

static void answer_queue(struct service *s, struct keeper_job *job)
{
	struct joint *j = &s->joints[job->joint];

	if (j->link == NULL || j->attached != job->attached) {
		keeper_job_free(job);
		return;
	}
	job->next = NULL;
	*j->unposted_last = job;
	j->unposted_last = &job->next;
}

static bool answers_collect(struct service *s)
{
	struct keeper_job *job = keeper_lanes_done(s->lanes), *next;
	bool any = job != NULL;

	for (; job != NULL; job = next) {
		next = job->next;
		answer_queue(s, job);
	}
	return any;
}

// --- requests ------------------------------------------------------------------------------------

static void request_take(struct service *s, uint32_t index, struct keeper_job *job)
{
	enum keeper_lane lane;
	enum status status = keeper_admit(job, &lane);

	TRACE_STEP(job->cell.slot, job->cell.life);
	job->joint = index;
	job->attached = s->joints[index].attached;
	if (status == STATUS_OK && !keeper_lanes_put(s->lanes, lane, job, s->now_us))
		status = STATUS_NO_ROOM;
	if (status == STATUS_OK)
		return;
	keeper_refuse(job, status);
	answer_queue(s, job);
}

// A joint whose answers are not taken is not listened to: that bounds what it can make us hold.
static bool joint_serve(struct service *s, uint32_t index)
{
	struct joint *j = &s->joints[index];
	struct link_cell cell;
	struct span payload;
	uint32_t taken = 0;

	answers_post(j);
	while (taken < BATCH && j->unposted == NULL && link_next(j->link, &cell, &payload)) {
		struct keeper_job *job = keeper_job_make(&cell, payload);

		if (payload.len > 0) // passwords pass here; nothing else reads them again
			secret_wipe((void *)(uintptr_t)payload.data, payload.len);
		link_done(j->link);
		if (job == NULL)
			abort();
		request_take(s, index, job);
		answers_post(j);
		taken++;
	}
	link_flush(j->link);
	return taken > 0;
}

// --- offers --------------------------------------------------------------------------------------

static void joint_drop(struct joint *j)
{
	struct keeper_job *job = j->unposted, *next;

	for (; job != NULL; job = next) {
		next = job->next;
		keeper_job_free(job);
	}
	j->unposted = NULL;
	j->unposted_last = &j->unposted;
	link_free(j->link);
	j->link = NULL;
}

static bool joint_attach(struct service *s, const struct link_offer *offer)
{
	struct joint *j = &s->joints[offer->index];

	joint_drop(j);
	j->attached++;
	j->link = link_attach(offer->fds[0], offer->fds[1], offer->fds[2], LINK_B);
	return j->link != NULL;
}

static void fds_close(const struct link_offer *offer)
{
	for (uint32_t i = 0; i < offer->fd_count; i++)
		close(offer->fds[i]);
}

static void offer_take(struct service *s, const struct link_offer *offer)
{
	switch ((enum link_offer_role)offer->role) {
	case LINK_OFFER_KEEPER:
		if (offer->index < JOINTS_MAX && joint_attach(s, offer))
			return; // the descriptors are the link's
		say("a joint was offered that cannot be used");
		break;
	case LINK_OFFER_TRACE:
		trace_attach(offer->fds[0]);
		break;
	case LINK_OFFER_START:
		if (link_report_send(LINK_OFFER_SOCKET, LINK_REPORT_READY) != STATUS_OK)
			s->stop = true;
		break;
	case LINK_OFFER_STOP:
		s->stop = true;
		break;
	default:
		say("an offer came that is not for a keeper");
		break;
	}
	fds_close(offer);
}

static void offer_receive(struct service *s)
{
	struct link_offer offer;
	enum status status = link_offer_receive(LINK_OFFER_SOCKET, &offer);

	if (status == STATUS_OK)
		offer_take(s, &offer);
	else if (status == STATUS_SHUTDOWN || status == STATUS_SYSTEM)
		s->stop = true;
}

// --- the loop ------------------------------------------------------------------------------------

// One signature, then another look at the joints: a rekey that came meanwhile is the next.
static bool sign_one(struct service *s)
{
	struct keeper_job *job = keeper_lanes_sign(s->lanes);
	struct joint *j;

	if (job == NULL)
		return false;
	j = &s->joints[job->joint];
	answer_queue(s, job);
	answers_post(j);
	if (j->link != NULL)
		link_flush(j->link);
	return true;
}

static bool work_do(struct service *s)
{
	bool any = answers_collect(s);

	for (uint32_t i = 0; i < JOINTS_MAX; i++)
		if (s->joints[i].link != NULL && joint_serve(s, i))
			any = true;
	any |= sign_one(s);
	return any;
}

// How long to wait, in ms: 0 when there is work after all. A joint whose answers are not taken is
// not listened to; requests waiting in it are no reason to stay awake, only to look again soon.
static int joints_sleep(struct service *s, int timeout)
{
	for (uint32_t i = 0; i < JOINTS_MAX; i++) {
		struct joint *j = &s->joints[i];

		if (j->link == NULL || link_sleep(j->link))
			continue;
		timeout = j->unposted == NULL || timeout == 0 ? 0 : STALLED_MS;
	}
	return timeout;
}

static void joints_awake(struct service *s)
{
	for (uint32_t i = 0; i < JOINTS_MAX; i++)
		if (s->joints[i].link != NULL)
			link_awake(s->joints[i].link);
}

static uint64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

// With the only shard there is; among several, where the system likes.
static void place_choose(struct service *s)
{
	const struct link *only = NULL;

	for (uint32_t i = 0; i < JOINTS_MAX; i++) {
		if (s->joints[i].link == NULL)
			continue;
		if (only != NULL)
			return;
		only = s->joints[i].link;
	}
	if (only != NULL)
		link_place_follow(&s->place, only);
}

static void wait_for_work(struct service *s)
{
	uint64_t from = clock_us(), look = keeper_lanes_watch(s->lanes, from);
	struct pollfd fds[2 + JOINTS_MAX] = {
	        {LINK_OFFER_SOCKET, POLLIN, 0},
	        {keeper_lanes_bell(s->lanes), POLLIN, 0},
	};
	nfds_t count = 2;
	int timeout = look != UINT64_MAX ? (int)((look - from + 999) / 1000) : -1;

	for (uint32_t i = 0; i < JOINTS_MAX; i++)
		if (s->joints[i].link != NULL)
			fds[count++] =
			        (struct pollfd){link_doorbell(s->joints[i].link), POLLIN, 0};
	poll(fds, count, joints_sleep(s, timeout));
	joints_awake(s);
	if (link_place_slept(&s->place, from, clock_us()))
		place_choose(s);
	if (fds[0].revents != 0)
		offer_receive(s);
}

int keeper_serve(struct keeper *k)
{
	struct service *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return 1;
	s->keeper = k;
	for (uint32_t i = 0; i < JOINTS_MAX; i++)
		s->joints[i].unposted_last = &s->joints[i].unposted;
	s->lanes = keeper_lanes_start(k);
	if (s->lanes == NULL) {
		say(strerror(errno));
		free(s);
		return 1;
	}
	keeper_lanes_settle();
	link_place_start(&s->place, clock_us());
	while (!s->stop) {
		s->now_us = clock_us();
		(void)keeper_lanes_watch(s->lanes, s->now_us);
		if (!work_do(s))
			wait_for_work(s);
	}
	keeper_lanes_stop(s->lanes);
	for (uint32_t i = 0; i < JOINTS_MAX; i++)
		joint_drop(&s->joints[i]);
	free(s);
	return 0;
}
