// The terminal of the local console: raw keys to the socket, bytes to the screen.
#include "cli/main/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE_KEY 0x1d // Ctrl+]

static int console_connect(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(at.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t wrote = write(fd, bytes, len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){fd, POLLOUT, 0}, 1, -1);
			continue;
		}
		if (wrote <= 0)
			return false;
		bytes += wrote;
		len -= (size_t)wrote;
	}
	return true;
}

// Keys wait for room in the socket while the screen goes on: else two full buffers would wait for
// each other.
struct relay {
	int socket;
	bool tty, input_open;
	char keys[4096];
	size_t at, len;
};

// False when the console is to be left.
static bool keys_read(struct relay *r)
{
	ssize_t got = read(STDIN_FILENO, r->keys, sizeof(r->keys));

	if (got < 0 && errno == EINTR)
		return true;
	if (got <= 0) {
		r->input_open = false;
		shutdown(r->socket, SHUT_WR);
		return true;
	}
	if (r->tty && memchr(r->keys, ESCAPE_KEY, (size_t)got) != NULL)
		return false;
	r->at = 0;
	r->len = (size_t)got;
	return true;
}

static bool keys_send(struct relay *r)
{
	ssize_t sent =
	        send(r->socket, r->keys + r->at, r->len - r->at, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent < 0)
		return errno == EAGAIN || errno == EINTR;
	r->at += (size_t)sent;
	return true;
}

static bool screen_write(struct relay *r)
{
	char bytes[16384];
	ssize_t got = read(r->socket, bytes, sizeof(bytes));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	return got > 0 && write_all(STDOUT_FILENO, bytes, (size_t)got);
}

static void relay_run(struct relay *r)
{
	bool open = true;

	while (open) {
		bool waiting = r->at < r->len;
		struct pollfd fds[2] = {
		        {r->socket, (short)(POLLIN | (waiting ? POLLOUT : 0)), 0},
		        {r->input_open && !waiting ? STDIN_FILENO : -1, POLLIN, 0},
		};

		if (poll(fds, 2, -1) < 0) {
			open = errno == EINTR;
			continue;
		}
		if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
			open = screen_write(r);
		if (open && (fds[0].revents & POLLOUT) != 0)
			open = keys_send(r);
		if (open && fds[1].revents != 0)
			open = keys_read(r);
	}
}

int console_client(const char *path)
{
	struct relay *r = calloc(1, sizeof(*r));
	struct termios saved, raw;

	if (r == NULL)
		return 1;
	r->input_open = true;
	r->socket = console_connect(path);
	if (r->socket < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(r);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	r->tty = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &saved) == 0;
	if (r->tty) {
		raw = saved;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	relay_run(r);
	if (r->tty) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
		printf("\n");
	}
	close(r->socket);
	free(r);
	return 0;
}
