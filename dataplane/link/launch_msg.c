// Packets between cli and the launcher.
#include "dataplane/link/launch_msg.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static void start_build(struct builder *b, const struct launch_msg *m)
{
	builder_bool(b, m->has_pty);
	builder_u32(b, m->columns);
	builder_u32(b, m->rows);
	builder_string(b, m->command);
	builder_string(b, m->request);
	builder_string(b, m->user);
	builder_string(b, m->terminal);
	builder_string(b, m->peer);
}

enum status launch_build(struct builder *b, const struct launch_msg *m)
{
	builder_u8(b, m->kind);
	builder_u32(b, m->id);
	if (m->kind == LAUNCH_START)
		start_build(b, m);
	else if (m->kind == LAUNCH_SIGNAL)
		builder_string(b, m->name);
	else if (m->kind != LAUNCH_END)
		builder_u32(b, m->number);
	return builder_end(b);
}

static struct span text_read(struct cursor *c, size_t max)
{
	struct span text = cursor_string_max(c, max);

	if (text.len > 0 && memchr(text.data, 0, text.len) != NULL)
		cursor_fail(c, STATUS_MALFORMED);
	return text;
}

static void start_parse(struct cursor *c, struct launch_msg *m)
{
	m->has_pty = cursor_bool(c);
	m->columns = cursor_u32(c);
	m->rows = cursor_u32(c);
	m->command = text_read(c, LAUNCH_COMMAND);
	m->request = text_read(c, LAUNCH_REQUEST);
	m->user = text_read(c, LAUNCH_NAME);
	m->terminal = text_read(c, LAUNCH_NAME);
	m->peer = text_read(c, LAUNCH_NAME);
}

enum status launch_parse(struct span packet, struct launch_msg *out)
{
	struct cursor c = cursor_over(packet);

	*out = (struct launch_msg){.kind = cursor_u8(&c)};
	out->id = cursor_u32(&c);
	if (out->kind == LAUNCH_START)
		start_parse(&c, out);
	else if (out->kind == LAUNCH_SIGNAL)
		out->name = text_read(&c, LAUNCH_NAME);
	else if (out->kind == LAUNCH_STARTED || out->kind == LAUNCH_ENDED)
		out->number = cursor_u32(&c);
	else if (out->kind != LAUNCH_END)
		cursor_fail(&c, STATUS_UNEXPECTED);
	return cursor_end(&c);
}

// --- packets -------------------------------------------------------------------------------------

// Room for one descriptor more than any packet has, so that too many are seen and closed.
union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(2 * sizeof(int))];
};

static enum status failure(void)
{
	if (errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS)
		return STATUS_NO_ROOM;
	return errno == EPIPE || errno == ECONNRESET ? STATUS_SHUTDOWN : STATUS_SYSTEM;
}

enum status launch_send(int socket, const struct launch_msg *m, int fd)
{
	uint8_t bytes[LAUNCH_BYTES_MAX];
	struct builder b = builder_over(bytes, sizeof(bytes));
	union control control = {0};
	struct iovec part = {bytes, 0};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	enum status status = launch_build(&b, m);
	ssize_t sent;

	if (status != STATUS_OK)
		return status;
	part.iov_len = b.len;
	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(sizeof(int));
		*CMSG_FIRSTHDR(&message) =
		        (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof(fd));
	}
	do {
		sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	return sent >= 0 ? STATUS_OK : failure();
}

// The first descriptor that came is kept, any other closed. Returns how many there were.
static unsigned fds_gather(struct msghdr *message, int *fd)
{
	unsigned count = 0;

	*fd = -1;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL;
	     c = CMSG_NXTHDR(message, c)) {
		size_t here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < here; i++, count++) {
			int one;

			memcpy(&one, CMSG_DATA(c) + i * sizeof(one), sizeof(one));
			if (count == 0)
				*fd = one;
			else
				close(one);
		}
	}
	return count;
}

enum status launch_receive(int socket, uint8_t packet[LAUNCH_BYTES_MAX], struct launch_msg *out,
                           int *fd)
{
	union control control;
	struct iovec part = {packet, LAUNCH_BYTES_MAX};
	struct msghdr message = {.msg_iov = &part,
	                         .msg_iovlen = 1,
	                         .msg_control = control.bytes,
	                         .msg_controllen = sizeof(control.bytes)};
	enum status status;
	unsigned count;
	ssize_t got;

	*fd = -1;
	do {
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? STATUS_NOT_FOUND : failure();
	count = fds_gather(&message, fd);
	if (got == 0)
		status = STATUS_SHUTDOWN;
	else if (count > 1 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		status = STATUS_UNEXPECTED;
	else
		status = launch_parse(span_of(packet, (size_t)got), out);
	if (status == STATUS_OK &&
	    (count == 1) != (out->kind == LAUNCH_STARTED && out->number == 0))
		status = STATUS_UNEXPECTED;
	if (status != STATUS_OK && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return status;
}
