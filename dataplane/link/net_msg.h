// What control and a worker tell each other of the network: settings and rules on the way down,
// rows on the way up. Everything travels as bytes through builder and cursor; a reader has checked
// every field when it answers STATUS_OK. cli reads the rows too.
#pragma once

#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"
#include "dataplane/base/ip_addr.h"

#define NET_PORTS_MAX  4u
#define NET_ROUTES_MAX 60u
#define NET_RULES_MAX  256u // of one family
#define NET_ASKS_MAX   64u  // questions to one worker that wait for their answers

// --- settings ------------------------------------------------------------------------------------

// An address on our link; `bits` counts from the front of the sixteen bytes. None: as started.
struct net_address {
	struct ip_addr ip;
	uint8_t bits;
};

struct net_route {
	struct ip_addr prefix, hop;
	uint8_t bits;
};

// Limits of TCP, of each worker. 0: the usual.
struct net_limits {
	uint32_t receive_window; // bytes
	uint32_t mss;            // at most; from the MTU
	uint32_t connections, source_connections;
	uint32_t half_open, source_half_open; // beyond which cookies answer
	uint32_t syn_seconds, fin_seconds;
	uint32_t alive_seconds, alive_interval, alive_probes; // keepalive; seconds 0: none
	uint8_t source_bits, source6_bits; // prefix that counts as one source; 32 and 64
	bool cookies;                      // answer every request by a cookie
};

#define NET_DSCP_MAX 63u

struct net_interface {
	struct net_address address[2]; // IPv4, IPv6
	uint16_t mtu;                  // 0: as started, which is also the most
	bool down;
};

struct net_settings {
	struct net_interface port[NET_PORTS_MAX];
	uint8_t dscp[2]; // of TCP's packets
	struct net_limits limits;
	uint32_t routes;
	struct net_route route[NET_ROUTES_MAX];
};
void net_settings_emit(struct builder *b, const struct net_settings *s);
[[nodiscard]] enum status net_settings_parse(struct span bytes, struct net_settings *out);

// --- rules ---------------------------------------------------------------------------------------

// A pattern with the bits that matter; those that do not are zero in both.
struct net_pattern {
	struct ip_addr ip, mask;
};

// Ports from `first` to `last`.
struct net_ports {
	uint16_t first, last;
};

struct net_rule {
	struct net_pattern from, to;
	struct net_ports from_port, to_port;
	uint32_t number; // as the operator knows it
	bool permit, log;
};

// Who may open connections to us by one family: the first rule that fits decides, and where none
// does the request is refused. Not in force: everyone may.
struct net_rules {
	bool in_force;
	uint32_t list; // number of the list, for what is told of refusals
	uint32_t count;
	struct net_rule rule[NET_RULES_MAX];
};

// Does a connection from there to here fit the rule?
bool net_rule_fits(const struct net_rule *r, const struct ip_addr *from, uint16_t from_port,
                   const struct ip_addr *to, uint16_t to_port);

enum net_family { NET_IPV4, NET_IPV6, NET_FAMILIES };
void net_rules_emit(struct builder *b, enum net_family family, const struct net_rules *r);
[[nodiscard]] enum status net_rules_parse(struct span bytes, enum net_family *family,
                                          struct net_rules *out);
#define NET_RULES_BYTES (16u + NET_RULES_MAX * 80u) // room for any list

// --- questions -----------------------------------------------------------------------------------

// clang-format off
//      name               parameters / rows
#define NET_ASK_LIST(X)                                                                         \
	X(CONNECTIONS,      "struct net_filter / struct net_connection")                       \
	X(NEIGHBORS,        "none / struct net_neighbor")                                      \
	X(ROUTES,           "none / struct net_route_row")                                     \
	X(PORT,             "none / struct net_port")                                          \
	X(HITS,             "none / struct net_hits")                                          \
	X(PROBE,            "struct net_probe / struct net_echo")                              \
	X(FORGET_NEIGHBORS, "none / none")                                                     \
	X(FORGET_HITS,      "u32 list, 0: all / none")
// clang-format on

enum net_ask {
	NET_ASK_NONE,
#define X(name, text) NET_ASK_##name,
	NET_ASK_LIST(X)
#undef X
	        NET_ASKS
};

#define NET_PARAMETERS_MAX 64u // bytes

enum net_filter_kind { NET_ALL, NET_BY_SLOT, NET_BY_PEER };
struct net_filter {
	uint8_t kind;     // enum net_filter_kind
	uint8_t families; // bits 1 << enum net_family
	uint32_t slot;    // BY_SLOT
	struct ip_addr remote;
	uint16_t remote_port; // BY_PEER
};
void net_filter_emit(struct builder *b, const struct net_filter *f);
void net_filter_parse(struct cursor *c, struct net_filter *out);

// One connection, or a port that is listened on: then only the local end means anything.
struct net_connection {
	struct ip_addr local, remote;
	uint16_t local_port, remote_port;
	uint32_t slot;
	char state[16]; // RFC 9293 name
	uint32_t mss, send_window, receive_window, congestion_window;
	uint32_t srtt_us, rto_us;
	uint32_t send_queue, receive_queue;
	uint32_t retransmits;
	uint64_t bytes_in, bytes_out;
};
void net_connection_emit(struct builder *b, const struct net_connection *row);
void net_connection_parse(struct cursor *c, struct net_connection *out);

// States as in RFC 4861.
enum net_reach { NET_INCOMPLETE = 1, NET_REACHABLE, NET_STALE, NET_DELAY, NET_PROBING };
struct net_neighbor {
	struct ip_addr ip;
	uint8_t ether[6];
	uint8_t reach;    // enum net_reach
	uint8_t port;     // whose link
	uint32_t seconds; // since it was last heard
};
void net_neighbor_emit(struct builder *b, const struct net_neighbor *row);
void net_neighbor_parse(struct cursor *c, struct net_neighbor *out);

struct net_route_row {
	struct ip_addr prefix, hop; // hop none: on our link
	uint8_t bits;
	uint8_t port; // by which it leaves
};
void net_route_emit(struct builder *b, const struct net_route_row *row);
void net_route_parse(struct cursor *c, struct net_route_row *out);

// A port and who we are on it.
struct net_port {
	uint8_t port; // its number
	uint8_t ether[6];
	bool down, link; // by the operator; what the device says
	uint16_t mtu, mtu_most, vlan;
	char driver[32];
	struct {
		struct ip_addr ip; // none: we have none
		uint8_t bits;
		uint8_t state; // enum net_address_state
	} address[3];          // IPv4, IPv6, IPv6 link-local
};
enum net_address_state { NET_TENTATIVE, NET_PREFERRED, NET_DUPLICATE };
void net_port_emit(struct builder *b, const struct net_port *row);
void net_port_parse(struct cursor *c, struct net_port *out);

struct net_hits {
	uint8_t family; // enum net_family
	uint32_t list, number;
	uint64_t hits;
};
void net_hits_emit(struct builder *b, const struct net_hits *row);
void net_hits_parse(struct cursor *c, struct net_hits *out);

// --- probes --------------------------------------------------------------------------------------

#define NET_PROBE_BYTES_MAX 8100u

struct net_probe {
	struct ip_addr to;
	bool udp; // a datagram to `port`; else an echo request
	uint8_t hops, class;
	uint16_t port;
	uint16_t bytes; // of payload
	uint32_t wait_ms, timeout_ms;
};
void net_probe_emit(struct builder *b, const struct net_probe *p);
[[nodiscard]] enum status net_probe_parse(struct span bytes, struct net_probe *out);

enum net_echo_kind {
	NET_ECHO_REPLY = 1,
	NET_ECHO_TIMEOUT,
	NET_ECHO_EXCEEDED,    // by a router on the way
	NET_ECHO_UNREACHABLE, // `code` of ICMP or ICMPv6
	NET_ECHO_TOO_BIG,     // for us, or for a hop on the way
	NET_ECHO_NO_ROUTE,    // nothing was sent
	NET_ECHO_KINDS
};
struct net_echo {
	uint8_t kind; // enum net_echo_kind
	uint8_t code, hops;
	uint16_t bytes;      // of payload, as it came back
	struct ip_addr from; // who answered
	uint32_t rtt_us;
};
void net_echo_emit(struct builder *b, const struct net_echo *e);
void net_echo_parse(struct cursor *c, struct net_echo *out);
