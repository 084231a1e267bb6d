// Sockets: what arrives is read into one buffer of the thread, what leaves is collected and sent
// once a turn.
#include "tests/load/link/load_sockets.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tests/load/link/load_stamps.h"

#define EVENTS      256
#define PUNCTUAL_US 500u // stamps tell how long sending takes
#define READ_BYTES  (256u * 1024)
#define READ_TURN   8 // reads of one connection before others have theirs
#define WAKE_SLOT   UINT32_MAX

struct bytes {
	uint8_t *data; // NULL while empty
	uint32_t at, len, max;
};

struct sock {
	uint64_t syn_us;
	uint64_t left_us; // when what was last pushed left; 0: not known
	int fd;           // -1: none
	bool opened : 1, dirty : 1, readable : 1;
	bool hung : 1;    // the peer's end has come: read to it
	bool ended : 1;   // and was read, while the application was busy
	struct bytes in;  // not taken yet
	struct bytes out; // not sent yet
};

struct sockets {
	struct load_link base;
	struct load_sockets_config config;
	int epoll, wake;
	unsigned next_source;
	struct sock *sock;
	uint32_t *dirty; // slots with something to send or to read on
	uint32_t dirty_count;
	uint8_t buffer[READ_BYTES];
};

static struct sockets *sockets_of(struct load_link *link)
{
	return (struct sockets *)link;
}

static void bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){0};
}

static bool bytes_add(struct bytes *b, struct span s)
{
	if (b->len + s.len > b->max) {
		size_t max = b->len + s.len + b->len / 2;
		uint8_t *data = realloc(b->data, max);

		if (data == NULL)
			return false;
		b->data = data;
		b->max = (uint32_t)max;
	}
	memcpy(b->data + b->len, s.data, s.len);
	b->len += (uint32_t)s.len;
	return true;
}

static void sock_close(struct sock *k)
{
	close(k->fd);
	k->fd = -1;
	bytes_free(&k->in);
	bytes_free(&k->out);
	k->opened = k->readable = k->ended = k->hung = false;
}

static void dirty_add(struct sockets *s, uint32_t slot)
{
	if (s->sock[slot].dirty)
		return;
	s->sock[slot].dirty = true;
	s->dirty[s->dirty_count++] = slot;
}

static enum load_end end_of(int error)
{
	switch (error) {
	case 0:
		return LOAD_END_CLOSED;
	case ECONNREFUSED:
		return LOAD_END_REFUSED;
	case ECONNRESET:
	case EPIPE:
		return LOAD_END_RESET;
	case ETIMEDOUT:
		return LOAD_END_TIMEOUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
		return LOAD_END_UNREACHABLE;
	default:
		return LOAD_END_LOCAL;
	}
}

static void sock_end(struct sockets *s, uint32_t slot, int error)
{
	sock_close(&s->sock[slot]);
	s->base.app_ops->ended(s->base.app, slot, end_of(error));
}

// --- out -----------------------------------------------------------------------------------------

static void sockets_send(struct load_link *link, uint32_t slot, struct span bytes)
{
	struct sockets *s = sockets_of(link);
	struct sock *k = &s->sock[slot];

	if (k->fd < 0)
		return;
	if (!bytes_add(&k->out, bytes))
		shutdown(k->fd, SHUT_RDWR);
	dirty_add(s, slot);
}

static size_t sockets_queued(const struct load_link *link, uint32_t slot)
{
	const struct sock *k = &((const struct sockets *)link)->sock[slot];

	return k->out.len - k->out.at;
}

static ssize_t plain_send(int fd, struct span bytes)
{
	return send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
}

static void sock_flush(struct sockets *s, uint32_t slot, ssize_t (*give)(int, struct span))
{
	struct sock *k = &s->sock[slot];
	ssize_t n;

	if (k->fd < 0 || !k->opened || k->out.len == 0)
		return;
	n = give(k->fd, span_of(k->out.data + k->out.at, k->out.len - k->out.at));
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		bytes_free(&k->out); // reading tells what has happened
	if (n > 0)
		k->out.at += (uint32_t)n;
	if (k->out.len == 0 || k->out.at < k->out.len)
		return;
	bytes_free(&k->out);
	s->base.app_ops->drained(s->base.app, slot);
}

static void sockets_push(struct load_link *link, uint32_t slot)
{
	struct sockets *s = sockets_of(link);

	s->sock[slot].left_us = 0;
	sock_flush(s, slot, stamps_send);
}

static uint64_t sockets_left(const struct load_link *link, uint32_t slot)
{
	return ((const struct sockets *)link)->sock[slot].left_us;
}

// --- in ------------------------------------------------------------------------------------------

// Give what was kept and `more` that stands behind room for it in the buffer.
static void sock_give(struct sockets *s, uint32_t slot, size_t more)
{
	struct sock *k = &s->sock[slot];
	size_t kept = k->in.len, len = kept + more, taken;
	uint8_t *at = s->buffer;

	if (kept > 0)
		memcpy(at, k->in.data, kept);
	taken = s->base.app_ops->input(s->base.app, slot, span_of(at, len));
	if (k->fd < 0)
		return;
	if (taken == len) {
		bytes_free(&k->in);
		return;
	}
	k->in.len = 0;
	if (!bytes_add(&k->in, span_of(at + taken, len - taken)))
		shutdown(k->fd, SHUT_RDWR);
}

// One read. False: nothing more for now.
static bool sock_read(struct sockets *s, uint32_t slot)
{
	struct sock *k = &s->sock[slot];
	size_t kept = k->in.len, room = READ_BYTES - kept;
	ssize_t n;

	if (room == 0)
		return false;
	n = stamps_recv(k->fd, s->buffer + kept, room, &s->base.at_us);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		k->readable = false;
		return false;
	}
	if (n == 0 && s->base.app_ops->busy(s->base.app, slot)) {
		k->ended = true; // feed will tell
		k->readable = false;
		return false;
	}
	if (n <= 0) {
		sock_end(s, slot, n == 0 ? 0 : errno);
		return false;
	}
	if ((size_t)n < room && !k->hung)
		k->readable = false;
	sock_give(s, slot, (size_t)n);
	s->base.at_us = 0;
	return true;
}

// Read on while the application takes all but a part of a record. What it leaves for later is
// given by feed.
static void sock_receive(struct sockets *s, uint32_t slot)
{
	struct sock *k = &s->sock[slot];

	for (int turn = 0; k->fd >= 0 && k->readable && turn < READ_TURN; turn++) {
		uint32_t before = k->in.len;

		if (!sock_read(s, slot))
			return;
		if (k->fd >= 0 && k->in.len > before && k->in.len > READ_BYTES / 2)
			return;
	}
	if (k->fd >= 0 && k->readable)
		dirty_add(s, slot);
}

static void sockets_feed(struct load_link *link, uint32_t slot)
{
	struct sockets *s = sockets_of(link);
	struct sock *k = &s->sock[slot];

	if (k->fd < 0)
		return;
	if (k->in.len > 0)
		sock_give(s, slot, 0);
	if (k->fd >= 0 && k->ended && !s->base.app_ops->busy(s->base.app, slot))
		sock_end(s, slot, 0);
	sock_receive(s, slot);
}

// --- connections ---------------------------------------------------------------------------------

static bool source_bind(struct sockets *s, int fd)
{
	const struct sockaddr_storage *from;
	int on = 1;

	if (s->config.source_count == 0)
		return true;
	from = &s->config.sources[s->next_source++ % s->config.source_count];
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	return bind(fd, (const struct sockaddr *)from, sizeof(*from)) == 0;
}

static bool sockets_connect(struct load_link *link, uint32_t slot)
{
	struct sockets *s = sockets_of(link);
	struct sock *k = &s->sock[slot];
	struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
	                        .data.u32 = slot};
	const struct sockaddr *to = (const struct sockaddr *)&s->config.target;
	socklen_t to_len = to->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
	                                             : sizeof(struct sockaddr_in);
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return false;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	stamps_enable(fd);
	if (!source_bind(s, fd)) {
		close(fd);
		return false;
	}
	link->syn_us = load_now_us();
	if ((connect(fd, to, to_len) != 0 && errno != EINPROGRESS) ||
	    epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e) != 0) {
		close(fd);
		return false;
	}
	k->fd = fd;
	k->syn_us = link->syn_us;
	return true;
}

static void sockets_end(struct load_link *link, uint32_t slot)
{
	const struct sock *k = &sockets_of(link)->sock[slot];

	if (k->fd >= 0)
		shutdown(k->fd, SHUT_WR);
}

static void sockets_abort(struct load_link *link, uint32_t slot)
{
	struct sock *k = &sockets_of(link)->sock[slot];
	struct linger now = {1, 0};

	if (k->fd < 0)
		return;
	setsockopt(k->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	sock_close(k);
}

// When the answer to our SYN came: the kernel measured how long that took.
static uint64_t opened_at(const struct sock *k)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);
	uint64_t now_us = load_now_us();

	if (getsockopt(k->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
	    info.tcpi_total_retrans > 0 || info.tcpi_rtt == 0 ||
	    k->syn_us + info.tcpi_rtt > now_us)
		return now_us;
	return k->syn_us + info.tcpi_rtt;
}

static void on_event(struct sockets *s, uint32_t slot, uint32_t events)
{
	struct sock *k = &s->sock[slot];
	socklen_t len = sizeof(int);
	int error = 0;

	if (k->fd < 0)
		return;
	if (!k->opened) {
		getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &error, &len);
		if (error != 0) {
			sock_end(s, slot, error);
			return;
		}
		if (!(events & EPOLLOUT))
			return;
		k->opened = true;
		s->base.at_us = opened_at(k);
		s->base.app_ops->opened(s->base.app, slot);
		s->base.at_us = 0;
	}
	// An error that is only a stamp says nothing of the connection.
	if ((events & EPOLLERR) && stamps_left(k->fd, &k->left_us))
		events &= ~(uint32_t)EPOLLERR;
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
		k->readable = true;
		k->hung |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
		sockets_feed(&s->base, slot);
	}
	if (events & EPOLLOUT)
		sock_flush(s, slot, plain_send);
}

static void sockets_flush(struct sockets *s)
{
	uint32_t count = s->dirty_count;

	// What becomes dirty meanwhile waits for the next turn, at the end of the list.
	for (uint32_t i = 0; i < count; i++) {
		uint32_t slot = s->dirty[i];

		s->sock[slot].dirty = false;
		sock_flush(s, slot, plain_send);
		if (s->sock[slot].fd >= 0 && s->sock[slot].readable)
			sockets_feed(&s->base, slot);
	}
	s->dirty_count -= count;
	memmove(s->dirty, s->dirty + count, s->dirty_count * sizeof(*s->dirty));
}

static struct timespec wait_for(const struct sockets *s, uint64_t until_us)
{
	uint64_t now_us = load_now_us(), us;

	if (s->dirty_count > 0 || s->config.spins || until_us <= now_us + LOAD_EARLY_US)
		return (struct timespec){0, 0};
	us = until_us - now_us - LOAD_EARLY_US;
	us = us < 1000000 ? us : 1000000;
	return (struct timespec){(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
}

static void sockets_poll(struct load_link *link, uint64_t until_us)
{
	struct sockets *s = sockets_of(link);
	struct epoll_event events[EVENTS];
	struct timespec wait;
	uint64_t drop;
	int n;

	sockets_flush(s);
	wait = wait_for(s, until_us);
	n = epoll_pwait2(s->epoll, events, EVENTS, &wait, NULL);
	for (int i = 0; i < n; i++) {
		if (events[i].data.u32 == WAKE_SLOT)
			(void)!read(s->wake, &drop, sizeof(drop));
		else
			on_event(s, events[i].data.u32, events[i].events);
	}
}

static void sockets_wake(struct load_link *link)
{
	uint64_t one = 1;

	(void)!write(sockets_of(link)->wake, &one, sizeof(one));
}

// --- life ----------------------------------------------------------------------------------------

static void sockets_free(struct load_link *link)
{
	struct sockets *s = sockets_of(link);

	for (uint32_t i = 0; s->sock != NULL && i < s->config.slots; i++) {
		if (s->sock[i].fd >= 0)
			sockets_abort(link, i);
	}
	if (s->epoll >= 0)
		close(s->epoll);
	if (s->wake >= 0)
		close(s->wake);
	free(s->sock);
	free(s->dirty);
	free(s);
}

static const struct load_link_ops sockets_ops = {
        sockets_connect, sockets_send, sockets_push, sockets_left,
        sockets_queued,  sockets_feed, sockets_end,  sockets_abort,
        sockets_poll,    sockets_wake, sockets_free,
};

struct load_link *load_sockets_new(const struct load_sockets_config *config,
                                   const struct load_link_app *ops, void *app)
{
	struct sockets *s = calloc(1, sizeof(*s));
	struct epoll_event e = {.events = EPOLLIN, .data.u32 = WAKE_SLOT};

	if (s == NULL)
		return NULL;
	s->base = (struct load_link){
	        .ops = &sockets_ops, .app_ops = ops, .app = app, .punctual_us = PUNCTUAL_US};
	s->config = *config;
	s->sock = calloc(config->slots, sizeof(*s->sock));
	s->dirty = calloc(2 * (size_t)config->slots, sizeof(*s->dirty));
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (uint32_t i = 0; s->sock != NULL && i < config->slots; i++)
		s->sock[i].fd = -1;
	if (s->sock == NULL || s->dirty == NULL || s->epoll < 0 || s->wake < 0 ||
	    epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->wake, &e) != 0) {
		perror("sallyport-load: sockets");
		sockets_free(&s->base);
		return NULL;
	}
	return &s->base;
}

bool load_sockets_allow(uint64_t descriptors)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	if (limit.rlim_cur >= descriptors)
		return true;
	limit.rlim_cur = descriptors;
	if (limit.rlim_max < descriptors)
		limit.rlim_max = descriptors;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}
