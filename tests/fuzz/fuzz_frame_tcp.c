// The whole way of a frame: parsed, judged, taken by TCP or by the neighbour table, and answered in
// frames that the other end's parser must find good. The input is a list of frames, steps of the
// clock and the application's verbs; numbers of a segment may be relative to what is expected.
#include "crypto/wire/cursor.h"
#include "dataplane/nic/arp.h"
#include "dataplane/nic/presence.h"
#include "tests/fuzz/tcp_numbers.h"
#include "tests/unit/frame_bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS_MAX  300
#define FRAME_MOST 1600u
#define SLOTS      4

enum step {
	STEP_FRAME,   // as it is
	STEP_MATCHED, // ... its TCP numbers relative, checksums taken as good
	STEP_TIME,
	STEP_SEND,
	STEP_CLOSE,
	STEP_ABORT,
	STEP_MANNER,
	STEPS
};

struct rig {
	struct host host;
	struct neighbor_table table;
	struct presence presence;
	struct tcp *tcp;
	struct conn arena[SLOTS];
	struct conn_id id; // opened last
	uint64_t count[COUNTERS], now;
	bool reads, echoes, aborts;
};

// --- out -----------------------------------------------------------------------------------------

static struct neighbor_out out_of(struct rig *r);

// What we send must be good at the other end.
static void segment_judge(const struct rig *r, const struct tcp_emission *e, uint8_t *frame,
                          size_t len)
{
	struct host peer = r->host;
	struct frame f;

	peer.address[HOST_IPV4].ip = peer.address[HOST_IPV6].ip =
	        peer.address[HOST_LINK_LOCAL].ip = e->from.remote;
	frame_address(frame, peer.ether);
	f = frame_parse(&peer, span_of(frame, len), FRAME_UNKNOWN);
	if (f.verdict != FRAME_TCP ||
	    f.segment.bytes.len != (size_t)e->header_bytes + e->payload_bytes ||
	    f.segment.ecn != e->ecn)
		abort();
}

static void route(struct rig *r, const struct ip_addr *to, const uint8_t *frame, size_t len)
{
	struct neighbor_out out = out_of(r);
	struct ether_addr ether;
	struct ip_addr hop;
	void *copy;

	if (len == 0 || len > FRAME_HEAD_MAX + r->host.mtu)
		abort();
	if (!route_next_hop(&r->host.routes, to, &hop))
		return;
	copy = malloc(len);
	memcpy(copy, frame, len);
	if (neighbor_resolve(&r->table, &r->host, &out, r->now, &hop, copy, &ether))
		free(copy);
}

static void on_emit(void *rig, const struct tcp_emission *e)
{
	struct rig *r = rig;
	uint8_t frame[FRAME_HEAD_MAX + FRAME_MTU];
	size_t len = frame_write(&r->host, e, false, frame);

	segment_judge(r, e, frame, len);
	route(r, &e->from.remote, frame, len);
}

static void on_send(void *rig, const uint8_t *frame, size_t len)
{
	const struct rig *r = rig;

	if (len > NEIGHBOR_FRAME || memcmp(frame + 6, r->host.ether.bytes, 6) != 0)
		abort();
}

static void on_ready(void *rig, void *waiting, struct ether_addr ether)
{
	frame_address(waiting, ether);
	free(waiting);
}

static void on_drop(void *rig, void *waiting)
{
	free(waiting);
}

static struct neighbor_out out_of(struct rig *r)
{
	return (struct neighbor_out){r, on_send, on_ready, on_drop};
}

// --- the application -----------------------------------------------------------------------------

static void app_opened(void *rig, struct conn_id id, const struct tcp_tuple *tuple)
{
	struct rig *r = rig;

	r->id = id;
}

static void app_readable(void *rig, struct conn_id id)
{
	struct rig *r = rig;
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

static void app_acked(void *rig, struct conn_id id, uint32_t bytes)
{
}

static void app_closed(void *rig, struct conn_id id, enum tcp_end why)
{
	const struct rig *r = rig;

	if (tcp_alive(r->tcp, id) || why >= TCP_END_ENDS)
		abort();
}

static const struct tcp_app app = {app_opened, app_readable, app_acked, app_closed};

// --- in ------------------------------------------------------------------------------------------

static void error_take(struct rig *r, const struct frame *f)
{
	if (f->told.too_big)
		tcp_icmp_packet_too_big(r->tcp, r->now, &f->segment.to, f->told.seq,
		                        f->told.mtu);
	else
		tcp_icmp_unreachable(r->tcp, r->now, &f->segment.to, f->told.seq, f->told.hard);
}

static void frame_take(struct rig *r, const struct frame *f)
{
	struct neighbor_out out = out_of(r);
	uint8_t reply[FRAME_HEAD_MAX + FRAME_MTU];
	enum host_address_name name;

	switch (f->verdict) {
	case FRAME_TCP:
		tcp_input(r->tcp, r->now, &f->segment);
		return;
	case FRAME_ICMP_ERROR:
		error_take(r, f);
		return;
	case FRAME_PROBE: // nobody here has asked
		return;
	case FRAME_ARP:
		if (arp_input(&r->table, &r->host, &out, r->now, f->packet, false))
			presence_claimed(&r->presence, &r->host, &out, r->now, HOST_IPV4);
		return;
	case FRAME_NDP:
		name = ndp_input(&r->table, &r->host, &out, r->now, f, false);
		if (name != HOST_ADDRESSES)
			presence_claimed(&r->presence, &r->host, &out, r->now, name);
		return;
	case FRAME_GROUPS:
		presence_queried(&r->presence, &r->host, &out, r->now);
		return;
	case FRAME_ECHO:
		if (host_source(&r->host, &f->remote) != NULL)
			route(r, &f->remote, reply, frame_write_echo(&r->host, f, reply));
		return;
	case FRAME_REFUSE:
		route(r, &f->remote, reply, frame_write_refusal(&r->host, f, reply));
		return;
	case FRAME_DROP:
		if (f->why >= COUNTERS)
			abort();
		return;
	}
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v & 0xffff);
}

// Add what the stack expects to the numbers in a segment's header.
static void numbers_match(const struct rig *r, uint8_t *bytes, const struct frame *f)
{
	uint8_t *tcp;
	uint32_t seq, ack;

	if (f->verdict != FRAME_TCP || f->segment.bytes.len < 12)
		return;
	tcp = bytes + (f->segment.bytes.data - bytes);
	tcp_numbers(r->tcp, &f->segment.to, &seq, &ack);
	put32(tcp + 4, get32(tcp + 4) + seq);
	put32(tcp + 8, get32(tcp + 8) + ack);
}

// An exact allocation, so that a sanitizer sees a read past the end.
static void step_frame(struct rig *r, struct cursor *c, bool matched)
{
	enum frame_checksum sums = cursor_u8(c) % (FRAME_PERHAPS_PARTIAL + 1);
	size_t len = cursor_u16(c) % FRAME_MOST;
	struct span given = cursor_bytes(c, len < cursor_left(c) ? len : cursor_left(c));
	uint8_t flow[FRAME_FLOW_BYTES];
	uint8_t *bytes;
	struct frame f;

	if (!cursor_ok(c) || given.len == 0)
		return;
	bytes = malloc(given.len);
	memcpy(bytes, given.data, given.len);
	f = frame_parse(&r->host, span_of(bytes, given.len), matched ? FRAME_GOOD : sums);
	if (matched)
		numbers_match(r, bytes, &f);
	frame_owner_of(span_of(bytes, given.len), flow);
	frame_take(r, &f);
	free(bytes);
}

static void step(struct rig *r, struct cursor *c)
{
	static const uint8_t text[8192];
	uint8_t what = cursor_u8(c) % STEPS;
	uint8_t how;
	uint16_t n;

	switch (what) {
	case STEP_FRAME:
	case STEP_MATCHED:
		step_frame(r, c, what == STEP_MATCHED);
		break;
	case STEP_TIME:
		how = cursor_u8(c);
		n = cursor_u16(c);
		r->now += (uint64_t)n << how % 16;
		break;
	case STEP_SEND:
		n = cursor_u16(c) % sizeof(text);
		if (tcp_send(r->tcp, r->id, span_of(text, n)) == STATUS_OK &&
		    !tcp_alive(r->tcp, r->id))
			abort();
		break;
	case STEP_CLOSE:
		tcp_close(r->tcp, r->id);
		break;
	case STEP_ABORT:
		tcp_abort(r->tcp, r->id);
		break;
	default:
		how = cursor_u8(c);
		r->reads = how & 1;
		r->echoes = how & 2;
		r->aborts = how & 4;
	}
}

static void rig_start(struct rig *r)
{
	struct neighbor_out out = out_of(r);
	struct tcp_config config = {.slots = SLOTS,
	                            .arena = r->arena,
	                            .syn_slots = 2,
	                            .time_wait_slots = 2,
	                            .slab_bytes = 96u << 10,
	                            .mss = 1460,
	                            .receive_window = 70000,
	                            .send_limit = 40000,
	                            .count = r->count + COUNTER_TCP_FIRST,
	                            .app_ops = &app,
	                            .app = r,
	                            .emit = on_emit,
	                            .out = r};

	*r = (struct rig){.host = us, .now = 5000000, .reads = true};
	neighbor_init(&r->table, (const uint8_t[16]){0}, r->count);
	presence_start(&r->presence, &r->host, &out, r->now, r->count, false);
	r->tcp = tcp_new(&config);
	if (r->tcp == NULL)
		abort();
	tcp_listen(r->tcp, 22, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rig r;
	struct neighbor_out out = out_of(&r);
	struct cursor c = cursor_over(span_of(data, size));

	rig_start(&r);
	for (int i = 0; i < STEPS_MAX && cursor_left(&c) > 0; i++) {
		step(&r, &c);
		tcp_timers(r.tcp, r.now);
		neighbor_timers(&r.table, &r.host, &out, r.now);
		presence_timers(&r.presence, &r.host, &out, r.now);
		tcp_flush(r.tcp, r.now);
		tcp_check(r.tcp);
	}
	neighbor_fini(&r.table, &out);
	tcp_free(r.tcp);
	return 0;
}
