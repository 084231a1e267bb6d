// DPDK's environment: its arguments by what the machine has and which link is wanted.
#pragma once

#include "dataplane/main/options.h"

// Start EAL with one lcore a worker: worker 0 alone on the first CPU, the rest on the others.
// Complains on stderr.
[[nodiscard]] bool eal_start(const struct options *options);

// Become the dataplane's unprivileged account for good. Devices stay open.
[[nodiscard]] bool eal_drop_privileges(void);
