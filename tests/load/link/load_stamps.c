// Software stamps of the kernel (its Documentation/networking/timestamping.rst): of wall time, so
// they are taken as so long ago.
#include "tests/load/link/load_stamps.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "tests/load/link/load_link.h"

#define STAMP_MOST_US 10000000

union control {
	struct cmsghdr head;
	uint8_t bytes[256];
};

void stamps_enable(int fd)
{
	int on = 1, told = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;

	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &told, sizeof(told));
}

static uint64_t time_of(const struct cmsghdr *c)
{
	struct timespec at, wall;
	int64_t ago_us;

	memcpy(&at, CMSG_DATA(c), sizeof(at)); // the software stamp is the first of several
	if (at.tv_sec == 0)
		return 0;
	clock_gettime(CLOCK_REALTIME, &wall);
	ago_us = (wall.tv_sec - at.tv_sec) * 1000000 + (wall.tv_nsec - at.tv_nsec) / 1000;
	return ago_us >= 0 && ago_us < STAMP_MOST_US ? load_now_us() - (uint64_t)ago_us : 0;
}

static uint64_t stamp_of(struct msghdr *m, int type)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == type)
			return time_of(c);
	}
	return 0;
}

ssize_t stamps_recv(int fd, void *at, size_t room, uint64_t *at_us)
{
	union control control;
	struct iovec into = {at, room};
	struct msghdr m = {.msg_iov = &into,
	                   .msg_iovlen = 1,
	                   .msg_control = &control,
	                   .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &m, 0);

	*at_us = n > 0 ? stamp_of(&m, SCM_TIMESTAMPNS) : 0;
	return n;
}

ssize_t stamps_send(int fd, struct span bytes)
{
	union control control = {.bytes = {0}};
	struct iovec from = {(void *)(uintptr_t)bytes.data, bytes.len};
	struct msghdr m = {.msg_iov = &from,
	                   .msg_iovlen = 1,
	                   .msg_control = &control,
	                   .msg_controllen = CMSG_SPACE(sizeof(uint32_t))};
	uint32_t wanted = SOF_TIMESTAMPING_TX_SOFTWARE;

	control.head = (struct cmsghdr){CMSG_LEN(sizeof(wanted)), SOL_SOCKET, SO_TIMESTAMPING};
	memcpy(CMSG_DATA(&control.head), &wanted, sizeof(wanted));
	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

bool stamps_left(int fd, uint64_t *left_us)
{
	bool any = false;

	for (;;) {
		union control control;
		struct msghdr m = {.msg_control = &control, .msg_controllen = sizeof(control)};

		if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return any;
		*left_us = stamp_of(&m, SCM_TIMESTAMPING);
		any = true;
	}
}
