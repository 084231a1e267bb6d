// A port of our own: a DPDK device, and the dataplane's own TCP with many client addresses and
// ports. One thread, one queue.
#pragma once

#include <netinet/in.h>

#include "tests/load/link/load_link.h"

struct load_port_config {
	const char *device; // memif:DETAIL, tap:INTERFACE, af_packet:INTERFACE or pci:ADDRESS
	uint32_t slots;
	struct sockaddr_storage target;
	const struct sockaddr_storage *first_source; // of `sources` addresses, counting up
	unsigned sources;
	uint16_t queues;                        // pairs
	const char *capture;                    // file of the frames; NULL: none
	bool spins;                             // never sleeps
	unsigned prefix_bits;                   // of the network they are in
	const struct sockaddr_storage *gateway; // NULL: the target is in it too
};

bool load_port_is(const char *link); // one of the devices above?

// NULL with a word on stderr. Starts EAL, so once a process.
struct load_link *load_port_new(const struct load_port_config *config,
                                const struct load_link_app *ops, void *app);
