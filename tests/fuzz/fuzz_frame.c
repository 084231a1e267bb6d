// Whatever a link can deliver: the frame parser, the neighbour table and the echo answer. The
// first two bytes of the input are the checksum state and a step of the clock.
#include <stdlib.h>

#include "dataplane/nic/neighbor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct host host = {
        .ether = {{2, 0, 0, 0, 0, 1}},
        .address = {{192, 0, 2, 2}},
        .gateway = {{192, 0, 2, 1}},
        .prefix_bits = 24,
};

static void on_send(void *owner, const uint8_t *frame, size_t len)
{
	if (len != ARP_FRAME || frame[12] != 8)
		abort();
}

static void on_ready(void *owner, void *waiting, struct ether_addr ether)
{
	free(waiting);
}

static void on_drop(void *owner, void *waiting)
{
	free(waiting);
}

static void inside(struct span inner, struct span outer)
{
	if (inner.len > 0 &&
	    (inner.data < outer.data || inner.data + inner.len > outer.data + outer.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct neighbor_out out = {NULL, on_send, on_ready, on_drop};
	static struct neighbor_table table;
	static uint64_t count[COUNTERS], now = 1;
	uint8_t reply[FRAME_MAX], flow[12];
	struct ether_addr ether;
	struct span bytes;
	struct frame f;

	if (size < 2)
		return 0;
	if (table.count == NULL)
		neighbor_init(&table, (const uint8_t[16]){0}, count);
	bytes = span_of(data + 2, size - 2);
	now += data[1] * 10000u;
	f = frame_parse(&host, bytes, data[0] % (FRAME_PERHAPS_PARTIAL + 1));
	inside(f.packet, bytes);
	inside(f.segment.bytes, bytes);
	frame_flow(bytes, flow);
	if (f.verdict == FRAME_DROP && f.why >= COUNTERS)
		abort();
	if (f.verdict == FRAME_ARP)
		neighbor_input(&table, &host, &out, now, f.packet, false);
	if (f.verdict == FRAME_ECHO && frame_write_echo(&host, &f, reply) > FRAME_MAX)
		abort();
	if (f.verdict == FRAME_TCP) {
		void *frame = malloc(1);

		if (neighbor_resolve(&table, &host, &out, now, f.remote, frame, &ether))
			free(frame);
	}
	neighbor_timers(&table, &host, &out, now);
	return 0;
}
