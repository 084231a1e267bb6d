// Next-hop addresses of one worker: ARP (RFC 826, RFC 5227 in part). Pure: packets and `now` in,
// packets and verdicts out. Learns only from packets that concern us; bounded; one frame waits
// for each address being asked for, held by the caller under an opaque handle.
#pragma once

#include "dataplane/base/keyed_hash.h"
#include "dataplane/nic/frame.h"

#define NEIGHBORS      1024u // a power of two
#define NEIGHBOR_PROBE 8u    // places looked at for one address
#define ARP_BYTES      28u
#define ARP_FRAME      (FRAME_ETHER_BYTES + ARP_BYTES)

#define NEIGHBOR_FRESH_US (60u * 1000 * 1000) // then asked again while in use
#define NEIGHBOR_RETRY_US (500u * 1000)
#define NEIGHBOR_TRIES    4u

struct neighbor {
	struct ipv4_addr address;
	struct ether_addr ether;
	uint8_t used;  // 0: free
	uint8_t known; // ether is meaningful
	uint8_t tries; // requests sent since it was last heard
	uint8_t zero[3];
	void *waiting; // a frame of the caller's, or NULL
	uint64_t heard_us, asked_us;
};

struct neighbor_table {
	struct hash_key key;
	uint64_t *count; // writer: this core
	uint32_t in_use;
	uint32_t asking; // entries that are being asked for
	uint64_t due_us; // no entry needs asking again before
	struct neighbor entry[NEIGHBORS];
};

// A frame whose neighbour did not answer, or was pushed out, goes back through this.
struct neighbor_out {
	void *owner;
	void (*send)(void *owner, const uint8_t *frame, size_t len);        // an ARP frame
	void (*ready)(void *owner, void *waiting, struct ether_addr ether); // may leave now
	void (*drop)(void *owner, void *waiting);
};

void neighbor_init(struct neighbor_table *t, const uint8_t secret[16], uint64_t *count);

// Where to send a frame for `hop` now. True: *ether. False: the table keeps `frame` and asks, or
// has dropped it through `out`.
bool neighbor_resolve(struct neighbor_table *t, const struct host *host,
                      const struct neighbor_out *out, uint64_t now_us, struct ipv4_addr hop,
                      void *frame, struct ether_addr *ether);

// Take an ARP packet (the bytes behind the Ethernet header, padding allowed). Answers through
// `out`. `quiet`: learn only, another worker answers.
void neighbor_input(struct neighbor_table *t, const struct host *host,
                    const struct neighbor_out *out, uint64_t now_us, struct span packet,
                    bool quiet);

// Ask again, give up. Cheap when nothing is being asked for. Returns the next deadline or
// UINT64_MAX.
uint64_t neighbor_timers(struct neighbor_table *t, const struct host *host,
                         const struct neighbor_out *out, uint64_t now_us);

// Tell the link who owns our address now.
void neighbor_announce(struct neighbor_table *t, const struct host *host,
                       const struct neighbor_out *out);

// Drop what waits.
void neighbor_fini(struct neighbor_table *t, const struct neighbor_out *out);
