// libuv carries the descriptors; the turns are shard.c's.
#include "control/main/loop.h"

#include "control/main/log.h"
#include "control/main/memory.h"
#include "dataplane/link/link_place.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#define STOP_US      700000u // less than the supervisor gives
#define TURNS_UNSEEN 16      // turns between looks at descriptors while there is work

enum joint { JOINT_DATA, JOINT_KEEPER, JOINT_DIALOGUE, JOINTS };

struct loop {
	struct shard *shard;
	pthread_t thread;
	uv_loop_t uv;
	uv_poll_t bell; // of bell_fd
	uv_timer_t timer;
	struct link_place place;
	int bell_fd;              // rung by other threads
	uv_poll_t *polls[JOINTS]; // NULL: no joint
	uint64_t stop_us;         // when to give up on sessions; 0: not stopping
	bool ready;
};

// An offer on its way to the thread.
struct offer_task {
	struct shard_task task; // first
	struct loop *loop;
	struct link_offer offer;
};

static uint64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

// --- joints --------------------------------------------------------------------------------------

// The doorbell only ends the wait: link_awake reads it.
static void on_doorbell(uv_poll_t *poll, int status, int events)
{
}

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle);
}

static void unwatch(struct loop *l, enum joint joint)
{
	if (l->polls[joint] == NULL)
		return;
	uv_poll_stop(l->polls[joint]);
	uv_close((uv_handle_t *)l->polls[joint], on_poll_closed);
	l->polls[joint] = NULL;
}

static void watch(struct loop *l, enum joint joint, const struct link *joint_end)
{
	uv_poll_t *poll = calloc(1, sizeof(*poll));

	if (poll == NULL || uv_poll_init(&l->uv, poll, link_doorbell(joint_end)) != 0) {
		log_control(LOG_ERROR, "SSHS_LOG", "doorbell cannot be watched");
		abort();
	}
	uv_poll_start(poll, UV_READABLE, on_doorbell);
	l->polls[joint] = poll;
}

static void fds_close(const struct link_offer *offer)
{
	for (uint32_t i = 0; i < offer->fd_count; i++)
		close(offer->fds[i]);
}

static void attach(struct loop *l, enum joint joint, const struct link_offer *offer,
                   enum link_side side, void (*take)(struct shard *, struct link *))
{
	struct link *end = link_attach(offer->fds[0], offer->fds[1], offer->fds[2], side);

	if (end == NULL) {
		log_control(LOG_ERROR, "SSHS_LOG", "joint %s %u cannot be attached",
		            link_offer_name(offer->role), offer->index);
		fds_close(offer);
		return;
	}
	unwatch(l, joint);
	take(l->shard, end);
	watch(l, joint, end);
}

static void offer_take(struct shard *h, struct shard_task *task)
{
	struct offer_task *t = (struct offer_task *)task;
	const struct link_offer *offer = &t->offer;

	switch (offer->role) {
	case LINK_OFFER_DATA:
		attach(t->loop, JOINT_DATA, offer, LINK_B, shard_attach_data);
		break;
	case LINK_OFFER_KEEPER:
		attach(t->loop, JOINT_KEEPER, offer, LINK_A, shard_attach_keeper);
		break;
	case LINK_OFFER_DIALOGUE:
		attach(t->loop, JOINT_DIALOGUE, offer, LINK_A, shard_attach_dialogue);
		break;
	case LINK_OFFER_SESSIONS:
		if (shard_map_sessions(h, offer->fds[0]) != STATUS_OK)
			log_control(LOG_ERROR, "SSHS_LOG",
			            "arena of sessions cannot be mapped");
		break;
	case LINK_OFFER_STOP:
		shard_stop(h);
		t->loop->stop_us = clock_us() + STOP_US;
		break;
	default:
		fds_close(offer);
	}
	free(t);
}

void loop_offer(struct loop *l, const struct link_offer *offer)
{
	struct offer_task *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		fds_close(offer);
		return;
	}
	t->task.run = offer_take;
	t->loop = l;
	t->offer = *offer;
	shard_post(l->shard, &t->task);
}

void loop_stop(struct loop *l)
{
	loop_offer(l, &(struct link_offer){.role = LINK_OFFER_STOP});
}

// --- waiting -------------------------------------------------------------------------------------

static void on_bell(uv_poll_t *poll, int status, int events)
{
	struct loop *l = poll->data;
	uint64_t rung;

	(void)!read(l->bell_fd, &rung, sizeof(rung));
}

static void on_timer(uv_timer_t *timer)
{
}

// A plain eventfd: uv_async_send makes the loop spin until the sender has run on, and our senders
// are threads of the lowest priority.
static void wake(struct shard *h)
{
	struct loop *l = h->wake_arg;

	(void)!write(l->bell_fd, &(uint64_t){1}, sizeof(uint64_t));
}

static void joints_awake(struct shard *h)
{
	struct link *const joints[JOINTS] = {h->data, h->keeper, h->dialogue};

	for (int i = 0; i < JOINTS; i++) {
		if (joints[i] != NULL)
			link_awake(joints[i]);
	}
}

// Announce sleep to every peer; false when one of them has work for us after all.
static bool joints_sleep(struct shard *h)
{
	struct link *const joints[JOINTS] = {h->data, h->keeper, h->dialogue};
	bool asleep = true;

	for (int i = 0; i < JOINTS && asleep; i++) {
		if (joints[i] != NULL)
			asleep = link_sleep(joints[i]);
	}
	return asleep;
}

// With the worker while there is room for both; the keeper and the command line come along.
static void place_choose(struct loop *l)
{
	if (l->shard->data == NULL)
		return;
	link_place_follow(&l->place, l->shard->data);
	if (l->shard->keeper != NULL)
		link_place_pass(&l->place, l->shard->keeper);
	if (l->shard->dialogue != NULL)
		link_place_pass(&l->place, l->shard->dialogue);
}

static void wait_for_work(struct loop *l)
{
	uint64_t next = shard_next_us(l->shard), now = clock_us();

	if (l->stop_us != 0 && l->stop_us < next)
		next = l->stop_us;
	if (!joints_sleep(l->shard)) {
		joints_awake(l->shard);
		return;
	}
	// A timer that is due when uv_run begins runs before the wait and does not end it: the repeat
	// does. The clock first, or a turn that took long makes it due by what it took.
	uv_update_time(&l->uv);
	if (next == UINT64_MAX)
		uv_timer_stop(&l->timer);
	else
		uv_timer_start(&l->timer, on_timer, next > now ? (next - now + 999) / 1000 : 0,
		               1);
	uv_run(&l->uv, UV_RUN_ONCE);
	joints_awake(l->shard);
	if (link_place_slept(&l->place, now, clock_us()))
		place_choose(l);
}

static bool stopped(const struct loop *l)
{
	return l->stop_us != 0 && (l->shard->gauges.sessions == 0 || clock_us() >= l->stop_us);
}

static void *loop_thread(void *arg)
{
	struct loop *l = arg;
	unsigned turns = 0;

	pthread_setname_np(pthread_self(), "shard");
	memory_own_arena();
	link_place_start(&l->place, clock_us());
	while (!stopped(l)) {
		if (!shard_turn(l->shard, clock_us())) {
			turns = 0;
			if (!stopped(l)) // which the turn may have brought
				wait_for_work(l);
		} else if (++turns % TURNS_UNSEEN == 0) {
			uv_run(&l->uv, UV_RUN_NOWAIT);
		}
	}
	shard_turn(l->shard, clock_us());
	return NULL;
}

static void loop_unmake(struct loop *l)
{
	uv_close((uv_handle_t *)&l->bell, NULL);
	uv_close((uv_handle_t *)&l->timer, NULL);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	uv_loop_close(&l->uv);
	close(l->bell_fd);
	free(l);
}

struct loop *loop_start(struct shard *h)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->shard = h;
	if (uv_loop_init(&l->uv) != 0) {
		free(l);
		return NULL;
	}
	l->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->bell_fd < 0) {
		uv_loop_close(&l->uv);
		free(l);
		return NULL;
	}
	uv_poll_init(&l->uv, &l->bell, l->bell_fd);
	l->bell.data = l;
	uv_poll_start(&l->bell, UV_READABLE, on_bell);
	uv_timer_init(&l->uv, &l->timer);
	h->now_us = clock_us();
	h->wake_arg = l;
	h->wake = wake;
	if (pthread_create(&l->thread, NULL, loop_thread, l) != 0) {
		loop_unmake(l);
		return NULL;
	}
	return l;
}

void loop_join(struct loop *l)
{
	pthread_join(l->thread, NULL);
	l->shard->wake = NULL;
	for (int i = 0; i < JOINTS; i++)
		unwatch(l, (enum joint)i);
	loop_unmake(l);
}
