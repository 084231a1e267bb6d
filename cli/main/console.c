// Local dialogues: a console's socket on one side, the first joint for its calls on the other.
#include "cli/main/console.h"
#include "cli/main/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONSOLE_WINDOW (64u * 1024)
#define CONSOLE_READ   4096u

static void console_watch(struct console *k);

static struct dialogue *console_dialogue(const struct console *k)
{
	return table_find(&k->owner->table, DIALOGUE_LOCAL + (uint32_t)(k - k->owner->console),
	                  k->life);
}

static void on_closed(uv_handle_t *handle)
{
	struct console *k = handle->data;

	close(k->fd);
	k->fd = -1;
	k->closing = false;
}

static void console_close(struct console *k)
{
	struct dialogue *d = console_dialogue(k);

	if (k->fd < 0 || k->closing)
		return;
	k->closing = true;
	text_fini(&k->out);
	if (d != NULL)
		dialogue_hangup(d);
	uv_poll_stop(&k->poll);
	uv_close((uv_handle_t *)&k->poll, on_closed);
}

static void console_write(struct console *k)
{
	struct span bytes = text_span(&k->out);
	struct dialogue *d = console_dialogue(k);
	ssize_t wrote = 0;

	if (bytes.len > 0)
		wrote = send(k->fd, bytes.data, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (wrote < 0 && errno != EAGAIN && errno != EINTR) {
		console_close(k);
		return;
	}
	if (wrote > 0) {
		text_take(&k->out, (size_t)wrote);
		if (d != NULL)
			dialogue_credit(d, (uint64_t)wrote);
	}
	if (k->ended && text_left(&k->out) == 0)
		console_close(k);
	else
		console_watch(k);
}

static void console_read(struct console *k)
{
	uint8_t bytes[CONSOLE_READ];
	struct dialogue *d = console_dialogue(k);
	ssize_t got = recv(k->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got < 0 || d == NULL) {
		console_close(k);
		return;
	}
	if (got == 0) {
		k->unread = CONSOLE_WINDOW; // nothing more will come
		dialogue_input_end(d);
		console_watch(k);
		return;
	}
	k->unread += (uint64_t)got;
	dialogue_input(d, span_of(bytes, (size_t)got));
	console_watch(k);
}

static void on_console(uv_poll_t *poll, int status, int events)
{
	struct console *k = poll->data;

	serve_wake(k->owner->serve);
	if (status < 0) {
		console_close(k);
		return;
	}
	if ((events & UV_WRITABLE) != 0)
		console_write(k);
	if ((events & UV_READABLE) != 0 && !k->closing)
		console_read(k);
}

static void console_watch(struct console *k)
{
	int events = 0;

	if (k->closing)
		return;
	if (!k->ended && k->unread + CONSOLE_READ <= CONSOLE_WINDOW)
		events |= UV_READABLE;
	if (text_left(&k->out) > 0)
		events |= UV_WRITABLE;
	if (events != 0)
		uv_poll_start(&k->poll, events, on_console);
	else
		uv_poll_stop(&k->poll);
}

// --- cells of local dialogues ------------------------------------------------------------------

static bool request_send(struct consoles *c, struct link_cell *cell, struct span payload)
{
	struct joint *joint = &c->serve->joints[0];

	return joint->link != NULL && joint->port.send(&joint->port, cell, payload);
}

static bool console_send(struct console *k, struct link_cell *cell, struct span payload)
{
	struct dialogue_count count;

	if (k->fd < 0 || k->closing || cell->life != k->life)
		return true; // the terminal is gone: what was for it goes with it
	switch (cell->kind) {
	case DIALOGUE_OUTPUT:
		text_add(&k->out, payload.data, payload.len);
		console_watch(k);
		return true;
	case DIALOGUE_CONSUMED:
		memcpy(&count, cell->body, sizeof(count));
		if (k->unread < CONSOLE_WINDOW)
			k->unread -= count.bytes;
		console_watch(k);
		return true;
	case DIALOGUE_EXIT:
		k->ended = true;
		console_write(k);
		return true;
	default:
		return true;
	}
}

// What the start-up file's commands answered: errors go to the log.
static void load_output(struct serve *s, const struct link_cell *cell, struct span payload)
{
	struct dialogue *d = table_find(&s->consoles.table, cell->slot, cell->life);
	const char *at = (const char *)payload.data, *end = at + payload.len;

	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *stop = lf != NULL ? lf : end;

		if (stop - at > 3 && memcmp(at, " % ", 3) == 0)
			shell_log(&s->shell, "start: line %u:%.*s",
			          d != NULL && d->script != NULL ? d->script->line : 0,
			          (int)(stop - at - 2), at + 2);
		at = stop + 1;
	}
}

static bool local_send(struct port *port, struct link_cell *cell, struct span payload)
{
	struct consoles *c = (struct consoles *)port;

	if (cell->kind == DIALOGUE_REQUEST)
		return request_send(c, cell, payload);
	if (cell->slot < LOAD_SLOT)
		return console_send(&c->console[cell->slot - DIALOGUE_LOCAL], cell, payload);
	if (cell->kind == DIALOGUE_OUTPUT)
		load_output(c->serve, cell, payload);
	return true;
}

// --- coming and going --------------------------------------------------------------------------

static void console_open(struct consoles *c, int fd)
{
	static const struct dialogue_start start = {
	        .open = {.type = DIALOGUE_SHELL, .has_pty = 1},
	        .role = API_ROLE_ADMIN,
	        .user = {(const uint8_t *)"console", 7},
	};
	struct console *k = NULL;
	struct dialogue *d;

	for (uint32_t i = 0; i < CONSOLES_MAX && k == NULL; i++)
		if (c->console[i].fd < 0)
			k = &c->console[i];
	if (k == NULL || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
	    uv_poll_init(c->serve->loop, &k->poll, fd) != 0) {
		close(fd);
		return;
	}
	*k = (struct console){.owner = c, .poll = k->poll, .fd = fd, .life = ++c->lives};
	k->poll.data = k;
	d = dialogue_open(&c->table, DIALOGUE_LOCAL + (uint32_t)(k - c->console), k->life,
	                  &start);
	if (d == NULL) {
		console_close(k);
		return;
	}
	dialogue_credit(d, CONSOLE_WINDOW);
	console_watch(k);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct consoles *c = poll->data;
	int listener, fd;

	if (status < 0 || uv_fileno((uv_handle_t *)poll, &listener) != 0)
		return;
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		console_open(c, fd);
	serve_wake(c->serve);
}

enum status consoles_init(struct consoles *c, struct serve *s)
{
	c->port.send = local_send;
	c->serve = s;
	for (uint32_t i = 0; i < CONSOLES_MAX; i++)
		c->console[i] = (struct console){.owner = c, .fd = -1};
	return table_init(&c->table, &s->shell, &c->port, DIALOGUE_LOCAL, LOCAL_SLOTS);
}

void consoles_listen(struct consoles *c, int socket)
{
	if (c->listening || fcntl(socket, F_SETFL, O_NONBLOCK) != 0 ||
	    uv_poll_init(c->serve->loop, &c->listener, socket) != 0) {
		close(socket);
		return;
	}
	c->listening = true;
	c->listener.data = c;
	uv_poll_start(&c->listener, UV_READABLE, on_connection);
}

void consoles_orphan(struct consoles *c)
{
	for (uint32_t i = 0; i < c->table.top; i++) {
		struct dialogue *d = &c->table.rows[i];

		if (d->table == NULL || d->task == NULL || d->task->wait != WAIT_REPLY)
			continue;
		if (d->slot >= LOAD_SLOT) {
			if (d->script != NULL)
				config_load_cut(d);
			dialogue_close(d, 1);
			continue;
		}
		(void)task_fail(d->task, "The command was cut short: control was restarted.");
		d->task->wait = WAIT_NOTHING;
		d->task->unsent = false;
		d->task->done = true;
		shell_queue(&c->serve->shell, d);
	}
}

void consoles_fini(struct consoles *c)
{
	table_fini(&c->table);
	for (uint32_t i = 0; i < CONSOLES_MAX; i++)
		text_fini(&c->console[i].out);
}
