// The command line, checked.
#pragma once

#include <netinet/in.h>

#include "tests/load/client/known_hosts.h"
#include "tests/load/client/ssh_client.h"
#include "tests/load/scenario/load_answers.h"
#include "tests/load/scenario/load_plan.h"

#define SOURCES_MAX 4096u
#define CORES_MAX   64u

struct load_options {
	const char *target_text, *plan_path;
	const char *key_path, *password_path, *answers_path, *known_hosts_path, *pin;
	char host[256], address[INET6_ADDRSTRLEN];
	uint16_t port;
	struct sockaddr_storage target;
	const char *link;
	struct sockaddr_storage *sources;
	unsigned source_count;
	uint32_t prefix_bits;            // ports: of the network the sources are in
	struct sockaddr_storage gateway; // ports; family 0: none
	struct client_config client;     // what all sessions have in common
	struct hostkey *key;
	struct blob key_blob, password;
	struct load_answers answers;
	struct host_trust *trust;
	struct load_task said; // what lines of a plan begin with
	struct load_plan plan; // one task of no phase when a scenario is named
	uint32_t cores, pool;
	uint32_t queues;                                // ports: pairs
	const char *json, *html, *histograms, *capture; // capture: ports
	bool own_target, quiet, help, spins;
};

// Complains on stderr. *status is what to exit with when the answer is false (0 after --help).
[[nodiscard]] bool load_options_parse(int argc, char **argv, struct load_options *out,
                                      int *status);
void load_options_fini(struct load_options *o);

uint64_t load_options_sessions(const struct load_options *o); // at once, all tasks together
