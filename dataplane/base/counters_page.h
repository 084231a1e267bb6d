// What one worker counts and how full its pools are: a page in shared memory that the worker alone
// writes and anyone may read. Every drop in the dataplane has a row here. Needs no DPDK.
//
// Reading: counters_page_value() for each i < COUNTERS, counters_row(i) for its name and sentence;
// the same for gauges. A page whose magic, version or counts differ is another build's: ignore it.
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/base/counters_tcp.h"

// clang-format off
// What is counted above too, by one port. What is left is the first port's.
#define PORT_COUNTER_LIST(X, port, which)                                                         \
	X(port##_frames_in,     "frames received by the " which " port")                               \
	X(port##_frames_out,    "frames sent by the " which " port")                             \
	X(port##_bytes_in,      "bytes received by the " which " port")                          \
	X(port##_bytes_out,     "bytes sent by the " which " port")                              \
	X(port##_errors_in,     "broken frames received by the " which " port")                  \
	X(port##_errors_out,    "frames dropped on their way out by the " which " port")

#define FRAME_COUNTER_LIST(X)                                                                     \
	X(frames_in,            "frames received")                                               \
	X(frames_out,           "frames sent")                                                   \
	X(frame_bytes_in,       "bytes received, Ethernet headers included")                     \
	X(frame_bytes_out,      "bytes sent, Ethernet headers included")                         \
	X(frame_short,          "frames shorter than their headers")                             \
	X(frame_vlan,           "frames of another VLAN than ours")                              \
	X(frame_not_ours,       "frames for another Ethernet address")                           \
	X(frame_type,           "frames of a type not spoken here")                              \
	X(frame_down,           "frames dropped either way: the interface is shut down")         \
	X(frame_scattered,      "frames longer than one receive buffer")                         \
	X(ip_header_bad,        "IP packets with a malformed header or length")                  \
	X(ip_checksum_bad,      "IPv4 packets with a wrong header checksum")                     \
	X(ip_source_route,      "IP packets with a source route")                                \
	X(ip_fragment,          "IP fragments")                                                  \
	X(ip_martian,           "IP packets from an impossible address")                         \
	X(ip_not_ours,          "IP packets for another address or group")                       \
	X(ip_protocol,          "IP packets of a protocol not spoken here")                      \
	X(ip6_option,           "IPv6 packets with an option that forbids them")                 \
	X(ip6_chain,            "IPv6 packets with too many or too long extension headers")      \
	X(acl_refused,          "connection requests refused by a rule")                         \
	X(tcp_checksum_bad,     "TCP segments with a wrong checksum")                            \
	X(port_sums_proven,     "segments whose checksum the port judged rightly at the start")  \
	X(port_sums_wrong,      "segments whose checksum it misjudged: ours are computed since") \
	X(icmp_echo,            "echo requests answered")                                        \
	X(icmp_limited,         "echo requests unanswered: too many")                            \
	X(icmp_error_in,        "ICMP errors about segments of ours")                            \
	X(icmp_error_out,       "ICMP errors sent")                                              \
	X(icmp_error_limited,   "ICMP errors not sent: too many, to all or to one source")       \
	X(icmp_bad,             "ICMP messages that are short or have a wrong checksum")         \
	X(icmp_ignored,         "ICMP messages that need no answer")                             \
	X(arp_in,               "ARP packets received")                                          \
	X(arp_bad,              "ARP packets that are malformed")                                \
	X(arp_ignored,          "ARP packets that do not concern us")                            \
	X(arp_conflict,         "ARP packets from another owner of our address")                 \
	X(arp_reply_out,        "ARP replies sent")                                              \
	X(arp_request_out,      "ARP requests sent")                                             \
	X(ndp_in,               "NDP solicitations and advertisements received")                 \
	X(ndp_bad,              "NDP messages that are malformed or crossed a router")           \
	X(ndp_ignored,          "NDP messages that do not concern us, or are of routers")        \
	X(ndp_duplicate,        "IPv6 addresses not used: another owner was there first")        \
	X(ndp_conflict,         "NDP messages from another owner of an address in use")          \
	X(ndp_solicit_out,      "NDP solicitations sent")                                        \
	X(ndp_advert_out,       "NDP advertisements sent")                                       \
	X(neighbor_limited,     "neighbours not asked for: too many requests")                   \
	X(neighbor_full,        "neighbours not learned: table full")                            \
	X(neighbor_failed,      "frames dropped: the neighbour does not answer")                 \
	X(neighbor_pending_full, "frames dropped: one already waits for the neighbour")          \
	X(route_none,           "packets of ours with no route to their destination")            \
	X(address_gone,         "connections ended: their address is ours no more")              \
	X(probe_out,            "echo requests and datagrams that an operator sent")             \
	X(probe_in,             "answers to them, and answers nobody waits for")                 \
	X(transmit_long,        "segments dropped: longer than the MTU of now")                  \
	X(transmit_full,        "frames dropped: transmit queue full")                           \
	X(transmit_no_buffer,   "frames dropped: no frame buffer")                               \
	X(steered,              "frames handed to the worker that owns their flow")              \
	X(steer_full,           "frames dropped: the owning worker is behind")                   \
	X(capture_lost,         "frames not captured: the reader is behind")                     \
	X(sleeps,               "times the worker slept for want of work")                       \
	PORT_COUNTER_LIST(X, port1, "second")                                                     \
	PORT_COUNTER_LIST(X, port2, "third")                                                      \
	PORT_COUNTER_LIST(X, port3, "fourth")

#define RECORD_COUNTER_LIST(X)                                                                    \
	X(ident_bad,            "connections refused: malformed identification line")            \
	X(ident_version,        "connections refused: protocol version")                         \
	X(record_opened,        "records opened")                                                \
	X(record_sealed,        "records sealed")                                                \
	X(record_length_bad,    "records refused: impossible length")                            \
	X(record_forged,        "records refused: integrity check failed")                       \
	X(record_concealed,     "CBC records refused only after the longest record's bytes")     \
	X(record_padding_bad,   "records refused: impossible padding or no message")             \
	X(record_cut_short,     "connections whose peer closed in mid-record")                   \
	X(record_keyed,         "cipher contexts expanded")                                      \
	X(gate_kex,             "messages refused: not part of the key exchange under way")      \
	X(gate_newkeys,         "messages refused: NEWKEYS before keys were agreed")             \
	X(gate_early,           "messages refused: before their phase")                          \
	X(gate_strict,          "connections refused: strict key exchange violated")             \
	X(gate_limit,           "connections ended: too many packets under one key")             \
	X(gate_out,             "messages of control refused: key exchange under way")            \
	X(record_v1_attack,     "SSH-1 records refused: a ciphertext block stands in them twice") \
	X(gate_v1,              "SSH-1 messages refused: not of this phase")

#define SERVE_COUNTER_LIST(X)                                                                     \
	X(joint_refused,        "connections refused: control is behind or absent")              \
	X(joint_stalled,        "times a stream waited for room towards control")                \
	X(joint_stale,          "cells of control for a connection that is over")                \
	X(joint_bad,            "cells of control that make no sense")                           \
	X(joint_late,           "messages of control for a connection being closed")             \
	X(joint_no_memory,      "connections aborted: stream memory exhausted")                  \
	X(joint_keys_full,      "connections ended: too many key exchanges at once")             \
	X(joint_orphaned,       "connections ended: control was started anew")

#define COUNTERS_LIST(X)                                                                          \
	FRAME_COUNTER_LIST(X)                                                                     \
	RECORD_COUNTER_LIST(X)                                                                    \
	SERVE_COUNTER_LIST(X)                                                                     \
	TCP_COUNTER_LIST(X)

#define GAUGES_LIST(X)                                                                            \
	X(connections,          "open connections")                                              \
	X(half_open,            "connection requests not completed")                             \
	X(time_wait,            "TIME_WAIT records")                                             \
	X(closing,              "connections closed by us, not by the peer yet")                 \
	X(slots_touched,        "connection slots ever used")                                    \
	X(stream_bytes,         "bytes of stream memory")                                        \
	X(frame_buffers,        "frame buffers")                                                 \
	X(keys_pending,         "keys waiting for NEWKEYS")                                      \
	X(close_owed,           "ends of connections not told to control yet")                   \
	X(neighbors,            "neighbours known")                                              \
	X(link_small,           "small message buffers on their way to control")                 \
	X(link_large,           "large message buffers on their way to control")
// clang-format on

enum counter {
#define X(name, text) COUNTER_##name,
	COUNTERS_LIST(X)
#undef X
	        COUNTERS
};

// TCP's rows are the last ones, in its own order, so it writes count[COUNTER_TCP_FIRST + n].
#define COUNTER_TCP_FIRST (COUNTERS - TCP_COUNTERS)
static_assert((int)COUNTER_tcp_segments_in == (int)COUNTER_TCP_FIRST, "tcp rows come last");

// The rows of a port but the first, as PORT_COUNTER_LIST has them.
enum port_counter {
	PORT_FRAMES_IN,
	PORT_FRAMES_OUT,
	PORT_BYTES_IN,
	PORT_BYTES_OUT,
	PORT_ERRORS_IN,
	PORT_ERRORS_OUT,
	PORT_COUNTERS
};
static inline unsigned counter_of_port(unsigned port, enum port_counter which)
{
	return COUNTER_port1_frames_in + (port - 1) * PORT_COUNTERS + which;
}
static_assert(COUNTER_port3_errors_out - COUNTER_port1_frames_in == 3 * PORT_COUNTERS - 1,
              "each port has these rows");

// Was the frame broken, or merely not for us?
static inline bool counter_is_input_error(enum counter why)
{
	return why == COUNTER_frame_short || why == COUNTER_frame_scattered ||
	       why == COUNTER_ip_header_bad || why == COUNTER_ip_checksum_bad ||
	       why == COUNTER_tcp_checksum_bad || why == COUNTER_icmp_bad;
}

// The rows of frames come first.
#define COUNTERS_FRAME_END ((unsigned)COUNTER_ident_bad)

enum gauge {
#define X(name, text) GAUGE_##name,
	GAUGES_LIST(X)
#undef X
	        GAUGES
};

#define COUNTERS_PAGE_MAGIC   0x53505043u // "SPPC"
#define COUNTERS_PAGE_VERSION 1u

struct gauge_value {
	uint64_t in_use, peak, capacity; // capacity 0: no fixed bound
};

struct counters_page {
	uint32_t magic;
	uint32_t version;
	uint32_t counters; // COUNTERS of the writer's build
	uint32_t gauges;
	uint64_t written_us; // monotonic; when the gauges were last brought up to date
	uint64_t count[COUNTERS];
	struct gauge_value gauge[GAUGES];
};

// What the supervisor makes the memfd of (whole pages).
#define COUNTERS_PAGE_BYTES ((sizeof(struct counters_page) + 4095) / 4096 * 4096)

struct counters_row {
	const char *name;
	const char *text;
};

static inline struct counters_row counters_row(unsigned i)
{
	static const struct counters_row rows[COUNTERS] = {
#define X(name, text) {#name, text},
	        COUNTERS_LIST(X)
#undef X
	};
	return i < COUNTERS ? rows[i] : (struct counters_row){"?", "?"};
}

static inline struct counters_row gauges_row(unsigned i)
{
	static const struct counters_row rows[GAUGES] = {
#define X(name, text) {#name, text},
	        GAUGES_LIST(X)
#undef X
	};
	return i < GAUGES ? rows[i] : (struct counters_row){"?", "?"};
}

// Read one word that another process writes.
static inline uint64_t counters_read(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline bool counters_page_ok(const struct counters_page *page)
{
	return page->magic == COUNTERS_PAGE_MAGIC && page->version == COUNTERS_PAGE_VERSION &&
	       page->counters == COUNTERS && page->gauges == GAUGES;
}
