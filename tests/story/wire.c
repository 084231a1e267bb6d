// The tap, both ends of it.
#include "tests/story/wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/nic/frame.h"

#define ADDRESS(last) ((struct ip_addr){{[10] = 0xff, 0xff, 192, 0, 2, last}})
#define ETHER(last)   ((struct ether_addr){{2, 0, 0, 0, 0, last}})
#define ARRIVES_MS    200 // a frame that was sent
#define HOST_OF(number)                                                                        \
	{                                                                                      \
		.ether = ETHER(number), .mtu = FRAME_MTU, .address[HOST_IPV4] = {              \
			ADDRESS(number),                                                       \
			IPV4_MAPPED_BITS + 24,                                                 \
			true                                                                   \
		}                                                                              \
	}

static const struct host stack = HOST_OF(2), client = HOST_OF(1);

static struct {
	int tap;                    // the stack's end
	int line;                   // the client's
	uint64_t began_us, told_us; // by the clock; of the story since then
	uint64_t start_us;          // the stack's time at the beginning
	bool late;
} wire;

static void give_up(const char *what)
{
	perror(what);
	exit(2);
}

static uint64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000;
}

static void clock_read(struct peer *p)
{
	p->now = wire.start_us + clock_us() - wire.began_us;
}

// --- frames --------------------------------------------------------------------------------------

static size_t frame_make(const struct host *from, const struct host *to,
                         const struct tcp_emission *e, uint8_t *frame)
{
	size_t len = frame_write(from, e, false, frame);

	CHECK(len > 0);
	frame_address(frame, to->ether);
	return len;
}

static void wire_emit(void *out, const struct tcp_emission *e)
{
	uint8_t frame[FRAME_MAX];
	size_t len = frame_make(&stack, &client, e, frame);

	CHECK_EQ(write(wire.tap, frame, len), (ssize_t)len);
}

// What left the stack is what arrives on the client's side.
static void hear(struct peer *p)
{
	struct sockaddr_ll from;
	uint8_t bytes[FRAME_MAX];
	socklen_t size = sizeof(from);
	ssize_t len;

	while ((len = recvfrom(wire.line, bytes, sizeof(bytes), MSG_DONTWAIT,
	                       (struct sockaddr *)&from, &size)) >= 0) {
		struct frame f =
		        frame_parse(&client, span_of(bytes, (size_t)len), FRAME_UNKNOWN);
		struct tcp_emission e = {.from = {f.remote, f.local}, .pieces = 1};
		struct span s = f.segment.bytes;

		size = sizeof(from);
		if (from.sll_pkttype == PACKET_OUTGOING || f.verdict != FRAME_TCP)
			continue;
		e.from.local_port = f.segment.to.remote_port;
		e.from.remote_port = f.segment.to.local_port;
		e.ecn = f.segment.ecn;
		e.header_bytes = (uint16_t)((s.data[12] >> 4) * 4u);
		memcpy(e.header, s.data, e.header_bytes);
		e.piece[0] = span_of(s.data + e.header_bytes, s.len - e.header_bytes);
		e.payload_bytes = (uint16_t)e.piece[0].len;
		peer_catch(p, &e);
	}
}

// Take one frame that waits on the tap; true: it was the client's.
static bool take(struct peer *p)
{
	uint8_t bytes[FRAME_MAX];
	ssize_t len = read(wire.tap, bytes, sizeof(bytes));
	struct frame f;

	if (len < 0)
		return false;
	f = frame_parse(&stack, span_of(bytes, (size_t)len), FRAME_UNKNOWN);
	if (f.verdict != FRAME_TCP)
		return false;
	clock_read(p);
	tcp_input(p->tcp, p->now, &f.segment);
	return true;
}

static void wire_carry(struct peer *p, const struct tcp_segment *s)
{
	struct tcp_emission e = {.from = {s->to.remote, s->to.local},
	                         .ecn = s->ecn,
	                         .header_bytes = (uint16_t)((s->bytes.data[12] >> 4) * 4u),
	                         .pieces = 1};
	uint16_t ports[2] = {htons(s->to.remote_port), htons(s->to.local_port)};
	struct pollfd tap = {wire.tap, POLLIN, 0};
	uint8_t frame[FRAME_MAX];
	size_t len;

	e.from.local_port = s->to.remote_port;
	e.from.remote_port = s->to.local_port;
	memcpy(e.header, s->bytes.data, e.header_bytes);
	memcpy(e.header, ports, sizeof(ports));
	e.piece[0] = span_of(s->bytes.data + e.header_bytes, s->bytes.len - e.header_bytes);
	e.payload_bytes = (uint16_t)e.piece[0].len;
	len = frame_make(&client, &stack, &e, frame);
	CHECK_EQ(send(wire.line, frame, len, 0), (ssize_t)len);
	while (poll(&tap, 1, ARRIVES_MS) > 0) {
		if (take(p))
			return;
	}
	CHECK(!"the frame arrives");
}

// --- time ----------------------------------------------------------------------------------------

static void wire_wait(struct peer *p, uint64_t us)
{
	struct pollfd tap = {wire.tap, POLLIN, 0};
	uint64_t end;

	wire.told_us += us;
	end = wire.start_us + wire.told_us;
	for (;;) {
		uint64_t next = tcp_next_us(p->tcp), until = next < end ? next : end;
		struct timespec limit = {0};

		clock_read(p);
		if (until > p->now) {
			limit.tv_sec = (time_t)((until - p->now) / 1000000);
			limit.tv_nsec = (long)((until - p->now) % 1000000) * 1000;
			if (ppoll(&tap, 1, &limit, NULL) > 0)
				take(p);
			continue;
		}
		wire.late |= p->now - until > WIRE_LATE_US;
		tcp_timers(p->tcp, p->now);
		peer_flush(p);
		if (p->now >= end)
			break;
	}
	hear(p);
}

bool wire_was_late(void)
{
	return wire.late;
}

// --- the tap -------------------------------------------------------------------------------------

static void tap_open(void)
{
	struct ifreq ask = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};

	wire.tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (wire.tap < 0 || ioctl(wire.tap, TUNSETIFF, &ask) != 0)
		give_up("no tap");
	wire.line = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	ask.ifr_flags = IFF_UP;
	if (wire.line < 0 || ioctl(wire.line, SIOCSIFFLAGS, &ask) != 0)
		give_up("the tap stays down");
	at.sll_ifindex = (int)if_nametoindex(ask.ifr_name);
	if (bind(wire.line, (struct sockaddr *)&at, sizeof(at)) != 0)
		give_up("no place beside the tap");
}

void wire_open(struct peer *p)
{
	static const struct peer_wire ops = {wire_carry, wire_wait, hear};

	tap_open();
	p->tuple.local = ADDRESS(2);
	p->tuple.remote = ADDRESS(1);
	p->tcp->config.emit = wire_emit;
	p->wire = &ops;
	wire.start_us = p->now;
	wire.began_us = clock_us();
}
