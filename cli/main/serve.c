// The event loop: cells in, dialogues' turns, cells out; asleep when there is nothing to do.
#include "cli/main/serve.h"
#include "cli/files/upload.h"
#include "cli/main/chore.h"
#include "dataplane/base/trace.h"
#include "dataplane/link/link_offer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CELLS_PER_TURN 256
#define STOP_US        500000u

static uint64_t clock_us(void)
{
	return uv_hrtime() / 1000;
}

// --- joints ------------------------------------------------------------------------------------

static bool joint_send(struct port *port, struct link_cell *cell, struct span payload)
{
	struct joint *j = (struct joint *)port;

	if (payload.len == 0)
		return link_post(j->link, cell);
	return link_send(j->link, cell, payload);
}

static uint32_t joint_drain(struct joint *j)
{
	struct dialogue_table *local = &j->serve->consoles.table;
	struct link_cell cell;
	struct span payload;
	uint32_t cells = 0;

	while (j->link != NULL && cells < CELLS_PER_TURN &&
	       link_next(j->link, &cell, &payload)) {
		cells++;
		if (cell.slot < DIALOGUE_LOCAL)
			table_cell(&j->table, &cell, payload);
		else if (cell.kind == DIALOGUE_REPLY)
			table_cell(local, &cell, payload);
		else
			j->serve->shell.count[COUNT_cli_bad_cell]++;
		link_done(j->link);
	}
	return cells;
}

static void on_doorbell(uv_poll_t *poll, int status, int events)
{
	struct joint *j = poll->data;

	if (j->link != NULL)
		link_awake(j->link);
	serve_wake(j->serve);
}

static void on_load_done(struct config_load *load)
{
	struct serve *s = load->owner;

	s->loading = false;
	if (link_report_send(LINK_OFFER_SOCKET, LINK_REPORT_READY) != STATUS_OK)
		shell_log(&s->shell, "start: the supervisor does not hear us");
}

static void load_begin(struct serve *s)
{
	if (!s->started || s->joints[0].link == NULL)
		return;
	s->loading = true;
	s->load.table = &s->consoles.table;
	s->load.slot = LOAD_SLOT;
	s->load.done = on_load_done;
	s->load.owner = s;
	config_load(&s->load);
}

static void on_doorbell_closed(uv_handle_t *handle)
{
	free(handle);
}

// The other end is gone, and with it everything that came through it.
static void joint_end(struct joint *j)
{
	if (j->link == NULL)
		return;
	uv_poll_stop(j->doorbell);
	uv_close((uv_handle_t *)j->doorbell, on_doorbell_closed);
	table_fini(&j->table);
	link_free(j->link);
	j->link = NULL;
}

static void joint_begin(struct serve *s, const struct link_offer *offer)
{
	struct joint *j = &s->joints[offer->index];
	bool again = j->link != NULL;

	joint_end(j);
	if (again && offer->index == 0)
		consoles_orphan(&s->consoles);
	*j = (struct joint){.port = {joint_send}, .serve = s};
	j->link = link_attach(offer->fds[0], offer->fds[1], offer->fds[2], LINK_B);
	if (j->link == NULL) {
		shell_log(&s->shell, "joint %u: %s", offer->index, strerror(errno));
		for (uint32_t i = 0; i < offer->fd_count; i++)
			close(offer->fds[i]);
		return;
	}
	j->doorbell = calloc(1, sizeof(*j->doorbell));
	if (j->doorbell == NULL ||
	    table_init(&j->table, &s->shell, &j->port, 0, DIALOGUE_SLOTS) != STATUS_OK ||
	    uv_poll_init(s->loop, j->doorbell, link_doorbell(j->link)) != 0) {
		shell_log(&s->shell, "joint %u: no memory", offer->index);
		abort();
	}
	j->doorbell->data = j;
	uv_poll_start(j->doorbell, UV_READABLE, on_doorbell);
	if (offer->index >= s->joint_count)
		s->joint_count = offer->index + 1;
	if (again && offer->index == 0)
		load_begin(s);
}

// --- offers of the supervisor --------------------------------------------------------------------

// Everyone is told; what cannot be told in half a second is left to control.
static void stop_begin(struct serve *s)
{
	s->stopping = true;
	s->stop_by_us = clock_us() + STOP_US;
	for (uint32_t i = 0; i < CONSOLES_MAX; i++) {
		struct dialogue *d = table_find(&s->consoles.table, DIALOGUE_LOCAL + i,
		                                s->consoles.console[i].life);

		if (d == NULL)
			continue;
		output_line(d, span_text("\n% The device is going down.\n"));
		dialogue_close(d, 0);
	}
}

static void offer_take(struct serve *s, const struct link_offer *offer)
{
	switch (offer->role) {
	case LINK_OFFER_DIALOGUE:
		if (offer->index < JOINTS_MAX) {
			joint_begin(s, offer);
			return;
		}
		break;
	case LINK_OFFER_CONSOLE:
		consoles_listen(&s->consoles, offer->fds[0]);
		return;
	case LINK_OFFER_LAUNCHER:
		guests_attach(&s->shell, offer->fds[0]);
		return;
	case LINK_OFFER_TRACE:
		if (!trace_attach(offer->fds[0]))
			shell_log(&s->shell, "trace: the file is not one");
		break;
	case LINK_OFFER_START:
		if (!s->started) {
			s->started = true;
			load_begin(s);
		}
		break;
	case LINK_OFFER_STOP:
		stop_begin(s);
		break;
	default:
		shell_log(&s->shell, "offer %s is not for this process",
		          link_offer_name(offer->role));
	}
	for (uint32_t i = 0; i < offer->fd_count; i++)
		close(offer->fds[i]);
}

static void on_offer(uv_poll_t *poll, int status, int events)
{
	struct serve *s = poll->data;
	struct link_offer offer;

	s->shell.now_us = clock_us();
	switch (link_offer_receive(LINK_OFFER_SOCKET, &offer)) {
	case STATUS_OK:
		offer_take(s, &offer);
		break;
	case STATUS_SHUTDOWN:
	case STATUS_SYSTEM:
		shell_log(&s->shell, "the supervisor is gone");
		uv_poll_stop(poll);
		uv_stop(s->loop);
		break;
	default:
		break;
	}
	serve_wake(s);
}

static void on_guests(uv_poll_t *poll, int status, int events)
{
	struct serve *s = poll->data;

	serve_wake(s);
	guests_poll(&s->shell);
}

// --- the loop ----------------------------------------------------------------------------------

static void on_busy(uv_idle_t *idle);
static void files_look(struct serve *s);

// With the only shard there is; among several, where the system likes.
static void place_choose(struct serve *s)
{
	if (s->joint_count == 1 && s->joints[0].link != NULL)
		link_place_follow(&s->place, s->joints[0].link);
}

void serve_wake(struct serve *s)
{
	s->shell.now_us = clock_us();
	if (!s->asleep)
		return;
	s->asleep = false;
	if (link_place_slept(&s->place, s->asleep_from_us, s->shell.now_us))
		place_choose(s);
	for (uint32_t i = 0; i < s->joint_count; i++)
		if (s->joints[i].link != NULL)
			link_awake(s->joints[i].link);
	uv_timer_stop(&s->timer);
	uv_idle_start(&s->busy, on_busy);
}

static void on_timer(uv_timer_t *timer)
{
	serve_wake(timer->data);
}

static uint64_t next_us(struct serve *s)
{
	uint64_t next = s->stopping ? s->stop_by_us : UINT64_MAX;
	uint64_t due = wheel_next_us(&s->consoles.table.wheel),
	         chore = chore_next_us(&s->shell);

	if (due < next)
		next = due;
	if (chore < next)
		next = chore;
	due = file_pool_next_us(&s->files, s->shell.now_us);
	if (due < next)
		next = due;
	for (uint32_t i = 0; i < s->joint_count; i++) {
		if (s->joints[i].link == NULL)
			continue;
		due = wheel_next_us(&s->joints[i].table.wheel);
		if (due < next)
			next = due;
	}
	return next;
}

static void serve_sleep(struct serve *s)
{
	uint64_t next = next_us(s), wait_ms;

	for (uint32_t i = 0; i < s->joint_count; i++) {
		if (s->joints[i].link == NULL || link_sleep(s->joints[i].link))
			continue;
		for (uint32_t k = 0; k <= i; k++) // there is work after all
			if (s->joints[k].link != NULL)
				link_awake(s->joints[k].link);
		return;
	}
	s->asleep = true;
	s->asleep_from_us = clock_us();
	uv_idle_stop(&s->busy);
	if (next == UINT64_MAX)
		return;
	wait_ms = next > s->shell.now_us ? (next - s->shell.now_us) / 1000 + 1 : 1;
	uv_timer_start(&s->timer, on_timer, wait_ms, 0);
}

static bool may_leave(const struct serve *s)
{
	return s->stopping && !s->shell.saving &&
	       (s->consoles.table.open == 0 || s->shell.now_us >= s->stop_by_us);
}

static void on_busy(uv_idle_t *idle)
{
	struct serve *s = idle->data;
	uint32_t work = 0;

	s->shell.now_us = clock_us();
	for (uint32_t i = 0; i < s->joint_count; i++)
		work += joint_drain(&s->joints[i]);
	chore_run(&s->shell);
	files_look(s);
	work += shell_turn(&s->shell);
	table_time(&s->consoles.table, s->shell.now_us);
	for (uint32_t i = 0; i < s->joint_count; i++) {
		if (s->joints[i].link == NULL)
			continue;
		table_time(&s->joints[i].table, s->shell.now_us);
		link_flush(s->joints[i].link);
	}
	if (may_leave(s)) {
		uv_stop(s->loop);
		return;
	}
	// Dialogues that only wait for room stay in the queue until the other side makes some.
	if (work == 0 && (s->shell.first == NULL || s->shell.blocked > 0))
		serve_sleep(s);
}

// --- disk work ---------------------------------------------------------------------------------

static struct serve *serve_of(const struct file_job *job)
{
	return (struct serve *)((char *)job->shell - offsetof(struct serve, shell));
}

// Threads are made by the loop's, which may have joined a core.
static void on_file_thread(void *owner)
{
	link_place_roam(&((struct serve *)owner)->place);
}

static void on_file_done(void *owner)
{
	uv_async_send(&((struct serve *)owner)->filed);
}

static void on_filed(uv_async_t *filed)
{
	struct serve *s = filed->data;

	file_pool_collect(&s->files);
	serve_wake(s);
}

static void files_look(struct serve *s)
{
	bool hung = s->shell.disks_hang;

	if (!hung && file_pool_next_us(&s->files, s->shell.now_us) == UINT64_MAX)
		return;
	if (s->shell.now_us < s->files_look_us)
		return;
	s->files_look_us = s->shell.now_us + FILE_LOOK_US;
	s->shell.disks_hang = file_pool_look(&s->files);
	if (s->shell.disks_hang && !hung)
		shell_log(&s->shell,
		          "files: %u calls wait for a disk that does not answer; new "
		          "ones are refused",
		          FILE_THREADS_MAX);
	if (hung && !s->shell.disks_hang)
		shell_log(&s->shell, "files: the disk answers again");
}

static void job_submit(struct file_job *job)
{
	file_pool_submit(&serve_of(job)->files, job);
}

static void log_line(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

// --- starting and ending -----------------------------------------------------------------------

// The state directory lets us pass but not list: enough to open what it holds by name.
static int directory_open(const char *path)
{
	int fd = path != NULL ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (path != NULL && fd < 0 && errno == EACCES)
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (path != NULL && fd < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return fd;
}

static bool serve_init(struct serve *s, const struct options *options)
{
	const char *bad = NULL;

	s->loop = uv_default_loop();
	if (shell_init(&s->shell, &bad) != STATUS_OK) {
		fprintf(stderr, "command tree: cannot compile: %s\n",
		        bad != NULL ? bad : "memory");
		return false;
	}
	s->shell.now_us = clock_us();
	s->shell.submit = job_submit;
	s->shell.log = log_line;
	s->shell.flash = directory_open(options->flash);
	s->shell.state = directory_open(options->state);
	s->shell.local = &s->consoles.table;
	s->shell.local_slot = CHORE_SLOT;
	if (s->shell.flash >= 0)
		upload_sweep(s->shell.flash);
	if (s->shell.flash < 0 || consoles_init(&s->consoles, s) != STATUS_OK ||
	    !guests_init(&s->shell.guests) ||
	    uv_poll_init(s->loop, &s->guests, s->shell.guests.epoll) != 0)
		return false;
	uv_idle_init(s->loop, &s->busy);
	uv_timer_init(s->loop, &s->timer);
	uv_async_init(s->loop, &s->filed, on_filed);
	s->files.begin = on_file_thread;
	s->files.wake = on_file_done;
	s->files.owner = s;
	file_pool_init(&s->files);
	s->busy.data = s->timer.data = s->offers.data = s->filed.data = s->guests.data = s;
	uv_poll_start(&s->guests, UV_READABLE, on_guests);
	if (uv_poll_init(s->loop, &s->offers, LINK_OFFER_SOCKET) != 0) {
		fprintf(stderr, "descriptor 3: not the supervisor's socket\n");
		return false;
	}
	uv_poll_start(&s->offers, UV_READABLE | UV_DISCONNECT, on_offer);
	uv_idle_start(&s->busy, on_busy);
	return true;
}

static void serve_fini(struct serve *s)
{
	file_pool_end(&s->files);
	for (uint32_t i = 0; i < s->joint_count; i++)
		joint_end(&s->joints[i]);
	consoles_fini(&s->consoles);
	guests_fini(&s->shell);
	shell_fini(&s->shell);
}

int serve_run(const struct options *options)
{
	struct serve *s = calloc(1, sizeof(*s));
	int status = 1;

	umask(022); // files get the mode that a client asks for; nobody else reaches them
	if (s != NULL && serve_init(s, options)) {
		link_place_start(&s->place, clock_us());
		uv_run(s->loop, UV_RUN_DEFAULT);
		status = s->stopping ? 0 : 1;
		serve_fini(s);
	}
	return status;
}
