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

struct options {
	const char *name; // of the appliance
	const char *run;  // its run-time folder
	enum options_link link;
	const char *link_detail; // interface, device or socket parameters; NULL: the usual
	uint32_t workers;
	uint32_t queues;       // pairs of the port; 0: one a worker
	bool spin;             // never sleep
	uint16_t discard_port; // 0: none
	struct host host;      // but its Ethernet and link-local addresses
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
