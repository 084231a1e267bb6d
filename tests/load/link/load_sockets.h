// Kernel sockets: one epoll a thread, no memory for buffers but while something waits in them.
#pragma once

#include <netinet/in.h>

#include "tests/load/link/load_link.h"

struct load_sockets_config {
	uint32_t slots;
	struct sockaddr_storage target;
	const struct sockaddr_storage *sources; // taken in turn; NULL: the kernel's choice
	unsigned source_count;
	bool spins; // never sleeps
};

// NULL with a word on stderr.
struct load_link *load_sockets_new(const struct load_sockets_config *config,
                                   const struct load_link_app *ops, void *app);

// Let the process open so many descriptors.
bool load_sockets_allow(uint64_t descriptors);
