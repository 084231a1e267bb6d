// Two TCP stacks joined by a link with a seed: it drops, repeats, reorders, delays and corrupts,
// in virtual time. Each side sends a stream of known bytes and checks the other's. What befalls
// each packet is drawn from the seed and may be written down, or read from what was.
#pragma once

#include "dataplane/tcp/tcp_conn.h"
#include "tests/unit/check.h"

#include <sys/mman.h>

#define LINK_PACKETS 4096
#define LINK_PORT    22

struct link_rng {
	uint64_t state;
};

static inline uint32_t rng_next(struct link_rng *r)
{
	r->state += 0x9e3779b97f4a7c15ull;
	uint64_t z = r->state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (uint32_t)(z >> 32);
}

static inline uint32_t rng_below(struct link_rng *r, uint32_t bound)
{
	return (uint32_t)((uint64_t)rng_next(r) * bound >> 32);
}

static inline bool rng_chance(struct link_rng *r, uint32_t in_thousand)
{
	return rng_below(r, 1000) < in_thousand;
}

// What a link does to each packet, in thousandths, and how long it takes.
struct link_manner {
	uint32_t drop, repeat, corrupt, late;
	uint32_t delay_us, jitter_us, late_us;
	uint32_t mtu; // larger packets vanish once hole_us has passed; 0: none do
	uint32_t hole_us;
	bool tells;      // ... and their sender is told
	uint32_t shrink; // thousandths of packets whose window is made smaller on the way
};

// One thing that befalls the packet with this number.
enum link_fate_kind {
	FATE_DROP,
	FATE_REPEAT,
	FATE_LATE,    // by so many us
	FATE_CORRUPT, // in this bit, modulo its length
	FATE_WINDOW,  // made smaller, to so many thousandths
	FATES
};

struct link_fate {
	uint32_t packet, kind, value;
};

#define LINK_FATES_MAX 65536u

// A run written down: without `fate` nothing but the delay and the hole befalls a packet.
struct link_story {
	uint64_t seed; // of what the applications do
	char config[16];
	uint64_t bytes[2];
	int wrap; // the side whose numbers begin a little below zero; -1: none
	struct link_manner manner;
	uint32_t fates;
	struct link_fate fate[LINK_FATES_MAX];
};

struct link_packet {
	uint64_t at_us; // arrival; 0: free
	uint64_t order;
	struct tcp_tuple to;
	uint16_t bytes, checksum;
	uint8_t data[2048];
};

struct link_side {
	struct link_net *net;
	struct tcp *tcp;
	void *arena;
	size_t arena_bytes;
	uint64_t count[TCP_COUNTERS];
	struct conn_id id;
	bool open, closed, close_sent, saw_end;
	enum tcp_end why;
	uint64_t sent, to_send; // bytes handed to TCP
	uint64_t got;           // bytes read and checked
	uint64_t acked;
	uint32_t send_most;   // one tcp_send
	uint32_t read_chance; // in thousand, per opportunity
	uint64_t limit_read_until_us;
	uint8_t salt;
};

struct link_net {
	struct link_rng rng;      // of the applications
	struct link_rng link_rng; // of what befalls packets
	struct link_manner manner;
	struct link_story *record;       // to write down in, or NULL
	const struct link_story *script; // to read from, or NULL: draw
	uint32_t script_at;
	bool (*holds)(const struct link_net *n); // more that must hold after each step, or NULL
	struct link_side side[2];
	struct link_packet *packets;
	uint64_t now_us, order;
	uint64_t read_every_us; // how often the applications look when nothing happens
	uint64_t carried, lost;
	uint64_t hole_from_us;
	bool told; // a packet was too big: its sender hears of it next
	struct tcp_tuple told_tuple;
	uint32_t told_seq;
	bool wrong;
};

static inline uint8_t stream_byte(uint8_t salt, uint64_t at)
{
	return (uint8_t)((at * 131 + (at >> 8) * 7 + (at >> 16)) ^ salt);
}

static inline uint16_t packet_sum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

// IP and TCP headers included, as if over IPv4.
static inline bool link_is_too_big(const struct link_net *n, const struct tcp_emission *e)
{
	return n->manner.mtu != 0 && n->now_us >= n->hole_from_us &&
	       20u + e->header_bytes + e->payload_bytes > n->manner.mtu;
}

static inline void link_shrink(uint8_t *header, uint32_t thousandths)
{
	uint32_t window = (uint32_t)(header[14] << 8 | header[15]) * thousandths / 1000;

	header[14] = (uint8_t)(window >> 8);
	header[15] = (uint8_t)window;
}

// All that befalls one packet, by kind.
struct link_fates {
	bool is[FATES];
	uint32_t value[FATES];
};

static inline void fate_add(struct link_net *n, struct link_fates *all,
                            enum link_fate_kind kind, uint32_t value)
{
	struct link_story *r = n->record;

	all->is[kind] = true;
	all->value[kind] = value;
	if (r != NULL && r->fates < LINK_FATES_MAX)
		r->fate[r->fates++] = (struct link_fate){(uint32_t)n->carried, kind, value};
}

static inline struct link_fates fates_drawn(struct link_net *n)
{
	const struct link_manner *m = &n->manner;
	struct link_rng *r = &n->link_rng;
	struct link_fates all = {0};
	uint32_t late = rng_below(r, m->jitter_us + 1);

	if (rng_chance(r, m->late))
		late += rng_below(r, m->late_us + 1);
	if (late > 0)
		fate_add(n, &all, FATE_LATE, late);
	if (rng_chance(r, m->drop))
		fate_add(n, &all, FATE_DROP, 0);
	if (rng_chance(r, m->shrink))
		fate_add(n, &all, FATE_WINDOW, rng_chance(r, 300) ? 0 : rng_below(r, 1000));
	if (rng_chance(r, m->corrupt))
		fate_add(n, &all, FATE_CORRUPT, rng_next(r));
	return all;
}

static inline struct link_fates fates_told(struct link_net *n)
{
	const struct link_story *s = n->script;
	struct link_fates all = {0};

	for (; n->script_at < s->fates && s->fate[n->script_at].packet <= n->carried;
	     n->script_at++)
		if (s->fate[n->script_at].packet == n->carried)
			fate_add(n, &all, s->fate[n->script_at].kind,
			         s->fate[n->script_at].value);
	return all;
}

static inline void link_tell(struct link_net *n, const struct tcp_emission *e)
{
	uint32_t seq;

	memcpy(&seq, e->header + 4, sizeof(seq));
	n->told = true;
	n->told_tuple = e->from;
	n->told_seq = __builtin_bswap32(seq);
}

static inline struct link_packet *packet_free(struct link_net *n)
{
	for (int i = 0; i < LINK_PACKETS; i++)
		if (n->packets[i].at_us == 0)
			return &n->packets[i];
	return NULL;
}

static inline void link_write(struct link_packet *p, const struct tcp_emission *e)
{
	uint16_t at = e->header_bytes;

	memcpy(p->data, e->header, e->header_bytes);
	for (uint16_t i = 0; i < e->pieces; i++) {
		memcpy(p->data + at, e->piece[i].data, e->piece[i].len);
		at = (uint16_t)(at + e->piece[i].len);
	}
	CHECK_EQ(at, e->header_bytes + e->payload_bytes);
	p->bytes = at;
	p->to.local = e->from.remote;
	p->to.remote = e->from.local;
	p->to.local_port = e->from.remote_port;
	p->to.remote_port = e->from.local_port;
}

static inline void link_put(struct link_net *n, const struct tcp_emission *e, bool is_repeat)
{
	struct link_packet *p = packet_free(n);
	struct link_fates f;
	bool repeat;

	n->carried++;
	f = n->script != NULL ? fates_told(n) : fates_drawn(n);
	if (n->script == NULL && !is_repeat && rng_chance(&n->link_rng, n->manner.repeat))
		fate_add(n, &f, FATE_REPEAT, 0);
	repeat = f.is[FATE_REPEAT];
	if (link_is_too_big(n, e)) {
		n->lost++;
		if (n->manner.tells)
			link_tell(n, e);
	} else if (p == NULL || f.is[FATE_DROP]) {
		n->lost++;
	} else {
		link_write(p, e);
		if (f.is[FATE_WINDOW])
			link_shrink(p->data, f.value[FATE_WINDOW]);
		p->checksum = packet_sum(p->data, p->bytes);
		if (f.is[FATE_CORRUPT])
			p->data[f.value[FATE_CORRUPT] / 8 % p->bytes] ^=
			        (uint8_t)(1u << f.value[FATE_CORRUPT] % 8);
		p->order = n->order++;
		p->at_us = n->now_us + n->manner.delay_us + 1 + f.value[FATE_LATE];
	}
	if (repeat && !is_repeat)
		link_put(n, e, true);
}

static inline void link_emit(void *out, const struct tcp_emission *e)
{
	struct link_side *s = out;

	link_put(s->net, e, false);
}

static inline void side_write(struct link_side *s)
{
	uint8_t bytes[8192];

	while (s->open && !s->closed && s->sent < s->to_send) {
		uint64_t n = 1 + rng_below(&s->net->rng, s->send_most);
		size_t room = tcp_send_room(s->tcp, s->id);

		if (n > s->to_send - s->sent)
			n = s->to_send - s->sent;
		if (n > room)
			return;
		for (uint64_t i = 0; i < n; i++)
			bytes[i] = stream_byte(s->salt, s->sent + i);
		if (tcp_send(s->tcp, s->id, span_of(bytes, n)) != STATUS_OK)
			return;
		s->sent += n;
	}
	if (s->open && !s->closed && s->sent == s->to_send && !s->close_sent) {
		s->close_sent = true;
		tcp_close(s->tcp, s->id);
	}
}

static inline void side_read(struct link_side *s)
{
	uint8_t other = s->net->side[s == &s->net->side[0]].salt;

	while (!s->closed && tcp_readable(s->tcp, s->id) > 0) {
		struct span front = tcp_front(s->tcp, s->id);
		size_t n = front.len;

		if (!rng_chance(&s->net->rng, s->read_chance))
			return;
		if (rng_chance(&s->net->rng, 300))
			n = 1 + rng_below(&s->net->rng, (uint32_t)n);
		for (size_t i = 0; i < n; i++)
			s->net->wrong |= front.data[i] != stream_byte(other, s->got + i);
		s->got += n;
		tcp_consume(s->tcp, s->id, n);
	}
	if (!s->closed && tcp_peer_closed(s->tcp, s->id))
		s->saw_end = true;
}

static inline void side_opened(void *app, struct conn_id id, const struct tcp_tuple *tuple)
{
	struct link_side *s = app;

	s->id = id;
	s->open = true;
	side_write(s);
}

static inline void side_readable(void *app, struct conn_id id)
{
	side_read(app);
	side_write(app);
}

static inline void side_acked(void *app, struct conn_id id, uint32_t bytes)
{
	struct link_side *s = app;

	s->acked += bytes;
	side_write(s);
}

static inline void side_closed(void *app, struct conn_id id, enum tcp_end why)
{
	struct link_side *s = app;

	CHECK(!s->closed);
	CHECK(!tcp_alive(s->tcp, id));
	s->closed = true;
	s->why = why;
}

static const struct tcp_app side_app = {side_opened, side_readable, side_acked, side_closed};

static inline struct tcp_config side_config(struct link_side *s)
{
	struct tcp_config config = {.slots = 16,
	                            .syn_slots = 16,
	                            .time_wait_slots = 16,
	                            .slab_bytes = 4u << 20,
	                            .mss = 1460,
	                            .receive_window = 128u << 10,
	                            .send_limit = 256u << 10,
	                            .count = s->count,
	                            .app_ops = &side_app,
	                            .app = s,
	                            .emit = link_emit,
	                            .out = s};

	for (unsigned i = 0; i < sizeof(config.secret); i++)
		config.secret[i] = (uint8_t)rng_next(&s->net->rng);
	return config;
}

static inline struct tcp_tuple link_tuple(void)
{
	struct tcp_tuple t = {.local_port = 40000, .remote_port = LINK_PORT};

	t.local.bytes[10] = t.local.bytes[11] = t.remote.bytes[10] = t.remote.bytes[11] = 0xff;
	t.local.bytes[15] = 1;
	t.remote.bytes[15] = 2;
	return t;
}

// `configure` may change what side_config chose.
static inline struct link_net *net_new(uint64_t seed, struct link_manner manner,
                                       void (*configure)(struct link_net *,
                                                         struct tcp_config *))
{
	struct link_net *n = calloc(1, sizeof(*n));

	n->rng.state = seed;
	n->link_rng.state = ~seed;
	n->manner = manner;
	n->now_us = 1000000 + rng_next(&n->rng);
	n->read_every_us = 20000;
	n->packets = calloc(LINK_PACKETS, sizeof(*n->packets));
	for (int i = 0; i < 2; i++) {
		struct link_side *s = &n->side[i];
		struct tcp_config config;

		s->net = n;
		s->salt = (uint8_t)(0x35 + 0x71 * i);
		s->send_most = 1 + rng_below(&n->rng, rng_chance(&n->rng, 500) ? 100 : 8000);
		s->read_chance = 1000;
		config = side_config(s);
		if (configure != NULL)
			configure(n, &config);
		s->arena_bytes = tcp_arena_bytes(config.slots);
		s->arena = calloc(1, s->arena_bytes);
		config.arena = s->arena;
		s->tcp = tcp_new(&config);
	}
	return n;
}

static inline void net_free(struct link_net *n)
{
	for (int i = 0; i < 2; i++) {
		tcp_free(n->side[i].tcp);
		free(n->side[i].arena);
	}
	free(n->packets);
	free(n);
}

static inline struct link_packet *net_first(struct link_net *n)
{
	struct link_packet *first = NULL;

	for (int i = 0; i < LINK_PACKETS; i++) {
		struct link_packet *p = &n->packets[i];

		if (p->at_us != 0 && (first == NULL || p->at_us < first->at_us ||
		                      (p->at_us == first->at_us && p->order < first->order)))
			first = p;
	}
	return first;
}

static inline bool net_is_unread(const struct link_net *n)
{
	return tcp_readable(n->side[0].tcp, n->side[0].id) > 0 ||
	       tcp_readable(n->side[1].tcp, n->side[1].id) > 0;
}

// Do what comes next: a packet or a deadline. False when nothing ever will.
static inline bool net_step(struct link_net *n)
{
	struct link_packet *p = net_first(n);
	uint64_t next = p != NULL ? p->at_us : UINT64_MAX;

	for (int i = 0; i < 2; i++) {
		uint64_t due = tcp_next_us(n->side[i].tcp);

		next = due < next ? due : next;
	}
	if (next == UINT64_MAX)
		return false;
	if (n->read_every_us != 0 && next > n->now_us + n->read_every_us && net_is_unread(n))
		next = n->now_us + n->read_every_us; // a slow reader reads on when all is quiet
	if (next > n->now_us)
		n->now_us = next;
	if (p != NULL && p->at_us <= n->now_us) {
		struct link_packet got = *p;
		struct link_side *s = &n->side[got.to.local_port == LINK_PORT];
		uint8_t *exact = malloc(got.bytes);

		p->at_us = 0;
		memcpy(exact, got.data, got.bytes);
		if (packet_sum(exact, got.bytes) == got.checksum) {
			struct tcp_segment segment = {.to = got.to,
			                              .bytes = span_of(exact, got.bytes)};

			tcp_input(s->tcp, n->now_us, &segment);
		}
		free(exact);
	}
	if (n->told) {
		struct tcp *t = n->side[n->told_tuple.local_port == LINK_PORT].tcp;

		n->told = false;
		tcp_icmp_packet_too_big(t, n->now_us, &n->told_tuple, n->told_seq,
		                        n->manner.mtu);
	}
	for (int i = 0; i < 2; i++) {
		struct link_side *s = &n->side[i];

		tcp_timers(s->tcp, n->now_us);
		if (s->open) {
			side_read(s);
			side_write(s);
		}
		tcp_flush(s->tcp, n->now_us);
		tcp_check(s->tcp);
	}
	assert(n->holds == NULL || n->holds(n));
	return true;
}

// Side 0 connects to side 1; both send and close. Runs until both are gone or the time is up.
static inline void net_run(struct link_net *n, uint64_t bytes0, uint64_t bytes1,
                           uint64_t most_us)
{
	struct tcp_tuple tuple = link_tuple();
	uint64_t end_us = n->now_us + most_us;

	n->hole_from_us = n->now_us + n->manner.hole_us;
	n->side[0].to_send = bytes0;
	n->side[1].to_send = bytes1;
	tcp_listen(n->side[1].tcp, LINK_PORT, true);
	n->side[0].id = tcp_connect(n->side[0].tcp, n->now_us, &tuple);
	tcp_flush(n->side[0].tcp, n->now_us);
	while ((!n->side[0].closed || !n->side[1].closed) && n->now_us < end_us && net_step(n))
		;
}

// Move the clock to where the numbers of a side begin a little below zero.
static inline void net_wrap(struct link_net *n, int side)
{
	struct tcp_tuple tuple = link_tuple(), back = {tuple.remote, tuple.local,
	                                               tuple.remote_port, tuple.local_port};
	struct tcp *t = n->side[side].tcp;
	uint32_t iss;

	t->now_us = n->now_us;
	iss = tcp_iss(t, side == 0 ? &tuple : &back);
	t->now_us = 0;
	n->now_us += 4ull * (uint32_t)(-(int64_t)iss - 2000 - rng_below(&n->rng, 20000));
}

static inline bool net_is_complete(const struct link_net *n)
{
	const struct link_side *a = &n->side[0], *b = &n->side[1];

	return a->closed && b->closed && !n->wrong && a->got == b->to_send &&
	       b->got == a->to_send && a->why == TCP_END_CLOSED && b->why == TCP_END_CLOSED;
}
