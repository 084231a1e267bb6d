// Offers and reports: fixed 16-byte packets on a seqpacket socket, descriptors beside them.
#include "dataplane/link/link_offer.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKET_MAGIC 0x53504f31u // "SPO1"
#define REPORT_MAGIC 0x53505231u // "SPR1"

struct packet {
	uint32_t magic;
	uint32_t role; // or enum link_report
	uint32_t index;
	uint32_t fd_count;
};
static_assert(sizeof(struct packet) == 16, "no padding");

// Room for one descriptor more than any offer has, so that too many are seen and closed.
union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE((LINK_OFFER_FDS + 1) * sizeof(int32_t))];
};

static const struct {
	const char *name;
	uint32_t fds;
} rows[LINK_OFFER_ROLES] = {
        [LINK_OFFER_DATA] = {"DATA", 3},         [LINK_OFFER_KEEPER] = {"KEEPER", 3},
        [LINK_OFFER_DIALOGUE] = {"DIALOGUE", 3}, [LINK_OFFER_CONNS] = {"CONNS", 1},
        [LINK_OFFER_SESSIONS] = {"SESSIONS", 1}, [LINK_OFFER_COUNTERS] = {"COUNTERS", 1},
        [LINK_OFFER_TRACE] = {"TRACE", 1},       [LINK_OFFER_CAPTURE] = {"CAPTURE", 1},
        [LINK_OFFER_CONSOLE] = {"CONSOLE", 1},   [LINK_OFFER_LAUNCHER] = {"LAUNCHER", 1},
        [LINK_OFFER_START] = {"START", 0},       [LINK_OFFER_STOP] = {"STOP", 0},
};

const char *link_offer_name(uint32_t role)
{
	return role < LINK_OFFER_ROLES ? rows[role].name : "?";
}

static enum status send_status(ssize_t sent)
{
	if (sent == (ssize_t)sizeof(struct packet))
		return STATUS_OK;
	if (errno == EAGAIN || errno == ENOBUFS || errno == ETOOMANYREFS)
		return STATUS_NO_ROOM;
	return errno == EPIPE || errno == ECONNRESET ? STATUS_SHUTDOWN : STATUS_SYSTEM;
}

static enum status packet_send(int socket, const struct packet *packet, const int32_t *fds)
{
	union control control = {0};
	struct iovec part = {(void *)packet, sizeof(*packet)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	size_t bytes = packet->fd_count * sizeof(int32_t);
	ssize_t sent;

	if (bytes > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(bytes);
		*CMSG_FIRSTHDR(&message) =
		        (struct cmsghdr){CMSG_LEN(bytes), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), fds, bytes);
	}
	do {
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return send_status(sent);
}

enum status link_offer_send(int socket, const struct link_offer *offer)
{
	struct packet packet = {PACKET_MAGIC, offer->role, offer->index, offer->fd_count};

	if (offer->role >= LINK_OFFER_ROLES || offer->fd_count != rows[offer->role].fds)
		return STATUS_UNEXPECTED;
	return packet_send(socket, &packet, offer->fds);
}

enum status link_report_send(int socket, enum link_report report)
{
	return packet_send(socket, &(struct packet){REPORT_MAGIC, report, 0, 0}, NULL);
}

// Gather every descriptor that came, whatever it came with, so that none is lost. Returns how
// many; `sound` becomes false when anything else came along.
static uint32_t fds_gather(struct msghdr *message, int32_t *fds, bool *sound)
{
	uint32_t count = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL;
	     c = CMSG_NXTHDR(message, c)) {
		uint32_t here = (uint32_t)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int32_t));

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
			*sound = false;
			continue;
		}
		for (uint32_t i = 0; i < here && count <= LINK_OFFER_FDS; i++)
			memcpy(&fds[count++], CMSG_DATA(c) + i * sizeof(int32_t),
			       sizeof(int32_t));
	}
	return count;
}

static enum status receive_failure(void)
{
	if (errno == ECONNRESET)
		return STATUS_SHUTDOWN;
	return errno == EAGAIN ? STATUS_NOT_FOUND : STATUS_SYSTEM;
}

// OK with a whole packet of that magic and exactly the descriptors it announces.
static enum status packet_receive(int socket, uint32_t magic, struct packet *packet,
                                  int32_t fds[LINK_OFFER_FDS + 1])
{
	union control control;
	struct iovec part = {packet, sizeof(*packet)};
	struct msghdr message = {.msg_iov = &part,
	                         .msg_iovlen = 1,
	                         .msg_control = control.bytes,
	                         .msg_controllen = sizeof(control.bytes)};
	bool sound = true;
	uint32_t count;
	ssize_t got;

	do {
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return receive_failure();
	count = fds_gather(&message, fds, &sound);
	if (sound && got == (ssize_t)sizeof(*packet) && packet->magic == magic &&
	    packet->fd_count == count && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return STATUS_OK;
	while (count > 0)
		close(fds[--count]);
	return got == 0 ? STATUS_SHUTDOWN : STATUS_UNEXPECTED;
}

enum status link_offer_receive(int socket, struct link_offer *out)
{
	int32_t fds[LINK_OFFER_FDS + 1];
	struct packet packet;
	enum status status = packet_receive(socket, PACKET_MAGIC, &packet, fds);

	if (status != STATUS_OK)
		return status;
	if (packet.role >= LINK_OFFER_ROLES || packet.fd_count != rows[packet.role].fds) {
		for (uint32_t i = 0; i < packet.fd_count; i++)
			close(fds[i]);
		return STATUS_UNEXPECTED;
	}
	*out = (struct link_offer){packet.role, packet.index, packet.fd_count, {-1, -1, -1}};
	memcpy(out->fds, fds, packet.fd_count * sizeof(int32_t));
	return STATUS_OK;
}

enum status link_report_receive(int socket, enum link_report *out)
{
	int32_t fds[LINK_OFFER_FDS + 1];
	struct packet packet;
	enum status status = packet_receive(socket, REPORT_MAGIC, &packet, fds);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < packet.fd_count; i++)
		close(fds[i]);
	if (packet.fd_count != 0 || packet.role < LINK_REPORT_READY ||
	    packet.role > LINK_REPORT_LISTENING)
		return STATUS_UNEXPECTED;
	*out = (enum link_report)packet.role;
	return STATUS_OK;
}
