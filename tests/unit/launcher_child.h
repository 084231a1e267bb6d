// A launcher of a test's own, as it serves: a child of the test, with a socket to it.
#pragma once

#include "control/launcher/launcher.h"
#include "tests/unit/check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct launcher_child {
	pid_t pid;
	int socket;
};

static inline struct launcher_child launcher_begin(void)
{
	struct launcher_child c;
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	c.pid = fork();
	if (c.pid == 0) {
		static struct launcher l;

		setenv("PATH", LAUNCH_PATH, 1);
		close(pair[0]);
		_exit(launcher_init(&l, -1, pair[1]) ? launcher_serve(&l) : 1);
	}
	close(pair[1]);
	c.socket = pair[0];
	return c;
}

// It ends by itself once nobody is there: returns its status.
static inline int launcher_end(struct launcher_child *c)
{
	int status = -1;

	if (c->socket >= 0)
		close(c->socket);
	waitpid(c->pid, &status, 0);
	return status;
}
