// Memory of a memif client that left. The driver unmaps it in DPDK's interrupt thread, while workers
// may be reading or writing it: our munmap, which stands before the C library's, lets that thread
// wait for them.
#pragma once

#include "dataplane/main/worker.h"

// From now on; NULL: no more.
void unmap_wait_for(struct worker *workers, uint32_t count);
