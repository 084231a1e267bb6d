// What TCP costs without a device: connections opened a second, one keystroke echoed among few and
// among many connections, bytes of each, requests of a flood answered. Argument: connections (10000
// and 1000000 without), or flood.
#include "dataplane/tcp/tcp_conn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BURST    32
#define SEGMENTS 2000000u

struct bench {
	struct tcp *tcp;
	uint64_t now_us, count[TCP_COUNTERS];
	uint32_t connections;
	uint32_t *expected; // by connection: the next number we expect of the stack
	uint32_t *next;     // ... and the next one of the peer
	uint32_t random;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t resident_bytes(void)
{
	size_t total = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f == NULL || fscanf(f, "%zu %zu", &total, &resident) != 2)
		exit(1);
	fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static struct tcp_tuple tuple_of(uint32_t i)
{
	struct tcp_tuple t = {.local_port = 22, .remote_port = (uint16_t)(1024 + i % 32768)};
	uint32_t host = i / 32768 + 2;

	t.local.bytes[10] = t.local.bytes[11] = t.remote.bytes[10] = t.remote.bytes[11] = 0xff;
	t.local.bytes[12] = t.remote.bytes[12] = 10;
	t.local.bytes[15] = 1;
	t.remote.bytes[14] = (uint8_t)(host >> 8);
	t.remote.bytes[15] = (uint8_t)host;
	return t;
}

static uint32_t index_of(const struct tcp_tuple *t)
{
	uint32_t host = (uint32_t)t->remote.bytes[14] << 8 | t->remote.bytes[15];

	return (host - 2) * 32768 + t->remote_port - 1024u;
}

static void emit(void *out, const struct tcp_emission *e)
{
	struct bench *b = out;
	uint32_t seq;

	memcpy(&seq, e->header + 4, sizeof(seq));
	b->expected[index_of(&e->from)] =
	        __builtin_bswap32(seq) + e->payload_bytes + !!(e->header[13] & TCP_SYN);
}

static void opened(void *app, struct conn_id id, const struct tcp_tuple *tuple)
{
}

static void readable(void *app, struct conn_id id)
{
	struct bench *b = app;
	struct span front = tcp_front(b->tcp, id);

	if (tcp_send(b->tcp, id, front) != STATUS_OK)
		fprintf(stderr, "opened %" PRIu64 ", repeated %" PRIu64 "\n",
		        b->count[TCP_COUNTER_tcp_opened], b->count[TCP_COUNTER_tcp_retransmit]),
		        exit(1);
	tcp_consume(b->tcp, id, front.len);
}

static void acked(void *app, struct conn_id id, uint32_t bytes)
{
}

static void closed(void *app, struct conn_id id, enum tcp_end why)
{
}

static const struct tcp_app ops = {opened, readable, acked, closed};

// A segment of connection `i` into `bytes`.
static struct tcp_segment segment_make(struct bench *b, uint8_t *bytes, uint32_t i,
                                       uint8_t flags, size_t len)
{
	uint32_t seq = __builtin_bswap32(b->next[i]), ack = __builtin_bswap32(b->expected[i]);

	memset(bytes, 0, 20);
	memcpy(bytes + 4, &seq, 4);
	memcpy(bytes + 8, &ack, 4);
	bytes[12] = 5 << 4;
	bytes[13] = flags;
	bytes[14] = 0xff;
	bytes[20] = 'x';
	b->next[i] += (uint32_t)len + !!(flags & TCP_SYN);
	return (struct tcp_segment){.to = tuple_of(i), .bytes = span_of(bytes, 20 + len)};
}

static void open_all(struct bench *b)
{
	uint8_t bytes[32];
	struct tcp_segment s;

	for (uint32_t i = 0; i < b->connections; i++) {
		s = segment_make(b, bytes, i, TCP_SYN, 0);
		tcp_input(b->tcp, ++b->now_us, &s);
		s = segment_make(b, bytes, i, TCP_ACK, 0);
		tcp_input(b->tcp, ++b->now_us, &s);
		tcp_flush(b->tcp, b->now_us);
		tcp_timers(b->tcp, b->now_us);
	}
}

static void burst_input(struct bench *b, const uint32_t *of, size_t len, bool prefetch)
{
	static uint8_t bytes[BURST][32];
	struct tcp_segment s[BURST];

	for (unsigned k = 0; k < BURST; k++)
		s[k] = segment_make(b, bytes[k], of[k], TCP_ACK, len);
	b->now_us += BURST;
	if (prefetch)
		tcp_prefetch(b->tcp, s, BURST);
	for (unsigned k = 0; k < BURST; k++)
		tcp_input(b->tcp, b->now_us, &s[k]);
	tcp_flush(b->tcp, b->now_us);
	tcp_timers(b->tcp, b->now_us);
}

// A byte each from some connections, echoed; then the acknowledgements of the echoes.
__attribute__((noinline)) static void echo_burst(struct bench *b, bool prefetch)
{
	uint32_t of[BURST];

	for (unsigned k = 0; k < BURST; k++) {
		b->random = b->random * 1664525 + 1013904223;
		of[k] = (uint32_t)((uint64_t)b->random * b->connections >> 32);
	}
	burst_input(b, of, 1, prefetch);
	burst_input(b, of, 0, prefetch);
}

static double echo_ns(struct bench *b, uint32_t segments, bool prefetch)
{
	double start = now_s();

	for (uint32_t i = 0; i < segments; i += 2 * BURST)
		echo_burst(b, prefetch);
	return (now_s() - start) / segments * 1e9;
}

// --- connection requests from everywhere ---------------------------------------------------------

static void answer(void *out, const struct tcp_emission *e)
{
	++*(uint64_t *)out;
}

__attribute__((noinline)) static void request_burst(struct bench *b)
{
	static uint8_t bytes[BURST][32];
	struct tcp_segment s[BURST];

	for (unsigned k = 0; k < BURST; k++) {
		b->random = b->random * 1664525 + 1013904223;
		s[k] = segment_make(b, bytes[k], 0, TCP_SYN, 0);
		memcpy(s[k].to.remote.bytes + 13, &b->random, 3);
		s[k].to.remote_port = (uint16_t)(b->random >> 8 | 1024);
	}
	b->now_us += BURST;
	tcp_prefetch(b->tcp, s, BURST);
	for (unsigned k = 0; k < BURST; k++)
		tcp_input(b->tcp, b->now_us, &s[k]);
	tcp_timers(b->tcp, b->now_us);
}

static void flood_run(uint32_t requests)
{
	struct bench *b = calloc(1, sizeof(*b));
	uint64_t answers = 0;
	struct tcp_config config = {.slots = 1024,
	                            .syn_slots = 16384,
	                            .time_wait_slots = 65536,
	                            .slab_bytes = 1 << 20,
	                            .mss = 1460,
	                            .receive_window = 65535,
	                            .send_limit = 65536,
	                            .count = b->count,
	                            .app_ops = &ops,
	                            .app = b,
	                            .emit = answer,
	                            .out = &answers};
	uint32_t one[2] = {0};
	double start;

	b->now_us = 1000000;
	b->expected = &one[0];
	b->next = &one[1];
	config.arena = calloc(1, tcp_arena_bytes(1024));
	b->tcp = tcp_new(&config);
	tcp_listen(b->tcp, 22, true);
	start = now_s();
	for (uint32_t i = 0; i < requests; i += BURST)
		request_burst(b);
	printf("%9u requests: %7.0f answered/s, %" PRIu64 " by cookies\n", requests,
	       (double)answers / (now_s() - start), b->count[TCP_COUNTER_tcp_cookie_out]);
	tcp_free(b->tcp);
	free(config.arena);
	free(b);
}

static void bench_run(uint32_t connections, uint32_t segments)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct tcp_config config = {.slots = connections,
	                            .syn_slots = 1024,
	                            .time_wait_slots = 1024,
	                            .slab_bytes = 1ull << 30,
	                            .mss = 1460,
	                            .receive_window = 65535,
	                            .send_limit = 65536,
	                            .count = b->count,
	                            .app_ops = &ops,
	                            .app = b,
	                            .emit = emit,
	                            .out = b};
	size_t before;
	double start, plain, fetched, opens;

	b->now_us = 1000000;
	b->connections = connections;
	b->expected = calloc(connections, sizeof(uint32_t));
	b->next = calloc(connections, sizeof(uint32_t));
	memset(b->expected, 1, connections * sizeof(uint32_t));
	memset(b->next, 1, connections * sizeof(uint32_t));
	config.arena = aligned_alloc(4096, (tcp_arena_bytes(connections) + 4095) / 4096 * 4096);
	memset(config.secret, 7, sizeof(config.secret));
	before = resident_bytes();
	memset(config.arena, 0, tcp_arena_bytes(connections));
	b->tcp = tcp_new(&config);
	tcp_listen(b->tcp, 22, true);
	start = now_s();
	open_all(b);
	opens = connections / (now_s() - start);
	printf("%9u connections: %7.0f opened/s, %4zu bytes each", connections, opens,
	       (resident_bytes() - before) / connections);
	plain = echo_ns(b, segments, false);
	fetched = echo_ns(b, segments, true);
	printf(", %4.0f ns a segment, with prefetch %4.0f ns\n", plain, fetched);
	if (b->count[TCP_COUNTER_tcp_opened] != connections ||
	    b->count[TCP_COUNTER_tcp_retransmit] != 0)
		fprintf(stderr, "opened %" PRIu64 ", repeated %" PRIu64 "\n",
		        b->count[TCP_COUNTER_tcp_opened], b->count[TCP_COUNTER_tcp_retransmit]),
		        exit(1);
	tcp_free(b->tcp);
	free(config.arena);
	free(b->expected);
	free(b->next);
	free(b);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "flood") == 0) {
		flood_run(SEGMENTS);
		return 0;
	}
	if (argc > 1) {
		bench_run((uint32_t)strtoul(argv[1], NULL, 0),
		          argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : SEGMENTS);
		return 0;
	}
	bench_run(10000, SEGMENTS);
	bench_run(1000000, SEGMENTS);
	flood_run(SEGMENTS);
	return 0;
}
