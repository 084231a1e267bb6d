// Offers with their descriptors, and packets that are none.
#include "dataplane/link/link_offer.h"
#include "tests/unit/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static void sockets(int pair[2])
{
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
}

static void sockets_close(int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

static unsigned open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

static void raw_send(int socket, const void *bytes, size_t len, const int *fds, size_t count)
{
	char control[CMSG_SPACE(8 * sizeof(int))] = {0};
	struct iovec part = {(void *)bytes, len};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};

	if (count > 0) {
		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(count * sizeof(int));
		*CMSG_FIRSTHDR(&m) =
		        (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), fds, count * sizeof(int));
	}
	CHECK(sendmsg(socket, &m, 0) == (ssize_t)len);
}

TEST(an_offer_arrives_with_its_descriptors_close_on_exec)
{
	struct link_offer offer = {LINK_OFFER_DATA, 2, 3, {0, 0, 0}}, got;
	int pair[2];

	sockets(pair);
	offer.fds[0] = offer.fds[1] = offer.fds[2] = pair[0];
	CHECK_EQ(link_offer_send(pair[0], &offer), STATUS_OK);
	CHECK_EQ(link_offer_receive(pair[1], &got), STATUS_OK);
	CHECK_EQ(got.role, LINK_OFFER_DATA);
	CHECK_EQ(got.index, 2);
	CHECK_EQ(got.fd_count, 3);
	CHECK(fcntl(got.fds[2], F_GETFD) & FD_CLOEXEC);
	for (int i = 0; i < 3; i++)
		close(got.fds[i]);
	sockets_close(pair);
}

TEST(an_offer_with_the_wrong_number_of_descriptors_is_not_sent)
{
	struct link_offer offer = {LINK_OFFER_START, 0, 1, {0}};
	int pair[2];

	sockets(pair);
	CHECK_EQ(link_offer_send(pair[0], &offer), STATUS_UNEXPECTED);
	CHECK_EQ(link_offer_receive(pair[1], &offer), STATUS_NOT_FOUND);
	sockets_close(pair);
}

static enum status received(const void *bytes, size_t len, size_t count)
{
	struct link_offer got;
	enum status status;
	unsigned before;
	int pair[2], fds[8];

	sockets(pair);
	for (int i = 0; i < 8; i++)
		fds[i] = pair[0];
	before = open_descriptors();
	raw_send(pair[0], bytes, len, fds, count);
	status = link_offer_receive(pair[1], &got);
	CHECK_EQ(open_descriptors(), before); // nothing was kept
	sockets_close(pair);
	return status;
}

TEST(malformed_offers_are_refused_and_their_descriptors_closed)
{
	uint32_t good[4] = {0x53504f31u, LINK_OFFER_CONNS, 0, 1};
	uint32_t magic[4] = {0x53504f32u, LINK_OFFER_CONNS, 0, 1};
	uint32_t role[4] = {0x53504f31u, LINK_OFFER_ROLES, 0, 1};
	uint32_t longer[5] = {0x53504f31u, LINK_OFFER_CONNS, 0, 1, 0};

	CHECK_EQ(received(magic, 16, 1), STATUS_UNEXPECTED);
	CHECK_EQ(received(role, 16, 1), STATUS_UNEXPECTED);
	CHECK_EQ(received(longer, 20, 1), STATUS_UNEXPECTED);
	CHECK_EQ(received(good, 12, 1), STATUS_UNEXPECTED);
	CHECK_EQ(received(good, 16, 0), STATUS_UNEXPECTED);
	CHECK_EQ(received(good, 16, 2), STATUS_UNEXPECTED);
	CHECK_EQ(received(good, 16, 8), STATUS_UNEXPECTED);
}

TEST(a_role_with_the_wrong_number_of_descriptors_is_refused)
{
	uint32_t start[4] = {0x53504f31u, LINK_OFFER_START, 0, 1};

	CHECK_EQ(received(start, 16, 1), STATUS_UNEXPECTED);
}

TEST(the_end_of_the_socket_is_a_shutdown)
{
	struct link_offer got;
	int pair[2];

	sockets(pair);
	close(pair[0]);
	CHECK_EQ(link_offer_receive(pair[1], &got), STATUS_SHUTDOWN);
	CHECK_EQ(link_report_send(pair[1], LINK_REPORT_READY), STATUS_SHUTDOWN);
	close(pair[1]);
}

TEST(a_report_arrives_and_an_offer_is_not_one)
{
	struct link_offer stop = {.role = LINK_OFFER_STOP};
	enum link_report report;
	int pair[2];

	sockets(pair);
	CHECK_EQ(link_report_send(pair[0], LINK_REPORT_LISTENING), STATUS_OK);
	CHECK_EQ(link_report_receive(pair[1], &report), STATUS_OK);
	CHECK_EQ(report, LINK_REPORT_LISTENING);
	CHECK_EQ(link_offer_send(pair[0], &stop), STATUS_OK);
	CHECK_EQ(link_report_receive(pair[1], &report), STATUS_UNEXPECTED);
	CHECK_EQ(link_report_receive(pair[1], &report), STATUS_NOT_FOUND);
	sockets_close(pair);
}

CHECK_MAIN()
