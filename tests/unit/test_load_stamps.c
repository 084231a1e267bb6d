// The kernel's stamps of what a socket of the load generator sends and receives.
#include "tests/load/link/load_stamps.h"

#include <arpa/inet.h>
#include <poll.h>
#include <unistd.h>

#include "tests/load/link/load_link.h"
#include "tests/unit/check.h"

// A connection over the loopback: [0] is the one that has stamps.
static void pair(int fd[2])
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	CHECK_EQ(bind(listener, (struct sockaddr *)&at, len), 0);
	CHECK_EQ(listen(listener, 1), 0);
	CHECK_EQ(getsockname(listener, (struct sockaddr *)&at, &len), 0);
	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	stamps_enable(fd[0]);
	CHECK_EQ(connect(fd[0], (struct sockaddr *)&at, len), 0);
	fd[1] = accept(listener, NULL, NULL);
	CHECK(fd[1] >= 0);
	close(listener);
}

static void pair_close(const int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

static short told(int fd)
{
	struct pollfd p = {.fd = fd};

	poll(&p, 1, 1000);
	return p.revents;
}

TEST(what_is_sent_for_a_stamp_tells_when_it_left)
{
	uint64_t before_us = load_now_us(), left_us = 0;
	int fd[2];

	pair(fd);
	CHECK_EQ(stamps_send(fd[0], span_text("x")), 1);
	CHECK(told(fd[0]) & POLLERR);
	CHECK(stamps_left(fd[0], &left_us));
	CHECK(left_us >= before_us && left_us <= load_now_us());
	pair_close(fd);
}

TEST(a_stamp_is_told_once)
{
	uint64_t left_us;
	int fd[2];

	pair(fd);
	CHECK_EQ(stamps_send(fd[0], span_text("x")), 1);
	told(fd[0]);
	CHECK(stamps_left(fd[0], &left_us));
	CHECK(!stamps_left(fd[0], &left_us));
	pair_close(fd);
}

TEST(what_is_sent_without_has_none)
{
	uint64_t left_us;
	int fd[2];

	pair(fd);
	CHECK_EQ(send(fd[0], "x", 1, 0), 1);
	usleep(10000);
	CHECK(!stamps_left(fd[0], &left_us));
	pair_close(fd);
}

// The kernel begins to stamp what arrives some time after it was asked to.
TEST(what_is_received_tells_when_it_arrived)
{
	uint64_t before_us = 0, at_us = 0;
	char byte;
	int fd[2];

	pair(fd);
	for (unsigned i = 0; i < 1000 && at_us == 0; i++) {
		usleep(1000);
		before_us = load_now_us();
		CHECK_EQ(send(fd[1], "x", 1, 0), 1);
		CHECK_EQ(stamps_recv(fd[0], &byte, 1, &at_us), 1);
	}
	CHECK(at_us >= before_us && at_us <= load_now_us());
	pair_close(fd);
}

CHECK_MAIN()
