// Frames by hand: a host, its peer, and writers of what the peer sends.
#pragma once

#include "dataplane/nic/checksum.h"
#include "dataplane/nic/frame.h"
#include "tests/unit/check.h"

static const struct host us = {
        .ether = {{2, 0, 0, 0, 0, 1}},
        .address = {{192, 0, 2, 2}},
        .gateway = {{192, 0, 2, 1}},
        .prefix_bits = 24,
};

// What the peer's next frame differs in.
struct made {
	uint8_t bytes[2048];
	size_t len;
};

static inline void put16(uint8_t *at, unsigned v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

// Recompute the IPv4 header checksum.
static inline void ip_seal(struct made *m)
{
	uint8_t *ip = m->bytes + 14;
	uint16_t sum;

	put16(ip + 10, 0);
	sum = checksum_finish(checksum_add(0, ip, (ip[0] & 15) * 4u));
	memcpy(ip + 10, &sum, 2);
}

// Recompute the TCP checksum, slowly and by another rule than the code under test.
static inline void tcp_seal(struct made *m)
{
	uint8_t *ip = m->bytes + 14, *tcp = ip + (ip[0] & 15) * 4u;
	size_t len = (size_t)(ip[2] << 8 | ip[3]) - (ip[0] & 15) * 4u;
	uint32_t sum = 6 + (uint32_t)len;

	put16(tcp + 16, 0);
	for (int i = 12; i < 20; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)tcp[i] << 8 : tcp[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(tcp + 16, ~sum & 0xffff);
}

static inline struct made ip_from_peer(uint8_t protocol, struct span payload)
{
	static const uint8_t head[] = {2, 0, 0,    0, 0, 1, 2,   0, 0,    0, 0,  9,
	                               8, 0, 0x45, 0, 0, 0, 0,   0, 0x40, 0, 64, 0,
	                               0, 0, 192,  0, 2, 1, 192, 0, 2,    2};
	struct made m = {.len = sizeof(head) + payload.len};

	memcpy(m.bytes, head, sizeof(head));
	m.bytes[23] = protocol;
	put16(m.bytes + 16, 20 + (unsigned)payload.len);
	memcpy(m.bytes + sizeof(head), payload.data, payload.len);
	ip_seal(&m);
	return m;
}

// A bare ACK with `text` behind it, from port 40000 to 22.
static inline struct made tcp_from_peer(const char *text)
{
	uint8_t segment[1024] = {40000 >> 8, 40000 & 255, 0, 22, [12] = 0x50, [13] = 0x10};
	struct made m;

	memcpy(segment + 20, text, strlen(text));
	m = ip_from_peer(6, span_of(segment, 20 + strlen(text)));
	tcp_seal(&m);
	return m;
}

static inline struct frame parsed(const struct made *m)
{
	return frame_parse(&us, span_of(m->bytes, m->len), FRAME_UNKNOWN);
}
