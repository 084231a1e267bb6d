// The event loop of one shard: a thread that takes turns and sleeps on doorbells, tasks and the
// next timer in between.
#pragma once

#include "control/main/shard.h"
#include "dataplane/link/link_offer.h"

struct loop;

// Start the thread of a shard. NULL with errno.
struct loop *loop_start(struct shard *h);

// Hand an offer to the shard's thread: the loop owns its descriptors from here on.
void loop_offer(struct loop *l, const struct link_offer *offer);

// Tell every session why, and end the thread when they are gone or a second has passed.
void loop_stop(struct loop *l);
void loop_join(struct loop *l); // and free it
