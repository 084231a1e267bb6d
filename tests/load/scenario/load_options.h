// The command line, checked.
#pragma once

#include <netinet/in.h>

#include "tests/load/client/known_hosts.h"
#include "tests/load/client/ssh_client.h"
#include "tests/load/scenario/arrivals.h"

#define SOURCES_MAX 4096u

struct scenario;

enum load_direction { LOAD_DOWN, LOAD_UP, LOAD_BOTH };

struct load_options {
	const struct scenario *scenario;
	char host[256], address[INET6_ADDRSTRLEN];
	uint16_t port;
	struct sockaddr_storage target;
	const char *link;
	struct sockaddr_storage *sources;
	unsigned source_count;
	unsigned prefix_bits;            // ports: of the network the sources are in
	struct sockaddr_storage gateway; // ports; family 0: none
	struct client_config client;
	char host_keys[256];
	struct hostkey *key;
	struct blob key_blob, password;
	struct host_trust *trust;
	enum arrival_kind arrivals;
	double rate, rate_end; // arrivals a second
	uint64_t count;        // UINT64_MAX: not bounded
	double duration_s;     // 0: until the count is reached
	double timeout_s;
	uint32_t sessions; // at once
	uint32_t parallel; // logging in at once
	unsigned cores, pool;
	const char *command;
	char line[1024]; // what bulk up writes again and again
	uint64_t bytes;
	enum load_direction direction;
	bool shell; // bulk and slow: through a shell, not exec
	double keys, every_s, read_rate;
	const char *json, *html, *histograms;
	bool own_target, quiet;
};

// Complains on stderr. *status is what to exit with when the answer is false (0 after --help).
[[nodiscard]] bool load_options_parse(int argc, char **argv, struct load_options *out,
                                      int *status);
void load_options_fini(struct load_options *o);
