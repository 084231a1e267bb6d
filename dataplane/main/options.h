// The command line as one struct that nobody writes after main.
#pragma once

#include "dataplane/nic/port.h"

#define DATAPLANE_ACCOUNT 64104 // user and group once the port is open

enum options_link {
	LINK_KIND_TAP,
	LINK_KIND_MEMIF,
	LINK_KIND_AF_PACKET,
	LINK_KIND_AF_XDP,
	LINK_KIND_PCI
};

struct options_port {
	enum options_link link;
	const char *detail; // interface, device or socket parameters; NULL: the usual
	uint32_t queues;    // pairs; 0: one a worker
};

struct options {
	const char *name; // of the appliance
	const char *run;  // its run-time folder
	struct options_port port[NET_PORTS_MAX];
	uint32_t ports; // at least one
	uint32_t workers;
	bool spin;             // never sleep
	uint16_t discard_port; // 0: none
	// Of the first port, but its Ethernet and link-local addresses. The others have its MTU and
	// VLAN, and what addresses the settings say.
	struct host host;
	bool show_help;
	const char *capture_run; // --capture: read frames out of this folder instead
	const char *capture_file;
	uint64_t capture_frames; // 0: until interrupted
	char **filter;           // remaining words
	int filter_words;
};

extern const char options_help[];

// False: a complaint was printed.
[[nodiscard]] bool options_parse(int argc, char **argv, struct options *out);
