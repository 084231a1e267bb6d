// Next-hop addresses of one worker, of both families: one bounded table with the reachability
// states of RFC 4861 section 7.3, filled by ARP (RFC 826) and NDP. Pure: packets and `now` in,
// packets and verdicts out. Learns only from packets that concern us; one frame waits for each
// address being asked for, held by the caller under an opaque handle.
#pragma once

#include "dataplane/nic/frame.h"
#include "dataplane/nic/limit.h"

#define NEIGHBORS      1024u // a power of two
#define NEIGHBOR_PROBE 8u    // places looked at for one address
#define NEIGHBOR_FRAME 160u  // room for any frame of ours about neighbours

#define NEIGHBOR_REACHABLE_US   (30u * 1000 * 1000) // RFC 4861 section 10
#define NEIGHBOR_DELAY_US       (5u * 1000 * 1000)
#define NEIGHBOR_RETRY_US       (1000u * 1000)
#define NEIGHBOR_TRIES          3u // for one never heard, and directly for one that was
#define NEIGHBOR_TRIES_MOST     7u // then to all, ever less often, before it is forgotten
#define NEIGHBOR_UNHEARD_MOST   (NEIGHBORS / 2) // being asked for at once (RFC 6583)
#define NEIGHBOR_REQUEST_BURST  256u
#define NEIGHBOR_US_PER_REQUEST 2000u // five hundred a second

enum neighbor_state {
	NEIGHBOR_FREE,
	NEIGHBOR_INCOMPLETE, // asked for, never heard
	NEIGHBOR_REACHABLE,  // answered us lately
	NEIGHBOR_STALE,      // heard once; asked again when used
	NEIGHBOR_DELAY,      // used since; asked in a moment
	NEIGHBOR_PROBING     // asked, and used meanwhile
};

struct neighbor {
	struct ip_addr address;
	struct ether_addr ether;
	uint8_t state; // enum neighbor_state
	uint8_t tries; // requests sent since it was last heard
	void *waiting; // a frame of the caller's, or NULL
	uint64_t heard_us;
	uint64_t due_us; // INCOMPLETE, DELAY, PROBING: when to act
};

struct neighbor_table {
	struct hash_key key;
	uint64_t *count; // writer: this core
	uint32_t in_use;
	uint32_t unheard; // INCOMPLETE
	uint32_t timed;   // INCOMPLETE, DELAY, PROBING
	struct limit requests;
	uint64_t due_us; // none of the timed is due before
	struct neighbor entry[NEIGHBORS];
};

// A frame whose neighbour did not answer, or was pushed out, goes back through this.
struct neighbor_out {
	void *owner;
	void (*send)(void *owner, const uint8_t *frame, size_t len); // an ARP or NDP frame
	void (*ready)(void *owner, void *waiting, struct ether_addr ether); // may leave now
	void (*drop)(void *owner, void *waiting);
};

void neighbor_init(struct neighbor_table *t, const uint8_t secret[16], uint64_t *count);

// Where to send a frame for `hop` now. True: *ether. False: the table keeps `frame` and asks, or
// has dropped it through `out`.
bool neighbor_resolve(struct neighbor_table *t, const struct host *host,
                      const struct neighbor_out *out, uint64_t now_us,
                      const struct ip_addr *hop, void *frame, struct ether_addr *ether);

// Ask again, give up. Cheap when nothing is due. Returns the next deadline or UINT64_MAX.
uint64_t neighbor_timers(struct neighbor_table *t, const struct host *host,
                         const struct neighbor_out *out, uint64_t now_us);
uint64_t neighbor_next_us(const struct neighbor_table *t);

// Forget all: who is spoken to is asked for again.
void neighbor_reset(struct neighbor_table *t, const struct neighbor_out *out);
// Drop what waits.
void neighbor_fini(struct neighbor_table *t, const struct neighbor_out *out);

// --- what ARP and NDP have heard -----------------------------------------------------------------

const struct neighbor *neighbor_find(const struct neighbor_table *t, const struct ip_addr *a);

// It asked for us, so we shall speak to it (`make`: also when it is not known yet), or tells of
// itself unasked: its address is taken, its reachability is not proven.
void neighbor_hear(struct neighbor_table *t, const struct neighbor_out *out, uint64_t now_us,
                   const struct ip_addr *address, struct ether_addr ether, bool make);

// It answered us. Nothing happens when nobody asked.
void neighbor_confirm(struct neighbor_table *t, const struct neighbor_out *out, uint64_t now_us,
                      const struct ip_addr *address, struct ether_addr ether);
