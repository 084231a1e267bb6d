// Our own addresses on the link: checked for another owner before use (IPv6, RFC 4862), told to
// all at start, defended when someone else claims one (RFC 5227 section 2.4 (c)). IPv4's is used
// at once and never given up: an appliance must answer. One a worker; only the first sends. Pure.
#pragma once

#include "dataplane/nic/ndp.h"

#define PRESENCE_STEP_US   (1000u * 1000)      // RFC 4861: RetransTimer
#define PRESENCE_DEFEND_US (10u * 1000 * 1000) // RFC 5227 section 1.1

struct presence {
	uint64_t *count; // writer: this core
	uint64_t due_us; // UINT64_MAX: nothing to do
	uint64_t defended_us;
	uint64_t reported_us;
	uint8_t steps; // done since the start
	bool quiet;    // another worker speaks for us
	bool lost[HOST_ADDRESSES];
};

void presence_start(struct presence *p, struct host *host, const struct neighbor_out *out,
                    uint64_t now_us, uint64_t *count, bool quiet);
// Our addresses are others now: those not used yet are checked, then told.
void presence_changed(struct presence *p, struct host *host, const struct neighbor_out *out,
                      uint64_t now_us);
void presence_timers(struct presence *p, struct host *host, const struct neighbor_out *out,
                     uint64_t now_us);

// Someone else claims this address of ours.
void presence_claimed(struct presence *p, struct host *host, const struct neighbor_out *out,
                      uint64_t now_us, enum host_address_name name);

// A router asks who listens to which groups; answered at most once a second.
void presence_queried(struct presence *p, const struct host *host,
                      const struct neighbor_out *out, uint64_t now_us);
