// Ethernet, IPv4 and IPv6 of the appliance: judge an arriving frame, write a leaving one. Pure
// functions over bytes; no mbuf, no port.
#pragma once

#include "dataplane/base/counters_page.h"
#include "dataplane/link/net_msg.h"
#include "dataplane/nic/host.h"

#define FRAME_ETHER_BYTES 14u
#define FRAME_IPV4_BYTES  20u
#define FRAME_IPV6_BYTES  40u
#define FRAME_MTU         1500u
#define FRAME_MTU_MAX     9216u
#define FRAME_HEAD_MAX    (FRAME_ETHER_BYTES + 4u) // with a VLAN tag
#define FRAME_MTU_LEAST   1280u                    // IPv6 asks for it
#define FRAME_MAX         (FRAME_HEAD_MAX + FRAME_MTU_MAX)
#define FRAME_TYPE_IPV4   0x0800
#define FRAME_TYPE_ARP    0x0806
#define FRAME_TYPE_IPV6   0x86dd
#define FRAME_TYPE_VLAN   0x8100
#define FRAME_TYPE_QINQ   0x88a8

// What the port said about a frame's checksums. NONE: the sender was this machine, the sum is
// partial and the content never left memory (virtio). PERHAPS_PARTIAL: a kernel interface, whose
// local senders leave sums for a device to finish and nobody says which (veth): the right sum of
// the pseudo header alone is taken as well.
enum frame_checksum { FRAME_UNKNOWN, FRAME_GOOD, FRAME_BAD, FRAME_NONE, FRAME_PERHAPS_PARTIAL };

enum frame_verdict {
	FRAME_DROP,
	FRAME_REFUSE, // dropped, and its sender may be told so
	FRAME_ARP,
	FRAME_NDP,    // a neighbour solicitation or advertisement
	FRAME_GROUPS, // a question for our multicast groups
	FRAME_ECHO,
	FRAME_ICMP_ERROR, // about a segment of ours
	FRAME_PROBE,      // an answer to a probe of ours, or an error about one
	FRAME_TCP
};

// What an ICMP error says of a segment that it quotes.
struct icmp_told {
	bool too_big;  // for a hop with this `mtu`; else: it did not arrive ...
	bool hard;     // ... and none will
	bool exceeded; // it crossed too many routers
	uint8_t code;
	uint32_t mtu;
	uint32_t seq;
};

// How an answer names the probe it belongs to: identifier and sequence number of an echo request,
// ports of a datagram.
struct probe_name {
	bool is_udp;
	uint16_t first, second;
};

struct probe_told {
	struct probe_name name;
	enum net_echo_kind kind;
	uint8_t code, hops;
};

// What to answer in an ICMP error.
struct icmp_refusal {
	uint8_t type, code;
	uint32_t pointer; // into the packet, where the type has one
};

struct frame {
	enum frame_verdict verdict;
	enum counter why;            // DROP, REFUSE: the row that counts it
	struct ether_addr from;      // sender of the frame
	struct span packet;          // ARP, REFUSE: the packet; NDP, ECHO: the ICMP message
	struct ip_addr local;        // all but ARP: its destination, perhaps a group
	struct ip_addr remote;       // ... and its sender
	struct icmp_refusal refusal; // REFUSE
	struct icmp_told told;       // ICMP_ERROR, about the connection segment.to
	struct probe_told probe;     // PROBE
	struct tcp_segment segment;  // TCP
};

// Judge one whole frame in contiguous memory. The frame is borrowed; spans point into it.
struct frame frame_parse(const struct host *host, struct span bytes, enum frame_checksum sums);

// Write one segment as a frame into `out` (room for FRAME_HEAD_MAX + host->mtu) with the
// destination's address left zero (neighbours know it), checksums included unless `partial`: then
// the TCP checksum holds only the pseudo header's sum, for ports that finish it. Returns its
// length, 0 when it is too long.
size_t frame_write(const struct host *host, const struct tcp_emission *segment, bool partial,
                   uint8_t *out);

// Answer an echo request, the same way. The answer to a group has an address of ours; 0: none fits.
size_t frame_write_echo(const struct host *host, const struct frame *request, uint8_t *out);

// An ICMP error that answers a frame with the verdict REFUSE.
size_t frame_write_refusal(const struct host *host, const struct frame *refused, uint8_t *out);

// Of the Ethernet header that our frames have.
size_t frame_head_bytes(const struct host *host);

void frame_address(uint8_t *frame, struct ether_addr to);

// Which worker a frame is for: TCP's, and an ICMP error about it, the owner of its flow, told by
// the hash input; answers to probes the first; what is said of neighbours all.
#define FRAME_FLOW_BYTES 36u
enum frame_owner { FRAME_TO_ANY, FRAME_TO_OWNER, FRAME_TO_FIRST, FRAME_TO_ALL };
enum frame_owner frame_owner_of(struct span bytes, uint8_t flow[FRAME_FLOW_BYTES]);
