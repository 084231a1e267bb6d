// What a worker does when there is nothing to do: poll on for a while, then wait until a frame,
// control's doorbell, another worker or the next timer.
#include "dataplane/main/worker.h"

#include <errno.h>
#include <rte_pause.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define SPIN_MOST_US  10u // about what falling asleep and waking costs
#define SPIN_FIRST_US 2u
#define NAP_LEAST_US  50u   // ports that cannot wake us are looked at this often ...
#define NAP_MOST_US   200u  // ... and after a while this often
#define NAP_SHORT_US  5000u // how long naps stay short
#define SLEEP_MOST_US 1000000u
#define EVENTS_MOST   (2 + NET_PORTS_MAX) // other workers, the doorbell, each port

static bool watch(struct idle *idle, int fd, uint32_t how)
{
	struct epoll_event event = {.events = how, .data.fd = fd};

	return epoll_ctl(idle->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

// Edges: one report an arrival, and nobody but the driver reads the descriptor.
static void port_watch(struct worker_port *p)
{
	struct worker *w = p->worker;

	p->look = true;
	p->fd = port_receive_fd(p->port, (uint16_t)w->index);
	if (p->fd >= 0 && !watch(&w->idle, p->fd, EPOLLIN | EPOLLET))
		p->fd = -1;
	w->idle.naps |= p->fd < 0 && p->sender == NULL;
}

bool idle_init(struct worker *w, bool spin)
{
	struct idle *idle = &w->idle;

	idle->spin = spin;
	idle->spin_us = SPIN_FIRST_US;
	idle->link_fd = -1;
	idle->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (idle->epoll < 0 || w->wake_fd < 0 || !watch(idle, w->wake_fd, EPOLLIN | EPOLLET))
		return false;
	for (uint32_t i = 0; i < w->ports; i++)
		port_watch(&w->port[i]);
	return true;
}

void idle_fini(struct worker *w)
{
	if (w->idle.epoll >= 0)
		close(w->idle.epoll);
	if (w->wake_fd >= 0)
		close(w->wake_fd);
}

// The old joint's doorbell was closed with it.
void idle_link_changed(struct worker *w)
{
	w->idle.link_fd = link_doorbell(w->data.link);
	if (!watch(&w->idle, w->idle.link_fd, EPOLLIN))
		w->idle.link_fd = -1;
}

void idle_wake(struct worker *w)
{
	uint64_t one = 1;

	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&w->idle.asleep, memory_order_relaxed) &&
	    write(w->wake_fd, &one, sizeof(one)) < 0)
		return; // the counter is full: it is awake
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t interfaces_next_us(const struct worker *w)
{
	uint64_t due = UINT64_MAX;

	for (uint32_t i = 0; i < w->interfaces.count; i++) {
		const struct interface *one = &w->interfaces.at[i];

		due = earlier(due,
		              earlier(neighbor_next_us(&one->neighbors), one->presence.due_us));
	}
	return due;
}

// How long there is nothing to do, if nobody wakes us.
static uint64_t sleep_us(const struct worker *w)
{
	uint64_t due = earlier(tcp_next_us(w->tcp), interfaces_next_us(w));
	uint64_t most = SLEEP_MOST_US;

	due = earlier(due, net_next_us(&w->net));
	if (w->idle.naps) {
		uint64_t quiet = w->now_us - w->idle.quiet_since_us;

		most = quiet < NAP_SHORT_US ? NAP_LEAST_US : NAP_MOST_US;
	}
	if (due <= w->now_us)
		return 0;
	return earlier(due - w->now_us, most);
}

// A sleep that polling a little longer would have spared makes us poll longer before the next; a
// long one makes us poll less.
static void spin_adapt(struct idle *idle, uint64_t slept_us)
{
	uint64_t more = idle->spin_us > 0 ? idle->spin_us * 2 : SPIN_FIRST_US;

	if (slept_us >= SPIN_MOST_US)
		idle->spin_us /= 2;
	else
		idle->spin_us = more < SPIN_MOST_US ? more : SPIN_MOST_US;
}

// A port with a descriptor says when frames come; one look at the end of a sleep that nobody ended
// makes up for any word that was missed.
static bool port_reported(const struct worker_port *p, const struct epoll_event *events, int n)
{
	if (p->fd < 0 || n <= 0)
		return true;
	for (int i = 0; i < n; i++) {
		if (events[i].data.fd == p->fd)
			return true;
	}
	return false;
}

static void sleep_for(struct worker *w, uint64_t us)
{
	struct timespec limit = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
	struct epoll_event events[EVENTS_MOST];
	uint64_t start = worker_clock(w), end;
	int n;

	w->count[COUNTER_sleeps]++;
	// A signal of the tap driver ends the wait too: frames have arrived.
	n = epoll_pwait2(w->idle.epoll, events, EVENTS_MOST, &limit, NULL);
	for (uint32_t i = 0; i < w->ports; i++)
		w->port[i].look = port_reported(&w->port[i], events, n);
	end = worker_clock(w);
	if (link_place_slept(&w->idle.place, start, end) && w->data.link != NULL)
		link_place_tell(w->data.link, (unsigned)sched_getcpu(), w->idle.place.used);
	spin_adapt(&w->idle, n == 0 ? end : end - start);
}

static void ports_arm(const struct worker *w)
{
	for (uint32_t i = 0; i < w->ports; i++)
		port_arm(w->port[i].port, (uint16_t)w->index);
}

static void ports_disarm(const struct worker *w)
{
	for (uint32_t i = 0; i < w->ports; i++)
		port_disarm(w->port[i].port, (uint16_t)w->index);
}

static void fall_asleep(struct worker *w)
{
	struct link *link = w->data.link;
	uint64_t us;

	atomic_store_explicit(&w->idle.asleep, true, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	ports_arm(w);
	// What came before we were seen asleep rings no bell.
	if (atomic_load(&w->stop) || atomic_load(&w->offered) != NULL || worker_turn(w))
		us = 0;
	else
		us = sleep_us(w);
	if (us > 0 && (link == NULL || link_sleep(link))) {
		sleep_for(w, us);
		if (link != NULL)
			link_awake(link);
	}
	ports_disarm(w);
	atomic_store_explicit(&w->idle.asleep, false, memory_order_relaxed);
}

void idle_step(struct worker *w, bool busy)
{
	// Where a descriptor tells of frames, a look that it did not ask for is a system call wasted.
	for (uint32_t i = 0; i < w->ports; i++)
		w->port[i].look = busy || w->idle.spin || w->idle.naps;
	if (busy || w->idle.spin) {
		w->idle.quiet_since_us = 0;
		return;
	}
	if (w->idle.quiet_since_us == 0)
		w->idle.quiet_since_us = w->now_us;
	if (w->now_us - w->idle.quiet_since_us < w->idle.spin_us) {
		rte_pause();
		return;
	}
	if (data_is_idle(&w->data) && sleep_us(w) > 0)
		fall_asleep(w);
}
