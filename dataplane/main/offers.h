// What the supervisor hands us at start: descriptors of each worker's joint, arenas and files.
#pragma once

#include "dataplane/main/data_serve.h"
#include "dataplane/main/options.h"
#include "dataplane/link/link_offer.h"

struct worker_offer {
	int data[3]; // memfd, our doorbell, control's doorbell; -1: none
	int conns, counters, capture;
};

struct offers {
	struct worker_offer worker[PORT_WORKERS_MAX];
};

// Take offers until START. Complains on stderr when one that is needed is missing.
[[nodiscard]] bool offers_collect(int socket, uint32_t workers, struct offers *out);

// The connection arena: TCP's part, then ours. `slots` is as many as fit, TCP_SLOTS_MAX at most.
struct conn_arena {
	void *tcp;
	struct data_conn *conns;
	uint32_t slots;
};
[[nodiscard]] bool conn_arena_map(int fd, struct conn_arena *out);

// The counters page, zeroed and labelled.
struct counters_page *counters_page_map(int fd);
