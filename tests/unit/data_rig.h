// A client's TCP on one side of a data_serve, control's end of the joint on the other, no port.
#pragma once

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dataplane/main/data_serve.h"
#include "tests/unit/check.h"
#include "tests/unit/record_pair.h"

#define SLOTS      64u
#define QUEUE      512u
#define CELLS_KEPT 4096u

static const struct link_shape shape = {64, 512, 64, 36864, 8};

struct wire {
	struct {
		struct tcp_tuple to;
		uint8_t bytes[1600];
		size_t len;
	} segment[QUEUE];
	unsigned head, tail;
};

static struct data_serve serve;
static const struct tcp_app *serve_ops = &data_serve_ops;
static struct tcp *server, *client;
static struct wire to_server, to_client;
static struct link *control;
static uint64_t count[COUNTERS], client_count[TCP_COUNTERS];
static void *arena_server, *arena_client;
static struct data_conn *conns;
static uint64_t now_us;
static struct conn_id client_id;
static uint8_t got[1 << 20]; // what the client received
static size_t got_bytes;
static size_t acked_bytes; // of what the client sent
static bool client_ended;
static struct link_cell cells[CELLS_KEPT];
static uint8_t first_bytes[CELLS_KEPT][64];
static unsigned cell_count;

// --- the rig -------------------------------------------------------------------------------------

static inline void emit(void *out, const struct tcp_emission *e)
{
	struct wire *w = out;
	unsigned at = w->tail++ % QUEUE;
	size_t len = e->header_bytes;

	memcpy(w->segment[at].bytes, e->header, len);
	for (unsigned i = 0; i < e->pieces; i++) {
		memcpy(w->segment[at].bytes + len, e->piece[i].data, e->piece[i].len);
		len += e->piece[i].len;
	}
	w->segment[at].len = len;
	w->segment[at].to = (struct tcp_tuple){e->from.remote, e->from.local,
	                                       e->from.remote_port, e->from.local_port};
}

static inline void client_opened(void *app, struct conn_id id, const struct tcp_tuple *tuple)
{
}

static inline void client_readable(void *app, struct conn_id id)
{
	size_t n = tcp_readable(client, id);

	got_bytes += tcp_copy(client, id, 0, got + got_bytes, n);
	tcp_consume(client, id, n);
}

static inline void client_acked(void *app, struct conn_id id, uint32_t bytes)
{
	acked_bytes += bytes;
}

static inline void client_closed(void *app, struct conn_id id, enum tcp_end why)
{
	client_ended = true;
}

static const struct tcp_app client_ops = {client_opened, client_readable, client_acked,
                                          client_closed};

static inline struct tcp *tcp_make(void *arena, uint64_t *counts, const struct tcp_app *ops,
                                   void *app, struct wire *out)
{
	struct tcp_config config = {
	        .slots = SLOTS,
	        .arena = arena,
	        .syn_slots = 64,
	        .time_wait_slots = 64,
	        .slab_bytes = 8 << 20,
	        .mss = 1460,
	        .receive_window = 65536,
	        .send_limit = DATA_SEND_WINDOW + 4096,
	        .count = counts,
	        .app_ops = ops,
	        .app = app,
	        .emit = emit,
	        .out = out,
	};

	return tcp_new(&config);
}

static inline struct link *joint_make(struct link **other)
{
	int memfd = link_create("test", &shape, &shape);
	int a = eventfd(0, EFD_NONBLOCK), b = eventfd(0, EFD_NONBLOCK);

	*other = link_attach(dup(memfd), dup(b), dup(a), LINK_B);
	return link_attach(memfd, a, b, LINK_A);
}

static inline void control_posts(enum data_kind kind, struct conn_id id, const void *body,
                                 size_t len, struct span payload)
{
	struct link_cell cell = {.kind = (uint16_t)kind,
	                         .slot = id.slot,
	                         .life = id.life,
	                         .buffer = LINK_NO_BUFFER};

	memcpy(cell.body, body, len);
	if (payload.len > 0)
		CHECK(link_send(control, &cell, payload));
	else
		CHECK(link_post(control, &cell));
}

static inline void control_drains(void)
{
	struct span payload;
	struct link_cell cell;

	while (link_next(control, &cell, &payload)) {
		unsigned at = cell_count++ % CELLS_KEPT;

		cells[at] = cell;
		if (payload.len > 0)
			memcpy(first_bytes[at], payload.data,
			       payload.len < 64 ? payload.len : 64);
		link_done(control);
	}
}

static inline void wire_deliver(struct wire *w, struct tcp *to)
{
	while (w->head != w->tail) {
		unsigned at = w->head++ % QUEUE;
		struct tcp_segment s = {
		        .to = w->segment[at].to,
		        .bytes = span_of(w->segment[at].bytes, w->segment[at].len)};

		tcp_input(to, now_us, &s);
	}
}

// A few loops of everything, `step` microseconds apart. Control reads unless `deaf`.
static inline void turn(unsigned loops, uint64_t step, bool deaf)
{
	while (loops-- > 0) {
		now_us += step;
		wire_deliver(&to_server, server);
		tcp_timers(server, now_us);
		data_drain(&serve, now_us);
		data_retry(&serve);
		tcp_flush(server, now_us);
		wire_deliver(&to_client, client);
		tcp_timers(client, now_us);
		tcp_flush(client, now_us);
		if (!deaf)
			control_drains();
	}
}

static inline void rig_start(void)
{
	struct data_config config = {.slots = SLOTS, .pending_keys = 8, .count = count};
	struct data_listen listen = {.port = 22, .on = 1};
	struct link *link;

	memset(count, 0, sizeof(count));
	memset(&to_server, 0, sizeof(to_server));
	memset(&to_client, 0, sizeof(to_client));
	arena_server = calloc(1, tcp_arena_bytes(SLOTS));
	arena_client = calloc(1, tcp_arena_bytes(SLOTS));
	conns = calloc(SLOTS, sizeof(*conns));
	config.conns = conns;
	CHECK_EQ(data_init(&serve, &config), STATUS_OK);
	now_us = 1000000;
	server = tcp_make(arena_server, count + COUNTER_TCP_FIRST, serve_ops, &serve,
	                  &to_client);
	client = tcp_make(arena_client, client_count, &client_ops, NULL, &to_server);
	serve.tcp = server;
	link = joint_make(&control);
	CHECK(data_attach(&serve, link) == NULL);
	control_posts(DATA_LISTEN, (struct conn_id){0, 0}, &listen, sizeof(listen),
	              span_of(NULL, 0));
	turn(1, 10, false);
	cell_count = 0;
	got_bytes = acked_bytes = 0;
	client_ended = false;
}

static inline void rig_stop(void)
{
	tcp_free(server);
	tcp_free(client);
	data_fini(&serve);
	link_free(serve.link);
	link_free(control);
	free(arena_server);
	free(arena_client);
	free(conns);
}

static inline void connects_to(uint16_t port, uint16_t remote_port)
{
	struct tcp_tuple tuple = {.local = {.bytes = {[10] = 0xff, 0xff, 10, 0, 0, 1}},
	                          .remote = {.bytes = {[10] = 0xff, 0xff, 10, 0, 0, 2}},
	                          .local_port = port,
	                          .remote_port = remote_port};

	client_id = tcp_connect(client, now_us, &tuple);
	CHECK(client_id.life != 0);
	turn(4, 100, false);
}

static inline void connects(uint16_t port)
{
	connects_to(port, 22);
}

static inline void sends(struct span bytes)
{
	CHECK_EQ(tcp_send(client, client_id, bytes), STATUS_OK);
	tcp_flush(client, now_us);
	turn(6, 100, false);
}

static inline const struct link_cell *last_cell(void)
{
	return &cells[(cell_count - 1) % CELLS_KEPT];
}

static inline struct conn_id served(void)
{
	return (struct conn_id){cells[0].slot, cells[0].life};
}

// A plain record around `text`.
static inline struct span record_of(const void *text, size_t len)
{
	static uint8_t record[40000];
	size_t padding = 8 - (5 + len) % 8;

	padding += padding < 4 ? 8 : 0;
	memset(record, 0, 5 + len + padding);
	record[2] = (uint8_t)((1 + len + padding) >> 8);
	record[3] = (uint8_t)(1 + len + padding);
	record[4] = (uint8_t)padding;
	memcpy(record + 5, text, len);
	return span_of(record, 5 + len + padding);
}

static inline void identified(void)
{
	rig_start();
	connects(40000);
	sends(span_text("SSH-2.0-client\r\n"));
	CHECK_EQ(cell_count, 2);
}

static inline struct data_closed closed_body(void)
{
	struct data_closed body;

	CHECK_EQ(last_cell()->kind, DATA_CONN_CLOSED);
	memcpy(&body, last_cell()->body, sizeof(body));
	return body;
}

// Key exchange up to the client's NEWKEYS.
static inline void keys_exchanged(const struct suite_keys *in, const struct suite_keys *out)
{
	struct data_keys keys_in = {.suite = 1, .strict = 1};
	struct data_keys keys_out = {.suite = 1, .sending = 1, .strict = 1};
	struct data_message none = {0};

	identified();
	sends(record_of("\x14kexinit", 8));
	control_posts(DATA_MESSAGE_DOWN, served(), &none, sizeof(none), span_text("\x14"));
	control_posts(DATA_KEYS_INSTALL, served(), &keys_out, sizeof(keys_out),
	              span_of(out, sizeof(*out)));
	control_posts(DATA_KEYS_INSTALL, served(), &keys_in, sizeof(keys_in),
	              span_of(in, sizeof(*in)));
	control_posts(DATA_MESSAGE_DOWN, served(), &none, sizeof(none), span_text("\x15"));
	turn(1, 100, false);
	acked_bytes = 0;
	sends(record_of("\x15", 1));
}
