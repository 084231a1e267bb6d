// Ethernet and IPv4 of the appliance: judge an arriving frame, write a leaving one. Pure functions
// over bytes; no mbuf, no port. IPv6 will stand beside IPv4 in frame_parse and frame_write.
#pragma once

#include "dataplane/base/counters_page.h"
#include "dataplane/tcp/tcp.h"

#define FRAME_ETHER_BYTES 14u
#define FRAME_IPV4_BYTES  20u
#define FRAME_MTU         1500u
#define FRAME_MAX         (FRAME_ETHER_BYTES + FRAME_MTU)
#define FRAME_TYPE_IPV4   0x0800
#define FRAME_TYPE_ARP    0x0806

struct ether_addr {
	uint8_t bytes[6];
};

struct ipv4_addr {
	uint8_t bytes[4]; // network order
};

// Who we are on the wire. Written at start only.
struct host {
	struct ether_addr ether;
	struct ipv4_addr address, gateway; // gateway all zero: none
	uint8_t prefix_bits;
};

// What the port said about a frame's checksums. NONE: the sender was this machine, the sum is
// partial and the content never left memory (virtio). PERHAPS_PARTIAL: a kernel interface, whose
// local senders leave sums for a device to finish and nobody says which (veth): the right sum of
// the pseudo header alone is taken as well.
enum frame_checksum { FRAME_UNKNOWN, FRAME_GOOD, FRAME_BAD, FRAME_NONE, FRAME_PERHAPS_PARTIAL };

enum frame_verdict { FRAME_DROP, FRAME_ARP, FRAME_ECHO, FRAME_TCP };

struct frame {
	enum frame_verdict verdict;
	enum counter why;           // DROP: the row that counts it
	struct ether_addr from;     // sender of the frame
	struct span packet;         // ARP: the packet; ECHO: the ICMP message
	struct ipv4_addr remote;    // ECHO, TCP: its sender
	struct tcp_segment segment; // TCP
};

// Judge one whole frame in contiguous memory. The frame is borrowed; spans point into it.
struct frame frame_parse(const struct host *host, struct span bytes, enum frame_checksum sums);

// Write one segment as a frame into `out` (room for FRAME_MAX) with the destination's address left
// zero (neighbours know it), checksums included unless `partial`: then the TCP checksum holds only
// the pseudo header's sum, for ports that finish it. Returns its length, 0 when it is too long.
size_t frame_write(const struct host *host, const struct tcp_emission *segment, bool partial,
                   uint8_t *out);

// Answer an echo request: `out` has room for FRAME_MAX. Returns the length, 0 when too long.
size_t frame_write_echo(const struct host *host, const struct frame *request, uint8_t *out);

void frame_address(uint8_t *frame, struct ether_addr to);

// The next hop towards a destination: itself on our link, else the gateway. False: none.
bool host_next_hop(const struct host *host, struct ipv4_addr to, struct ipv4_addr *hop);
bool host_is_on_link(const struct host *host, struct ipv4_addr a);

// The 4-tuple's hash input of a TCP frame, for steering; false for anything else.
bool frame_flow(struct span bytes, uint8_t flow[12]);

static inline bool ipv4_equal(struct ipv4_addr a, struct ipv4_addr b)
{
	return memcmp(a.bytes, b.bytes, 4) == 0;
}

static inline bool ether_equal(struct ether_addr a, struct ether_addr b)
{
	return memcmp(a.bytes, b.bytes, 6) == 0;
}

static inline bool ether_is_group(struct ether_addr a)
{
	return (a.bytes[0] & 1) != 0;
}

// v4-mapped, as TCP holds addresses.
static inline struct ip_addr ip_from_ipv4(struct ipv4_addr a)
{
	struct ip_addr out = {.bytes = {[10] = 0xff, [11] = 0xff}};

	memcpy(out.bytes + 12, a.bytes, 4);
	return out;
}

static inline struct ipv4_addr ipv4_from_ip(const struct ip_addr *a)
{
	struct ipv4_addr out;

	memcpy(out.bytes, a->bytes + 12, 4);
	return out;
}
