// A listening stack fed with segments, time and the application's verbs; the invariants hold after
// every step. Numbers in segments are relative to what the connection expects, so that inputs get
// past the handshake; an operation of its own feeds raw bytes.
#include "crypto/wire/cursor.h"
#include "tests/fuzz/tcp_numbers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS_MAX 400
#define SLOTS     3

struct rig {
	struct tcp *tcp;
	uint64_t now;
	struct conn_id id[SLOTS + 1]; // by remote port
	bool reads, echoes, aborts;
	uint64_t count[TCP_COUNTERS];
	struct conn arena[SLOTS];
	uint64_t told_open, told_closed;
};

enum rig_step {
	STEP_SEGMENT,
	STEP_RAW,
	STEP_TIME,
	STEP_SEND,
	STEP_CONSUME,
	STEP_CLOSE,
	STEP_ABORT,
	STEP_CONNECT,
	STEP_MANNER,
	STEPS
};

static struct tcp_tuple rig_tuple(uint8_t which)
{
	struct tcp_tuple t = {.local_port = 22, .remote_port = which % (SLOTS + 1)};

	t.local.bytes[10] = t.local.bytes[11] = t.remote.bytes[10] = t.remote.bytes[11] = 0xff;
	return t;
}

static void rig_opened(void *app, struct conn_id id, const struct tcp_tuple *tuple)
{
	struct rig *r = app;

	r->id[tuple->remote_port] = id;
	r->told_open++;
	if (r->aborts)
		tcp_abort(r->tcp, id);
}

static void rig_readable(void *app, struct conn_id id)
{
	struct rig *r = app;
	struct span front;

	while (r->reads && (front = tcp_front(r->tcp, id)).len > 0) {
		if (r->echoes && tcp_send(r->tcp, id, front) != STATUS_OK)
			break;
		tcp_consume(r->tcp, id, front.len);
	}
	if (r->aborts)
		tcp_abort(r->tcp, id);
	else if (tcp_peer_closed(r->tcp, id))
		tcp_close(r->tcp, id);
}

static void rig_acked(void *app, struct conn_id id, uint32_t bytes)
{
	struct rig *r = app;

	if (r->aborts)
		tcp_abort(r->tcp, id);
}

static void rig_closed(void *app, struct conn_id id, enum tcp_end why)
{
	struct rig *r = app;

	r->told_closed++;
	if (tcp_alive(r->tcp, id) || why >= TCP_END_ENDS)
		abort();
}

static void rig_emit(void *out, const struct tcp_emission *e)
{
	size_t bytes = 0;

	for (uint16_t i = 0; i < e->pieces; i++)
		bytes += e->piece[i].len;
	if (bytes != e->payload_bytes || e->header_bytes > TCP_HEADER_MAX ||
	    e->pieces > TCP_PIECES_MAX || e->header_bytes % 4 != 0 ||
	    e->header_bytes + bytes > 20u + 1460u + 40u)
		abort();
}

static const struct tcp_app rig_app = {rig_opened, rig_readable, rig_acked, rig_closed};

static void put_u32(uint8_t *at, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(at, &v, 4);
}

// An exact allocation, so that a sanitizer sees a read past the end.
static void rig_feed(struct rig *r, const struct tcp_tuple *tuple, const uint8_t *bytes,
                     size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	struct tcp_segment segment = {.to = *tuple, .bytes = span_of(copy, len)};

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, len);
	tcp_input(r->tcp, r->now, &segment);
	free(copy);
}

static void step_segment(struct rig *r, struct cursor *c, const struct tcp_tuple *tuple)
{
	uint8_t bytes[60 + 2048] = {0};
	uint32_t seq, ack, options, payload;
	struct span list;

	tcp_numbers(r->tcp, tuple, &seq, &ack);
	bytes[13] = cursor_u8(c);
	put_u32(bytes + 4, seq + (uint32_t)(int16_t)cursor_u16(c));
	put_u32(bytes + 8, ack + (uint32_t)(int16_t)cursor_u16(c));
	bytes[14] = cursor_u8(c);
	payload = cursor_u8(c) * 8u;
	options = cursor_u8(c) % 11;
	list = cursor_bytes(c, options * 4);
	if (!cursor_ok(c))
		return;
	bytes[12] = (uint8_t)((5 + options) << 4);
	memcpy(bytes + 20, list.data, list.len);
	memset(bytes + 20 + list.len, 'x', payload);
	rig_feed(r, tuple, bytes, 20 + list.len + payload);
}

static void step(struct rig *r, struct cursor *c)
{
	static const uint8_t text[4096];
	uint8_t what = cursor_u8(c);
	uint8_t which = cursor_u8(c);
	struct tcp_tuple tuple = rig_tuple(which);
	struct conn_id *id = &r->id[tuple.remote_port];
	struct span raw;
	uint16_t n;

	switch (what % STEPS) {
	case STEP_SEGMENT:
		step_segment(r, c, &tuple);
		break;
	case STEP_RAW:
		raw = cursor_bytes(c, cursor_u8(c));
		rig_feed(r, &tuple, raw.data != NULL ? raw.data : text, raw.len);
		break;
	case STEP_TIME:
		n = cursor_u16(c);
		r->now += (uint64_t)n << which % 16;
		tcp_timers(r->tcp, r->now);
		break;
	case STEP_SEND:
		n = cursor_u16(c) % sizeof(text);
		if (tcp_send(r->tcp, *id, span_of(text, n)) == STATUS_OK &&
		    !tcp_alive(r->tcp, *id))
			abort();
		break;
	case STEP_CONSUME:
		tcp_consume(r->tcp, *id, cursor_u16(c));
		break;
	case STEP_CLOSE:
		tcp_close(r->tcp, *id);
		break;
	case STEP_ABORT:
		tcp_abort(r->tcp, *id);
		break;
	case STEP_CONNECT:
		*id = tcp_connect(r->tcp, r->now, &tuple);
		break;
	default:
		r->reads = which & 1;
		r->echoes = which & 2;
		r->aborts = which & 4;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(span_of(data, size));
	struct rig rig = {.now = 5000000, .reads = true};
	struct tcp_config config = {.slots = SLOTS,
	                            .arena = rig.arena,
	                            .syn_slots = 2,
	                            .time_wait_slots = 2,
	                            .slab_bytes = 96u << 10,
	                            .mss = 1460,
	                            .receive_window = 70000,
	                            .send_limit = 40000,
	                            .count = rig.count,
	                            .app_ops = &rig_app,
	                            .app = &rig,
	                            .emit = rig_emit,
	                            .out = &rig};

	rig.tcp = tcp_new(&config);
	if (rig.tcp == NULL)
		abort();
	tcp_listen(rig.tcp, 22, true);
	for (int i = 0; i < STEPS_MAX && cursor_left(&c) > 0; i++) {
		step(&rig, &c);
		tcp_flush(rig.tcp, rig.now);
		tcp_check(rig.tcp);
	}
	tcp_free(rig.tcp);
	return 0;
}
