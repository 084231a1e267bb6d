// Shared by the files that read and write IP packets. Private to them.
#pragma once

#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "dataplane/nic/frame.h"

#define PROTO_HOP_BY_HOP  0
#define PROTO_ICMP        1
#define PROTO_TCP         6
#define PROTO_UDP         17
#define PROTO_ROUTING     43
#define PROTO_FRAGMENT    44
#define PROTO_ICMP6       58
#define PROTO_NONE        59
#define PROTO_DESTINATION 60

#define PACKET_HOPS  64  // of what we send
#define TCP_CHECKSUM 16u // offset in the TCP header
#define ICMP_HEAD    8u

#define ICMP_ECHO_REPLY  0
#define ICMP_UNREACHABLE 3
#define ICMP_ECHO        8
#define ICMP_EXCEEDED    11

#define ICMP_PROTOCOL 2 // codes of unreachable
#define ICMP_PORT     3
#define ICMP_TOO_BIG  4

#define ICMP6_UNREACHABLE     1
#define ICMP6_TOO_BIG         2
#define ICMP6_EXCEEDED        3
#define ICMP6_PROBLEM         4
#define ICMP6_ECHO            128
#define ICMP6_ECHO_REPLY      129
#define ICMP6_LISTENER_QUERY  130
#define ICMP6_ROUTER_SOLICIT  133
#define ICMP6_ROUTER_ADVERT   134
#define ICMP6_SOLICIT         135
#define ICMP6_ADVERT          136
#define ICMP6_REDIRECT        137
#define ICMP6_LISTENER_REPORT 143

#define ICMP6_PORT   4 // code of unreachable
#define ICMP6_HEADER 1 // codes of problem
#define ICMP6_OPTION 2

// One IP packet of either family, judged.
struct packet {
	struct ip_addr from, to;
	uint8_t protocol;  // of the payload, behind all extension headers
	uint8_t class;     // type of service, traffic class
	uint8_t hops;      // left
	uint32_t label;    // of an IPv6 flow, for writing
	uint16_t fault_at; // IPv6: what an error would point to; 0: stay silent
	struct span whole, payload;
};

// A packet of ours as an ICMP error quotes it: a segment, or a probe.
struct quote {
	bool is_probe;
	struct tcp_tuple tuple;  // local: its sender; of a probe without ports
	uint32_t seq;            // segment
	struct probe_name probe; // probe
};

// Each returns the row of the first fault found, or COUNTERS when there is none.
enum counter packet_parse_ipv4(const struct host *host, struct span bytes, struct packet *out);
enum counter packet_parse_ipv6(const struct host *host, struct span bytes, struct packet *out);

// Who speaks to whom, nothing checked but lengths; leaves the cursor at the payload.
bool packet_ends_ipv4(struct cursor *c, struct packet *out);
bool packet_ends_ipv6(struct cursor *c, struct packet *out);

// Read the packet quoted at the cursor. False: neither a TCP segment with its sequence number, nor
// an echo request or UDP datagram with what names it.
bool quote_parse(struct cursor *c, bool is_ipv4, struct quote *out);

struct frame packet_icmp(const struct host *host, const struct packet *p);
struct frame packet_icmp6(const struct host *host, const struct packet *p);

static inline struct frame frame_drop(enum counter why)
{
	return (struct frame){.verdict = FRAME_DROP, .why = why};
}

struct ip_addr cursor_ipv4(struct cursor *c);
struct ip_addr cursor_ipv6(struct cursor *c);
struct ether_addr cursor_ether(struct cursor *c);

// The running sum of a pseudo header. What a mapped address has more than an IPv4 address sums to
// zero, so both families are summed the same way (RFC 8200 section 8.1).
uint64_t packet_pseudo_sum(const struct ip_addr *a, const struct ip_addr *b, uint8_t protocol,
                           size_t len);
bool packet_sum_is_good(const struct packet *p);

// Read what stands between the addresses and the packet: its type, and the VLAN tag in front of
// that, if there is one (IEEE 802.1Q; 0: none, or one that tells only a priority).
uint16_t cursor_type(struct cursor *c, uint16_t *vlan);

// Ethernet header to an address filled in later; what follows is of this type.
struct builder frame_begin(const struct host *host, uint16_t type, uint8_t *out);

// Headers of both layers in front of `payload_bytes`. Fails as overflow when that is too long.
struct builder packet_begin(const struct host *host, const struct packet *p,
                            size_t payload_bytes, uint8_t *out);
// A whole ICMP message of either family as a frame: this type, then `message` from its second byte
// on, the checksum filled in. 0: too long.
size_t frame_write_icmp(const struct host *host, const struct packet *p, uint8_t type,
                        struct span message, uint8_t *out);
void checksum_store(uint8_t *at, uint16_t sum);
