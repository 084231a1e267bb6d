// Starting DPDK for the generator.
#pragma once

#include <stdbool.h>

// `device` as in load_port.h. Complains on stderr.
bool load_eal_start(const char *device);
