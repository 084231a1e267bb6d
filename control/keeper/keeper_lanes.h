// The keeper's work in lanes: one that signs, on the starter's own thread; two threads that check
// passwords, one that makes keys. Each lane has a bounded queue; what the threads have done comes
// back in one list with one bell.
#pragma once

#include "control/keeper/keeper_answer.h"

struct keeper_lanes;

// Start all threads. NULL with errno.
struct keeper_lanes *keeper_lanes_start(struct keeper *k);

// Let running jobs end, drop queued ones, join. NULL is fine.
void keeper_lanes_stop(struct keeper_lanes *lanes);

// Queue a job that was admitted to this lane; false when the queue is full: the job is still the
// caller's. The thread that started them.
[[nodiscard]] bool keeper_lanes_put(struct keeper_lanes *lanes, enum keeper_lane lane,
                                    struct keeper_job *job);

// Make the caller's thread the signing one: its name, its priority.
void keeper_lanes_settle(void);

// Carry out one job of the signing lane, rekeys first; NULL when there is none.
struct keeper_job *keeper_lanes_sign(struct keeper_lanes *lanes);

// Everything that the threads have answered, oldest first; NULL when nothing is. Silences the bell.
struct keeper_job *keeper_lanes_done(struct keeper_lanes *lanes);
int keeper_lanes_bell(const struct keeper_lanes *lanes);

// Passwords and new keys yield to everything else, but not for ever: call this every
// KEEPER_TICK_MS while it answers true. The threads of a lane whose oldest job has waited too
// long run with a small weight of their own until none has.
#define KEEPER_TICK_MS 250
bool keeper_lanes_tick(struct keeper_lanes *lanes);
