// A neighbour table on a link that keeps what is sent and what is let go.
#pragma once

#include "dataplane/nic/arp.h"
#include "dataplane/nic/presence.h"
#include "tests/unit/frame_bytes.h"

#define SENT_KEPT 16u

static struct neighbor_table table;
static uint64_t count[COUNTERS];
static struct made sent[SENT_KEPT];
static unsigned sends, readies, drops;
static void *ready_frame;
static struct ether_addr ready_ether;

static void on_send(void *owner, const uint8_t *frame, size_t len)
{
	struct made *m = &sent[sends++ % SENT_KEPT];

	memcpy(m->bytes, frame, len);
	m->len = len;
}

static void on_ready(void *owner, void *waiting, struct ether_addr ether)
{
	readies++;
	ready_frame = waiting;
	ready_ether = ether;
}

static void on_drop(void *owner, void *waiting)
{
	drops++;
}

static const struct neighbor_out out = {NULL, on_send, on_ready, on_drop};

static inline void fresh(void)
{
	static const uint8_t secret[16] = {1};

	memset(count, 0, sizeof(count));
	sends = readies = drops = 0;
	neighbor_init(&table, secret, count);
}

static inline bool resolve(uint64_t now, struct ip_addr hop, void *frame)
{
	struct ether_addr ether;

	return neighbor_resolve(&table, &us, &out, now, &hop, frame, &ether);
}

static inline enum neighbor_state state_of(struct ip_addr hop)
{
	const struct neighbor *n = neighbor_find(&table, &hop);

	return n == NULL ? NEIGHBOR_FREE : (enum neighbor_state)n->state;
}

// Let time pass from deadline to deadline, until `until`.
static inline void wait_until(uint64_t until)
{
	uint64_t now = neighbor_next_us(&table);

	while (now <= until)
		now = neighbor_timers(&table, &us, &out, now);
}
