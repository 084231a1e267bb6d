// The frames of our port as pcapng, stamped by DPDK's callbacks where the driver takes and gives
// them: what the results are checked against. The file is written through a large buffer; whoever
// fills it waits for the disk.
#pragma once

#include <stdio.h>

#include "dataplane/nic/port.h"

struct load_capture {
	FILE *out; // NULL: none
	char *buffer;
	uint16_t port, queues;
	const struct rte_eth_rxtx_callback *in[PORT_WORKERS_MAX], *left[PORT_WORKERS_MAX];
};

// From now on, on every queue. Complains on stderr.
[[nodiscard]] bool load_capture_start(struct load_capture *c, uint16_t port, uint16_t queues,
                                      const char *path);
// The file is whole. Nothing may be in a burst any more. Complains on stderr.
void load_capture_end(struct load_capture *c);
