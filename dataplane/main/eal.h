// DPDK's environment: its arguments by what the machine has and which link is wanted.
#pragma once

#include "dataplane/main/options.h"

// Start EAL with one lcore a worker: worker 0 alone on the first CPU, the rest on the others.
// Complains on stderr.
[[nodiscard]] bool eal_start(const struct options *options);

// What EAL calls the device of a port.
#define EAL_DEVICE_MAX 64
void eal_device(const struct options *options, uint32_t port, char out[EAL_DEVICE_MAX]);

// Become the dataplane's unprivileged account for good. Devices stay open.
[[nodiscard]] bool eal_drop_privileges(void);
