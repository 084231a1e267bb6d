// Probes that an operator sends from here: echo requests and UDP datagrams with few hops, matched
// with what comes back. One table of few entries; pure: packets and `now` in, packets and outcomes
// out. The first worker alone has them.
#pragma once

#include "dataplane/link/net_msg.h"
#include "dataplane/nic/frame.h"
#include "dataplane/nic/limit.h"

#define PROBES_MAX NET_ASKS_MAX // a power of two

enum probe_state { PROBE_FREE, PROBE_WAITS, PROBE_SENT, PROBE_DONE };

struct probe {
	struct net_probe ask;
	struct net_echo echo; // DONE
	uint32_t slot, life;  // of the question
	uint8_t state;        // enum probe_state
	struct probe_name name;
	uint64_t due_us; // WAITS: when to send; SENT: when to give up
	uint64_t sent_us;
};

struct probe_table {
	struct probe row[PROBES_MAX];
	uint32_t in_use;
	uint32_t done;    // of these, to be told
	uint64_t next_us; // none is due before
	uint16_t id;      // of our echo requests
	uint16_t turn;    // counts probes, so that a late answer fits no other
};

// How to send one.
struct probe_out {
	void *owner;
	// 0: it is on its way. REPLY: its destination is ours. NO_ROUTE, TOO_BIG: it cannot go.
	enum net_echo_kind (*send)(void *owner, const struct probe *p);
};

void probe_init(struct probe_table *t, uint16_t id);
// NULL: too many under way.
struct probe *probe_start(struct probe_table *t, uint64_t now_us, const struct net_probe *ask,
                          uint32_t slot, uint32_t life);
// Send what is due, give up what is overdue. The next deadline, or UINT64_MAX.
uint64_t probe_timers(struct probe_table *t, const struct probe_out *out, uint64_t now_us);
// An answer arrived, or an error about one.
void probe_heard(struct probe_table *t, uint64_t now_us, const struct frame *f);
// One that is done, or NULL; probe_end forgets it.
struct probe *probe_done(struct probe_table *t);
void probe_end(struct probe_table *t, struct probe *p);

// Write its packet as frame_write does. 0: too long.
size_t frame_write_probe(const struct host *host, const struct probe *p, uint8_t *out);
