// Memory of a memif's other end that left. The driver unmaps it in DPDK's interrupt thread, while
// others may be reading or writing it: our munmap, which stands before the C library's, lets that
// thread wait for them.
#pragma once

#include "dataplane/base/rounds.h"

#define UNMAP_MOST 16u

// From now on it waits for the rounds of these threads, which outlive it; 0 of them: for nobody.
void unmap_wait_for(struct rounds *const *rounds, uint32_t count);
