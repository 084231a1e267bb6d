// Programs behind dialogues: their descriptors, and what the launcher says of them.
#include "cli/guest/guest.h"

#include "cli/main/input.h"
#include "dataplane/link/launch_msg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 4096
#define EVENTS     64
#define END_KEY    "\4" // Ctrl+D: a terminal has no other end of input

struct guest {
	struct guest *next, *previous;
	struct shell *shell;
	struct dialogue *dialogue; // NULL: gone, and the launcher has not room to hear of it
	uint32_t id;
	int fd; // -1: not begun yet
	bool has_pty;
	bool readable, writable;
	bool drained;  // all that it showed has been read
	bool deaf;     // it reads no more
	bool told_end; // that there is no more input
	bool ended;    // `status` says how
	uint32_t status;
	uint64_t due_us; // after `ended`: whatever is not read by then is left
};

// --- all of them ---------------------------------------------------------------------------------

static bool watch(struct guests *g, int fd, struct guest *who)
{
	struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLET, {.ptr = who}};

	return epoll_ctl(g->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

// The launcher may hold it still, so that closing alone does not end the watch.
static void unwatch(struct guests *g, int *fd)
{
	if (*fd < 0)
		return;
	epoll_ctl(g->epoll, EPOLL_CTL_DEL, *fd, NULL);
	close(*fd);
	*fd = -1;
}

bool guests_init(struct guests *g)
{
	*g = (struct guests){.launcher = -1, .epoll = epoll_create1(EPOLL_CLOEXEC)};
	return g->epoll >= 0;
}

static void guest_free(struct guest *g)
{
	struct guests *all = &g->shell->guests;

	unwatch(all, &g->fd);
	if (g->next != NULL)
		g->next->previous = g->previous;
	if (g->previous != NULL)
		g->previous->next = g->next;
	else
		all->first = g->next;
	all->open--;
	free(g);
}

static void guest_end(struct guest *g, uint32_t status)
{
	g->ended = true;
	g->status = status;
	g->due_us = g->shell->now_us + GUEST_DRAIN_US;
	if (g->dialogue == NULL)
		return;
	wheel_arm(&g->dialogue->table->wheel, g->dialogue->slot - g->dialogue->table->first,
	          g->due_us);
	shell_queue(g->shell, g->dialogue);
}

static void launcher_gone(struct shell *shell)
{
	struct guest *next;

	if (shell->guests.launcher < 0)
		return;
	unwatch(&shell->guests, &shell->guests.launcher);
	for (struct guest *g = shell->guests.first; g != NULL; g = next) {
		next = g->next;
		if (g->dialogue == NULL)
			guest_free(g);
		else if (!g->ended)
			guest_end(g, 255);
	}
}

void guests_attach(struct shell *shell, int socket)
{
	launcher_gone(shell);
	shell->guests.launcher = socket;
	if (!watch(&shell->guests, socket, NULL))
		launcher_gone(shell);
}

void guests_fini(struct shell *shell)
{
	launcher_gone(shell);
	while (shell->guests.first != NULL) {
		if (shell->guests.first->dialogue != NULL)
			shell->guests.first->dialogue->guest = NULL;
		guest_free(shell->guests.first);
	}
	if (shell->guests.epoll >= 0)
		close(shell->guests.epoll);
	shell->guests.epoll = -1;
}

// --- what the launcher says ----------------------------------------------------------------------

static struct guest *guest_find(struct guests *all, uint32_t id)
{
	for (struct guest *g = all->first; g != NULL; g = g->next)
		if (g->id == id && g->dialogue != NULL)
			return g;
	return NULL;
}

static void on_started(struct guest *g, const struct launch_msg *m, int fd)
{
	char line[128];

	if (m->number != 0) {
		snprintf(line, sizeof(line), "%% The program cannot be started: %s.\n",
		         strerror((int)m->number));
		output_line(g->dialogue, span_text(line));
		g->shell->count[COUNT_cli_guest_refused]++;
		g->drained = true;
		guest_end(g, 255);
		return;
	}
	g->fd = fd;
	g->readable = g->writable = true;
	if (!watch(&g->shell->guests, fd, g))
		guest_end(g, 255);
	guest_resize(g->dialogue); // it may have changed meanwhile
	shell_queue(g->shell, g->dialogue);
}

static void packet_take(struct shell *shell, const struct launch_msg *m, int fd)
{
	struct guest *g = guest_find(&shell->guests, m->id);
	bool fits = m->kind == LAUNCH_STARTED ? g != NULL && g->fd < 0 && !g->ended
	                                      : g != NULL && !g->ended;

	if (fits && m->kind == LAUNCH_STARTED)
		on_started(g, m, fd);
	else if (fd >= 0)
		close(fd);
	if (fits && m->kind == LAUNCH_ENDED)
		guest_end(g, m->number);
}

static void end_send(struct guest *g)
{
	struct launch_msg m = {.kind = LAUNCH_END, .id = g->id};

	g->dialogue = NULL;
	if (launch_send(g->shell->guests.launcher, &m, -1) != STATUS_NO_ROOM)
		guest_free(g);
}

static void launcher_read(struct shell *shell)
{
	static uint8_t packet[LAUNCH_BYTES_MAX];
	struct launch_msg m;
	enum status status = STATUS_OK;
	int fd;

	while (shell->guests.launcher >= 0 && status != STATUS_NOT_FOUND) {
		status = launch_receive(shell->guests.launcher, packet, &m, &fd);
		if (status == STATUS_SHUTDOWN || status == STATUS_SYSTEM)
			launcher_gone(shell);
		else if (status == STATUS_OK)
			packet_take(shell, &m, fd);
	}
}

static void ends_send(struct shell *shell)
{
	struct guest *next;

	for (struct guest *g = shell->guests.first; g != NULL; g = next) {
		next = g->next;
		if (g->dialogue == NULL)
			end_send(g);
	}
}

void guests_poll(struct shell *shell)
{
	struct epoll_event events[EVENTS];
	bool launcher = false;
	int count = epoll_wait(shell->guests.epoll, events, EVENTS, 0);

	for (int i = 0; i < count; i++) {
		struct guest *g = events[i].data.ptr;

		launcher |= g == NULL;
		if (g == NULL)
			continue;
		g->readable |= (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
		g->writable |= (events[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
		if (g->dialogue != NULL)
			shell_queue(shell, g->dialogue);
	}
	if (launcher) {
		ends_send(shell);
		launcher_read(shell);
	}
}

// --- beginning and ending ------------------------------------------------------------------------

const struct blob *guest_command(const struct dialogue *d)
{
	if (d->slot >= DIALOGUE_LOCAL || d->user == NULL || d->type == DIALOGUE_SUBSYSTEM)
		return NULL;
	return shell_user_entry(&d->table->shell->guest_commands, span_text(d->user));
}

static const char *refusal(const struct shell *shell, enum status status)
{
	if (shell->guests.launcher < 0)
		return "% No other program runs on this device: it was started without "
		       "--exec-user.\n";
	if (shell->guests.open >= GUESTS_MAX)
		return "% Too many programs run: try again later.\n";
	return status == STATUS_TOO_LONG || status == STATUS_OVERFLOW
	               ? "% The command is too long.\n"
	       : status == STATUS_OK ? NULL
	                             : "% The program cannot be started: try again later.\n";
}

// As the launcher will judge it.
static enum status judged(const struct launch_msg *m)
{
	static uint8_t bytes[LAUNCH_BYTES_MAX];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct launch_msg same;
	enum status status = launch_build(&b, m);

	return status == STATUS_OK ? launch_parse(builder_span(&b), &same) : status;
}

static bool refuse(struct dialogue *d, const char *why)
{
	d->table->shell->count[COUNT_cli_guest_refused]++;
	output_line(d, span_text(why));
	dialogue_close(d, 255);
	return false;
}

static struct guest *guest_new(struct dialogue *d, uint32_t id)
{
	struct shell *shell = d->table->shell;
	struct guest *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	*g = (struct guest){.next = shell->guests.first,
	                    .shell = shell,
	                    .dialogue = d,
	                    .id = id,
	                    .fd = -1,
	                    .has_pty = d->has_pty};
	if (g->next != NULL)
		g->next->previous = g;
	shell->guests.first = g;
	shell->guests.open++;
	return g;
}

static void log_begin(const struct dialogue *d, const struct blob *command)
{
	char line[512], peer[DIALOGUE_PEER_MAX], terminal[DIALOGUE_PEER_MAX];

	snprintf(line, sizeof(line), "SHELL_EXEC: -Line=%s-IPAddr=%s-User=%s; Program is %.*s",
	         dialogue_terminal(d, terminal), dialogue_peer(d, peer), d->user,
	         (int)command->len, (const char *)command->data);
	log_line_add(d->table->shell, line);
}

bool guest_open(struct dialogue *d, const struct blob *command,
                const struct dialogue_start *start)
{
	struct shell *shell = d->table->shell;
	struct launch_msg m = {.kind = LAUNCH_START,
	                       .id = ++shell->guests.next_id,
	                       .has_pty = d->has_pty,
	                       .columns = d->columns,
	                       .rows = d->rows,
	                       .command = span_blob(command),
	                       .request = d->type == DIALOGUE_EXEC ? start->command
	                                                           : span_text(""),
	                       .user = start->user,
	                       .terminal = start->terminal,
	                       .peer = start->peer};
	const char *why = refusal(shell, judged(&m));

	if (why == NULL)
		why = refusal(shell, launch_send(shell->guests.launcher, &m, -1));
	if (why != NULL)
		return refuse(d, why);
	d->guest = guest_new(d, m.id);
	if (d->guest == NULL)
		return refuse(d, "% The program cannot be started: no memory.\n");
	shell->count[COUNT_cli_guests]++;
	log_begin(d, command);
	return true;
}

void guest_leave(struct guest *g)
{
	if (g == NULL)
		return;
	unwatch(&g->shell->guests, &g->fd);
	if (g->ended || g->shell->guests.launcher < 0)
		guest_free(g);
	else
		end_send(g);
}

// --- while it runs -------------------------------------------------------------------------------

void guest_resize(struct dialogue *d)
{
	struct winsize size = {.ws_row = (unsigned short)d->rows,
	                       .ws_col = (unsigned short)d->columns};

	if (d->guest->fd >= 0 && d->guest->has_pty)
		ioctl(d->guest->fd, TIOCSWINSZ, &size);
}

void guest_signal(struct dialogue *d, struct span name)
{
	struct launch_msg m = {.kind = LAUNCH_SIGNAL, .id = d->guest->id, .name = name};

	if (!d->guest->ended && judged(&m) == STATUS_OK &&
	    launch_send(d->table->shell->guests.launcher, &m, -1) != STATUS_OK)
		d->table->shell->count[COUNT_cli_guest_unheard]++;
}

static ssize_t bytes_write(const struct guest *g, const void *bytes, size_t len)
{
	return g->has_pty ? write(g->fd, bytes, len) : send(g->fd, bytes, len, MSG_NOSIGNAL);
}

// Like a shell's, input that nobody reads any more is gone.
static bool input_give(struct dialogue *d, struct guest *g)
{
	const struct input *first = d->input;
	size_t len = first->len - first->at;
	ssize_t n = g->deaf ? (ssize_t)len : bytes_write(g, first->data + first->at, len);

	if (n > 0) {
		input_take(d, (size_t)n);
		return true;
	}
	if (n < 0 && errno == EINTR)
		return true;
	g->writable = false;
	g->deaf = n < 0 && errno != EAGAIN;
	return g->deaf;
}

static bool input_end(struct guest *g)
{
	if (!g->has_pty)
		shutdown(g->fd, SHUT_WR);
	else if (bytes_write(g, END_KEY, 1) < 0 && errno == EAGAIN) {
		g->writable = false;
		return false;
	}
	g->told_end = true;
	return true;
}

static bool output_take(struct dialogue *d, struct guest *g)
{
	char bytes[READ_BYTES];
	ssize_t n = read(g->fd, bytes, sizeof(bytes));

	if (n > 0) {
		text_add(&d->out, bytes, (size_t)n);
		return true;
	}
	if (n < 0 && errno == EINTR)
		return true;
	g->readable = false;
	g->drained = n == 0 || errno != EAGAIN; // EIO: nobody has the terminal open
	return g->drained;
}

bool guest_step(struct dialogue *d)
{
	struct guest *g = d->guest;
	bool did = false;

	if (g->fd >= 0 && d->input != NULL && (g->writable || g->deaf))
		did |= input_give(d, g);
	if (g->fd >= 0 && d->input == NULL && d->input_ended && !g->told_end && g->writable)
		did |= input_end(g);
	if (g->fd >= 0 && g->readable && text_left(&d->out) < DIALOGUE_OUT_HIGH)
		did |= output_take(d, g);
	if (d->out.failed) {
		d->table->shell->count[COUNT_cli_no_memory]++;
		dialogue_close(d, 255);
		return true;
	}
	if (g->ended && (g->drained || g->fd < 0 || d->table->shell->now_us >= g->due_us)) {
		dialogue_close(d, g->status);
		return true;
	}
	return did;
}
