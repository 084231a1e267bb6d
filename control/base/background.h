// Threads whose work can wait. They yield to every other thread of the machine; while their work is
// late they run with a small weight of their own, because beside busy ones the system would leave
// them some thousandth of a processor.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define BACKGROUND_LATE_US 200000u  // a job that waits longer than this is late
#define BACKGROUND_LOOK_US 100000u  // between looks at what waits
#define BACKGROUND_HOLD_US 2000000u // threads stay raised for this long after a late job

// The calling thread yields from here on, or does not while `raised`. Where one that yields could
// never rise again (RLIMIT_NICE, CAP_SYS_NICE) all keep the small weight.
void background_begin(bool raised);
// Any thread of the process, by its number.
void background_raise(pid_t thread, bool raised);
