// Make, renew and offer what the processes share. One table says who holds what.
#include "control/supervisor/supervisor_supply.h"

#include "control/supervisor/supervisor_files.h"
#include "dataplane/link/link.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_BYTES 36864u // any SSH message (SSH_PACKET_MAX), in whole lines

// Buffers cost memory only once touched, and those used last are used again first.
static const struct link_shape data_shape = {4096, 512, 32768, MESSAGE_BYTES, 4096};
static const struct link_shape keeper_shape = {4096, 1280, 4096, 16384, 16};
static const struct link_shape dialogue_shape = {4096, 512, 32768, MESSAGE_BYTES, 4096};

enum thing_kind { JOINT, ARENA, FILES, TRACES, SOCKET, PAIR };

// Side A and B of a joint; an arena's only or writing and its reading owner.
static const struct row {
	enum link_offer_role role;
	enum thing_kind kind;
	enum child_name a, b; // CHILDREN: nobody
	const struct link_shape *shape;
	uint64_t bytes;
} rows[] = {
        {LINK_OFFER_DATA, JOINT, CHILD_DATAPLANE, CHILD_CONTROL, &data_shape, 0},
        {LINK_OFFER_KEEPER, JOINT, CHILD_CONTROL, CHILD_KEEPER, &keeper_shape, 0},
        {LINK_OFFER_DIALOGUE, JOINT, CHILD_CONTROL, CHILD_CLI, &dialogue_shape, 0},
        {LINK_OFFER_CONNS, ARENA, CHILD_DATAPLANE, CHILDREN, NULL, SUPPLY_CONNS_BYTES},
        {LINK_OFFER_SESSIONS, ARENA, CHILD_CONTROL, CHILDREN, NULL, SUPPLY_SESSIONS_BYTES},
        {LINK_OFFER_COUNTERS, ARENA, CHILD_DATAPLANE, CHILD_CONTROL, NULL,
         SUPPLY_COUNTERS_BYTES},
        {LINK_OFFER_CAPTURE, FILES, CHILD_DATAPLANE, CHILDREN, NULL, SUPPLY_CAPTURE_BYTES},
        {LINK_OFFER_LAUNCHER, PAIR, CHILD_CLI, CHILD_LAUNCHER, NULL, 0},
        {LINK_OFFER_TRACE, TRACES, CHILDREN, CHILDREN, NULL, 0},
        {LINK_OFFER_CONSOLE, SOCKET, CHILD_CLI, CHILDREN, NULL, 0},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

// Descriptors of one row for one worker (of TRACES: for one child; of SOCKET and PAIR: only the first).
// JOINT: memfd, bell of A, bell of B. ARENA: memfd, the same for reading. PAIR: A's end, B's end.
// Else: one.
struct thing {
	int fds[3];
};

struct supply {
	const struct supervisor_options *options;
	struct thing things[ROWS][SUPERVISOR_WORKERS_MAX];
};
static_assert(SUPERVISOR_WORKERS_MAX >= CHILDREN, "traces fit");

static uint32_t row_count(const struct supply *s, const struct row *r)
{
	if (r->kind == SOCKET)
		return 1;
	if (r->kind == PAIR)
		return child_is_wanted(r->b, s->options) ? 1 : 0;
	if (r->kind == TRACES)
		return s->options->trace ? CHILDREN : 0;
	return s->options->workers;
}

// --- making --------------------------------------------------------------------------------------

static void thing_close(struct thing *t)
{
	for (int i = 0; i < 3; i++) {
		if (t->fds[i] >= 0)
			close(t->fds[i]);
		t->fds[i] = -1;
	}
}

static int arena_make(const char *name, uint64_t bytes)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 &&
	    (ftruncate(fd, (off_t)bytes) != 0 ||
	     fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

// The same memory behind a descriptor that cannot write.
static int reading_only(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fd < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
}

static int file_make(const struct supply *s, const struct row *r, uint32_t index)
{
	if (r->kind == FILES)
		return files_capture(s->options, index, SUPPLY_CAPTURE_BYTES);
	if (r->kind == TRACES)
		return files_trace(s->options, child_text((enum child_name)index));
	return files_console(s->options);
}

static bool thing_make(struct supply *s, const struct row *r, uint32_t index)
{
	struct thing *t = &s->things[r - rows][index];
	const char *name = link_offer_name(r->role);

	thing_close(t);
	switch (r->kind) {
	case JOINT:
		t->fds[0] = link_create(name, r->shape, r->shape);
		t->fds[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		t->fds[2] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		return t->fds[0] >= 0 && t->fds[1] >= 0 && t->fds[2] >= 0;
	case ARENA:
		t->fds[0] = arena_make(name, r->bytes);
		t->fds[1] = reading_only(t->fds[0]);
		return t->fds[0] >= 0 && t->fds[1] >= 0;
	case PAIR:
		return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, t->fds) == 0;
	default:
		t->fds[0] = file_make(s, r, index);
		return t->fds[0] >= 0;
	}
}

static bool row_make(struct supply *s, const struct row *r)
{
	for (uint32_t i = 0; i < row_count(s, r); i++)
		if (!thing_make(s, r, i))
			return false;
	return true;
}

struct supply *supply_new(const struct supervisor_options *o)
{
	struct supply *s = malloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	memset(s->things, 0xff, sizeof(s->things)); // every descriptor -1
	s->options = o;
	for (size_t i = 0; i < ROWS; i++)
		if (!row_make(s, &rows[i])) {
			int why = errno;

			supply_free(s);
			errno = why;
			return NULL;
		}
	return s;
}

void supply_free(struct supply *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < ROWS; i++)
		for (uint32_t w = 0; w < SUPERVISOR_WORKERS_MAX; w++)
			thing_close(&s->things[i][w]);
	free(s);
}

// Both must hear of a new one.
static bool has_two_ends(const struct row *r)
{
	return r->kind == JOINT || r->kind == PAIR;
}

bool supply_renew(struct supply *s, enum child_name dead)
{
	for (const struct row *r = rows; r < rows + ROWS; r++) {
		bool theirs = r->kind == ARENA || has_two_ends(r);

		if (theirs && (r->a == dead || (r->b == dead && has_two_ends(r))) &&
		    !row_make(s, r))
			return false;
	}
	return true;
}

// --- offering ------------------------------------------------------------------------------------

static bool row_concerns(const struct row *r, enum child_name to, enum child_name peer)
{
	bool mine = r->kind == TRACES || r->a == to || r->b == to;
	bool renewed = r->a == peer || (r->b == peer && has_two_ends(r));

	return mine && (peer == CHILDREN || renewed);
}

static enum status thing_offer(const struct row *r, const struct thing *t, uint32_t index,
                               enum child_name to, int socket)
{
	struct link_offer offer = {r->role, index, 1, {t->fds[0], -1, -1}};

	if (r->kind == JOINT) {
		offer.fd_count = 3;
		offer.fds[1] = t->fds[r->a == to ? 1 : 2];
		offer.fds[2] = t->fds[r->a == to ? 2 : 1];
	} else if ((r->kind == ARENA || r->kind == PAIR) && r->b == to) {
		offer.fds[0] = t->fds[1];
	}
	return link_offer_send(socket, &offer);
}

static enum status row_offer(const struct supply *s, const struct row *r, enum child_name to,
                             int socket)
{
	const struct thing *t = s->things[r - rows];
	enum status status = STATUS_OK;

	if (r->kind == TRACES)
		return row_count(s, r) > 0 ? thing_offer(r, &t[to], 0, to, socket) : STATUS_OK;
	for (uint32_t i = 0; i < row_count(s, r) && status == STATUS_OK; i++)
		status = thing_offer(r, &t[i], i, to, socket);
	return status;
}

enum status supply_offer(const struct supply *s, enum child_name to, enum child_name peer,
                         int socket)
{
	enum status status = STATUS_OK;

	for (const struct row *r = rows; r < rows + ROWS && status == STATUS_OK; r++)
		if (row_concerns(r, to, peer))
			status = row_offer(s, r, to, socket);
	return status;
}
