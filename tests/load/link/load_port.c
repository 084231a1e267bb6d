// Sessions over the dataplane's TCP: which connection is whose, bytes both ways, sleeping when
// there is nothing to do.
#include "tests/load/link/load_port.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "crypto/core/random.h"
#include "dataplane/record/record.h"
#include "tests/load/link/load_capture.h"
#include "tests/load/link/load_eal.h"
#include "tests/load/link/load_frames.h"

#define PORT_FIRST     1024u
#define PORTS          (65536u - PORT_FIRST)
#define PORT_TRIES     256u
#define SLOTS_SPARE    4096u // connections of sessions that are over
#define TIME_WAITS     65536u
#define STREAM_BYTES   (1ull << 30)
#define RECEIVE_WINDOW (256u * 1024)
#define SEND_LIMIT     (512u * 1024)
#define SCRATCH        (2 * RECORD_MAX)
#define NO_SESSION     UINT32_MAX
#define SPIN_US        20u
#define PUNCTUAL_US    50u
#define NAP_LEAST_US   10u   // ports that cannot wake us are looked at this often ...
#define NAP_MOST_US    100u  // ... and this often
#define NAP_SHORT_US   5000u // after so long a silence
#define FAREWELL_NS    10000000

struct pending {
	uint8_t *data; // did not fit into TCP
	size_t len;
};

struct port_link {
	struct load_link base;
	struct load_port_config config;
	struct load_frames frames;
	struct load_capture capture;
	uint32_t slots;          // of TCP
	struct conn_id *conn;    // by session; life 0: none
	struct pending *pending; // by session
	uint32_t *session;       // by connection
	struct ip_addr target;
	uint64_t made; // connections; chooses address and port
	int epoll, wake, port_fd;
	uint64_t busy_us; // when there last was something to do
	bool registered;
	uint8_t scratch[SCRATCH];
};

static struct port_link *port_of(struct load_link *link)
{
	return (struct port_link *)link;
}

static uint32_t session_of(const struct port_link *p, struct conn_id id)
{
	return id.slot < p->slots ? p->session[id.slot] : NO_SESSION;
}

static void pending_free(struct port_link *p, uint32_t slot)
{
	free(p->pending[slot].data);
	p->pending[slot] = (struct pending){0};
}

static void forget(struct port_link *p, uint32_t slot)
{
	p->session[p->conn[slot].slot] = NO_SESSION;
	p->conn[slot].life = 0;
	pending_free(p, slot);
}

// --- in ------------------------------------------------------------------------------------------

// Give what the application takes. A record may lie in pieces: then it is shown as one.
static void port_give(struct port_link *p, uint32_t slot)
{
	struct tcp *t = p->frames.tcp;
	struct conn_id id = p->conn[slot];

	while (p->conn[slot].life == id.life && id.life != 0) {
		struct span front = tcp_front(t, id);
		size_t all = tcp_readable(t, id), taken;

		if (all == 0)
			return;
		if (front.len < all && front.len < SCRATCH)
			front = span_of(p->scratch, tcp_copy(t, id, 0, p->scratch, SCRATCH));
		taken = p->base.app_ops->input(p->base.app, slot, front);
		if (p->conn[slot].life == id.life && taken > 0)
			tcp_consume(t, id, taken);
		if (taken == 0)
			return;
	}
}

// The peer's end, once all that it said is taken.
static void end_consider(struct port_link *p, uint32_t slot)
{
	struct conn_id id = p->conn[slot];

	if (id.life == 0 || !tcp_fin_received(p->frames.tcp, id) ||
	    p->base.app_ops->busy(p->base.app, slot))
		return;
	forget(p, slot);
	tcp_consume(p->frames.tcp, id, tcp_readable(p->frames.tcp, id));
	tcp_close(p->frames.tcp, id);
	p->base.app_ops->ended(p->base.app, slot, LOAD_END_CLOSED);
}

static void port_feed(struct load_link *link, uint32_t slot)
{
	struct port_link *p = port_of(link);

	if (p->conn[slot].life == 0)
		return;
	port_give(p, slot);
	end_consider(p, slot);
}

static void on_opened(void *port, struct conn_id id, const struct tcp_tuple *tuple)
{
	struct port_link *p = port;
	uint32_t slot = session_of(p, id);

	if (slot != NO_SESSION)
		p->base.app_ops->opened(p->base.app, slot);
}

static void on_readable(void *port, struct conn_id id)
{
	struct port_link *p = port;
	uint32_t slot = session_of(p, id);

	if (slot == NO_SESSION)
		tcp_consume(p->frames.tcp, id, tcp_readable(p->frames.tcp, id));
	else
		port_feed(&p->base, slot);
}

static void on_closed(void *port, struct conn_id id, enum tcp_end why)
{
	static const enum load_end ends[] = {
	        [TCP_END_CLOSED] = LOAD_END_CLOSED,
	        [TCP_END_RESET] = LOAD_END_RESET,
	        [TCP_END_TIMEOUT] = LOAD_END_TIMEOUT,
	        [TCP_END_ABORTED] = LOAD_END_LOCAL,
	};
	struct port_link *p = port;
	uint32_t slot = session_of(p, id);

	if (slot == NO_SESSION)
		return;
	forget(p, slot);
	p->base.app_ops->ended(p->base.app, slot, ends[why]);
}

// --- out -----------------------------------------------------------------------------------------

static bool pending_add(struct pending *w, struct span bytes)
{
	uint8_t *data = realloc(w->data, w->len + bytes.len);

	if (data == NULL)
		return false;
	memcpy(data + w->len, bytes.data, bytes.len);
	w->data = data;
	w->len += bytes.len;
	return true;
}

static void port_send(struct load_link *link, uint32_t slot, struct span bytes)
{
	struct port_link *p = port_of(link);
	struct pending *w = &p->pending[slot];

	if (p->conn[slot].life == 0)
		return;
	if (w->len == 0 && tcp_send(p->frames.tcp, p->conn[slot], bytes) == STATUS_OK)
		return;
	if (!pending_add(w, bytes))
		tcp_abort(p->frames.tcp, p->conn[slot]);
}

// Segments leave at the end of a turn: TCP may be in the middle of one.
static void port_push(struct load_link *link, uint32_t slot)
{
}

static size_t port_queued(const struct load_link *link, uint32_t slot)
{
	const struct port_link *p = (const struct port_link *)link;

	return p->pending[slot].len + SEND_LIMIT - tcp_send_room(p->frames.tcp, p->conn[slot]);
}

// What waited goes as far as there is room.
static void pending_push(struct port_link *p, uint32_t slot)
{
	struct pending *w = &p->pending[slot];
	size_t room = tcp_send_room(p->frames.tcp, p->conn[slot]);
	size_t n = room < w->len ? room : w->len;

	if (n == 0 || tcp_send(p->frames.tcp, p->conn[slot], span_of(w->data, n)) != STATUS_OK)
		return;
	w->len -= n;
	memmove(w->data, w->data + n, w->len);
	if (w->len == 0)
		pending_free(p, slot);
}

static void on_acked(void *port, struct conn_id id, uint32_t bytes)
{
	struct port_link *p = port;
	uint32_t slot = session_of(p, id);

	if (slot == NO_SESSION)
		return;
	pending_push(p, slot);
	if (p->pending[slot].len == 0)
		p->base.app_ops->drained(p->base.app, slot);
}

// --- connections ---------------------------------------------------------------------------------

// Addresses in turn, then ports: a pair comes back as late as can be.
static bool port_connect(struct load_link *link, uint32_t slot)
{
	struct port_link *p = port_of(link);

	for (unsigned i = 0; i < PORT_TRIES; i++) {
		uint64_t n = p->made++;
		struct tcp_tuple tuple = {
		        .local = load_frames_address(&p->frames,
		                                     (uint32_t)(n % p->frames.addresses)),
		        .remote = p->target,
		        .local_port = (uint16_t)(PORT_FIRST + n / p->frames.addresses % PORTS),
		        .remote_port = ntohs(
		                ((const struct sockaddr_in *)&p->config.target)->sin_port),
		};
		struct conn_id id;

		link->syn_us = load_now_us();
		id = tcp_connect(p->frames.tcp, link->syn_us, &tuple);
		if (id.life == 0)
			continue;
		p->conn[slot] = id;
		p->session[id.slot] = slot;
		return true;
	}
	return false;
}

static void port_end(struct load_link *link, uint32_t slot)
{
	struct port_link *p = port_of(link);

	if (p->conn[slot].life != 0)
		tcp_close(p->frames.tcp, p->conn[slot]);
}

static void port_abort(struct load_link *link, uint32_t slot)
{
	struct port_link *p = port_of(link);
	struct conn_id id = p->conn[slot];

	if (id.life == 0)
		return;
	forget(p, slot);
	tcp_abort(p->frames.tcp, id);
}

// --- the loop ------------------------------------------------------------------------------------

static bool turn(struct port_link *p)
{
	struct load_frames *f = &p->frames;
	bool busy;

	f->now_us = load_now_us();
	busy = load_frames_receive(f) > 0;
	if (tcp_next_us(f->tcp) <= f->now_us)
		tcp_timers(f->tcp, f->now_us);
	load_frames_timers(f);
	tcp_flush(f->tcp, f->now_us);
	busy |= load_frames_flush(f);
	return busy;
}

static void nap(struct port_link *p, uint64_t us)
{
	struct timespec wait = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
	struct epoll_event events[4];
	uint64_t drop;

	port_arm(&p->frames.port, 0);
	if (!turn(p) && epoll_pwait2(p->epoll, events, 4, &wait, NULL) > 0)
		(void)!read(p->wake, &drop, sizeof(drop));
	port_disarm(&p->frames.port, 0);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

// How long to sleep; 0: something is due so soon that waking up for it would be too late.
static uint64_t nap_us(const struct port_link *p, uint64_t until_us)
{
	uint64_t now_us = p->frames.now_us, quiet_us = now_us - p->busy_us;
	uint64_t due_us = earlier(until_us, earlier(tcp_next_us(p->frames.tcp),
	                                            neighbor_next_us(&p->frames.neighbors)));
	uint64_t most_us = quiet_us < NAP_SHORT_US ? NAP_LEAST_US : NAP_MOST_US;

	if (p->config.spins || quiet_us <= SPIN_US || due_us <= now_us + LOAD_EARLY_US)
		return 0;
	due_us -= LOAD_EARLY_US;
	return p->port_fd < 0 ? earlier(due_us - now_us, most_us) : due_us - now_us;
}

static void port_poll(struct load_link *link, uint64_t until_us)
{
	struct port_link *p = port_of(link);
	uint64_t us;

	if (!p->registered)
		p->registered = rte_thread_register() == 0; // for the pool's cache
	if (turn(p)) {
		p->busy_us = p->frames.now_us;
		return;
	}
	us = nap_us(p, until_us);
	if (us > 0)
		nap(p, us);
}

static void port_wake(struct load_link *link)
{
	uint64_t one = 1;

	(void)!write(port_of(link)->wake, &one, sizeof(one));
}

// --- life ----------------------------------------------------------------------------------------

static void port_free(struct load_link *link)
{
	struct port_link *p = port_of(link);

	for (uint32_t i = 0; p->pending != NULL && i < p->config.slots; i++)
		free(p->pending[i].data);
	if (p->frames.tcp != NULL)
		turn(p);                                     // what is to be said still leaves
	nanosleep(&(struct timespec){0, FAREWELL_NS}, NULL); // and is taken
	tcp_free(p->frames.tcp);
	unmap_wait_for(NULL, 0);
	load_capture_end(&p->capture);
	port_close(&p->frames.port);
	if (p->epoll >= 0)
		close(p->epoll);
	if (p->wake >= 0)
		close(p->wake);
	free(p->conn);
	free(p->pending);
	free(p->session);
	free(p);
}

// Not told: the ring to the driver takes it at once.
static uint64_t port_left(const struct load_link *link, uint32_t slot)
{
	(void)link;
	(void)slot;
	return 0;
}

static const struct load_link_ops port_ops = {
        port_connect, port_send,  port_push, port_left, port_queued, port_feed,
        port_end,     port_abort, port_poll, port_wake, port_free,
};

static const struct tcp_app tcp_ops = {on_opened, on_readable, on_acked, on_closed};

static void *arena_map(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static bool tcp_start(struct port_link *p)
{
	struct tcp_config config = {
	        .slots = p->slots,
	        .arena = arena_map(tcp_arena_bytes(p->slots)),
	        .syn_slots = 64,
	        .time_wait_slots = TIME_WAITS,
	        .time_wait_us = 1000000,
	        .slab_bytes = STREAM_BYTES,
	        .mss = FRAME_MTU - FRAME_IPV4_BYTES - 20,
	        .receive_window = RECEIVE_WINDOW,
	        .send_limit = SEND_LIMIT,
	        .count = p->frames.count + COUNTER_TCP_FIRST,
	        .app_ops = &tcp_ops,
	        .app = p,
	        .emit = load_frames_emit,
	        .out = &p->frames,
	};

	if (config.arena == NULL)
		return false;
	// The same in every run: sequence numbers and timestamps of a pair of ports then go on
	// where the last run left them, and TIME_WAIT at the server takes them (RFC 6191).
	memset(config.secret, 0x5a, sizeof(config.secret));
	p->frames.tcp = tcp_new(&config);
	return p->frames.tcp != NULL;
}

static struct ip_addr ip_of(const struct sockaddr_storage *from)
{
	struct ip_addr a;
	struct ipv4_addr v4;

	if (from->ss_family == AF_INET) {
		memcpy(v4.bytes, &((const struct sockaddr_in *)from)->sin_addr, 4);
		return ip_from_ipv4(v4);
	}
	memcpy(a.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
	return a;
}

static void host_set(struct port_link *p)
{
	const struct load_port_config *c = &p->config;
	bool is_ipv4 = c->target.ss_family == AF_INET;
	enum host_address_name name = is_ipv4 ? HOST_IPV4 : HOST_IPV6;
	struct route near = {.bits = (uint8_t)(c->prefix_bits + is_ipv4 * IPV4_MAPPED_BITS)};
	struct route far = {.bits = is_ipv4 ? IPV4_MAPPED_BITS : 0};

	p->frames.first = ip_of(c->first_source);
	p->frames.addresses = c->sources;
	p->target = ip_of(&c->target);
	p->frames.host.address[name].bits = near.bits;
	near.prefix = p->frames.first;
	for (unsigned bit = near.bits; bit < 128; bit++)
		near.prefix.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	route_add(&p->frames.host.routes, &near);
	if (c->gateway == NULL)
		return;
	if (is_ipv4)
		far.prefix = (struct ip_addr){{[10] = 0xff, [11] = 0xff}};
	far.hop = ip_of(c->gateway);
	route_add(&p->frames.host.routes, &far);
}

static bool tables_make(struct port_link *p)
{
	uint64_t slots = (uint64_t)p->config.slots + p->config.slots / 4 + SLOTS_SPARE;

	p->slots = slots < TCP_SLOTS_MAX ? (uint32_t)slots : TCP_SLOTS_MAX;
	p->conn = calloc(p->config.slots, sizeof(*p->conn));
	p->pending = calloc(p->config.slots, sizeof(*p->pending));
	p->session = malloc(p->slots * sizeof(*p->session));
	if (p->conn == NULL || p->pending == NULL || p->session == NULL)
		return false;
	for (uint32_t i = 0; i < p->slots; i++)
		p->session[i] = NO_SESSION;
	return tcp_start(p);
}

static bool sleep_prepare(struct port_link *p)
{
	struct epoll_event wake = {.events = EPOLLIN}, frames = {.events = EPOLLIN | EPOLLET};

	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	p->port_fd = p->config.queues == 1 ? port_receive_fd(&p->frames.port, 0) : -1;
	if (p->port_fd >= 0 && epoll_ctl(p->epoll, EPOLL_CTL_ADD, p->port_fd, &frames) != 0)
		p->port_fd = -1;
	return p->epoll >= 0 && p->wake >= 0 &&
	       epoll_ctl(p->epoll, EPOLL_CTL_ADD, p->wake, &wake) == 0;
}

static bool capture_start(struct port_link *p)
{
	return p->config.capture == NULL ||
	       load_capture_start(&p->capture, p->frames.port.id, p->config.queues,
	                          p->config.capture);
}

bool load_port_is(const char *link)
{
	static const char *const kinds[] = {"memif:", "tap:", "af_packet:", "pci:"};

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(link, kinds[i], strlen(kinds[i])) == 0)
			return true;
	}
	return false;
}

struct load_link *load_port_new(const struct load_port_config *config,
                                const struct load_link_app *ops, void *app)
{
	struct port_link *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->base = (struct load_link){
	        .ops = &port_ops, .app_ops = ops, .app = app, .punctual_us = PUNCTUAL_US};
	p->config = *config;
	p->epoll = p->wake = p->port_fd = -1;
	p->made = random_below(PORTS) * (uint64_t)config->sources; // not those of the last run
	host_set(p);
	if (!load_eal_start(config->device) || !load_frames_init(&p->frames, config->queues) ||
	    !capture_start(p) || !sleep_prepare(p) || !tables_make(p) ||
	    !load_frames_greet(&p->frames, &p->target)) {
		fputs("sallyport-load: the port does not start\n", stderr);
		unmap_wait_for(NULL, 0);
		load_capture_end(&p->capture);
		free(p);
		return NULL;
	}
	return &p->base;
}
