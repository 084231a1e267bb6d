// The supervisor's command line as one constant struct.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SUPERVISOR_WORKERS_MAX 64
#define SUPERVISOR_NETWORK_MAX 70u // options about the network

struct supervisor_options {
	const char *name;   // of the appliance and its namespace
	const char *state;  // /var/lib/sallyport/NAME: outlives us
	const char *run;    // /run/sallyport/NAME: ends with us
	const char *bin;    // where the build put the programs
	const char *link;   // tap, memif:..., af_packet:IF, af_xdp:IF, pci:BDF
	const char *config; // becomes the start-up file of this start; NULL: keep what is there
	const char *dump;   // RUN_DIR: print its traces and do nothing else; or NULL
	// Options of the dataplane as they were given, name and value in turn; it reads them.
	const char *network[2 * SUPERVISOR_NETWORK_MAX];
	uint32_t network_words;
	uint32_t workers;
	uint32_t exec_uid, exec_gid; // whom other programs run as; 0: none runs
	bool spin, trace, daemon;
};

enum supervisor_asked { SUPERVISOR_RUN, SUPERVISOR_HELP, SUPERVISOR_USAGE };

// Fill `out` (pointers into argv). USAGE after a complaint on stderr.
enum supervisor_asked supervisor_options_read(int argc, char **argv,
                                              struct supervisor_options *out);
extern const char supervisor_help[];
