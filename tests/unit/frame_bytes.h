// Frames by hand: a host, its peer, and writers of what the peer sends.
#pragma once

#include "dataplane/nic/checksum.h"
#include "dataplane/nic/frame.h"
#include "tests/unit/check.h"

#define IPV4(a, b, c, d)      ((struct ip_addr){{[10] = 0xff, 0xff, a, b, c, d}})
#define IPV6_HERE(last)       ((struct ip_addr){{0x20, 1, 0xd, 0xb8, [15] = last}})
#define IPV6_LINK_LOCAL(last) ((struct ip_addr){{0xfe, 0x80, [15] = last}})
#define IPV6_SOLICITED(last)  ((struct ip_addr){{0xff, 2, [11] = 1, 0xff, [15] = last}})
#define PEER_ETHER            ((struct ether_addr){{2, 0, 0, 0, 0, 9}})

// 192.0.2.2/24 by 192.0.2.1, 2001:db8::2/64, fe80::2.
static const struct host us = {
        .ether = {{2, 0, 0, 0, 0, 1}},
        .mtu = FRAME_MTU,
        .address = {[HOST_IPV4] = {{{[10] = 0xff, 0xff, 192, 0, 2, 2}}, 96 + 24, true},
                    [HOST_IPV6] = {{{0x20, 1, 0xd, 0xb8, [15] = 2}}, 64, true},
                    [HOST_LINK_LOCAL] = {{{0xfe, 0x80, [15] = 2}}, 10, true}},
        .routes = {.routes = 4,
                   .row = {{{{[10] = 0xff, 0xff, 192, 0, 2}}, .bits = 96 + 24},
                           {{{[10] = 0xff, 0xff}}, {{[10] = 0xff, 0xff, 192, 0, 2, 1}}, 96},
                           {{{0x20, 1, 0xd, 0xb8}}, .bits = 64},
                           {{{0xfe, 0x80}}, .bits = 10}}},
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

// The checksum of an IPv6 payload with one at `offset`, slowly and by another rule than the code
// under test. `payload` begins at `at`.
static inline void ip6_sum(struct made *m, size_t at, uint8_t protocol, size_t offset)
{
	const uint8_t *ip = m->bytes + 14;
	uint8_t *payload = m->bytes + at;
	size_t len = m->len - at;
	uint32_t sum = protocol + (uint32_t)len;

	put16(payload + offset, 0);
	for (int i = 8; i < 40; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)payload[i] << 8 : payload[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(payload + offset, ~sum & 0xffff);
}

// An IPv6 packet to 2001:db8::2 from 2001:db8::1.
static inline struct made ip6_from_peer(uint8_t protocol, struct span payload)
{
	struct ip_addr from = IPV6_HERE(1), to = IPV6_HERE(2);
	struct made m = {.bytes = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x86, 0xdd, 0x60},
	                 .len = 54 + payload.len};

	put16(m.bytes + 18, (unsigned)payload.len);
	m.bytes[20] = protocol;
	m.bytes[21] = 64;
	memcpy(m.bytes + 22, from.bytes, 16);
	memcpy(m.bytes + 38, to.bytes, 16);
	if (payload.len > 0)
		memcpy(m.bytes + 54, payload.data, payload.len);
	return m;
}

// Put these bytes between the IPv6 header and what follows it; `protocol` names them. The first of
// them is set to what followed.
static inline void ip6_extend(struct made *m, uint8_t protocol, struct span header)
{
	memmove(m->bytes + 54 + header.len, m->bytes + 54, m->len - 54);
	memcpy(m->bytes + 54, header.data, header.len);
	m->bytes[54] = m->bytes[20];
	m->bytes[20] = protocol;
	m->len += header.len;
	put16(m->bytes + 18, (unsigned)m->len - 54);
}

static inline struct made tcp6_from_peer(const char *text)
{
	uint8_t segment[1024] = {40000 >> 8, 40000 & 255, 0, 22, [12] = 0x50, [13] = 0x10};
	struct made m;

	memcpy(segment + 20, text, strlen(text));
	m = ip6_from_peer(6, span_of(segment, 20 + strlen(text)));
	ip6_sum(&m, 54, 6, 16);
	return m;
}

// An ICMPv6 message with the hop limit of neighbours.
static inline struct made icmp6_from_peer(struct span message)
{
	struct made m = ip6_from_peer(58, message);

	m.bytes[21] = 255;
	ip6_sum(&m, 54, 58, 2);
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
