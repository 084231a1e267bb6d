// The other end of one connection, played by hand: a test sends segments into the stack and looks
// at what comes out. The fixture is a state; sequence numbers are relative to both sides' first
// data byte, so that `seq = 0` is the first byte the peer ever sends.
#pragma once

#include "dataplane/tcp/tcp_conn.h"
#include "tests/unit/check.h"

#define PEER_MSS    1000
#define PEER_WINDOW 50000
#define PEER_MS     1000ull
#define PEER_SEC    1000000ull
#define OUT_MAX     256

// One segment that left the stack, its numbers relative.
struct peer_segment {
	uint8_t flags;
	uint32_t seq, ack;
	uint16_t window;
	uint16_t len;
	uint8_t ecn;
	struct tcp_options options;
	struct tcp_tuple from;
	uint8_t data[2048];
};

// What the application above does.
struct peer_app {
	bool consume;      // read everything at once
	bool echo;         // send it back
	bool close_on_end; // close when the peer has
	bool abort_opened; // refuse in `opened`
	bool abort_read;   // abort in `readable`
	bool close_read;   // close in `readable`
	bool abort_acked;  // abort in `acked`
	uint32_t opened, readable, closed;
	uint64_t acked, got;
	enum tcp_end why;
	struct conn_id id;
	uint8_t bytes[1 << 16]; // what was read
};

struct peer;

// What lies between the peer and the stack when it is more than a function call.
struct peer_wire {
	void (*carry)(struct peer *p, const struct tcp_segment *segment);
	void (*wait)(struct peer *p, uint64_t us);
	void (*hear)(struct peer *p); // all that has left until now
};

struct peer {
	const struct peer_wire *wire; // NULL: nothing
	struct tcp *tcp;
	void *arena;
	uint64_t now;
	uint64_t count[TCP_COUNTERS];
	struct tcp_config config;
	struct tcp_tuple tuple; // local: the stack
	uint32_t irs;           // peer's first data byte
	uint32_t iss;           // stack's first data byte
	uint32_t ts_value;
	struct tcp_options syn; // options of the peer's SYN
	struct conn *conn;
	struct peer_app app;
	struct peer_segment out[OUT_MAX];
	uint32_t sent, seen; // segments that left, that the test has looked at
};

// What a test sends; the zero value of a field means the usual.
struct peer_send {
	uint8_t flags;
	uint32_t seq, ack;
	const char *text;
	uint32_t len;   // bytes of filler when there is no text
	int32_t window; // -1: zero; 0: PEER_WINDOW
	uint32_t ts;    // timestamp value, 0: the peer's clock
	uint32_t echo;  // timestamp echoed
	uint8_t ecn;    // of the IP header
	bool no_ts;
	unsigned sacks;
	struct sack_block sack[4];
};

static inline uint8_t filler(uint32_t seq)
{
	return (uint8_t)(seq * 7 + seq / 251);
}

static inline void peer_catch(void *out, const struct tcp_emission *e)
{
	struct peer *p = out;
	struct peer_segment *s = &p->out[p->sent % OUT_MAX];
	uint32_t word[2];
	uint16_t window;

	memcpy(word, e->header + 4, sizeof(word));
	memcpy(&window, e->header + 14, sizeof(window));
	*s = (struct peer_segment){.flags = e->header[13],
	                           .seq = __builtin_bswap32(word[0]),
	                           .ack = __builtin_bswap32(word[1]),
	                           .window = __builtin_bswap16(window),
	                           .ecn = e->ecn,
	                           .from = e->from};
	CHECK_EQ((e->header[12] >> 4) * 4, e->header_bytes);
	CHECK(tcp_options_parse(span_of(e->header + 20, e->header_bytes - 20u), &s->options));
	for (uint16_t i = 0; i < e->pieces; i++) {
		memcpy(s->data + s->len, e->piece[i].data, e->piece[i].len);
		s->len = (uint16_t)(s->len + e->piece[i].len);
	}
	CHECK_EQ(s->len, e->payload_bytes);
	if (s->flags & TCP_SYN)
		p->iss = s->seq + 1;
	s->seq -= p->iss;
	s->ack -= p->irs;
	p->sent++;
}

static inline void peer_opened(void *app, struct conn_id id, const struct tcp_tuple *tuple)
{
	struct peer *p = app;

	p->app.opened++;
	p->app.id = id;
	p->conn = &p->tcp->conns[id.slot];
	if (p->app.abort_opened)
		tcp_abort(p->tcp, id);
}

static inline void peer_read(struct peer *p)
{
	struct span front;

	while ((front = tcp_front(p->tcp, p->app.id)).len > 0) {
		memcpy(p->app.bytes + p->app.got % sizeof(p->app.bytes), front.data, front.len);
		p->app.got += front.len;
		if (p->app.echo)
			CHECK_EQ(tcp_send(p->tcp, p->app.id, front), STATUS_OK);
		tcp_consume(p->tcp, p->app.id, front.len);
	}
}

static inline void peer_readable(void *app, struct conn_id id)
{
	struct peer *p = app;

	p->app.readable++;
	if (p->app.consume)
		peer_read(p);
	if (p->app.close_read || (p->app.close_on_end && tcp_peer_closed(p->tcp, id)))
		tcp_close(p->tcp, id);
	if (p->app.abort_read)
		tcp_abort(p->tcp, id);
}

static inline void peer_acked(void *app, struct conn_id id, uint32_t bytes)
{
	struct peer *p = app;

	p->app.acked += bytes;
	if (p->app.abort_acked)
		tcp_abort(p->tcp, id);
}

static inline void peer_closed(void *app, struct conn_id id, enum tcp_end why)
{
	struct peer *p = app;

	p->app.closed++;
	p->app.why = why;
	CHECK(tcp_tuple_of(p->tcp, id) != NULL);
	CHECK_EQ(tcp_send(p->tcp, id, span_text("late")), STATUS_NOT_FOUND);
}

static const struct tcp_app peer_ops = {peer_opened, peer_readable, peer_acked, peer_closed};

static inline void peer_end(struct peer *p)
{
	tcp_check(p->tcp);
	tcp_free(p->tcp);
	free(p->arena);
}

// A stack that listens on port 22 and a peer that has sent nothing.
static inline struct peer *peer_start(struct peer *p, struct tcp_config config)
{
	*p = (struct peer){.now = 1000 * PEER_SEC, .irs = 5001, .ts_value = 70000};
	p->tuple.local.bytes[10] = p->tuple.local.bytes[11] = 0xff;
	p->tuple.remote = p->tuple.local;
	p->tuple.local.bytes[15] = 1;
	p->tuple.remote.bytes[15] = 2;
	p->tuple.local_port = 22;
	p->tuple.remote_port = 50000;
	p->syn = (struct tcp_options){.has_mss = true, .mss = PEER_MSS};
	p->app.consume = true;
	if (config.slots == 0)
		config.slots = 4;
	config.syn_slots = config.syn_slots != 0 ? config.syn_slots : 4;
	config.time_wait_slots = config.time_wait_slots != 0 ? config.time_wait_slots : 4;
	config.slab_bytes = config.slab_bytes != 0 ? config.slab_bytes : 1u << 20;
	config.mss = 1460;
	config.receive_window = config.receive_window != 0 ? config.receive_window : 32768;
	config.send_limit = config.send_limit != 0 ? config.send_limit : 100000;
	config.count = p->count;
	config.app_ops = &peer_ops;
	config.app = p;
	config.emit = peer_catch;
	config.out = p;
	memset(config.secret, 0x5a, sizeof(config.secret));
	p->arena = calloc(1, tcp_arena_bytes(config.slots));
	config.arena = p->arena;
	p->config = config;
	p->tcp = tcp_new(&config);
	tcp_listen(p->tcp, 22, true);
	return p;
}

static inline struct peer *peer_new(struct tcp_config config)
{
	static struct peer peer;

	return peer_start(&peer, config);
}

static inline void peer_flush(struct peer *p)
{
	tcp_flush(p->tcp, p->now);
	tcp_check(p->tcp);
}

// Without the flush, to see what several segments do together.
static inline void peer_inject(struct peer *p, struct peer_send s)
{
	struct tcp_options o = (s.flags & TCP_SYN) ? p->syn : (struct tcp_options){0};
	uint32_t seq = p->irs + s.seq, ack = p->iss + s.ack;
	uint32_t len = s.text != NULL ? (uint32_t)strlen(s.text) : s.len;
	uint16_t window = s.window == 0 ? PEER_WINDOW : (uint16_t)(s.window < 0 ? 0 : s.window);
	uint8_t head[60] = {0};
	struct tcp_segment segment = {.to = p->tuple, .ecn = s.ecn};
	uint32_t options;
	uint8_t *bytes;

	o.has_timestamp = p->syn.has_timestamp && !s.no_ts;
	o.ts_value = s.ts != 0 ? s.ts : p->ts_value + (uint32_t)(p->now / PEER_MS);
	o.ts_echo = s.echo;
	o.sacks = (uint8_t)s.sacks;
	for (unsigned i = 0; i < s.sacks; i++)
		o.sack[i] =
		        (struct sack_block){p->iss + s.sack[i].start, p->iss + s.sack[i].end};
	options = (uint32_t)tcp_options_emit(&o, head + 20);
	seq = __builtin_bswap32(seq);
	ack = s.flags & TCP_ACK ? __builtin_bswap32(ack) : 0;
	window = __builtin_bswap16(window);
	memcpy(head + 4, &seq, 4);
	memcpy(head + 8, &ack, 4);
	head[12] = (uint8_t)((20 + options) / 4 << 4);
	head[13] = s.flags;
	memcpy(head + 14, &window, 2);
	bytes = malloc(20 + options + len);
	memcpy(bytes, head, 20 + options);
	for (uint32_t i = 0; i < len; i++)
		bytes[20 + options + i] =
		        s.text != NULL ? (uint8_t)s.text[i] : filler(s.seq + i);
	segment.bytes = span_of(bytes, 20 + options + len);
	if (p->wire != NULL)
		p->wire->carry(p, &segment);
	else
		tcp_input(p->tcp, p->now, &segment);
	free(bytes);
}

#define FIN                  TCP_FIN
#define SYN                  TCP_SYN
#define RST                  TCP_RST
#define ACK                  TCP_ACK
#define ECE                  TCP_ECE
#define CWR                  TCP_CWR
#define peer_injects(p, ...) peer_inject((p), (struct peer_send){__VA_ARGS__})
#define peer_sends(p, ...)                                                                     \
	do {                                                                                   \
		peer_inject((p), (struct peer_send){__VA_ARGS__});                             \
		peer_flush(p);                                                                 \
	} while (0)

// Let time pass, running every deadline on the way.
static inline void peer_waits(struct peer *p, uint64_t us)
{
	uint64_t end = p->now + us;

	if (p->wire != NULL) {
		p->wire->wait(p, us);
		return;
	}
	for (;;) {
		uint64_t next = tcp_next_us(p->tcp);

		p->now = next < p->now ? p->now : next > end ? end : next;
		tcp_timers(p->tcp, p->now);
		peer_flush(p);
		if (p->now >= end)
			return;
	}
}

// The next segment that left, or NULL.
static inline const struct peer_segment *peer_next(struct peer *p)
{
	return p->seen < p->sent ? &p->out[p->seen++ % OUT_MAX] : NULL;
}

static inline void peer_skip(struct peer *p)
{
	p->seen = p->sent;
}

struct peer_want {
	uint8_t flags;
	uint32_t seq, ack, len;
};

static inline void peer_expect(struct peer *p, struct peer_want want, const char *file,
                               int line)
{
	const struct peer_segment *s = peer_next(p);

	if (s == NULL) {
		check_true(false, "a segment left the stack", file, line);
		return;
	}
	check_equal(s->flags & ~TCP_PSH, want.flags, "flags", file, line);
	check_equal((int32_t)s->seq, (int32_t)want.seq, "seq", file, line);
	if (want.flags & TCP_ACK)
		check_equal((int32_t)s->ack, (int32_t)want.ack, "ack", file, line);
	check_equal(s->len, want.len, "len", file, line);
}

// The next segment is this one.
#define peer_gets(p, ...) peer_expect((p), (struct peer_want){__VA_ARGS__}, __FILE__, __LINE__)

static inline void peer_expect_nothing(struct peer *p, const char *file, int line)
{
	check_equal(p->sent - p->seen, 0, "segments that left unexpectedly", file, line);
	p->seen = p->sent;
}

#define peer_gets_nothing(p) peer_expect_nothing((p), __FILE__, __LINE__)

static inline void peer_handshake(struct peer *p)
{
	peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	peer_sends(p, .flags = ACK);
	peer_skip(p);
}

static inline void peer_app_sends(struct peer *p, uint32_t len)
{
	static uint8_t bytes[1 << 17];

	for (uint32_t i = 0; i < len; i++)
		bytes[i] = filler(i);
	CHECK_EQ(tcp_send(p->tcp, p->app.id, span_of(bytes, len)), STATUS_OK);
	peer_flush(p);
}

static inline void peer_app_closes(struct peer *p)
{
	tcp_close(p->tcp, p->app.id);
	peer_flush(p);
}

static inline enum tcp_state peer_state(const struct peer *p)
{
	return tcp_alive(p->tcp, p->app.id) ? p->conn->state : TCP_CLOSED;
}

// A connection in the state, nothing sent but the handshake and FINs: data begins at 0 both ways.
static inline struct peer *peer_in_with(enum tcp_state state, struct tcp_config config)
{
	struct peer *p = peer_new(config);

	peer_handshake(p);
	if (state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK)
		peer_sends(p, .flags = FIN | ACK);
	if (state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT)
		peer_app_closes(p);
	if (state == TCP_FIN_WAIT_2)
		peer_sends(p, .flags = ACK, .ack = 1);
	if (state == TCP_CLOSING)
		peer_sends(p, .flags = FIN | ACK);
	CHECK_EQ(peer_state(p), state);
	peer_skip(p);
	return p;
}

static inline struct peer *peer_in(enum tcp_state state)
{
	return peer_in_with(state, (struct tcp_config){0});
}

#define COUNTED(p, name) ((p)->count[TCP_COUNTER_##name])

static inline struct tcp_gauges peer_gauges(const struct peer *p)
{
	struct tcp_gauges g;

	tcp_gauges(p->tcp, &g);
	return g;
}
