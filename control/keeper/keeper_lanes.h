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
                                    struct keeper_job *job, uint64_t now_us);

// Make the caller's thread the signing one: its name, its priority.
void keeper_lanes_settle(void);

// Carry out one job of the signing lane, rekeys first; NULL when there is none.
struct keeper_job *keeper_lanes_sign(struct keeper_lanes *lanes);

// Everything that the threads have answered, oldest first; NULL when nothing is. Silences the bell.
struct keeper_job *keeper_lanes_done(struct keeper_lanes *lanes);
int keeper_lanes_bell(const struct keeper_lanes *lanes);

// Passwords and new keys yield to everything else, but not for ever (control/base/background.h).
// Returns when to call this again at the latest: UINT64_MAX while none is under way.
uint64_t keeper_lanes_watch(struct keeper_lanes *lanes, uint64_t now_us);
